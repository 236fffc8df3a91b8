"""Fetching from a real server on this machine, which can be told to break off, to refuse, or to give something else."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from xrag.errors import InputError
from xrag.translators.sources import fetching
from xrag.translators.sources.catalogue import Source
from xrag.translators.sources.fetching import fetch, wanted

TEXT = b"Bahari\tSea\n" * 999


class Server:
    """Files by path; the requests that came, as (path, range)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.breaks_after: int | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        asked = to.headers["Range"]
        self.requests.append((to.path, asked))
        body = self.files.get(to.path)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if body is None or start >= len(body):
            to.send_error(404 if body is None else 416)
            return
        to.send_response(206 if asked else 200)
        to.send_header("Content-Length", str(len(body) - start))
        to.end_headers()
        to.wfile.write(body[start:][: self.breaks_after])


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.http.serve_forever)
    thread.start()
    yield running
    running.http.shutdown()
    running.http.server_close()
    thread.join()


def _source(server: Server, name: str = "titles/sw-en.tsv", url: str = "{name}", member: str = "") -> Source:
    return Source(
        name="test",
        title="Test",
        kind="titles",
        licence="CC0-1.0",
        attribution="nobody",
        home=server.address,
        url=f"{server.address}/{{revision}}/{url}",
        revision="r1",
        member=member,
        files={"sw": ((name,),)},
    )


def _fetch(source: Source, folder: Path) -> int:
    return fetch([source], ["sw"], folder, progress=lambda *_: None)


def test_a_file_is_got_at_its_revision_and_only_once(server: Server, tmp_path: Path) -> None:
    server.files["/r1/sw-en.tsv"] = TEXT
    assert [_fetch(_source(server), tmp_path) for _ in range(2)] == [1, 0]
    assert (tmp_path / "titles/sw-en.tsv").read_bytes() == TEXT
    assert server.requests == [("/r1/sw-en.tsv", None)]


def test_progress_names_each_file_that_is_got(server: Server, tmp_path: Path) -> None:
    server.files["/r1/sw-en.tsv"] = TEXT
    told: list[tuple[str, int, int]] = []
    fetch([_source(server)], ["sw"], tmp_path, progress=lambda *at: told.append(at))
    assert told == [("titles/sw-en.tsv", 0, 1)]


def test_a_download_that_broke_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["/r1/sw-en.tsv"] = TEXT
    server.breaks_after = 4000
    with pytest.raises(InputError, match="run the same command again to go on from here"):
        _fetch(_source(server), tmp_path)
    server.breaks_after = None
    _fetch(_source(server), tmp_path)
    assert server.requests[1:] == [("/r1/sw-en.tsv", "bytes=4000-")]
    assert (tmp_path / "titles/sw-en.tsv").read_bytes() == TEXT


def test_a_partial_file_that_is_longer_than_the_file_is_got_anew(server: Server, tmp_path: Path) -> None:
    server.files["/r1/sw-en.tsv"] = TEXT
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/sw-en.tsv.partial").write_bytes(TEXT + TEXT)
    _fetch(_source(server), tmp_path)
    assert (tmp_path / "titles/sw-en.tsv").read_bytes() == TEXT


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pin files to contents, as the shipped list of checksums does."""

    def pin(**contents: bytes) -> None:
        sums = {name.replace("__", "."): hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        monkeypatch.setattr(fetching, "checksums", lambda: sums)

    return pin


def test_another_file_than_the_pinned_one_is_named_and_not_kept(
    server: Server, tmp_path: Path, pinned: Callable[..., None]
) -> None:
    pinned(a__tab=TEXT)
    server.files["/r1/a.tab"] = b"something else"
    with pytest.raises(
        InputError, match=r"/r1/a\.tab is not the file that the lexicon is built from \(SHA-256 \w+, not \w+\)"
    ):
        _fetch(_source(server, "a.tab"), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("lacking", ["/r1/other.tsv", None])
def test_a_file_that_cannot_be_had_is_named_with_its_address(
    lacking: str | None, server: Server, tmp_path: Path
) -> None:
    source = _source(server)
    if lacking is None:
        server.http.socket.close()
    with pytest.raises(
        InputError, match=rf"cannot fetch {server.address}/r1/sw-en\.tsv \(.*or give the files with --sources"
    ):
        _fetch(source, tmp_path)


def _wheel(member: str, content: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(member, content)
    return data.getvalue()


def _debian(member: str, content: bytes) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        info = tarfile.TarInfo(f"./{member}")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": data.getvalue()}
    heads = {name: f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(of):<10}`\n".encode() for name, of in parts.items()}
    return b"!<arch>\n" + b"".join(heads[name] + of + b"\n" * (len(of) % 2) for name, of in parts.items())


@pytest.mark.parametrize(("url", "pack"), [("{stem}.whl", _wheel), ("{stem}_all.deb", _debian)])
def test_a_file_is_taken_out_of_its_archive(
    url: str, pack: Callable[[str, bytes], bytes], server: Server, tmp_path: Path, pinned: Callable[..., None]
) -> None:
    pinned(a__tab=TEXT)
    server.files["/r1/" + url.format(stem="a")] = pack("data/a.tab", TEXT)
    _fetch(_source(server, "a.tab", url, "data/{name}"), tmp_path)
    assert (tmp_path / "a.tab").read_bytes() == TEXT


@pytest.mark.parametrize(
    "archive",
    [_wheel("other", b""), _debian("other", b""), b"!<arch>\n", b"<html>"],
    ids=["wheel", "package", "no member", "no archive"],
)
def test_an_archive_without_the_file_is_named(archive: bytes, server: Server, tmp_path: Path) -> None:
    server.files["/r1/a.whl"] = archive
    with pytest.raises(InputError, match=r"a\.whl has no data/a\.tab that can be read"):
        _fetch(_source(server, "a.tab", "{stem}.whl", "data/{name}"), tmp_path)


def test_what_a_wordnet_is_read_with_is_wanted_too() -> None:
    from xrag.translators.sources.catalogue import source

    files = wanted([source("wn-wiktionary")], ["sw"])
    assert list(files) == [
        "omw/wikt/wn-wikt-swa.tab",
        *(f"wordnet/data.{part}" for part in ("noun", "verb", "adj", "adv")),
    ]
    assert files["wordnet/data.noun"].name == "wordnet"
