"""One page from file to `Page`: ingest, clean, recognise, look again, lay out; the slow half for a worker process.

Stages do not import one another; this drive calls them in order. The same input, settings and engine give the same
page.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2

from pipeline.document import Page, Step, Turn
from pipeline.imaging import (
    braces,
    cells,
    clean,
    figures,
    ingest,
    layout,
    looks,
    recognisers,
    second,
    signing,
    spread,
    unread,
    word_boxes,
)
from pipeline.imaging.images import Cleaned, PageInput
from pipeline.imaging.recognisers import Recogniser, SeenWord
from pipeline.imaging.second import SecondLook
from pipeline.imaging.sources import Source
from pipeline.knowledge import vietnamese
from pipeline.settings import Settings

VERSION = "2"

# A reading worse than this is not believed to be the right way up before the other ways were tried. Sound pages of
# any kind score 0.6 and more, pages on their head 0.1 to 0.3.
DOUBTED = 0.45
# ...unless the engine is sure of what it reads: a page in another language, a table of symbols.
SURE_OF_ITSELF = 0.80
FEW_WORDS = 4
# A word counts for a way up from this many letters and this confidence on; debris is short, or doubted, or no word.
LONG_ENOUGH, SURE = 3, 0.6
# How many times the letters of such words that the first way up gave another must give.
PLAINLY_MORE = 1.5
FEW_LETTERS = 12


def read_page(
    source: Source, number: int, settings: Settings, recogniser: Recogniser, plain: bool = False
) -> Page:
    """Read page `number` (from 1) of a source.

    `plain` leaves out cleaning and second looks: for a page on which they failed. Raises PageError, or InputError
    where the file itself has become unreadable.
    """
    page = ingest.load_page(source, number, settings)
    if page.lines is not None:
        return layout.text_page(page)
    if page.words is not None:
        return layout.layout(page.words, page)
    assert page.image is not None
    assert page.dpi is not None
    limit = settings.page_timeout_seconds
    if plain:
        cleaned = clean.plain(page.image, page.dpi)
        return _finish(page, cleaned, recogniser.read(cleaned.image, dpi=cleaned.dpi, timeout=limit), recogniser)
    both = spread.halves(page)
    if both is not None:
        left, right = (_read_image(half, settings, recogniser) for half in both)
        if left.turn == right.turn and left.turn in (0, 180):
            return _joined(page, left, right)
    return _read_image(page, settings, recogniser)


def _joined(page: PageInput, left: Page, right: Page) -> Page:
    """One page of the file from the two that its picture shows; the first of them is the right one on its head."""
    first, then = (left, right) if left.turn == 0 else (right, left)
    steps = tuple(step for half in (first, then) for step in half.steps[len(page.steps):])
    return replace(
        first, blocks=first.blocks + then.blocks, objects=first.objects + then.objects,
        status="ok" if "ok" in (first.status, then.status) else first.status,
        steps=(*page.steps, Step("spread", VERSION, {"pages": 2}), *steps),
    )


def _read_image(page: PageInput, settings: Settings, recogniser: Recogniser) -> Page:
    """The page of one picture, cleaned and read."""
    assert page.image is not None
    assert page.dpi is not None
    limit = settings.page_timeout_seconds
    cleaned = clean.clean(page.image, page.dpi)
    if cleaned.blank:
        return _finish(page, cleaned, (), recogniser)
    words = _read(cleaned, recogniser, limit)
    if is_doubted(words):
        cleaned, words = _other_ways(page, cleaned, words, recogniser, limit)
    if not settings.second_reading:
        return _finish(page, cleaned, words, recogniser)
    one_block = recognisers.of_one_block(recogniser)
    words = braces.with_braces(cleaned.image, words)
    words = unread.read_left_out(cleaned.image, cleaned.dpi, words, one_block, limit)
    look = second.look_again(cleaned.image, cleaned.dpi, words, one_block, limit)
    signed = signing.look_at_signature(
        cleaned.image, cleaned.dpi, look.words, look.readings, one_block, limit, cleaned.colours, _own(page, cleaned)
    )
    look = replace(look, words=signed.words, readings=signed.readings, changed=look.changed + signed.changed)
    numbers = figures.check(cleaned.image, look.words, look.readings, cleaned.marks)
    look = replace(look, words=numbers.words, readings=numbers.readings, changed=look.changed + numbers.changed)
    return _finish(page, cleaned, look.words, recogniser, look, numbers.found)


def _own(page: PageInput, cleaned: Cleaned) -> signing.Own:
    """What cuts a place out of the page's own pixels."""
    assert page.image is not None
    scale = max(1.0, min(looks.FINEST, 1 / cleaned.scale))
    return signing.Own(scale, not cleaned.measures.bilevel, partial(clean.cut_out, page.image, cleaned))


