"""What a document says elsewhere: doubtful words are weighed once more by the words and pairs it is sure of.

The trouble: "dap" may be đập or đáp. Other text has both; a plan about reservoirs has "đập" in ten places that were
read well, and "thân đập" in two. Evidence is how much more often than in other text a word stands in this document,
and after the word before it, and before the word behind it; a place never speaks for itself. What is weighed are the
readings that the decoder found possible at a place: nothing is added, sure words stay, and numbers, symbols and labels
are never touched.

Work and memory grow with the length of the document.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.deciding import kind_of, may_change
from pipeline.decoder.language import BOUNDARY, NUMBER, UNKNOWN, LanguageModel, Vocabulary
from pipeline.decoder.pending import PendingWord, Preset, give, readings
from pipeline.decoder.tokens import ends_sentence

Doubles = NDArray[np.float64]

SURE = 0.9  # probability from which on a word speaks for others
DOUBTFUL = 0.995  # probability below which a word is weighed anew
# Shares that the document's own frequencies have of a word's probability and of a pair's, and how many words, and
# occurrences of a neighbour, are supposed that told nothing: one "xa" in a letter of forty words is no topic.
WORD_SHARE, PAIR_SHARE = 0.1, 0.3
SUPPOSED_WORDS, SUPPOSED_PAIRS = 300.0, 2.0
# Exponents of the evidence: the word itself, after the word before, before the word behind. Fitted on 18 garbled
# documents (1.4, 0.6, 0.8) and on 90 pages of mixed text (1, 0.4, 0), and set between. Wrong among doubtful words,
# before and after: 378, 324 in the 18; 205, 169 in 16 others; 281, 274 in the pages; without marks 169, 136.
WEIGHTS = np.array([1.5, 0.5, 0.5])


@dataclass(frozen=True, slots=True)
class Place:
    """A doubtful word: the piece of it that is text, its readings as printed and as word numbers, their probabilities,
    the first being what it is held for; the words beside it with their weights, and its own weight."""

    word: PendingWord
    piece: int
    texts: tuple[str, ...]
    numbers: tuple[int, ...]
    chances: tuple[float, ...]
    before: tuple[int, float]
    after: tuple[int, float]
    weight: float


class Memory:
    """The sure words of a document and their pairs, each counting by how sure it is."""

    def __init__(self, stream: Sequence[tuple[int, float]]) -> None:
        self.single: defaultdict[int, float] = defaultdict(float)
        self.pair: defaultdict[tuple[int, int], float] = defaultdict(float)
        self.opening: defaultdict[int, float] = defaultdict(float)  # how often a sure word stands after it
        self.closing: defaultdict[int, float] = defaultdict(float)  # how often one stands before it
        self.total = 0.0
        left, sure = BOUNDARY, 0.0
        for word, weight in stream:
            if weight and word > UNKNOWN:
                self.single[word] += weight
                self.total += weight
            both = weight * sure
            if both and word != BOUNDARY and left != BOUNDARY:
                self.pair[left, word] += both
                self.opening[left] += both
                self.closing[word] += both
            left, sure = word, weight

    def evidence(self, places: Sequence[Place], model: LanguageModel) -> list[Doubles]:
        """For each place a row for each reading: what speaks for it, in nats, by itself, after and before its
        neighbours. 0 for what is no word of the vocabulary."""
        flat = [(place, number) for place in places for number in place.numbers]
        word = np.array([number for _, number in flat])
        left = np.array([place.before[0] for place, _ in flat])
        right = np.array([place.after[0] for place, _ in flat])
        usual = np.exp(model.tables[0].logs[:].astype(np.float64))
        after = np.exp(model.score(left[:, None], word))
        before = np.exp(model.score(word[:, None], right)) * usual[word] / usual[right]
        counted = np.array([self._counts(place, number) for place, number in flat])
        single, total, paired, opening, ahead, closing = np.maximum(counted, 0.0).T
        told = np.stack([
            np.log1p(WORD_SHARE * (single / usual[word] - total) / (total + SUPPOSED_WORDS)),
            _lift(paired, opening, after), _lift(ahead, closing, before),
        ], axis=1)
        told[word <= UNKNOWN] = 0.0
        told[left == BOUNDARY, 1] = 0.0
        told[right == BOUNDARY, 2] = 0.0
        ends = np.cumsum([len(place.numbers) for place in places])
        return np.split(told, ends[:-1])

    def _counts(self, place: Place, number: int) -> tuple[float, ...]:
        """Counts for a reading without the place's own share: of the word and of all, of the pair with the word before
        and of that word before any, and likewise behind."""
        (left, left_weight), (right, right_weight) = place.before, place.after
        own = place.weight if number == place.numbers[0] else 0.0
        return (
            self.single.get(number, 0.0) - own, self.total - place.weight,
            self.pair.get((left, number), 0.0) - own * left_weight,
            self.opening.get(left, 0.0) - place.weight * left_weight,
            self.pair.get((number, right), 0.0) - own * right_weight,
            self.closing.get(right, 0.0) - place.weight * right_weight,
        )


def _lift(paired: Doubles, neighbour: Doubles, usual: Doubles) -> Doubles:
    """How much likelier the document makes a word beside its neighbour than other text does, in nats."""
    told: Doubles = np.log(
        (neighbour * (1 - PAIR_SHARE) + SUPPOSED_PAIRS + PAIR_SHARE * paired / usual) / (neighbour + SUPPOSED_PAIRS)
    )
    return told


def remember(
    rows: Sequence[Sequence[PendingWord]], vocabulary: Vocabulary, model: LanguageModel, condition: str, preset: Preset
) -> None:
    """Weigh the doubtful words of a document's lines, all in one condition, anew by its sure ones, in place.

    A word is changed where the preset lets it be; its probability is told either way.
    """
    stream, places = laid_out(rows, vocabulary)
    if not places:
        return
    for place, told in zip(places, Memory(stream).evidence(places, model), strict=True):
        chances = np.array(place.chances) * np.exp(told @ WEIGHTS)
        chances /= chances.sum() + max(1 - sum(place.chances), 0.0)
        best = int(chances.argmax())
        read = place.word.pieces[place.piece].text
        if place.texts[best] != read and not may_change(
            condition, read, float(chances[best]), preset, False, vocabulary
        ):
            best = 0
        _settle(place, chances, best)


def laid_out(
    rows: Sequence[Sequence[PendingWord]], vocabulary: Vocabulary
) -> tuple[list[tuple[int, float]], list[Place]]:
    """The words of the lines as numbers with their weights, 0 for those not sure; and the doubtful places."""
    stream: list[tuple[int, float]] = []
    doubtful: list[tuple[int, PendingWord, int]] = []
    for row in rows:
        for word in row:
            for number, piece in enumerate(word.pieces):
                if piece.kind == "text":
                    text = word.texts[number] if word.texts else piece.text
                    if not text:
                        continue
                    if _weighable(word, number):
                        doubtful.append((len(stream), word, number))
                    weight = word.confidence if word.confidence >= SURE else 0.0
                    stream.append((vocabulary.number(text), weight))
                elif piece.kind == "number" and word.texts and word.texts[number].isalpha():
                    stream.append((vocabulary.number(word.texts[number]), 0.0))  # "6" held for ở
                elif piece.kind != "punctuation":
                    stream.append((NUMBER, 1.0))
                elif ends_sentence(piece.text):
                    stream.append((BOUNDARY, 1.0))
    places = []
    for at, word, number in doubtful:
        found = readings(word, number)
        before = stream[at - 1] if at else (BOUNDARY, 1.0)
        after = stream[at + 1] if at + 1 < len(stream) else (BOUNDARY, 1.0)
        numbers = tuple(vocabulary.number(text) for text in found)
        places.append(Place(
            word, number, tuple(found), numbers, tuple(found.values()), before, after, stream[at][1]
        ))
    return stream, places


def _weighable(word: PendingWord, piece: int) -> bool:
    """Whether a word may be given another of its readings: one token that is one word, nothing around it moved."""
    if not word.alternatives or word.confidence >= DOUBTFUL or word.kind not in ("kept", "mark", "letter"):
        return False
    texts = word.texts or []
    own = [part.text for part in word.pieces]
    return not texts or texts[:piece] + texts[piece + 1 :] == own[:piece] + own[piece + 1 :]


def _settle(place: Place, chances: Doubles, best: int) -> None:
    """Give a word one of its readings, and all of them their new probabilities."""
    word, text = place.word, place.texts[best]
    changed = (word.texts or [])[place.piece] != text
    kind = kind_of(word.pieces[place.piece].text, text) if changed else word.kind
    give(word, place.piece, text, dict(zip(place.texts, chances.tolist(), strict=True)), kind)
