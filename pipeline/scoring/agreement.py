"""How far a record agrees with the gold record, group by group: found, missed, invented.

Every group gives counts of what is right, what the gold has and what the record has; precision, recall and F1
come from sums of counts. Texts are compared folded (case, tone placement, spaces, closing punctuation) and may
differ by the share that a constant below names, so that one misread letter in a long task does not make the whole
task wrong; numbers, dates, symbols, comparators and units must be equal. Lists are matched one to one, the most
alike first; sections in document order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from pipeline.knowledge import vietnamese
from pipeline.scoring import accuracy

# How alike two texts must be, 0 to 1 (1 - edit distance over both lengths). Names are short and identify: 0.9 lets
# one letter in ten pass. A heading or paragraph is the same at 0.9 even where it was read badly, since its place in
# the outline is what is measured here; the letters are measured by `accuracy`.
NAME_LIKENESS = 0.9
TEXT_LIKENESS = 0.9
# An action, task or indicator may be cut differently by two careful people ("gửi về ..." in or out): the shorter must
# stand in the longer.
CUT_LIKENESS = 0.8

SCALARS = (
    "/document_type/code",
    "/number/number",
    "/number/symbol",
    "/issuer/name",
    "/issuer/level",
    "/issuer/parent",
    "/issuer/province",
    "/issuer/district",
    "/issuer/commune",
    "/issued/place",
    "/issued/date",
    "/title",
    "/year",
    "/theme",
    "/archive",
)
SIGNATURE = ("/signature/authority", "/signature/title", "/signature/name")
LISTS = ("legal_basis", "targets", "periods", "deadlines", "assignments", "recipients")
GROUPS = ("scalars", "signature", "sections", *LISTS)
# Faults of the paper that the gold names; the other warnings depend on the scan.
PAPER_WARNINGS = ("numbering_gap", "numbering_duplicate", "missing_component")

_EDGES = re.compile(r"^[\s\"“”'.,;:/-]+|[\s\"“”'.,;:/-]+$")
_DASHES = str.maketrans(dict.fromkeys("–—−", "-") | dict.fromkeys("“”„", '"'))


@dataclass(frozen=True, slots=True)
class Counts:
    """What is right, among what the gold has and what the record has."""

    right: int = 0
    gold: int = 0
    found: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.gold + other.gold, self.found + other.found)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean; 1 where neither has anything."""
        return 2 * self.right / (self.gold + self.found) if self.gold + self.found else 1.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts by group, and the pairs of places (gold index, record index) that matched in each list."""

    groups: dict[str, Counts]
    pairs: dict[str, tuple[tuple[int, int], ...]]
    kinds: Counts
    warnings: Counts
    wrong: tuple[str, ...]  # what a developer looks at first: "/number/symbol: 'KH-UBNĐ' for 'KH-UBND'"


def key(value: object) -> str:
    """A value as it is compared."""
    return _EDGES.sub("", accuracy.normal(vietnamese.fold(str(value)).translate(_DASHES)))


def alike(one: object, other: object) -> float:
    """Likeness of two texts, 0 to 1; two absent texts are alike."""
    if one is None or other is None:
        return float(one is None and other is None)
    return float(fuzz.ratio(key(one), key(other))) / 100


def inside(one: object, other: object) -> float:
    """Likeness of the shorter text to the best part of the longer."""
    if not one or not other:
        return alike(one, other)
    first, second = sorted((key(one), key(other)), key=len)
    if len(first) * 4 < len(second):  # a word or two found in a paragraph says nothing
        return float(fuzz.ratio(first, second)) / 100
    return float(fuzz.partial_ratio(first, second)) / 100


def same(one: object, other: object) -> bool:
    """Equal once folded; absent equals absent only."""
    return (one is None) == (other is None) and (one is None or key(one) == key(other))


def at(record: dict[str, Any], pointer: str) -> Any:
    """The value at a JSON Pointer; None where the way ends early."""
    value: Any = record
    for step in pointer.strip("/").split("/"):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


# --- scalars ------------------------------------------------------------------------------------------------


def scalar_right(pointer: str, gold: object, found: object) -> bool:
    """Whether a scalar is right; a number's leading zeros say nothing."""
    if pointer == "/number/number" and gold is not None and found is not None:
        return str(gold).lstrip("0") == str(found).lstrip("0")
    return same(gold, found)


