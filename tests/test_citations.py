"""Cited instruments: each mention as printed, then every instrument once."""

from __future__ import annotations

import itertools
import time

import pytest

from pipeline.knowledge import citations, wording
from pipeline.knowledge.citation_parts import TYPE_KEYS
from tests.leaf_cases import cases, kept

FIELDS = ("type", "number", "date", "issuer", "subject", "kind", "doubt")


def shown(citation: citations.Citation) -> dict[str, object]:
    return kept({name: getattr(citation, name) for name in FIELDS})


@pytest.mark.parametrize("case", cases("citations", "wild", "made"))
def test_mentions(case):
    found = citations.find_citations(case["text"])
    assert [shown(citation) for citation in found] == case["citations"]
    assert all(case["text"][citation.start : citation.end] == citation.raw for citation in found)
    # side by side, or one in the subject of the other
    assert all(one.end <= two.start or two.end <= one.end for one, two in itertools.pairwise(found))


@pytest.mark.parametrize("case", cases("citations", "keep"))
def test_what_is_no_citation(case):
    assert citations.find_citations(case["text"]) == ()


@pytest.mark.parametrize("case", cases("citations", "merging"))
def test_merging(case):
    merged = citations.merge_citations(citations.find_citations(case["text"]))
    assert [shown(citation) for citation in merged] == case["merged"]


@pytest.mark.parametrize("case", cases("citations", "wild"))
def test_nothing_is_printed_that_the_text_does_not_hold(case):
    text = " ".join(case["text"].split())
    for citation in citations.find_citations(case["text"]):
        for value in (citation.issuer, citation.subject):
            assert value is None or value in text


def test_hostile_text_takes_linear_time():
    begun = time.process_time()
    citations.find_citations("Kế hoạch số " * 3000 + "1/KH-UBND của " * 3000)
    citations.find_citations("Luật " * 20000)
    assert time.process_time() - begun < 20


def test_what_an_opening_carries_out_is_among_what_is_cited():
    assert set(wording.CARRIED_OUT.split("|")) < set(TYPE_KEYS)
