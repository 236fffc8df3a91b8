"""Names for components: tables of ``"module:attribute"`` strings plus entry points, so that listing them imports nothing.

A distribution adds its own with an entry point in the group ``xrag.<kind>s`` (``xrag.retrievers``, ``xrag.translators`` …).
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from xrag.errors import UnknownComponent, UsageError
from xrag.types import Json

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "retriever": {
        "bm25": "xrag.retrievers.bm25:open_bm25",
        "rank-bm25": "xrag.retrievers.rank_bm25:open_rank_bm25",
        "translated": "xrag.retrievers.translated:open_translated",
        "psq": "xrag.retrievers.psq:open_psq",
        "dual": "xrag.retrievers.dual:open_dual",
        "dense": "xrag.retrievers.dense.retriever:open_dense",
        "dense-torch": "xrag.retrievers.dense.device:open_dense_torch",
        "dense-balanced": "xrag.retrievers.dense.balanced:open_balanced",
        "sparse": "xrag.retrievers.sparse.retriever:open_sparse",
        "dense-centred": "xrag.retrievers.dense.cured:open_centred",
        "dense-lir": "xrag.retrievers.dense.cured:open_lir",
        "dense-shift": "xrag.retrievers.dense.cured:open_shift",
        "dense-linear": "xrag.retrievers.dense.cured:open_linear",
        "dense-orthogonal": "xrag.retrievers.dense.cured:open_orthogonal",
        "dense-calibrated": "xrag.retrievers.dense.calibrated:open_calibrated",
        "dense-quota": "xrag.retrievers.dense.calibrated:open_quota",
        "dense-translated": "xrag.retrievers.dense.crossing:open_translated",
        "dense-dual": "xrag.retrievers.dense.crossing:open_dual_query",
        "dense-interpolated": "xrag.retrievers.dense.crossing:open_interpolated",
        "dense-switched": "xrag.retrievers.dense.crossing:open_switched",
        "hybrid": "xrag.retrievers.hybrid:open_hybrid",
        "tuned": "xrag.retrievers.tuned:open_tuned",
    },
    "translator": {
        "identity": "xrag.translators.identity:IdentityTranslator",
        "lexicon": "xrag.translators.lexicon:LexiconTranslator",
        "apertium": "xrag.translators.apertium:ApertiumTranslator",
        "hf": "xrag.translators.huggingface:open_transformers",
        "ct2": "xrag.translators.ct2:open_ct2",
        "generator": "xrag.translators.generated:open_generated",
    },
    "generator": {
        "extractive": "xrag.generators.extractive:ExtractiveGenerator",
        "server": "xrag.generators.server:ServerGenerator",
        "vllm": "xrag.generators.vllm_offline:VllmGenerator",
        "vllm-async": "xrag.generators.vllm_async:AsyncVllmGenerator",
        "transformers": "xrag.generators.huggingface:TransformersGenerator",
    },
    "embedder": {
        "hf": "xrag.embedders.huggingface:open_hf",
        "processes": "xrag.embedders.processes:open_processes",
        "vllm": "xrag.embedders.vllm:open_vllm",
        "onnx": "xrag.embedders.graphs:open_onnx",
        "openvino": "xrag.embedders.graphs:open_openvino",
        "static": "xrag.embedders.static:open_static",
        "server": "xrag.embedders.server:open_server",
    },
    "sparse-encoder": {
        "hf": "xrag.embedders.sparse:open_sparse_encoder",
    },
    "late-encoder": {
        "hf": "xrag.embedders.late:open_late",
    },
    "reranker": {
        "cross-encoder": "xrag.rerankers.cross_encoder:open_cross_encoder",
        "yes-no": "xrag.rerankers.yes_no:open_yes_no",
        "listwise": "xrag.rerankers.listwise:ListwiseReranker",
        "maxsim": "xrag.rerankers.late_interaction:open_maxsim",
    },
    "view": {
        "translate-passages": "xrag.control.views:open_translated_passages",
        "translate-question": "xrag.control.views:open_translated_question",
        "tag-quality": "xrag.control.views:open_quality_tags",
        "hide-language": "xrag.control.views:open_hidden_language",
    },
    "reader": {
        "jsonl": "xrag.corpus.readers.records:read_jsonl",
        "tsv": "xrag.corpus.readers.records:read_tsv",
        "parquet": "xrag.corpus.readers.parquet:read_parquet",
        "txt": "xrag.corpus.readers.text:read_text",
        "md": "xrag.corpus.readers.markdown:read_markdown",
        "html": "xrag.corpus.readers.html:read_html",
        "pdf": "xrag.corpus.readers.pdf:read_pdf",
    },
    "script": {
        "xor-retrieve": "xrag.eval.official.xor_retrieve:SCRIPT",
        "xor-engspan": "xrag.eval.official.xor_engspan:SCRIPT",
        "xor-full": "xrag.eval.official.xor_full:SCRIPT",
        "mkqa": "xrag.eval.official.mkqa:SCRIPT",
        "bergen": "xrag.eval.official.bergen:SCRIPT",
    },
    "loader": {
        "squad": "xrag.benchmarks.squad:load_squad",
        "tydiqa": "xrag.benchmarks.squad:load_tydiqa",
        "xor": "xrag.benchmarks.xor:load_xor",
        "mkqa": "xrag.benchmarks.mkqa:load_mkqa",
        "afriqa": "xrag.benchmarks.afriqa:load_gold_passages",
        "afriqa-translated": "xrag.benchmarks.afriqa:load_translated",
        "afriqa-queries": "xrag.benchmarks.afriqa:load_queries",
        "belebele": "xrag.benchmarks.belebele:load_belebele",
        "prompts": "xrag.benchmarks.prompts:load_prompts",
        "xrag": "xrag.benchmarks.xrag:load_xrag",
        "neuclir": "xrag.benchmarks.neuclir:load_neuclir",
        "clirudit": "xrag.benchmarks.clirudit:load_clirudit",
        "dureader": "xrag.benchmarks.dureader:load_dureader",
        "mfaq": "xrag.benchmarks.mfaq:load_mfaq",
        "bordirlines": "xrag.benchmarks.bordirlines:load_bordirlines",
        "trec": "xrag.benchmarks.collections:load_trec",
        "beir": "xrag.benchmarks.collections:load_beir",
        "tevatron": "xrag.benchmarks.collections:load_tevatron",
        "jsonl": "xrag.benchmarks.records:load_records",
    },
}


@dataclass(frozen=True, slots=True)
class Component:
    """One row of the registry: ``target`` is ``"module:attribute"``, ``origin`` the distribution it comes from."""

    kind: str
    name: str
    target: str
    origin: str

    def load(self) -> Callable[..., Any]:  # Any: what a factory takes and makes depends on its kind
        """Import the module and return the attribute."""
        factory: Callable[..., Any] = EntryPoint(self.name, self.target, self.kind).load()
        return factory


def components(kind: str) -> dict[str, Component]:
    """All components of a kind by name: the built-in ones, then those of installed distributions (which cannot replace one)."""
    if kind not in BUILT_IN:
        raise UnknownComponent(f"no kind of component is called '{kind}'; there are: {', '.join(BUILT_IN)}")
    found = {
        point.name: Component(kind, point.name, point.value, point.dist.name if point.dist else "unknown")
        for point in entry_points(group=f"xrag.{kind}s")
    }
    return found | {name: Component(kind, name, target, "xrag") for name, target in BUILT_IN[kind].items()}


def find(kind: str, name: str) -> Component:
    """The row of a component, which is not imported. Raises ``UnknownComponent`` with the nearest names."""
    known = components(kind)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(known))}"
        raise UnknownComponent(f"no {kind} is called '{name}'; {hint}")
    return known[name]


def load(kind: str, name: str) -> Callable[..., Any]:  # Any: as above
    """The factory of a component. Raises ``UnknownComponent`` with the nearest names."""
    return find(kind, name).load()


def takes(kind: str, name: str, option: str) -> bool:
    """Whether the factory of a component takes an option of that name."""
    return option in inspect.signature(load(kind, name)).parameters


def make(kind: str, name: str, options: Mapping[str, Json]) -> Any:  # Any: what the factory makes
    """A component made with options by name. Raises ``UsageError`` for an option that it does not take, or that it needs."""
    factory = load(kind, name)
    takes = inspect.signature(factory).parameters
    for option in options:
        if option not in takes:
            near = difflib.get_close_matches(option, takes, n=1, cutoff=0.6)
            known = f"did you mean {near[0]}?" if near else f"it takes: {', '.join(takes) or 'nothing'}"
            raise UsageError(f"the {kind} '{name}' takes no option '{option}'; {known}")
    for option, taken in takes.items():
        if taken.default is taken.empty and option not in options:
            raise UsageError(f"the {kind} '{name}' needs the option '{option}'", mends=(option,))
    return factory(**options)
