"""Metadata: dates, XML, and the same facts on both sides."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest

from pipeline.plan import Plan, Source
from pipeline.writers import pdfmeta
from pipeline.writers.pdfmeta import Facts, identifier, iso_date, vietnamese_date, xmp

DATES = json.loads((Path(__file__).parent / "cases" / "pdfmeta" / "dates.json").read_text("utf-8"))


@pytest.mark.parametrize("case", DATES, ids=[case["pdf"] or "empty" for case in DATES])
def test_pdf_dates_become_iso(case):
    assert iso_date(case["pdf"]) == case["iso"]


@pytest.mark.parametrize(("edtf", "told"), [
    ("2024-01-23", "ngày 23/01/2024"), ("2024-01", "tháng 01/2024"), ("2024", "năm 2024"), (None, ""), ("2024-XX", ""),
])
def test_dates_are_told_to_the_precision_they_have(edtf, told):
    assert vietnamese_date(edtf) == told


@pytest.mark.parametrize(("number", "symbol", "told"), [
    ("29", "KH-UBND", "29/KH-UBND"), ("12", "KH/HPN", "12-KH/HPN"), ("148", "2020/TT-BCA", "148/2020/TT-BCA"),
    (None, "KH-UBND", ""), ("29", None, "29"), (None, None, ""),
])
def test_a_number_is_told_as_printed(number, symbol, told):
    assert identifier(number, symbol) == told


def test_hostile_text_is_text_in_xmp():
    facts = Facts(title='</rdf:li>&"\x00\x1f\ud800Ủy', author="<a>", date="2024-XX")
    packet = xmp(facts, 2)
    tree = ElementTree.fromstring(packet)
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert ["".join(item.itertext()) for item in tree.iter(f"{dc}title")] == ['</rdf:li>&"Ủy']
    assert ["".join(item.itertext()) for item in tree.iter(f"{dc}creator")] == ["<a>"]
    assert not list(tree.iter(f"{dc}date"))
    assert b"pdfaid:part" in packet
    assert b"pdfaid:part" not in xmp(facts, None)


def test_a_trailer_whose_information_is_a_number_gets_a_new_one(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.trailer.Info = pdf.make_indirect(5)
    plan = Plan(source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=1, text_origin="ocr"))
    pdfmeta.write_metadata(pdf, pdfmeta.facts_of(plan, pdf), 2)
    pdf.save(tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as again:
        assert str(again.docinfo["/Producer"]) == pdfmeta.PRODUCER
