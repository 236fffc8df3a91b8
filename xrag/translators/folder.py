"""The folder of a translation model, and a fingerprint of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xrag.errors import InputError
from xrag.translators.families import known_models

_FILES = ("*.safetensors", "*.bin", "*.json", "*.model", "*.spm", "*.txt")
_STRETCH, _STRETCHES = 4096, 256


def find_folder(name: str) -> Path:
    """A folder as it is, or that of a name on the hub (``OWNER/NAME``, ``OWNER/NAME@REVISION``), which is then downloaded.

    Raises ``InputError`` where there is no such model, or it cannot be had.
    """
    if Path(name).is_dir():
        return Path(name)
    hub, _, revision = name.partition("@")
    if hub.count("/") != 1 or hub.startswith((".", "/", "~")):
        raise InputError(f"{name} is neither a folder nor the name of a model (OWNER/NAME)")
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - half a second that a local folder need not spend

    known = known_models().get(hub)
    wanted = revision or (known.revision if known else "") or None
    try:
        return Path(snapshot_download(hub, revision=wanted, allow_patterns=list(_FILES)))
    except Exception as error:  # the hub's client raises errors of many kinds
        raise InputError(f"the model {name} cannot be had: {type(error).__name__}: {error}") from error


def content_key(folder: Path) -> str:
    """Of the names, the sizes and the content of the files that decide: another revision has another key.

    Of a file over a megabyte, equal stretches are read, so that gigabytes are told apart in milliseconds.
    """
    key = hashlib.sha256()
    for path in sorted(path for pattern in _FILES for path in folder.glob(pattern)):
        size = path.stat().st_size
        key.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as stream:
            for at in range(0, size, max(_STRETCH, size // _STRETCHES)):
                stream.seek(at)
                key.update(stream.read(_STRETCH))
    return key.hexdigest()[:16]
