"""Words that are hardly ever capital after another, counted from text: the table `dictionaries/lower_case.tsv`.

A recogniser prints S for s, X for x, K for k where the size of a letter is all that tells them apart. What the text it
learned from never does ("hồ Sơ", "xem Xét") can be taken back; what is now one and now the other ("các Sở") cannot.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from pipeline.decoder.casing import TWINS
from pipeline.knowledge import vietnamese
from pipeline.training.corpus import Paragraph

LEAST_PAIR, RARE_PAIR = 300, 0.0005  # occurrences of a pair; the share with a capital, the recogniser's own is 0.005
LEAST_WORD, RARE_WORD = 1000, 0.005  # the same for a word after any other; only its full capitals are taken back
_CLOSING = ".,;:!?)”\""

HEAD = """\
# What: words that are hardly ever capital after a word in small letters; without a first word: after any.
# Source: counted by `make train-case` in the texts that docs/model-card.md names.
# Licence: Apache-2.0 (counts).
# Date: {date}
# Notes: only words that open with, or consist of, letters whose capitals differ in size alone (s S, x X, k K).
# columns: before, word
"""


def rows(paragraphs: Iterable[Paragraph]) -> Iterator[tuple[str, str]]:
    """Pairs (word before, word) and, with an empty first word, single words; sorted."""
    small: Counter[tuple[str, str]] = Counter()
    capital: Counter[tuple[str, str]] = Counter()
    for paragraph in paragraphs:
        words = paragraph.text.split()
        for before, word in pairwise(words):
            if not before.isalpha() or not before.islower():
                continue
            core = word.rstrip(_CLOSING)
            key = before, core.lower()
            if not core.isalpha() or vietnamese.strip_marks(key[1][0]) not in TWINS:
                continue
            if core.islower():
                small[key] += 1
            elif core.istitle():
                capital[key] += 1
    made = [
        key for key, number in small.items()
        if number >= LEAST_PAIR and capital[key] <= RARE_PAIR * number and all(map(vietnamese.is_syllable, key))
    ]
    alone: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    for (_, word), number in small.items():
        alone[word] += number
    for (_, word), number in capital.items():
        raised[word] += number
    made += [
        ("", word) for word, number in alone.items()
        if number >= LEAST_WORD and raised[word] <= RARE_WORD * number and vietnamese.is_syllable(word)
        and TWINS.issuperset(vietnamese.strip_marks(word))
    ]
    yield from sorted(made)
