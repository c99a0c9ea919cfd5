"""Abbreviations and codes from the closed lists: what a reading in capitals may stand for.

No model of syllables knows "HĐTĐKT". What is not in the lists, or put together from two of them, is left as read.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from functools import cache

import numpy as np

from pipeline.decoder.channel import Channel
from pipeline.decoder.language import Vocabulary
from pipeline.decoder.part_model import PartModel
from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.symbol_codes import with_stroke

# Log-probability of one certain listed abbreviation among all of them: 1 in 400. Capitals without marks are mostly read
# right, and half of the abbreviations of a plan are its own: at -2, -4 and -6, 206, 202 and 191 wrong words on six
# garbled provincial plans ("HKD" is no HKH), the same elsewhere.
LISTED = -6.0
LONGEST_SHORT = 10  # letters of an abbreviation
SHORT_FLOOR = 0.02  # probability a letter below which a reading is no reading of an abbreviation
MORE_LETTERS = 5  # letters of a reading for which one may be missing or too many: PT is no PYT
CODES = re.compile(r"[^\W\d_]+")  # in a symbol

SHORTEST_MISPRINT = 4  # letters

Row = tuple[int, float, str]  # word number, log-probability of the reading, printed form


@cache
def abbreviations() -> tuple[str, ...]:
    """Short forms of the closed lists."""
    names = ("abbreviations", "body_codes", "document_types")
    found = {row[0] for name in names for row in load_table(name) if row[0] and " " not in row[0]}
    # The lists also hold what is often misprinted (HDND): no goal of a repair. HD and DA are codes of their own.
    marked = {vietnamese.strip_marks(name) for name in found if not name.isascii()}
    return tuple(sorted(name for name in found if name not in marked or len(name) < SHORTEST_MISPRINT))


@cache
def bare_abbreviations() -> frozenset[str]:
    """The same by their bare letters."""
    return frozenset(vietnamese.search_key(name) for name in abbreviations())


class ShortForms:
    """The listed abbreviations by their bare letters, and models of how they are misread."""

    def __init__(self, vocabulary: Vocabulary, abbreviations: Iterable[str]) -> None:
        self.vocabulary = vocabulary
        self.names = tuple(abbreviations)
        self.by_key: dict[str, list[str]] = {}
        for name in self.names:
            self.by_key.setdefault(vietnamese.search_key(name), []).append(name)
        # Codes as they stand in symbols, by their bare letters; None where those are a code of their own (HD, DA).
        self.codes: dict[str, str | None] = {}
        for name in (name for names in self.by_key.values() for name in names):
            for part in CODES.findall(name):
                bare = vietnamese.strip_marks(part)
                self.codes[bare] = part if self.codes.get(bare, part) == part else None
        self._short_models: dict[str, tuple[PartModel, tuple[str, ...]]] = {}

    def afresh(self) -> ShortForms:
        """The same lists with no model of a channel made yet."""
        made = copy(self)
        made._short_models = {}
        return made

    def mend_symbol(self, symbol: str) -> str:
        """A document symbol with the marks of its codes back, digits and signs untouched: 30/2020/NĐ-CP."""
        def mend(match: re.Match[str]) -> str:
            return self.codes.get(match[0]) or with_stroke(match[0])

        return CODES.sub(mend, symbol)

    def misread(self, channel: Channel, piece: str, known: set[str]) -> list[Row]:
        """Listed abbreviations that this reading in capitals may be ("HDTHKT" for HĐTĐKT)."""
        if not 2 <= len(piece) <= LONGEST_SHORT:
            return []
        made = self._short_models.get(channel.name)
        if made is None:
            forms = tuple(sorted({name for names in self.by_key.values() for name in names if name.isalpha()}))
            made = self._short_models[channel.name] = PartModel(forms, {}, channel.onsets.letters), forms
        model, forms = made
        scores = model.score(piece)
        best = np.argsort(-scores)[:4].tolist()
        return [
            (self.vocabulary.number(forms[place]), float(np.log(scores[place])) + LISTED, forms[place])
            for place in best if scores[place] > SHORT_FLOOR ** len(piece) and forms[place] not in known
            and abs(len(forms[place]) - len(piece)) <= len(piece) // MORE_LETTERS
        ]

    def composed(self, key: str) -> list[str]:
        """Forms put together from two listed ones."""
        made: list[str] = []
        for cut in range(2, len(key) - 1):
            for left in self.by_key.get(key[:cut], ()):
                made.extend(left + right for right in self.by_key.get(key[cut:], ()))
        return made[:4]
