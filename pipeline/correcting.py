"""Lay what a person corrected over the record that the machine reads now: the place is found again, or nothing changes.

Where the place of a correction is found, the person's value stands, whatever the machine reads now (the person
had the paper before their eyes); where the machine's reading has changed since, that is reported. Where the
place is not found any more, nothing is changed, and the correction is kept and reported.

The evidence for a place: the JSON Pointer, and for every list on the way the wording of the item that was meant, since
a new reading may find a target more or less and move the rest. Corrected words are laid over in `rewording`.

What this module never does: it guesses no place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import ValidationError

from pipeline import notes
from pipeline.corrections import Correction, effective
from pipeline.document import Document, Step
from pipeline.plan import Evidence, Plan

# "applied": the person's value was put in place. "already": the machine reads it so itself. "reread": put in place,
# but the machine reads something else now than it did. "homeless": the place is not found, nothing was changed.
Outcome = Literal["applied", "already", "reread", "homeless"]

SAME_ITEM = 0.8  # of the letters of two wordings; the repairs of one reading over another change under a tenth
AS_LIKE = 0.02  # two items that differ by less in their likeness cannot be told apart by it


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one correction: `found` is the machine's value at its place (None: no place)."""

    correction: Correction
    outcome: Outcome
    found: Any = None


# --- JSON Pointers --------------------------------------------------------------------------------------


