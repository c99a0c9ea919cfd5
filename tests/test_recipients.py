"""Recipients, the archive line."""

from __future__ import annotations

import pytest

from pipeline.knowledge import recipients
from tests.leaf_cases import cases, kept


@pytest.mark.parametrize("case", cases("recipients", "recipients"))
def test_recipients(case):
    found = recipients.split_recipient(case["text"])
    shown = {
        "name": found.name,
        "note": found.note,
        "mark": found.mark,
        "level": found.level if found.level > 1 else None,
    }
    assert kept(shown) == case["recipient"]


@pytest.mark.parametrize("case", cases("recipients", "archive"))
def test_archive_lines(case):
    assert recipients.parse_archive(case["text"]) == case["archive"]
    assert recipients.split_recipient(case["text"]) is None


@pytest.mark.parametrize("case", cases("recipients", "archive_keep"))
def test_what_is_no_archive_line(case):
    assert recipients.parse_archive(case["text"]) is None


@pytest.mark.parametrize("case", cases("recipients", "heads"))
def test_heads_of_recipients(case):
    assert recipients.is_recipients_head(case["text"]) is case["is"]


def test_a_torn_archive_line_is_no_recipient():
    assert recipients.parse_archive("|.ưu, Và CGIĐN, nphue") is None
    assert recipients.split_recipient("|.ưu, Và CGIĐN, nphue") is None
    assert recipients.split_recipient("- Lưu Văn Tám;").name == "Lưu Văn Tám"


def test_what_a_pen_was_read_as_is_no_recipient():
    assert recipients.split_recipient("2 LÀ k Ae 4?") is None
    assert recipients.split_recipient("m anh Toàn") is None
    assert recipients.split_recipient("TT HU;").name == "TT HU"
    assert recipients.split_recipient("Sở y tế;").name == "Sở y tế"  # its y is a word
    assert recipients.split_recipient("- a Lềnh;").name == "a Lềnh"  # a dash opened it
