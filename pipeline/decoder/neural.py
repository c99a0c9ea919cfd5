"""A second reader for doubtful words: a small neural network that tells from forty words on both sides.

The language model of n-grams sees three words; what a text is about it does not know. This network weighs the words
that the lattice still holds possible at a place against each other, by what stands around: the nearest four words on
each side one by one, those further off in three groups. It reads the lattice's own probabilities of the words around,
never its letters, and cannot add a word, drop one, or speak where the lattice is sure.

Plain numpy: whole numbers of 8 bits, a few matrix products for the doubtful places of a stretch.
"""
from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import modelfile
from pipeline.decoder.lattice import Arcs, Doubles, Longs

Matrix = NDArray[np.float32]

FILE = "neural.npz"  # beside the model whose vocabulary it knows
NEAR: Final = 4  # words on each side that have a weight matrix of their own
GROUPS: Final = ((5, 7), (8, 14), (15, 40))  # distances of those further off that are summed
REACH: Final = GROUPS[-1][1]
DOUBT = 0.999  # a place whose best word is this probable is left; about nine places in ten
ALIVE = 1e-4  # probability below which a word is no longer possible
LEAST = 1e-9  # of a word on the path that the lattice gives nothing
CONDITIONS = ("garbled", "unmarked")  # rows of the weights; elsewhere the network has nothing to say
# What of the fitted exponents is used when the lattice is decoded anew with the network's word in it, whose language
# model then speaks a second time for what both know. Errors on held-out pages and samples: garbled 253 at 0.7, 259 at
# 1, 272 at 1.4, 265 with each place weighed alone; unmarked 194, 190, 200 and 198.
SHARE = (0.75, 1.0)
MATRICES = ("context", "answer", "first", "second", "third")


def packed(matrix: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """A matrix as whole numbers of 8 bits and a scale for each row; rows of zeros have scale 0."""
    scale = np.abs(matrix).max(axis=1) / 127
    return np.rint(matrix / np.where(scale > 0, scale, 1)[:, None]).astype(np.int8), scale.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of doubtful places, in parallel columns: their arcs, the row of their place, and three logarithms each:
    the lattice's probability, the network's guess, the word's own frequency. `places` are the path's, a row each."""

    arcs: Longs
    row: Longs
    places: Longs
    logs: Doubles


class NeuralReader:
    """The network with its weights unpacked; reading does not change it.

    `context` and `answer` hold a row of numbers for every word of the vocabulary, as one that stands around and as
    one that may stand here (a row of zeros: never learned, such as the classes); the last row of `context` is the
    paper's edge. `weights` has a row for each of CONDITIONS: exponents of the lattice's probability, of the
    network's and of the word's own frequency (`bias`).
    """

    def __init__(self, stored: Any) -> None:
        self.context, self.answer, self.first, self.second, self.third = (
            stored[name].astype(np.float32) * stored[f"{name}_scale"].astype(np.float32)[:, None] for name in MATRICES
        )
        self.first_bias, self.second_bias, self.third_bias, self.bias = (
            stored[f"{name}_bias"].astype(np.float32) for name in ("first", "second", "third", "word")
        )
        self.weights = stored["weights"].astype(np.float64)
        self.learned = stored["answer_scale"] > 0

    def hidden(self, around: Matrix, places: NDArray[np.intp]) -> Matrix:
        """What the words around tell of these places: a row for each, to be multiplied with rows of `answer`.

        `around` holds a row of context numbers for every place of the stretch, in reading order.
        """
        edge = np.repeat(self.context[-1:], REACH, axis=0)
        row = np.concatenate([edge, around, edge])
        sums = np.concatenate([np.zeros((1, row.shape[1]), np.float32), np.cumsum(row, axis=0, dtype=np.float32)])
        at = places + REACH
        parts = [row[at + step] for step in (*range(-NEAR, 0), *range(1, NEAR + 1))]
        for low, high in GROUPS:
            share = np.float32((high - low + 1) ** -0.5)
            parts.append((sums[at - low + 1] - sums[at - high]) * share)
            parts.append((sums[at + high + 1] - sums[at + low]) * share)
        first = np.maximum(np.concatenate(parts, axis=1) @ self.first.T + self.first_bias, 0)
        second: Matrix = first + np.maximum(first @ self.second.T + self.second_bias, 0)
        told: Matrix = second @ self.third.T + self.third_bias
        return told

    def evidence(self, arcs: Arcs, posterior: Doubles, path: Longs, nodes: int) -> Evidence | None:
        """What speaks for each word of the doubtful places on the path; None where the lattice is sure of all."""
        place_of = np.full(nodes, -1)
        place_of[arcs.start[path]] = np.arange(len(path))
        possible = posterior > ALIVE
        possible[path] = True
        alive = np.flatnonzero(possible)
        place = place_of[arcs.start[alive]]
        here = (place >= 0) & (arcs.end[alive] == arcs.end[path[place]])
        alive, place = alive[here], place[here]
        begins = np.searchsorted(place, np.arange(len(path)))
        word, chance = arcs.word[alive], np.maximum(posterior[alive], LEAST)
        learned = self.learned[word]
        doubtful = np.maximum.reduceat(chance, begins) < DOUBT
        doubtful &= np.add.reduceat(learned.astype(np.int64), begins) > 1
        if not doubtful.any():
            return None
        share = (chance / np.add.reduceat(chance, begins)[place]).astype(np.float32)
        around = np.add.reduceat(self.context[word] * share[:, None], begins)
        places = np.flatnonzero(doubtful)
        told = self.hidden(around, places)
        mine = np.flatnonzero(doubtful[place] & learned)
        row = np.searchsorted(places, place[mine])
        common = self.bias[word[mine]]
        guess = np.einsum("ij,ij->i", told[row], self.answer[word[mine]]) + common
        return Evidence(alive[mine], row, places, np.stack([np.log(chance[mine]), guess, common], axis=1))

    def told(self, arcs: Arcs, posterior: Doubles, path: Longs, nodes: int, condition: str) -> Doubles | None:
        """What the words around speak for each arc, in nats, at the doubtful places of the path; None where it is
        sure of all. A place as a whole (against two words in its stead, say) is left as probable as it was."""
        found = self.evidence(arcs, posterior, path, nodes)
        if found is None:
            return None
        row = CONDITIONS.index(condition)
        value = SHARE[row] * (found.logs[:, 1:] @ self.weights[row, 1:])
        first = np.searchsorted(found.row, np.arange(len(found.places)))
        chance = np.exp(found.logs[:, 0])
        middle = np.log(np.add.reduceat(chance * np.exp(value), first) / np.add.reduceat(chance, first))
        result = np.zeros(len(posterior))
        result[found.arcs] = value - middle[found.row]
        return result


def load(path: Path, words: bytes) -> NeuralReader | None:
    """The network of this path, made for this vocabulary; None where there is none, for the decoder does without."""
    if not path.is_file():
        return None
    found = modelfile.load(path)
    return NeuralReader(found) if int(found["vocabulary"][0]) == zlib.crc32(words) else None
