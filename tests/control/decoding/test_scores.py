"""The change of scores itself."""

from __future__ import annotations

import math

import pytest
import torch

from xrag.control.decoding.scores import LanguageScores
from xrag.errors import UsageError
from xrag.languages import scripts
from xrag.types import Decoding

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def change(small) -> LanguageScores:
    return LanguageScores(small, len(small) + 5, CPU)


def changed(
    change: LanguageScores, *asked: Decoding | None, last: list[int] | None = None, value: float = 0.0
) -> torch.Tensor:
    rows = [(row, change.constraint(one)) for row, one in enumerate(asked) if one]
    scores = torch.full((len(asked), change.size), value)
    told = torch.tensor([[-1, -1, one] for one in last or [-1] * len(asked)])
    return change.apply(scores, rows, lambda: told)


def ids(change: LanguageScores, text: str) -> list[int]:
    return change.tokenizer.encode(text, add_special_tokens=False)


def test_soft_adds_the_logarithms_of_its_factors(change) -> None:
    [scores] = changed(change, Decoding("ru", boost=3.0, penalty=0.5))
    own, foreign = change.table.own("ru"), change.table.foreign("ru")
    assert scores[: len(own)][torch.from_numpy(own)].tolist() == pytest.approx([math.log(3)] * int(own.sum()))
    assert scores[: len(own)][torch.from_numpy(foreign)].tolist() == pytest.approx([math.log(0.5)] * int(foreign.sum()))


def test_published_multiplies_the_scores_themselves(change) -> None:
    [scores] = changed(change, Decoding("ru", "published"), value=-2.0)
    own, foreign = change.table.own("ru"), change.table.foreign("ru")
    assert scores[: len(own)][torch.from_numpy(own)].tolist() == pytest.approx([-2.4] * int(own.sum()))
    assert scores[: len(own)][torch.from_numpy(foreign)].tolist() == pytest.approx([-1.4] * int(foreign.sum()))


def test_hard_leaves_no_token_of_another_script_a_chance(change) -> None:
    [scores] = changed(change, Decoding("ru", "hard"), last=[ids(change, "\n")[0]])
    assert scores[ids(change, "the")].max() < -1e5
    assert scores[ids(change, ", 42")].tolist() == [0.0] * len(ids(change, ", 42"))


@pytest.mark.parametrize("method", ["soft", "published", "hard"])
@pytest.mark.parametrize("language", ["de", "ru", "ar", "hi", "th", "zh", "ja", "ko"])
def test_the_end_of_the_text_is_never_held_back(method: str, language: str, change) -> None:
    lasts = [-1, 5, *(change.table.ending > 1).nonzero()[0][:40].tolist(), *change.table.within[:3].tolist()]
    scores = changed(change, *[Decoding(language, method)] * len(lasts), last=lasts, value=1.0)
    assert (scores[:, change.tokenizer.eos_token_id] >= 1.0).all()


def test_digits_and_punctuation_stay_as_they_are_in_soft(change) -> None:
    [scores] = changed(change, Decoding("ja"), value=1.5)
    assert scores[ids(change, "1749, 3")].tolist() == [1.5] * len(ids(change, "1749, 3"))


def test_each_row_has_its_own_language_and_a_row_that_asks_for_nothing_stays(change) -> None:
    scores = changed(change, Decoding("ru", "hard"), None, Decoding("en", "hard"), last=[ids(change, "\n")[0]] * 3)
    english, russian = ids(change, " language")[0], ids(change, " на")[0]
    assert (scores[0, english] < 0, scores[2, english] == 0) == (True, True)
    assert not scores[1].any()
    assert russian is not None


def test_rows_that_change_are_planned_anew(change) -> None:
    first = changed(change, Decoding("ru", "hard"), None)
    second = changed(change, None, Decoding("ru", "hard"))
    assert first[0].equal(second[1])
    assert first[1].equal(second[0])


