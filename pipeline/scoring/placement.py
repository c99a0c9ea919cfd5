"""Whether the evidence of a record points at the right place of the scan.

Only scalars whose value is right are asked: a wrong value has no true place. A place counts when the box overlaps
one of the true places by an intersection over union of more than a half (the figure of the field for "the same
box"), on the same page. True are, for each place where the printed form of the value stands: its words, and the
printed lines that hold them; for a part of a list entry also the words and lines of the whole entry. Values that are
concluded and not printed (the level of a body, a province from the gazetteer) have no true place and are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.document import Box
from pipeline.scoring.agreement import LISTS, SCALARS, SIGNATURE, Agreement, Counts, at, scalar_right
from pipeline.scoring.truth import Mesh, Place, Places, TrueLine, TrueWord, moved

SAME_PLACE = 0.5  # intersection over union

AREAS: dict[str, tuple[str, ...]] = {
    "number": ("head_left",),
    "issuer": ("head_left",),
    "issued": ("head_right",),
    "title": ("title",),
    "document_type": ("title",),
    "signature": ("foot_right",),
    "archive": ("foot_left",),
    "recipients": ("foot_left",),
}
CONCLUDED = ("/issuer/level",)
QUARTER_ENDS = {"03-31": "I", "06-30": "II", "09-30": "III", "12-31": "IV"}
# The field of a list entry that quotes the document; the other fields may be shown by its place too.
QUOTES = {
    "legal_basis": "subject",
    "targets": "text",
    "periods": "name",
    "deadlines": "action",
    "assignments": "task",
    "recipients": "name",
}
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_DECIMAL = re.compile(r"^\d+(?:\.\d+)?$")


def printed_forms(value: str) -> Iterator[str]:
    """How a value of the record may stand on paper.

    >>> list(printed_forms("46.5"))
    ['46.5', '46,5']
    >>> "05/12/2024" in printed_forms("2024-12-05")
    True
    """
    yield value
    if found := _DATE.match(value):
        year, month, day = found[1], found[2], found[3]
        if day:
            for m in {month, month.lstrip("0")}:
                for d in {day, day.lstrip("0")}:
                    yield f"{d}/{m}/{year}"
                    yield f"ngày {d} tháng {m} năm {year}"
        if month:
            for m in {month, month.lstrip("0")}:
                yield f"tháng {m}/{year}"
                yield f"tháng {m} năm {year}"
        if day and (roman := QUARTER_ENDS.get(f"{month}-{day}")):
            yield f"Quý {roman}/{year}"
            yield f"Quý {roman} năm {year}"
    if _DECIMAL.match(value):
        whole, _, part = value.partition(".")
        if part:
            yield f"{whole},{part}"
        elif len(whole) > 3:
            yield f"{int(whole):,}".replace(",", ".")
        elif len(whole) == 1:
            yield f"0{whole}"


def true_places(gold: dict[str, Any], pointer: str, places: Places) -> tuple[Place, ...]:
    """Every place that shows the gold value at a pointer; empty where it is not printed."""
    value = at(gold, pointer)
    if value is None or pointer in CONCLUDED:
        return ()
    steps = pointer.strip("/").split("/")
    areas = AREAS.get(steps[0], ())
    if pointer == "/document_type/code":
        return places.find(gold["document_type"]["name"], areas)
    if pointer == "/issued/date":
        return (
            *places.lines_with(areas, "ngày"),
            *(spot for form in printed_forms(value) for spot in places.find(form, areas)),
        )
    if pointer in ("/number/number", "/number/symbol"):
        return (*places.lines_with(areas, "Số"), *places.find(str(value), areas))
    if pointer == "/issuer/parent":  # printed shortened: "UBND HUYỆN ..."
        return (*places.find(value, areas), *places.lines_with(areas, "UBND", "Hội", "Huyện ủy", "Thành đoàn"))
    if pointer == "/issuer/name":
        return (*places.find(value, areas), *_words_joined(places, str(value), areas))
    found: list[Place] = []
    if steps[0] in LISTS:
        quote = at(gold, f"/{steps[0]}/{steps[1]}/{QUOTES[steps[0]]}")
        if quote:
            for form in printed_forms(str(value)):
                found += places.find(form, areas, within=str(quote))
            found += places.find(str(quote), areas)
        if steps[0] in ("legal_basis", "deadlines", "periods", "assignments") or not found:
            found += [spot for form in printed_forms(str(value)) for spot in places.find(form, areas)]
        return tuple(found)
    return tuple(spot for form in printed_forms(str(value)) for spot in places.find(form, areas))


def _words_joined(places: Places, value: str, areas: Sequence[str]) -> tuple[Place, ...]:
    """The name without its first word or words, as a letterhead prints it over two lines or abbreviates it."""
    words = value.split()
    return tuple(spot for cut in range(1, len(words) - 1) for spot in places.find(" ".join(words[cut:]), areas))


def pointers(gold: dict[str, Any], agreement: Agreement) -> Iterator[tuple[str, str]]:
    """(gold pointer, record pointer) of every scalar that both have: fields of the head and foot, matched entries."""
    for pointer in (*SCALARS, *SIGNATURE):
        yield pointer, pointer
    for name in LISTS:
        for i, j in agreement.pairs[name]:
            for field in gold[name][i]:
                yield f"/{name}/{i}/{field}", f"/{name}/{j}/{field}"


def compare(
    gold: dict[str, Any],
    record: dict[str, Any],
    agreement: Agreement,
    lines: Sequence[TrueLine],
    sizes: Sequence[tuple[float, float]],
    meshes: Sequence[Mesh],
) -> tuple[Counts, tuple[str, ...]]:
    """Counts of evidence at the right place, and the pointers whose evidence is missing or elsewhere."""
    seen = tuple(
        TrueLine(
            line.area,
            line.paragraph,
            line.row,
            line.page,
            tuple(
                TrueWord(word.text, moved(word.box, meshes[line.page - 1], *sizes[line.page - 1]))
                for word in line.words
            ),
        )
        for line in lines
        if line.page <= len(meshes)
    )
    places = Places(seen)
    evidence = record.get("evidence") or {}
    right = asked = given = 0
    wrong = []
    for pointer, there in pointers(gold, agreement):
        value = at(record, there)
        if value is None or not scalar_right(pointer, at(gold, pointer), value):
            continue
        spots = true_places(gold, pointer, places)
        if not spots:
            continue
        asked += 1
        shown = evidence.get(there)
        given += shown is not None and shown.get("box") is not None
        if shown is not None and _at(shown, spots):
            right += 1
        else:
            wrong.append(f"{there}: evidence {shown and (shown.get('page'), shown.get('box'))}")
    return Counts(right, asked, given), tuple(wrong)


def _at(shown: dict[str, Any], spots: Sequence[Place]) -> bool:
    if not shown.get("box"):
        return False
    box = Box(*shown["box"])
    return any(spot.page == shown["page"] and spot.box.overlap(box) > SAME_PLACE for spot in spots)
