"""Provinces, districts and communes of Viet Nam by date.

63 provinces with districts stood until 30 June 2025, 34 without districts stand since 1 July 2025. A name alone is
rarely unique (32 communes Tân Thành), so a place is settled by the names around it or not at all.

What it never does: rewrite a printed place, or choose between two that fit.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["province", "district", "commune"]

REFORM = "2025-07-01"  # Nghị quyết 202/2025/QH15: 34 provinces, no districts


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its short name ("Hiệp Hòa"), kind ("huyện"), level, and the names above it ("" where none)."""

    name: str
    kind: str
    level: Level
    province: str
    district: str
    valid_from: str  # ISO day, "" where older than the table
    valid_to: str    # ISO day, "" where still valid


@dataclass(frozen=True, slots=True)
class Place:
    """A place settled as far as the names allow; None for a level that is not known."""

    province: str | None
    district: str | None
    commune: str | None


def find_units(name: str, level: Level | None = None, date: str | None = None, kind: str | None = None) -> tuple[Unit, ...]:
    """All units of that short name (any tone placement, marks must agree unless none agrees), valid at an EDTF date."""
    raise NotImplementedError


def resolve(
    province: str | None = None,
    district: str | None = None,
    commune: str | None = None,
    date: str | None = None,
) -> Place | None:
    """The one place that fits all names given at that date; None where none or several fit."""
    raise NotImplementedError


def successor_province(province: str) -> str | None:
    """The province of today that holds a former one ("Bắc Giang" -> "Bắc Ninh"), None for an unknown name."""
    raise NotImplementedError
