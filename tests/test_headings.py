"""Headings of plans -> kind of section."""

from __future__ import annotations

from typing import get_args

import pytest

from pipeline.knowledge import headings
from pipeline.knowledge.lexicon import load_table
from pipeline.plan import SectionKind
from tests.leaf_cases import cases


@pytest.mark.parametrize("case", cases("headings", "kinds"))
def test_kinds(case):
    assert headings.heading_kind(case["heading"]) == case["kind"]


@pytest.mark.parametrize("row", load_table("headings"), ids=lambda row: row[0])
def test_every_canonical_heading_finds_itself_in_any_case(row):
    for printed in (row[0], row[0].upper(), f"{row[0]} năm 2031:"):
        match = headings.match_heading(printed)
        assert match is not None
        assert (match.kind or "-") == row[1]


def test_tables_name_only_kinds_of_the_contract():
    kinds = {row[1] for table in ("headings", "heading_words") for row in load_table(table)}
    assert kinds - set(get_args(SectionKind)) == {"-"}
