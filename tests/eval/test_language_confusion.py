"""The language-confusion script: its rules by hand, and the real completions of three models with the script's own figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from xrag.eval.official.language_confusion import ALL, Response, pass_rates, read_words, score
from xrag.eval.predictions import read_predictions

WORDS = frozenset({"because", "river", "mountain"})
FRENCH = "Je ne sais pas encore où se trouve cette grande ville du sud."
RUSSIAN = "Это очень большая река на самом севере нашей страны."


def lpr(completion: str, language: str) -> float:
    return pass_rates([completion], language, WORDS).lpr


@pytest.mark.parametrize(
    ("language", "completion", "passes"),
    [
        ("fr", FRENCH, 1.0),
        ("fr", f"{FRENCH}\nI do not know where this big town is.", 0.0),
        ("ru", RUSSIAN, 1.0),
        ("ar", "لا أعرف أين تقع هذه المدينة الكبيرة في الجنوب", 1.0),
        ("hi", "मुझे नहीं पता कि यह बड़ा शहर कहाँ है", 1.0),
        ("zh", "我不知道这座南方的大城市在哪里。", 1.0),
        ("ja", "私はこの南の大きな町がどこにあるのか知りません。", 1.0),
        ("ko", "나는 이 남쪽의 큰 도시가 어디에 있는지 모른다", 1.0),
        ("ja", "我不知道这座南方的大城市在哪里。", 0.0),
    ],
)
def test_every_long_line_must_be_in_the_language(language: str, completion: str, passes: float) -> None:
    assert lpr(completion, language) == passes


def test_what_follows_a_further_question_is_not_looked_at() -> None:
    assert lpr(f"{FRENCH}\nQ: And where is the other big town of the south?", "fr") == 1.0


def test_short_lines_are_never_looked_at() -> None:
    rates = pass_rates(["Paris", "In the big town"], "fr", WORDS)
    assert (rates.lpr, rates.coverage) == (1.0, 0.0)


def test_an_english_word_fails_a_response_by_word_in_six_languages_alone() -> None:
    assert pass_rates([f"{RUSSIAN} river"], "ru", WORDS).wpr == 0.0
    assert pass_rates([f"{FRENCH} river"], "fr", WORDS).wpr is None


def test_words_are_asked_only_of_what_passes_by_line() -> None:
    rates = pass_rates([RUSSIAN, "This is all in English, because nobody asked."], "ru", WORDS)
    assert (rates.lpr, rates.wpr) == (0.5, 1.0)


def test_lcpr_is_the_harmonic_mean_where_words_are_asked() -> None:
    assert pass_rates([RUSSIAN, f"{RUSSIAN} river", f"{FRENCH} river"], "ru", WORDS).lcpr == pytest.approx(4 / 7)
    assert pass_rates([f"{RUSSIAN} river"], "ru", WORDS).lcpr == 0.0
    assert pass_rates([FRENCH], "fr", WORDS).lcpr is None


def test_a_language_where_nothing_counts_has_a_rate_of_one() -> None:
    assert pass_rates([], "fr", WORDS).lpr == 1.0


def test_the_word_list_keeps_lower_case_words_of_more_than_three_letters(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("river\nRiver\nsea\n", encoding="utf-8")
    assert read_words(tmp_path / "words") == {"river"}


@pytest.mark.parametrize(
    ("model", "task", "lpr", "wpr"),
    [
        ("command-r", "monolingual", 0.9796963498509891, 0.9617394432512261),
        ("command-r", "crosslingual", 0.6768527647731294, 0.9397410367478028),
        ("gpt-3.5-turbo", "monolingual", 0.9810213387586978, 1.0),
        ("gpt-3.5-turbo", "crosslingual", 0.8903524568070634, 0.9872949581867222),
        ("llama-3-instruct", "monolingual", 0.4573333333333333, 0.922989972989973),
        ("llama-3-instruct", "crosslingual", 0.30040227953545856, 0.9417020998766747),
    ],
)
def test_the_real_completions_score_as_the_script_scores_them(
    shared_data: Path, model: str, task: str, lpr: float, wpr: float
) -> None:
    folder = shared_data / "language-confusion"
    rows = [one for one in read_predictions(folder / f"{model}.csv") if one.fields["task"] == task]
    responses = [Response(one.text or "", str(one.fields["source"]), str(one.fields["language"])) for one in rows]
    rates = score(responses, read_words(folder / "words"))[ALL, ALL]
    assert (rates.lpr, rates.wpr) == (pytest.approx(lpr, abs=1e-12), pytest.approx(wpr, abs=1e-12))
