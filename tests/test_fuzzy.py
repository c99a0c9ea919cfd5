"""Keys and distances for damaged text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.knowledge import fuzzy


@given(st.text(max_size=80))
def test_aligned_keeps_the_length(text):
    assert len(fuzzy.aligned(text)) == len(text)


@given(st.text(alphabet="aăâbđeêioôơuưyàáạảãặệốờữ .,-", max_size=40))
def test_keys_are_stable(text):
    assert fuzzy.plain(fuzzy.plain(text)) == fuzzy.plain(text)
    assert fuzzy.folded(fuzzy.folded(text)) == fuzzy.folded(text)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("TỔ CHỨC THỰC HIỆN", "To chuc thuc hien"),
        ("N0I DUNG", "Nội dung"),
        ("ĐẢNG ỦY", "Ðảng ủy"),
        ("Kinh  phí", "kinh phí:"),
    ],
)
def test_damage_that_a_key_forgives(one, two):
    assert fuzzy.folded(one) == fuzzy.folded(two)


@pytest.mark.parametrize(("one", "two"), [("Phần 1", "Phần l"), ("10 dân", "lo dân"), ("2024", "2O24")])
def test_a_number_is_not_forgiven(one, two):
    assert fuzzy.folded(one) != fuzzy.folded(two)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("Số", "S6"), ("Số", "Sa")),
        (("hội", "hoi"), ("hội", "hai")),
        (("tham", "tharn"), ("tham", "thaxy")),
        (("A", "a"), ("A", "ạ")),
    ],
)
def test_distance_makes_faults_of_recognisers_cheap(near, far):
    assert fuzzy.distance(*near) < fuzzy.distance(*far)


@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_a_distance(one, two):
    assert fuzzy.distance(one, one) == 0
    assert fuzzy.distance(one, two) >= 0


def test_within_wants_one_answer():
    assert fuzzy.within("UBNO", ["UBND", "HĐND"], 1) == "UBND"
    assert fuzzy.within("XBND", ["ABND", "CBND"], 1) is None
    assert fuzzy.within("Kinh", ["UBND"], 1) is None
