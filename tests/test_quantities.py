"""Quantities: comparator, value, unit; numbers that count nothing are left out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.knowledge import quantities
from tests.leaf_cases import cases, kept


def shown(quantity: quantities.Quantity) -> dict[str, object]:
    role = None if quantity.role == "value" else quantity.role
    more = {"value_to": quantity.value_to, "total": quantity.total, "role": role, "doubt": quantity.doubt}
    return {
        "raw": quantity.raw,
        "comparator": quantity.comparator,
        "value": quantity.value,
        "unit": quantity.unit,
    } | kept(more)


@pytest.mark.parametrize("case", cases("quantities", "wild", "made", "keep"))
def test_quantities_in_text(case):
    found = quantities.find_quantities(case["text"])
    assert [shown(quantity) for quantity in found] == case["quantities"]
    assert all(case["text"][quantity.start : quantity.end] == quantity.raw for quantity in found)


@pytest.mark.parametrize("case", cases("quantities", "numbers"))
def test_numbers(case):
    assert quantities.parse_number(case["text"]) == case["value"]


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_a_number_written_by_the_rules_is_read_back(whole, rest):
    printed = f"{whole:,}".replace(",", ".")
    assert quantities.parse_number(printed) == str(whole)
    assert quantities.parse_number(f"{printed},{rest:02d}") == f"{whole}.{rest:02d}"


@given(st.text(alphabet="0123456789lOI,.% đạtừên", max_size=40))
def test_digits_are_never_changed(text):
    for quantity in quantities.find_quantities(text):
        number = text[quantity.number_start : quantity.number_end]
        if quantity.value is not None and quantity.comparator != "range" and quantity.total is None:
            digits = "".join(sign for sign in number if sign.isdigit())
            assert quantity.value.replace(".", "").lstrip("0") == digits.lstrip("0")


def test_hostile_text_takes_linear_time():
    begun = time.process_time()
    quantities.find_quantities("1.1." * 50000)
    quantities.find_quantities("1 - 2 đến " * 20000)
    assert time.process_time() - begun < 10
