"""Processor time of parsing: restored documents of ten pages to plan records, warm, in milliseconds a document.

    python -m bench.parse [--rounds 15]

Ten pages are put together of the samples' true words: head and foot of one sample, the bodies of all of the set `dev`
between them, so that numbering begins anew and tables come as they do in annexes. Once with the place of every word, as
recognised pages have it, once as a text. Every document is another (the bodies are turned round), and what the parser
remembers of the one before is of no use to it. The least of the rounds counts: processor time grows when others work.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.document import Block, Box, Document, Line, Page, Word, union
from pipeline.structure import record, tables

GOLD = Path(__file__).resolve().parent.parent / "samples" / "gold"
PAGES = 10
LINES = 36  # of a page of text
TOP, STEP = 60.0, 19.0  # points: the first line of a page, and from line to line


def _lines(name: str) -> list[dict[str, Any]]:
    pages = json.loads((GOLD / name / "words.json").read_text("utf-8"))["pages"]
    return [line for page in pages for line in page["lines"] if line["area"] != "page_number"]


def _moved(line: dict[str, Any], down: float, boxes: bool) -> Line:
    """The line further down its page, with or without its places."""
    if not boxes:
        return Line(tuple(Word(word[0], word[0]) for word in line["words"]))
    words = tuple(
        Word(text, text, Box(left, top + down, right, bottom + down))
        for text, left, top, right, bottom in line["words"]
    )
    return Line(words, union([word.box for word in words]))


def document(names: list[str], turn: int, boxes: bool) -> Document:
    """Ten pages: the head and foot of a sample, and bodies from the `turn`-th sample on."""
    turned = [*names[turn:], *names[:turn]]
    own = _lines(turned[0])
    head = [line for line in own if line["area"].startswith(("head", "title"))]
    foot = [line for line in own if line["area"].startswith("foot")]
    bodies = [line for name in turned for line in _lines(name) if line["area"] == "body"]
    pages = []
    taken = 0
    for number in range(1, PAGES + 1):
        opening = [_moved(line, 0.0, boxes) for line in head] if number == 1 else []
        closing = foot if number == PAGES else []
        room = LINES - len(opening) - len(closing)
        below = 230.0 if opening else TOP
        lines = [*opening]
        for at in range(room):
            line = bodies[(taken + at) % len(bodies)]
            lines.append(_moved(line, below + STEP * at - line["words"][0][2], boxes))
        taken += room
        end = below + STEP * (room + 1)
        lines += [_moved(line, end - closing[0]["words"][0][2], boxes) for line in closing]
        pages.append(Page(number, 595.0, 842.0, blocks=(Block(tuple(lines)),), origin="ocr"))
    return Document(f"{turn}.pdf", f"{turn:064d}", "application/pdf", tuple(pages))


def _rounds(names: list[str], boxes: bool, rounds: int) -> Iterator[float]:
    for number in range(rounds + 1):
        if number == 1:  # the first has read the dictionaries; a worker keeps them out of the way of collections too
            gc.collect()
            gc.freeze()
        paper = document(names, number % len(names), boxes)
        begun = time.process_time()
        record.read_record(tables.tables(paper))
        if number:
            yield time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    index = json.loads((GOLD / "index.json").read_text("utf-8"))
    names = sorted({entry["gold"] for entry in index.values() if entry["set"] == "dev"})
    for label, boxes in (("with places, as from a scan", True), ("as a text", False)):
        spent = sorted(_rounds(names, boxes, asked.rounds))
        words = sum(1 for word in document(names, 0, boxes).words())
        middle = spent[len(spent) // 2]
        print(f"{PAGES} pages, {words} words, {label}: {spent[0] * 1000:.0f} ms, the middle one {middle * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
