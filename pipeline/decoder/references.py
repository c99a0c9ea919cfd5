"""Texts the user trusts: what they say at the place of a damaged word.

Plans copy whole paragraphs from the plan of the level above. A passage is found by runs of three words that are the
same but for their marks in the first decoding and in a trusted text; the words between two such runs are laid side by
side. What comes out is one expected word for each damaged one, and how well its surroundings agree. It is evidence
beside the reading and nothing more: a word that the reading does not allow ("tỉnh" where "xã" was read) never wins by
it. Work grows with the length of the text, not with that of the references.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.decoder.language import LanguageModel, Vocabulary, model_of
from pipeline.knowledge import vietnamese

RUN = 3  # words; shorter runs are everywhere in official language
MOST_PLACES = 24  # of one run in the references; more frequent ones tell nothing
WIDEST_GAP = 12  # words between two runs of one passage
MOST_DRIFT = 3  # words that one side of a gap may have more
AROUND = 6  # words on either side by which agreement is judged
_WORD = re.compile(r"[^\W_]+(?:[.,/-][^\W_]+)*")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Expected:
    """What stands in a trusted text at this place, and which share of the words around agrees, 0 to 1."""

    text: str
    agreement: float


class References:
    """Trusted texts, a paragraph a line: a small language model of them all and an index of each."""

    def __init__(self, texts: Iterable[str], vocabulary: Vocabulary) -> None:
        kept = [vietnamese.compose(text) for text in texts]
        self.model: LanguageModel | None = model_of(kept, vocabulary)
        self.passages = tuple(_Passages(text) for text in kept)

    def expected(self, decoded: Sequence[str]) -> list[Expected | None]:
        """For each decoded word what trusted texts have in its place; None where no passage matches.

        Where texts differ, what more of them have stands: they too can hold a slip.
        """
        keys = [vietnamese.search_key(word) for word in decoded]
        votes: list[dict[str, list[Expected]]] = [{} for _ in keys]
        for text in self.passages:
            for vote, found in zip(votes, text.expected(keys), strict=True):
                if found:
                    vote.setdefault(vietnamese.fold(found.text), []).append(found)
        return [_elected(vote) for vote in votes]


def _elected(vote: Mapping[str, Sequence[Expected]]) -> Expected | None:
    """The word that most texts have, each counting by how well its passage agrees."""
    if not vote:
        return None
    most = max(vote.values(), key=lambda alike: sum(one.agreement for one in alike))
    return max(most, key=lambda one: one.agreement)


class _Passages:
    """One trusted text, indexed by its runs of words."""

    def __init__(self, text: str) -> None:
        self.words = _WORD.findall(text)
        self.keys = [vietnamese.search_key(word) for word in self.words]
        self.places: dict[tuple[str, ...], list[int]] = {}
        for place in range(len(self.keys) - RUN + 1):
            self.places.setdefault(tuple(self.keys[place : place + RUN]), []).append(place)

    def expected(self, keys: Sequence[str]) -> list[Expected | None]:
        """The same for this text; `keys` are the decoded words without marks."""
        pairs: dict[int, int] = {}
        before: tuple[int, int] | None = None  # the end of the passage so far, in both texts
        for place in range(len(keys) - RUN + 1):
            if before and place < before[0] and place + RUN <= before[0]:
                continue
            found = self.places.get(tuple(keys[place : place + RUN]))
            if not found or len(found) > MOST_PLACES:
                continue
            spot = self._nearest(found, place, before)
            if before and (place, spot) != before:
                _fill(pairs, keys, self.keys, before, (place, spot))
            for step in range(RUN):
                pairs.setdefault(place + step, spot + step)
            before = (place + RUN, spot + RUN)
        return [self._judged(place, pairs, keys) for place in range(len(keys))]

    @staticmethod
    def _nearest(found: list[int], place: int, before: tuple[int, int] | None) -> int:
        """Of several places the one that goes on with the passage."""
        if before is None:
            return found[0]
        due = before[1] + place - before[0]
        return min(found, key=lambda spot: abs(spot - due))

    def _judged(self, place: int, pairs: dict[int, int], keys: Sequence[str]) -> Expected | None:
        spot = pairs.get(place)
        if spot is None or not _LETTER.search(self.words[spot]):
            return None
        near = [step for step in range(-AROUND, AROUND + 1) if step and 0 <= place + step < len(keys)]
        agreeing = sum(
            (other := pairs.get(place + step)) is not None and abs(other - spot - step) <= MOST_DRIFT
            and self.keys[other] == keys[place + step]
            for step in near
        )
        return Expected(self.words[spot], agreeing / max(len(near), 1))


def _fill(
    pairs: dict[int, int], keys: Sequence[str], others: Sequence[str], start: tuple[int, int], end: tuple[int, int]
) -> None:
    """Lay the words between two runs of one passage side by side."""
    here, there = end[0] - start[0], end[1] - start[1]
    if not (0 <= here <= WIDEST_GAP and there >= 0 and abs(here - there) <= MOST_DRIFT):
        return
    left, right = keys[start[0] : end[0]], others[start[1] : end[1]]
    for op in Levenshtein.opcodes(left, right):
        if op.tag in ("equal", "replace") and op.src_end - op.src_start == op.dest_end - op.dest_start:
            for step in range(op.src_end - op.src_start):
                pairs.setdefault(start[0] + op.src_start + step, start[1] + op.dest_start + step)
