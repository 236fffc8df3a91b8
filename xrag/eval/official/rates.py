"""What the language-confusion benchmark takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from xrag.eval.results import harmonic


@dataclass(frozen=True, slots=True)
class Response:
    """A completion, where its prompt came from (``okapi``), and the language it should be in, as the benchmark writes it."""

    completion: str
    source: str
    language: str


@dataclass(frozen=True, slots=True)
class PassRates:
    """The rates in [0, 1]; ``wpr`` is None where it is not asked. ``coverage`` is the share of responses that count.

    ``line_accuracy`` is the mean share of good lines of a response.
    """

    lpr: float
    wpr: float | None
    line_accuracy: float
    coverage: float

    @property
    def lcpr(self) -> float | None:
        """The harmonic mean of ``lpr`` and ``wpr`` (Marchisio et al., 2024), which the script itself does not print."""
        return harmonic(self.lpr, self.wpr)
