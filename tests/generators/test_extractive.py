"""Answers without a model: quoted, framed, cited, or honestly none."""

from __future__ import annotations

import pytest

from xrag.generators.extractive import ExtractiveGenerator
from xrag.resources import frames
from xrag.testing import PASSAGES, check_streaming_generator
from xrag.types import (
    Candidate,
    Completion,
    Passage,
    Prompt,
    Query,
    Sampling,
    TermTranslation,
    Translation,
)

GENERATOR = ExtractiveGenerator()

GOETHE = {
    "en": "Goethe grew up in a wealthy house. He was born in Frankfurt in 1749. His friends were many.",
    "de": "Goethe wuchs in einem reichen Haus auf. Er wurde 1749 in Frankfurt geboren. Er hatte viele Freunde.",
    "ru": "Гёте вырос в богатом доме. Он родился во Франкфурте в 1749 году. У него было много друзей.",
    "ar": "نشأ غوته في بيت ثري. ولد في مدينة فرانكفورت عام 1749. كان له أصدقاء كثيرون.",
    "hi": "गेटे एक धनी घर में पले। उनका जन्म 1749 में फ़्रैंकफ़र्ट में हुआ था। उनके कई मित्र थे।",
    "th": "เกอเธ่เติบโตในบ้านที่ร่ำรวย เขาเกิดที่แฟรงก์เฟิร์ตในปี 1749 เขามีเพื่อนมากมาย",
    "zh": "歌德在富裕的家庭长大。他于1749年出生在法兰克福。他有很多朋友。",
    "ja": "ゲーテは裕福な家で育った。彼は1749年にフランクフルトで生まれた。友人が多かった。",
    "ko": "괴테는 부유한 집에서 자랐다. 그는 1749년에 프랑크푸르트에서 태어났다. 친구가 많았다.",
}


def completed(
    question: str,
    language: str,
    *context: Passage,
    answer_language: str = "",
    translations: tuple[Translation, ...] = (),
) -> Completion:
    prompt = Prompt(Query("1", question, language), context, answer_language or language, translations=translations)
    [completion] = GENERATOR.generate([prompt], Sampling())
    return completion


def test_it_keeps_the_promises_of_a_generator() -> None:
    check_streaming_generator(GENERATOR)


@pytest.mark.parametrize(
    ("language", "question", "part"),
    [
        ("en", "In which city was Goethe born?", "born in Frankfurt"),
        ("de", "In welcher Stadt wurde Goethe geboren?", "in Frankfurt geboren"),
        ("ru", "В каком городе родился Гёте?", "родился во Франкфурте"),
        ("ar", "في أي مدينة ولد غوته؟", "ولد في مدينة"),
        ("hi", "गेटे का जन्म कहाँ हुआ था?", "जन्म 1749"),
        ("zh", "歌德出生在哪里？", "出生在法兰克福"),
        ("ja", "ゲーテはどこで生まれたか。", "生まれた"),
        ("ko", "괴테는 어디에서 태어났는가?", "태어났다"),
    ],
)
def test_the_sentence_that_speaks_of_it_is_quoted_as_it_stands(language: str, question: str, part: str) -> None:
    [quote] = completed(question, language, Passage("p", GOETHE[language], language)).quotes
    assert part in quote
    assert quote in GOETHE[language]


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "Englisch"),
        ("ru", "английский"),
        ("ar", "الإنجليزية"),
        ("hi", "अंग्रेज़ी"),
        ("th", "อังกฤษ"),
        ("zh", "英语"),
        ("ja", "英語"),
        ("ko", "영어"),
    ],
)
def test_a_quotation_in_another_language_says_in_which(language: str, name: str) -> None:
    text = completed("1749?", language, Passage("p", GOETHE["en"], "en")).text
    assert name in text
    assert "He was born in Frankfurt in 1749." in text
    assert text.endswith("[1]")


