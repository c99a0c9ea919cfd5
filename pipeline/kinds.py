"""Types of documents by the rules, and kinds of sections by their headings.

The trouble: "KẾ HOẠCH" comes back as "KE HOACH" or "KẾ HOẠCH Phát động phong trào ..." on one line;
"IV. TÔ CHỨC THỰC HIỆN" has lost a mark; a heading names two kinds ("NỘI DUNG VÀ GIẢI PHÁP").

What it never does: read a type out of running text in small letters; a heading without a telling word has
no kind of its own.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import get_args

from rapidfuzz import fuzz, process

from pipeline.fuzzy import folded
from pipeline.lexicon import load_table
from pipeline.plan import SectionKind

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
    best: TypeLine | None = None
    for key, count, code, name in _keys():
        head = " ".join(words[:count])
        if len(words) < count or not _in_capitals(head):
            continue
        score = fuzz.ratio(folded(head), key) / 100
        if score >= TYPE_LIKENESS and (best is None or score > best.score):
            best = TypeLine(code, name, count, score)
    if best is not None and len(words) > best.words:
        rest = words[best.words]
        # "BÁO CÁO VIÊN", "CHƯƠNG TRÌNH MỤC TIÊU ..." are no types; a title begins in small letters after its capital,
        # or is all in capitals, then with a verb of its own.
        if rest[:1].islower() and best.code != "KH":
            return None
    return best


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


# --- kinds of sections -----------------------------------------------------------------------------------

CANONICAL_LIKENESS = 88.0  # percent; "NOI DUNG THI bUA" 97, "MUC PiCH, YEU CAU" 93; unrelated headings below 75
LONGEST_CANONICAL = 60  # characters
# A telling word tells where it stands near the head of a heading; "Nâng cao nhận thức về mục đích ..." is a task.
TELLING_WORDS = 4
SHORT_HEADING = 7  # words; in a heading this short it may stand anywhere


@cache
def _canonical() -> tuple[tuple[str, SectionKind | None], ...]:
    return tuple((folded(heading), _kind(kind)) for heading, kind in load_table("headings"))


@cache
def _telling() -> tuple[tuple[str, SectionKind | None, bool], ...]:
    """(key, kind, whether it must open the heading), in the order in which they are asked."""
    return tuple((folded(words), _kind(kind), place == "start") for words, kind, place in load_table("heading_words"))


def _kind(name: str) -> SectionKind | None:
    return name if name in get_args(SectionKind) else None  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def kind_of_heading(heading: str) -> SectionKind | None:
    """The kind that a heading's own words tell, None where none does.

    A canonical heading however damaged tells first, then telling words near the start.

    >>> kind_of_heading("NHIỆM VỤ, GIẢI PHÁP")
    'tasks'
    """
    key = folded(heading)
    if not key:
        return None
    if len(key) <= LONGEST_CANONICAL:
        found = process.extractOne(key, [name for name, _ in _canonical()], scorer=fuzz.ratio, score_cutoff=CANONICAL_LIKENESS)
        if found is not None:
            return _canonical()[found[2]][1]
    spaced = f" {key} "
    short = len(key.split()) <= SHORT_HEADING
    best: tuple[int, SectionKind | None] | None = None
    for words, kind, at_start in _telling():
        at = spaced.find(f" {words}")
        if at < 0 or not spaced[at + 1 + len(words)] in " ,;:.-&":
            continue
        before = len(spaced[:at].split())
        if before and (at_start and not (short and before <= 2) or (before >= TELLING_WORDS and not short)):
            continue
        if not before:
            return kind
        if best is None or before < best[0]:
            best = (before, kind)
    return best[1] if best is not None else None
