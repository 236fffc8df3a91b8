"""Cases for XOR-Retrieve, the same at every call: what is asked for, and what was retrieved, composed by a seed.

The words are of 23 languages; between them stand numbers, abbreviations, quotes and signs, which NLTK cuts in ways of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dice import Dice

LANGUAGES = {
    "ar": "القاهرة عاصمة مصر، وكانت المدينة كبيرة؟",
    "bn": "ঢাকা বাংলাদেশের রাজধানী। এটি বড় শহর",
    "de": "Die Hauptstadt Österreichs heißt Wien, z.B. für's Theater",
    "el": "Η Αθήνα είναι πρωτεύουσα· πότε;",
    "en": "The U.S. capital isn't New York, they'd say; it's Washington, D.C.",
    "es": "¿Cuál es la capital? ¡Es Madrid!",
    "fa": "تهران پایتخت ایران است، می‌دانید؟",
    "fi": "Helsinki on Suomen pääkaupunki EU:n alueella",
    "fr": "L'été à l’Élysée, c'est-à-dire aujourd'hui",
    "he": "ירושלים היא בירת ישראל, צה״ל",
    "hi": "दिल्ली भारत की राजधानी है। १९४७ में",
    "id": "Jakarta ibu kota anak-anak di Indonesia",
    "it": "L'Aquila è un capoluogo dell'Abruzzo",
    "ja": "東京は日本の首都です。「ジョージ・ワシントン」",
    "ko": "서울은 대한민국의 수도이다. 1988년",
    "pt": "Lisboa é a capital; disse-lhe ontem",
    "ru": "Москва — столица России. 1147 г.",
    "sw": "Dodoma ni mji mkuu wa Tanzania ng'ombe",
    "te": "హైదరాబాద్ తెలంగాణ రాజధాని నగరం",
    "th": "กรุงเทพเป็นเมืองหลวงของประเทศไทย",
    "tr": "Ankara Türkiye'nin başkentidir, İstanbul",
    "vi": "Hà Nội là thủ đô của Việt Nam",
    "zh": "北京是中国的首都，人口2100万。",
}
SIGNS = (
    *(
        "2.8%",
        "$3.50",
        "1,000",
        "3.14",
        "(1945)",
        "[12]",
        "{x}",
        "10:30",
        "1990s",
        "5'11\"",
        "#1",
        "&",
        "@home",
        "*",
        "...",
    ),
    *(
        "--",
        "-",
        "–",
        "!",
        "?!",
        '"Paris"',
        "''Rome''",
        "``Oslo``",
        "«Minsk»",
        "“Bern”",
        "‘Riga’",
        "can't",
        "cannot",
        "gonna",
    ),
    *(
        "Mr. Smith",
        "e.g.",
        "Ph.D.",
        "a.m.",
        "St. Petersburg",
        "e\u0301",
        "\u200b",
        "\u00a0",
        "\u3000",
        "🇯🇵",
        "a/b",
        "C++",
        "\t",
        "\n",
    ),
)
"""What NLTK parts, joins or rewrites: ``"`` becomes two quotes, ``2.8%`` two tokens."""
FILLER = "river"
BUDGETS = (2000, 5000)
ASKED_IN = ("ar", "bn", "fi", "ja", "ko", "ru", "te", *LANGUAGES)
"""The seven languages of XOR-Retrieve more often than the others: the script takes whatever ``lang`` says."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question's language and answers, and the passages that were retrieved for it, best first."""

    language: str
    answers: tuple[str, ...]
    contexts: tuple[str, ...]


def composed(count: int, seed: str = "xor-retrieve") -> list[Case]:
    """Empty, mixed and doubled texts; every tenth with its answer near the edge of a budget."""
    dice = Dice(seed)
    pieces = [word for text in LANGUAGES.values() for word in text.split()]
    return [_at_an_edge(dice, pieces) if i % 10 == 9 else _short(dice, pieces) for i in range(count)]


def files(cases: Sequence[Case], size: int = 200) -> Iterator[tuple[list[int], list[int]]]:
    """Which cases have gold answers and which are predicted: some of neither, some twice, in any order."""
    for start in range(0, len(cases), size):
        numbers = range(start, min(start + size, len(cases)))
        predicted = [n for n in numbers if n % 7] + [n for n in numbers if n % 11 == 1]
        yield [n for n in numbers if n % 13], predicted[::-1] if start % (2 * size) else predicted


def real(shared: Path) -> list[Case]:
    """XOR-Retrieve's dev questions over 40 passages each of XQuAD-R and AfriQA, where one has an answer with that one."""
    articles = json.loads((shared / "xquad-r/en.json").read_text(encoding="utf-8"))["data"]
    passages = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    for path in sorted((shared / "afriqa/gold_passages").glob("*.en.dev.json")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        passages += [row["context"] for row in rows if row.get("context")]
    passages = list(dict.fromkeys(passages))
    lines = (shared / "xor-qa/xor_dev_retrieve_eng_span_v1_1.jsonl").read_text(encoding="utf-8").splitlines()
    cases = []
    for i, row in enumerate(map(json.loads, lines)):
        found = [passages[(40 * i + j) % len(passages)] for j in range(40)]
        holding = next((one for one in passages if any(answer in one for answer in row["answers"])), None)
        found[i % 40] = holding or found[i % 40]
        cases.append(Case(row["lang"], tuple(row["answers"]), tuple(found)))
    return cases


def fingerprint(cases: Sequence[Case]) -> str:
    """By which a generator that composes other cases is noticed."""
    return hashlib.sha256(json.dumps([asdict(case) for case in cases], ensure_ascii=False).encode()).hexdigest()


def _short(dice: Dice, pieces: Sequence[str]) -> Case:
    contexts = [_text(dice, pieces) for _ in range(dice.below(5))]
    if contexts and not dice.below(6):
        contexts.append(contexts[0])
    answers = [_answer(dice, pieces, contexts) for _ in range(1 + dice.below(3))]
    return Case(dice.of(ASKED_IN), tuple(answers), tuple(contexts))


def _text(dice: Dice, pieces: Sequence[str]) -> str:
    if not dice.below(12):
        return dice.of(("", " ", ".", "\n\n", "\u200b"))
    words = [dice.of(SIGNS if not dice.below(4) else pieces) for _ in range(1 + dice.below(30))]
    return dice.of((" ", " ", " ", "", "  ", ". ")).join(words)


def _answer(dice: Dice, pieces: Sequence[str], contexts: Sequence[str]) -> str:
    """A stretch of what was retrieved, often, sometimes in another case or across two passages; else any word, or none."""
    kind = dice.below(10)
    everything = " ".join(contexts)
    if kind < 6 and everything:
        start = dice.below(len(everything))
        found = everything[start : start + 1 + dice.below(16)]
        return found.upper() if not dice.below(8) else found.strip() if dice.below(2) else found
    return dice.of(("yes", "no", "Yes", "no.", "", " ")) if kind == 9 else dice.of(pieces if kind < 8 else SIGNS)


def _at_an_edge(dice: Dice, pieces: Sequence[str]) -> Case:
    """So many fillers, one a token and a hundred a passage, that the answer stands around the last token that counts."""
    before = BUDGETS[dice.below(2)] - 3 + dice.below(6)
    answer = dice.of(pieces if dice.below(2) else SIGNS)
    hundred = " ".join([FILLER] * 100)
    contexts = [hundred] * (before // 100) + [" ".join([FILLER] * (before % 100)), answer, hundred]
    return Case(dice.of(ASKED_IN), (answer, "yes"), tuple(contexts))
