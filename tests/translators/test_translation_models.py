"""Translation models of each family, made small by the real libraries, run by transformers and by CTranslate2."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from tests.translation_models import CODES, LENGTH, TRANSLATIONS, save_families, save_trained
from xrag import registry
from xrag.errors import InputError, Unsupported, UsageError
from xrag.testing import check_learned_translator
from xrag.translators.cache import CachedTranslator
from xrag.translators.ct2 import convert, open_ct2
from xrag.translators.families import families, known_models
from xrag.translators.huggingface import open_transformers
from xrag.translators.sequences import Seq2SeqTranslator

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
TEXT = "The Danube rises in the Black Forest."
NAMES = ("nllb", "m2m-100", "opus-mt", "opus-mt, many", "madlad-400")
Open = Callable[..., Seq2SeqTranslator]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return save_families(tmp_path_factory.mktemp("families"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_trained(tmp_path_factory.mktemp("trained") / "model")


@pytest.fixture(scope="module")
def converted(trained: Path) -> Path:
    return convert(str(trained), trained.with_name("int8"))


def target_of(name: str) -> str:
    return "en" if name == "opus-mt" else "de"


def documented(name: str, folder: Path) -> str:
    """How the library's own documentation has a model of the family translate Spanish."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)
    text, forced = {"opus-mt, many": f">>deu<< {TEXT}", "madlad-400": f"<2de> {TEXT}"}.get(name, TEXT), None
    if name == "nllb":
        tokenizer.src_lang, forced = "spa_Latn", tokenizer.convert_tokens_to_ids("deu_Latn")
    if name == "m2m-100":
        tokenizer.src_lang, forced = "es", tokenizer.get_lang_id("de")
    given = tokenizer(text, return_tensors="pt")
    made = model.generate(**given, forced_bos_token_id=forced, max_new_tokens=LENGTH, num_beams=2, do_sample=False)
    return tokenizer.decode(made[0], skip_special_tokens=True).removeprefix("__de__").strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_family_is_asked_as_its_library_documents(name: str, models: Mapping[str, Path]) -> None:
    [made] = open_transformers(str(models[name]), beams=2).translate([TEXT], "es", target_of(name))
    assert made.text == documented(name, models[name]) != ""


@pytest.mark.parametrize("name", NAMES)
def test_a_converted_model_says_the_same(name: str, models: Mapping[str, Path], tmp_path: Path) -> None:
    folder = convert(str(models[name]), tmp_path / "model", quantization="float32")
    texts = [open_it(str(path), beams=1).translate([TEXT], "es", target_of(name))[0].text for open_it, path in (
        (open_transformers, models[name]), (open_ct2, folder))]  # fmt: skip
    assert texts[0][:12] == texts[1][:12] != ""


@pytest.fixture(scope="module", params=["transformers", "ctranslate2"])
def translator(request: pytest.FixtureRequest) -> Seq2SeqTranslator:
    if request.param == "transformers":
        return open_transformers(str(request.getfixturevalue("trained")))
    return open_ct2(str(request.getfixturevalue("converted")))


@pytest.mark.parametrize(("question", "english"), TRANSLATIONS.items(), ids=[tag for tag, _ in TRANSLATIONS])
def test_a_model_translates_both_ways_in_every_script(
    question: tuple[str, str], english: str, translator: Seq2SeqTranslator
) -> None:
    tag, text = question
    assert translator.translate([text], tag, "en")[0].text == english
    assert translator.translate([english], "en", tag)[0].text == text.rstrip("？")


def test_it_keeps_the_promises_of_a_translator(translator: Seq2SeqTranslator) -> None:
    check_learned_translator(translator, [text for tag, text in TRANSLATIONS if tag == "de"], "de", "en")


@pytest.mark.parametrize("code", ["de", "deu", "deu_Latn", "German"])
def test_a_language_may_be_called_by_any_of_its_codes(code: str, translator: Seq2SeqTranslator) -> None:
    [made] = translator.translate(["Seit wann ist Canberra die Hauptstadt?"], code, "eng_Latn")
    assert (made.text, made.source, made.target) == ("Since when has Canberra been the capital?", "de", "en")


