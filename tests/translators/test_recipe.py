"""The lexicon is built from published files, goes on where it stopped, and always gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xrag.errors import InputError
from xrag.translators import recipe
from xrag.translators.lexicon import LexiconTranslator

FILES = {
    "titles/de-en.tsv": "Donau\tDanube\nKleindorf\tSmall Village\n",
    "titles/es-en.tsv": "Danubio\tDanube\n",
    "titles/fr-en.tsv": "Danube (fleuve)\tDanube\n",
    "titles/ru-en.tsv": "Дунай\tDanube\n",
    "wiktionary/en-de-enwiktionary.txt": "river {n} (large stream) :: Fluss {m}, Strom {m}\nbridge {n} :: Brücke {f}\n",
    "tatoeba/tatoeba.deu-eng.deu": "Der Strom fließt.\nDer Strom ist breit.\n",
    "tatoeba/tatoeba.deu-eng.eng": "The stream flows.\nThe stream is wide.\n",
}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "sources"


def built(sources: Path, output: Path, *languages: str) -> Path:
    recipe.build(languages or ("de", "ru"), sources, output, processes=1)
    return output


def translated(directory: Path, text: str, source: str, target: str) -> str:
    return LexiconTranslator(directory).translate([text], source, target)[0].text


def test_a_lexicon_is_built_from_a_folder_of_sources(sources: Path, tmp_path: Path) -> None:
    lexicon = built(sources, tmp_path / "lexicon")
    assert translated(lexicon, "Welche Brücke an der Donau?", "de", "en") == "bridge Danube"
    assert translated(lexicon, "Донау Дунай", "ru", "de").endswith("Donau")


def test_what_cldr_and_the_glossary_know_is_always_in(sources: Path, tmp_path: Path) -> None:
    assert (
        translated(built(sources, tmp_path / "lexicon", "sw"), "Mji mkuu wa Ujerumani", "sw", "en") == "capital Germany"
    )


def test_a_title_needs_four_languages(sources: Path, tmp_path: Path) -> None:
    assert translated(built(sources, tmp_path / "lexicon"), "Kleindorf", "de", "en") == "Kleindorf"


def test_the_same_sources_give_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    first, second = built(sources, tmp_path / "a"), built(sources, tmp_path / "b")
    assert all((second / path.name).read_bytes() == path.read_bytes() for path in first.iterdir())


def test_two_processes_give_what_one_gives(sources: Path, tmp_path: Path) -> None:
    alone = built(sources, tmp_path / "a")
    recipe.build(["de", "ru"], sources, tmp_path / "b")
    assert (tmp_path / "b" / "de.lex").read_bytes() == (alone / "de.lex").read_bytes()


def test_a_build_that_failed_goes_on_where_it_stopped(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = sources / "tatoeba" / "tatoeba.rus-eng.rus"
    text.write_bytes(b"\xff\xfe\xfd")
    text.with_name("tatoeba.rus-eng.eng").write_text("one\n")
    with pytest.raises(InputError):
        built(sources, tmp_path / "lexicon")
    text.unlink()
    made: list[str] = []
    whole = recipe.draft
    monkeypatch.setattr(recipe, "draft", lambda language, *rest: (made.append(language), whole(language, *rest))[1])
    built(sources, tmp_path / "lexicon")
    assert made == ["ru"]


def test_drafts_do_not_outlive_the_build(sources: Path, tmp_path: Path) -> None:
    built(sources, tmp_path / "lexicon")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lexicon", "sources"]


def test_each_language_is_told_with_its_entries(sources: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    recipe.build(["de", "ru"], sources, tmp_path / "lexicon", progress=lambda *step: told.append(step), processes=1)
    tables = json.loads((tmp_path / "lexicon" / "manifest.json").read_text())["tables"]
    assert told == [(language, tables[language]["entries"]) for language in ("de", "ru")]


def test_the_manifest_says_what_each_language_is_from(sources: Path, tmp_path: Path) -> None:
    manifest = json.loads((built(sources, tmp_path / "lexicon") / "manifest.json").read_text())
    assert manifest["tables"]["ru"]["sources"] == ["cldr", "titles", "own"]
    assert manifest["sources"]["titles"]["licence"] == "CC0-1.0"
    assert set(manifest["tables"]["en"]["sources"]) == set(manifest["sources"])


def test_every_language_with_sources_can_be_built() -> None:
    assert len(recipe.available()) >= 94
    assert {"am", "ar", "ca", "en", "th", "zh"} <= set(recipe.available())
