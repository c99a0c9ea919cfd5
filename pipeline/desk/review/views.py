"""What the pages of the desk show: plain JSON values made from an item, without a word of HTML.

The order of doubts is the order of the paper, so that a person who steps through them reads the page once.
A held document gives its scan and the mark that holds it, never its text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import attention, correcting, corrections, rewording
from pipeline.correcting import Report
from pipeline.corrections import Correction
from pipeline.desk import desk
from pipeline.desk.desk import Item
from pipeline.desk.handover import SHELF_COLUMNS
from pipeline.desk.search import TargetRow, Term, spans_in
from pipeline.document import Notice, Page, Word
from pipeline.faults import Language
from pipeline.writers import advice

LISTS: dict[str, tuple[str, ...]] = {
    "targets": ("label", "indicator", "comparator", "value", "value_to", "unit", "text"),
    "periods": ("name", "start", "end"),
    "deadlines": ("date", "action"),
    "assignments": ("actor", "task", "section"),
    "recipients": ("name", "note"),
    "legal_basis": ("type", "number", "date", "issuer", "subject"),
}
# Fields of a closed list of values, for a choice instead of typing.
CHOICES = {
    "/issuer/level": ("central", "province", "district", "commune", "other"),
    "comparator": ("=", ">=", "<=", ">", "<", "range"),
}
# What a person may say of the paper and its hồ sơ, in the order of the form.
SHELF = tuple(name for name in SHELF_COLUMNS if name != "file")
_BIG = frozenset(("/number/number", "/issued/date", "/year", "value", "value_to", "date", "start", "end", "number"))


def document_view(item: Item, language: Language = "vi") -> dict[str, Any]:
    """Everything of a document but the words of its pages. A held one shows its pages and its mark only."""
    mark = item.mark
    said = corrections.state(item.log)
    head = {
        "key": item.key, "name": item.name, "held": None, "verified": None,
        "released": _told(said.get("released")),
        "pages": [_page_view(page, language) for page in item.document.pages],
    }
    if mark is not None:
        box = mark.box.rounded() if mark.box else None
        return {**head, "held": {"degree": mark.degree, "page": mark.page, "box": box}, "fields": [], "lists": [],
                "sections": [], "doubts": [], "warnings": [], "log": [], "shelf": {}}
    plan = item.plan.as_json()
    changed = {entry.pointer for entry in corrections.effective(item.log) if entry.where == "record"}
    return {
        **head, "verified": _told(item.verified), "title": item.plan.title, "confidence": item.plan.confidence,
        "fields": [_field(item, plan, pointer, changed) for pointer in advice.FIELDS],
        "lists": [_list(item, plan, name, columns, changed) for name, columns in LISTS.items()],
        "sections": list(_sections(item, plan, plan["sections"], "/sections", 1, changed)),
        "doubts": doubts(item),
        "warnings": [{"code": warning.code, "page": warning.page, "message": advice.note(warning.message, language),
                      "advice": advice.sentence(warning.code, language)} for warning in item.plan.warnings],
        "log": [_entry_view(entry, item.log) for entry in item.log],
        "undoable": bool(corrections.last_undoable(item.log)),
        "shelf": {**dict.fromkeys(SHELF, ""), **corrections.shelf(item.log)},
        "reports": [_report_view(report) for report in item.reports],
    }


def _told(entry: Correction | None) -> dict[str, str] | None:
    return None if entry is None else {"who": entry.who, "when": entry.when, "note": entry.note}


def _page_view(page: Page, language: Language) -> dict[str, Any]:
    return {
        "number": page.number, "width": page.width, "height": page.height, "turn": page.turn, "status": page.status,
        "dpi": page.dpi, "origin": page.origin, "notices": [_notice_view(notice, language) for notice in page.notices],
    }


def _notice_view(notice: Notice, language: Language) -> str:
    """A note on a page; why it could not be read stands after what that means."""
    told = advice.note(notice.message, language)
    return f"{advice.sentence(notice.code, language)} ({told})" if notice.code == "ocr_page_failed" else told


def _field(item: Item, plan: dict[str, Any], pointer: str, changed: set[str]) -> dict[str, Any]:
    value = correcting.value_at(plan, pointer)
    evidence = item.plan.evidence.get(pointer)
    member = pointer.rpartition("/")[2]
    return {
        "pointer": pointer, "value": value, "big": _is_big(pointer),
        "choices": CHOICES.get(pointer) or CHOICES.get(member) or (),
        "page": evidence.page if evidence else None, "box": evidence.box if evidence else None,
        "raw": evidence.raw if evidence else None, "seen": evidence.text if evidence else None,
        "confidence": evidence.confidence if evidence else None,
        "doubtful": evidence is not None and evidence.confidence < attention.DOUBTFUL_FIELD,
        "changed": pointer in changed,
    }


def _is_big(pointer: str) -> bool:
    """Whether the field holds digits, which are shown enlarged: a wrong one looks as good as a right one."""
    return pointer in _BIG or (pointer.startswith("/targets") and pointer.rpartition("/")[2] in _BIG)


def _list(
    item: Item, plan: dict[str, Any], name: str, columns: tuple[str, ...], changed: set[str]
) -> dict[str, Any]:
    rows = [{"pointer": f"/{name}/{number}",
             "cells": [_field(item, plan, f"/{name}/{number}/{column}", changed) for column in columns]}
            for number in range(len(plan[name]))]
    return {"name": name, "columns": columns, "rows": rows}


def _sections(
    item: Item, plan: dict[str, Any], sections: list[dict[str, Any]], pointer: str, depth: int, changed: set[str]
) -> Iterator[dict[str, Any]]:
    for number, section in enumerate(sections):
        own = f"{pointer}/{number}"
        heading = _field(item, plan, own + "/heading", changed)
        yield {"pointer": own, "depth": depth, "label": section["label"], "heading": heading, "kind": section["kind"],
               "paragraphs": [{"pointer": f"{own}/paragraphs/{at}", "text": text}
                              for at, text in enumerate(section["paragraphs"])]}
        yield from _sections(item, plan, section["children"], own + "/children", depth + 1, changed)


def doubts(item: Item) -> list[dict[str, Any]]:
    """Every doubtful field and word and what could not be read, from the top of the first page to the last."""
    found: list[tuple[tuple[float, ...], dict[str, Any]]] = []
    plan = item.plan.as_json()
    for number, pointer in enumerate(attention.doubtful_fields(item.plan)):
        evidence = item.plan.evidence[pointer]
        try:
            value = correcting.value_at(plan, pointer)
        except LookupError:
            continue
        box = evidence.box or (0.0, 0.0, 0.0, 0.0)
        found.append(((evidence.page or 0, box[1], box[0], number), {
            "kind": "field", "pointer": pointer, "page": evidence.page, "box": evidence.box, "value": value,
            "raw": evidence.raw, "context": evidence.text, "confidence": evidence.confidence, "alternatives": [],
            "big": _is_big(pointer), "choices": CHOICES.get(pointer) or CHOICES.get(pointer.rpartition("/")[2]) or (),
        }))
    for pointer in desk.unread_fields(item):
        # The line that it stands on is that of the symbol, where there is one.
        near = item.plan.evidence.get("/number/symbol")
        box = (near.box if near else None) or (0.0, 0.0, 0.0, 0.0)
        found.append(((near.page or 0 if near else 0, box[1], box[0], -1), {
            "kind": "field", "pointer": pointer, "page": near.page if near else 1, "box": near.box if near else None,
            "value": None, "raw": near.raw if near else None, "context": near.text if near else "", "confidence": None,
            "alternatives": [], "big": True, "choices": (),
        }))
    for order, (pointer, word, page, line_text) in enumerate(_words(item)):
        if attention.is_doubtful(word):
            top = word.box.top if word.box else float(order)
            left = word.box.left if word.box else 0.0
            found.append(((page.number, top, left, order), {
                **_word_view(pointer, word), "kind": "word", "page": page.number, "value": word.text,
                "context": line_text, "big": any(letter.isdigit() for letter in word.text + word.raw), "choices": (),
            }))
    return [doubt for _, doubt in sorted(found, key=lambda pair: pair[0])]


def _words(item: Item) -> Iterator[tuple[str, Word, Page, str]]:
    for p, page in enumerate(item.document.pages):
        for b, block in enumerate(page.blocks):
            for n, line in enumerate(block.lines):
                for w, word in enumerate(line.words):
                    yield rewording.word_pointer(p, b, n, w), word, page, line.text


def _word_view(pointer: str, word: Word) -> dict[str, Any]:
    others = dict.fromkeys([*(other.text for other in word.alternatives), *(reading.text for reading in word.readings)])
    return {
        "pointer": pointer, "text": word.text, "raw": word.raw, "box": word.box.rounded() if word.box else None,
        "confidence": round(word.confidence, 3), "doubtful": attention.is_doubtful(word),
        "person": bool(word.edits) and word.edits[-1].rule == corrections.RULE,
        "alternatives": [text for text in others if text and text != word.text][:9],
    }


def page_view(item: Item, number: int, terms: Sequence[Term] = ()) -> dict[str, Any] | None:
    """The words of one page, line by line; those that a search looked for are marked. None: no such page, or held."""
    if item.mark is not None:
        return None
    for p, page in enumerate(item.document.pages):
        if page.number != number:
            continue
        lines = []
        for b, block in enumerate(page.blocks):
            for n, line in enumerate(block.lines):
                words = [_word_view(rewording.word_pointer(p, b, n, w), word) for w, word in enumerate(line.words)]
                lines.append({"kind": block.kind, "words": words})
        _mark_hits(lines, terms)
        return {"number": number, "lines": lines}
    return None


def _mark_hits(lines: list[dict[str, Any]], terms: Sequence[Term]) -> None:
    """Phrases may run over line ends, so the page is searched as one text."""
    if not terms:
        return
    at, text, places = 0, [], []
    for line in lines:
        for word in line["words"]:
            if word["text"]:
                places.append((at, at + len(word["text"]), word))
                text.append(word["text"])
                at += len(word["text"]) + 1
    spans = spans_in(" ".join(text), terms)
    for left, right, word in places:
        word["hit"] = any(start < right and left < end for start, end in spans)


def _entry_view(entry: Correction, log: Sequence[Correction]) -> dict[str, Any]:
    standing = {item.id for item in corrections.effective(log)}
    return {
        "id": entry.id, "who": entry.who, "when": entry.when, "where": entry.where, "pointer": entry.pointer,
        "action": entry.action, "before": entry.before, "after": entry.after, "page": entry.page,
        "note": entry.note, "stands": entry.id in standing,
    }


def _report_view(report: Report) -> dict[str, Any]:
    entry = report.correction
    return {"id": entry.id, "pointer": entry.pointer, "outcome": report.outcome, "before": entry.before,
            "after": entry.after, "found": report.found, "who": entry.who, "when": entry.when, "page": entry.page}


# --- compare --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a plot, in its units of drawing: left, top, width, height; `label` under it, `told` above it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    sub: str
    told: str
    key: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Plot:
    """One indicator over documents, one unit: bars with a scale of round numbers."""

    indicator: str
    unit: str
    width: float
    height: float
    base: float
    ticks: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]


PLOT_HEIGHT, BAR_WIDTH, BAR_GAP, LEFT, TOP, BOTTOM = 240.0, 56.0, 24.0, 64.0, 24.0, 56.0


def plots(rows: Sequence[TargetRow]) -> tuple[Plot, ...]:
    """A plot for each indicator and unit that at least two documents give a number for, most documents first."""
    grouped: dict[tuple[str, str], list[TargetRow]] = {}
    for row in rows:
        if row.number is not None and row.indicator:
            grouped.setdefault((" ".join(row.indicator.lower().split()), row.unit or ""), []).append(row)
    wide = [group for group in grouped.values() if len({row.document.id for row in group}) > 1]
    wide.sort(key=lambda group: (-len({row.document.id for row in group}), group[0].indicator or ""))
    return tuple(_plot(group) for group in wide[:12])


def _plot(group: Sequence[TargetRow]) -> Plot:
    group = sorted(group, key=lambda row: (row.document.issuer or "", row.document.year or 0, row.position))
    numbers = [row.number or 0.0 for row in group]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    step = _round_step((high - low) or 1.0)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step or step
    inner = PLOT_HEIGHT - TOP - BOTTOM

    def at(value: float) -> float:
        return TOP + (high - value) / (high - low) * inner

    bars = []
    for number, (row, value) in enumerate(zip(group, numbers, strict=True)):
        y = at(max(value, 0.0))
        bars.append(Bar(
            LEFT + BAR_GAP / 2 + number * (BAR_WIDTH + BAR_GAP), y, BAR_WIDTH, at(min(value, 0.0)) - y,
            str(row.document.year or "–"), _short(row.document.issuer or row.document.name),
            _value_told(row),
            row.document.key, row.page))
    marks = [low + step * index for index in range(round((high - low) / step) + 1)]
    ticks = tuple((at(mark), f"{mark:g}") for mark in marks)
    width = LEFT + len(group) * (BAR_WIDTH + BAR_GAP)
    return Plot(group[0].indicator or "", group[0].unit or "", width, PLOT_HEIGHT, at(0.0), ticks, tuple(bars))


_SIGNS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}


def _value_told(row: TargetRow) -> str:
    if row.value_to:
        return f"{row.value}–{row.value_to}"
    return f"{_SIGNS.get(row.comparator or '', '')}{row.value}"


def _round_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts the span into two to five."""
    power = 10.0 ** math.floor(math.log10(span / 2.5))
    return next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 5)


