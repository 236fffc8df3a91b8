"""The page of an experiment in a real browser: it draws itself from one file, sorts, filters, and shows every question."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xrag.experiments.directory import answers, judged_text, verdict_records
from xrag.experiments.page import page
from xrag.experiments.plan import make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import score
from xrag.experiments.spec import read_experiment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "</script><img src=x onerror=document.title='owned'>"


@pytest.fixture
def html(folder: Path) -> str:
    for language in ("de", "en"):
        content = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
        first = content["data"][0]["paragraphs"][0]
        first["context"] += f" {HOSTILE}"
        first["qas"][0]["question"] += f" {HOSTILE}" if language == "de" else ""
        (folder / f"{language}.json").write_text(json.dumps(content), encoding="utf-8")
    plan = make_plan(read_experiment(folder / "experiment.toml"))
    run(plan, folder / "out")
    return page(plan, score(plan, folder / "out"), folder / "out")


def test_the_page_loads_nothing_and_holds_no_text_as_markup(html: str) -> None:
    assert re.findall(r"(?:src|href)=|https?://(?!www\.w3\.org/2000/svg)|@import|fetch\(|innerHTML", html) == []
    assert "onerror" not in html


@pytest.fixture
def tab(html: str, tmp_path: Path) -> Iterator[object]:
    with in_browser(html, tmp_path) as opened:
        yield opened


@contextmanager
def in_browser(html: str, tmp_path: Path) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; install it to test the page in a browser")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.errors = []
        opened.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.on(
            "request",
            lambda request: (
                opened.errors.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None
            ),
        )
        opened.goto((tmp_path / "page.html").as_uri())
        opened.wait_for_selector("body[data-ready=yes]")
        yield opened
        assert opened.errors == []
        browser.close()


def column(tab: object, number: int) -> list[str]:
    return tab.locator(f".results tbody tr td:nth-child({number})").all_inner_texts()  # type: ignore[attr-defined, no-any-return]


def test_a_click_on_a_heading_sorts_and_another_one_turns_it_round(tab: object) -> None:
    heading = tab.locator(".results th button", has_text="R@1").first  # type: ignore[attr-defined]
    heading.click()
    down = column(tab, 2)
    tab.locator(".results th button", has_text="R@1").first.click()  # type: ignore[attr-defined]
    up = column(tab, 2)
    assert (down[0], up[-1]) == ("1.000", "1.000")
    assert up[0] < down[0]


def test_questions_are_filtered_by_what_became_of_them(tab: object) -> None:
    assert tab.locator(".count").inner_text() == "3 of 3"  # type: ignore[attr-defined]
    tab.get_by_label("filter", exact=True).select_option("unfound")  # type: ignore[attr-defined]
    assert tab.locator(".count").inner_text() != "3 of 3"  # type: ignore[attr-defined]
    tab.get_by_label("filter", exact=True).select_option("all")  # type: ignore[attr-defined]
    tab.get_by_label("words of the question").fill("fluss")  # type: ignore[attr-defined]
    assert tab.locator("ol.list button").all_inner_texts() == ["de Welcher Fluss ist in Afrika?"]  # type: ignore[attr-defined]


def test_a_question_shows_two_setups_side_by_side(tab: object) -> None:
    tab.get_by_label("right setup").select_option("2")  # type: ignore[attr-defined]
    tab.locator("ol.list button").nth(1).click()  # type: ignore[attr-defined]
    cards = tab.locator(".card").all_inner_texts()  # type: ignore[attr-defined]
    assert len(cards) == 2
    assert "The Nile is a river in Africa." in cards[1]
    assert "holds a gold answer" in cards[1]


def test_hostile_text_is_shown_and_not_run(tab: object) -> None:
    tab.locator("ol.list button").first.click()  # type: ignore[attr-defined]
    assert HOSTILE in tab.locator(".asked").inner_text()  # type: ignore[attr-defined]
    assert tab.title() == "small"  # type: ignore[attr-defined]


JUDGED = """
[[judges]]
name = "mild"
generator = "server"
generator_options = { model = "m" }
[[judges]]
name = "strict"
generator = "server"
generator_options = { model = "n" }
"""
ARABIC = "ما هي عاصمة النمسا؟"
TRIES = [
    {"text": "Wien", "language": "de", "accepted": False, "reason": "written in German"},
    {"text": "Vienna", "language": "en", "accepted": True, "reason": "in the language asked for"},
]


@pytest.fixture
def judged(folder: Path) -> str:
    """A page whose answers and verdicts are known: one right in the wrong language, one tried twice, one that has failed."""
    content = (folder / "de.json").read_text(encoding="utf-8").replace("Was ist die Hauptstadt von Österreich?", ARABIC)
    (folder / "de.json").write_text(content, encoding="utf-8")
    text = (folder / "experiment.toml").read_text(encoding="utf-8")
    (folder / "experiment.toml").write_text(text + JUDGED, encoding="utf-8")
    plan = make_plan(read_experiment(folder / "experiment.toml"))
    run(replace(plan, experiment=replace(plan.experiment, judges=())), folder / "out")
    first = plan.cells[0]
    answers(first, folder / "out").append(
        [
            {
                "id": "de:q0",
                "text": "Die Hauptstadt von Österreich ist seit langem Vienna an der Donau.",
                "attempts": [],
            },
            {"id": "de:q1", "text": "Vienna", "attempts": TRIES},
            {"id": "de:q2", "error": "the server said no"},
        ]
    )
    for judge, labels in (("mild", ("correct", "correct")), ("strict", ("correct", ""))):
        of = [judged_text(answers(first, folder / "out")[f"de:q{i}"]["text"], "") for i in range(2)]
        verdicts = [
            {
                "id": f"de:q{i}",
                "label": label,
                "reason": f"<b>{i}</b>",
                "of": of[i],
                **({} if label else {"error": "prose"}),
            }
            for i, label in enumerate(labels)
        ]
        verdict_records(first.verdicts[judge], folder / "out").append(verdicts)
    return page(plan, score(plan, folder / "out"), folder / "out")


def shown(tab: Any, which: str) -> list[str]:
    tab.get_by_label("filter", exact=True).select_option(which)
    return [text.partition(" ")[2] for text in tab.locator("ol.list button").all_inner_texts()]


def test_questions_are_filtered_by_language_attempts_verdicts_and_failure(judged: str, tmp_path: Path) -> None:
    with in_browser(judged, tmp_path) as tab:
        assert shown(tab, "wrong-language") == [ARABIC]
        assert shown(tab, "retried") == ["Welcher Fluss ist in Afrika?"]
        assert shown(tab, "disagree") == ["Welcher Fluss ist in Afrika?"]
        assert shown(tab, "unjudged") == ["Welcher Fluss ist in Afrika?"]
        assert shown(tab, "failed") == ["Was frisst das Pferd?"]
        assert shown(tab, "right") == [ARABIC]


def test_attempts_and_verdicts_stand_beside_the_answer(judged: str, tmp_path: Path) -> None:
    with in_browser(judged, tmp_path) as tab:
        tab.locator("ol.list button").nth(1).click()
        tab.locator(".card summary").first.click()
        card = tab.locator(".card").first.inner_text()
        assert "de written in German Wien" in card
        assert "mild correct <b>1</b>" in card
        assert "strict no verdict prose" in card
        tab.locator("ol.list button").nth(2).click()
        assert "the server said no" in tab.locator(".card").first.inner_text()
        below = tab.locator(".below").all_inner_texts()
        assert any(line.startswith("judged-correctness: mild") for line in below)
        assert any("differences from the first setup that would be seen" in line for line in below)


def test_text_that_runs_from_the_right_does(judged: str, tmp_path: Path) -> None:
    with in_browser(judged, tmp_path) as tab:
        direction = "one => getComputedStyle(one).direction"
        assert [tab.locator("ol.list button").nth(i).evaluate(direction) for i in range(2)] == ["rtl", "ltr"]
        for asked in (tab.locator(".asked"), tab.locator("ol.list button").first):
            assert asked.evaluate(direction) == "rtl"
            tag, box = asked.locator(".tag").bounding_box(), asked.bounding_box()
            # The language stands at the right edge, the question to the left of it.
            assert box["x"] + box["width"] - tag["x"] - tag["width"] < 20
        assert tab.locator(".gold").evaluate(direction) == "ltr"


def test_the_language_of_the_table_and_of_the_questions_can_be_chosen(judged: str, tmp_path: Path) -> None:
    with in_browser(judged, tmp_path) as tab:
        tab.get_by_label("language", exact=True).select_option("de")
        assert len(column(tab, 2)) == 4
        tab.get_by_label("question language").select_option("de")
        assert tab.locator(".count").inner_text() == "3 of 3"


def test_one_pool_of_two_languages_has_a_plot_of_both(folder: Path, tmp_path: Path) -> None:
    text = (
        (folder / "experiment.toml")
        .read_text(encoding="utf-8")
        .replace('passage_languages = ["en"]', 'passage_languages = ["de", "en"]')
    )
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    plan = make_plan(read_experiment(folder / "experiment.toml"))
    run(plan, folder / "out")
    html = page(plan, score(plan, folder / "out"), folder / "out")
    with in_browser(html, tmp_path) as tab:
        assert tab.locator(".split rect").count() == 2 * len(plan.cells)
        assert tab.locator(".split title").first.text_content() == "bm25: 1.000 in the question's language"
        head, *body = (row.split("\t") for row in tab.locator(".favour tr").all_inner_texts())
        assert (head[0], head[-2:], body[0][0], body[0][-2:]) == (
            "setup",
            ["de", "en"],
            "(all passages)",
            ["50.0", "50.0"],
        )
        assert len(body) == 1 + len(plan.cells)


def test_plots_show_every_setup(tab: object) -> None:
    assert tab.locator("figure svg").count() == 2  # type: ignore[attr-defined]
    assert tab.locator("figure svg").nth(1).locator("circle").count() == 4  # type: ignore[attr-defined]
    # The two setups that answer are asked for one language each: a row of one table for both.
    rows = tab.locator("table.heat tbody th").all_inner_texts()  # type: ignore[attr-defined]
    assert rows == ["bm25 (en)", "psq again, with answers (en)"]