def _scalars(gold: dict[str, Any], record: dict[str, Any], pointers: Sequence[str]) -> tuple[Counts, list[str]]:
    right = has = found = 0
    wrong = []
    for pointer in pointers:
        truth, value = at(gold, pointer), at(record, pointer)
        has += truth is not None
        found += value is not None
        if truth is not None and scalar_right(pointer, truth, value):
            right += 1
        elif truth is not None or value is not None:
            wrong.append(f"{pointer}: {value!r} for {truth!r}")
    return Counts(right, has, found), wrong


# --- lists --------------------------------------------------------------------------------------------------
# Each function says how well a gold entry and a found one match: 0 not at all, else 0 to 1.


def _citation(gold: dict[str, Any], found: dict[str, Any]) -> float:
    if not same(gold["type"], found["type"]) or gold["date"] != found["date"]:
        return 0.0
    if not same(gold["number"], found["number"]):
        return 0.0
    issuer, subject = alike(gold["issuer"], found["issuer"]), alike(gold["subject"], found["subject"])
    return subject if issuer >= NAME_LIKENESS and subject >= CUT_LIKENESS else 0.0


def _same_unit(one: str | None, other: str | None) -> bool:
    """Equal, or one goes on where the other ends: no rule says how much of "26 hộ nghèo" is the unit."""
    if one is None or other is None:
        return one is other
    first, second = key(one).split(), key(other).split()
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _target(gold: dict[str, Any], found: dict[str, Any]) -> float:
    if any(gold[name] != found[name] for name in ("comparator", "value", "value_to")):
        return 0.0
    if not _same_unit(gold["unit"], found["unit"]):
        return 0.0
    likeness = max(inside(gold["text"], found["text"]), inside(gold["indicator"], found["indicator"]))
    # Among several of one value ("100 %" thrice) the label and the whole text decide which is which.
    tie = 0.5 * alike(gold["text"], found["text"]) + 0.5 * same(gold["label"], found["label"])
    return likeness * (0.9 + 0.1 * tie) if likeness >= CUT_LIKENESS else 0.0


def _period(gold: dict[str, Any], found: dict[str, Any]) -> float:
    if gold["start"] != found["start"] or gold["end"] != found["end"]:
        return 0.0
    likeness = inside(gold["name"], found["name"])
    return likeness if likeness >= CUT_LIKENESS else 0.0


def _deadline(gold: dict[str, Any], found: dict[str, Any]) -> float:
    if gold["date"] != found["date"]:
        return 0.0
    likeness = inside(gold["action"], found["action"])
    return likeness if likeness >= CUT_LIKENESS else 0.0


def _assignment(gold: dict[str, Any], found: dict[str, Any]) -> float:
    actor, task = alike(gold["actor"], found["actor"]), inside(gold["task"], found["task"])
    return actor * task if actor >= NAME_LIKENESS and task >= CUT_LIKENESS else 0.0


def _recipient(gold: dict[str, Any], found: dict[str, Any]) -> float:
    name = alike(gold["name"], found["name"])
    return name if name >= NAME_LIKENESS and same(gold["note"], found["note"]) else 0.0


MATCHES: dict[str, Callable[[dict[str, Any], dict[str, Any]], float]] = {
    "legal_basis": _citation,
    "targets": _target,
    "periods": _period,
    "deadlines": _deadline,
    "assignments": _assignment,
    "recipients": _recipient,
}


def pair(
    gold: Sequence[dict[str, Any]],
    found: Sequence[dict[str, Any]],
    match: Callable[[dict[str, Any], dict[str, Any]], float],
) -> tuple[tuple[int, int], ...]:
    """One-to-one pairs of indexes, the best matches first, earlier ones before later among equals."""
    scored = [(match(g, f), -i, -j) for i, g in enumerate(gold) for j, f in enumerate(found)]
    pairs, left, right = [], set(range(len(gold))), set(range(len(found)))
    for score, i, j in sorted(scored, reverse=True):
        if score > 0 and -i in left and -j in right:
            pairs.append((-i, -j))
            left.discard(-i)
            right.discard(-j)
    return tuple(sorted(pairs))


