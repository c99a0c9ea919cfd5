"""What a warning of the record speaks of, and whether a person has answered it.

A warning says what a person should look at. Once the person has typed or confirmed the field it names, it says that no
more: it goes from the record, and comes back with an undo, since the record is then read anew. What names no field
(a page that failed, a sum that does not add up) stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.corrections import Correction

# The head of a note that names a part of the document, and its doubts: "number: number read as 1o; no hyphen ...".
_HEADED = re.compile(r"(number|date|signature|cited|target|label ([^:]+)): (.*)", re.DOTALL)
_NEXT_DOUBT = re.compile(r"; (?!names of two syllables|number \d+ is in the record)")

# Notes without a head, and the fields of which any one answers them.
_FIELDS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"symbol read as .*", re.DOTALL), ("/number/symbol",)),
    (re.compile(r"place read as .*", re.DOTALL), ("/issued/place",)),
    (re.compile(r"province read as .*", re.DOTALL), ("/issuer/name", "/issuer/province")),
    (re.compile(r"planned for \d+ but dated .*"), ("/year", "/issued/date")),
    (re.compile(r"the theme is quoted in two wordings"), ("/theme",)),
)
# A component that the document lacks, and where a person would put it.
_COMPONENTS = {"number": "/number", "date": "/issued", "type": "/document_type", "title": "/title",
               "signature": "/signature", "recipients": "/recipients", "issuer": "/issuer"}
_MISSING = re.compile(r"(\w+) is missing")
_UNSURE = re.compile(r"(/\S+) is unsure: .*", re.DOTALL)
# Doubts under a head; the first row that fits.
_NUMBER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"number (?:read|printed) as .*", ("/number/number",)),
    (r"stroke read as .*|no stroke before .*|no hyphen after the number|the word Số is missing",
     ("/number/number", "/number/symbol")),
    (r"no hyphen in .*|no body in .*|unknown body code .*|stroke after .*", ("/number/symbol",)),
    (r".*", ("/number/number",)),
)
_SIGNATURE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"power read as .*", ("/signature/authority",)),
    (r"title read as .*|a name without a readable position .*", ("/signature/title",)),
    (r".*", ("/signature/name",)),
)
_DOUBTS = {"number": _NUMBER, "signature": _SIGNATURE, "date": ((r".*", ("/issued/date",)),)}
# Notes on an item of a list: what names the item in them, and its fields, or the item itself, that answer them.
_CITED = re.compile(r"/legal_basis/\d+(?:/number|/date)?")
_ITEMS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"number (.+) and date .+ are of different years"), _CITED),
    (re.compile(r"(.+) is dated .+, after this document \(.+\)", re.DOTALL), _CITED),
    (re.compile(r"cited: number read as ([^;]+).*", re.DOTALL), re.compile(r"/legal_basis/\d+(?:/number)?")),
    (re.compile(r"target: (.+)", re.DOTALL), re.compile(r"/targets/\d+(?:/value|/value_to|/text)?")),
)
# Notes on the labels of sections.
_LABELS = re.compile(
    r"label ([^:]+): .*|section (.+) is followed by (.+)|the list begins with (.+)|section (.+) stands twice",
    re.DOTALL)


def parted(note: str) -> tuple[str, tuple[str, ...]] | None:
    """The head of a note and its doubts one by one; None for a note without a head.

    >>> parted("number: number read as 1o; unknown body code HPN")
    ('number', ('number read as 1o', 'unknown body code HPN'))
    """
    headed = _HEADED.fullmatch(note)
    return None if headed is None else (headed[1], tuple(_NEXT_DOUBT.split(headed[3])))


def without_answered(warnings: Sequence[dict[str, Any]], said: Sequence[Correction]) -> list[dict[str, Any]]:
    """The warnings (as JSON) that no correction of the record among `said`, the standing ones, has answered."""
    return [warning for warning in warnings if not is_answered(warning["message"], said)]


def is_answered(note: str, said: Sequence[Correction]) -> bool:
    """Whether corrections that stand speak of every field that the note speaks of."""
    looked_at = [entry for entry in said if entry.where == "record"]
    if missing := _MISSING.fullmatch(note):
        place = _COMPONENTS.get(missing[1])
        # To confirm that a component is not there does not put it there.
        return place is not None and _touched((place,), [entry for entry in looked_at if entry.after is not None])
    if unsure := _UNSURE.fullmatch(note):
        return _touched((unsure[1],), looked_at)
    for pattern, fields in _FIELDS:
        if pattern.fullmatch(note):
            return _touched(fields, looked_at)
    for pattern, fields_of in _ITEMS:
        if item := pattern.fullmatch(note):
            return any(_is_of(entry, item[1]) for entry in looked_at if fields_of.fullmatch(entry.pointer))
    if labels := _LABELS.fullmatch(note):
        named = {label for label in labels.groups() if label}
        return any(named & {entry.before, entry.after} for entry in looked_at
                   if re.fullmatch(r"/sections/.*/label", entry.pointer))
    headed = parted(note)
    if headed is None or headed[0] not in _DOUBTS:
        return False
    rows = _DOUBTS[headed[0]]
    return all(_touched(_row(rows, doubt), looked_at) for doubt in headed[1])


def _row(rows: Iterable[tuple[str, tuple[str, ...]]], doubt: str) -> tuple[str, ...]:
    return next(fields for pattern, fields in rows if re.fullmatch(pattern, doubt, re.DOTALL))


def _touched(places: Sequence[str], said: Sequence[Correction]) -> bool:
    return any(entry.pointer == place or entry.pointer.startswith(f"{place}/") for place in places for entry in said)


def _is_of(entry: Correction, item: str) -> bool:
    """Whether the entry is of the item of a list that the note names by its words."""
    before = entry.before if isinstance(entry.before, str) else ""
    return any(_stands_in(item, told) for told in entry.keys) or (before != "" and _stands_in(before, item))


def _stands_in(words: str, text: str) -> bool:
    """Whether a text has these words, and not as the end of others: "1/NQ-CP" does not stand in "11/NQ-CP". A unit may
    be written behind a number ("9Z,5ha")."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\d)", text) is not None
