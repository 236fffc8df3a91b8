"""Responses for the language-confusion script, the same at every call, composed by a seed of sentences in its 15 languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from dice import Dice

from xrag.eval.official.rates import Response

SENTENCES = {
    "ar": ("تقع هذه المدينة الكبيرة في جنوب البلاد على ضفة النهر.", "انتهت الحرب، كما يعرف الجميع، في عام ١٩٤٥"),
    "de": (
        "Diese große Stadt liegt im Süden des Landes an einem Fluss.",
        "Der Krieg endete – wie jeder weiß – im Jahr 1945.",
    ),
    "en": (
        "This large city lies in the south of the country on a river.",
        "The war ended, as everybody knows, in the year 1945.",
    ),
    "es": (
        "Esta gran ciudad está en el sur del país, junto a un río.",
        "¿Cuándo terminó la guerra? En el año 1945, ¡claro!",
    ),
    "fr": (
        "Cette grande ville se trouve dans le sud du pays, au bord d’un fleuve.",
        "La guerre s'est terminée en 1945.",
    ),
    "hi": ("यह बड़ा शहर देश के दक्षिण में एक नदी के किनारे बसा है।", "युद्ध १९४५ में समाप्त हुआ, यह सब जानते हैं।"),
    "id": ("Kota besar ini terletak di selatan negara itu, di tepi sungai.", "Perang itu berakhir pada tahun 1945."),
    "it": (
        "Questa grande città si trova nel sud del paese, su un fiume.",
        "La guerra finì, come tutti sanno, nel 1945.",
    ),
    "ja": (
        "この大きな町は国の南部にあり、川のほとりに位置しています。",
        "戦争は1945年に終わった、と誰もが知っている。",
    ),
    "ko": ("이 큰 도시는 나라의 남쪽 강가에 자리 잡고 있습니다.", "전쟁은 모두가 알다시피 1945년에 끝났다."),
    "pt": (
        "Esta grande cidade fica no sul do país, à beira de um rio.",
        "A guerra terminou, como todos sabem, em 1945.",
    ),
    "ru": (
        "Этот большой город находится на юге страны, на берегу реки.",
        "Война закончилась — как все знают — в 1945 году.",
    ),
    "tr": (
        "Bu büyük şehir ülkenin güneyinde, bir nehrin kıyısında yer alır.",
        "Savaş, herkesin bildiği gibi, 1945'te bitti.",
    ),
    "vi": (
        "Thành phố lớn này nằm ở phía nam đất nước, bên một dòng sông.",
        "Chiến tranh kết thúc vào năm 1945, ai cũng biết.",
    ),
    "zh": ("这座大城市位于该国南部，坐落在一条河边。", "众所周知，战争于一九四五年结束。"),
}
WORDS = frozenset({"river", "country", "south", "large", "everybody", "because", "year", "city", "ended"})
BY_WORD = ("ar", "hi", "ja", "ko", "ru", "zh")
ASKED = (*SENTENCES, *BY_WORD)
"""The six languages in which words are asked come twice as often."""
SIGNS = (
    "",
    " ",
    "...",
    "#",
    "**",
    "- ",
    "1. ",
    "—",
    "،",
    "!?",
    "「」",
    "🙂",
    "\t",
    "https://x.org/a_b",
    "2.8%",
    "\u00a0",
    "OK",
)
ENGLISH = ("river", "River", "country.", "because", "large", "to", "YEAR", "city,", "(south)")
SOURCES = ("okapi", "aya", "native")


def composed(count: int, seed: str = "language-confusion") -> list[Response]:
    """Empty and short lines, lines of another language, words of English in a line, further questions, doubled lines."""
    dice = Dice(seed)
    return [_response(dice) for _ in range(count)]


def fingerprint(responses: Sequence[Response]) -> str:
    """By which a generator that composes other responses is noticed."""
    rows = [(one.completion, one.source, one.language) for one in responses]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _response(dice: Dice) -> Response:
    language = dice.of(ASKED)
    lines = [_line(dice, language) for _ in range(dice.below(4))]
    if lines and not dice.below(10):
        lines.append(lines[0])
    if not dice.below(10):
        lines.append(f"Q: {dice.of(SENTENCES['en'])}")
    return Response("\n".join(lines), dice.of(SOURCES), language)


def _line(dice: Dice, language: str) -> str:
    spoken = language if dice.below(8) else dice.of(tuple(SENTENCES))
    sentence = dice.of(SENTENCES[spoken])
    words = sentence.split(" ")
    match dice.below(6):
        case 0:
            return dice.of(SIGNS)
        case 1:
            return " ".join(words[: 1 + dice.below(len(words))])
        case 2:
            words.insert(dice.below(len(words) + 1), dice.of(ENGLISH))
        case 3:
            words.insert(dice.below(len(words) + 1), dice.of(SIGNS))
        case 4:
            words += dice.of(SENTENCES[dice.of(tuple(SENTENCES))]).split(" ")[: dice.below(5)]
    return dice.of(("", "", "- ", "  ")) + " ".join(words)
