"""A syllable language model: how likely is this syllable after those three.

The text is read as a stream of syllables in lower case with old-style tone marks, of frequent abbreviations and
loans, and of four class symbols: a boundary (sentence end, paragraph edge), a number (any token with a digit), an
unknown capital abbreviation, and any other unknown word. Commas and hyphens are not in the stream.

The model is an interpolated n-gram of order 4, pruned by what each n-gram adds, in back-off form: sorted integer
keys and 8-bit log-probabilities in plain numpy arrays. Small models of the same class are made at run time from
texts that the user trusts, and mixed in.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.knowledge import vietnamese

Ids = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

BOUNDARY, NUMBER, ABBREVIATION, UNKNOWN = 0, 1, 2, 3
CLASSES = ("<s>", "<num>", "<abbr>", "<unk>")
BITS = 13  # of a word number: 8,192 words
ORDER = 4
CONTINUATION = 0.4  # 0 would be Kneser-Ney, 1 plain counts (perplexity 81.3, 105; 0.4: 81.2, better on plans' kin)
STEPS_PER_NAT: Final = 16.0  # 8-bit log-probabilities: 0.06 nats a step, down to -15.9
BACKOFF_ZERO: Final = 64  # the code of a back-off weight of 0 nats; pruning can lift one a little above 0

Discounts = dict[int, tuple[float, float, float]]
# Absolute discounts for counts of 1, 2 and more, by order. Larger than the usual estimates of Kneser-Ney, because
# laws quote each other word for word: on held-out paragraphs that share under a quarter of their 6-grams with the
# training text, perplexity falls from 81 (0.72, 1.05, 1.3) to 76 (0.87, 1.5, 3.0).
DISCOUNTS: Discounts = {2: (0.78, 1.30, 2.5), 3: (0.88, 1.55, 3.5), 4: (0.91, 1.65, 4.8)}
# For texts the user names as of the same kind: what stood there once is likely to stand there again.
TRUSTING: Discounts = {2: (0.55, 0.7, 0.8), 3: (0.4, 0.5, 0.6), 4: (0.25, 0.3, 0.4)}

UNSEEN: Final = 0.5  # count supposed of every word of the vocabulary
# The same in a small model that is mixed into the large one: of what it has not, it must say nothing. At 0.5 every
# rare word was a hundred times as likely beside a reference as without one.
UNSEEN_TRUSTING: Final = 1e-4

_TOKEN = re.compile(
    r"""
    (?P<number>\w*\d\w*(?:[.,/:–-]\w+)*)     # 2024, 10,2, 23/01/2024, 29/KH-UBND: one token
  | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)   # đoàn, M'Drắk
  | (?P<end>[.;:!?…](?=\s|$))                # what ends a sentence or an item
    """,
    re.VERBOSE,
)
TOKEN_PATTERN = _TOKEN


def word_key(word: str) -> str:
    """The form under which a word is counted."""
    return vietnamese.fold(word)


@dataclass(slots=True)
class Vocabulary:
    """Word forms and their numbers. The first four are the classes."""

    words: tuple[str, ...]
    index: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.words) > 1 << BITS:
            raise ValueError(f"{len(self.words)} words do not fit {BITS} bits")
        self.index = {word: number for number, word in enumerate(self.words)}

    def number(self, word: str) -> int:
        """Number of a printed word, or of the class that stands for it."""
        known = self._seen.get(word)
        if known is None:
            known = self.index.get(word_key(word), -1)
            if known < 0:
                known = ABBREVIATION if len(word) > 1 and word.isupper() else UNKNOWN
            if len(self._seen) < 500_000:
                self._seen[word] = known
        return known

    def stream(self, text: str) -> list[int]:
        """The text as word numbers, between two boundaries."""
        numbers = [BOUNDARY]
        for match in _TOKEN.finditer(text):
            if match.lastgroup == "word":
                numbers.append(self.number(match[0]))
            elif match.lastgroup == "number":
                numbers.append(NUMBER)
            elif numbers[-1] != BOUNDARY:
                numbers.append(BOUNDARY)
        if numbers[-1] != BOUNDARY:
            numbers.append(BOUNDARY)
        return numbers


@dataclass(frozen=True, slots=True)
class Counts:
    """N-grams of one order as sorted keys, 13 bits a word, the last word lowest, with weighted counts."""

    keys: Keys
    counts: Floats


def count(stream: Ids, order: int) -> Counts:
    """All n-grams of the stream but those with a boundary inside."""
    stream = np.asarray(stream, np.uint16)
    if len(stream) < order:
        return Counts(np.zeros(0, np.uint64), np.zeros(0, np.float32))
    size = len(stream) - order + 1
    keys = np.zeros(size, np.uint64)
    sound = np.ones(size, bool)
    for place in range(order):
        column = stream[place : place + size]
        keys = (keys << np.uint64(BITS)) | column.astype(np.uint64)
        if 0 < place < order - 1:
            sound &= column != BOUNDARY
    found, counts = np.unique(keys[sound], return_counts=True)
    return Counts(found, counts.astype(np.float32))


def merge(parts: Sequence[tuple[Counts, float]]) -> Counts:
    """One table from several, each weighted."""
    keys = np.concatenate([part.keys for part, _ in parts])
    counts = np.concatenate([part.counts * np.float32(weight) for part, weight in parts])
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    if not len(keys):
        return Counts(keys, counts)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return Counts(keys[starts], np.add.reduceat(counts, starts).astype(np.float32))


def _find(table: Keys, wanted: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Place of each wanted key in the sorted table, and whether it is there."""
    if not len(table):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    # In order, each search stays near the one before: a quarter of the time, the sorting included.
    order = np.argsort(wanted)
    places = np.empty(len(wanted), np.intp)
    places[order] = np.searchsorted(table, wanted[order])
    np.minimum(places, len(table) - 1, out=places)
    return places, table[places] == wanted