def test_a_quotation_in_the_same_language_says_no_language() -> None:
    text = completed("Wo wurde Goethe geboren?", "de", Passage("p", GOETHE["de"], "de")).text
    assert text == "In den Quellen heißt es: „Er wurde 1749 in Frankfurt geboren.“ [1]"


@pytest.mark.parametrize("language", sorted(frames()))
def test_it_abstains_in_every_language_that_has_a_frame(language: str) -> None:
    assert completed("1749?", language) == Completion(frames()[language].none)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What do penguins eat in the Antarctic winter?"),
        ("de", "Was fressen Pinguine im antarktischen Winter?"),
        ("ru", "Чем питаются пингвины антарктической зимой?"),
        ("ar", "ماذا تأكل طيور البطريق شتاء؟"),
        ("hi", "पेंगुइन सर्दियों में क्या खाते हैं?"),
        ("zh", "企鹅冬天吃什么？"),
        ("ja", "ペンギンは冬に何を食べますか？"),
        ("ko", "펭귄은 겨울에 무엇을 먹나요?"),
    ],
)
def test_it_abstains_where_the_passages_speak_of_something_else(language: str, question: str) -> None:
    completion = completed(question, language, Passage("p", GOETHE[language], language))
    assert completion == Completion(frames()[language].none)


def test_a_language_without_a_frame_is_framed_in_english() -> None:
    assert completed("1749?", "tlh").text == frames()["en"].none


def test_the_translated_terms_find_the_sentence() -> None:
    terms = (
        TermTranslation("родился", (Candidate("born", 0.9), Candidate("birth", 0.1))),
        TermTranslation("Где", (Candidate("", 1.0),)),
    )
    translation = Translation("born", "ru", "en", terms)
    passage = Passage("p", "He loved the sea. He was born on an island. He left it early.", "en")
    completion = completed("Где родился?", "ru", passage, translations=(translation,))
    assert completion.quotes == ("He was born on an island.",)


def test_a_translated_question_that_nothing_answers_gets_no_quotation() -> None:
    translation = Translation("penguins eat winter", "ru", "en")
    completion = completed("Что едят пингвины?", "ru", Passage("p", GOETHE["en"], "en"), translations=(translation,))
    assert completion.quotes == ()


def test_without_a_translation_a_foreign_passage_is_trusted_for_its_rank() -> None:
    context = Passage("a", GOETHE["zh"], "zh"), Passage("b", GOETHE["ru"], "ru")
    assert completed("Where was the poet born?", "en", *context).quotes[0] in GOETHE["zh"]


def test_a_follow_up_is_told_something_new() -> None:
    earlier, later = "Wo wurde Goethe geboren?", "Und wo wuchs er auf?"
    history = ((earlier, "In den Quellen heißt es: „Er wurde 1749 in Frankfurt geboren.“ [1]"),)
    context = (Passage("p", GOETHE["de"], "de"),)
    prompt = Prompt(Query("1", f"{earlier} {later}", "de"), context, "de", history=history)
    assert GENERATOR.generate([prompt], Sampling())[0].quotes == ("Goethe wuchs in einem reichen Haus auf.",)


def test_a_follow_up_gets_a_sentence_again_that_alone_holds_its_answer() -> None:
    text = "Mongolia lies between Russia and China. Its capital is Ulaanbaatar, and its money is the tugrik."
    earlier, later = "What is the capital of Mongolia?", "And what is its money called?"
    history = ((earlier, "“Its capital is Ulaanbaatar, and its money is the tugrik.” [1]"),)
    prompt = Prompt(Query("1", f"{earlier} {later}", "en"), (Passage("p", text, "en"),), "en", history=history)
    [completion] = GENERATOR.generate([prompt], Sampling())
    assert "tugrik" in completion.text


def test_a_frame_in_english_names_the_language_of_the_passage_in_english() -> None:
    prompt = Prompt(Query("1", "Wo wurde Goethe geboren?", "de"), (Passage("p", GOETHE["de"], "de"),), "la")
    [completion] = GENERATOR.generate([prompt], Sampling())
    assert completion.text.startswith("A source in German says:")


