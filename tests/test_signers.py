"""Signers: the block of signature, their names."""

from __future__ import annotations

import pytest

from pipeline.knowledge import persons, signers
from tests.leaf_cases import cases, kept


@pytest.mark.parametrize("case", cases("signers", "signatures", "signatures_made"))
def test_signers(case):
    found = signers.parse_signature_lines(case["lines"])
    fields = ("authority", "title", "name", "rank", "doubt")
    assert [kept({name: getattr(block, name) for name in fields}) for block in found] == case["signers"]
    for block in found:
        for index in block.authority_lines + block.title_lines + block.name_lines:
            assert 0 <= index < len(case["lines"])


@pytest.mark.parametrize("case", cases("signers", "signatures_keep"))
def test_what_is_no_signature(case):
    assert signers.parse_signature_lines(case["lines"]) == ()


@pytest.mark.parametrize("case", cases("signers", "names"))
def test_names(case):
    assert (persons.name_likeness(case["text"]) > 0.5) is case["name"]


@pytest.mark.parametrize("text", ["iếu tá Bùi Văn Hùng", "ung tá Bùi Văn Hùng", "hượng úy Bùi Văn Hùng"])
def test_a_rank_whose_beginning_lies_under_a_seal_is_no_part_of_the_name(text):
    assert persons.split_rank(text)[1] == "Bùi Văn Hùng"
    assert persons.split_rank("Nguyễn Thị Ái Tá") == (None, "Nguyễn Thị Ái Tá")
