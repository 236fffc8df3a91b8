from __future__ import annotations

import pytest

from xrag import registry
from xrag.embedders import Pooling, Settings, model_cards
from xrag.embedders.cards import token_cards
from xrag.errors import UsageError

MEAN, CLS, LAST = Pooling.MEAN, Pooling.CLS, Pooling.LAST
QWEN = (32, 64, 128, 256, 512, 768, 1024, 2560, 4096)
SEARCH = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"

# (model, query prompt, passage prompt, pooling, dimension, sizes, length, licence), from each model's own page
KNOWN = [
    ("intfloat/multilingual-e5-small", "query: ", "passage: ", MEAN, 384, (), 512, "MIT"),
    ("intfloat/multilingual-e5-base", "query: ", "passage: ", MEAN, 768, (), 512, "MIT"),
    ("intfloat/multilingual-e5-large", "query: ", "passage: ", MEAN, 1024, (), 512, "MIT"),
    ("intfloat/multilingual-e5-large-instruct", SEARCH + " ", "", MEAN, 1024, (), 512, "MIT"),
    ("BAAI/bge-m3", "", "", CLS, 1024, (), 8192, "MIT"),
    ("sentence-transformers/LaBSE", "", "", CLS, 768, (), 256, "Apache-2.0"),
    ("Alibaba-NLP/gte-multilingual-base", "", "", CLS, 768, (128, 256, 512, 768), 8192, "Apache-2.0"),
    ("alibaba-nlp-community/gte-multilingual-base", "", "", CLS, 768, (128, 256, 512, 768), 8192, "Apache-2.0"),
    ("Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", "", CLS, 1024, (256, 1024), 8192, "Apache-2.0"),
    (
        "jinaai/jina-embeddings-v3",
        "Represent the query for retrieving evidence documents: ",
        "Represent the document for retrieval: ",
        MEAN,
        1024,
        (32, 64, 128, 256, 512, 768, 1024),
        8192,
        "CC-BY-NC-4.0",
    ),
    (
        "google/embeddinggemma-300m",
        "task: search result | query: ",
        "title: none | text: ",
        MEAN,
        768,
        (128, 256, 512, 768),
        2048,
        "Gemma",
    ),
    ("Qwen/Qwen3-Embedding-0.6B", SEARCH, "", LAST, 1024, QWEN[:7], 8192, "Apache-2.0"),
    ("Qwen/Qwen3-Embedding-4B", SEARCH, "", LAST, 2560, QWEN[:8], 8192, "Apache-2.0"),
    ("Qwen/Qwen3-Embedding-8B", SEARCH, "", LAST, 4096, QWEN, 8192, "Apache-2.0"),
    (
        "HIT-TMG/KaLM-embedding-multilingual-mini-instruct-v1",
        "Instruct: Given a query, retrieve documents that answer the query. \n Query: ",
        "",
        MEAN,
        896,
        (),
        512,
        "MIT",
    ),
    (
        "nvidia/llama-embed-nemotron-8b",
        "Instruct: Given a question, retrieve passages that answer the question\nQuery: ",
        "",
        MEAN,
        4096,
        (),
        4096,
        "NVIDIA, research only",
    ),
    ("cointegrated/SONAR_200_text_encoder", "", "", MEAN, 1024, (), 512, "CC-BY-NC-4.0"),
    ("minishlab/potion-multilingual-128M", "", "", MEAN, 256, (), 1_000_000, "MIT"),
]

REVISIONS = {
    "intfloat/multilingual-e5-small": "fd1525a9",
    "intfloat/multilingual-e5-base": "d13f1b27",
    "intfloat/multilingual-e5-large": "ab10c1a7",
    "intfloat/multilingual-e5-large-instruct": "baa7be48",
    "BAAI/bge-m3": "5617a9f6",
    "sentence-transformers/LaBSE": "e34fab64",
    "Alibaba-NLP/gte-multilingual-base": "ca1791e0",
    "Snowflake/snowflake-arctic-embed-l-v2.0": "edc2df7b",
    "google/embeddinggemma-300m": "64614b0b",
    "Qwen/Qwen3-Embedding-0.6B": "b22da495",
    "Qwen/Qwen3-Embedding-4B": "636cd9bf",
    "Qwen/Qwen3-Embedding-8B": "4e423935",
    "HIT-TMG/KaLM-embedding-multilingual-mini-instruct-v1": "45e42c89",
    "nvidia/llama-embed-nemotron-8b": "84a37559",
}


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row[0])
def test_the_card_says_how_the_model_is_used(row) -> None:
    card = model_cards()[row[0]]
    used = (card.hub, card.query, card.passage, card.pooling, card.dimension, card.sizes, card.max_length, card.licence)
    assert used == row


