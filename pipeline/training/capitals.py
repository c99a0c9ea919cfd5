"""Which words are capital inside a sentence, how often and before which words, for `pipeline.decoder.capitals`."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.capitals import SETTINGS, Shifts, pair_key, plain_case
from pipeline.decoder.channel import LOWER, TITLE
from pipeline.decoder.language import Vocabulary
from pipeline.knowledge import vietnamese
from pipeline.training.corpus import Paragraph

SUPPOSED = 20.0  # occurrences that are supposed of every word, at the share of all
STRONGEST = 4.0  # nats; a word that text never has as a capital may be one where the reading is sure; 6 mend no more
# Of a pair: its least number, the occurrences supposed of it at the share of its first word, the least nats by which
# it differs from that word, and the least nats for a capital. Pairs of 50 and more mend 2 words fewer in 23.
FEWEST, SUPPOSED_OF_PAIR, TELLING, LEAST = 20, 4.0, 1.5, 2.0
MOST_PAIRS = 4_000_000  # counted at once; from there on those that stood once are forgotten
_CLOSING, _ENDING = ".,;:!?)”\"…", ".!?:;"

Cases = tuple[Counter[str], Counter[str]]  # words in small letters, and with a capital
PairCases = tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]  # the same before the next word


@dataclass(frozen=True, slots=True)
class Counted:
    """How often words stand in small letters and with a capital, by the case of the word before (LOWER or TITLE)."""

    words: dict[int, Cases] = field(default_factory=lambda: {case: (Counter(), Counter()) for case in SETTINGS})
    pairs: dict[int, PairCases] = field(default_factory=lambda: {case: (Counter(), Counter()) for case in SETTINGS})


def counted(paragraphs: Iterable[Paragraph]) -> Counted:
    """What text says of the case of words, and of words before the next one where no mark stands between them."""
    found = Counted()
    for number, paragraph in enumerate(paragraphs):
        before: int | None = None
        waiting: tuple[int, int, str] | None = None  # the case before, the case, the word: the next one is wanted
        for word in paragraph.text.split():
            core = word.strip("“\"(").rstrip(_CLOSING)
            now = plain_case(core) if core.isalpha() else None
            form = vietnamese.to_old_style(core.lower()) if core.isalpha() else ""
            if waiting and form:
                found.pairs[waiting[0]][waiting[1]][waiting[2], form] += 1
            waiting = None
            if now is not None and before is not None:
                found.words[before][now][form] += 1
                waiting = None if word[-1] in _CLOSING else (before, now, form)
            before = None if word[-1] in _ENDING else now
        if number % 10_000 == 0:
            _forget_the_rare(found)
    return found


def _forget_the_rare(found: Counted) -> None:
    for cases in found.pairs.values():
        for pairs in cases:
            if len(pairs) > MOST_PAIRS / 4:
                for pair in [pair for pair, times in pairs.items() if times == 1]:
                    del pairs[pair]


def shifts(found: Counted, vocabulary: Vocabulary) -> Shifts:
    """Nats that speak for a word in lower case and with a capital, beside what speaks for any: see `Shifts`."""
    made = np.zeros((len(SETTINGS), 2, len(vocabulary.words)), np.float16)
    for row, (small, capital) in enumerate(found.words.values()):
        share = (capital.total() + 1) / (small.total() + capital.total() + 2)
        times = np.array([(small[word], capital[word]) for word in vocabulary.words], np.float64)
        own = (times[:, 1] + SUPPOSED * share) / (times.sum(axis=1) + SUPPOSED)
        made[row, LOWER] = np.log((1 - own) / (1 - share)).clip(-STRONGEST, STRONGEST)
        made[row, TITLE] = np.log(own / share).clip(-STRONGEST, STRONGEST)
    return made


def pairs(found: Counted, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
    """The arrays of `pipeline.decoder.capitals.Pairs`: pairs whose first word has a capital, and has it more often
    than alone."""
    made: dict[int, float] = {}
    for before, (small, capital) in found.pairs.items():
        lower, raised = found.words[before]
        for pair in capital:
            first, second = (vocabulary.index.get(word) for word in pair)
            times = small[pair], capital[pair]
            if first is None or second is None or sum(times) < FEWEST:
                continue
            share = (raised[pair[0]] + 1) / (lower[pair[0]] + raised[pair[0]] + 2)
            nats = np.log(times[1] + SUPPOSED_OF_PAIR * share) - np.log(times[0] + SUPPOSED_OF_PAIR * (1 - share))
            if nats >= LEAST and nats - np.log(share / (1 - share)) >= TELLING:
                made[pair_key(before, first, second)] = float(nats)
    keys = sorted(made)
    return {
        "capital_pairs": np.array(keys, np.uint32),
        "capital_nats": np.array([made[key] for key in keys], np.float16),
    }
