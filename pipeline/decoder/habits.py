"""How the program that read a document garbles, heard from what was decoded with certainty.

The trouble: the channel was counted on pages read by Tesseract. A text layer may come from any program, and each
garbles in its own way: one prints "vA", "vd" or "vi" for và, and does so all through the document.

Evidence: words that their neighbours made sure, as they are held for and as they were read. Where the channel finds
these readings strange, their onsets, rimes and letters are counted anew, beside what the channel knows, and the
document is decoded again with that; and once more, with what is sure by then.

Pages that Tesseract read are no stranger than the channel's own, and are decoded once.
"""
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.decoder.channel import LONGEST_READING, Channel, Table, case_of, cased
from pipeline.decoder.counting import counted
from pipeline.decoder.pending import PendingWord, text_place
from pipeline.knowledge import vietnamese

# Mean log-probability of a reading, a letter of what is printed, from which on it is strange. Whole documents read by
# Tesseract lie between -0.2 and -0.6, text layers of four other programs between -1.0 and -3.6.
STRANGE = -0.75
FEWEST = 40  # syllables that are sure: fewer tell no habit
# Probability from which on a word tells, and how often the document is decoded again. Wrong words in text layers of two
# programs on real scans (2,725 words) and in pages read by two others (3,274 and 2,687): 766, 721, 926 when decoded
# once, 636, 583, 837 twice, 636, 558, 825 three times, of the sure ones fewer each time. Words that are less sure mend
# 20 more, and more of what is called sure is wrong.
SURE = 0.9
ROUNDS = 2
# Readings that the channel's own counts of a letter, onset or rime are worth beside those of the document; 30 leave 12
# more words wrong in those texts.
OWN_COUNTS = 10.0
# What a word in small letters tells of capitals, beside one in capitals, of which a document has few.
IN_CAPITALS = 0.1
LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Habits:
    """Syllables as they are held for and as they were read, how often each, and how strange that is to the channel:
    mean log-probability a letter."""

    pairs: Mapping[tuple[str, str], int]
    strangeness: float

    @property
    def strange(self) -> bool:
        return self.strangeness < STRANGE and sum(self.pairs.values()) >= FEWEST

    def beside(self, own: Mapping[str, Table]) -> dict[str, Table]:
        """The channel's counts, by part, with those of this document: what it has is told by its own for the most."""
        pairs: dict[tuple[str, str], float] = dict(self.pairs)
        for (text, read), times in self.pairs.items():
            if text.islower():
                capitals = text.upper(), read.upper()
                pairs[capitals] = pairs.get(capitals, 0.0) + times * IN_CAPITALS
        return {part: _joined(own[part], table) for part, table in counted(pairs).items()}


def heard(words: Iterable[PendingWord], channel: Channel) -> Habits:
    """What words that are surely the syllable they are held for tell of the program that read them."""
    syllables = frozenset(channel.syllables)
    pairs: Counter[tuple[str, str]] = Counter()
    for word in words:
        lone = word.kind not in ("split", "merge") and sum(piece.kind == "text" for piece in word.pieces) == 1
        if word.texts is None or word.confidence < SURE or not lone:
            continue
        at = text_place(word)
        text, read = vietnamese.to_old_style(word.texts[at]), word.pieces[at].text
        known = text.lower() in syllables and cased(text.lower(), case_of(text)) == text
        if known and len(read) <= LONGEST_READING:
            pairs[text, read] += 1
    told = sum(
        times * math.log(max(channel.chance(read, text.lower(), case_of(text)), LEAST))
        for (text, read), times in pairs.items()
    )
    letters = sum(times * len(text) for (text, _), times in pairs.items())
    return Habits(pairs, told / letters if letters else 0.0)


def _joined(own: Table, heard: Table) -> Table:
    """Counts of the channel with those of a document: rows that the document has are scaled down before."""
    made = dict(own)
    for printed, reads in heard.items():
        known = own.get(printed, {})
        scale = min(1.0, OWN_COUNTS / max(sum(known.values()), 1.0))
        row = Counter({read: times * scale for read, times in known.items()})
        row.update(reads)
        made[printed] = row
    return made
