"""Leaf parsers on text that no office wrote: every one must answer, and in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.knowledge import (
    bodies,
    citations,
    datelines,
    dates,
    fuzzy,
    gazetteer,
    headings,
    number_lines,
    numbering,
    persons,
    quantities,
    recipients,
    signers,
    symbols,
    terms,
)

PARSERS = {
    "aligned": fuzzy.aligned,
    "folded": fuzzy.folded.__wrapped__,
    "dates": dates.find_dates,
    "spans": terms.find_spans,
    "terms": terms.find_due,
    "dateline": datelines.parse_dateline,
    "quantities": quantities.find_quantities,
    "markers": numbering.markers,
    "number line": number_lines.parse_number_line,
    "symbols": symbols.find_symbols,
    "citations": citations.find_citations,
    "expand_body": bodies.expand_body.__wrapped__,
    "body_level": bodies.body_level,
    "looks_like_body": bodies.looks_like_body.__wrapped__,
    "heading": headings.match_heading.__wrapped__,
    "signature": lambda text: signers.parse_signature_lines(text.splitlines() or [text]),
    "recipient": recipients.split_recipient,
    "archive": recipients.parse_archive,
    "name": persons.name_likeness.__wrapped__,
    "units": gazetteer.find_units,
}
PIECES = {
    "labels": "1.1.",
    "numbers": "12.345 ",
    "dates": "01/02/2024 - ",
    "years": "2021-2025 ",
    "terms": "trước ngày 5/6/2024 ",
    "symbols": "12/KH-UBND ",
    "cited": "Luật Đất đai, Nghị quyết số 5/NQ-CP ngày 1/2/2024 của Chính phủ về việc ",
    "bodies": "Ủy ban nhân dân xã ",
    "capitals": "KT. CHỦ TỊCH ",
    "parens": "((((",
    "marks": "\u202e\u0301\u200f",
    "dots": "….…",
    "spaces": "    ",
    "one letter": "n",
    "lines": "Nơi nhận:\n",
    "chinese": "人民委员会",
    "digits": "1",
}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", PARSERS)
def test_ten_times_the_text_takes_no_hundred_times(name, piece):
    parse = PARSERS[name]
    small, large = PIECES[piece] * 100, PIECES[piece] * 1000
    parse(small)
    begun = time.process_time()
    parse(large)
    assert time.process_time() - begun < 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
@pytest.mark.parametrize("name", PARSERS)
def test_any_text_gets_an_answer(name, text):
    PARSERS[name](text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(list(PIECES.values())), max_size=12).map("".join))
@pytest.mark.parametrize("name", ["dates", "spans", "terms", "quantities", "symbols", "citations"])
def test_spans_are_in_order_and_hold_their_raw(name, text):
    found = PARSERS[name](text)
    assert [item.start for item in found] == sorted(item.start for item in found)
    for item in found:
        assert getattr(item, "raw", None) in (None, text[item.start : item.end])
