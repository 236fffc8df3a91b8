"""Over the demo corpus a question about something else gets no quotation, and one about what is there gets it still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xrag import resources
from xrag.index import build_index, open_index
from xrag.pipeline import Pipeline
from xrag.resources import frames
from xrag.types import Query


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    directory: Path = tmp_path_factory.mktemp("demo") / "index"
    with resources.demo_passages_path() as passages:
        build_index([passages], directory)
    with open_index(directory) as index:
        yield Pipeline(index.retriever("dual", translator="lexicon"), index.corpus)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Where was Confucius born?"),
        ("en", "What is the capital of Mars?"),
        ("en", "What is the capital of Ghana?"),
        ("en", "Who discovered Neptune?"),
        ("en", "chicken?"),
        ("de", "Wo wurde Sokrates geboren?"),
        ("de", "Wie hoch ist der Eiffelturm?"),
        ("fr", "Où est né Confucius ?"),
        ("es", "¿Cuándo murió Cleopatra?"),
        ("ru", "Где родился Конфуций?"),
        ("ru", "Какая столица Ганы?"),
        ("ru", "Когда умер Наполеон Бонапарт?"),
        ("ar", "أين ولد كونفوشيوس؟"),
        ("ar", "من أسس مايكروسوفت؟"),
        ("hi", "कन्फ्यूशियस का जन्म कहाँ हुआ था?"),
        ("hi", "सुकरात की मृत्यु कब हुई?"),
        ("ja", "ガーナの首都はどこですか？"),
        ("ja", "マイクロソフトを設立したのは誰ですか？"),
        ("zh", "孔子出生在哪里？"),
        ("zh", "苏格拉底是哪一年去世的？"),
        ("ko", "가나의 수도는 어디입니까?"),
        ("ko", "마이크로소프트는 누가 설립했습니까?"),
        ("th", "เมืองหลวงของกานาคือเมืองอะไร"),
        ("el", "Πού γεννήθηκε ο Κομφούκιος;"),
        ("tr", "Konfüçyüs nerede doğdu?"),
        ("sw", "Nani alianzisha Microsoft?"),
        ("bn", "ঘানার রাজধানী কী?"),
        ("pl", "Kto założył Microsoft?"),
    ],
)
def test_it_abstains_in_the_language_of_the_question(demo: Pipeline, language: str, question: str) -> None:
    answer = demo.ask(Query("q", question, language))
    assert answer.text == frames()[language].none
    assert answer.abstained


@pytest.mark.parametrize(
    ("language", "question", "passage_id"),
    [
        ("en", "Who built the Taj Mahal?", "demo-hi-01"),
        ("es", "¿Quién construyó el Taj Mahal?", "demo-hi-01"),
        ("ru", "Кто построил Тадж-Махал?", "demo-hi-01"),
        ("en", "Where does the Nile flow?", "demo-ar-04"),
        ("en", "When did Yuri Gagarin fly into space?", "demo-ru-02"),
        ("es", "¿Cuándo voló Yuri Gagarin al espacio?", "demo-ru-02"),
        ("el", "Πότε πέταξε ο Γκαγκάριν στο διάστημα;", "demo-ru-02"),
        ("ja", "ガガーリンはいつ宇宙へ行きましたか？", "demo-ru-02"),
        ("tr", "Yuri Gagarin uzaya ne zaman uçtu?", "demo-ru-02"),
        ("ru", "Где родился Ибн Баттута?", "demo-ar-01"),
        ("ru", "Где родился Симон Боливар?", "demo-es-08"),
        ("ar", "أين ولد موتسارت؟", "demo-de-04"),
        ("bn", "মোৎসার্ট কোথায় জন্মগ্রহণ করেন?", "demo-de-04"),
        ("de", "Wie lang ist die Transsibirische Eisenbahn?", "demo-ru-04"),
        ("hi", "मंगोलिया की राजधानी क्या है?", "demo-ru-05"),
        ("zh", "蒙古的首都是哪里？", "demo-ru-05"),
        ("ko", "몽골의 수도는 어디입니까?", "demo-ru-05"),
        ("th", "เมืองหลวงของมองโกเลียคือเมืองอะไร", "demo-ru-05"),
        ("pt", "Onde fica o lago Titicaca?", "demo-es-05"),
    ],
)
def test_a_name_is_found_however_the_passage_writes_it(
    demo: Pipeline, language: str, question: str, passage_id: str
) -> None:
    assert passage_id in {citation.passage_id for citation in demo.ask(Query("q", question, language)).citations}


def test_no_second_quotation_is_about_another_place(demo: Pipeline) -> None:
    answer = demo.ask(Query("q", "चिली के उत्तर में कौन-सा रेगिस्तान है?", "hi"))
    assert [citation.passage_id for citation in answer.citations] == ["demo-es-01"]
