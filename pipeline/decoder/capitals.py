"""Capitals inside a sentence: which words are written with one, and after what.

The trouble: an English model reads Ứ and ứ alike ("Ing"), and so Ủ and ủ. What tells them apart is usage: inside a
sentence "ứng" hardly ever has a capital, "Ủy" of Ủy ban nearly always. Evidence is how often text has each word with a
capital after a word in small letters, and after one with a capital, where names go on. A reading that is sure of its
letter outweighs it; the first word of a sentence, and lines of capitals, are told by their place alone.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import tokens
from pipeline.decoder.channel import LOWER, TITLE
from pipeline.decoder.pending import Slot

PLAIN = "plain"
AFTER_SMALL, AFTER_CAPITAL = "after small", "after capital"  # how a word is set: see `paragraphs.settings`
SETTINGS = {LOWER: AFTER_SMALL, TITLE: AFTER_CAPITAL}  # by the case of the word before
IN_SENTENCE = frozenset({PLAIN, *SETTINGS.values()})
# Nats for the two of SETTINGS, a row each for lower case and for a capital, a column for each word of the vocabulary.
Shifts = NDArray[np.float16]


def in_sentence(slots: Iterable[Slot | None]) -> list[Slot | None]:
    """The slots with those that stand plainly inside a sentence set by the word before them, as it was read."""
    made: list[Slot | None] = []
    before: int | None = None
    for slot in slots:
        if slot is None:
            made.append(None)
            before = None
            continue
        piece = slot.word.pieces[slot.place]
        if piece.kind == "punctuation":
            if tokens.ends_sentence(piece.text) or ":" in piece.text:
                before = None
            made.append(slot)
            continue
        if before is not None and piece.kind == "text" and slot.setting == PLAIN:
            slot = replace(slot, setting=SETTINGS[before])
        made.append(slot)
        before = plain_case(piece.text) if piece.kind == "text" else None
    return made


def plain_case(text: str) -> int | None:
    """LOWER or TITLE where a word is written wholly so."""
    return TITLE if text.istitle() else LOWER if text.islower() else None


def prior(
    base: Sequence[float], setting: str, cases: Sequence[int], shifts: Shifts | None, words: NDArray[np.intp]
) -> NDArray[np.float32]:
    """How likely each case pattern is for each of these words (case x word, or x 1 where all are alike): `base`, log-
    probabilities by case, and what usage adds to them."""
    rows = np.array([base[case] for case in cases], np.float32)[:, None]
    if shifts is not None and setting in SETTINGS.values():
        row = list(SETTINGS.values()).index(setting)
        rows = rows + np.stack([
            shifts[row, case, words].astype(np.float32) if case in SETTINGS else np.zeros(len(words), np.float32)
            for case in cases
        ])
    return np.exp(rows)