def test_a_question_asked_again_is_answered_again() -> None:
    question = "In welcher Stadt wurde er geboren?"
    history = (("Wer war Goethe?", GOETHE["de"]),)
    prompt = Prompt(Query("1", question, "de"), (Passage("p", GOETHE["de"], "de"),), "de", history=history)
    assert GENERATOR.generate([prompt], Sampling())[0].quotes == ("Er wurde 1749 in Frankfurt geboren.",)


def test_at_most_two_passages_are_quoted() -> None:
    context = [Passage(str(i), f"Goethe was born in Frankfurt. Note {i} on him.", "en") for i in range(4)]
    assert len(completed("Where was Goethe born?", "en", *context).quotes) == 1
    different = [Passage(str(i), f"Goethe was born in Frankfurt {i} times.", "en") for i in range(4)]
    assert len(completed("Where was Goethe born?", "en", *different).quotes) == 2


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("ru", "Какова глубина озера Байкал?", "Байкал — озеро в Сибири. Это озеро знают все. Его глубина 1642 метра."),
        (
            "en",
            "How deep is Lake Baikal?",
            "Baikal is the deepest lake of all. It goes down to 1642 metres. Ships sail it.",
        ),
        ("zh", "贝加尔湖有多深？", "贝加尔湖是世界上最深的湖。它深达1642米。湖水很清。"),
        ("hi", "बैकाल झील कितनी गहरी है?", "बैकाल सबसे गहरी झील है। वह 1642 मीटर तक जाती है। पानी साफ़ है।"),
    ],
)
def test_a_question_after_a_number_is_answered_with_one(language: str, question: str, text: str) -> None:
    [quote] = completed(question, language, Passage("p", text, language)).quotes
    assert "1642" in quote
    assert quote in text


CAPITAL = TermTranslation("capital", (Candidate("столица", 1.0),))
MONGOLIA = TermTranslation("Mongolia", (Candidate("Монголия", 1.0),))
INTO_RUSSIAN = Translation("столица Монголия", "en", "ru", (CAPITAL, MONGOLIA))
QUESTION = "What is the capital of Mongolia?"


def test_a_second_quotation_holds_what_the_first_one_holds() -> None:
    mongolia, other = "Столица страны Монголия — Улан-Батор.", "Столица страны Перу — город Лима."
    context = Passage("a", mongolia, "ru"), Passage("b", other, "ru"), Passage("c", "Париж — столица.", "ru")
    assert completed(QUESTION, "en", *context, translations=(INTO_RUSSIAN,)).quotes == (mongolia,)


@pytest.mark.parametrize("text", ["Столица страны Перу — город Лима.", "Монголия не имеет выхода к морю."])
def test_it_abstains_without_the_name_or_without_what_is_asked_of_it(text: str) -> None:
    assert completed(QUESTION, "en", Passage("p", text, "ru"), translations=(INTO_RUSSIAN,)).quotes == ()


def test_a_name_that_nobody_could_translate_may_be_missing() -> None:
    unknown = TermTranslation("Xanadu", (Candidate("Xanadu", 0.6),))
    translation = Translation("столица Xanadu", "en", "ru", (CAPITAL, unknown))
    text = "Столица края — Ксанаду."
    assert completed(
        "What is the capital of Xanadu?", "en", Passage("p", text, "ru"), translations=(translation,)
    ).quotes


def test_two_languages_are_framed_one_by_one() -> None:
    context = Passage("a", "Goethe 1749 Frankfurt.", "en"), Passage("b", "Goethe 1749 in Frankfurt.", "de")
    lines = completed("Goethe 1749", "de", *context).text.splitlines()
    assert sorted("Englisch" in line for line in lines) == [False, True]


