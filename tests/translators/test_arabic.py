"""An Arabic word is brought to the word of the table that it is a form of."""

from __future__ import annotations

import pytest

from xrag.languages.morphology import fold
from xrag.translators.arabic import singulars


@pytest.mark.parametrize(
    ("word", "entry"),
    [
        ("القوانين", "قانون"),
        ("الأطباء", "طبيب"),
        ("الأصدقاء", "صديق"),
        ("العلماء", "عالم"),
        ("الأخطار", "خطر"),
        ("الأدوية", "دواء"),
        ("الأسلحة", "سلاح"),
        ("العوامل", "عامل"),
        ("القواعد", "قاعدة"),
        ("المفاتيح", "مفتاح"),
        ("الصناديق", "صندوق"),
        ("القضايا", "قضية"),
        ("رسائل", "رسالة"),
        ("القبائل", "قبيلة"),
        ("المدارس", "مدرسة"),
        ("الصخور", "صخر"),
        ("الجبال", "جبل"),
        ("السكك", "سكة"),
        ("النباتات", "نبات"),
        ("التصريحات", "تصريح"),
        ("الطرفان", "طرف"),
        ("مبادئهم", "مبدأ"),
        ("يقدمون", "قدم"),
        ("يستخدم", "استخدم"),
    ],
)
def test_a_form_is_brought_to_its_word(word: str, entry: str) -> None:
    assert fold(entry, "ar") in singulars(fold(word, "ar"))


def test_a_word_is_no_form_of_itself_nor_of_less_than_three_letters() -> None:
    found = singulars(fold("قلم", "ar"))
    assert fold("قلم", "ar") not in found
    assert min(map(len, found), default=3) >= 3
