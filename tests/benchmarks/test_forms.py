"""Each loader on a small file of the published form: question answering, and collections of one's own."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from published import PARALLEL, benchmark, lines

from xrag.errors import InputError
from xrag.types import Query


def squad(*paragraphs: tuple[str, list[tuple[str, str, str]]]) -> str:
    rows = [
        {
            "context": text,
            "qas": [{"id": i, "question": q, "answers": [{"text": a, "answer_start": 0}]} for i, q, a in qas],
        }
        for text, qas in paragraphs
    ]
    return json.dumps({"version": "1.1", "data": [{"title": "t", "paragraphs": rows}]}, ensure_ascii=False)


SQUAD = 'form = "squad"\nlanguages = ["de", "th"]\n[splits.test.files]\nquestions = "{language}.json"\n'


def test_squad_makes_a_passage_of_each_paragraph(tmp_path: Path) -> None:
    (tmp_path / "de.json").write_text(squad(("Wien liegt hier.", [("a", "Was?", "Wien")])), encoding="utf-8")
    found = benchmark(tmp_path, SQUAD, languages=["de"])
    [example] = found.examples
    assert (example.query, example.gold_answers, example.qrels) == (Query("a", "Was?", "de"), ("Wien",), {"de:0": 1})
    assert [(one.id, one.text, one.language) for one in found.passages()] == [("de:0", "Wien liegt hier.", "de")]


def test_parallel_passages_are_relevant_in_every_language_of_the_pool(tmp_path: Path) -> None:
    for language, text in (("de", "Wien"), ("th", "เวียนนา")):
        (tmp_path / f"{language}.json").write_text(squad((text, [("a", "?", text)])), encoding="utf-8")
    crossed = benchmark(tmp_path, PARALLEL + SQUAD, languages=["de"], passage_languages=["th"])
    pooled = benchmark(tmp_path, PARALLEL + SQUAD)
    assert [(one.query.id, dict(one.qrels)) for one in crossed.examples] == [("de:a", {"th:0": 1})]
    assert [one.id for one in crossed.passages()] == ["th:0"]
    assert [dict(one.qrels) for one in pooled.examples] == [{"de:0": 1, "th:0": 1}] * 2


def test_tydiqa_tells_the_language_by_the_id(tmp_path: Path) -> None:
    content = squad(("Helsinki.", [("finnish-1", "Mikä?", "Helsinki")]), ("Cairo.", [("arabic-2", "ما?", "Cairo")]))
    (tmp_path / "all.json").write_text(content, encoding="utf-8")
    toml = 'form = "tydiqa"\n[languages]\nfi = "finnish"\n[splits.dev.files]\nquestions = "all.json"\n'
    assert [one.query.id for one in benchmark(tmp_path, toml).examples] == ["finnish-1"]


def test_xor_questions_have_english_answers(tmp_path: Path) -> None:
    rows = [{"id": "1", "question": "?", "answers": ["Rome", "Rome"], "lang": "te", "split": "dev"}, {"lang": "ar"}]
    lines(tmp_path / "q.jsonl", *rows)
    toml = 'form = "xor"\nanswer_language = "en"\nlanguages = ["te"]\n[splits.dev.files]\nquestions = "q.jsonl"\n'
    [example] = benchmark(tmp_path, toml).examples
    assert (example.gold_answers, example.answer_language, example.query.language) == (("Rome",), "en", "te")


def test_mkqa_takes_aliases_and_questions_without_an_answer(tmp_path: Path) -> None:
    answers = {
        "zh_cn": [{"type": "entity", "text": "北京", "aliases": ["北京市"]}, {"type": "unanswerable", "text": None}]
    }
    lines(tmp_path / "mkqa.jsonl.gz", {"example_id": 7, "queries": {"zh_cn": "哪里"}, "answers": answers})
    toml = 'form = "mkqa"\nlanguages = { zh = "zh_cn" }\n[splits.test.files]\nquestions = "mkqa.jsonl.gz"\n'
    [example] = benchmark(tmp_path, PARALLEL + toml).examples
    assert (example.query, example.gold_answers) == (Query("zh:7", "哪里", "zh"), ("北京", "北京市", ""))


AFRIQA = 'form = "{form}"\nlanguages = {{ ha = "hau.en" }}\n[splits.dev.files]\nquestions = "{{language}}.json"\n'


def test_afriqa_reads_objects_and_the_text_of_objects(tmp_path: Path) -> None:
    pivot = {"answer_start": [0], "text": ["three"]}
    first = {"id": 0, "question_lang": "Nawa?", "context": "He had three.", "title": "Hat", "answer_pivot": pivot}
    second = first | {"id": 1, "answer_pivot": str(pivot)}
    lines(tmp_path / "hau.en.json", first, second, first | {"id": 2, "context": None}, first | {"question_lang": None})
    found = benchmark(tmp_path, AFRIQA.format(form="afriqa"))
    assert [one.gold_answers for one in found.examples] == [("three",)] * 3
    assert [len(one.qrels) for one in found.examples] == [1, 1, 0]
    assert [(one.language, one.title) for one in found.passages()] == [("en", "Hat")]


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        ("['uku']", ("uku",)),
        ("['N'Djamena']", ("N'Djamena",)),
        ("['a'a', 'i']", ("a'a", "i")),
        ('["a", "b"]', ("a", "b")),
    ],
)
def test_afriqa_lists_are_read_with_their_apostrophes(tmp_path: Path, given: str, answers: tuple[str, ...]) -> None:
    lines(tmp_path / "hau.en.json", {"id": 0, "question": "?", "answers": given})
    assert benchmark(tmp_path, AFRIQA.format(form="afriqa-queries")).examples[0].gold_answers == answers


TREC = """form = "trec"
languages = ["sw"]
[splits.dev.files]
topics = "topics.tsv"
qrels = "qrels.tsv"
passages = "docs-*.jsonl.gz"
"""


def test_trec_collections_may_be_in_many_files(tmp_path: Path) -> None:
    (tmp_path / "topics.tsv").write_text("1\tWapi?\n2\tbila\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("1\tQ0\td1\t1\n1\tQ0\td2\t0\n", encoding="utf-8")
    lines(tmp_path / "docs-0.jsonl.gz", {"docid": "d1", "title": "T", "text": "Hapa."})
    lines(tmp_path / "docs-1.jsonl.gz", {"docid": "d2", "title": "", "text": "Pale."})
    found = benchmark(tmp_path, TREC)
    assert [(one.query.text, dict(one.qrels)) for one in found.examples] == [("Wapi?", {"d1": 1, "d2": 0})]
    assert [one.text for one in found.passages()] == ["Hapa.", "Pale."]


def test_parallel_trec_collections_are_tables(tmp_path: Path) -> None:
    (tmp_path / "topics.tsv").write_text("1\tWapi?\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("1 0 7 1\n", encoding="utf-8")
    (tmp_path / "docs.tsv").write_text("7\tHapa\tpia.\n", encoding="utf-8")
    found = benchmark(tmp_path, PARALLEL + TREC.replace("docs-*.jsonl.gz", "docs.tsv"))
    assert (dict(found.examples[0].qrels), next(found.passages()).text) == ({"sw:7": 1}, "Hapa\tpia.")


def test_beir_folders_are_read(tmp_path: Path) -> None:
    lines(tmp_path / "queries.jsonl", {"_id": "q", "text": "Where?"})
    lines(tmp_path / "corpus.jsonl", {"_id": "d", "title": "T", "text": "Here."})
    (tmp_path / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t2\n", encoding="utf-8")
    files = 'queries = "queries.jsonl"\npassages = "corpus.jsonl"\nqrels = "test.tsv"\n'
    found = benchmark(tmp_path, f'form = "beir"\nlanguages = ["en"]\n[splits.test.files]\n{files}')
    assert (dict(found.examples[0].qrels), next(found.passages()).title) == ({"d": 2}, "T")


def test_tevatron_lines_bring_their_own_pool(tmp_path: Path) -> None:
    row = {"query_id": "1", "query": "?", "positive_passages": [{"docid": "a", "title": "", "text": "x"}]}
    lines(tmp_path / "q.jsonl.gz", row | {"negative_passages": [{"docid": "b", "title": "", "text": "y"}]})
    found = benchmark(
        tmp_path, 'form = "tevatron"\nlanguages = ["fi"]\n[splits.test.files]\nquestions = "q.jsonl.gz"\n'
    )
    assert (dict(found.examples[0].qrels), [one.id for one in found.passages()]) == ({"a": 1}, ["a", "b"])


def test_belebele_is_read_from_its_archive(tmp_path: Path) -> None:
    row = {"link": "http://x", "question_number": 2, "flores_passage": "P", "question": "?", "correct_answer_num": "3"}
    row |= {f"mc_answer{i}": f"answer {i}" for i in range(1, 5)}
    with zipfile.ZipFile(tmp_path / "B.zip", "w") as archive:
        archive.writestr("B/deu_Latn.jsonl", json.dumps(row) + "\n")
    toml = 'form = "belebele"\nlanguages = { de = "deu_Latn" }\n[splits.test.files]\nquestions = "B.zip/B/{language}.jsonl"\n'
    [example] = benchmark(tmp_path, PARALLEL + toml).examples
    assert (example.query.id, example.gold_answers) == ("de:http://x#2", ("answer 3",))


def test_ones_own_benchmark_is_plain_json_lines(tmp_path: Path) -> None:
    lines(
        tmp_path / "q.jsonl",
        {"id": 1, "question": "Wo?", "language": "deu", "answers": ["hier"], "qrels": ["p"]},
        {"id": 2, "question": "où ?", "language": "fr", "answers": "ici", "answer_language": "en", "qrels": {"p": 2}},
    )
    lines(tmp_path / "p.jsonl", {"id": "p", "text": "Hier.", "language": "de"})
    files = 'questions = "q.jsonl"\npassages = "p.jsonl"\n'
    found = benchmark(tmp_path, f'form = "jsonl"\nlanguages = ["de", "fr"]\n[splits.mine.files]\n{files}')
    assert [(one.gold_answers, one.answer_language, dict(one.qrels)) for one in found.examples] == [
        (("hier",), "und", {"p": 1}),
        (("ici",), "en", {"p": 2}),
    ]
    assert [one.language for one in found.passages()] == ["de"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": "1", "lang": "te"}\n', r"q.jsonl:1: 'answers' is missing; is this another revision"),
        ('{"id": "1", "lang": "te"}\n{"id": ', r"q.jsonl:1: |q.jsonl:2: not JSON"),
        ("[]\n", r"q.jsonl:1: not a JSON object but list"),
    ],
)
def test_a_file_of_another_form_is_one_line_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "q.jsonl").write_text(content, encoding="utf-8")
    toml = 'form = "xor"\nlanguages = ["te"]\n[splits.dev.files]\nquestions = "q.jsonl"\n'
    with pytest.raises(InputError, match=said):
        benchmark(tmp_path, toml)


def test_a_compressed_file_that_is_cut_off_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_bytes(b"")
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(b'{"lang": "te"}\n' * 1000)[:40])
    toml = 'form = "xor"\nlanguages = ["te"]\n[splits.dev.files]\nquestions = "q.jsonl.gz"\n'
    with pytest.raises(InputError, match=r"q.jsonl.gz: the compressed file is damaged or cut off"):
        benchmark(tmp_path, toml)