@pytest.mark.parametrize("method", ["soft", "published", "hard"])
def test_a_row_that_joins_and_asks_for_nothing_stays(method: str, change) -> None:
    alone = changed(change, Decoding("ru", method), value=1.0)
    joined = changed(change, Decoding("ru", method), None, value=1.0)
    assert joined[0].equal(alone[0])
    assert (joined[1] == 1.0).all()


@pytest.mark.parametrize("method", ["soft", "published", "hard"])
def test_a_row_is_changed_alike_whatever_the_others_ask_for(method: str, change) -> None:
    tags = ("ru", "de", "th", "zh")
    lasts = [ids(change, "\n")[0]] * (len(tags) + 1)
    mixed = changed(change, *(Decoding(tag, method) for tag in tags), Decoding("hi", "soft"), last=lasts, value=1.0)
    for row, tag in enumerate(tags):
        assert mixed[row].equal(changed(change, Decoding(tag, method), last=lasts[:1], value=1.0)[0])


def test_names_are_left_as_they_are(change) -> None:
    names = Decoding("ko", "hard", names=("Answer",))
    [scores] = changed(change, names, value=0.5, last=[ids(change, "\n")[0]])
    allowed = change.table.name_ids(change.tokenizer, ["Answer"])
    assert scores[list(allowed)].tolist() == [0.5] * len(allowed)


def test_what_a_grammar_took_out_stays_out(change) -> None:
    for method in ("soft", "hard"):
        rows = [(0, change.constraint(Decoding("de", method, names=("Answer",))))]
        scores = torch.full((1, change.size), -math.inf)
        scores[0, 7] = 0.0
        after = change.apply(scores, rows, lambda: torch.tensor([[-1, -1, -1]]))
        assert torch.isinf(after).sum() == change.size - 1
        assert after.softmax(-1)[0, 7] == 1.0


@pytest.mark.parametrize(
    ("language", "letter", "other"),
    [("hi", "क", "க"), ("th", "ก", "क"), ("zh", "语", "한"), ("ko", "한", "语"), ("ja", "か", "ก")],
)
def test_after_the_beginning_of_a_character_only_what_completes_it_to_the_script_may_follow(
    language, letter, other, change
):
    vocabulary = {data: one for one, data in enumerate(change.table.spelled) if data}
    first, second = vocabulary[letter.encode()[:1]], vocabulary[letter.encode()[1:2]]
    asked = Decoding(language, "hard")
    within, after = changed(change, asked, asked, last=[first, vocabulary[b" "]])
    assert within[second] == 0.0
    assert all(within[vocabulary[wrong]] < 0 for wrong in (b"a", b" ", letter.encode()[:1]))
    assert after[second] < 0
    if other.encode()[:1] == letter.encode()[:1]:
        assert within[vocabulary[other.encode()[1:2]]] < 0


@pytest.mark.parametrize("language", ["hi", "th", "zh", "ja", "ko", "ar", "ru", "de"])
def test_whatever_is_drawn_under_hard_is_text_of_the_language(language: str, change) -> None:
    generator = torch.Generator().manual_seed(7)
    constraint, told = change.constraint(Decoding(language, "hard")), [change.tokenizer.eos_token_id] * 3
    for _ in range(300):
        scores = torch.zeros((1, change.size))
        scores[0, len(change.table.special) :] = -math.inf
        scores[0, torch.from_numpy(change.table.special).nonzero()[:, 0]] = -math.inf
        change.apply(scores, [(0, constraint)], lambda: torch.tensor([told[-3:]]))
        told.append(int(torch.multinomial(scores.softmax(-1)[0], 1, generator=generator)))
    text = b"".join(change.table.spelled[one] for one in told[3:]).decode("utf-8", "ignore")
    found = scripts.scripts_of(text)
    assert sum(found.values()) > 25
    assert set(found) <= scripts.written_with(language)


def test_a_method_that_there_is_not_is_refused(change) -> None:
    with pytest.raises(UsageError, match="method is 'harsh'; there are: soft, published, hard"):
        change.constraint(Decoding("de", "harsh"))
