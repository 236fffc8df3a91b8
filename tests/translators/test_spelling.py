"""A written form comes back from its key and what distinguishes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xrag.translators.spelling import difference, spelled


@pytest.mark.parametrize(
    ("key", "form", "size"),
    [
        ("haus", "haus", 0),
        ("hauptstadt", "Hauptstadt", 1),
        ("capit citi", "Capital City", 6),
        ("nato", "NATO", 1),
        ("столиц", "столица", 3),
        ("عاصم", "عاصمة", 3),
        ("राजधान", "राजधानी", 4),
        ("首都", "首都", 0),
        ("ประเทศไทย", "ประเทศไทย", 0),
        ("vereinigt stat", "Vereinigte Staaten", 10),
    ],
)
def test_a_form_takes_few_bytes(key: str, form: str, size: int) -> None:
    assert len(difference(key, form)) <= size
    assert spelled(key, difference(key, form)) == form


@given(st.text(), st.text())
def test_any_form_of_any_key_comes_back(key: str, form: str) -> None:
    assert spelled(key, difference(key, form)) == form
