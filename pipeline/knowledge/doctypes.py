"""Types of documents: the line "KẾ HOẠCH" to its code and name.

The trouble: it comes back as "KE HOACH", with letters apart, or with the title on the same line.

What it never does: read a type out of running text in small letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz

from pipeline.knowledge.fuzzy import folded
from pipeline.knowledge.lexicon import load_table

LETTER = "Công văn"  # no code in annex III
# Table document_types: rows of laws and copies open no plan's title line.
_TITLED = ("state", "party", "both", "law")


@cache
def types() -> tuple[tuple[str | None, str], ...]:
    """(code, name) of the types of Nghị định 30/2020/NĐ-CP, annex III, the Party's and the normative ones."""
    rows = [(code or None, name) for code, name, family, _ in load_table("document_types") if family in _TITLED]
    return tuple(row for row in rows if row[1] not in (LETTER, "Thư công", "Bản đồ", "Khác"))


@cache
def _keys() -> tuple[tuple[str, int, str | None, str], ...]:
    return tuple((folded(name), len(name.split()), code, name) for code, name in types())


_SIGNS = re.compile(r"[^\w\s-]")  # what a worn letter is read as: "KẾ HOẠC¿1"
TYPE_LIKENESS = 0.84  # "KE HOACII", "KÉ HOẠCII" 0.87-0.9; "KẾT LUẬN" against "KẾ HOẠCH" 0.5


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A line that gives the document's type. `words` is how many words the name takes, `score` 0 to 1."""

    code: str | None
    name: str
    words: int
    score: float


def type_of_line(text: str) -> TypeLine | None:
    """The type that a line in capitals names, alone or before a title; None where it names none.

    >>> type_of_line("KẾ HOẠCH Phát động thi đua").code
    'KH'
    """
    words = text.split()
    specks = 0  # "_ KẾ HOẠCH": a rule above the type read as a sign
    while words and not any(letter.isalnum() for letter in words[0]):
        words, specks = words[1:], specks + 1
    if len(words) > 1 and len(words[0]) == 1 and words[0].isalpha() and words[1].isupper():
        whole = type_of_line(" ".join([words[0] + words[1], *words[2:]]))  # "K Ế HOẠCH"
        if whole is not None:
            return replace(whole, words=whole.words + 1 + specks)
    best: TypeLine | None = None
    heads: dict[int, str | None] = {}  # by how many words: many types have names of two
    for key, count, code, name in _keys():
        if len(words) < count:
            continue
        if count not in heads:
            head = " ".join(words[:count])
            heads[count] = folded(_SIGNS.sub("", head)) if _in_capitals(head) else None
        folded_head = heads[count]
        if folded_head is None:
            continue
        score = fuzz.ratio(folded_head, key) / 100
        if score >= TYPE_LIKENESS and (best is None or score > best.score):
            best = TypeLine(code, name, count, score)
    if best is not None and len(words) > best.words:
        rest = words[best.words]
        # "BÁO CÁO VIÊN", "CHƯƠNG TRÌNH MỤC TIÊU ..." are no types; a title begins in small letters after its capital,
        # or is all in capitals, then with a verb of its own.
        if rest[:1].islower() and best.code != "KH":
            return None
        other = type_of_line(" ".join(words[best.words + 1 :])) if rest in ("-", "–") else None
        if other is not None:  # "CHƯƠNG TRÌNH - KẾ HOẠCH" is a plan
            best = replace(other if other.code == "KH" else best, words=best.words + 1 + other.words)
    return replace(best, words=best.words + specks) if best is not None else None


def spaced_type(text: str) -> TypeLine | None:
    """The type in a line set with letters apart ("K Ế  H O Ạ C H")."""
    words = text.split()
    if len(words) < 5 or any(len(word) > 1 for word in words):
        return None
    packed = "".join(words)
    for code, name in types():
        if fuzz.ratio(folded(packed), folded(name.replace(" ", ""))) >= 100 * TYPE_LIKENESS:
            return TypeLine(code, name, len(words), 0.9)
    return None


def name_of_code(code: str | None) -> str | None:
    """ "KH" -> "Kế hoạch"; None for an unknown code."""
    return next((name for known, name in types() if known == code), None) if code else None


def type_of_name(text: str) -> TypeLine | None:
    """The type whose name opens a text in any case ("Kế hoạch phát động ...")."""
    key = folded(text)
    for folded_name, count, code, name in _keys():
        if key == folded_name or key.startswith(folded_name + " "):
            return TypeLine(code, name, count, 1.0)
    return None


def _in_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(letter.isupper() for letter in letters) >= 0.7 * len(letters)
