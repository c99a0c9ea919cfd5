"""Names of authorities: abbreviations expanded, capitals undone, level and place.

The trouble: "UBND XÃ HOÀNG VÂN", "ỦY BAN NHÂN DÂN\\nXÃ HOÀNG VÂN" and "Ủy ban nhân dân xã Hoàng Vân" are one
body; abbreviations are ambiguous (TT, CT, TP); a letterhead comes without marks.

What it never does: change the text of a document. Expanded forms are for authority fields alone (`issuer.name`).
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BodyLevel = Literal["central", "province", "district", "commune", "other"]


@dataclass(frozen=True, slots=True)
class Expansion:
    """`name` is the full form in the capitals of Nghị định 30/2020, annex II; `sure` is False where an abbreviation
    was left or had to be guessed."""

    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """Names of places that a body's name carries, as printed but in name case; None where it has none."""

    province: str | None
    district: str | None
    commune: str | None


def expand_body(text: str) -> Expansion:
    """Full form of a body's name in any case, abbreviated or not."""
    raise NotImplementedError


def body_level(name: str, parent: str | None = None) -> BodyLevel:
    """Level of a body from its own words, else one below its parent; "other" for schools, firms, unknown ones."""
    raise NotImplementedError


def body_place(name: str) -> BodyPlace:
    """The places in a body's name."""
    raise NotImplementedError


def looks_like_body(text: str) -> float:
    """How much a short text looks like the name of an authority, from 0 to 1."""
    raise NotImplementedError
