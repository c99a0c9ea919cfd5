"""Numbers and symbols of documents: blanks stay blank, symbols are mended from closed lists only."""

from __future__ import annotations

import pytest

from pipeline.knowledge import number_lines, symbol_codes, symbols
from tests.leaf_cases import cases, kept


@pytest.mark.parametrize("case", cases("symbols", "wild", "made", "keep"))
def test_number_lines(case):
    found = number_lines.parse_number_line(case["text"])
    if found is None:
        assert case["line"] is None
        return
    more = {
        "year": found.year,
        "repairs": [list(pair) for pair in found.repairs],
        "doubt": found.doubt,
        "raw": found.raw if found.raw != case["text"] else None,
    }
    assert {"number": found.number, "symbol": found.symbol, "form": found.form} | kept(more) == case["line"]
    assert case["text"][found.start : found.end] == found.raw


@pytest.mark.parametrize("case", cases("symbols", "running"))
def test_symbols_in_running_text(case):
    found = symbols.find_symbols(case["text"])
    assert [kept({"text": f.text, "form": f.form, "doubt": f.doubt}) for f in found] == case["found"]


@pytest.mark.parametrize("code", sorted(symbol_codes.type_codes()))
def test_a_sound_type_is_never_mended(code):
    assert symbol_codes.mend_symbol(f"{code}-UBND") == (f"{code}-UBND", ())


def test_two_codes_alike_are_not_mended():
    # "TTr" and "TTR" have one key with no other; "CD" might be CĐ only, but an unknown body stays as printed
    assert symbol_codes.mend_symbol("KH-XYZW") == ("KH-XYZW", ())
