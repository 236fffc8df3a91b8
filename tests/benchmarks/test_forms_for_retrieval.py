"""Each loader on a small file of the published form: passages with judgements."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from published import benchmark, lines
from pyarrow import parquet as pq

from xrag import benchmarks
from xrag.errors import InputError
from xrag.types import Query

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


def xrag_row(number: int, language: str, question: str, articles: list[object], **more: object) -> dict[str, object]:
    """The support comes last but one and last, as the order of the articles tells nothing."""
    shared = {"en_question": "When will the bridge be opened?", "en_answer": "In autumn", "q_type": "set"}
    shared |= {"a_type": "original", "crossdoc_type": 2, "dates": ["2024-06-01"] * len(articles)}
    shared |= {"urls": [f"https://x.org/{i}" for i in range(len(articles))], "article_order": [*range(len(articles))]}
    shared |= {"is_support": [0] * (len(articles) - 2) + [1, 1]}
    own = {"id": number, "language": language, "question": question, "answer": "Herbst", "articles": articles}
    return own | shared | more


def test_xrag_has_a_monolingual_and_a_multilingual_setting(tmp_path: Path) -> None:
    distracting = [f"{ENGLISH} Number {i}." for i in range(6)]
    rows = [
        xrag_row(1, "de", "Wann wird die neue Brücke eröffnet?", [*distracting, ENGLISH, f"{ENGLISH} Again."]),
        xrag_row(2, "de", "Wann wird die Brücke über den Fluss eröffnet?", [*distracting, ENGLISH, GERMAN]),
        xrag_row(3, "zh", "这座新桥什么时候通车？", [*distracting, ENGLISH, CHINESE]),
    ]
    lines(tmp_path / "xrag.dev.jsonl", *rows)
    mono = benchmark(tmp_path, XRAG, split="dev-monolingual")
    multi = benchmark(tmp_path, XRAG, split="dev-multilingual")
    assert [one.query.id for one in mono.examples] == ["de:1", "en:1"]
    assert [one.query.id for one in multi.examples] == ["de:2", "zh:3", "en:2", "en:3"]
    assert [list(one.qrels.values()) for one in mono.examples] == [[0, 0, 0, 0, 0, 0, 1, 1]] * 2
    assert [one.gold_answers for one in mono.examples] == [("Herbst",), ("In autumn",)]
    assert {one.language for one in multi.passages()} == {"en", "de", "zh"}
    assert [one.source for one in mono.passages()] == [f"https://x.org/{i}" for i in range(8)]


@pytest.mark.parametrize(
    ("articles", "more", "said"),
    [
        ([{"url": "x"}, ENGLISH], {}, r"xrag.dev.jsonl:1: article 1 is no text"),
        (
            [ENGLISH, GERMAN],
            {"is_support": [1]},
            r"xrag.dev.jsonl:1: 'articles', 'urls' and 'is_support' are of different",
        ),
        (
            [ENGLISH, GERMAN],
            {"is_support": [1, "yes"]},
            r"xrag.dev.jsonl:1: 'is_support' of article 2 is 'yes', neither",
        ),
        ([ENGLISH, GERMAN], {"urls": None}, r"xrag.dev.jsonl:1: 'urls' is NoneType; is this another revision"),
    ],
)
def test_xrag_of_another_form_is_one_line(
    tmp_path: Path, articles: list[object], more: dict[str, object], said: str
) -> None:
    lines(tmp_path / "xrag.dev.jsonl", xrag_row(1, "de", "Wann?", articles, **more))
    with pytest.raises(InputError, match=said):
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


def test_the_judgements_of_neuclir_2023_are_read_from_their_archive(tmp_path: Path) -> None:
    topic = {"lang": "eng", "source": "original", "topic_title": "Tides", "topic_description": "When?"}
    lines(tmp_path / "neuclir-2023-topics.0605.jsonl", *({"topic_id": f"{i}", "topics": [topic]} for i in range(76)))
    judged = "".join(f"{i} 0 d1 1\n" for i in range(76)).encode()
    with tarfile.open(tmp_path / "neuclir-2023-qrels.final.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("qrels.final.gains.fas")
        member.size = len(judged)
        archive.addfile(member, io.BytesIO(judged))
    lines(tmp_path / "data" / "fas-00000-of-00001.jsonl.gz", {"id": "d1", "title": "ا", "text": "جزر و مد"})
    found = benchmarks.load("neuclir", split="2023", languages=["fa"], folder=tmp_path)
    assert (found.examples[75].query.text, dict(found.examples[75].qrels)) == ("Tides When?", {"fa:d1": 1})
    assert [one.id for one in found.passages()] == ["fa:d1"]
    with pytest.raises(InputError, match=r"gains.zho: cannot be read \(\"filename 'qrels.final.gains.zho' not found"):
        benchmarks.load("neuclir", split="2023", languages=["zh"], folder=tmp_path)


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
annotations = "human_annotations.tsv"
"""
HITS = "query_id\tterritory\trank\tscore\tdoc_id\tdoc_lang"


