"""The true words of a sample, where they stand, and the orders in which they may fairly be read.

A sample's `words.json` holds its pages with their printed lines: the area of the page (head_left, head_right,
title, body, table, foot_left, foot_right, page_number), the paragraph, the table row, and each word with its
box. A scan moves the points of the page; its `mesh` says where a lattice of them has gone, and a box is moved
by it. Boxes are PDF points, origin top left, of the page as displayed.

Two-column heads and feet and tables have no single right order in running text, so a text is measured against
the order that suits it best, and only the order: the words are the same in all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.document import Box
from pipeline.knowledge import vietnamese
from pipeline.scoring import accuracy

Mesh = Sequence[Sequence[Sequence[float]]]  # rows of nodes of (x, y), evenly spaced over the page

SAME_ROW = 6.0  # points between line middles that still read as one printed row; lines of a head are 14 or more apart

HEAD, FOOT = ("head_left", "head_right"), ("foot_left", "foot_right")


@dataclass(frozen=True, slots=True)
class TrueWord:
    """A printed word and its box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class TrueLine:
    """A printed line. `page` counts from 1."""

    area: str
    paragraph: int
    row: int
    page: int
    words: tuple[TrueWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def middle(self) -> float:
        """Height of its middle on the page, in points."""
        return sum(word.box.top + word.box.bottom for word in self.words) / (2 * len(self.words))

    @property
    def left(self) -> float:
        return self.words[0].box.left


@dataclass(frozen=True, slots=True)
class Place:
    """A box on a page."""

    page: int
    box: Box


# --- reading gold -------------------------------------------------------------------------------------------


def load_lines(path: Path) -> tuple[TrueLine, ...]:
    """Read `words.json`."""
    found = []
    for number, page in enumerate(json.loads(path.read_text("utf-8"))["pages"], start=1):
        for line in page["lines"]:
            words = tuple(TrueWord(word[0], Box(*word[1:])) for word in line["words"])
            found.append(TrueLine(line["area"], line["paragraph"], line.get("row", 0), number, words))
    return tuple(found)


def page_sizes(path: Path) -> tuple[tuple[float, float], ...]:
    """Width and height of each page of `words.json`, in points."""
    return tuple((page["width"], page["height"]) for page in json.loads(path.read_text("utf-8"))["pages"])


def moved(box: Box, mesh: Mesh, width: float, height: float) -> Box:
    """The upright box around where a box of a page of `width` x `height` has gone.

    >>> moved(Box(0, 0, 50, 50), [[(10, 10), (110, 10)], [(10, 110), (110, 110)]], 100, 100)
    Box(left=10.0, top=10.0, right=60.0, bottom=60.0)
    """
    points = [_moved_point(x, y, mesh, width, height) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _moved_point(x: float, y: float, mesh: Mesh, width: float, height: float) -> tuple[float, float]:
    across = min(max(x / width, 0.0), 1.0) * (len(mesh[0]) - 1)
    down = min(max(y / height, 0.0), 1.0) * (len(mesh) - 1)
    column, row = min(int(across), len(mesh[0]) - 2), min(int(down), len(mesh) - 2)
    u, v = across - column, down - row
    corners = (
        (mesh[row][column], (1 - u) * (1 - v)),
        (mesh[row][column + 1], u * (1 - v)),
        (mesh[row + 1][column], (1 - u) * v),
        (mesh[row + 1][column + 1], u * v),
    )
    return sum(node[0] * share for node, share in corners), sum(node[1] * share for node, share in corners)


# --- orders -------------------------------------------------------------------------------------------------


def _by_rows(lines: Sequence[TrueLine]) -> list[TrueLine]:
    """As one reads straight across the page, whatever column a line belongs to."""
    rows: list[list[TrueLine]] = []
    for line in sorted(lines, key=lambda one: (one.page, one.middle)):
        if rows and rows[-1][0].page == line.page and abs(rows[-1][0].middle - line.middle) < SAME_ROW:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda one: one.left)]


def _as_set(lines: Sequence[TrueLine]) -> list[TrueLine]:
    return list(lines)


def _left_first(lines: Sequence[TrueLine]) -> list[TrueLine]:
    return sorted(lines, key=lambda line: line.area.endswith("right"))


def _right_first(lines: Sequence[TrueLine]) -> list[TrueLine]:
    return sorted(lines, key=lambda line: not line.area.endswith("right"))


Order = Callable[[Sequence[TrueLine]], list[TrueLine]]
COLUMN_ORDERS: tuple[Order, ...] = (_left_first, _right_first, _by_rows, _as_set)
TABLE_ORDERS: tuple[Order, ...] = (_as_set, _by_rows)


