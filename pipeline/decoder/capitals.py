"""Capitals inside a sentence: which words are written with one, and after what.

The trouble: an English model reads Ứ and ứ alike ("Ing"), and so Ủ and ủ. What tells them apart is usage: inside a
sentence "ứng" hardly ever has a capital, "Ủy" of Ủy ban nearly always. Evidence is how often text has each word with a
capital after a word in small letters, and after one with a capital, where names go on; and, once the words are found,
how often it has one before the word that follows ("Ủy ban", "Tổ quốc", but "tổ chức"). A reading that is sure of its
letter outweighs it; the first word of a sentence, and lines of capitals, are told by their place alone.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import tokens
from pipeline.decoder.channel import LOWER, TITLE, Channel, cased
from pipeline.decoder.language import BITS, Vocabulary
from pipeline.decoder.pending import Slot, put
from pipeline.knowledge import vietnamese

PLAIN = "plain"
AFTER_SMALL, AFTER_CAPITAL = "after small", "after capital"  # how a word is set: see `paragraphs.settings`
SETTINGS = {LOWER: AFTER_SMALL, TITLE: AFTER_CAPITAL}  # by the case of the word before
IN_SENTENCE = frozenset({PLAIN, *SETTINGS.values()})
# Log-probabilities of the three case patterns where nothing is known of the line, at a sentence start, in a line of
# capitals, there between two that are capitals throughout, among words in capitals on another line; about the shares
# in administrative text. A syllable in capitals among others that are not is rare, and "HO" is what becomes of "Hỗ".
CASE_PRIOR = {
    **dict.fromkeys(IN_SENTENCE, (0.0, -1.8, -8.0)),
    "start": (-2.3, -0.1, -8.0),
    "capitals": (-5.0, -5.0, 0.0),
    "amid": (-12.0, -12.0, 0.0),  # at 5 nats 240 wrong words on six garbled plans, at 8 238, at 12 233, at 20 234
    "run": (-4.0, -3.0, -0.1),
    "surname": (-1.8, 0.0, -8.0),
}
CAPITALS = frozenset({"capitals", "amid"})  # in a line of them
# What a reading's probability is at least, in small letters and with a capital: a reading that the channel hardly knows
# says nothing of the case. 1e-4 mends a third fewer.
HARDLY_KNOWN = 1e-3
# Nats that speak for a capital in the end before it is given. At 0, 1 and 2: 223, 217 and 223 wrong words on six
# garbled plans (240 without pairs), the same elsewhere. Pairs that ask for small letters mended no more.
MARGIN = 1.0
OPENING = CASE_PRIOR["start"][TITLE] - CASE_PRIOR["start"][LOWER]  # nats for a capital where a sentence opens

# Nats for the two of SETTINGS, a row each for lower case and for a capital, a column for each word of the vocabulary.
Shifts = NDArray[np.float16]


def in_sentence(slots: Iterable[Slot | None]) -> list[Slot | None]:
    """The slots with those that stand plainly inside a sentence set by the word before them, as it was read."""
    made: list[Slot | None] = []
    before: int | None = None
    for slot in slots:
        if slot is None:
            made.append(None)
            before = None
            continue
        piece = slot.word.pieces[slot.place]
        if piece.kind == "punctuation":
            if tokens.ends_sentence(piece.text):
                before = None
            made.append(slot)
            continue
        if before is not None and piece.kind == "text" and slot.setting == PLAIN:
            slot = replace(slot, setting=SETTINGS[before])
        made.append(slot)
        before = plain_case(piece.text) if piece.kind == "text" else None
    return made


def plain_case(text: str) -> int | None:
    """LOWER or TITLE where a word is written wholly so."""
    return TITLE if text.istitle() else LOWER if text.islower() else None


def prior(
    setting: str, cases: Sequence[int], shifts: Shifts | None, words: NDArray[np.intp]
) -> NDArray[np.float32]:
    """How likely each case pattern is in this setting for each of these words (case x word, or x 1 where all are
    alike), with what usage adds to it."""
    rows = np.array([CASE_PRIOR[setting][case] for case in cases], np.float32)[:, None]
    if shifts is not None and setting in SETTINGS.values():
        row = list(SETTINGS.values()).index(setting)
        rows = rows + np.stack([
            shifts[row, case, words].astype(np.float32) if case in SETTINGS else np.zeros(len(words), np.float32)
            for case in cases
        ])
    return np.exp(rows)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Words that have a capital before a certain next word: sorted keys (the case of the word before, the word, the
    next one), and the nats that speak for it."""

    keys: NDArray[np.uint32]
    nats: NDArray[np.float16]

    @classmethod
    def of(cls, stored: Mapping[str, NDArray[Any]]) -> Pairs | None:
        """The pairs of a model file, where it has any."""
        return cls(stored["capital_pairs"], stored["capital_nats"]) if "capital_pairs" in stored else None

    def told(self, wanted: Sequence[int]) -> list[float]:
        """What speaks for a capital under each key; 0 where nothing is known."""
        asked = np.array(wanted, np.uint32)
        places = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        found: list[float] = np.where(self.keys[places] == asked, self.nats[places].astype(np.float64), 0.0).tolist()
        return found


