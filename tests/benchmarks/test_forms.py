"""Each loader on a small file of the published form, and on the real files where they are."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from xrag import benchmarks
from xrag.benchmarks import Benchmark
from xrag.errors import InputError
from xrag.types import Query

HEAD = 'title = "T"\nlicence = "L"\ncitation = "C"\nhomepage = "H"\nrevision = "1"\n'
PARALLEL = "aligned = true\n"


def benchmark(folder: Path, toml: str, **options: object) -> Benchmark:
    (folder / "mine.toml").write_text(HEAD + toml, encoding="utf-8")
    return benchmarks.load(folder / "mine.toml", folder=folder, **options)  # type: ignore[arg-type]


def lines(path: Path, *rows: object) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


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


XRAG = """form = "xrag"
per_language_ids = true
languages = ["ar", "de", "es", "zh", "en"]
[splits.dev-monolingual.files]
questions = "xrag.dev.jsonl"
[splits.dev-multilingual.files]
questions = "xrag.dev.jsonl"
"""
ENGLISH = "The minister said on Tuesday that the new bridge over the river would be opened in the autumn of the year."
GERMAN = "Der Minister sagte am Dienstag, dass die neue Brücke über den Fluss im Herbst des Jahres eröffnet wird."
CHINESE = "部长星期二表示，这座横跨河流的新桥将于今年秋天正式通车，届时交通将更加便利。"


def xrag_row(number: int, question: str, articles: list[object]) -> dict[str, object]:
    shared = {"en_question": "When will the bridge be opened?", "en_answer": "In autumn", "q_type": "set"}
    more = {"a_type": "original", "crossdoc_type": 2, "dates": ["2024-06-01"] * len(articles)}
    return {"id": number, "question": question, "answer": "Herbst", "articles": articles} | shared | more


def test_xrag_has_a_monolingual_and_a_multilingual_setting(tmp_path: Path) -> None:
    distracting = [f"{ENGLISH} Number {i}." for i in range(6)]
    rows = [
        xrag_row(1, "Wann wird die neue Brücke eröffnet?", [ENGLISH, f"{ENGLISH} Again.", *distracting]),
        xrag_row(2, "Wann wird die Brücke über den Fluss eröffnet?", [ENGLISH, GERMAN, *distracting]),
        xrag_row(3, "这座新桥什么时候通车？", [ENGLISH, CHINESE, *distracting]),
    ]
    lines(tmp_path / "xrag.dev.jsonl", *rows)
    mono = benchmark(tmp_path, XRAG, split="dev-monolingual")
    multi = benchmark(tmp_path, XRAG, split="dev-multilingual")
    assert [one.query.id for one in mono.examples] == ["de:1", "en:1"]
    assert [one.query.id for one in multi.examples] == ["de:2", "zh:3", "en:2", "en:3"]
    assert [list(one.qrels.values()) for one in mono.examples] == [[1, 1, 0, 0, 0, 0, 0, 0]] * 2
    assert [one.gold_answers for one in mono.examples] == [("Herbst",), ("In autumn",)]
    assert {one.language for one in multi.passages()} == {"en", "de", "zh"}
    assert len([*mono.passages()]) == 8


def test_an_article_of_xrag_may_say_itself_whether_it_supports(tmp_path: Path) -> None:
    articles = [{"text": ENGLISH, "supporting": False}, {"text": f"{ENGLISH} Again.", "supporting": True, "title": "T"}]
    lines(tmp_path / "xrag.dev.jsonl", xrag_row(1, "Wann wird die neue Brücke eröffnet?", articles))
    found = benchmark(tmp_path, XRAG, split="dev-monolingual", languages=["de"])
    assert list(found.examples[0].qrels.values()) == [0, 1]
    assert [one.title for one in found.passages()] == ["", "T"]


def test_an_article_of_xrag_without_text_is_one_line(tmp_path: Path) -> None:
    lines(tmp_path / "xrag.dev.jsonl", xrag_row(1, "Wann wird die neue Brücke eröffnet?", [{"url": "x"}]))
    with pytest.raises(InputError, match=r"xrag.dev.jsonl:1: article 1 has no text"):
        benchmark(tmp_path, XRAG, split="dev-monolingual")


NEUCLIR = """form = "neuclir"
per_language_ids = true
languages = { ru = "rus", zh = "zho" }
[splits.2022.files]
topics = "topics.jsonl"
qrels = "2022-qrels.{language}"
passages = "data/{language}-*.jsonl.gz"
[splits.2022-human.files]
topics = "topics.jsonl"
qrels = "2022-qrels.{language}"
passages = "data/{language}-*.jsonl.gz"
"""


def test_neuclir_asks_in_english_or_in_peoples_translation(tmp_path: Path) -> None:
    def topic(language: str, source: str, title: str) -> dict[str, str]:
        return {"lang": language, "source": source, "topic_title": title, "topic_description": f"{title}?"}

    topics = [
        topic("eng", "original", "Tides"),
        topic("rus", "google translation", "Вода"),
        topic("rus", "human translation", "Приливы"),
    ]
    lines(tmp_path / "topics.jsonl", {"topic_id": "101", "topics": topics}, {"topic_id": "102", "topics": topics[:1]})
    (tmp_path / "2022-qrels.rus").write_text("101 0 d1 3\n101 0 d2 0\n", encoding="utf-8")
    lines(
        tmp_path / "data" / "rus-0.jsonl.gz", {"id": "d1", "cc_file": "x", "title": "Т", "text": "Прилив.", "url": "u"}
    )
    english = benchmark(tmp_path, NEUCLIR, languages=["ru"], split="2022")
    human = benchmark(tmp_path, NEUCLIR, languages=["ru"], split="2022-human")
    assert [one.query for one in english.examples] == [Query("ru:101", "Tides Tides?", "en")]
    assert [one.query for one in human.examples] == [Query("ru:101", "Приливы Приливы?", "ru")]
    assert dict(english.examples[0].qrels) == {"ru:d1": 3, "ru:d2": 0}
    assert [(one.id, one.language, one.title) for one in english.passages()] == [("ru:d1", "ru", "Т")]


def test_mrobust_is_a_parallel_trec_collection(tmp_path: Path) -> None:
    for language, text in (("german", "Prüfung"), ("chinese", "考试")):
        for kind, row in (("queries", f"301\t{text}?"), ("collections", f"FBIS3-1\t{text}.")):
            path = tmp_path / "data" / kind / f"{language}_{'queries' if kind == 'queries' else 'collection'}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{row}\n", encoding="utf-8")
    (tmp_path / "qrels.robust04.txt").write_text("301 0 FBIS3-1 1\n", encoding="utf-8")
    found = benchmarks.load("mrobust04", languages=["de"], passage_languages=["zh"], folder=tmp_path)
    assert [(one.query.text, dict(one.qrels)) for one in found.examples] == [("Prüfung?", {"zh:FBIS3-1": 1})]
    assert [one.text for one in found.passages()] == ["考试."]


def test_clirudit_asks_in_english_for_french_abstracts(tmp_path: Path) -> None:
    tables = {
        "queries": {"qid": [1, 2], "query": ["snow, city, art", "no, judged, passage"]},
        "qrels": {"qid": [1], "docid": ["d"], "rel": [1]},
        "docs": {"docid": ["d"], "title": ["La neige"], "subtitle": ["et la ville"], "abstract": ["Un résumé."]},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    files = 'queries = "queries.parquet"\nqrels = "qrels.parquet"\npassages = "docs.parquet"\n'
    toml = f'form = "clirudit"\nper_language_ids = true\nlanguages = ["fr"]\n[splits.test.files]\n{files}'
    found = benchmark(tmp_path, toml)
    assert [(one.query, dict(one.qrels)) for one in found.examples] == [
        (Query("fr:1", "snow, city, art", "en"), {"fr:d": 1})
    ]
    assert [(one.title, one.text, one.language) for one in found.passages()] == [
        ("La neige. et la ville", "Un résumé.", "fr")
    ]
    (tmp_path / "qrels.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(InputError, match=r"qrels.parquet: cannot be read as Parquet"):
        benchmark(tmp_path, toml)


DUREADER = """form = "dureader"
languages = ["zh"]
[splits.dev.files]
questions = "dev/dev.json"
passages = "passage-collection/part-*"
map = "passage-collection/passage2id.map.json"
"""


def dureader(folder: Path, ids: dict[str, str]) -> None:
    paragraphs = [{"paragraph_id": "b", "paragraph_text": "浇水"}]
    lines(
        folder / "dev" / "dev.json", {"question_id": "q", "question": "太阳花怎么养", "answer_paragraphs": paragraphs}
    )
    (folder / "passage-collection").mkdir()
    (folder / "passage-collection" / "part-00").write_text("-\t-\t播种\t0\n", encoding="utf-8")
    (folder / "passage-collection" / "part-01").write_text("-\t-\t浇水\t0\n", encoding="utf-8")
    (folder / "passage-collection" / "passage2id.map.json").write_text(json.dumps(ids), encoding="utf-8")


def test_the_passages_of_dureader_are_named_by_their_line(tmp_path: Path) -> None:
    dureader(tmp_path, {"0": "a", "1": "b"})
    found = benchmark(tmp_path, DUREADER)
    assert [(one.query.text, dict(one.qrels)) for one in found.examples] == [("太阳花怎么养", {"b": 1})]
    assert [(one.id, one.text) for one in found.passages()] == [("a", "播种"), ("b", "浇水")]


def test_a_passage_of_dureader_without_an_id_is_one_line(tmp_path: Path) -> None:
    dureader(tmp_path, {"0": "a"})
    with pytest.raises(InputError, match=r"part-01:1: passage2id.map.json has no id for line 1"):
        list(benchmark(tmp_path, DUREADER).passages())


def test_a_question_of_mfaq_is_to_find_its_answer_among_all_pages(tmp_path: Path) -> None:
    def page(number: int, *pairs: tuple[str, str]) -> dict[str, object]:
        rows = [{"question": question, "answer": answer, "language": "tr"} for question, answer in pairs]
        return {"id": number, "domain": "example.org", "num_pairs": len(rows), "language": "tr", "qa_pairs": rows}

    lines(tmp_path / "tr.jsonl", page(7, ("Nasıl?", "Böyle."), ("Nerede?", "Burada.")), page(8, ("Kim?", "Biz.")))
    toml = 'form = "mfaq"\nper_language_ids = true\nlanguages = ["tr"]\n[splits.validation.files]\npages = "{language}.jsonl"\n'
    found = benchmark(tmp_path, toml)
    assert [(one.query.text, one.gold_answers, dict(one.qrels)) for one in found.examples][1] == (
        "Nerede?",
        ("Burada.",),
        {"tr:7#1": 1},
    )
    assert [one.id for one in found.passages()] == ["tr:7#0", "tr:7#1", "tr:8#0"]


BORDIRLINES = """form = "bordirlines"
per_language_ids = true
languages = { he = "iw", zh-Hant = "zht" }
[splits.openai-qlang.files]
queries = "queries.tsv"
hits = "{language}_query_hits.tsv"
docs = "all_docs.json"
"""


def bordirlines(folder: Path, head: str, *hits: str) -> None:
    queries = ["query_id\tquery_text\tlanguage\tterritory", "1\tשל מי?\tiw\tX", "2\t屬於誰？\tzht\tX"]
    (folder / "queries.tsv").write_text("\n".join(queries), encoding="utf-8")
    (folder / "iw_query_hits.tsv").write_text("\n".join([head, *hits]), encoding="utf-8")
    (folder / "zht_query_hits.tsv").write_text("query_id\trank\tdoc_id\n2\t0\td3\n", encoding="utf-8")
    docs = {"iw": {"d1": "מסמך", "d2": "אחר"}, "zhs": {"d3": "文件"}, "en": {"d4": "unused"}}
    (folder / "all_docs.json").write_text(json.dumps(docs), encoding="utf-8")


def test_bordirlines_asks_the_same_of_a_territory_in_many_languages(tmp_path: Path) -> None:
    bordirlines(tmp_path, "query_id\trank\tdoc_id\tscore\trelevant_human", "1\t0\td1\t0.9\t1", "1\t1\td2\t0.8\t0")
    found = benchmark(tmp_path, BORDIRLINES)
    assert [(one.query.id, one.query.language, dict(one.qrels)) for one in found.examples] == [
        ("he:1", "he", {"d1": 1, "d2": 0}),
        ("zh-Hant:2", "zh-Hant", {"d3": 1}),
    ]
    assert [(one.id, one.language) for one in found.passages()] == [("d1", "he"), ("d2", "he"), ("d3", "zh")]


def test_a_row_of_a_table_that_is_too_short_is_one_line(tmp_path: Path) -> None:
    bordirlines(tmp_path, "query_id\trank\tdoc_id", "1\t0")
    with pytest.raises(InputError, match=r"iw_query_hits.tsv:2: 2 fields instead of 3"):
        benchmark(tmp_path, BORDIRLINES)
