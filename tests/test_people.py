"""Signers, recipients, the archive line."""

from __future__ import annotations

import pytest

from pipeline.knowledge import people
from tests.leaf_cases import cases, kept


@pytest.mark.parametrize("case", cases("people", "signatures", "signatures_made"))
def test_signers(case):
    found = people.parse_signature_lines(case["lines"])
    fields = ("authority", "title", "name", "rank", "doubt")
    assert [kept({name: getattr(block, name) for name in fields}) for block in found] == case["signers"]
    for block in found:
        for index in block.authority_lines + block.title_lines + block.name_lines:
            assert 0 <= index < len(case["lines"])


@pytest.mark.parametrize("case", cases("people", "signatures_keep"))
def test_what_is_no_signature(case):
    assert people.parse_signature_lines(case["lines"]) == ()


@pytest.mark.parametrize("case", cases("people", "recipients"))
def test_recipients(case):
    found = people.split_recipient(case["text"])
    shown = {
        "name": found.name,
        "note": found.note,
        "mark": found.mark,
        "level": found.level if found.level > 1 else None,
    }
    assert kept(shown) == case["recipient"]


@pytest.mark.parametrize("case", cases("people", "archive"))
def test_archive_lines(case):
    assert people.parse_archive(case["text"]) == case["archive"]
    assert people.split_recipient(case["text"]) is None


@pytest.mark.parametrize("case", cases("people", "archive_keep"))
def test_what_is_no_archive_line(case):
    assert people.parse_archive(case["text"]) is None


@pytest.mark.parametrize("case", cases("people", "recipients_heads"))
def test_heads_of_recipients(case):
    assert people.is_recipients_head(case["text"]) is case["is"]


@pytest.mark.parametrize("case", cases("people", "names"))
def test_names(case):
    assert (people.name_likeness(case["text"]) > 0.5) is case["name"]
