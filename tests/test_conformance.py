"""Every registered component, ours or an installed plug-in's, passes the public conformance suite of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from chat_server import chat_server
from language_models import save_language_model

from tests.apertium_pairs import apertium
from tests.models import save_static
from tests.sparse_words import Counts
from xrag import registry
from xrag.errors import MissingExtra
from xrag.protocols import Embedder
from xrag.retrievers import RetrieverContext, build_partition
from xrag.retrievers.dense.build import build_vectors
from xrag.retrievers.dense.cures import METHODS, Bitext, Cure, languages_of
from xrag.retrievers.dense.learned import Provenance, save_cure
from xrag.retrievers.sparse.build import build_sparse
from xrag.retrievers.tuned import Parts, save_weights
from xrag.retrievers.tuned import Provenance as WeightsProvenance
from xrag.retrievers.tuning import Tuned
from xrag.testing import PASSAGES, MemoryStore, check_retriever, check_streaming_generator, check_translator
from xrag.types import Json

VLLM = ("vllm", "vllm-async")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> RetrieverContext:
    folder = tmp_path_factory.mktemp("partitions")
    store = MemoryStore()
    partitions: dict[str, Path] = {language: folder / language for language in store.languages()}
    for language, path in partitions.items():
        build_partition(path, store, language, None)
    embedder = registry.load("embedder", "static")(str(save_static(folder / "model")))
    build_vectors(folder / "vectors", store, embedder, journal=folder / "journal")
    translator = registry.load("translator", "lexicon")()
    build_sparse(folder / "sparse", store, Counts(), journal=folder / "weights")
    sparse = (folder / "sparse", Counts)
    learn(folder / "learned", embedder, sorted(store.languages()))
    return RetrieverContext(
        store, partitions, translator, folder / "vectors", lambda: embedder, *sparse, folder / "learned"
    )


def learn(folder: Path, embedder: Embedder, languages: Sequence[str]) -> None:
    """Every cure, from a text that each language has in the words of its passages."""
    rows = embedder.embed_passages([passage.text for passage in PASSAGES])
    texts = [Bitext((language, "en"), (rows, rows[::-1])) for language in languages if language != "en"]
    for kind, method in METHODS.items():
        maps = method.fit(texts, 1)
        cure = Cure(kind, languages_of(texts), maps, maps if method.of_queries else None)
        save_cure(folder / kind, cure, Provenance(embedder.fingerprint, {}, "", 1))
    tuned = Tuned((0.4, 0.6), {"ru": (0.7, 0.3)}, 1.0, 1.0, 1.0)
    parts = Parts(("bm25", "dense"), ("best", "bounds"))
    save_weights(folder, parts, tuned, WeightsProvenance(embedder.fingerprint, "lexicon", {}, ""))


@pytest.mark.parametrize("name", registry.components("retriever"))
def test_the_retriever_conforms(name: str, context: RetrieverContext) -> None:
    check_retriever(registry.load("retriever", name)(context), context.store)


@pytest.mark.parametrize("name", registry.components("translator"))
def test_the_translator_conforms(name: str) -> None:
    if name == "apertium":
        check_translator(apertium("es", "en"), "es", "en")
    elif name in ("hf", "ct2", "generator"):
        pytest.skip("tests/translators holds it to the promises with the model that it needs")
    else:
        check_translator(registry.load("translator", name)())


@pytest.fixture(scope="module")
def generator_options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Mapping[str, Json]]]:
    """What the generators that need a model or a server are made with."""
    model = str(save_language_model(tmp_path_factory.mktemp("model")))
    with chat_server() as server:
        yield {
            "server": {"model": "tiny", "server": server.url},
            "transformers": {"model": model, "device": "cpu"},
            **{name: {"model": model, "dtype": "float32", "engine": {"enforce_eager": True}} for name in VLLM},
        }


@pytest.mark.parametrize("name", registry.components("generator"))
def test_the_generator_conforms(name: str, generator_options: Mapping[str, Mapping[str, Json]]) -> None:
    if name in VLLM and find_spec("vllm") is None:
        pytest.skip("vLLM is not installed here; tests/generators/test_vllm.py holds its engines to the same promises")
    check_streaming_generator(registry.make("generator", name, generator_options.get(name, {})))


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_every_row_of_the_registry_can_be_loaded(kind: str) -> None:
    for component in registry.components(kind).values():
        if component.name in VLLM and find_spec("vllm") is None:
            with pytest.raises(MissingExtra, match=r"crosslingual-rag\[vllm\]"):
                component.load()
        else:
            assert callable(component.load())
