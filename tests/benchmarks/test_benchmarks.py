"""Every benchmark file is valid, the files come whole and checked, and the real ones hold what they promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from xrag import benchmarks, languages, registry
from xrag.errors import InputError, UsageError

REAL = {
    "xor-retrieve": ("xor-qa", None, 2110),
    "xor-engspan": ("xor-qa", None, 2110),
    "afriqa": ("afriqa", None, 1927),
    "afriqa-queries": ("afriqa", ["bem", "fon", "ha", "ig", "rw", "ak", "zu"], 3034),
    "xquad-r": (".", ["ar", "de", "en", "es", "hi", "ru", "th", "zh"], 9520),
    "language-confusion": ("language-confusion", None, 2400),
}


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_benchmark_file_is_whole_and_uses_languages_and_a_loader_that_exist(name: str) -> None:
    spec = benchmarks.read_spec(name)
    assert all(languages.tag(tag) == tag for tag in spec.languages)
    assert spec.form in registry.components("loader")
    for split in spec.splits.values():
        assert {*split.questions, *split.passages} <= {*spec.languages}
        assert {*split.urls} <= {*split.files}


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_benchmark_says_where_it_comes_from_and_how_many_questions_it_has(
    name: str,
) -> None:
    spec = benchmarks.read_spec(name)
    assert all([spec.title, spec.licence, spec.citation, spec.revision])
    assert spec.homepage.startswith("https://")
    counted = all(split.questions for split in spec.splits.values())
    assert counted or "not verified" in spec.notes
    assert any(split.urls for split in spec.splits.values()) or "get" in spec.notes or "given" in spec.notes


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_benchmark_says_what_was_verified_of_it_and_how(name: str) -> None:
    notes = benchmarks.read_spec(name).notes
    assert "verified on the file" in notes or "not at hand" in notes


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_address_is_made_from_a_language_as_its_files_are(name: str) -> None:
    spec = benchmarks.read_spec(name)
    for split in spec.splits.values():
        for kind, url in split.urls.items():
            assert ("{" in url) == ("{" in split.files[kind].partition(".tar.gz/")[0].partition(".zip/")[0])
            assert all(url.format(language=code).startswith("https://") for code in spec.languages.values())


def test_the_files_of_afriqa_are_published_in_a_folder_for_each_language() -> None:
    split = benchmarks.read_spec("afriqa-queries").split("test")
    assert split.urls["questions"].format(language="wol.fr").endswith("/wol/queries.afriqa.wol.fr.test.json")


@pytest.mark.parametrize("name", REAL)
def test_the_real_files_are_copied_verified_and_loaded(name: str, shared_data: Path, data: Path) -> None:
    folder, wanted, count = REAL[name]
    splits = ["dev"] if name == "afriqa-queries" else None
    benchmarks.get(benchmarks.read_spec(name), source=shared_data / folder, languages=wanted, splits=splits)
    found = benchmarks.load(name, languages=wanted)
    assert len(found.examples) == count
    assert len({one.query.id for one in found.examples}) == len(found.examples)


def test_the_translations_of_afriqa_have_the_ids_of_its_questions(shared_data: Path) -> None:
    folder = shared_data / "afriqa"
    asked, translated = (benchmarks.load(name, folder=folder).examples for name in ("afriqa", "afriqa-translated"))
    assert [one.query.id for one in asked] == [one.query.id for one in translated]
    assert {one.query.language for one in translated} == {"en", "fr"}
    assert all(one.query.text.strip() for one in translated)


def test_the_paragraphs_of_xquad_r_are_parallel(shared_data: Path) -> None:
    found = benchmarks.load("xquad-r", languages=["th", "hi"], passage_languages=["en"], folder=shared_data)
    texts = {passage.id: passage.text for passage in found.passages()}
    english = {
        one.query.id.partition(":")[2]: one
        for one in benchmarks.load("xquad-r", languages=["en"], folder=shared_data).examples
    }
    for example in found.examples:
        [relevant] = example.qrels
        assert english[example.query.id.partition(":")[2]].gold_answers[0] in texts[relevant]


def test_cross_lingual_prompts_are_english_and_ask_for_another_language(shared_data: Path) -> None:
    folder = shared_data / "language-confusion"
    found = benchmarks.load("language-confusion", split="crosslingual", languages=["ko"], folder=folder)
    assert {(one.query.language, one.answer_language) for one in found.examples} == {("en", "ko")}


def test_a_file_that_is_there_is_not_brought_again(shared_data: Path, data: Path) -> None:
    spec = benchmarks.read_spec("xor-retrieve")
    assert len(benchmarks.get(spec, source=shared_data / "xor-qa")) == 1
    assert benchmarks.get(spec, source=shared_data / "xor-qa") == []


def test_an_altered_file_is_refused_and_leaves_nothing(tmp_path: Path, data: Path) -> None:
    (tmp_path / "xor_dev_retrieve_eng_span_v1_1.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="its checksum differs"):
        benchmarks.get(benchmarks.read_spec("xor-retrieve"), source=tmp_path)
    assert [path for path in data.rglob("*") if path.is_file()] == []


def test_a_file_that_is_not_in_the_folder_is_one_line(tmp_path: Path, data: Path) -> None:
    with pytest.raises(InputError, match=r"there is no xor_dev.* in .*; it is published at https"):
        benchmarks.get(benchmarks.read_spec("xor-retrieve"), source=tmp_path)


def test_the_files_of_one_split_can_be_brought_alone(tmp_path: Path, data: Path) -> None:
    (tmp_path / "xrag.dev.jsonl").write_text("{}\n", encoding="utf-8")
    spec = benchmarks.read_spec("xrag")
    brought = benchmarks.get(spec, source=tmp_path, splits=["dev-monolingual", "dev-multilingual"])
    assert [path.name for path in brought] == ["xrag.dev.jsonl"]
    with pytest.raises(InputError, match="there is no xrag.test.jsonl"):
        benchmarks.get(spec, source=tmp_path)
    with pytest.raises(UsageError, match="xrag has no split 'dev'"):
        benchmarks.get(spec, source=tmp_path, splits=["dev"])


def test_what_cannot_be_downloaded_by_itself_says_where_it_is(data: Path) -> None:
    with pytest.raises(UsageError, match=r"get it at https://huggingface.co/datasets/miracl/miracl"):
        benchmarks.get(benchmarks.read_spec("miracl"))


def test_another_revision_is_told_by_its_counts(tmp_path: Path, shared_data: Path) -> None:
    name = "xor_dev_retrieve_eng_span_v1_1.jsonl"
    kept = (shared_data / "xor-qa" / name).read_text(encoding="utf-8").splitlines()[:-1]
    (tmp_path / name).write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match=r"questions instead of \d+; these are not the files of revision 1.1"):
        benchmarks.load("xor-retrieve", folder=tmp_path)


def test_a_benchmark_that_is_not_there_says_how_to_get_it(data: Path) -> None:
    with pytest.raises(InputError, match="get it with: xrag data get xor-retrieve"):
        benchmarks.load("xor-retrieve")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("xor-retreive", {}, "did you mean xor-retrieve"),
        ("xor-retrieve", {"split": "test"}, "no split 'test'; there are: dev"),
        ("xor-retrieve", {"languages": ["de"]}, "has no de; its languages are ar, bn"),
        ("xor-retrieve", {"passage_languages": ["en"]}, "are not parallel"),
    ],
)
def test_what_a_benchmark_does_not_have_is_one_line(name: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        benchmarks.load(name, **options)  # type: ignore[arg-type]


def test_a_toml_that_is_no_benchmark_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('title = "X"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"x.toml: not a benchmark \('languages'\)"):
        benchmarks.read_spec(tmp_path / "x.toml")
