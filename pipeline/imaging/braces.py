"""Braces beside the recipients: one note for several lines, "- Sở A; / - Sở B; } (b/c)".

The trouble: an engine drops the brace or reads it as ")" or ">", and takes the note for a part of the line beside it.

Evidence: under "Nơi nhận" one thin mark as high as two lines and more, its middle farther right than its ends; two
lines and more at its left; a short text at its right, at its middle.

What it never does: read a note; it gives the brace its place and the note a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.imaging.strokes import INK
from pipeline.knowledge.vietnamese import strip_marks

SIGN = "}"
REACH = 0.62  # of the page's width: recipients stand in its left half
# In heights of "Nơi nhận": where the list ends at the latest, the height of a brace over two lines and over a long
# list, its width, and how far its note stands off.
LOWEST, LEAST, MOST, NARROW, WIDE, NOTE_AT = 40.0, 2.1, 20.0, 0.12, 1.4, 4.0
THIN = 0.5  # of its box that is ink at the most
BULGE = 0.25  # of its width by which its middle stands right of its ends
MIDDLE = 0.3  # of its height: how far the note's middle may stand from the brace's
SURE = 0.9


def with_braces(image: Image, words: tuple[SeenWord, ...]) -> tuple[SeenWord, ...]:
    """The words with each brace as one, at the head of the line of its note."""
    head = _head(words)
    if head is None:
        return words
    size = head.bottom - head.top
    left, top = max(0, head.left - size), head.bottom
    right, bottom = round(REACH * image.shape[1]), min(image.shape[0], round(head.bottom + LOWEST * size))
    if size <= 0 or right <= left or bottom <= top:
        return words
    crop = (image[top:bottom, left:right] < INK).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(crop, connectivity=8)
    for mark, (x, y, wide, high, area) in enumerate(stats.tolist()):
        if not (mark and LEAST * size <= high <= MOST * size and NARROW * size <= wide <= WIDE * size):
            continue
        if area <= THIN * wide * high and _bulges(labels[y : y + high, x : x + wide] == mark):
            words = _put(words, (left + x, top + y, left + x + wide, top + y + high), size)
    return words


def _head(words: Sequence[SeenWord]) -> SeenWord | None:
    """The second of the words "Nơi nhận", the last on the page."""
    keys = [strip_marks(word.text).lower() for word in words]
    found = [
        second for first, key, second in zip(keys, keys[1:], words[1:], strict=False)
        if first.endswith("noi") and key.startswith("nhan")
    ]
    return found[-1] if found else None


def _bulges(shape: Image) -> bool:
    """Whether the middle fifth of a mark stands right of both its ends."""
    high, wide = shape.shape
    middles = [
        float(np.nonzero(part)[1].mean()) if part.any() else float("inf")
        for part in (shape[: high // 8 + 1], shape[2 * high // 5 : 3 * high // 5], shape[-high // 8 :])
    ]
    return bool(middles[1] - max(middles[0], middles[2]) > BULGE * wide)


def _put(words: tuple[SeenWord, ...], box: tuple[int, int, int, int], size: int) -> tuple[SeenWord, ...]:
    """The words with a brace in this box, where it stands between lines and a note."""
    left, top, right, bottom = box
    rows = {
        word.line for word in words
        if word.right <= left + size / 2 and top < (word.top + word.bottom) / 2 < bottom
    }
    there = [  # what the engine made of it
        at for at, word in enumerate(words)
        if len(word.text) <= 2 and left - 2 <= (word.left + word.right) / 2 <= right + 2
        and top < word.bottom and word.top < bottom
    ]
    note = [
        at for at, word in enumerate(words)
        if at not in there and right - size / 2 < word.left < right + NOTE_AT * size
        and abs((word.top + word.bottom - top - bottom) / 2) < MIDDLE * (bottom - top)
    ]
    if len(rows) < 2 or not note:
        return words
    line = max(word.line for word in words) + 1
    sign = SeenWord(SIGN, left, top, right, bottom, SURE, words[note[0]].block, line)
    behind = [replace(words[at], line=line) for at in note]
    kept = [word for at, word in enumerate(words) if at not in note and at not in there]
    return (*kept, sign, *behind)
