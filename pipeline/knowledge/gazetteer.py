"""Provinces, districts and communes of Viet Nam by date.

63 provinces with districts stood until 30 June 2025, 34 without districts stand since 1 July 2025; before 1997, 2004
and 2008 some districts were of other provinces. A name
alone is rarely unique (32 communes Tân Thành), so a place is settled by the names around it or not at all.

What it never does: rewrite a printed place, or choose between two that fit. Names of communes of before 2021
are not in its sources.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rapidfuzz.distance import Levenshtein

from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.lexicon import load_table

Level = Literal["province", "district", "commune"]

_KINDS = {"x": "xã", "p": "phường", "t": "thị trấn", "đ": "đặc khu"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its short name ("Nho Quan"), kind ("huyện"), level, and the names above it ("" where none).

    Days are ISO, "" where open. `sure_end` is False where the unit ended on an unknown day before `valid_to`.
    """

    name: str
    kind: str
    level: Level
    province: str
    district: str
    valid_from: str
    valid_to: str
    sure_end: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A place settled as far as the names allow; None for a level that is not known."""

    province: str | None
    district: str | None
    commune: str | None


# --- names -----------------------------------------------------------------------------------------------

_PREFIX = re.compile(
    r"\s*(?:(?P<kind>tỉnh|thành phố|thị xã|thị trấn|quận|huyện|xã|phường|đặc khu|thủ đô)\s+"
    r"|(?P<short>t\.?\s?p|tx|tt)(?:\s*\.\s*|\s+)|(?P<letter>[qhxp])\s?\.\s*)(?P<rest>\S.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_PREFIX_KIND = {
    "tỉnh": "tỉnh",
    "thành phố": "thành phố",
    "tp": "thành phố",
    "thị xã": "thị xã",
    "tx": "thị xã",
    "thị trấn": "thị trấn",
    "tt": "thị trấn",
    "quận": "quận",
    "q": "quận",
    "huyện": "huyện",
    "h": "huyện",
    "xã": "xã",
    "x": "xã",
    "phường": "phường",
    "p": "phường",
    "đặc khu": "đặc khu",
    "thủ đô": "thành phố",
}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_DAK = re.compile(r"\bda[ck]+\b|\bdăk\b")


def split_kind(name: str) -> tuple[str | None, str]:
    """The kind in front of a place's name and the bare name: "TP. Bắc Giang" -> ("thành phố", "Bắc Giang")."""
    match = _PREFIX.match(name)
    if match is None:
        return None, name.strip()
    word = (match["kind"] or match["short"] or match["letter"]).lower()
    word = re.sub(r"\s+", " ", word) if match["kind"] else re.sub(r"[\s.]+", "", word)
    kind = _PREFIX_KIND[word]
    rest = match["rest"].strip()
    if kind == "thành phố" and word == "thủ đô" and plain(rest) != "ha noi":
        return None, name.strip()
    return kind, rest


def _loose(name: str) -> str:
    """Key without marks: "Đắk Lắk" and "Dak Lak" are one."""
    bare = re.sub(r"[\s\-'’.]+", " ", plain(name)).strip()
    bare = _DAK.sub("dak", bare)
    return str(int(bare)) if bare.isdecimal() else bare


def _strict(name: str) -> str:
    """Key with marks, the tone set apart so that "Hòa" and "Hoà" are one."""
    words = []
    for word in re.split(r"[\s\-'’.,;:()\"“”*]+", unicodedata.normalize("NFD", name.lower())):
        tone = "".join(sign for sign in word if sign in _TONES)
        words.append("".join(sign for sign in word if sign not in _TONES) + tone)
    return " ".join(words).strip()


# --- the tables ------------------------------------------------------------------------------------------