@dataclass(frozen=True, slots=True)
class Coded:
    """Logarithms kept as codes of 8 bits, told one by one: a table of two million costs nothing to open."""

    codes: NDArray[np.uint8]
    values: Floats  # of the 256 codes

    def __getitem__(self, places: NDArray[Any] | slice) -> Floats:
        told: Floats = self.values[self.codes[places]]
        return told


@dataclass(frozen=True, slots=True)
class Table:
    """N-grams of one order: sorted keys, natural log-probabilities, log back-off weights as contexts."""

    keys: Keys
    logs: Floats | Coded
    backoffs: Floats | Coded


@dataclass(frozen=True, slots=True)
class _Grams:
    """N-grams as contexts, in parallel columns: where each stands in the model (-1: nowhere), its key, the
    log-probability of its last word after the others, its log back-off weight."""

    places: NDArray[np.intp]
    keys: Keys
    logs: Floats
    backoffs: Floats


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a lattice from word to word, each n-gram named by what it goes on from and what it backs off to.

    `words` holds word numbers; `pairs` the places of two of them; `triples` the places of two pairs, the first words
    and the last; `moves` those of two triples likewise.
    """

    words: NDArray[np.int64]
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
    triples: tuple[NDArray[np.int64], NDArray[np.int64]]
    moves: tuple[NDArray[np.int64], NDArray[np.int64]]


def continuations(longer: Counts, own: Counts, order: int) -> Counts:
    """Counts of an order for backing off to: in how many different ways each n-gram is preceded.

    Each way counts by the power CONTINUATION of how often it occurs; n-grams that open a sentence keep their count.
    """
    suffixes = longer.keys & np.uint64((1 << BITS * order) - 1)
    places, there = _find(own.keys, suffixes)
    ways = np.bincount(places[there], longer.counts[there] ** CONTINUATION, len(own.keys))
    opens = (own.keys >> np.uint64(BITS * (order - 1))) == BOUNDARY
    return Counts(own.keys, np.where(opens, own.counts, ways).astype(np.float32))


def estimate(
    tables: dict[int, Counts], vocabulary: int, keep: dict[int, int] | None = None, discounts: Discounts = DISCOUNTS,
    unseen: float = UNSEEN,
) -> LanguageModel:
    """A back-off model from counts of orders 1 to n; `keep` bounds the n-grams of orders 2 and up.

    `unseen` is the count supposed of every word.

    What is kept are the n-grams that add most: count times the gain in log-probability over backing off.
    """
    unigram = np.full(vocabulary, unseen, np.float64)
    unigram[tables[1].keys.astype(np.int64)] += tables[1].counts
    unigram /= unigram.sum()
    keys: dict[int, Keys] = {1: np.arange(vocabulary, dtype=np.uint64)}
    probabilities: dict[int, NDArray[np.float64]] = {1: unigram}
    lower: dict[int, NDArray[np.float64]] = {}
    gains: dict[int, NDArray[np.float64]] = {}
    top = max(tables)
    for order in range(2, top + 1):
        table = tables[order]
        counts = table.counts.astype(np.float64)
        one, two, more = discounts[order]
        discount = np.where(counts < 1.5, one, np.where(counts < 2.5, two, more))
        discount = np.minimum(discount, counts * 0.9)
        contexts = table.keys >> np.uint64(BITS)
        starts = np.flatnonzero(np.concatenate(([True], contexts[1:] != contexts[:-1])))
        sizes = np.diff(np.append(starts, len(contexts)))
        totals = np.repeat(np.add.reduceat(counts, starts), sizes)
        free = np.repeat(np.add.reduceat(discount, starts), sizes) / totals
        suffixes = table.keys & np.uint64((1 << BITS * (order - 1)) - 1)
        places, there = _find(keys[order - 1], suffixes)
        shorter = np.where(there, probabilities[order - 1][places], unigram.min())
        keys[order] = table.keys
        probabilities[order] = (counts - discount) / totals + free * shorter
        lower[order] = shorter
        gains[order] = counts * (np.log(probabilities[order]) - np.log(free * shorter))
    chosen: dict[int, NDArray[np.bool_]] = {}
    for order in range(top, 1, -1):
        wanted = np.ones(len(keys[order]), bool)
        if keep and len(keys[order]) > keep[order]:
            border = np.partition(gains[order], -keep[order])[-keep[order]]
            wanted = gains[order] >= border
        if order < top:  # a context must be there to hold its back-off weight
            places, there = _find(keys[order], np.unique(keys[order + 1][chosen[order + 1]] >> np.uint64(BITS)))
            wanted[places[there]] = True
        chosen[order] = wanted
    kept: dict[int, Table] = {}
    for order in range(1, top + 1):
        mask = chosen.get(order, np.ones(vocabulary, bool))
        own = keys[order][mask]
        backoffs = np.zeros(len(own), np.float32)
        if order < top:
            above = chosen[order + 1]
            contexts = keys[order + 1][above] >> np.uint64(BITS)
            starts = np.flatnonzero(np.concatenate(([True], contexts[1:] != contexts[:-1])))
            if len(contexts):
                used = np.add.reduceat(probabilities[order + 1][above], starts)
                covered = np.add.reduceat(lower[order + 1][above], starts)
                weights = np.log(np.maximum(1 - used, 1e-4)) - np.log(np.maximum(1 - covered, 1e-4))
                places, there = _find(own, contexts[starts])
                backoffs[places[there]] = weights[there]
        kept[order] = Table(own, np.log(probabilities[order][mask]).astype(np.float32), backoffs)
    return LanguageModel(vocabulary, tuple(kept[order] for order in range(1, top + 1)))


class LanguageModel:
    """Back-off n-gram scores for arrays of word numbers, in natural logarithms."""

    def __init__(self, vocabulary: int, tables: tuple[Table, ...]) -> None:
        self.vocabulary = vocabulary
        self.tables = tables
        self._pairs: NDArray[np.uint8] | None = None

    @property
    def order(self) -> int:
        return len(self.tables)

    def pairs(self) -> NDArray[np.uint8]:
        """Cost of every word (column) after every word (row) in 1/16 nats; 64 MB, made once."""
        if self._pairs is None:
            single, double = self.tables[0], self.tables[1]
            base = -single.logs[:] * np.float32(STEPS_PER_NAT) + np.float32(0.5)
            # Words of the same back-off weight have the same row but for the pairs that are known.
            back, row_of = np.unique(-single.backoffs[:] * np.float32(STEPS_PER_NAT), return_inverse=True)
            rows = np.minimum(back[:, None] + base[None, :], np.float32(255.0)).astype(np.uint8)
            matrix = rows.take(row_of, axis=0)
            rows = (double.keys >> np.uint64(BITS)).astype(np.int64)
            columns = (double.keys & np.uint64((1 << BITS) - 1)).astype(np.int64)
            matrix[rows, columns] = np.minimum(-double.logs[:] * np.float32(STEPS_PER_NAT) + 0.5, 255)
            self._pairs = matrix
        return self._pairs

    def pairs_with(self, trusted: Sequence[LanguageModel], share: float) -> NDArray[np.uint8]:
        """The table of pairs where those that stand in trusted texts are as cheap as there."""
        if not trusted:
            return self.pairs()
        matrix = self.pairs().copy()
        for model in trusted:
            double = model.tables[1]
            rows = (double.keys >> np.uint64(BITS)).astype(np.int64)
            columns = (double.keys & np.uint64((1 << BITS) - 1)).astype(np.int64)
            costs = np.clip((-double.logs[:] - np.log(share)) * STEPS_PER_NAT + 0.5, 0, 255).astype(np.uint8)
            matrix[rows, columns] = np.minimum(matrix[rows, columns], costs)
        return matrix

    def score(self, contexts: NDArray[np.int64], words: NDArray[np.int64], seen: bool = False) -> Floats:
        """Log-probability of each word after its context, a row of word numbers, the nearest last.

        `seen`: minus infinity for a word that never followed even the nearest word of its context.
        """
        words = words.astype(np.uint64)
        depth = min(contexts.shape[1], self.order - 1)
        columns = contexts[:, contexts.shape[1] - depth :].astype(np.uint64)
        result = np.zeros(len(words), np.float32)
        open_ = np.arange(len(words))
        for used in range(depth, 0, -1):
            key = np.zeros(len(open_), np.uint64)
            for place in range(depth - used, depth):
                key = (key << np.uint64(BITS)) | columns[open_, place]
            table = self.tables[used]
            places, there = _find(table.keys, (key << np.uint64(BITS)) | words[open_].astype(np.uint64, copy=False))
            result[open_[there]] += table.logs[places[there]]
            missing = ~there
            open_, key = open_[missing], key[missing]
            if not len(open_):
                return result
            places, there = _find(self.tables[used - 1].keys, key)
            result[open_[there]] += self.tables[used - 1].backoffs[places[there]]
        if seen:
            result[open_] = -np.inf
        else:
            result[open_] += self.tables[0].logs[words[open_].astype(np.int64)]
        return result

    def score_steps(self, steps: Steps, seen: bool = False) -> tuple[Floats, Floats]:
        """What `score` tells of the last word of each triple and of each move: many contexts back off to the same."""
        words = steps.words
        logs = np.full(len(words), -np.inf, np.float32) if seen else self.tables[0].logs[words]
        single = _Grams(words.astype(np.intp), words.astype(np.uint64), logs, self.tables[0].backoffs[words])
        first, last = steps.pairs
        double = self._longer(2, single, first, logs[last], words[last])
        ends = words[last[steps.triples[1]]]
        triple = self._longer(3, double, steps.triples[0], double.logs[steps.triples[1]], ends)
        source, to = steps.moves
        return triple.logs, self._longer(4, triple, source, triple.logs[to], ends[to]).logs

    def _longer(
        self, order: int, before: _Grams, places: NDArray[np.int64], shorter: Floats, ends: NDArray[np.int64]
    ) -> _Grams:
        """N-grams of this order, made of those `before` at these places and a last word each; `shorter` is the
        log-probability of that word in the n-gram without its first word."""
        keys = (before.keys[places] << np.uint64(BITS)) | ends.astype(np.uint64)
        logs, backoffs = before.backoffs[places] + shorter, np.zeros(len(places), np.float32)
        stands = np.full(len(places), -1, np.intp)
        if order <= self.order:
            table = self.tables[order - 1]
            asked = np.flatnonzero(before.places[places] >= 0)  # what has no context has no place either
            found, there = _find(table.keys, keys[asked])
            asked, found = asked[there], found[there]
            logs[asked], stands[asked] = table.logs[found], found
            if order < self.order:
                backoffs[asked] = table.backoffs[found]
        return _Grams(stands, keys, logs, backoffs)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays for an .npz: per order the last words, the number of n-grams that extend each, 8-bit logs."""
        arrays: dict[str, NDArray[Any]] = {"lm_vocabulary": np.array([self.vocabulary], np.int32)}
        for order, table in enumerate(self.tables, 1):
            arrays[f"lm_word_{order}"] = (table.keys & np.uint64((1 << BITS) - 1)).astype(np.uint16)
            arrays[f"lm_log_{order}"] = np.clip(np.rint(-table.logs[:] * STEPS_PER_NAT), 0, 255).astype(np.uint8)
            if order < self.order:
                codes = np.rint(-table.backoffs[:] * STEPS_PER_NAT) + BACKOFF_ZERO
                arrays[f"lm_back_{order}"] = np.clip(codes, 0, 255).astype(np.uint8)
                parents = self.tables[order].keys >> np.uint64(BITS)
                places = np.searchsorted(table.keys, parents)
                fan = np.bincount(places, minlength=len(table.keys))
                arrays[f"lm_fan_{order}"] = fan.astype(np.uint16)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Any) -> LanguageModel:
        """The model that `to_arrays` stored. `arrays` is a mapping of names to arrays."""
        tables: list[Table] = []
        codes = np.arange(256).astype(np.float32)
        logs = codes / np.float32(-STEPS_PER_NAT)
        weights = (codes - np.float32(BACKOFF_ZERO)) / np.float32(-STEPS_PER_NAT)
        keys = np.zeros(1, np.uint64)
        fan: NDArray[Any] = np.array([len(arrays["lm_word_1"])])
        while f"lm_word_{len(tables) + 1}" in arrays:
            order = len(tables) + 1
            keys = np.repeat(keys, fan)
            keys <<= np.uint64(BITS)
            keys |= arrays[f"lm_word_{order}"]
            backoffs: Floats | Coded = np.zeros(len(keys), np.float32)
            if f"lm_back_{order}" in arrays:
                backoffs = Coded(arrays[f"lm_back_{order}"], weights)
                fan = arrays[f"lm_fan_{order}"]
            tables.append(Table(keys, Coded(arrays[f"lm_log_{order}"], logs), backoffs))
        # Every word is asked for again and again.
        tables[0] = Table(tables[0].keys, tables[0].logs[:], tables[0].backoffs[:])
        return cls(int(arrays["lm_vocabulary"][0]), tuple(tables))


def model_of(texts: Iterable[str], vocabulary: Vocabulary) -> LanguageModel | None:
    """A small unpruned model of a few texts, a paragraph a line; None when they hold no word."""
    numbers: list[int] = []
    for text in texts:
        for line in text.splitlines():
            numbers.extend(vocabulary.stream(line))
    if len(numbers) < ORDER:
        return None
    stream = np.array(numbers, np.uint16)
    tables = {n: count(stream, n) for n in range(1, ORDER + 1)}
    if not all(len(table.keys) for table in tables.values()):
        return None
    return estimate(tables, len(vocabulary.words), discounts=TRUSTING, unseen=UNSEEN_TRUSTING)
