"""Each format becomes documents: text, title, language, and where they stand."""

from __future__ import annotations

import datetime
import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from pdf_bytes import pdf
from pyarrow import parquet

from xrag import registry
from xrag.corpus.document import Document, ReadOptions, SourceFile
from xrag.corpus.readers import format_of, reader_for
from xrag.errors import InputError

OPTIONS = ReadOptions()


def read(path: Path, data: bytes | str | None = None) -> list[Document]:
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    name = format_of(path)
    assert name is not None
    return list(reader_for(name)(SourceFile(path, path.name), OPTIONS))


def refusal(path: Path, data: bytes | str) -> str:
    with pytest.raises(InputError) as caught:
        read(path, data)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path.parent) + "/")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.jsonl.gz", "jsonl"),
        ("a.tsv.gz", "tsv"),
        ("A.TXT", "txt"),
        ("a.b.md", "md"),
        ("a.htm", "html"),
        ("a.pdf", "pdf"),
        ("a.pdf.gz", None),
        ("a.docx", None),
        ("README", None),
        ("a.gz", None),
    ],
)
def test_the_reader_is_chosen_by_the_suffix(name: str, expected: str | None) -> None:
    assert format_of(Path(name)) == expected


@pytest.mark.parametrize("name", registry.BUILT_IN["reader"])
def test_every_reader_that_is_listed_can_be_loaded(name: str) -> None:
    assert callable(reader_for(name))


# JSONL


def test_jsonl_keeps_what_is_given_and_puts_the_rest_into_metadata(tmp_path: Path) -> None:
    line = '{"id": "q1", "text": "नदी", "title": "T", "language": "hi", "source": "s", "year": 1868, "tags": ["a"]}'
    metadata = {"year": 1868, "tags": ["a"]}
    expected = Document("नदी", 0, "T", "hi", "s", "q1", metadata, 1, record=True)
    assert read(tmp_path / "a.jsonl", line) == [expected]


def test_jsonl_counts_blank_lines_but_does_not_read_them(tmp_path: Path) -> None:
    found = read(tmp_path / "a.jsonl", '\ufeff{"id": 7, "text": "a"}\n\n  \r\n{"text": "b"}\r\n')
    assert [(d.id, d.text, d.place) for d in found] == [("7", "a", 1), ("", "b", 4)]


def test_jsonl_understands_the_field_names_of_known_collections(tmp_path: Path) -> None:
    found = read(tmp_path / "a.jsonl", '{"_id": "1", "text": "a"}\n{"docid": "2", "contents": "b", "lang": "sw"}\n')
    assert [(d.id, d.text, d.language, d.metadata) for d in found] == [("1", "a", "", {}), ("2", "b", "sw", {})]


def test_a_line_separator_within_a_string_does_not_end_the_line(tmp_path: Path) -> None:
    assert [d.text for d in read(tmp_path / "a.jsonl", '{"text": "a\u2028b\x85c"}\n')] == ["a\u2028b\x85c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', "a.jsonl:812: broken JSON (Expecting ',' delimiter"),
        ("[1]", "a.jsonl:812: not a JSON object"),
        ('{"id": "x"}', 'a.jsonl:812: no field "text"'),
        ('{"text": 5}', 'a.jsonl:812: the field "text" is not a string'),
        ('{"text": "a", "id": 1.5}', 'a.jsonl:812: the field "id" is not a string'),
        ('{"text": "a", "title": {}}', 'a.jsonl:812: the field "title" is not a string'),
        ("[" * 100_000, "a.jsonl:812: broken JSON"),
    ],
)
def test_a_bad_line_is_named_with_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    assert refusal(tmp_path / "a.jsonl", '{"text": "ok"}\n' * 811 + line + "\n").startswith(message)


def test_jsonl_can_be_compressed(tmp_path: Path) -> None:
    assert [d.text for d in read(tmp_path / "a.jsonl.gz", gzip.compress(b'{"text": "a"}\n'))] == ["a"]


# TSV


def test_tsv_with_a_header_has_the_columns_it_names(tmp_path: Path) -> None:
    found = read(tmp_path / "a.tsv", "Text\tid\tlanguage\tyear\nแม่น้ำ\t1\tth\t1868\n")
    assert [(d.text, d.id, d.language, d.metadata) for d in found] == [("แม่น้ำ", "1", "th", {"year": "1868"})]


def test_tsv_without_a_header_is_id_text_title(tmp_path: Path) -> None:
    found = read(tmp_path / "a.tsv", '1\t"Er sagte ""ja""."\tTitel\n2\t"Ja", sagte er\t\n')
    assert [(d.id, d.text, d.title) for d in found] == [("1", 'Er sagte "ja".', "Titel"), ("2", '"Ja", sagte er', "")]


def test_tsv_of_two_columns_is_id_and_text(tmp_path: Path) -> None:
    assert [(d.id, d.text) for d in read(tmp_path / "a.tsv", "1\ta\n2\tb\n")] == [("1", "a"), ("2", "b")]


def test_a_row_with_another_number_of_columns_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.tsv", "1\ta\n2\tb\tc\td\n") == "a.tsv:2: 4 columns instead of 2 (id, text)"


# Parquet


