"""Marks of numbered paragraphs: every reading of one line, and what follows what."""

from __future__ import annotations

import time

import pytest

from pipeline.knowledge import labels, numbering, numerals, sequence
from tests.leaf_cases import cases, kept


def shown(marker: labels.Marker) -> dict[str, object]:
    fields = {
        "label": marker.label,
        "family": marker.family,
        "shape": marker.shape,
        "punctuation": marker.punctuation,
    }
    return fields | kept({"doubt": marker.doubt})


@pytest.mark.parametrize("case", cases("numbering", "wild", "made"))
def test_readings_most_likely_first(case):
    found = numbering.markers(case["line"])
    assert [shown(marker) for marker in found] == case["markers"]
    assert [marker.likelihood for marker in found] == sorted((m.likelihood for m in found), reverse=True)
    assert case["line"][found[0].text_start :] == case["text"]


@pytest.mark.parametrize("case", cases("numbering", "keep"))
def test_no_mark(case):
    assert numbering.markers(case["line"]) == ()


@pytest.mark.parametrize("case", cases("numbering", "weak"))
def test_a_number_that_is_hardly_a_label_is_weak(case):
    assert 0 < max(marker.likelihood for marker in numbering.markers(case["line"])) < case["below"]


@pytest.mark.parametrize("case", cases("numbering", "steps"))
def test_steps(case):
    before, after = (numbering.markers(f"{case[end]} Nội dung")[0] for end in ("before", "after"))
    assert sequence.step(before, after) == case["step"]


@pytest.mark.parametrize("case", cases("numbering", "successors"))
def test_successors(case):
    marker = numbering.markers(case["line"])[0]
    assert (marker.label, sequence.successor(marker)) == (case["label"], case["successor"])


def test_the_vietnamese_row_of_letters_is_walked_to_its_end():
    line, row = "a) Một", []
    while line is not None:
        marker = numbering.markers(line)[0]
        row.append(marker.label)
        after = sequence.successor(marker)
        line = f"{after}) Một" if after else None
    assert "".join(row) == labels.LETTERS


@pytest.mark.parametrize("value", range(1, 40))
def test_roman_numerals_go_both_ways(value):
    assert numerals.roman_value(numerals.roman_numeral(value)) == value


@pytest.mark.parametrize("numeral", ["", "IIII", "VX", "IC", "i", "XXXX"])
def test_what_is_no_roman_numeral(numeral):
    assert numerals.roman_value(numeral) is None


def test_a_line_of_a_megabyte_of_labels_is_quick():
    begun = time.process_time()
    numbering.markers("1." * 500_000)
    numbering.markers("(" * 500_000)
    assert time.process_time() - begun < 2
