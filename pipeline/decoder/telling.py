"""Write what the lattice found back into the words: their text, how sure it is, what else each may be."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import wordlike
from pipeline.decoder.deciding import DEBRIS, STRANGE, as_spelled, is_broken, is_debris, is_strange, kind_of, may_change
from pipeline.decoder.pending import LISTED, Kind, Preset, Slot, likeliest, put
from pipeline.decoder.trained import Trained
from pipeline.knowledge.vietnamese import strip_tone


@dataclass(frozen=True, slots=True)
class Group:
    """Arcs of one origin: the slots they cover, the printed form of each, and how they came about."""

    slots: tuple[int, ...]
    texts: tuple[str, ...]
    origin: Literal["whole", "left", "right", "merge", "fixed"]
    tails: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One arc that came through: its group, its printed form, its probability."""

    group: Group
    text: str
    chance: float
    tail: bool


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes outcomes into the words of these slots, within what the condition and the preset allow."""

    trained: Trained
    condition: str
    preset: Preset
    slots: tuple[Slot, ...]

    def tell(self, number: int, chosen: Sequence[Outcome], found: Sequence[Outcome]) -> None:
        """Write into the word of a slot: `chosen` lie on the best path, `found` are all that came through."""
        slot = self.slots[number]
        odds: dict[str, float] = {}
        for outcome in found:
            if outcome.group.origin in ("whole", "merge"):
                text = outcome.text if number == outcome.group.slots[0] else ""
                odds[text] = odds.get(text, 0.0) + outcome.chance
        if slot.word.pieces[slot.place].kind == "number":
            self._tell_figure(slot, odds)
        else:
            self._tell_text(number, chosen, odds)

    def _tell_text(self, number: int, chosen: Sequence[Outcome], odds: dict[str, float]) -> None:
        slot = self.slots[number]
        word, piece = slot.word, slot.word.pieces[slot.place]
        first = chosen[0]
        kind: Kind
        if first.group.origin == "left":
            text = " ".join(outcome.text for outcome in chosen)
            odds[text] = min(outcome.chance for outcome in chosen)
            kind = "split"
        else:
            found = first.text if number == first.group.slots[0] else ""
            text = as_spelled(piece.text, found)
            odds[text] = odds.pop(found, 0.0)
            kind = "merge" if first.group.origin == "merge" else kind_of(piece.text, text)
        sure = self.trained.chance(self.condition, odds.get(text, 0.0))
        heard = text in dict(word.heard)
        if text != piece.text and not may_change(
            self.condition, piece.text, sure, self.preset, heard, self.trained.vocabulary
        ):
            text, kind = piece.text, "kept"
            sure = self.trained.chance(self.condition, odds.get(text, 0.0))
        if text == piece.text and (is_broken(text) or (self.condition == "garbled" and is_debris(text))):
            sure = min(sure, DEBRIS)
        if self.condition == "garbled" and text == piece.text and is_strange(text, self.trained.vocabulary):
            sure = min(sure, STRANGE)
        put(slot.word, slot.place, text, sure)
        if text != piece.text:
            word.kind = "reading" if kind in ("mark", "letter") and heard else kind
            behind = word.texts is not None and slot.place + 1 < len(word.texts)
            if word.texts and behind and (first.tail or self._is_hook(number, word.texts[slot.place + 1], text)):
                word.texts[slot.place + 1] = word.texts[slot.place + 1][1:]
            if kind == "merge":
                self._move_punctuation(number, first.group)
        _list(slot, text, sure, odds)

    def _is_hook(self, number: int, sign: str, text: str) -> bool:
        """Whether a "?" behind a damaged word is what was left of its last letter ("cv?" is "cứ", "git?" "giữ"): behind
        an "ư" inside a line, or where the sentence goes on in small letters."""
        if self.condition != "garbled" or not sign.startswith("?") or number + 1 >= len(self.slots):
            return False
        slot, after = self.slots[number], self.slots[number + 1]
        goes_on = after.word is not slot.word and after.word.pieces[after.place].text[:1].islower()
        return goes_on or (after.line == slot.line and strip_tone(text[-1:].lower()) == "ư")

    def _tell_figure(self, slot: Slot, odds: dict[str, float]) -> None:
        """A lone figure gives way to a word that is likelier by far; where one is possible at all, that is told."""
        read = slot.word.pieces[slot.place].text
        likeliest = max(odds, key=lambda text: odds[text])
        if likeliest != read and odds[likeliest] >= wordlike.MARGIN and self.preset != "strict":
            put(slot.word, slot.place, likeliest, wordlike.TOLD)
            slot.word.kind = "letter"
            _list(slot, likeliest, wordlike.TOLD, {**odds, read: max(odds.get(read, 0.0), LISTED)})
        elif odds.get(read, 0.0) < 1 - LISTED:
            sure = self.trained.chance(self.condition, odds.get(read, 0.0))
            put(slot.word, slot.place, read, sure)
            _list(slot, read, sure, odds)

    def _move_punctuation(self, number: int, group: Group) -> None:
        """Behind a joined word, the punctuation of its second half stands with the first; a sign within it is gone."""
        first, second = self.slots[group.slots[0]], self.slots[group.slots[1]]
        if first.word is second.word:
            put(first.word, first.place + 1, "", 1.0)
        elif number == group.slots[1] and first.word.texts is not None and second.word.texts is not None:
            first.word.texts.extend(second.word.texts[second.place + 1 :])
            for place in range(second.place + 1, len(second.word.texts)):
                second.word.texts[place] = ""


def _list(slot: Slot, text: str, sure: float, odds: dict[str, float]) -> None:
    """Name what else a word may be: of a word with one decoded piece, the other readings of that piece."""
    word = slot.word
    if sum(part.kind in ("text", "number") for part in word.pieces) != 1:
        return
    left = min(1.0, (1 - sure) / max(1 - odds.get(text, 0.0), 1e-6))  # what a surer word leaves for others
    rest = [(chance * left, other) for other, chance in odds.items() if other not in (text, "") and chance >= LISTED]
    if rest:
        around = [part.text for part in word.pieces]
        word.alternatives = likeliest(rest, "".join(around[: slot.place]), "".join(around[slot.place + 1 :]))
