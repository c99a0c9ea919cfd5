"""Capitals that a recogniser made of small letters are taken back: "XỬ lý", "hồ Sơ", "định sỐ 136".

The capitals of c, k, o, p, s, u, v, x, z differ from the small letters in size alone, and a recogniser that judges a
letter by itself now and then takes one for the other: 6 in 1,000 words with s, k or x in pages of a Vietnamese model.
A capital inside a sentence is taken back where text hardly ever has it (`dictionaries/lower_case.tsv`), never where it
may be meant ("các Sở"). Only for words that were recognised; in a text that was typed a capital is the author's.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from pipeline.decoder.paragraphs import settings
from pipeline.decoder.pending import PendingWord, put, text_place
from pipeline.knowledge.lexicon import load_table

TWINS = frozenset("ckopsuvxz")
MENDED_CASE = 0.97  # 13 of 13 on pages held out; an estimate


@cache
def _lower() -> frozenset[tuple[str, ...]]:
    return frozenset(load_table("lower_case"))


def mend_case(row: Sequence[PendingWord]) -> None:
    """Give words of one recognised line that are capital against all usage their small letters back."""
    for (before, word), setting in zip(pairwise(row), settings(row)[1:], strict=True):
        if setting != "plain" or not _has_one_text(word) or not _has_one_text(before):
            continue
        now, ahead = _text(word), _text(before)
        opens = word.pieces[0].kind == "text"
        if now.islower() or not now.isalpha() or not ahead.islower() or not opens:
            continue
        follows = before.pieces[-1].kind == "text"
        small = now.lower()
        lower = _lower()
        if (follows and (ahead, small) in lower) or (not now.istitle() and _runs_on(before) and ("", small) in lower):
            put(word, text_place(word), small, MENDED_CASE)
            word.kind = "case" if word.kind == "kept" else word.kind


def _has_one_text(word: PendingWord) -> bool:
    return word.texts is not None and sum(piece.kind == "text" for piece in word.pieces) == 1


def _text(word: PendingWord) -> str:
    return (word.texts or [])[text_place(word)]


def _runs_on(before: PendingWord) -> bool:
    """Whether the sentence goes on behind the word: nothing, or a comma, stands there."""
    return before.pieces[-1].kind == "text" or before.text.endswith(",")