# --- sections -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the outline in document order: a node (its heading as text), or one of its paragraphs.

    `under` is the label of the node above ("" for a root or a node without label). A node must stand under the same
    label to match, a paragraph in a node of the same label: so a branch hung in the wrong place costs its own node
    and not everything below it.
    """

    under: str
    label: str
    paragraph: bool
    text: str
    kind: str | None


def items(sections: Sequence[dict[str, Any]], under: str = "") -> Iterator[Item]:
    """The outline as one row of nodes and paragraphs. An unheaded, unlabelled node is no item, its paragraphs are."""
    for node in sections:
        label = key(node["label"] or "")
        if node["label"] is not None or node["heading"] is not None:
            yield Item(under, label, False, key(node["heading"] or ""), node["kind"])
        for paragraph in node["paragraphs"]:
            yield Item("", label, True, key(paragraph), None)
        yield from items(node["children"], label)


def _same_item(gold: Item, found: Item) -> bool:
    if (gold.under, gold.label, gold.paragraph) != (found.under, found.label, found.paragraph):
        return False
    return gold.text == found.text or float(fuzz.ratio(gold.text, found.text)) / 100 >= TEXT_LIKENESS


def align(gold: Sequence[Item], found: Sequence[Item]) -> list[tuple[int, int]]:
    """The longest row of matching items in the order of both (a longest common subsequence)."""
    like = [[_same_item(g, f) for f in found] for g in gold]
    best = [[0] * (len(found) + 1) for _ in range(len(gold) + 1)]
    for i in range(len(gold) - 1, -1, -1):
        for j in range(len(found) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + like[i][j])
    pairs, i, j = [], 0, 0
    while i < len(gold) and j < len(found):
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + 1:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _sections(gold: dict[str, Any], record: dict[str, Any]) -> tuple[Counts, Counts, list[str]]:
    truth, found = list(items(gold["sections"])), list(items(record["sections"]))
    pairs = align(truth, found)
    nodes = [(i, j) for i, j in pairs if not truth[i].paragraph]
    kinds = Counts(sum(truth[i].kind == found[j].kind for i, j in nodes), len(nodes), len(nodes))
    got, used = {i for i, _ in pairs}, {j for _, j in pairs}
    wrong = [f"sections: missed {_short(item)}" for i, item in enumerate(truth) if i not in got]
    wrong += [f"sections: extra {_short(item)}" for j, item in enumerate(found) if j not in used]
    return Counts(len(pairs), len(truth), len(found)), kinds, wrong


def _short(item: Item) -> str:
    if item.paragraph:
        return f"paragraph of {item.label or '-'}: {item.text[:60]!r}"
    return f"node {item.label or '-'} under {item.under or '-'}: {item.text[:60]!r}"


# --- all ----------------------------------------------------------------------------------------------------


def compare(gold: dict[str, Any], record: dict[str, Any] | None) -> Agreement:
    """A record against its gold; None (nothing came out) misses everything."""
    record = record or {"sections": [], **{name: [] for name in LISTS}}
    groups: dict[str, Counts] = {}
    wrong: list[str] = []
    for name, pointers in (("scalars", SCALARS), ("signature", SIGNATURE)):
        groups[name], faults = _scalars(gold, record, pointers)
        wrong += faults
    groups["sections"], kinds, faults = _sections(gold, record)
    wrong += faults
    pairs: dict[str, tuple[tuple[int, int], ...]] = {}
    for name, match in MATCHES.items():
        pairs[name] = pair(gold[name], record[name], match)
        groups[name] = Counts(len(pairs[name]), len(gold[name]), len(record[name]))
        wrong += _unmatched(name, gold[name], record[name], pairs[name])
    return Agreement(groups, pairs, kinds, _warnings(gold, record), tuple(wrong))


def _unmatched(
    name: str, gold: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]], pairs: Sequence[tuple[int, int]]
) -> Iterator[str]:
    got, used = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, entry in enumerate(gold):
        if i not in got:
            yield f"/{name}: missed {list(entry.values())}"
    for j, entry in enumerate(found):
        if j not in used:
            yield f"/{name}: extra {list(entry.values())}"


def _warnings(gold: dict[str, Any], record: dict[str, Any]) -> Counts:
    truth = sorted(one["code"] for one in gold.get("warnings", ()) if one["code"] in PAPER_WARNINGS)
    found = sorted(one["code"] for one in record.get("warnings", ()) if one["code"] in PAPER_WARNINGS)
    right = sum(min(truth.count(code), found.count(code)) for code in PAPER_WARNINGS)
    return Counts(right, len(truth), len(found))
