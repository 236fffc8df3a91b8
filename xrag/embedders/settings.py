"""How a model is used: what decides its vectors besides its weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import cast

from xrag.errors import UsageError
from xrag.types import Json


class Pooling(StrEnum):
    """How the vectors of a text's tokens become one: their mean, that of the first token, or that of the last."""

    MEAN = "mean"
    CLS = "cls"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Settings:
    """How texts become vectors. The prompts stand before a text; longer texts are cut at ``max_length`` tokens.

    ``dimension`` keeps the first so many components, for models trained so that they suffice (Matryoshka); None keeps all.
    ``dense`` are folders of projection layers that follow the pooling. ``origin`` says who decided.
    """

    pooling: Pooling
    query_prompt: str = ""
    passage_prompt: str = ""
    max_length: int = 512
    dimension: int | None = None
    dense: tuple[str, ...] = ()
    origin: str = "given"

    def __post_init__(self) -> None:
        if self.pooling not in list(Pooling):
            raise UsageError(f"no pooling is called '{self.pooling}'; there are: {', '.join(Pooling)}")
        if self.max_length < 1 or (self.dimension is not None and self.dimension < 1):
            raise UsageError("the length and the dimension of a model are at least 1")

    @classmethod
    def of(cls, given: Mapping[str, Json]) -> Settings:
        """From names and values, as a command line gives them. Raises ``UsageError`` for a name or a value that cannot be."""
        for name, value in given.items():
            if name not in _KINDS:
                raise UsageError(f"no setting of a model is called '{name}'; there are: {', '.join(_KINDS)}")
            if not isinstance(value, _KINDS[name]) or value is True or value is False:
                raise UsageError(f"{name}={value} is none: it takes {_TAKES[_KINDS[name]]}")
        if "pooling" not in given:
            raise UsageError(f"settings of a model need its pooling; there are: {', '.join(Pooling)}")
        plain = {name: value for name, value in given.items() if name != "dense"}
        layers = tuple(map(str, cast(list[Json], given.get("dense", []))))
        return cls(**plain, dense=layers)  # type: ignore[arg-type]  # the kinds are checked above

    @property
    def fingerprint(self) -> str:
        """Names everything here that changes vectors."""
        decisive = {name: value for name, value in asdict(self).items() if name != "origin"}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


_KINDS: Mapping[str, type] = {
    "pooling": str,
    "query_prompt": str,
    "passage_prompt": str,
    "max_length": int,
    "dense": list,
}
_TAKES: Mapping[type, str] = {str: "text", int: "a whole number", list: 'a list, as ["2_Dense"]'}
