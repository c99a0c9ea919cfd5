"""Dates in running text, datelines, spans and terms. A blank stays blank, a doubtful digit is never mended."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.knowledge import datelines, dates, terms
from tests.leaf_cases import cases, kept


def shown(date: dates.FoundDate) -> dict[str, object]:
    return {"raw": date.raw, "edtf": date.edtf, "precision": date.precision} | kept(
        {
            "edge": date.edge,
            "doubt": date.doubt,
            "recurring": date.recurring,
            "yearless": date.yearless,
            "year_from_span": date.year_from_span,
        }
    )


@pytest.mark.parametrize("case", cases("dates", "wild", "made", "keep", "recurring"))
def test_dates_in_text(case):
    found = dates.find_dates(case["text"])
    assert [shown(date) for date in found] == case["dates"]
    assert all(case["text"][date.start : date.end] == date.raw for date in found)


@pytest.mark.parametrize("case", cases("dates", "datelines"))
def test_datelines(case):
    found = datelines.parse_dateline(case["text"])
    if found is None:
        assert case["dateline"] is None
        return
    fields = ("place", "date", "day", "month", "year", "doubt", "raw")
    assert kept({name: getattr(found, name) for name in fields}) == case["dateline"]


@pytest.mark.parametrize("case", cases("dates", "spans"))
def test_spans(case):
    found = terms.find_spans(case["text"])
    fields = ("raw", "first", "last", "recurring", "doubt")
    assert [kept({name: getattr(span, name) for name in fields}) for span in found] == case["spans"]


@pytest.mark.parametrize("case", cases("dates", "due"))
def test_terms(case):
    found = terms.find_due(case["text"])
    assert [{"edtf": due.edtf, "cue": due.cue, "strength": due.strength} for due in found] == case["due"]


@given(st.dates(min_value=datetime.date(1945, 9, 2), max_value=datetime.date(2099, 12, 31)))
def test_every_day_written_in_full_is_read_back(day):
    for text in (
        f"ngày {day.day:02d} tháng {day.month} năm {day.year}",
        f"ngày {day.day}/{day.month:02d}/{day.year}",
    ):
        (found,) = dates.find_dates(text)
        assert (found.edtf, found.doubt) == (day.isoformat(), None)
    assert (
        datelines.parse_dateline(f"Trà Lâm, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}").date
        == day.isoformat()
    )


@given(st.text(alphabet="ngàythánămquýđếtừ0123456789/.- …", max_size=60))
def test_no_date_is_invented(text):
    for date in dates.find_dates(text):
        assert date.raw == text[date.start : date.end]
        if date.edtf is not None and not date.year_from_span:
            assert date.edtf[:4] in date.raw


def test_hostile_text_takes_linear_time():
    text = "ngày 1 tháng " * 20000 + "1/1/" * 20000
    begun = time.process_time()
    dates.find_dates(text)
    datelines.parse_dateline("ngày " * 5000)
    assert time.process_time() - begun < 10
