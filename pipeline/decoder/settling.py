"""Settle a figure by choosing among what was read: the only way a locked word may ever change.

Two looks at "11" may read "I1" and "11". No rule could make a digit of the I; another reader that saw "11" and is
plainly surer can be believed. What wins stands in one of the readings, letter for letter; where readings differ the
confidence falls and the others are listed.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.decoder import tokens
from pipeline.document import Alternative, Reading

# How much surer another reading must be. Not measured: the first is the margin by which the second look is believed
# at once, the second is for a first reading that mixes letters and digits, which no figure does.
SURER = 0.2
SURER_THAN_MIXED = 0.1
LOCKED = frozenset({"number", "symbol", "label"})
_EDGES = "\"'“”‘’«».,;:!?…)>]([<{-–—*•+=_|~^`/\\ "
# Letters that readers print for digits, and no others: "lO" may be 10, "là" may not be 13.
_LIKE_FIGURE = re.compile(r"[\d\W_IlioOSsBZzgqbGT]+")
_MIXED = re.compile(r"(?=\d*[IlO])[\dIlO]+")  # though "I1" may be a code


@dataclass(frozen=True, slots=True)
class Settled:
    """What a figure is held for: one of its readings, the probability, and what else was read."""

    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]


def settle(raw: str, recognised: float, readings: Sequence[Reading], first: bool = False) -> Settled | None:
    """Choose among the readings of a figure; None for a word that is none, or where all readings agree.

    `first` tells that the word opens its line, where labels stand. The confidence is the share of the winner among
    the readers' own confidences, one for each different text.

    >>> settle("I1", 0.55, (Reading("second", "11", 0.9),))
    Settled(text='11', confidence=0.6207, alternatives=(Alternative(text='I1', confidence=0.3793),))
    """
    heard: dict[str, float] = {}
    for text, confidence in ((raw, recognised), *((reading.text.strip(), reading.confidence) for reading in readings)):
        same = next((known for known in heard if _core(known) == _core(text)), text)
        heard[same] = max(heard.get(same, 0.0), min(max(confidence, 0.01), 1.0))
    if len(heard) < 2 or not any(_is_figure(text, first) for text in heard):
        return None
    mixed = not _is_figure(raw, first) or _MIXED.fullmatch(raw) is not None
    if mixed and not _LIKE_FIGURE.fullmatch(raw):
        return None  # a word that another look took for a figure stays a word
    rivals = [(confidence, text) for text, confidence in heard.items() if _is_figure(text, first) and text != raw]
    best, own = max(rivals, default=(0.0, raw)), heard[raw]
    if best[0] >= own + (SURER_THAN_MIXED if mixed else SURER) and " " not in best[1]:
        text, confidence = best[1], best[0]
    elif mixed:
        return None
    else:
        text, confidence = raw, own
    total = sum(heard.values())
    others = sorted(((value, other) for other, value in heard.items() if other != text), reverse=True)
    return Settled(
        text, round(min(confidence, confidence / total), 4),
        tuple(Alternative(other, round(value / total, 4)) for value, other in others),
    )


def _core(text: str) -> str:
    return text.strip(_EDGES) or text


def _is_figure(text: str, first: bool) -> bool:
    """Whether a text is digits, a symbol or a label, with nothing to decode in it."""
    told = {piece.kind for piece in tokens.cut(text, first)} - {"punctuation"}
    return bool(told) and told <= LOCKED
