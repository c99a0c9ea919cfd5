"""Fit how far the decoder's probabilities can be trusted, on held-out pages whose true text is known."""
from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import UNCALIBRATED, Trained
from pipeline.knowledge import vietnamese
from pipeline.training.confusions import PUNCTUATION, Pair

Doubles = NDArray[np.float64]
READABLE = 0.8  # share of right words; pages below it are read by nobody
MOST_SURE, LEAST_SURE = 1 - 1e-5, 1e-4
ROUNDS = 30  # of Newton's method
LARGEST = 30.0  # log-odds beyond which a chance is 0 or 1
RIDGE = 1e-9  # keeps a slope that is all but flat from having no inverse
SMALLEST = 1e-9


def _words(text: str) -> list[str]:
    return [vietnamese.to_old_style(part.strip(PUNCTUATION)) for part in vietnamese.compose(text).split()]


def observed(trained: Trained, pages: Iterable[Pair]) -> tuple[Doubles, Doubles]:
    """Probability of every decoded word of pages as printed and as read, and whether it is right (1 or 0)."""
    trained.calibration = UNCALIBRATED
    restorer = Restorer(trained)
    told: list[float] = []
    right: list[bool] = []
    for true, read in pages:
        found = restorer.restore_text(read)
        words = [(part, word) for word in found.words for part in _words(word.text)]
        good: set[int] = set()
        for op in Levenshtein.opcodes(_words(true), [part for part, _ in words]):
            if op.tag == "equal":
                good.update(range(op.dest_start, op.dest_end))
        if len(good) < READABLE * len(words):
            continue
        for place, (_, word) in enumerate(words):
            if word.kind != "locked":
                told.append(word.confidence)
                right.append(place in good)
    return np.array(told), np.array(right, np.float64)


def fitted(told: Doubles, right: Doubles) -> Doubles:
    """Offset and slope for the log-odds of the told probabilities that make what happened most likely."""
    kept = np.clip(told, LEAST_SURE, MOST_SURE)
    columns = np.stack([np.ones(len(kept)), np.log(kept / (1 - kept))], axis=1)

    def cost(weights: Doubles) -> float:
        value = columns @ weights
        return float(np.logaddexp(0, np.where(right > 0, -value, value)).sum())

    weights = np.array([0.0, 1.0])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -LARGEST, LARGEST)))
        slope = (columns * (chance * (1 - chance))[:, None]).T @ columns + RIDGE * np.eye(2)
        step = np.linalg.solve(slope, columns.T @ (chance - right))
        while cost(weights - step) > cost(weights) and np.abs(step).max() > SMALLEST:
            step = step / 2  # Newton's step may leap over the lowest place
        weights = weights - step
    return weights
