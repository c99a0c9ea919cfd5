"""Places by date: what several places bear stays open."""

from __future__ import annotations

import pytest

from pipeline.knowledge import gazetteer
from pipeline.knowledge.lexicon import load_table
from tests.leaf_cases import cases

REFORM = "2025-07-01"  # Nghị quyết 202/2025/QH15: 34 provinces, no districts


@pytest.mark.parametrize("case", cases("gazetteer", "resolve"))
def test_resolve(case):
    place = gazetteer.resolve(**case["given"])
    assert (place and [place.province, place.district, place.commune]) == case["place"]


@pytest.mark.parametrize(
    ("date", "provinces"), [("2024-06", 63), ("2025-08", 34), ("2006", 64), ("2026-12", 34)]
)
def test_number_of_provinces(date, provinces):
    names = {
        unit.name
        for row in load_table("provinces")
        for unit in gazetteer.find_units(row[0], "province", date)
    }
    assert len(names) == provinces


def test_districts_end_with_the_reform():
    assert gazetteer.find_units("Nho Quan", "district", "2025-06-30")
    assert not gazetteer.find_units("Nho Quan", "district", REFORM)


def test_counts_of_the_reform():
    rows = [row for row in load_table("gazetteer") if row[2] == REFORM]
    communes = [cell for row in rows for cell in row[4].split("|")]
    assert (len(rows), len(communes)) == (34, 3321)
    assert {kind: sum(cell[0] == kind for cell in communes) for kind in "xpđ"} == {
        "x": 2621,
        "p": 687,
        "đ": 13,
    }


def test_every_old_province_has_a_successor_that_stands():
    standing = {row[0] for row in load_table("provinces") if not row[3]}
    ended = [row for row in load_table("provinces") if row[3] >= "2025"]
    assert {row[4] for row in ended} <= standing
