"""Restore the text of a document: candidates for every word, the most probable reading of every paragraph.

The trouble: a word is right, has a small slip, has lost its marks, or is garbled, and only its neighbours tell.
Evidence, in order of trust: what was read, through the channel of the reader that read it; the language model over
the whole paragraph, across line breaks; texts the user trusts.

What never happens: a line or word is dropped or moved, a number changes, a locked token is touched. Every change is
an edit with the raw reading beside it, and every word has the probability that it is right.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.decoder import capitals, router, tokens
from pipeline.decoder.agreeing import agree
from pipeline.decoder.finishing import MENDED, Finding, finish
from pipeline.decoder.habits import ROUNDS, heard
from pipeline.decoder.language import LanguageModel
from pipeline.decoder.paragraphs import bullets, mend_bullets, paragraphs, settings, text_pieces
from pipeline.decoder.pending import LONGEST_WORD, Kind, PendingWord, Preset, Slot, expect, hear
from pipeline.decoder.references import References
from pipeline.decoder.remembering import remember
from pipeline.decoder.spacing import Spacing
from pipeline.decoder.specks import drop_specks
from pipeline.decoder.trained import MODEL, Trained, load
from pipeline.decoder.wear import weigh_by_wear
from pipeline.decoder.weaving import Weaver
from pipeline.decoder.wordlike import is_wordlike
from pipeline.document import Alternative, Block, Document, Edit, Line, Page, Word
from pipeline.knowledge import encodings, vietnamese

CHUNK = 500  # pieces decoded together; memory and time stay linear in the text


@dataclass(frozen=True, slots=True)
class RestoredWord:
    """One word of a restored text: where it stood (line and column from 0), what was read, what it is held for."""

    raw: str
    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    kind: Kind
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class RestoredText:
    """A restored text: the same lines, its words, and the condition each line was found in."""

    text: str
    words: tuple[RestoredWord, ...]
    conditions: tuple[router.Condition, ...]

    @property
    def expected_errors(self) -> float:
        """How many words are expected to be wrong: the sum of the doubts. A word in pieces is one word."""
        return sum(1 - word.confidence for word in self.words if word.kind != "locked" and word.text)


class Restorer:
    """The decoder with its model loaded. Decoding does not change it; `adapt` returns nothing and stays."""

    def __init__(self, trained: Trained, habits: bool = True) -> None:
        self.trained = trained
        self.habits = habits
        self.spacing = Spacing(trained.vocabulary, trained.model, trained.finder.short.names)
        self.trusted: References | None = None

    @classmethod
    def load(cls, model: Path | None = None, second_reader: bool = True, habits: bool = True) -> Restorer:
        """The decoder with the shipped model, or another. Loaded once per path.

        `second_reader` lets a neural network weigh doubtful words of garbled and unmarked text anew; `habits` lets a
        garbled document that is strange to the channel tell how the program that read it garbles.

        Raises:
            MissingPart: there is no model at this path.
        """
        return cls(load(model or MODEL, second_reader), habits)

    def adapt(self, texts: Iterable[str]) -> None:
        """Let clean texts of the same kind, a paragraph a line, speak from now on."""
        self.trusted = References(texts, self.trained.vocabulary)

    def restore_text(
        self, text: str, preset: Preset = "balanced", references: Sequence[str] = ()
    ) -> RestoredText:
        """Restore a text, line by line the same lines; `references` are verified texts of the same kind."""
        lines = text.split("\n")
        spans = [[(match.start(), match[0]) for match in re.finditer(r"\S+", line)] for line in lines]
        words = [[PendingWord(raw) for _, raw in row] for row in spans]
        blanks = [not row for row in words]
        conditions = self.decode(words, blanks, preset, references)
        out: list[RestoredWord] = []
        made: list[str] = []
        for number, (line, row, places) in enumerate(zip(lines, words, spans, strict=True)):
            parts, end = [], 0
            for word, (start, raw) in zip(row, places, strict=True):
                gap = line[end:start]
                parts.append(gap if word.text else gap[:-1] if end else gap)
                parts.append(word.text)
                end = start + len(raw)
                out.append(RestoredWord(
                    raw, word.text, word.confidence, word.alternatives, word.kind, number, start
                ))
            parts.append(line[end:])
            made.append("".join(parts))
        return RestoredText("\n".join(made), tuple(out), tuple(conditions))

    # --- paragraphs ---

    def decode(
        self, lines: list[list[PendingWord]], breaks: Sequence[bool], preset: Preset, references: Sequence[str] = (),
        scanned: bool = False, sheets: Sequence[int] = (),
    ) -> list[router.Condition]:
        """Decode lines of words in place. `breaks` marks lines after which a new paragraph begins for certain.

        `sheets` tells the page of each line; without it all stand on one.
        """
        trusted = [self.trusted] if self.trusted else []
        if references:
            trusted.append(References(references, self.trained.vocabulary))
        models = [one.model for one in trusted if one.model]
        for row in lines:
            for number, word in enumerate(row):
                if len(word.raw) <= LONGEST_WORD:
                    word.pieces = tokens.cut(vietnamese.compose(word.raw), number == 0)
                else:
                    word.pieces = (tokens.Piece(word.raw, "other"),)
                if word.readings:
                    hear(word, number == 0)
        if preset != "strict":
            self.spacing.mend(lines)
            if scanned:
                drop_specks(lines, self.trained.vocabulary, self.trained.model)
        listed = bullets(lines)
        for number in listed:
            lines[number][0].pieces = (tokens.Piece(lines[number][0].raw, "label"),)
        passages = list(paragraphs(lines, breaks))
        conditions: list[router.Condition] = ["clean"] * len(lines)
        waiting: dict[str, list[tuple[int, int]]] = {}
        judged, whole = _judged(lines, passages)
        for (a, b), condition in zip(passages, judged, strict=True):
            if scanned and condition == "clean":
                condition = "slips"  # a recogniser's word has a confidence that may speak against it
            conditions[a:b] = [condition] * (b - a)
            waiting.setdefault(condition, []).append((a, b))
        for kind, spans in waiting.items():
            if kind in ("garbled", "unmarked", "slips", "clean"):
                figures = kind == whole == "garbled"  # in a sound document a passage only looks garbled
                self._decode_spans(lines, spans, kind, preset, models, figures)
                reader = self._accustomed(lines, spans, preset, models, figures) if kind == "garbled" else self
                if models and expect(lines, spans, trusted):
                    reader._decode_spans(lines, spans, kind, preset, models, figures)
        for kind in sorted(MENDED):
            remember(
                [row for row, condition in zip(lines, conditions, strict=True) if condition == kind],
                self.trained.vocabulary, self.trained.model, kind, preset,
            )
        agree([row for row, condition in zip(lines, conditions, strict=True) if condition == "unmarked"])
        by_sheet: dict[int, list[tuple[PendingWord, str]]] = {}
        for row, condition, sheet in zip(lines, conditions, sheets or [0] * len(lines), strict=True):
            by_sheet.setdefault(sheet, []).extend((word, condition) for word in row)
        weigh_by_wear(by_sheet.values(), preset, self.trained.vocabulary)
        mend_bullets([lines[number] for number in listed if conditions[number] in (*MENDED, "slips")])
        finish(lines, [Finding(condition, whole, preset, scanned) for condition in conditions])
        return conditions

    def _accustomed(
        self, lines: list[list[PendingWord]], spans: list[tuple[int, int]], preset: Preset,
        models: list[LanguageModel], figures: bool,
    ) -> Restorer:
        """A decoder used to the program that garbled these spans, which it has decoded anew; itself where that garbles
        as the channel expects."""
        words = [word for a, b in spans for row in lines[a:b] for word in row]
        reader = self
        for _ in range(ROUNDS if self.habits else 0):
            habits = heard(words, self.trained.latin)
            if reader is self and not habits.strange:
                break
            reader = Restorer(self.trained.hearing(habits.beside(self.trained.latin_counts())))
            for word in words:
                word.forget()
            reader._decode_spans(lines, spans, "garbled", preset, models, figures)
        return reader

    def _decode_spans(
        self, lines: list[list[PendingWord]], spans: list[tuple[int, int]], condition: str, preset: Preset,
        models: list[LanguageModel], figures: bool,
    ) -> None:
        slots: list[Slot | None] = []  # None: a paragraph begins
        for a, b in spans:
            slots.append(None)
            for number in range(a, b):
                for word, setting in zip(lines[number], settings(lines[number]), strict=True):
                    slots.extend(Slot(word, place, setting, number) for place in range(len(word.pieces)))
            if len(slots) >= CHUNK:
                self._decode_slots(slots, condition, preset, models, figures)
                slots = []
        for start in range(0, len(slots), CHUNK):
            self._decode_slots(slots[start : start + CHUNK], condition, preset, models, figures)

    def _decode_slots(
        self, slots: list[Slot | None], condition: str, preset: Preset, models: list[LanguageModel], figures: bool
    ) -> None:
        if len(slots) > 2 * CHUNK:
            for start in range(0, len(slots), CHUNK):
                self._decode_slots(slots[start : start + CHUNK], condition, preset, models, figures)
            return
        if condition != "unmarked":
            reader = self.trained.latin if condition == "garbled" else self.trained.vie
            readings = []
            for slot in slots:
                if slot:
                    piece = slot.word.pieces[slot.place]
                    if piece.kind == "text" or (figures and is_wordlike(slot.word.pieces, slot.place)):
                        readings.append(piece.text)
                    if piece.kind == "text":
                        readings.extend(text for text, _ in slot.word.heard)
                        if piece.with_tail:
                            readings.append(piece.with_tail)
            reader.prepare(readings)
        builder = Weaver(self.trained, condition, figures)
        if condition == "garbled":
            slots = capitals.in_sentence(slots)
            builder.foresee(slots)
        for slot in slots:
            builder.add(slot)
        builder.solve(preset, models)
        if condition == "garbled" and preset != "strict" and self.trained.capital_pairs:
            capitals.raise_by_pairs(
                slots, self.trained.capital_pairs, self.trained.latin, self.trained.vocabulary
            )


def _judged(
    lines: Sequence[Sequence[PendingWord]], passages: Sequence[tuple[int, int]]
) -> tuple[list[router.Condition], router.Condition]:
    """The condition of each passage, by its own signs and those of the whole, and that of the whole."""
    own = [router.signs(text_pieces(lines[a:b])) for a, b in passages]
    around = router.Signs()
    for found in own:
        around = around.plus(found)
    judged, whole = [router.judge(found, around) for found in own], router.judge(around)
    # A recogniser of Latin letters prints signs that fonts of the old codes leave as well; no code makes text of it.
    coded = [
        " ".join(word.raw for row in lines[a:b] for word in row)
        for (a, b), condition in zip(passages, judged, strict=True) if condition == "encoded"
    ]
    if coded and encodings.convert("\n".join(coded)).encoding in ("unicode", "nfd"):
        judged = ["garbled" if condition == "encoded" else condition for condition in judged]
        whole = "garbled" if whole == "encoded" else whole
    return judged, whole


# --- the stage ------------------------------------------------------------------------------------------------------


def restore(document: Document, restorer: Restorer, preset: Preset) -> Document:
    """Fill text, confidence, alternatives and edits of every word of pages with status "ok"."""
    lines: list[list[PendingWord]] = []
    breaks: list[bool] = []
    sheets: list[int] = []
    for page in document.pages:
        for block in page.blocks:
            for line in block.lines:
                lines.append([
                    PendingWord(word.raw, word.recognised if page.origin == "ocr" else None, word.readings)
                    for word in line.words
                ])
                breaks.append(False)
                sheets.append(page.number)
            if breaks:
                breaks[-1] = True
    scanned = any(page.origin == "ocr" for page in document.pages)
    restorer.decode(lines, breaks, preset, scanned=scanned, sheets=sheets)
    done = iter(lines)

    def line_of(line: Line) -> Line:
        row = next(done)
        return replace(line, words=tuple(_finished(word, own) for word, own in zip(line.words, row, strict=True)))

    def page_of(page: Page) -> Page:
        blocks: tuple[Block, ...] = tuple(
            replace(block, lines=tuple(line_of(line) for line in block.lines)) for block in page.blocks
        )
        # Lines of a text file have no boxes: two cells that read alike are equal, and each has its own outcome.
        made: dict[Line, list[Line]] = {}
        for block, own in zip(page.blocks, blocks, strict=True):
            for line, after in zip(block.lines, own.lines, strict=True):
                if block.kind == "table":
                    made.setdefault(line, []).append(after)

        def in_cell(line: Line) -> Line:
            outcomes = made.get(line, [line])
            return outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]

        found = tuple(
            replace(table, cells=tuple(
                replace(cell, lines=tuple(in_cell(line) for line in cell.lines)) for cell in table.cells
            ))
            for table in page.tables
        )
        return replace(page, blocks=blocks, tables=found)

    return replace(document, pages=tuple(page_of(page) for page in document.pages))


def _finished(word: Word, own: PendingWord) -> Word:
    text = own.text
    edits = word.edits
    if text != word.raw:
        edits = (*edits, Edit("second_reading" if own.kind == "reading" else f"restore_{own.kind}", word.raw, text))
    confidence = own.confidence if own.texts is not None else word.recognised
    return replace(word, text=text, confidence=round(confidence, 4), alternatives=own.alternatives, edits=edits)
