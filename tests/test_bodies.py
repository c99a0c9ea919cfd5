"""Names of authorities: full form, level, place."""

from __future__ import annotations

import pytest

from pipeline.knowledge import bodies, body_parts, shortened
from tests.leaf_cases import cases


@pytest.mark.parametrize("case", cases("bodies", "wild", "made"))
def test_full_form_level_and_place(case):
    expansion = bodies.expand_body(case["text"])
    assert (expansion.name, expansion.sure) == (case["name"], case["sure"])
    assert bodies.body_level(case["text"]) == case["level"]
    place = bodies.body_place(case["text"])
    assert [place.province, place.district, place.commune] == case["place"]
    assert bodies.looks_like_body(case["text"]) > 0.5


@pytest.mark.parametrize("case", cases("bodies", "wild"))
def test_a_full_form_stays_as_it_is(case):
    assert bodies.expand_body(case["name"]).name == case["name"]


@pytest.mark.parametrize("case", cases("bodies", "keep"))
def test_what_is_no_body(case):
    assert bodies.looks_like_body(case["text"]) < 0.3


@pytest.mark.parametrize("case", cases("bodies", "abbreviations"))
def test_abbreviations(case):
    assert shortened.expand_abbreviations(case["text"]) == (case["full"], case["none_left"])


@pytest.mark.parametrize(
    ("name", "parent", "level"),
    [
        ("Phòng Nội vụ", "Ủy ban nhân dân huyện Nho Quan", "district"),
        ("Phòng Văn hóa - Xã hội", "Ủy ban nhân dân phường 5", "commune"),
        ("Ban Chỉ đạo chuyển đổi số", "Ủy ban nhân dân xã Trà Lâm", "commune"),
        ("Ban Chỉ đạo chuyển đổi số", None, "other"),
        ("Trung tâm Kiểm soát bệnh tật", "Sở Y tế Đồng Nai", "province"),
    ],
)
def test_level_from_the_parent(name, parent, level):
    assert bodies.body_level(name, parent) == level


def test_no_words_end_no_place() -> None:
    assert body_parts.place_end([]) is None
