"""Places of a text where a reader would be in doubt, made from sound text: what the neural second reader learns from.

For a syllable of the text a reading is drawn - one of those its letters were given on synthetic pages, or its bare
letters - and with it the syllables that this reading may stand for. Where neighbours of one word on each side already
settle the choice there is nothing to learn; the other places are kept, whatever the true syllable is.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.channel import LONGEST_READING
from pipeline.decoder.language import STEPS_PER_NAT
from pipeline.decoder.neural import REACH
from pipeline.decoder.trained import Trained
from pipeline.knowledge import vietnamese
from pipeline.training import confusions
from pipeline.training.corpus import Paragraph

CHOICES = 24  # syllables that a reading may stand for
READINGS = 12  # of each syllable
UNMARKED = 0.4  # share of readings that are the bare letters
# Share of places kept, by how sure the neighbours make the best choice: below 0.9 they hold 85 % of the loss and are
# 40 % of the places below 0.97.
KEPT = ((0.9, 1.0), (0.97, 0.15), (1.01, 0.01))
WRONG = 0.05  # words around that are replaced by one they are taken for, as a decoder errs
NONE = -99.0
FREQUENCY_WEIGHT = 0.6  # of a syllable's own frequency, for choosing the choices only


@dataclass(frozen=True, slots=True)
class Doubts:
    """Places in doubt, in rows: words around (REACH on each side, the vocabulary's size for none), choices and
    log-probabilities of the reading given each (NONE where the row is shorter), the true word, and how probable the
    neighbours make each choice."""

    around: NDArray[np.int64]
    choices: NDArray[np.int64]
    heard: NDArray[np.float32]
    true: NDArray[np.int64]
    near: NDArray[np.float32]


class Maker:
    """Draws doubts from streams of word numbers."""

    def __init__(self, trained: Trained, pages: Iterable[Path]) -> None:
        finder, vocabulary = trained.finder, trained.vocabulary
        self.size = len(vocabulary.words)
        self.pairs = trained.model.pairs().reshape(-1)
        frequency = trained.model.tables[0].logs
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for (true, read), times in confusions.collect(pages, frozenset({"eng", "Latin"})).pairs.items():
            if len(read) <= LONGEST_READING and (true.isupper() == read.isupper() or len(true) == 1):
                seen[vietnamese.fold(true)][read] += times
        choices: list[NDArray[np.int64]] = []
        heard: list[NDArray[np.float32]] = []

        def row(words: NDArray[np.int64], logs: NDArray[np.float64]) -> int:
            order = [place for place in np.argsort(-(logs + FREQUENCY_WEIGHT * frequency[words])) if words[place] > 3]
            kept = words[order[:CHOICES]]
            kept, first = np.unique(kept, return_index=True)
            choices.append(np.pad(kept, (0, CHOICES - len(kept))))
            heard.append(np.pad(
                logs[order[:CHOICES]][first], (0, CHOICES - len(kept)), constant_values=NONE
            ).astype(np.float32))
            return len(choices) - 1

        self.read = np.full((self.size, READINGS), -1)
        self.bare = np.full(self.size, -1)
        rng = np.random.default_rng(1)
        known: dict[str, int] = {}
        trained.latin.prepare([read for reads in seen.values() for read in reads])
        for base, places in finder.by_base.items():
            numbers = finder.numbers[places]
            if len(numbers) > 1:
                self.bare[numbers] = row(numbers, np.zeros(len(numbers)))
            for number in numbers.tolist():
                reads = seen.get(vocabulary.words[number]) or Counter({base: 1})
                found = list(reads.elements())
                made = []
                for place in rng.integers(0, len(found), READINGS):
                    read = found[place]
                    if read not in known:
                        listed = finder.read_by(trained.latin, read, "plain")
                        known[read] = row(listed.words, listed.emissions)
                    if number in choices[known[read]]:
                        made.append(known[read])
                if made:
                    self.read[number] = (made * READINGS)[:READINGS]
        self.choices, self.heard = np.array(choices), np.array(heard)

    def draw(self, stream: NDArray[np.int64], rng: np.random.Generator, wrong: float = WRONG) -> Doubts:
        """The doubts of a stretch of text."""
        count = len(stream)
        drawn = np.where(
            rng.random(count) < UNMARKED, self.bare[stream], self.read[stream, rng.integers(0, READINGS, count)]
        )
        places = np.flatnonzero(drawn >= 0)
        places = places[(places > 0) & (places < count - 1)]
        choices, heard = self.choices[drawn[places]], self.heard[drawn[places]]
        cost = self.pairs[stream[places - 1][:, None] * self.size + choices].astype(np.float32)
        cost += self.pairs[choices * self.size + stream[places + 1][:, None]]
        value = np.where(heard > NONE, heard - cost / np.float32(STEPS_PER_NAT), -np.inf)
        near = np.exp(value - value.max(axis=1, keepdims=True))
        near /= near.sum(axis=1, keepdims=True)
        sure = near.max(axis=1)
        share = np.select([sure < edge for edge, _ in KEPT], [kept for _, kept in KEPT])
        kept = rng.random(len(places)) < share
        places = places[kept]
        return Doubts(
            self._around(stream, places, rng, wrong), choices[kept], heard[kept], stream[places],
            near[kept].astype(np.float32),
        )

    def _around(
        self, stream: NDArray[np.int64], places: NDArray[np.intp], rng: np.random.Generator, wrong: float
    ) -> NDArray[np.int64]:
        spoiled = stream.copy()
        errs = np.flatnonzero((rng.random(len(stream)) < wrong) & (self.read[stream, 0] >= 0))
        rows = self.read[stream[errs], rng.integers(0, READINGS, len(errs))]
        spoiled[errs] = self.choices[rows, rng.integers(0, 4, len(errs))]
        edge = np.full(REACH, self.size)
        padded = np.concatenate([edge, spoiled, edge])
        steps = np.concatenate([np.arange(-REACH, 0), np.arange(1, REACH + 1)])
        around: NDArray[np.int64] = padded[places[:, None] + REACH + steps]
        return around


def streams(paragraphs: Iterable[Paragraph], trained: Trained) -> dict[str, NDArray[np.int64]]:
    """The word numbers of each source, paragraphs one after another."""
    parts: dict[str, list[int]] = defaultdict(list)
    for paragraph in paragraphs:
        parts[paragraph.source].extend(trained.vocabulary.stream(paragraph.text))
    return {source: np.array(numbers, np.int64) for source, numbers in parts.items()}
