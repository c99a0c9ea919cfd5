"""Specks of a copy that were read as signs between two words of one: "Giai: đoạn" is giai đoạn.

The trouble: such a sign parts the sentence where the words are decoded, and hides a phase from whoever looks for one.

Evidence: more than every other time that text has the first word the second stands behind it, with nothing between. It
never takes a sign before a capital or a number, and none from a text that no recogniser read.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pipeline.decoder.language import BOUNDARY, UNKNOWN, LanguageModel, Vocabulary
from pipeline.decoder.pending import PendingWord
from pipeline.knowledge import vietnamese

# Share of what follows a word that the next one is. In 86,000 words of 111 recognised documents three pairs lie above,
# all parted by a speck; the nearest that is sound ("cha, mẹ") has 0.42.
BOUND = 0.5
_SIGN = re.compile("[:.;,]")


def drop_specks(lines: Sequence[Sequence[PendingWord]], vocabulary: Vocabulary, model: LanguageModel) -> None:
    """Take such signs out of these recognised lines, in place, before they are decoded."""
    places = [
        (word, word.pieces[0].text, after.pieces[0].text) for row in lines for word, after in pairwise(row)
        if _is_parted(word) and after.pieces and after.pieces[0].kind == "text" and after.pieces[0].text.islower()
    ]
    pairs = np.array(
        [(vocabulary.number(one), vocabulary.number(other)) for _, one, other in places], np.int64
    ).reshape(-1, 2)
    contexts = np.full((len(pairs), 3), BOUNDARY)
    contexts[:, -1] = pairs[:, 0]
    bound = (np.exp(model.score(contexts, pairs[:, 1])) > BOUND) & (pairs > UNKNOWN).all(axis=1)
    for (word, _, _), is_bound in zip(places, bound.tolist(), strict=True):
        if is_bound:
            word.cut_anew(word.pieces[:1], "letter")


def _is_parted(word: PendingWord) -> bool:
    """Whether a word is a syllable and one sign."""
    return (
        word.texts is None and [piece.kind for piece in word.pieces] == ["text", "punctuation"]
        and _SIGN.fullmatch(word.pieces[1].text) is not None and vietnamese.is_syllable(word.pieces[0].text)
    )