@cache
def _index() -> dict[str, tuple[Unit, ...]]:
    """Loose key -> units. About 15,000 units, read on first use (some 60 ms)."""
    found: defaultdict[str, list[Unit]] = defaultdict(list)
    for name, kind, valid_from, valid_to, _, aliases in load_table("provinces"):
        unit = Unit(name, kind, "province", name, "", valid_from, valid_to)
        for spelling in {
            _loose(name),
            *(_loose(split_kind(alias)[1]) for alias in aliases.split(";") if alias),
        }:
            found[spelling].append(unit)
    districts: dict[tuple[str, str], Unit] = {}
    for province, district, valid_from, valid_to, communes in load_table("gazetteer"):
        end, sure = valid_to.rstrip("?"), not valid_to.endswith("?")
        kind, short = _district_parts(district)
        short = f"{kind.capitalize()} {short}" if short.isdecimal() else short  # "Quận 3": a numeral is no name
        if short:
            before = districts.get((province, district))
            start = min(before.valid_from, valid_from) if before else valid_from
            districts[(province, district)] = Unit(
                short,
                kind,
                "district",
                province,
                "",
                start,
                end,
                sure or (before.sure_end if before else False),
            )
        for cell in communes.split("|"):
            if cell:
                kind, name = _KINDS[cell[0]], cell[1:]
                full = f"{kind.capitalize()} {name}" if name.isdecimal() else name
                found[_loose(name)].append(
                    Unit(full, kind, "commune", province, short, valid_from, end, sure)
                )
    for unit in districts.values():
        found[_loose(split_kind(unit.name)[1])].append(unit)
    return {key: tuple(units) for key, units in found.items()}


def _district_parts(district: str) -> tuple[str, str]:
    for kind in ("huyện", "quận", "thị xã", "thành phố"):
        if district.startswith(kind + " "):
            return kind, district[len(kind) + 1 :]
    return "", district


def _valid(unit: Unit, date: str | None) -> bool:
    """Whether a unit may have stood at an EDTF date; a date cut short fits if any of its days does."""
    if date is None:
        return True
    low, high = date, date + "~"  # "2025" < "2025-03" < "2025~"
    return (not unit.valid_to or unit.valid_to >= low) and (not unit.valid_from or unit.valid_from <= high)


def find_units(
    name: str, level: Level | None = None, date: str | None = None, kind: str | None = None
) -> tuple[Unit, ...]:
    """All units of that name valid at an EDTF date.

    The name may carry its kind ("xã Trà Lâm"). Any place of the tone mark will do; marks must agree, unless the
    name has none at all or no unit agrees.

    >>> [unit.province for unit in find_units("huyện Hiệp Hoà", date="2024-01")]
    ['Bắc Giang']
    """
    named, bare = split_kind(name)
    kind = kind or named
    units = _index().get(_loose(bare), ())
    if not units and named:
        units, kind = _index().get(_loose(name), ()), None  # "Thị xã" may be part of a name
    chosen = [
        unit
        for unit in units
        if (level is None or unit.level == level)
        and (kind is None or unit.kind == kind)
        and _valid(unit, date)
    ]
    exact = [unit for unit in chosen if _strict(split_kind(unit.name)[1]) == _strict(bare)]
    if exact and any(ord(sign) > 127 for sign in bare):
        chosen = exact
    return tuple(chosen)


def known_spelling(name: str, level: Level, kind: str | None = None) -> str | None:
    """The only spelling that places of a level (and kind, "huyện") have with these letters, whatever their marks.

    None where a place has just this name, where several spellings fit, or none.

    >>> known_spelling("Cuc Phuong", "commune"), known_spelling("Cúc Phương", "commune")
    ('Cúc Phương', None)
    """
    bare = split_kind(name)[1]
    units = [unit for unit in _index().get(_loose(bare), ()) if unit.level == level]
    spellings = {split_kind(unit.name)[1] for unit in units if kind in (None, unit.kind)}
    if len({_strict(spelling) for spelling in spellings}) != 1 or _strict(bare) in map(_strict, spellings):
        return None
    return min(spellings)


def nearest_province(name: str) -> str | None:
    """The one province whose bare letters differ from these in one; None where a province has just these letters,
    where several or none are so near, or the name is short.

    >>> nearest_province("Yên Bal"), nearest_province("Hà Năm"), nearest_province("Bắc Giang")
    ('Yên Bái', None, None)
    """
    key = _loose(split_kind(name)[1])
    if len(key) < NEAR_LENGTH:
        return None
    near = {province for province in _provinces() if Levenshtein.distance(key, _loose(province), score_cutoff=1) <= 1}
    return near.pop() if len(near) == 1 and _loose(next(iter(near))) != key else None


NEAR_LENGTH = 6  # letters and blanks: "yen bai" has seven


def squeezed(letters: str) -> str | None:
    """The one spelling of the provinces and districts that have these bare letters without blanks.

    >>> squeezed("bentre"), squeezed("chauthanh"), squeezed("nowhere")
    ('Bến Tre', 'Châu Thành', None)
    """
    spellings = _squeezed().get(letters, frozenset())
    return next(iter(spellings)) if len(spellings) == 1 else None