def bordirlines(folder: Path, *hits: str) -> None:
    queries = ["query_id\tquery_text\tterritory\tlanguage", "Q1\tשל מי?\tX\tiw", "Q2\t屬於誰？\tX\tzht"]
    (folder / "queries.tsv").write_text("\n".join(queries), encoding="utf-8")
    (folder / "iw_query_hits.tsv").write_text("\n".join([HITS, *hits]), encoding="utf-8")
    (folder / "zht_query_hits.tsv").write_text(f"{HITS}\nQ2\tX\t0\t.9\tzhs.7_p1\tzhs\n", encoding="utf-8")
    docs = {
        "iw": {"7_p1": "מסמך", "7_p2": "אחר"},
        "zhs": {"zhs.7_p1": "文件"},
        "en": {"7_p1": "paper", "8_p1": "unused"},
    }
    (folder / "all_docs.json").write_text(json.dumps(docs), encoding="utf-8")
    judged = "query_id\tdoc_id\trelevant\tterritory\nQ1\t7_p1\tTRUE\t\nQ1\t7_p2\tFALSE\t\n"
    (folder / "human_annotations.tsv").write_text(judged, encoding="utf-8")


def test_bordirlines_asks_the_same_of_a_territory_in_many_languages(tmp_path: Path) -> None:
    bordirlines(tmp_path, "Q1\tX\t0\t.9\t7_p1\tiw", "Q1\tX\t1\t.8\t7_p2\tiw", "Q1\tX\t2\t.7\t7_p1\ten")
    found = benchmark(tmp_path, BORDIRLINES)
    assert [(one.query.id, one.query.language, dict(one.qrels)) for one in found.examples] == [
        ("he:Q1", "he", {"iw:7_p1": 1, "iw:7_p2": 0, "en:7_p1": 1}),
        ("zh-Hant:Q2", "zh-Hant", {"zhs:zhs.7_p1": 1}),
    ]
    assert [(one.id, one.language, one.text) for one in found.passages()] == [
        ("iw:7_p1", "he", "מסמך"),
        ("iw:7_p2", "he", "אחר"),
        ("en:7_p1", "en", "paper"),
        ("zhs:zhs.7_p1", "zh", "文件"),
    ]


def test_documents_of_bordirlines_that_are_not_parted_by_language_are_one_line(tmp_path: Path) -> None:
    bordirlines(tmp_path, "Q1\tX\t0\t.9\t7_p1\tiw")
    (tmp_path / "all_docs.json").write_text('{"7_p1": "text"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"all_docs.json: not an object of documents by language"):
        [*benchmark(tmp_path, BORDIRLINES).passages()]


def test_a_row_of_a_table_that_is_too_short_is_one_line(tmp_path: Path) -> None:
    bordirlines(tmp_path, "Q1\tX\t0")
    with pytest.raises(InputError, match=r"iw_query_hits.tsv:2: 3 fields instead of 6"):
        benchmark(tmp_path, BORDIRLINES)