def confidence(words: tuple[SeenWord, ...]) -> float:
    """Mean confidence of the engine over the letters, 0 to 1; 0 for a page with hardly a word."""
    if len(words) < FEW_WORDS:
        return 0.0
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters


def score(words: tuple[SeenWord, ...]) -> float:
    """How much a reading looks like Vietnamese text, 0 to 1: mean confidence times share of legal syllables."""
    return confidence(words) * vietnamese.legal_share(" ".join(word.text for word in words))


def surely_read(words: tuple[SeenWord, ...]) -> int:
    """Letters in words that are legal syllables, of three letters at least, read with some confidence and level.

    Of a page with much besides its print (the back of the sheet, stains) the score says little: the share of its
    words that are sound is small whichever way it lies, their number is not. Engines read lines that run up the page
    too, in a wrong order; such words are taller than wide.
    """
    return sum(len(word.text) for word in _sound(words) if _is_level(word))


def _sound(words: tuple[SeenWord, ...]) -> list[SeenWord]:
    return [
        word for word in words
        if len(word.text) >= LONG_ENOUGH and word.confidence >= SURE and vietnamese.legal_share(word.text) == 1.0
    ]


def _is_level(word: SeenWord) -> bool:
    return word.right - word.left > word.bottom - word.top


def is_doubted(words: tuple[SeenWord, ...]) -> bool:
    """Whether the page may lie another way than it was read."""
    if score(words) < DOUBTED:
        return confidence(words) < SURE_OF_ITSELF
    sound = _sound(words)
    return sum(_is_level(word) for word in sound) < len(sound) / 2


def _other_ways(
    page: PageInput, cleaned: Cleaned, words: tuple[SeenWord, ...], recogniser: Recogniser, limit: float
) -> tuple[Cleaned, tuple[SeenWord, ...]]:
    """The best of the four ways up, tried on a small copy; the first reading where none is better."""
    assert page.image is not None
    assert page.dpi is not None
    best, most = cleaned.turn, max(FEW_LETTERS, surely_read(words))
    for turn in _turns_after(cleaned.turn):
        tried = clean.clean(page.image, page.dpi, turn)
        sample = cv2.resize(tried.image, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
        found = recogniser.read(sample, dpi=tried.dpi * 0.75, timeout=limit)
        sure = surely_read(found)
        if sure > PLAINLY_MORE * most:
            best, most = turn, sure
        if best == turn and not is_doubted(found):
            break
    if best == cleaned.turn:
        return cleaned, words
    cleaned = clean.clean(page.image, page.dpi, best)
    return cleaned, _read(cleaned, recogniser, limit)


def _read(cleaned: Cleaned, recogniser: Recogniser, limit: float) -> tuple[SeenWord, ...]:
    """The words of the copy, those of a table read cell by cell."""
    if not cleaned.cells:
        return word_boxes.mended(recogniser.read(cleaned.image, dpi=cleaned.dpi, timeout=limit))
    page = cells.without(cleaned.image, cleaned.cells)
    around = word_boxes.mended(recogniser.read(page, dpi=cleaned.dpi, timeout=limit))
    lines = max((word.line for word in around), default=-1) + 1
    return around + cells.read(cleaned.image, cleaned.cells, recogniser, cleaned.dpi, limit, lines)


def _turns_after(turn: Turn) -> tuple[Turn, ...]:
    """The other three, the opposite first."""
    order: dict[Turn, tuple[Turn, ...]] = {
        0: (180, 90, 270), 90: (270, 0, 180), 180: (0, 90, 270), 270: (90, 0, 180),
    }
    return order[turn]


def _finish(
    page: PageInput, cleaned: Cleaned, words: tuple[SeenWord, ...], recogniser: Recogniser,
    look: SecondLook | None = None, numbers_found: int = 0,
) -> Page:
    detail = {**recogniser.identity, "words": len(words), "score": round(score(words), 3)}
    if look is not None:
        detail |= {"lines_read_again": look.lines, "words_changed": look.changed, "numbers_found": numbers_found}
    page = replace(page, steps=(*page.steps, *cleaned.steps, Step("recognise", VERSION, detail)))
    return layout.layout(words, page, cleaned, {} if look is None else look.readings)
