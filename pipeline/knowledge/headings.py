"""Headings of plans -> the kind of section they open ("II. NOI DUNG TRlEN KHAl" is content).

The trouble: a heading comes in capitals or not, without marks, cut, and with words added ("NỘI DUNG,
GIẢI PHÁP THỰC HIỆN NĂM 2024"). The evidence, in order of trust: the list of canonical headings
(`headings`), telling words at the start or anywhere (`heading_words`).

What it never does: change a heading, or give a kind where nothing tells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import cast

from rapidfuzz import fuzz, process

from pipeline.knowledge.fuzzy import folded, plain
from pipeline.knowledge.lexicon import load_table
from pipeline.plan import SectionKind

NEAR = (
    0.88  # likeness of a heading and its canonical form; "TO CHUC THUC HlEN" has 1.0, "TQ CHUC THVC HIEN" 0.88
)


@dataclass(frozen=True, slots=True)
class HeadingMatch:
    """`canonical` is the listed heading or the telling words found; `kind` None for a heading that no kind
    fits; `score` from 0 to 1."""

    canonical: str
    kind: SectionKind | None
    score: float


@cache
def _canonical() -> tuple[tuple[str, ...], tuple[str, ...], tuple[SectionKind | None, ...]]:
    rows = load_table("headings")
    kinds = tuple(None if row[1] == "-" else cast(SectionKind, row[1]) for row in rows)
    return tuple(row[0] for row in rows), tuple(_key(row[0]) for row in rows), kinds


@cache
def _words() -> tuple[tuple[str, str, SectionKind, bool], ...]:
    return tuple(
        (row[0], _key(row[0]), cast(SectionKind, row[1]), row[2] == "start")
        for row in load_table("heading_words")
    )


_TAIL = re.compile(
    r"\s*(?:nam|giai d[o0]an|den nam)\s+(?:19|20)\d\d.*\Z"
)  # "... NĂM 2024", "giai đoạn 2021-2025"
_SIGNS = re.compile(r"[,;:\-–()\"]+")


def _key(heading: str) -> str:
    short = _TAIL.sub("", plain(heading))
    return " ".join(_SIGNS.sub(" ", folded(short)).split())


@lru_cache(maxsize=4096)
def match_heading(heading: str) -> HeadingMatch | None:
    """The canonical heading or telling words nearest to a heading given without its label; None where nothing is near.

    >>> match_heading("NOI DUNG TRlEN KHAl").kind
    'content'
    >>> match_heading("TỔ CHỨC THỰC HIỆN NĂM 2024").kind
    'organisation'
    """
    key = _key(heading)
    if len(key) < 4 or len(key) > 200:
        return None
    names, keys, kinds = _canonical()
    found = process.extract(key, keys, scorer=fuzz.ratio, limit=12, score_cutoff=100 * NEAR)
    if found:
        _, score, index = found[0]
        other = next((s for _, s, i in found if kinds[i] != kinds[index]), 0.0)
        if score - other >= 2.0 or score > 99.0:
            return HeadingMatch(names[index], kinds[index], score / 100.0)
    for words, word_key, kind, at_start in _words():
        if (
            key.startswith(word_key + " ")
            or key == word_key
            or (not at_start and f" {word_key} " in f" {key} ")
        ):
            return HeadingMatch(words, kind, 0.8)
    # damaged telling words at the start: compare as many letters as they have
    best: HeadingMatch | None = None
    for words, word_key, kind, _ in _words():
        if len(word_key) < 8:
            continue
        score = fuzz.ratio(key[: len(word_key) + 1], word_key) / 100.0
        if score >= NEAR and (best is None or score * 0.8 > best.score):
            best = HeadingMatch(words, kind, score * 0.8)
    if best is not None:
        return best
    if found:
        _, score, index = found[0]
        return HeadingMatch(names[index], kinds[index], score / 100.0)
    return None


def heading_kind(heading: str) -> SectionKind | None:
    """Kind of the section that a heading opens, None where no word tells it."""
    match = match_heading(heading)
    return match.kind if match else None


CANONICAL = 0.97  # likeness to a canonical heading: nothing but its words


def is_canonical(heading: str) -> bool:
    """Whether a line is a heading that offices use, word for word."""
    match = match_heading(heading)
    return match is not None and match.kind is not None and match.score >= CANONICAL