def split_pointer(pointer: str) -> tuple[str, ...]:
    """RFC 6901: "/a~1b/0" -> ("a/b", "0"). Raises ValueError for one that does not begin with a slash."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"not a JSON Pointer: {pointer!r}")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def join_pointer(steps: Sequence[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def value_at(data: Any, pointer: str) -> Any:
    """The value a pointer leads to. Raises LookupError where it leads nowhere."""
    for step in split_pointer(pointer):
        data = _down(data, step)
    return data


def member_of(plan: Plan, pointer: str) -> dict[str, Any]:
    """As much of the record, as JSON values, as a pointer leads into: the whole of a long one takes 30 ms."""
    return plan.model_dump(mode="json", include=set(split_pointer(pointer)[:1]))


def _down(data: Any, step: str) -> Any:
    if isinstance(data, dict) and step in data:
        return data[step]
    if isinstance(data, list | tuple) and step.isdecimal() and int(step) < len(data):
        return data[int(step)]
    raise LookupError(step)


# The members whose words tell one list item from the next; where none is listed all strings of it do.
_WORDING = ("text", "label", "heading", "type", "number", "subject", "name", "actor", "task", "date", "action")


def wording(item: Any) -> str:
    """By what an item of a list is known again: its own printed words.

    >>> wording({"text": None, "label": "1", "task": "Họp thôn", "section": "II"}), wording(None)
    ('1 Họp thôn', '')
    """
    if isinstance(item, dict):
        if item.get("text"):
            return str(item["text"])
        told = [str(item[name]) for name in _WORDING if item.get(name)]
        if item.get("paragraphs"):
            told.append(str(item["paragraphs"][0])[:120])
        return " ".join(told)
    return "" if item is None else str(item)


def keys_of(data: Any, pointer: str) -> tuple[str, ...]:
    """The wording of every list item on the way to `pointer`, for `Correction.keys`."""
    keys = []
    for step in split_pointer(pointer):
        if isinstance(data, list | tuple) and step.isdecimal() and int(step) < len(data):
            keys.append(wording(data[int(step)]))
        elif step == "-":
            return tuple(keys)
        data = _down(data, step)
    return tuple(keys)


def _find_item(items: Sequence[Any], index: int, key: str, *, exact: bool) -> int | None:
    """Where the item worded `key` is now: at its old index, at another, or as good as the same; else None.

    `exact` asks for the very wording: what is taken out must not be its neighbour.
    """
    told = [wording(item) for item in items]
    if not key:
        return index if index < len(items) and not told[index] else None
    same = [place for place, text in enumerate(told) if text == key]
    if same:
        return min(same, key=lambda place: abs(place - index))
    if exact:
        return None
    # The same words with other digits are another item of the list ("Mở 10 lớp", "Mở 12 lớp"), unless they stand
    # where the item stood: then the digits are what is read otherwise now.
    digits = re.findall(r"\d", key)
    scored = sorted(
        ((SequenceMatcher(None, key, text, autojunk=False).ratio(), -abs(place - index), place)
         for place, text in enumerate(told) if place == index or re.findall(r"\d", text) == digits),
        reverse=True,
    )
    good = [place for ratio, _, place in scored if ratio >= SAME_ITEM and scored[0][0] - ratio < AS_LIKE]
    return index if index in good else good[0] if len(good) == 1 else None


def _resolve(data: Any, correction: Correction) -> tuple[str, ...] | None:
    """The pointer of the correction in this record, list items found by their wording; None: no place."""
    keys = list(correction.keys)
    steps: list[str] = []
    for step in split_pointer(correction.pointer):
        if isinstance(data, list):
            if step == "-":
                return (*steps, "-")
            place = _find_item(data, int(step), keys.pop(0) if keys else "", exact=correction.action == "remove")
            if place is None:
                return None
            step = str(place)
        steps.append(step)
        try:
            data = _down(data, step)
        except LookupError:
            return None
    return tuple(steps)


# --- what became of them --------------------------------------------------------------------------------

STAGE = "corrections"  # of the step in document.json that holds the reports of the last run


def with_reports(document: Document, log: Sequence[Correction], reports: Sequence[Report]) -> Document:
    """The document with a step that tells which corrections found no place, and where the machine reads otherwise now.

    What no report speaks of (an entry of a document that is not told apart any more) found no place either.
    """
    told = {report.correction.id: report for report in reports}
    homeless = [entry.id for entry in effective(log) if entry.where in ("record", "document")
                and (entry.id not in told or told[entry.id].outcome == "homeless")]
    reread = {key: report.found for key, report in told.items() if report.outcome == "reread"}
    step = Step(STAGE, "", {"homeless": homeless, "reread": reread})
    return replace(document, steps=(*(one for one in document.steps if one.stage != STAGE), step))


def reports_of(document: Document, log: Sequence[Correction]) -> tuple[Report, ...]:
    """The corrections that still stand and that the last run had no place for, or found another reading under."""
    step = next((one for one in document.steps if one.stage == STAGE), None)
    if step is None:
        return ()
    homeless, reread = step.detail.get("homeless", []), step.detail.get("reread", {})
    return tuple(
        Report(entry, "homeless" if entry.id in homeless else "reread", reread.get(entry.id))
        for entry in effective(log) if entry.id in homeless or entry.id in reread)


# --- the record -----------------------------------------------------------------------------------------


def apply_to_plan(plan: Plan, corrections: Sequence[Correction], said: Sequence[Correction] = ()) -> Plan:
    """The record with what a person corrected put in its place; see `report_on_plan` for what was not."""
    return report_on_plan(plan, corrections, said)[0]


def report_on_plan(
    plan: Plan, corrections: Sequence[Correction], said: Sequence[Correction] = ()
) -> tuple[Plan, tuple[Report, ...]]:
    """The corrected record and one report for each correction of the record.

    The `confidence` of a corrected field becomes 1; its evidence keeps the raw reading and the place. A warning that
    a person has answered goes: by these corrections, or by the others of the whole log, `said`.
    """
    wanted = [entry for entry in effective(corrections) if entry.where == "record"]
    if not wanted:
        return plan, ()
    data = plan.as_json()
    evidence: dict[str, Any] = data.pop("evidence")
    reports = _applied(data, evidence, wanted)
    homeless = {report.correction.id for report in reports if report.outcome == "homeless"}
    standing = [entry for entry in effective(said or corrections) if entry.id not in homeless]
    data["warnings"] = notes.without_answered(data["warnings"], standing)
    return Plan.model_validate({**data, "evidence": evidence}), tuple(reports)


def _applied(data: dict[str, Any], evidence: dict[str, Any], entries: Sequence[Correction]) -> list[Report]:
    """Lays the entries over record and evidence, which it changes. One that does not fit the record's types is reported
    as homeless, not forced; which one it is, is looked for by halves, since as a rule all of them fit."""
    trial, trial_evidence = json.loads(json.dumps(data)), dict(evidence)
    reports = [_apply_entry(trial, trial_evidence, entry) for entry in entries]
    try:
        Plan.model_validate({**trial, "evidence": trial_evidence})
    except ValidationError:
        if len(entries) == 1:
            return [Report(entries[0], "homeless", reports[0].found)]
        half = len(entries) // 2
        return _applied(data, evidence, entries[:half]) + _applied(data, evidence, entries[half:])
    data.update(trial)
    evidence.clear()
    evidence.update(trial_evidence)
    return reports


def _apply_entry(data: dict[str, Any], evidence: dict[str, Any], entry: Correction) -> Report:
    steps = _resolve(data, entry)
    if steps is None or not steps or steps[0] in ("source", "schema_version", "evidence"):
        return Report(entry, "homeless")
    parent = data
    for step in steps[:-1]:
        parent = _down(parent, step)
    last = steps[-1]
    if entry.action == "add":
        if not isinstance(parent, list):
            return Report(entry, "homeless")
        if any(_same(item, entry.after) for item in parent):
            return Report(entry, "already", entry.after)
        parent.append(entry.after)
        return Report(entry, "applied")
    found = _down(parent, last)
    if entry.action == "remove":
        if not isinstance(parent, list):
            return Report(entry, "homeless")
        del parent[int(last)]
        _shift_evidence(evidence, steps[:-1], int(last))
        return Report(entry, "applied" if _same(found, entry.before) else "reread", found)
    pointer = join_pointer(steps)
    _set(parent, last, entry.after)
    _trust(evidence, pointer, entry)
    if _same(found, entry.after):
        return Report(entry, "already", found)
    return Report(entry, "applied" if _same(found, entry.before) else "reread", found)


def _set(parent: Any, last: str, value: Any) -> None:
    if isinstance(parent, list):
        parent[int(last)] = value
    else:
        parent[last] = value


def _same(one: Any, other: Any) -> bool:
    return bool(json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def _trust(evidence: dict[str, Any], pointer: str, entry: Correction) -> None:
    """The evidence of a corrected field: the place and raw reading stay, the confidence is the person's."""
    old = evidence.get(pointer)
    if old is not None:
        evidence[pointer] = {**old, "confidence": 1.0}
    elif entry.after is not None and not isinstance(entry.after, dict | list):
        told = Evidence(page=entry.page, box=entry.box, raw=entry.raw, text=str(entry.after), confidence=1.0)
        evidence[pointer] = told.model_dump(mode="json")


def _shift_evidence(evidence: dict[str, Any], steps: Sequence[str], removed: int) -> None:
    """After an item is taken out of a list, the evidence of those behind it moves up by one."""
    prefix = join_pointer(steps)
    for pointer in sorted(evidence, key=lambda name: (len(name), name)):
        if not pointer.startswith(prefix + "/"):
            continue
        index, slash, rest = pointer[len(prefix) + 1 :].partition("/")
        if not index.isdecimal() or int(index) < removed:
            continue
        item = evidence.pop(pointer)
        if int(index) > removed:
            evidence[f"{prefix}/{int(index) - 1}{slash}{rest}"] = item