@pytest.mark.parametrize(("source", "target"), [("und", "en"), ("zh-Hant", "zh"), ("de", "de")])
def test_what_needs_no_translation_or_can_have_none_stays(
    source: str, target: str, translator: Seq2SeqTranslator
) -> None:
    assert [one.text for one in translator.translate(["中國 x", " "], source, target)] == ["中國 x", " "]


def test_texts_of_all_lengths_in_small_batches_keep_their_order(trained: Path) -> None:
    german = "Seit wann ist Canberra die Hauptstadt?"
    one_by_one = open_transformers(str(trained), batch=1)
    texts = [german, "Hauptstadt?", german[:20], "", german]
    together = [one.text for one in open_transformers(str(trained), batch=3).translate(texts, "de", "en")]
    assert together == [one_by_one.translate([text], "de", "en")[0].text for text in texts]


def test_a_text_over_the_limit_is_translated_in_pieces(translator: Seq2SeqTranslator) -> None:
    german, english = "Seit wann ist Canberra die Hauptstadt?", "Since when has Canberra been the capital?"
    [made] = translator.translate([" ".join([german] * 12)], "de", "en")
    assert made.text == " ".join([english] * 12)


def test_a_sentence_over_the_limit_is_cut_with_a_warning(trained: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        open_transformers(str(trained), beams=1).translate(["Hauptstadt " * 200], "de", "en")
    assert f"2 sentences were cut, or fill the {LENGTH} tokens of the model" in caplog.text


@pytest.mark.parametrize(
    ("name", "tag", "token"),
    [
        ("nllb", "ar", "arb_Arab"),
        ("nllb", "zh", "zho_Hans"),
        ("nllb", "zh-Hant", "zho_Hant"),
        ("nllb", "sw", "swh_Latn"),
        ("nllb", "no", "nob_Latn"),
        ("nllb", "ak", "twi_Latn"),
        ("nllb", "fa", "pes_Arab"),
        ("nllb", "fil", "tgl_Latn"),
        ("m2m-100", "he", "__he__"),
        ("m2m-100", "nso", "__ns__"),
        ("m2m-100", "zh", "__zh__"),
        ("opus-mt, many", "zh", ">>cmn_Hans<<"),
        ("opus-mt, many", "fr", ">>fra<<"),
        ("madlad-400", "he", "<2iw>"),
    ],
)
def test_each_family_has_codes_of_its_own(name: str, tag: str, token: str, models: Mapping[str, Path]) -> None:
    translator = open_transformers(str(models[name]))
    assert tag in translator.languages
    assert translator._speaker.tokens[tag] == token


@pytest.mark.parametrize(("name", "count"), [("nllb", 200), ("m2m-100", 100), ("opus-mt", 2)])
def test_a_model_says_which_languages_it_knows(name: str, count: int, models: Mapping[str, Path]) -> None:
    assert len(open_transformers(str(models[name])).languages) == count


@pytest.mark.parametrize(
    ("name", "source", "target", "message"),
    [
        ("m2m-100", "bem", "en", r"does not translate from Bemba \(bem\); of its 100 languages some are: af, am"),
        ("madlad-400", "de", "bem", r"does not translate into Bemba \(bem\)"),
        ("opus-mt", "es", "fr", r"from Spanish \(es\) into English \(en\), and not from Spanish \(es\) into French"),
    ],
)
def test_a_language_that_a_model_does_not_know_is_named(
    name: str, source: str, target: str, message: str, models: Mapping[str, Path]
) -> None:
    with pytest.raises(Unsupported, match=message):
        open_transformers(str(models[name])).translate(["x"], source, target)


def test_the_fingerprint_names_what_changes_a_translation(trained: Path, converted: Path, tmp_path: Path) -> None:
    def key(open_it: Open, folder: Path, **options: int) -> str:
        return open_it(str(folder), **options).fingerprint

    altered = shutil.copytree(trained, tmp_path / "altered")
    weights = load_file(altered / "model.safetensors")
    name = next(name for name, one in weights.items() if one.ndim == 2)
    save_file({**weights, name: torch.flip(weights[name], (0,))}, altered / "model.safetensors", {"format": "pt"})
    own = key(open_transformers, trained)
    assert own == key(open_transformers, trained, batch=3)
    others = [key(open_transformers, trained, beams=1), key(open_transformers, altered), key(open_ct2, converted)]
    assert len({own, *others}) == 4


def test_a_cached_translation_is_not_made_again(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = open_transformers(str(trained))
    cached = CachedTranslator(translator, tmp_path / "cache.sqlite")
    first = cached.translate(["Hauptstadt"], "de", "en")
    monkeypatch.setattr(translator, "_engine", None)
    again = CachedTranslator(open_transformers(str(trained)), tmp_path / "cache.sqlite")
    monkeypatch.setattr(again._translator._engine, "run", None)
    assert again.translate(["Hauptstadt"], "de", "en") == first


def broken(folder: Path, tmp_path: Path, name: str) -> Path:
    made = shutil.copytree(folder, tmp_path / name)
    if name == "encoder":
        (made / "config.json").write_text(json.dumps({"model_type": "bert", "vocab_size": 10}))
    for path in made.glob("*.safetensors" if name == "weightless" else "tokenizer*" if name == "speechless" else "-"):
        path.unlink()
    return made


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("weightless", "weightless cannot be loaded"),
        ("speechless", "cannot be loaded"),
        ("encoder", "its type is 'bert'"),
    ],
)
def test_a_folder_without_what_it_takes_is_one_clear_line(
    name: str, message: str, trained: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_transformers(str(broken(trained, tmp_path, name)))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("opened", [open_transformers, open_ct2])
def test_a_model_that_is_nowhere_is_named(opened: Open) -> None:
    with pytest.raises(InputError, match="no-such-model is neither a folder nor the name of a model"):
        opened("no-such-model")


def test_a_model_that_is_not_converted_says_how_it_can_be(trained: Path) -> None:
    with pytest.raises(InputError, match="no model of CTranslate2; make one with xrag.translators.ct2.convert"):
        open_ct2(str(trained))


def test_a_converted_model_from_elsewhere_needs_its_tokenizer_named(
    converted: Path, trained: Path, tmp_path: Path
) -> None:
    bare = shutil.copytree(converted, tmp_path / "bare", ignore=shutil.ignore_patterns("tokenizer"))
    with pytest.raises(InputError, match="name the model that it was converted from as its tokenizer"):
        open_ct2(str(bare))
    named = open_ct2(str(bare), tokenizer=str(trained))
    assert named.translate(["מהי בירת ישראל?"], "he", "en")[0].text == "What is the capital of Israel?"


def test_a_conversion_is_whole_or_absent(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="there already"):
        convert(str(trained), tmp_path / "there")
    with pytest.raises(InputError, match="cannot be converted"):
        convert(str(broken(trained, tmp_path, "weightless")), tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there", "weightless"]


@pytest.mark.parametrize("options", [{"beams": 0}, {"batch": 0}])
def test_a_search_that_cannot_be_is_refused(options: Mapping[str, int], trained: Path) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        open_transformers(str(trained), **options)


@pytest.mark.parametrize("name", ["hf", "ct2"])
def test_a_registered_translator_needs_a_model(name: str) -> None:
    with pytest.raises(UsageError, match=f"the translator '{name}' needs the option 'model'"):
        registry.make("translator", name, {})


def test_every_row_of_the_table_is_whole() -> None:
    assert [family.name for family in families()] == ["nllb", "m2m-100", "opus-mt", "madlad-400"]
    assert all(family.begins in ("source", "target") and family.longest > 0 for family in families())
    assert all(hub.count("/") == 1 and known.licence for hub, known in known_models().items())
    assert set(CODES.values()) <= {code for code in CODES.values() if code[3] == "_"}
