"""One name, one reading: what was read alike in several places of a document is decided together.

The trouble: "Phuong My" may be Phương Mỹ, Phượng Mỹ or Phường Mỹ, and each place has its own neighbours that pull.
What counts as one name are two words with capitals that were read the same letter for letter; each keeps the readings
that the decoder found possible, and the one that all places together make most probable stands in all of them. Words
that stand alone are left: "Tinh" is Tỉnh here and Tĩnh there.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from pipeline.decoder.pending import PendingWord
from pipeline.document import Alternative

LEAST = 1e-3  # probability of a reading that a place does not list
LISTED = 0.005  # probability from which on a reading is among a word's alternatives


def agree(rows: Iterable[Sequence[PendingWord]]) -> None:
    """Give names that occur more than once the reading that all their places together make most probable."""
    places: dict[tuple[str, str], list[tuple[PendingWord, PendingWord]]] = defaultdict(list)
    for row in rows:
        for left, right in pairwise(row):
            first, second = _core(left), _core(right)
            if first and second and left.raw.endswith(first) and right.raw.startswith(second):
                places[first, second].append((left, right))
    for pairs in places.values():
        if len(pairs) > 1:
            for words in zip(*pairs, strict=True):
                _settle(words)


def _core(word: PendingWord) -> str:
    """The only text of a word that is set like a name and was decoded as one word; nothing of any other."""
    told = [piece.text for piece in word.pieces if piece.kind != "punctuation"]
    if len(told) != 1 or not told[0].istitle() or word.texts is None or word.kind not in ("kept", "mark", "letter"):
        return ""
    return told[0] if [piece.text for piece in word.pieces if piece.kind == "text"] == told else ""


def text_place(word: PendingWord) -> int:
    """Which of the pieces of a word with one text is that text."""
    return next(number for number, piece in enumerate(word.pieces) if piece.kind == "text")


def readings(word: PendingWord) -> dict[str, float]:
    """The decoder's readings of a word's only text, without the punctuation around, and their probabilities."""
    place = text_place(word)
    texts = word.texts or []
    before, after = len("".join(texts[:place])), len("".join(texts[place + 1 :]))
    found = {texts[place]: word.confidence}
    for other in word.alternatives:
        found.setdefault(other.text[before : len(other.text) - after], other.confidence)
    return found


def _settle(words: Sequence[PendingWord]) -> None:
    found = [readings(word) for word in words]
    texts = sorted({text for one in found for text in one})
    logs = np.array([np.mean([np.log(max(one.get(text, 0.0), LEAST)) for one in found]) for text in texts])
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    best = int(chances.argmax())
    others = [
        (float(chance), text) for number, (chance, text) in enumerate(zip(chances, texts, strict=True))
        if number != best and chance >= LISTED
    ]
    for word in words:
        place = text_place(word)
        own = word.texts or []
        if own[place] == texts[best]:
            continue
        before, after = "".join(own[:place]), "".join(own[place + 1 :])
        word.texts = [*own[:place], texts[best], *own[place + 1 :]]
        word.confidence = float(chances[best])
        word.kind = "kept" if word.text == word.raw else "mark"
        word.alternatives = tuple(
            Alternative(before + text + after, round(chance, 4)) for chance, text in sorted(others, reverse=True)[:4]
        )
