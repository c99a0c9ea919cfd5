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

from pipeline.decoder.pending import PendingWord, give, readings, text_place

LEAST = 1e-3  # probability of a reading that a place does not list


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


def _settle(words: Sequence[PendingWord]) -> None:
    found = [readings(word, text_place(word)) for word in words]
    texts = sorted({text for one in found for text in one})
    logs = np.array([np.mean([np.log(max(one.get(text, 0.0), LEAST)) for one in found]) for text in texts])
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    best = texts[int(chances.argmax())]
    for word in words:
        place = text_place(word)
        if word.texts is not None and word.texts[place] != best:
            give(word, place, best, dict(zip(texts, chances.tolist(), strict=True)), "mark")
            if word.text == word.raw:
                word.kind = "kept"
