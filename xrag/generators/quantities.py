"""Which questions ask for a number, a date or an amount: one row of a table per language, a regular expression of words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import regex

from xrag import languages
from xrag.languages import numerals

_ASKING: Mapping[str, str] = {
    "af": "hoeveel|wanneer|watter jaar|hoe (?:hoog|diep|lank|ver|oud|groot)",
    "am": "ስንት|መቼ|በየትኛው ዓመት",
    "ar": "كم|متى|أي عام|أي سنة|أي يوم|أي تاريخ|ما عدد|ما عمق|ما ارتفاع|ما طول|ما مساحة",
    "bg": "колко|кога|коя година|кой ден|коя дата",
    "bn": "কত|কতটি|কতজন|কয়টি|কয়|কখন|কবে|কোন সালে|কোন বছর",
    "ca": "quants?|quantes|quanta|quan|quin any|quin dia|quina data|quina (?:alçada|profunditat|longitud)",
    "cs": "kolik|kolikátého|kdy|kterém roce|jak (?:vysok|hlubok|dlouh|star|velk)\\w*",
    "da": "hvor (?:mange|meget|dyb|højt?|langt?|gammel|stort?)|hvornår|hvilket år",
    "de": "wie ?viele?|wann|welche[mnrs]? (?:jahr|tag|datum|monat|jahrhundert)"
    "|wie (?:tief|hoch|lang|weit|alt|groß|schwer|schnell|breit)"
    "|wievielte\\w*|seit wann|(?:ist|war) die (?:zahl|anzahl|tiefe|höhe|länge|fläche|einwohnerzahl)",
    "el": "πόσ\\w+|πότε|ποια χρονιά|ποιο έτος|ποια ημερομηνία",
    "en": "how (?:many|much|deep|high|tall|long|far|old|big|large|wide|heavy|fast|often)|when"
    "|(?:what|which) (?:year|day|date|month|century|percentage|number|population|age|height|depth|length)"
    "|what(?:'s|’s| is| was| are) the (?:number|population|age|height|depth|length|area|distance|speed|weight)",
    "es": "cuánt[oa]s?|cuándo|qué (?:año|día|mes|fecha|siglo|edad|porcentaje|altura|profundidad)"
    "|cuál (?:es|era) la (?:altura|profundidad|población|superficie|edad|longitud)",
    "et": "mitu|kui (?:palju|sügav|kõrge|pikk|vana)|millal|mis aastal",
    "fa": "چند|چقدر|چه قدر|چه سالی|چه زمانی|کی |کدام سال|چه تاریخی|چه وقت",
    "fi": "kuinka (?:monta|paljon|syvä|korkea|pitkä|vanha|suuri)|montako|paljonko|milloin|minä vuonna|koska",
    "fr": "combien|quand"
    "|(?:quelle|quel)s? (?:année|an|jour|date|mois|siècle|âge|pourcentage|hauteur|profondeur|longueur|taille)",
    "gu": "કેટલ\\w+|ક્યારે|કયા વર્ષ",
    "ha": "nawa|yaushe|wace shekara",
    "he": "כמה|מתי|באיזו שנה|איזו שנה|באיזה תאריך|באיזה יום|מה (?:הגובה|העומק|האורך)",
    "hi": "कितन[ाीे]|कब|किस (?:वर्ष|साल|दिन|तारीख|सन|महीने)|कौन से (?:वर्ष|साल)",
    "hu": "hány\\w*|mennyi\\w*|mikor|melyik évben|milyen (?:mély|magas|hosszú|messze|öreg|nagy)",
    "id": "berapa|kapan|tahun (?:berapa|apa)|seberapa",
    "ig": "ole|mgbe|kedu afọ",
    "is": "hversu|hvenær|hvaða ár|hve",
    "it": "quant[oaie]|quando|(?:che|quale) (?:anno|giorno|data|mese|secolo|età|percentuale|altezza|profondità)"
    "|in che (?:anno|mese)",
    "ja": "いつ|何[年月日時回人個歳本台枚冊世度割番年]|何(?:メートル|キロ|パーセント|万|億|百|千)"
    "|いくつ|いくら|どのくらい|どれくらい|どれほど|どのぐらい",
    "ka": "რამდენ\\w*|როდის|რომელ წელს",
    "kk": "қанша|неше|қашан|қай жылы",
    "km": "ប៉ុន្មាន|ពេលណា|ឆ្នាំណា",
    "kn": "ಎಷ್ಟು|ಯಾವಾಗ|ಯಾವ ವರ್ಷ",
    "ko": "몇|얼마|언제|어느 해",
    "lo": "ຈັກ|ເທົ່າໃດ|ເມື່ອໃດ|ປີໃດ",
    "lt": "kiek|kada|kuriais metais|kurių metų",
    "lv": "cik|kad|kurā gadā",
    "mk": "колку|кога|која година",
    "ml": "എത്ര|എപ്പോൾ|ഏത് വർഷം",
    "mr": "किती|केव्हा|कधी|कोणत्या (?:वर्षी|साली)",
    "ms": "berapa|bila|bilakah|tahun berapa",
    "my": "ဘယ်လောက်|ဘယ်နှ|ဘယ်အချိန်|မည်မျှ",
    "ne": "कति|कहिले|कुन (?:वर्ष|साल)",
    "nl": "hoeveel|wanneer|welk jaar|welke (?:dag|datum|maand|eeuw)|hoe (?:diep|hoog|lang|ver|oud|groot|zwaar)",
    "no": "hvor (?:mange|mye|dyp|dypt|høy|høyt|lang|langt|gammel|stor|stort)|når|hvilket år",
    "pa": "ਕਿੰਨ\\w+|ਕਦੋਂ|ਕਿਸ ਸਾਲ",
    "pl": "ile|ilu|kiedy|którym roku|jakim roku|jak (?:głębok|wysok|dług|daleko|star|duż)\\w*",
    "pt": "quant[oa]s?|quando"
    "|(?:que|qual) (?:ano|dia|mês|data|século|idade|porcentagem|percentagem|altura|profundidade)",
    "ro": "câ[tț][iăe]?|câte|când|ce an|ce dată|ce (?:înălțime|adâncime)",
    "ru": "сколько|когда|как(?:ом|ого|ой) (?:год\\w*|день|дня|числ\\w*|дат\\w*|век\\w*|месяц\\w*)"
    "|каков[аы]? (?:глубина|высота|длина|площадь|население|возраст)|какая (?:глубина|высота|длина|площадь)"
    "|насколько|как (?:глубок|высок|далеко)\\w*",
    "rw": "angahe|ryari|kangahe|uwuhe mwaka",
    "sk": "koľko|kedy|ktorom roku|ako (?:hlbok|vysok|dlh|star)\\w*",
    "sl": "koliko|kdaj|katerega leta|kako (?:globok|visok|dolg|star)\\w*",
    "so": "immisa|goorma",
    "sq": "sa|kur|cilin vit|çfarë viti",
    "sr": "колико|када|које године|koliko|kada|koje godine",
    "sv": "hur (?:många|mycket|djup|djupt|hög|högt|lång|långt|gammal|stor|stort)|när|vilket år",
    "sw": "ngapi|wangapi|mangapi|vingapi|lini|mwaka gani|mwaka upi|kiasi gani|urefu gani|kina gani|siku gani"
    "|tarehe gani",
    "ta": "எத்தனை|எவ்வளவு|எப்போது|எந்த ஆண்டு|எந்த வருடம்",
    "te": "ఎన్ని|ఎంత|ఎప్పుడు|ఏ సంవత్సరం|ఎంతమంది",
    "th": "กี่|เท่าไร|เท่าไหร่|เท่าใด|เมื่อไร|เมื่อไหร่|เมื่อใด|ปีใด|ปีไหน|วันที่เท่า|วันใด|วันไหน",
    "tr": "kaç\\w*|ne kadar|ne zaman|hangi (?:yıl|yılda|tarihte|gün|günde|ay|ayda)",
    "uk": "скільки|коли|як(?:ому|ого|ій) (?:році|року|день|дня|дат\\w*|столітт\\w*|місяц\\w*)"
    "|яка (?:глибина|висота|довжина)",
    "ur": "کتن[اےی]|کب|کس (?:سال|دن|تاریخ|سن|مہینے)",
    "uz": "qancha|nechta|necha|qachon|qaysi yil",
    "vi": "bao nhiêu|mấy|khi nào|bao giờ|lúc nào|năm nào|ngày nào|bao (?:xa|lâu|sâu|cao)",
    "xh": "zingaphi|nini|ngowuphi unyaka",
    "yo": "mélòó|nígbà wo|ọdún wo",
    "zh": "几|幾|多少|何时|何時|什么时候|什麼時候|哪(?:一)?(?:年|天|月|日)|多(?:大|长|長|高|深|远|遠|久|重|快)|何年",
    "zu": "ngaki|zingaki|nini|muphi unyaka",
}
_WHEN = (
    "when|wann|seit wann|quand|cu[áa]ndo|quando|quan|kiedy|kdy|kedy|kada|kdaj|kad|когда|коли|кога|када|wanneer|n[åä]r|hvornår"
    "|hvenær|milloin|koska|mikor|când|πότε|ne zaman|qachon|қашан|millal|kapan|bila|khi nào|bao giờ|lini|yaushe|מתי|መቼ|როდის"
    "|متى|چه زمانی|کی|کب|कब|केव्हा|कधी|कहिले|কখন|কবে|ક્યારે|ਕਦੋਂ|எப்போது|ఎప్పుడు|ಯಾವಾಗ|എപ്പോൾ|언제|いつ|何年|何时|何時"
    "|什么时候|什麼時候|哪(?:一)?年|เมื่อไร|เมื่อไหร่|เมื่อใด|ປີໃດ|ເມື່ອໃດ|ពេលណា"
    "|(?:what|which|welche[mnrs]?|quelle?|qué|que|qual|che|quale|котор\\w+|как\\w+|watter|welk|hvilket|vilket)"
    " (?:year|jahr|année|año|ano|anno|год\\w*|jaar|år)"
)
_YEARS = range(1000, 2100)
_UNSPACED = frozenset({"ja", "km", "ko", "lo", "my", "th", "zh"})


def asks_for_number(question: str, language: str) -> bool:
    """Whether a question asks how much, how many or when; never in a language that the table lacks."""
    asking = _asking(language)
    return asking is not None and asking.search(question) is not None


def tells_number(text: str, asked: str) -> bool:
    """Whether a text holds a number that the question does not hold itself."""
    return bool(set(numerals.numbers(text)).difference(numerals.numbers(asked)))


def asks_when(question: str, language: str) -> bool:
    """Whether a question after a number asks for a point in time and for no other number."""
    rest, found = _asking_when().subn(" ", question)
    return found > 0 and not asks_for_number(rest, language)


def tells_year(text: str, asked: str) -> bool:
    """Whether a text holds what may be a year, from 1000 on, that the question does not hold itself."""
    found = set(numerals.numbers(text)).difference(numerals.numbers(asked))
    return any(number.isdecimal() and int(number) in _YEARS for number in found)


@cache
def _asking_when() -> regex.Pattern[str]:
    spaced = r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}]"
    return regex.compile(f"(?<!{spaced})(?:{_WHEN})(?!{spaced})", regex.IGNORECASE)


@cache
def _asking(language: str) -> regex.Pattern[str] | None:
    row = next((known for known in _ASKING if languages.same(known, language)), None)
    if row is None:
        return None
    edge = "" if row in _UNSPACED else r"(?<![\p{L}\p{M}])"
    end = "" if row in _UNSPACED else r"(?![\p{L}\p{M}])"
    return regex.compile(f"{edge}(?:{_ASKING[row]}){end}", regex.IGNORECASE)
