"""What of a ranking reaches the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from language_models import save_tokenizer
from transformers import AutoTokenizer

from xrag.control.context import Balance, ContextBuilder, Order, approximate_tokens
from xrag.errors import InputError, UsageError
from xrag.types import Passage

RANKED = [
    Passage("en-1", "The Danube rises in the Black Forest.", "en"),
    Passage("en-2", "It flows into the Black Sea.", "en"),
    Passage("ar-1", "ينبع نهر الدانوب من الغابة السوداء.", "ar"),
    Passage("zh-1", "多瑙河发源于黑森林。", "zh"),
]


def ids(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.id for passage in passages]


def test_the_best_come_first() -> None:
    assert ids(ContextBuilder().build(RANKED)) == ["en-1", "en-2", "ar-1", "zh-1"]


def test_the_best_may_come_last() -> None:
    assert ids(ContextBuilder(order=Order.BEST_LAST).build(RANKED)) == ["zh-1", "ar-1", "en-2", "en-1"]


def test_the_languages_may_take_turns() -> None:
    assert ids(ContextBuilder(balance=Balance.ROUND_ROBIN).build(RANKED)) == ["en-1", "ar-1", "zh-1", "en-2"]


def test_options_may_be_given_as_words() -> None:
    assert ids(ContextBuilder(balance=Balance("round-robin"), passages=2).build(RANKED)) == ["en-1", "ar-1"]


def test_an_exact_duplicate_is_shown_once() -> None:
    twin = Passage("twin", RANKED[0].text, "en")
    assert ids(ContextBuilder(passages=2).build([RANKED[0], twin, RANKED[1]])) == ["en-1", "en-2"]


def test_a_passage_that_does_not_fit_makes_room_for_a_shorter_one() -> None:
    words = ContextBuilder(budget=8, tokens=lambda text: len(text.split()))
    long = Passage("long", "one two three four five", "en")
    assert ids(words.build([RANKED[1], long, Passage("short", "one two", "en")])) == ["en-2", "short"]


def test_a_first_passage_over_the_budget_is_cut_at_a_sentence_and_its_offsets_stay_true() -> None:
    source = "x" * 100 + "东京是日本的首都。它是一座大城市。它有很多人。"
    passage = Passage("p", source[100:], "zh", source="s.txt", start=100, end=len(source))
    [cut] = ContextBuilder(budget=14).build([passage])
    assert cut.text == "东京是日本的首都。它是一座大城市。"
    assert source[cut.start : cut.end] == cut.text


def test_a_passage_of_which_no_sentence_fits_is_left_out() -> None:
    assert ContextBuilder(budget=2).build(RANKED[:1]) == ()


def test_no_passages_make_no_context() -> None:
    assert ContextBuilder(balance=Balance.ROUND_ROBIN).build([]) == ()


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 token"):
        ContextBuilder(budget=0)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The capital of Kenya", 5),
        ("Столица Кении", 5),
        ("عاصمة كينيا", 6),
        ("केन्या की राजधानी", 8),
        ("เมืองหลวงของเคนยา", 9),
        ("肯尼亚的首都", 5),
        ("ケニアの首都", 5),
        ("케냐의 수도", 5),
        ("", 0),
    ],
)
def test_tokens_are_counted_fairly_across_scripts(text: str, tokens: int) -> None:
    assert approximate_tokens(text) == tokens


def test_a_table_makes_a_builder_that_counts_with_the_tokenizer_of_a_model(tmp_path: Path) -> None:
    save_tokenizer(tmp_path / "model", [passage.text for passage in RANKED])
    own = ContextBuilder.from_table({"tokenizer": str(tmp_path / "model"), "order": "best-last", "passages": 2})
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert own.order is Order.BEST_LAST
    for passage in RANKED:
        assert own.tokens(passage.text) == len(tokenizer.tokenize(passage.text)) > 1
    exact = own.tokens(RANKED[0].text)
    assert ids(replace(own, budget=exact).build(RANKED)) == ["en-1"]
    assert ids(replace(own, budget=exact - 1).build(RANKED[:1])) == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"ballance": "by-rank"}, "no setting 'ballance'; there are: .*tokenizer"),
        ({"balance": "fair"}, "fair"),
        ({"budget": 0}, "at least 1 token"),
        ({"budget": "many"}, "the context"),
    ],
)
def test_a_table_that_cannot_be_is_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ContextBuilder.from_table(table)


def test_a_model_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="the tokenizer of empty cannot be loaded"):
        ContextBuilder.from_table({"tokenizer": str(tmp_path / "empty")})