@cache
def _squeezed() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for letters, units in _index().items():
        names = {split_kind(unit.name)[1] for unit in units if unit.level != "commune"}
        if names:
            found[letters.replace(" ", "")] |= names
    return {letters: frozenset(names) for letters, names in found.items()}


@cache
def _provinces() -> frozenset[str]:
    return frozenset(
        split_kind(unit.name)[1] for units in _index().values() for unit in units if unit.level == "province"
    )


def resolve(
    province: str | None = None,
    district: str | None = None,
    commune: str | None = None,
    date: str | None = None,
    context: str = "",
) -> Place | None:
    """The place that fits all names given at that date.

    `context` is other text of the document: where several places fit and the district or province of just
    one of them is named there, that one is taken. Levels on which several fitting places differ stay None;
    None as a whole where nothing fits, or where nothing would be added to a single name that several bear.

    >>> resolve(commune="Cúc Phương", district="Nho Quan", date="2024")
    Place(province='Ninh Bình', district='Nho Quan', commune='Cúc Phương')
    >>> resolve(commune="xã Tân Thành", date="2024") is None
    True
    """
    given = [name for name in (province, district, commune) if name]
    if not given:
        return None
    candidates = _candidates(province, district, commune, date)
    if not candidates:
        return None
    if len(candidates) > 1 and context:
        candidates = _supported(candidates, context) or candidates
    levels = [_agreed(values) for values in zip(*candidates, strict=True)]
    if sum(level is not None for level in levels) < len(given) or (
        len(given) == 1 and len(candidates) > 1 and sum(level is not None for level in levels) == 1
    ):
        return None
    return Place(*levels)


def _supported(
    candidates: set[tuple[str | None, str | None, str | None]], context: str
) -> set[tuple[str | None, str | None, str | None]]:
    """The candidates whose district is named in a text, else those whose province is."""
    text = f" {_strict(context)} "
    for level in (1, 0):
        named = {place for place in candidates if place[level] and f" {_strict(place[level] or '')} " in text}
        # "Tân Hưng" is a commune of Sóc Sơn, and a town of a district called so: its own name tells nothing
        others = {place for place in named if place[level] not in place[level + 1 :]}
        if others:
            return others
    return set()


_HUE = ("Thừa Thiên Huế", "Huế", "2025-01-01")  # Nghị quyết 175/2024/QH15: same land, new name and kind


def _named_at(province: str, date: str | None) -> str:
    """The name a province had at a date; only Huế changed it without a merger."""
    if province == _HUE[0] and date is not None and date >= _HUE[2]:
        return _HUE[1]
    return province


@cache
def _former() -> dict[tuple[str, str], tuple[str, str]]:
    """(province, district or "" for all) -> the province before it, and the last day there."""
    rows = load_table("former_provinces")
    return {(province, district): (former, last) for province, district, former, last in rows}


def province_at(unit: Unit, date: str | None) -> str:
    """The province that a district or commune was of at a date: Thạch Thất of Hà Tây until July 2008."""
    district = unit.district or unit.name
    former = _former().get((unit.province, split_kind(district)[1])) or _former().get((unit.province, ""))
    if former is not None and date is not None and date <= former[1]:
        return former[0]
    return _named_at(unit.province, date)


def _agreed(values: Iterable[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def _candidates(
    province: str | None, district: str | None, commune: str | None, date: str | None
) -> set[tuple[str | None, str | None, str | None]]:
    provinces = {unit.province for unit in find_units(province, "province", date)} if province else None
    if provinces is not None and _HUE[1] in provinces:
        provinces.add(_HUE[0])
    if province and not provinces:
        return set()
    found: set[tuple[str | None, str | None, str | None]] = set()
    if commune:
        districts = (
            {(unit.province, unit.name) for unit in find_units(district, "district", date)}
            if district
            else None
        )
        for unit in find_units(commune, "commune", date):
            if provinces is not None and not provinces & {unit.province, province_at(unit, date)}:
                continue
            if districts is not None and (unit.province, unit.district) not in districts:
                continue
            found.add((province_at(unit, date), unit.district or None, unit.name))
    elif district:
        for unit in find_units(district, "district", date):
            if provinces is None or provinces & {unit.province, province_at(unit, date)}:
                found.add((province_at(unit, date), unit.name, None))
    else:
        found.update((_named_at(name, date), None, None) for name in provinces or ())
    return found
