"""Type of a line: its size, and whether its words are bold, told by their ink.

The trouble: a recogniser names no sizes, and its boxes are as high as the letters that a word happens to have. Size is
what the ink of a word would have with all its parts; weight is how wide its strokes are against the usual ones of the
page.
"""

from __future__ import annotations

import statistics
import unicodedata

import numpy as np

from pipeline.imaging.recognisers import Image, SeenWord

# Parts of the em in Times and its kin: x-height, capital and ascender height, descender, a mark on a small letter,
# a second mark on that, and what a mark adds to a capital.
_X, _CAPITAL, _DESCENDER, _MARK, _SECOND_MARK, _CAPITAL_MARK = 0.45, 0.67, 0.21, 0.23, 0.12, 0.20
# A word whose strokes are this much wider than the usual ones of its page, for its size, is bold; so is every word of
# a line whose words are usually this wide. Bold faces have 1.4 to 1.7.
_BOLD_LINE, _BOLD_WORD = 1.24, 1.4
_WIDER_CAPITALS = 0.12  # capitals have more upright strokes than small letters


def _height_in_ems(text: str) -> float:
    """How high the ink of a word stands, in parts of its type size; 0 for one without letters or figures."""
    above = below = 0.0
    for char in text:
        apart = unicodedata.normalize("NFD", char)
        base, marks = apart[0], [mark for mark in apart[1:] if mark != "\u0323" and mark != "\u031b"]
        if not base.isalnum():
            continue
        tall = base.isupper() or base.isdigit() or base in "bdfhkltđ"
        top = _CAPITAL if tall else _X
        if marks:
            top += _CAPITAL_MARK if tall else _MARK
            top += _SECOND_MARK * (len(marks) - 1)
        above = max(above, top)
        below = max(below, _DESCENDER if base in "gpqy" or "\u0323" in apart else 0.0)
    return above + below if above else 0.0


def type_size(words: tuple[SeenWord, ...], points: float) -> float | None:
    """Type size of a line in points; `points` is how many a pixel has. None for a line with too few letters."""
    sizes = [
        (word.bottom - word.top) * points / height
        for word in words if len(word.text) > 1 and (height := _height_in_ems(word.text)) > 0
    ]
    return round(statistics.median(sizes), 1) if len(sizes) >= 2 else None


def _stroke_widths(seen: tuple[SeenWord, ...], copy: Image) -> list[float]:
    """Usual width of the strokes of each word in parts of its size; 0 where it cannot be told."""
    widths = []
    for word in seen:
        height = _height_in_ems(word.text)
        inked = copy[max(0, word.top) : word.bottom, max(0, word.left) : word.right] < 140
        starts = np.count_nonzero(inked[:, 1:] & ~inked[:, :-1]) if inked.size else 0
        if height <= 0 or starts < 10 or word.bottom <= word.top:
            widths.append(0.0)
            continue
        widths.append(float(np.count_nonzero(inked)) / starts / ((word.bottom - word.top) / height))
    return widths


def stroke_weights(seen: tuple[SeenWord, ...], copy: Image) -> dict[int, float]:
    """By `id` of a word: its stroke width against the usual one of the page. Empty where there is little to compare."""
    widths = _stroke_widths(seen, copy)
    known = [width for width in widths if width > 0]
    if len(known) < 40:
        return {}
    usual = statistics.median(known)
    return {id(word): width / usual for word, width in zip(seen, widths, strict=True) if width > 0}


def bold(words: tuple[SeenWord, ...], weights: dict[int, float]) -> list[bool | None]:
    """Whether each word of a line is bold; what the source said of it where strokes were not measured."""
    # float: numpy's own numbers would make numpy's own booleans, which JSON does not know.
    shares = [None if (share := weights.get(id(word))) is None else float(share) for word in words]
    known = [share for share in shares if share is not None]
    if not known:
        return [word.bold for word in words]
    capitals = sum(word.text.isupper() for word in words) > len(words) / 2
    line = statistics.median(known) > _BOLD_LINE + (_WIDER_CAPITALS if capitals else 0.0)
    return [
        word.bold if share is None else line or share > _BOLD_WORD + (_WIDER_CAPITALS if word.text.isupper() else 0.0)
        for word, share in zip(words, shares, strict=True)
    ]
