"""The language policy as a value: presets, TOML, and what cannot be."""

from __future__ import annotations

import tomllib

import pytest

from xrag.control import PRESETS, Fallback, LanguageGuard, LanguagePolicy, Variant, preset
from xrag.errors import UnknownLanguage, UsageError
from xrag.types import Ability, Decoding


def test_the_presets_go_from_nothing_to_everything() -> None:
    assert list(PRESETS) == ["off", "prompt", "strict", "guaranteed"]
    assert [one.guard.attempts for one in PRESETS.values()] == [1, 3, 3, 4]


def test_strict_alone_needs_a_generator_that_can_more_than_complete() -> None:
    needs = {name: one.needs for name, one in PRESETS.items()}
    assert needs["strict"] == {Ability.PREFILL, Ability.DECODING}
    assert needs["off"] == needs["prompt"] == needs["guaranteed"] == set()


@pytest.mark.parametrize("name", PRESETS)
def test_a_policy_comes_back_from_its_table(name: str) -> None:
    assert LanguagePolicy.from_table(PRESETS[name].to_table()) == PRESETS[name]


def test_a_table_starts_from_a_preset_and_changes_it() -> None:
    text = 'preset = "strict"\ntarget = "deu"\n[decoding]\nmethod = "hard"\nnames = ["NASA"]\n[guard]\nattempts = 5'
    policy = LanguagePolicy.from_table(tomllib.loads(text))
    assert (policy.target, policy.prefill, policy.guard) == ("de", True, LanguageGuard(attempts=5))
    assert policy.decoding == Decoding(method="hard", names=("NASA",))


def test_languages_to_vote_are_taken_in_any_form_and_once() -> None:
    policy = LanguagePolicy.from_table({"consistency": ["eng", "Spanish", "en"]})
    assert policy.consistency == ("en", "es")
    assert LanguagePolicy.from_table(policy.to_table()) == policy


def test_names_of_variants_and_fallbacks_are_taken_as_text() -> None:
    policy = LanguagePolicy(prompt="english-named", fallback="translate")
    assert (policy.prompt, policy.fallback) == (Variant.ENGLISH_NAMED, Fallback.TRANSLATE)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"prefil": True}, "did you mean prefill?"),
        ({"preset": "paranoid"}, "there are: off, prompt, strict, guaranteed"),
        ({"prompt": "german"}, "prompt is 'german'; there are: english, english-named"),
        ({"fallback": "shrug"}, "there are: mark, translate"),
        ({"exemplars": 9}, "exemplars is 9; there are 0 to 2"),
        ({"guard": {"tries": 2}}, "guard of a language policy has no field 'tries'"),
        ({"decoding": {"method": "harsh"}}, "method is 'harsh'; there are: soft, published, hard"),
        ({"decoding": {"penalty": 0}}, "a boost and a penalty above 0"),
        ({"consistency": "en"}, 'consistency is a list of languages, as ["en", "es"]'),
        ({"prefill": True, "prompt": "think-in-english"}, "thinks in English first"),
    ],
)
def test_what_cannot_be_is_one_clear_line(table: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        LanguagePolicy.from_table(table)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_that_no_language_is_called_is_refused() -> None:
    with pytest.raises(UnknownLanguage):
        LanguagePolicy(target="klingonese")


def test_an_unknown_preset_is_answered_with_the_names() -> None:
    with pytest.raises(UsageError, match="there are: off"):
        preset("loose")