SHORT = 12  # letters that stand under a bar beside those of its neighbours


def _short(issuer: str) -> str:
    """The name of the place at the end of a body's name, for under a bar."""
    for word in ("xã", "phường", "thị trấn", "huyện", "thành phố", "tỉnh", "sở"):
        place = issuer.lower().rfind(f" {word} ")
        if place >= 0:
            issuer = issuer[place + 1 :]
            break
    return issuer if len(issuer) <= SHORT else f"{issuer[:SHORT - 1]}…"


def compare_table(rows: Sequence[TargetRow]) -> tuple[list[Any], list[tuple[str, str, list[TargetRow | None]]]]:
    """Documents as columns, indicators as rows: (documents, [(indicator, unit, one cell a document)])."""
    columns = {row.document.id: row.document for row in rows}
    order = list(columns)
    table: dict[tuple[str, str], tuple[str, str, list[TargetRow | None]]] = {}
    for row in rows:
        label = row.indicator or row.text
        line = table.setdefault((" ".join(label.lower().split()), row.unit or ""),
                                (label, row.unit or "", [None] * len(order)))
        place = order.index(row.document.id)
        if line[2][place] is None:
            line[2][place] = row
    lines = sorted(table.values(), key=lambda line: -sum(cell is not None for cell in line[2]))
    return [columns[number] for number in order], lines