def test_a_quotation_against_the_direction_of_the_answer_is_isolated() -> None:
    inward = completed("1749?", "ar", Passage("p", GOETHE["en"], "en")).text
    outward = completed("1749?", "en", Passage("p", GOETHE["ar"], "ar")).text
    for text in (inward, outward):
        assert text.count("\u2068") == text.count("\u2069") == 1
        assert text.index("\u2068") < text.index("1749") < text.index("\u2069")


def test_a_quotation_in_the_direction_of_the_answer_is_not_isolated() -> None:
    assert "\u2068" not in completed("1749?", "ar", Passage("p", GOETHE["ar"], "ar")).text
    assert "\u2068" not in completed("1749?", "de", Passage("p", GOETHE["en"], "en")).text


@pytest.mark.parametrize("character", ["x", "国", "ก", "नि"])
def test_a_sentence_without_end_is_quoted_in_part(character: str) -> None:
    text = character * 3000
    for quote in completed("1749?", "de", Passage("p", text, "en")).quotes:
        assert len(quote) <= GENERATOR.longest
        assert quote in text


@pytest.mark.parametrize("text", ["", " \n ", "\N{BELL}", "—"])
def test_a_passage_of_nothing_is_no_evidence(text: str) -> None:
    assert completed("Where was Goethe born?", "en", Passage("p", text, "en")).quotes == ()


def test_braces_in_a_passage_are_only_braces() -> None:
    assert "{quote} {0} 1749" in completed("1749?", "de", Passage("p", "{quote} {0} 1749", "en")).text


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.language)
def test_a_stream_joined_is_the_text(passage: Passage) -> None:
    prompt = Prompt(Query("1", passage.text, passage.language), PASSAGES, "ar")
    [completion] = GENERATOR.generate([prompt], Sampling())
    assert "".join(GENERATOR.stream(prompt, Sampling())) == completion.text


def test_two_names_tell_what_is_meant_without_the_verb() -> None:
    terms = (
        TermTranslation("wrote", (Candidate("сочинил", 1.0),)),
        TermTranslation("War", (Candidate("Война", 1.0),)),
        TermTranslation("Peace", (Candidate("Мир", 1.0),)),
    )
    translation = Translation("сочинил Война Мир", "en", "ru", terms)
    text = "Лев Толстой писал роман «Война и мир» в Ясной Поляне."
    question = "Who wrote War and Peace?"
    assert completed(question, "en", Passage("p", text, "ru"), translations=(translation,)).quotes == (text,)


@pytest.mark.parametrize(
    ("language", "question", "heading", "sentence"),
    [
        ("en", "How many hearts does an octopus have?", "Octopus", "It has three hearts."),
        ("ru", "Из чего варят борщ?", "Борщ", "Его варят из свёклы и капусты."),
        ("ar", "أين يقع تاج محل؟", "تاج محل", "يقع على نهر يامونا."),
        ("hi", "ताजमहल कहाँ है?", "ताजमहल", "वह आगरा में है।"),
        ("zh", "泰姬陵在哪里？", "泰姬陵", "它在阿格拉。"),
        ("ja", "タージ・マハルはどこにありますか。", "タージ・マハル", "アーグラにあります。"),
        ("ko", "타지마할은 어디에 있습니까?", "타지마할", "아그라에 있습니다."),
        ("el", "Πού βρίσκεται το Ταζ Μαχάλ;", "Ταζ Μαχάλ", "Βρίσκεται στην Άγκρα."),
    ],
)
def test_a_heading_says_what_the_passage_is_about_and_is_not_quoted(
    language: str, question: str, heading: str, sentence: str
) -> None:
    assert completed(question, language, Passage("p", f"{heading}\n\n{sentence}", language)).quotes == (sentence,)


def test_the_first_row_of_a_list_is_no_heading() -> None:
    rows = Passage("p", "Capital: Paris\n\nPopulation: 68 million\n\nCurrency: euro", "en")
    assert completed("What is the capital?", "en", rows).quotes == ("Capital: Paris",)
