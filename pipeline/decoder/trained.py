"""The trained knowledge of the decoder in memory: words, language model, channels, the finder of candidates."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import channel, modelfile, neural
from pipeline.decoder.candidates import Finder
from pipeline.decoder.capitals import Pairs
from pipeline.decoder.channel import Channel, Table
from pipeline.decoder.deciding import calibrated
from pipeline.decoder.language import Floats, LanguageModel, Steps, Vocabulary
from pipeline.decoder.lattice import Score
from pipeline.decoder.shortforms import abbreviations
from pipeline.errors import MissingPart
from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table

MODEL = Path(__file__).resolve().parent.parent / "data" / "restore.npz"
# Of the probability given to texts the user trusts, where they have the word after its context: as much as to all other
# text. On two garbled plans beside their kin 0.5 left 54 errors in 3,387 syllables, 0.3 left 55, no references 66.
CACHE_SHARE = 0.5
# Exponent of all other text's own word on a step, beside that mixed one: a trusted text too holds slips ("phần đầu hết
# mình"), and alone the mixture follows them wherever it has the word. The garbled plan above beside its kin: 23 wrong
# words with 0, 21 with this one; the samples beside themselves with one syllable in 250 miswritten: 54, then 48.
HELD_TO_ALL = 0.4
CALIBRATED = ("garbled",)  # conditions whose probabilities are corrected, a row of offset and slope each
UNCALIBRATED = np.array([[0.0, 1.0]])


class Trained:
    """What was learned from text and from synthetic pages; decoding does not change it."""

    def __init__(self, stored: Any, second_reader: neural.NeuralReader | None = None) -> None:
        self._stored = stored
        self.second_reader = second_reader
        self.vocabulary = Vocabulary(tuple(stored["words"].tobytes().decode().split("\n")))
        self.model = LanguageModel.from_arrays(stored)
        self.finder = Finder(self.vocabulary, self.model, abbreviations(), stored.get("capitals"))
        self.capital_pairs = Pairs.of(stored)
        self.calibration = stored.get("calibration", UNCALIBRATED)
        self._pairs: tuple[tuple[LanguageModel, ...], NDArray[np.uint8]] | None = None

    # Few texts have been through two readers.
    @cached_property
    def latin(self) -> Channel:
        """The channel of an English or Latin model."""
        return Channel.learn("latin", self.finder.syllables, self.latin_counts())

    def latin_counts(self) -> dict[str, Table]:
        """How often the parts of syllables were read as what by English and Latin models."""
        return channel.counts("latin", self._stored)

    @cached_property
    def vie(self) -> Channel:
        """The channel of a Vietnamese model."""
        return Channel.learn("vie", self.finder.syllables, channel.counts("vie", self._stored))

    def hearing(self, tables: Mapping[str, Table]) -> Trained:
        """The same knowledge with other counts of what Latin models read, by part, beside its own: see `habits`."""
        made = copy(self)
        made.finder = self.finder.afresh()
        made.latin = Channel.learn("latin", self.finder.syllables, tables)
        return made

    @cached_property
    def task_words(self) -> NDArray[np.int64]:
        """Numbers of the words that open tasks."""
        verbs = {vietnamese.fold(verb.split()[0]) for verb, *_ in load_table("task_verbs")}
        return np.array(sorted(self.vocabulary.index[verb] for verb in verbs if verb in self.vocabulary.index))

    def make_all(self) -> None:
        """Make at once what is else made on first use, in a process that others are forked from."""
        _ = self.latin, self.vie, self.model.pairs()

    def chance(self, condition: str, chance: float) -> float:
        """A probability of the lattice as it proved right on held-out pages of this condition."""
        if condition not in CALIBRATED:
            return chance
        offset, slope = self.calibration[CALIBRATED.index(condition)].tolist()
        return calibrated(chance, offset, slope)

    def pairs_with(self, models: Sequence[LanguageModel]) -> NDArray[np.uint8]:
        """The table of pairs for these trusted models; that of the last ones is kept."""
        if self._pairs is None or self._pairs[0] != tuple(models):
            share = CACHE_SHARE / max(len(models), 1)
            self._pairs = (tuple(models), self.model.pairs_with(models, share))
        return self._pairs[1]

    def score_with(self, models: Sequence[LanguageModel]) -> Score:
        """The language model's word on the steps of a lattice, mixed with those of trusted texts where they have the
        word after this context.

        Where they have not, they must not speak: their own frequencies would drown what the context tells.
        """
        if not models:
            return self.model.score_steps

        def score(steps: Steps) -> tuple[Floats, Floats]:
            general = self.model.score_steps(steps)
            told = [model.score_steps(steps, seen=True) for model in models]
            return _mixed(general[0], [own[0] for own in told]), _mixed(general[1], [own[1] for own in told])

        return score


def _mixed(general: Floats, told: Sequence[Floats]) -> Floats:
    """Log-probabilities where trusted texts have CACHE_SHARE of the say on what they know, and all text its word."""
    chance = np.exp(general)
    total = chance * (1 - CACHE_SHARE)
    for logs in told:
        own = np.exp(logs)
        total += np.where(own > 0, own, chance) * (CACHE_SHARE / len(told))
    mixed = np.log(np.maximum(total, 1e-12))
    return ((1 - HELD_TO_ALL) * mixed + HELD_TO_ALL * general).astype(np.float32)


def load(path: Path, second_reader: bool = True) -> Trained:
    """The model of this path, loaded once, with the neural second reader beside it where there is one.

    Raises:
        MissingPart: there is no model at this path.
    """
    # Not the cached function itself: it would take a default left out and the same one given for two models.
    return _loaded(path, second_reader)


@lru_cache(maxsize=2)
def _loaded(path: Path, second_reader: bool) -> Trained:
    if not path.is_file():
        raise MissingPart(path.name, "the restoration model is missing.", cure="Install the package again.")
    found = modelfile.load(path)
    return Trained(found, neural.load(path.with_name(neural.FILE), found["words"].tobytes()) if second_reader else None)