def _part(line: TrueLine) -> str:
    if line.area in HEAD:
        return "head"
    return "foot" if line.area in FOOT else "table" if line.area == "table" else "body"


def ordered(lines: Sequence[TrueLine], orders: dict[str, Order]) -> str:
    """The text with each part in its order; the other parts as set."""
    pieces = []
    for (_, part), group in groupby(lines, key=lambda line: (line.page, _part(line))):
        pieces += [line.text for line in orders.get(part, _as_set)(list(group))]
    return "\n".join(pieces)


def _cost(lines: Sequence[TrueLine], orders: dict[str, Order], reading: str) -> int:
    return accuracy.distance(accuracy.normal(ordered(lines, orders)), reading)


def fairest_text(lines: Sequence[TrueLine], text: str) -> str:
    """The true text in the order of head, foot and tables that is nearest to the text."""
    reading = accuracy.normal(text)
    orders: dict[str, Order] = {}
    for part, choices in (("head", COLUMN_ORDERS), ("foot", COLUMN_ORDERS), ("table", TABLE_ORDERS)):
        if any(_part(line) == part for line in lines):
            costs = [_cost(lines, {**orders, part: order}, reading) for order in choices]
            orders[part] = choices[costs.index(min(costs))]
    return ordered(lines, orders)


# --- places -------------------------------------------------------------------------------------------------


class Places:
    """Finds where a printed text stands, as the places a reviewer would accept for it.

    For each occurrence two places count: its words, and the whole printed lines that hold them. Where an
    occurrence runs over lines the box is around all of it; where it runs over pages, the part on the first.
    """

    def __init__(self, lines: Sequence[TrueLine]) -> None:
        self.lines = lines
        self.words: list[tuple[TrueWord, int]] = []  # with the index of the line
        self.starts: list[int] = []
        text = ""
        for index, line in enumerate(lines):
            for word in line.words:
                self.starts.append(len(text))
                self.words.append((word, index))
                text += _key(word.text) + " "
        self.text = text

    def find(self, printed: str, areas: Sequence[str] = (), within: str | None = None) -> tuple[Place, ...]:
        """Every place of a printed text, in the given areas where it stands there at all.

        `within` limits the search to where a longer text stands.
        """
        spans = list(self._spans(_key(printed)))
        if within is not None:
            outer = list(self._spans(_key(within)))
            spans = [span for span in spans if any(low <= span[0] and span[1] <= high for low, high in outer)]
        inside = [span for span in spans if areas and self.lines[self.words[span[0]][1]].area in areas]
        return tuple(place for span in inside or spans for place in self._places(*span))

    def lines_with(self, areas: Sequence[str], *parts: str) -> tuple[Place, ...]:
        """The lines of some areas that hold one of the parts, each as a place."""
        return tuple(
            Place(line.page, _around(line.words))
            for line in self.lines
            if line.area in areas and any(_key(part) in _key(line.text) for part in parts)
        )

    def _spans(self, key: str) -> Iterator[tuple[int, int]]:
        """First and last word (inclusive) of each occurrence; numbers must stand free of other digits."""
        at = self.text.find(key) if key else -1
        while at >= 0:
            end = at + len(key)
            cut = (key[0].isdigit() and at > 0 and self.text[at - 1].isdigit()) or (
                key[-1].isdigit() and self.text[end : end + 1].isdigit()
            )
            if not cut:
                yield self._word_at(at), self._word_at(end - 1)
            at = self.text.find(key, at + 1)

    def _word_at(self, place: int) -> int:
        low, high = 0, len(self.starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.starts[middle] <= place:
                low = middle
            else:
                high = middle - 1
        return low

    def _places(self, first: int, last: int) -> Iterator[Place]:
        found = self.words[first : last + 1]
        page = self.lines[found[0][1]].page
        here = [(word, index) for word, index in found if self.lines[index].page == page]
        yield Place(page, _around([word for word, _ in here]))
        whole = [word for index in sorted({index for _, index in here}) for word in self.lines[index].words]
        yield Place(page, _around(whole))


def _key(text: str) -> str:
    return accuracy.normal(vietnamese.fold(text))


def _around(words: Sequence[TrueWord]) -> Box:
    whole = words[0].box
    for word in words[1:]:
        whole = whole.union(word.box)
    return whole


def index_of(gold: Path) -> dict[str, dict[str, Any]]:
    """`index.json` of a gold folder: by file name its gold, set, kind, form and meshes."""
    found: dict[str, dict[str, Any]] = json.loads((gold / "index.json").read_text("utf-8"))
    return found
