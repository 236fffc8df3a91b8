"""For tests, yours and ours: in-memory fakes of each protocol, and the conformance suite that each component must pass.

    from xrag.testing import MemoryStore, check_retriever

    def test_my_retriever_conforms():
        check_retriever(MyRetriever(store), store)

A ``check_…`` function raises ``AssertionError`` with a sentence that says which promise is broken.
"""

from __future__ import annotations

import collections.abc
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xrag.errors import PassageNotFound, Unsupported
from xrag.generators.asking import check_supported
from xrag.protocols import Generator, PassageStore, Reranker, Retriever, StreamingGenerator, Translator
from xrag.types import (
    Ability,
    Candidate,
    Completion,
    Decoding,
    Message,
    Passage,
    Prompt,
    Query,
    Ranking,
    Sampling,
    Structure,
    TermTranslation,
    Translation,
)

PASSAGES = (
    Passage("en-1", "The Danube rises in the Black Forest and flows into the Black Sea.", "en"),
    Passage("de-1", "Canberra ist seit 1927 die Hauptstadt Australiens.", "de"),
    Passage("ru-1", "Столица Австрии — Вена. Она стоит на Дунае.", "ru"),
    Passage("ar-1", "تقع القاهرة على نهر النيل وهي عاصمة مصر.", "ar"),
    Passage("hi-1", "गंगा नदी हिमालय से निकलती है।", "hi"),
    Passage("th-1", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย", "th"),
    Passage("zh-1", "长江是亚洲最长的河流。", "zh"),
    Passage("ja-1", "富士山は日本で一番高い山です。", "ja"),
    Passage("ko-1", "서울은 대한민국의 수도이다.", "ko"),
)
"""One small passage in each of nine languages and eight scripts."""


class MemoryStore:
    """A ``PassageStore`` over a list of passages; a passage's number is its place in the list."""

    def __init__(self, passages: Sequence[Passage] = PASSAGES) -> None:
        self._passages = tuple(passages)
        self._by_id = {passage.id: passage for passage in passages}

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in order. Raises ``PassageNotFound``."""
        missing = [passage_id for passage_id in passage_ids if passage_id not in self._by_id]
        if missing:
            raise PassageNotFound(f"no passage has the id '{missing[0]}'")
        return [self._by_id[passage_id] for passage_id in passage_ids]

    def by_number(self, numbers: Sequence[int]) -> Iterator[Passage]:
        """The passages of these numbers, in the order given."""
        return (self._passages[number] for number in numbers)

    def numbers(self, language: str) -> array[int]:
        """The numbers of the passages of a language, ascending."""
        return array("q", (n for n, passage in enumerate(self._passages) if passage.language == language))

    def languages(self) -> Mapping[str, int]:
        """How many passages each language has, largest first."""
        return dict(Counter(passage.language for passage in self._passages).most_common())


@dataclass(frozen=True)
class FakeRetriever:
    """Answers a query with the ranking listed for its text, and with no hit where none is listed."""

    rankings: Mapping[str, Ranking]

    def search(self, queries: Sequence[Query], k: int) -> list[Ranking]:
        """The listed rankings, cut at ``k``."""
        return [self.rankings.get(query.text, ())[:k] for query in queries]


@dataclass(frozen=True)
class FakeTranslator:
    """Translates word by word from a table ``{(source, target): {word: translation}}``; other words stay."""

    table: Mapping[tuple[str, str], Mapping[str, str]]
    fingerprint: str = "fake"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """One translation per text, with one candidate of probability 1 per known word."""
        words = self.table.get((source, target), {})
        return [self._one(text, source, target, words) for text in texts]

    @staticmethod
    def _one(text: str, source: str, target: str, words: Mapping[str, str]) -> Translation:
        terms = tuple(TermTranslation(w, (Candidate(words[w], 1.0),)) for w in text.split() if w in words)
        return Translation(" ".join(words.get(w, w) for w in text.split()), source, target, terms)


@dataclass(frozen=True)
class FakeGenerator:
    """Completes every prompt with the same texts in turn: attempt ``n`` of a prompt gets ``texts[n]``, the last one for good.

    Which attempt it is shows in how many assistant turns the prompt's messages already hold.
    """

    texts: tuple[str, ...]
    supports: frozenset[Ability] = frozenset({Ability.STREAMING})

    def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Completion]:
        """One completion per prompt."""
        check_supported(prompts, sampling, self.supports)
        return [Completion(self._text(prompt)) for prompt in prompts]

    def stream(self, prompt: Prompt, sampling: Sampling) -> collections.abc.Generator[str, None, Completion]:
        """The same text, word by word."""
        [completion] = self.generate([prompt], sampling)
        for index, word in enumerate(completion.text.split(" ")):
            yield f" {word}" if index else word
        return completion

    def _text(self, prompt: Prompt) -> str:
        turn = sum(message.role == "assistant" for message in prompt.messages)
        return self.texts[min(turn, len(self.texts) - 1)]


def _queries(store: PassageStore) -> list[Query]:
    """The store's own passages as questions, one per language, between an empty one and one that nothing matches."""
    numbers = [store.numbers(language)[0] for language in store.languages()]
    own = [Query(f"q-{passage.id}", passage.text, passage.language) for passage in store.by_number(numbers)]
    return [Query("empty", "", "en"), *own, Query("nothing", "zxqvjwk qqqqzzz", "en")]


def check_retriever(retriever: Retriever, store: PassageStore) -> None:
    """Rankings match the queries, are sorted, hold positive scores and known ids, and do not depend on the batch."""
    queries = _queries(store)
    rankings = retriever.search(queries, 5)
    assert len(rankings) == len(queries), "one ranking per query"
    assert rankings == [retriever.search([query], 5)[0] for query in queries], "a ranking does not depend on the batch"
    assert retriever.search([], 5) == [], "no queries, no rankings"
    for query, ranking in zip(queries, rankings, strict=True):
        _check_ranking(query, ranking, 5)
        store.get([hit.passage_id for hit in ranking])
    assert rankings[0] == (), "an empty query has no hit"
    assert rankings[-1] == (), "zero evidence is no hit"
    assert all(r[0].passage_id == q.id[2:] for q, r in list(zip(queries, rankings, strict=True))[1:-1]), (
        "a passage's own text finds it first"
    )
    assert all(
        retriever.search([query], 1)[0] == ranking[:1] for query, ranking in zip(queries, rankings, strict=True)
    ), "a smaller k gives the head of the same ranking"


def _check_ranking(query: Query, ranking: Ranking, k: int) -> None:
    assert len(ranking) <= k, f"{query.id}: at most k hits"
    scores = [hit.score for hit in ranking]
    assert scores == sorted(scores, reverse=True), f"{query.id}: best first"
    assert all(score > 0 for score in scores), f"{query.id}: zero evidence is no hit"
    assert len({hit.passage_id for hit in ranking}) == len(ranking), f"{query.id}: no passage twice"


def check_reranker(reranker: Reranker, queries: Sequence[Query], rankings: Sequence[Ranking]) -> None:
    """A reranker keeps to the passages it was given, cuts at ``k`` and survives an empty ranking."""
    again = reranker.rerank(queries, rankings, 2)
    assert len(again) == len(queries), "one ranking per query"
    for before, after in zip(rankings, again, strict=True):
        assert {hit.passage_id for hit in after} <= {hit.passage_id for hit in before}, "no passage from elsewhere"
        assert len(after) <= 2, "at most k hits"
    assert reranker.rerank(queries[:1], [()], 2) == [()], "an empty ranking stays empty"


def check_translator(translator: Translator, source: str = "de", target: str = "en") -> None:
    """Translations match the texts, probabilities are probabilities, and what is unknown stays as it stands."""
    texts = ["", "zxqvjwk", "Wien 1927", "Wo liegt Australien?"]
    check_learned_translator(translator, texts, source, target)
    translations = translator.translate(texts, source, target)
    assert "zxqvjwk" in translations[1].text, "what is unknown stays as it stands"
    assert "1927" in translations[2].text, "a number stays"


def check_learned_translator(translator: Translator, texts: Sequence[str], source: str, target: str) -> None:
    """What also a translator promises that learned from examples, and cannot promise what becomes of the unknown."""
    texts = ["", *texts]
    translations = translator.translate(texts, source, target)
    assert len(translations) == len(texts), "one translation per text"
    assert translator.translate([], source, target) == [], "no texts, no translations"
    assert translations == translator.translate(texts, source, target), "the same text is translated the same way"
    assert [t.text for text in texts for t in translator.translate([text], source, target)] == [
        translation.text for translation in translations
    ], "a translation does not depend on the batch"
    assert all((t.source, t.target) == (source, target) for t in translations), "a translation says from and into what"
    assert translations[0].text == "", "an empty text stays empty"
    for term in (term for translation in translations for term in translation.terms):
        probabilities = [candidate.probability for candidate in term.candidates]
        assert all(0 < p <= 1 for p in probabilities), f"{term.term}: probabilities are in (0, 1]"
        assert sum(probabilities) <= 1 + 1e-6, f"{term.term}: probabilities sum to at most 1"
        assert probabilities == sorted(probabilities, reverse=True), f"{term.term}: best first"
    assert translator.fingerprint, "a fingerprint names everything that changes the output"


def check_generator(generator: Generator) -> None:
    """Completions match the prompts, do not depend on the batch, and hold to what the generator says it can do."""
    prompts = [_prompt(passage) for passage in PASSAGES]
    sampling = Sampling(max_tokens=32)
    completions = generator.generate(prompts, sampling)
    assert len(completions) == len(prompts), "one completion per prompt"
    assert generator.generate([], sampling) == [], "no prompts, no completions"
    assert [c.text for c in completions] == [generator.generate([p], sampling)[0].text for p in prompts], (
        "a completion does not depend on the batch"
    )
    _check_abilities(generator, prompts[0])


def check_streaming_generator(generator: StreamingGenerator) -> None:
    """Everything of ``check_generator``, and the pieces of a stream joined are the completion's text."""
    check_generator(generator)
    assert Ability.STREAMING in generator.supports, "a generator that streams says so"
    prompt = _prompt(PASSAGES[0])
    returned: list[Completion] = []

    def pieces() -> Iterator[str]:
        returned.append((yield from generator.stream(prompt, Sampling(max_tokens=32))))

    text = "".join(pieces())
    assert text == generator.generate([prompt], Sampling(max_tokens=32))[0].text, "pieces join to the text"
    assert [one.text for one in returned] == [text], "a stream returns its completion"


def _prompt(passage: Passage) -> Prompt:
    messages = (Message("system", "Answer from the passage."), Message("user", passage.text))
    return Prompt(Query("q", passage.text, passage.language), (passage,), "en", messages)


def _check_abilities(generator: Generator, prompt: Prompt) -> None:
    """What is declared is honoured, what is not is refused."""
    sampling = Sampling(max_tokens=8)
    started = replace(prompt, prefill="The answer")
    if Ability.PREFILL in generator.supports:
        [completion] = generator.generate([started], sampling)
        assert completion.text.startswith("The answer"), "a completion begins with its prefill"
    else:
        assert _refuses(generator, started, sampling), "a prefill is refused where it is not declared"
    if Ability.DECODING not in generator.supports:
        asked = replace(prompt, decoding=Decoding("de"))
        assert _refuses(generator, asked, sampling), "decoding is refused where it is not declared"
    structured = replace(sampling, structure=Structure(choices=("yes", "no")))
    if Ability.STRUCTURE not in generator.supports:
        assert _refuses(generator, prompt, structured), "a structure is refused where it is not declared"
    if Ability.TOKEN_IDS in generator.supports:
        assert generator.generate([prompt], sampling)[0].token_ids, "token ids are told where they are declared"


def _refuses(generator: Generator, prompt: Prompt, sampling: Sampling) -> bool:
    try:
        generator.generate([prompt], sampling)
    except Unsupported:
        return True
    return False
