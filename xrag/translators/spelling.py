"""How a term is written, in as few bytes as distinguish it from its key: ``hauptstadt`` ─▶ ``Hauptstadt`` takes one.

For each word of the key one byte of ``capitals << 6 | dropped`` and the letters that follow what is left of it, in UTF-8,
then a zero. A term that is its key takes no byte; one that does not begin like its key is written out behind ``0xff``.
"""

from __future__ import annotations

from collections.abc import Iterator

_WHOLE = 0xFF
_AS_IN_KEY, _FIRST, _ALL = 0, 1, 2
_MOST_DROPPED = 63


def difference(key: str, form: str) -> bytes:
    """What distinguishes a written form from its key."""
    if form == key:
        return b""
    words, written = key.split(" "), form.split(" ")
    packed = (
        b"\0".join(_packed(*pair) for pair in zip(words, written, strict=False)) if len(words) == len(written) else b""
    )
    whole = bytes([_WHOLE]) + form.encode()
    return packed if packed and len(packed) < len(whole) and spelled(key, packed) == form else whole


def spelled(key: str, packed: bytes) -> str:
    """The written form of a key."""
    if not packed:
        return key
    if packed[0] == _WHOLE:
        return packed[1:].decode()
    return " ".join(_written(*pair) for pair in zip(key.split(" "), _parts(packed), strict=False))


def _packed(key: str, form: str) -> bytes:
    capitals = _ALL if form.isupper() and len(form) > 1 else _FIRST if form[:1].isupper() else _AS_IN_KEY
    small = form.lower() if capitals == _ALL else form[:1].lower() + form[1:]
    shared = next((i for i, (a, b) in enumerate(zip(key, small, strict=False)) if a != b), min(len(key), len(small)))
    dropped = min(len(key) - shared, _MOST_DROPPED)
    return bytes([capitals << 6 | dropped]) + small[len(key) - dropped :].encode()


def _written(key: str, part: bytes) -> str:
    capitals, dropped = part[0] >> 6, part[0] & _MOST_DROPPED
    small = key[: len(key) - dropped] + part[1:].decode()
    return small.upper() if capitals == _ALL else small[:1].upper() + small[1:] if capitals == _FIRST else small


def _parts(packed: bytes) -> Iterator[bytes]:
    start = 0
    while start <= len(packed) - 1:
        end = packed.find(b"\0", start + 1)
        end = len(packed) if end < 0 else end
        yield packed[start:end]
        start = end + 1
