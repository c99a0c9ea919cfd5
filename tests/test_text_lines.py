"""Lines of a text file as printed: a document on one line is parted, a title broken inside its marks is one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.imaging import layout, text_lines
from pipeline.imaging.images import PageInput

CASES = json.loads((Path(__file__).parent / "cases" / "text_lines" / "made.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_lines_as_printed(case: dict[str, Any]) -> None:
    found, parted = text_lines.printed_lines(case["lines"])
    assert (list(found), parted) == (case["printed"], case["parted"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_every_word_stays_in_its_order(case: dict[str, Any]) -> None:
    found, _ = text_lines.printed_lines(case["lines"])
    assert " ".join(found).split() == " ".join(case["lines"]).split()


def test_who_reads_the_record_is_told_that_lines_were_parted() -> None:
    page = layout.text_page(PageInput(1, 595.0, 842.0, "text-file", lines=tuple(CASES[0]["lines"])))
    assert [(notice.code, notice.page) for notice in page.notices] == [("low_confidence", 1)]
    assert len(page.blocks[0].lines) == len(CASES[0]["printed"])
