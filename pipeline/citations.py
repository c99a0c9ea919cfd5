"""Cited instruments (căn cứ, viện dẫn): "Chỉ thị số 26-CT/TU ngày 02/6/2023 của Ban Thường vụ Tỉnh ủy về ...".

The trouble: type, number, date, issuer and subject come in any selection; a law has a name and a year only;
several stand in one paragraph; the subject ("về ...") has no end mark of its own; a later mention is short.

What it never does: fill what is not printed, or list a programme named without a citation.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention. Fields are as printed and None where not printed; `date` is EDTF. `number` has its symbol
    ("26-CT/TU"). Offsets cover the whole mention, subject included. `doubt` names what is unsure."""

    start: int
    end: int
    raw: str
    type: str
    number: str | None
    date: str | None
    issuer: str | None
    subject: str | None
    doubt: str | None = None


def find_citations(text: str) -> tuple[Citation, ...]:
    """All cited instruments of a paragraph, in order, each mention by itself."""
    raise NotImplementedError


def merge_citations(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Every instrument once, in order of first mention; a later or earlier mention fills what the first lacks."""
    raise NotImplementedError
