"""CLIRudit's form: Parquet tables of English keyword queries, French (or English) abstracts, and judgements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xrag.benchmarks import reading
from xrag.benchmarks.loading import Part, Request
from xrag.errors import InputError, MissingExtra
from xrag.types import Example, Passage, Query

try:
    from pyarrow import ArrowException, parquet
except ImportError as missing:
    raise MissingExtra("reading CLIRudit", "parquet") from missing


def load_clirudit(request: Request) -> Part:
    """``queries`` (qid, query), ``qrels`` (qid, docid, rel), ``passages`` (docid, title, subtitle, abstract).

    The language is that of the abstracts; the queries are English.
    """
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    for place, row in _rows(request, "qrels"):
        passage = request.named(reading.field(row, "docid", place))
        qrels[str(reading.field(row, "qid", place, (int, str)))][passage] = reading.field(row, "rel", place, int)
    examples = []
    for place, row in _rows(request, "queries"):
        key = str(reading.field(row, "qid", place, (int, str)))
        if key in qrels:
            query = Query(request.named(key), reading.field(row, "query", place), "en")
            examples.append(Example(query, (), "en", qrels[key]))
    return Part(tuple(examples), lambda: _passages(request))


def _passages(request: Request) -> Iterator[Passage]:
    for place, row in _rows(request, "passages"):
        title = ". ".join(str(row[key]) for key in ("title", "subtitle") if row.get(key))
        passage_id = request.named(reading.field(row, "docid", place))
        yield Passage(passage_id, reading.field(row, "abstract", place), request.language, title=title)


def _rows(request: Request, kind: str) -> Iterator[tuple[str, reading.Row]]:
    path = request.path(kind)
    number = 0
    try:
        for batch in parquet.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield f"{path}: row {number}", row
    except ArrowException as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path}: cannot be read as Parquet ({reason}); it may be damaged or cut off") from error
