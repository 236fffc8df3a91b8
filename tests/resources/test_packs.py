"""Each prompt pack holds together on its own; whether it reads well is a matter for its readers."""

from __future__ import annotations

import string

import pytest
import regex

from xrag import languages
from xrag.control.context import approximate_tokens
from xrag.languages import identification, scripts
from xrag.resources import packs

TAGS = packs.packed_languages()
EACH = pytest.mark.parametrize("tag", TAGS)
INSTRUCTIONS = ("system", "citation", "abstention", "untrusted", "instruction", "entities", "insist")
LABELS = ("passages", "question", "prefill", "yes", "no")
WRITTEN_IN = {"Jpan": {"Hira", "Kana", "Hani"}, "Kore": {"Hang"}, "Hans": {"Hani"}, "Hant": {"Hani"}}
ENDS = {"Beng": "।", "Deva": "।", "Hans": "。", "Hant": "。", "Jpan": "。", "Khmr": "។", "Thai": ""}
UNREADABLE = {"ak", "bem", "fon", "wo"}
"""Languages of which no identifier here tells an instruction from other languages' (facts of identification, not of packs)."""
WIDESPREAD = ("ar", "de", "en", "es", "fr", "hi", "pt", "ru", "sw", "zh")
RIGHT_TO_LEFT_MARK = "\u200f"
BENCHMARKS = {
    "XOR QA": "ar bn fi ja ko ru te",
    "XRAG": "ar de en es zh",
    "MKQA": "ar da de en es fi fr he hu it ja km ko ms nl no pl pt ru sv th tr vi zh_cn zh_hk zh_tw",
    "AfriQA": "bem fon hau ibo kin swa twi wol yor zul",
    "MIRACL": "ar bn de en es fa fi fr hi id ja ko ru sw te th yo zh",
    "language confusion": "ar de en es fr hi id it ja ko pt ru tr vi zh",
}


def texts(tag: str, *fields: str) -> list[str]:
    pack = packs.pack(tag)
    return [getattr(pack, field) for field in fields or (*INSTRUCTIONS, *LABELS)]


def plain(text: str) -> str:
    return regex.sub(r"</?passage>|\{\w+\}", " ", text)


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_there_is_a_pack_for_each_language_of_the_benchmark(benchmark: str) -> None:
    assert {languages.tag(code) for code in BENCHMARKS[benchmark].split()} <= set(TAGS)


def test_a_language_without_a_pack_has_none() -> None:
    assert [packs.pack(tag) for tag in ("ka", "sr-Latn", "und", "../en")] == [None] * 4


@EACH
def test_its_name_is_the_canonical_tag(tag: str) -> None:
    assert languages.tag(tag) == tag


@EACH
def test_placeholders_stand_where_they_belong_and_nowhere_else(tag: str) -> None:
    wanted = {"abstention": ["none"], "question": ["question"]}
    for field in (*INSTRUCTIONS, *LABELS):
        found = [
            name for _, name, _, _ in string.Formatter().parse(getattr(packs.pack(tag), field)) if name is not None
        ]
        assert found == wanted.get(field, []), field


@EACH
def test_the_tags_of_passages_and_the_form_of_markers_are_named(tag: str) -> None:
    pack = packs.pack(tag)
    assert "<passage>" in pack.untrusted
    assert "</passage>" in pack.untrusted
    assert all("[1]" in text for text in (pack.citation, pack.insist, pack.exemplar.answer))


@EACH
def test_it_is_written_in_its_own_script(tag: str) -> None:
    own = WRITTEN_IN.get(languages.script(tag), {languages.script(tag)})
    exemplar = packs.pack(tag).exemplar
    for text in (*texts(tag), exemplar.question, exemplar.answer, exemplar.unanswered):
        assert set(scripts.scripts_of(plain(text))) <= own, text


@EACH
def test_instructions_end_as_sentences_of_the_language_do(tag: str) -> None:
    end = "۔" if tag == "ur" else ENDS.get(languages.script(tag), ".")
    for field in ("system", "citation", "untrusted", "instruction", "entities", "insist"):
        assert getattr(packs.pack(tag), field).endswith(end), field


@EACH
def test_it_is_read_as_its_own_language(tag: str) -> None:
    if tag in UNREADABLE:
        pytest.skip("no identifier here knows the language")
    pack = packs.pack(tag)
    read = " ".join((pack.system, pack.untrusted, pack.insist, pack.abstention, pack.citation))
    [found] = identification.identify([plain(read)], [tag, *WIDESPREAD])
    assert found.language == tag


@EACH
def test_no_english_is_left_over(tag: str) -> None:
    english = {"the", "this", "that", "answer", "answers", "write", "everything", "between", "with"}
    written = plain(" ".join(texts(tag))).casefold()
    words = set(regex.findall(r"\p{L}+", written))
    assert tag == "en" or words & english == set()


@EACH
def test_only_right_to_left_texts_carry_direction_marks_and_they_begin_from_the_right(tag: str) -> None:
    for field in (*INSTRUCTIONS, *LABELS):
        text = getattr(packs.pack(tag), field)
        if languages.direction(tag) == "rtl":
            first = regex.search(r"\p{L}", plain(text))
            assert first
            assert first.group() in regex.findall(r"[\p{Arab}\p{Hebr}]", text), field
            assert not regex.search(r"[\]>][.۔]", text), f"{field}: a mark is missing before the full stop"
        else:
            assert RIGHT_TO_LEFT_MARK not in text
        assert not regex.search("[\u202a-\u202e\u2066-\u2069]", text)


@EACH
def test_what_a_model_may_copy_carries_no_direction_mark(tag: str) -> None:
    pack = packs.pack(tag)
    for text in (pack.prefill, pack.exemplar.answer, pack.none, pack.yes, pack.no):
        assert not regex.search("[\u200e\u200f]", text)


@EACH
def test_it_is_about_as_long_as_the_others(tag: str) -> None:
    for field in INSTRUCTIONS:
        english, own = (approximate_tokens(getattr(packs.pack(one), field)) for one in ("en", tag))
        assert english / 2.5 <= own <= english * 3.5, field


@EACH
def test_yes_and_no_differ_and_its_texts_are_no_other_languages(tag: str) -> None:
    pack = packs.pack(tag)
    assert pack.yes != pack.no
    others = [packs.pack(other) for other in TAGS if other != tag]
    assert not {pack.instruction, pack.insist, pack.exemplar.answer} & {
        text for other in others for text in (other.instruction, other.insist, other.exemplar.answer)
    }


@EACH
def test_the_prefill_can_be_gone_on_from(tag: str) -> None:
    prefill = packs.pack(tag).prefill
    assert prefill == prefill.strip()
    assert prefill[-1] not in ".。।។۔:："
