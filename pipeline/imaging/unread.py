"""Lines of print that the engine left out, found by their ink and read by themselves.

The trouble: the engine's own layout takes a black seal with all that stands beside it for a picture, and drops whole
lines of clean print that no stroke touches: the power and position of a signer, half a list of recipients.

The evidence: ink of the size of letters under no word, in a row on one baseline. The letters of a seal stand in a
circle, specks in no row. `last_lines` tells the short ones.

What it never does: change a word that was read; what the second look reads with doubt stays unread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import cv2
import numpy as np

from pipeline.imaging import last_lines, signlines
from pipeline.imaging.recognisers import Image, Recogniser, SeenWord
from pipeline.knowledge import vietnamese

INK = 150  # grey level under which there is ink on the evened copy, whose paper is near 255
# Height of a letter against a usual word of the page: without marks and tails it has 0.5, in capitals of a title 1.6.
LOWEST, HIGHEST, WIDEST = 0.35, 1.7, 3.5
TALLEST = 4.0  # heights of a word that lies in its line; a stroke of the pen is higher
NEXT = 1.1  # heights of a word between two letters of one line: a blank has 0.4
LEVEL = 0.22  # heights by which letters may stand off their baseline: tails have 0.2, a circle's letters 0.5 and more
LEAST_LETTERS = 5  # in a row
LONG = 3.0  # heights of a word that a row has at least
BELOW = 2.2  # heights between two rows of one region
MOST_REGIONS = 6  # a photograph is full of rows
FEW_WORDS = 12  # on fewer words nothing tells the height of letters
SURE, LEAST_SURE = 0.75, 0.5  # mean confidence of a line that is believed, and of its least word
_DASHES = ("-", "–", "+")  # before an entry of a list
MOST_COMMON = 0.3  # of a word's width and height that one already read may cover


@dataclass(frozen=True, slots=True)
class _Row:
    """Letters in a row: its box in pixels."""

    left: int
    top: int
    right: int
    bottom: int


def read_left_out(
    image: Image, dpi: float, words: tuple[SeenWord, ...], recogniser: Recogniser, timeout: float
) -> tuple[SeenWord, ...]:
    """The words with the lines added that the engine left out; the same tuple where there are none.

    `recogniser` is told that its images are one block of lines. Raises what it raises.
    """
    told = [word for word in words if any(map(str.isalpha, word.text))]
    if len(told) < FEW_WORDS:
        return words
    height = float(np.median([word.bottom - word.top for word in told]))
    # A stroke may have been read as a word of half a page: what it covers was not read.
    lying = [word for word in words if 0 < word.bottom - word.top < TALLEST * height]
    chains = _chains(image, lying, height)
    regions = _regions([row for chain in chains if (row := _row(chain, height)) is not None], height)
    ends = [_Row(*box) for box in last_lines.find(chains, lying, height)]
    ends = [end for end in ends if not any(_lies_in(end, region) for region in regions)]
    regions, ends = ([] if len(places) > MOST_REGIONS else places for places in (regions, ends))
    found: list[SeenWord] = []
    next_line = max(word.line for word in words) + 1
    block = max(word.block for word in words) + 1
    for region in (*regions, *ends):
        pad = round(0.6 * height)
        left, top = max(0, region.left - pad), max(0, region.top - pad)
        crop = image[top : region.bottom + pad, left : region.right + pad].copy()
        for word in lying:  # its neighbours must not be read again
            if word.right > left and word.bottom > top:
                crop[max(0, word.top - top) : max(0, word.bottom - top),
                     max(0, word.left - left) : max(0, word.right - left)] = 255
        seen = recogniser.read(crop, dpi=dpi, timeout=timeout)
        for line in signlines.lines_of(seen):
            moved = [
                replace(word, left=word.left + left, right=word.right + left, top=word.top + top,
                        bottom=word.bottom + top, line=next_line, block=block)
                for word in _believed(line, region in ends)
            ]
            if moved and not any(_is_on(word, other) for word in moved for other in lying):
                found += moved
                next_line += 1
        block += 1
    return (*words, *found) if found else words


def _believed(line: signlines.SignLine, is_last: bool) -> tuple[SeenWord, ...]:
    """What of a line is print: of the last line of a paragraph all or nothing."""
    if is_last:
        return line.words if last_lines.is_believed(line.words) else ()
    kept = signlines.trimmed(line)
    if kept is None or not _is_believed(kept):
        return ()
    dash = [word for word in line.words if word.right <= kept.left and word.text in _DASHES][-1:]
    return (*dash, *kept.words)


def _lies_in(row: _Row, region: _Row) -> bool:
    return row.top >= region.top and row.bottom <= region.bottom and row.left >= region.left


def _is_believed(line: signlines.SignLine) -> bool:
    """Whether the engine saw print: surely, and mostly syllables or codes."""
    letters = sum(sum(map(str.isalpha, word.text)) for word in line.words)
    legal = sum(
        sum(map(str.isalpha, word.text)) for word in line.words
        if vietnamese.is_legal_text(word.text.strip(".,;:()-")) or word.text.isupper()
    )
    least = min(word.confidence for word in line.words)
    return letters >= LEAST_LETTERS and legal > 0.7 * letters and line.sure >= SURE and least >= LEAST_SURE


def _is_on(word: SeenWord, other: SeenWord) -> bool:
    across = min(word.right, other.right) - max(word.left, other.left)
    down = min(word.bottom, other.bottom) - max(word.top, other.top)
    return across > MOST_COMMON * (word.right - word.left) and down > MOST_COMMON * (word.bottom - word.top)


def _chains(image: Image, words: Sequence[SeenWord], height: float) -> list[list[list[int]]]:
    """Letters in a row that stand under no word: left, top, width and height of each, in pixels."""
    ink = (image < INK).astype(np.uint8)
    for word in words:
        ink[max(0, word.top - 2) : word.bottom + 2, max(0, word.left - 2) : word.right + 2] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_letter = (high > LOWEST * height) & (high < HIGHEST * height) & (wide < WIDEST * height) & (wide > 1)
    letters = sorted(stats[is_letter][:, :4].tolist())
    if len(letters) > MOST_LETTERS:
        return []  # a drawing, or print of another size
    chains: list[list[list[int]]] = []
    for letter in letters:
        left, top, _, tall = letter
        near = [
            chain for chain in chains[-OPEN_CHAINS:]
            if left - (chain[-1][0] + chain[-1][2]) < NEXT * height
            and abs((top + tall) - median([y + h for _, y, _, h in chain[-6:]])) < 0.45 * height
        ]
        if near:
            min(near, key=lambda chain: abs(chain[-1][1] + chain[-1][3] - top - tall)).append(letter)
        else:
            chains.append([letter])
    return chains


MOST_LETTERS = 2500  # a page of print has 2,000; what the engine leaves out is a part of one
OPEN_CHAINS = 200  # rows that may go on: those of a page, and specks between them


def _row(chain: Sequence[Sequence[int]], height: float) -> _Row | None:
    if len(chain) < LEAST_LETTERS:
        return None
    left, right = chain[0][0], max(x + w for x, _, w, _ in chain)
    bottoms = np.array([y + h for _, y, _, h in chain], float)
    middles = np.array([x + w / 2 for x, _, w, _ in chain])
    slope, start = np.polyfit(middles - left, bottoms, 1)
    off = float(np.median(np.abs(bottoms - (slope * (middles - left) + start))))
    if right - left < LONG * height or off > LEVEL * height or abs(slope) > STEEP:
        return None
    gaps = [after[0] - one[0] - one[2] for one, after in pairwise(chain)]
    if float(np.median(gaps)) > 0.5 * height:
        return None  # dots of a line to write on
    return _Row(left, min(y for _, y, _, _ in chain), right, round(float(bottoms.max())))


STEEP = 0.05  # of a row; pages come straightened


def _regions(rows: Sequence[_Row], height: float) -> list[_Row]:
    """Rows under one another put together."""
    out: list[_Row] = []
    for row in sorted(rows, key=lambda row: row.top):
        for at, other in enumerate(out):
            common = min(row.right, other.right) - max(row.left, other.left)
            if common > 0 and row.top - other.bottom < BELOW * height:
                out[at] = _Row(
                    min(row.left, other.left), min(row.top, other.top), max(row.right, other.right),
                    max(row.bottom, other.bottom),
                )
                break
        else:
            out.append(row)
    return out