def pair_key(before: int, word: int, after: int) -> int:
    """The key of a word and the next one, by their numbers, behind a word of this case (LOWER or TITLE)."""
    return ((before << BITS) | word) << BITS | after


def raise_by_pairs(slots: Sequence[Slot | None], pairs: Pairs, channel: Channel, vocabulary: Vocabulary) -> None:
    """Give decoded words of a garbled text the capital that the next word asks for; `slots` as `in_sentence` sets
    them."""
    asked = list(_asked(slots, vocabulary))
    if not asked or not len(pairs.keys):
        return
    for (slot, opens, _), nats in zip(asked, pairs.told([key for *_, key in asked]), strict=True):
        if not nats:
            continue
        small = _decoded(slot)
        read = slot.word.pieces[slot.place].text
        sure = nats + (OPENING if opens else 0.0) + _told_by_letters(channel, read, vietnamese.to_old_style(small))
        if sure < MARGIN:
            continue
        put(slot.word, slot.place, cased(small, TITLE), 1 / (1 + math.exp(-sure)))
        slot.word.kind = "case" if slot.word.kind == "kept" else slot.word.kind


def _told_by_letters(channel: Channel, read: str, small: str) -> float:
    """Nats that a reading speaks for a capital rather than a small letter."""
    capital, lower = (channel.chance(read, small, case) + HARDLY_KNOWN for case in (TITLE, LOWER))
    return math.log(capital / lower)


def _asked(slots: Sequence[Slot | None], vocabulary: Vocabulary) -> Iterator[tuple[Slot, bool, int]]:
    """Words in small letters and the next word: where the first stands, whether it opens a sentence, their key."""
    case: int | None = None
    opens = True
    for slot, after in zip(slots, [*slots[1:], None], strict=True):
        kind = slot.word.pieces[slot.place].kind if slot else "label"
        if slot is None or kind == "label":
            case, opens = None, True
        elif kind == "punctuation":
            if tokens.ends_sentence(slot.word.pieces[slot.place].text):
                case, opens = None, True
        else:
            text, following = _decoded(slot), _decoded(after) if after else ""
            if text and following and slot.setting in IN_SENTENCE and text.islower():
                first, second = (vocabulary.index.get(vietnamese.fold(one)) for one in (text, following))
                if first is not None and second is not None and vietnamese.is_syllable(text):
                    yield slot, opens, pair_key(LOWER if case is None else case, first, second)
            case, opens = plain_case(text), False


def _decoded(slot: Slot) -> str:
    """What a slot with letters was decoded to, where that is one word; for any other piece nothing."""
    word = slot.word
    if word.texts is None or word.pieces[slot.place].kind != "text" or not word.texts[slot.place].isalpha():
        return ""
    return word.texts[slot.place]