def test_parquet_rows_are_passages(tmp_path: Path) -> None:
    day = datetime.date(1868, 9, 3)
    parquet.write_table(pa.table({"id": [1, 2], "text": ["東京", "京都"], "day": [day, None]}), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert [(d.id, d.text, d.metadata) for d in found] == [
        ("1", "東京", {"day": "1868-09-03"}),
        ("2", "京都", {"day": None}),
    ]


def test_parquet_without_a_text_column_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": [1]}), tmp_path / "b.parquet")
    assert refusal(tmp_path / "a.parquet", (tmp_path / "b.parquet").read_bytes()).startswith(
        'a.parquet:1: no field "text"'
    )


@pytest.mark.parametrize("kept", [0, 3, 50, -5])
def test_a_parquet_file_that_is_cut_off_is_refused(tmp_path: Path, kept: int) -> None:
    parquet.write_table(pa.table({"text": ["a" * 100] * 10}), tmp_path / "b.parquet")
    data = (tmp_path / "b.parquet").read_bytes()[:kept]
    assert refusal(tmp_path / "a.parquet", data).startswith("a.parquet: cannot be read as Parquet")


# Markdown

MARKDOWN = """---
title: "Über Flüsse"
lang: de
---
Einleitung.

# Der *Rhein*

Er fließt.

```sh
# no heading
```

Quelle
------
In der Schweiz.

## Leer
# Ende
Schluss.
"""


def test_markdown_sections_are_titled_by_the_headings_above_them(tmp_path: Path) -> None:
    found = read(tmp_path / "a.md", MARKDOWN)
    assert [(d.title, d.text.strip()) for d in found] == [
        ("Über Flüsse", "Einleitung."),
        ("Über Flüsse › Der Rhein", "Er fließt.\n\n```sh\n# no heading\n```"),
        ("Über Flüsse › Der Rhein › Quelle", "In der Schweiz."),
        ("Über Flüsse › Ende", "Schluss."),
    ]
    assert {d.language for d in found} == {"de"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_markdown_sections_stand_where_they_say(tmp_path: Path, line_end: str) -> None:
    text = MARKDOWN.replace("\n", line_end)
    found = read(tmp_path / "a.md", text)
    assert [text[d.start : d.start + len(d.text)] for d in found] == [d.text for d in found]
    assert len(found) == 4


def test_markdown_without_headings_is_one_document(tmp_path: Path) -> None:
    assert read(tmp_path / "a.md", "just\ntext") == [Document("just\ntext")]


# HTML

HTML = """<!doctype html><html lang="de"><head><title>Flüsse &amp; Seen</title><style>p {}</style></head><body>
<nav>Menü</nav><h1>Der Rhein</h1><p>Er <b>fließt</b><br>nach Norden.<script>x()</script></p>
<ul><li>eins<li>zwei</ul><pre>a
  b</pre><template>nie</template><p hidden>nie</p>
<div lang="fr">Le Rhône <span lang="ja">川</span> coule.</div><p>Ende.</p></body></html>"""


def test_html_is_the_text_that_a_reader_sees(tmp_path: Path) -> None:
    found = read(tmp_path / "a.html", HTML)
    assert [(d.language, d.text) for d in found] == [
        ("de", "Der Rhein\n\nEr fließt\nnach Norden.\n\neins\nzwei\n\na\n  b"),
        ("fr", "Le Rhône 川 coule."),
        ("de", "Ende."),
    ]
    assert {d.title for d in found} == {"Flüsse & Seen"}


def test_html_offsets_are_into_the_text_with_blank_lines_between(tmp_path: Path) -> None:
    found = read(tmp_path / "a.html", HTML)
    whole = "\n\n".join(d.text for d in found)
    assert [whole[d.start : d.start + len(d.text)] for d in found] == [d.text for d in found]


def test_html_says_its_encoding(tmp_path: Path) -> None:
    page = '<meta charset="windows-1252"><p>Größe, Übermaß'
    assert [d.text for d in read(tmp_path / "a.html", page.encode("cp1252"))] == ["Größe, Übermaß"]


def test_a_language_that_a_page_gets_wrong_does_not_count(tmp_path: Path) -> None:
    assert [(d.language, d.text) for d in read(tmp_path / "a.html", '<p lang="qqqqq">Text')] == [("", "Text")]


def test_a_page_nested_without_limit_is_read(tmp_path: Path) -> None:
    assert [d.text for d in read(tmp_path / "a.html", "<div>" * 10_000 + "川")] == ["川"]


# PDF

PAGES = [["The river is a natu-", "ral stream.", "川は流れる。"], ["Река течёт.", "แม่น้ำ"]]


def test_pdf_pages_are_documents_with_their_number(tmp_path: Path) -> None:
    found = read(tmp_path / "a.pdf", pdf(PAGES, title="Flüsse 川"))
    assert [(d.text, d.metadata, d.title) for d in found] == [
        ("The river is a natural stream.\n川は流れる。", {"page": 1}, "Flüsse 川"),
        ("Река течёт.\nแม่น้ำ", {"page": 2}, "Flüsse 川"),
    ]


def test_pdf_offsets_are_into_the_pages_joined_by_form_feeds(tmp_path: Path) -> None:
    found = read(tmp_path / "a.pdf", pdf(PAGES))
    whole = "\f".join(d.text for d in found)
    assert [whole[d.start : d.start + len(d.text)] for d in found] == [d.text for d in found]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7 and then nothing", "damaged or no PDF"),
        (pdf(PAGES, protected=True), "password"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path / "a.pdf", data)