def test_revisions_are_the_ones_looked_at() -> None:
    assert {hub: card.revision[:8] for hub, card in model_cards().items() if card.revision} == REVISIONS


def test_every_card_is_held_by_a_row_above() -> None:
    assert set(model_cards()) == {name for name, *_ in KNOWN}


LATE = [  # (model, tokens of a query, of a passage, dimension, sizes, licence, whether it runs code of its own)
    ("BAAI/bge-m3", 8192, 8192, 1024, (), "MIT", False),
    ("antoinelouis/colbert-xm", 32, 256, 128, (), "MIT", False),
    ("jinaai/jina-colbert-v2", 32, 8192, 128, (64, 96, 128), "CC-BY-NC-4.0", True),
]
SPARSE = [("BAAI/bge-m3", 8192, 8192, 250_002, (), "MIT", False)]


@pytest.mark.parametrize(("kind", "rows"), [("late", LATE), ("sparse", SPARSE)])
def test_the_cards_of_models_that_work_by_token(kind: str, rows) -> None:
    assert [
        (c.hub, c.query_length, c.passage_length, c.dimension, c.sizes, c.licence, c.remote_code)
        for c in token_cards(kind).values()
    ] == rows
    assert all(card.languages for card in token_cards(kind).values())


@pytest.mark.parametrize("card", model_cards().values(), ids=lambda card: card.hub)
def test_every_card_is_complete(card) -> None:
    assert card.backend in registry.components("embedder")
    assert all((card.licence, card.languages))
    assert card.max_length >= 256
    assert not card.sizes or max(card.sizes) == card.dimension
    assert card.revision == "" or len(card.revision) == 40
    assert card.settings().origin == f"the card of {card.hub}"


def test_code_from_a_repository_is_needed_by_one_card_alone() -> None:
    assert [hub for hub, card in model_cards().items() if card.remote_code] == ["Alibaba-NLP/gte-multilingual-base"]


def test_a_model_is_cut_only_to_the_sizes_it_was_trained_for() -> None:
    gemma = model_cards()["google/embeddinggemma-300m"]
    assert gemma.settings(256).dimension == 256
    assert gemma.settings(768).dimension is None
    with pytest.raises(UsageError, match="it can have: 128, 256, 512, 768"):
        gemma.settings(300)
    with pytest.raises(UsageError, match="it can have: 1024"):
        model_cards()["BAAI/bge-m3"].settings(512)


def test_the_projections_of_labse_and_gemma_follow_the_pooling() -> None:
    assert {card.hub: card.dense for card in model_cards().values() if card.dense} == {
        "sentence-transformers/LaBSE": ("2_Dense",),
        "google/embeddinggemma-300m": ("2_Dense", "3_Dense"),
    }


def test_every_setting_that_changes_vectors_changes_the_fingerprint() -> None:
    plain = Settings(MEAN)
    others = [Settings(CLS), Settings(MEAN, "query: "), Settings(MEAN, "", "passage: "), Settings(MEAN, max_length=99)]
    others += [Settings(MEAN, dimension=8), Settings(MEAN, dense=("2_Dense",))]
    assert len({one.fingerprint for one in [plain, *others]}) == len(others) + 1
    assert Settings(MEAN, origin="elsewhere").fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    "bad", [{"pooling": "max"}, {"pooling": MEAN, "max_length": 0}, {"pooling": MEAN, "dimension": 0}]
)
def test_settings_that_cannot_be_are_refused(bad) -> None:
    with pytest.raises(UsageError):
        Settings(**bad)
