"""Find marks of secrecy (độ mật: MẬT, TỐI MẬT, TUYỆT MẬT), so that such a document stops at the desk.

The trouble: the mark is a small red stamp under the left half of the letterhead, often read as "MAT" or as
part of the line beside it, while the words "bí mật", "bảo mật", "mật độ" stand in harmless plans. The
evidence, in order of trust: a line or stamp that holds nothing but a mark; a mark that stands apart from its
neighbours at the head of a page; a line "Độ mật: ...". A false alarm costs a person one click, a mark passed
over costs a secret, so doubt decides for holding.

What this module never does: it decides nothing for good. A document is held until a person releases it,
and `held` says by which mark, on which page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from pipeline import corrections
from pipeline.corrections import Correction
from pipeline.document import Block, Box, Document, Line, Page, Word
from pipeline.knowledge.vietnamese import compose, search_key

Degree = Literal["MẬT", "TỐI MẬT", "TUYỆT MẬT"]

# By key without marks: what recognisers leave of the stamp's thin red letters are its base letters.
_DEGREES: dict[str, Degree] = {"mat": "MẬT", "toi mat": "TỐI MẬT", "tuyet mat": "TUYỆT MẬT"}
# Words that, beside MẬT in capitals, make another thing of it: "BẢO VỆ BÍ MẬT", "MẬT ĐỘ", "GIẢI MẬT".
_BEFORE = frozenset(["bi", "bao", "can", "giai", "than", "tuan"])
_AFTER = frozenset(["do", "ma", "khau", "ong", "thiet", "vu", "truc", "nghi", "danh"])
_LABEL = re.compile(r"\bdo mat\s*[:.]?\s*(toi mat|tuyet mat|mat)\b")
# What every mark has before its marks are stripped, by which most lines are passed over: stripping takes the time.
_MAYBE = re.compile("[mM].{1,4}?[tT]", re.DOTALL)
SHORT = 30  # characters of a line that may be a mark of two words with one letter read wrongly, signs about it
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
HEAD_SHARE = 0.4  # of the page height: letterhead, number, stamps; the title follows below it in every layout
HEAD_LINES = 12  # the same for pages of text files, which have no heights
APART = 1.2  # gap to the neighbouring word, in heights of the word; a word space is 0.25 to 0.4


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of secrecy: its degree, its page from 1, and its place where the page has places."""

    degree: Degree
    page: int
    box: Box | None
    raw: str


def find_marks(document: Document) -> tuple[Mark, ...]:
    """Every mark of secrecy in the recognised text, in order of pages; empty for an open document."""
    return tuple(mark for page in document.pages for mark in _marks_of(page))


def held(document: Document, log: Sequence[Correction]) -> Mark | None:
    """The mark that holds the document at the desk; None for an open or a released one.

    A person may hold a document that carries no mark the machine could read, and release one again.
    """
    said = corrections.state(log)
    if "held" in said and ("released" not in said or _later(log, said["held"], said["released"])):
        return Mark("MẬT", said["held"].page or 1, None, said["held"].note)
    if "released" in said:
        return None
    return gravest(find_marks(document))


def gravest(marks: Sequence[Mark | None]) -> Mark | None:
    """The mark of the highest degree, the first of several; None where there is none."""
    order: list[Degree] = ["MẬT", "TỐI MẬT", "TUYỆT MẬT"]
    found = [mark for mark in marks if mark is not None]
    return max(found, key=lambda mark: order.index(mark.degree)) if found else None


def _later(log: Sequence[Correction], one: Correction, other: Correction) -> bool:
    places = {entry.id: index for index, entry in enumerate(log)}
    return places[one.id] > places[other.id]


def _marks_of(page: Page) -> list[Mark]:
    marks = []
    count = 0
    for block in page.blocks:
        for line in block.lines:
            count += 1
            mark = _mark_of(line, block, page, count)
            if mark is not None:
                marks.append(mark)
    return marks


def _mark_of(line: Line, block: Block, page: Page, count: int) -> Mark | None:
    texts = tuple(dict.fromkeys((line.text, line.raw)))
    if all(len(text) > SHORT and not _MAYBE.search(text) for text in texts):
        return None
    for text in texts:  # a repair must not hide what was read, nor the reverse
        key = _EDGES.sub("", search_key(text))
        degree = _DEGREES.get(re.sub(r"\s+", " ", key))
        if degree is not None and (_is_capital(text) or block.kind == "stamp_text"):
            return Mark(degree, page.number, line.box, line.raw)
        if degree is None and _is_capital(text) and _at_head(line, page, count):
            degree = _nearly(key)
            if degree is not None:
                return Mark(degree, page.number, line.box, line.raw)
        label = _LABEL.search(key)
        if label is not None and _at_head(line, page, count):
            return Mark(_DEGREES[label[1]], page.number, line.box, line.raw)
    if _at_head(line, page, count):
        return _mark_among(line, page)
    return None


def _nearly(key: str) -> Degree | None:
    """A mark of two words with one letter read wrongly; of "mat" alone one letter off would be too many words."""
    for whole, degree in _DEGREES.items():
        if " " in whole and Levenshtein.distance(whole, key, score_cutoff=1) <= 1:
            return degree
    return None


def _is_capital(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and all(letter.isupper() for letter in letters)


def _at_head(line: Line, page: Page, count: int) -> bool:
    if line.box is None:
        return count <= HEAD_LINES
    return line.box.top < HEAD_SHARE * page.height


def _mark_among(line: Line, page: Page) -> Mark | None:
    """A mark in capitals within a line of the letterhead that no neighbour belongs to."""
    words = [word for word in line.words if word.text or word.raw]
    if not any(_MAYBE.search(word.text or word.raw) for word in words):
        return None
    keys = [_EDGES.sub("", search_key(word.text or word.raw)) for word in words]
    for index, word in enumerate(words):
        text = compose(_EDGES.sub("", word.text or word.raw))
        if keys[index] != "mat" or not _is_capital(text):
            continue
        degree = _DEGREES.get(f"{keys[index - 1]} mat") if index else None
        first = index - 1 if degree else index
        before = keys[first - 1] if first else ""
        after = keys[index + 1] if index + 1 < len(keys) else ""
        if before in _BEFORE or after in _AFTER:
            continue
        if degree is None and not (_stands_apart(words, first, index) and text == "MẬT"):
            continue
        box = words[first].box
        whole = box.union(word.box) if box is not None and word.box is not None else box
        return Mark(degree or "MẬT", page.number, whole, word.raw)
    return None


def _stands_apart(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a clear gap parts the words from both neighbours, as a stamp beside the letterhead has it."""
    own = words[first].box
    if own is None:
        return False
    left = words[first - 1].box if first else None
    right = words[last + 1].box if last + 1 < len(words) else None
    gap = APART * own.height
    return (left is None or own.left - left.right > gap) and (right is None or right.left - own.right > gap)
