"""Numbers read a second time, by a reader that knows nothing else (`glyphs.py`), and marks that no word holds.

The trouble: a recogniser trained on running text loses what makes plans plans. It takes a lone 5 for "bì", drops the
comma of "47,4" with full confidence, has no sign for ≥, ≤ and ±, and skips lone figures altogether: a page number, a
cell, a figure after a wide gap.

Each word that looks like a number, or that is short and doubted, is looked at; so are marks of a figure's size that
stand in no word. Letters stay the recogniser's; figures and signs become what the reader of figures saw where it is
plainly sure. Both readings are kept, so the word is flagged as one on which two readers differ. Nothing is reckoned
from what a number ought to be.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.document import Reading
from pipeline.imaging import glyphs, placed, quarters
from pipeline.imaging.images import Mark
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.knowledge import vietnamese

SOURCE = "figures"
INK = 150
# What makes a word worth a look whatever its confidence, and below which confidence a short word without it is.
_FIGURE = re.compile(r"[\d<>≥≤±+%§°‹›]")
SHORT, DOUBTED = 4, 0.80
_ROMAN = re.compile(r"[(]?[IVXHTl1]{1,5}[).:,;-]?")
# How sure the reader of figures must be to be believed. On 45 own pages (6,099 words looked at, some 900 read
# differently): where Tesseract doubted its reading the lower figure was right in 134 of 146; where it did not, signs
# alone (a comma, ≥) in 96 of 97, a figure more or less in 7 of 7. Where it was sure of one figure and the other reader
# of another, Tesseract was right in 24 of 31: its reading stays.
SURER_THAN_DOUBT, SURE_OF_MARKS, SURE_OF_COUNT = 0.80, 0.90, 0.97
# Tesseract has no ≥ and ≤ and gives > and < for them, however sure: what it says of the bar is no evidence against one.
SURE_OF_BAR = 0.6
_BARS = str.maketrans("<>", "≤≥")
# "III/2019": no word is printed before a stroke and a year, so any reading of it but Roman figures is none. Those that
# were read right on drawn pages had 0.56. Such a word is flagged in any case.
SURE_OF_QUARTER = 0.5
_QUARTER = re.compile(r"[IVX]{1,3}/(?:19|20)[0-9]{2}")
SURE_OF_STROKES = 0.75  # a quarter told by its strokes, a number by its place are flagged: two readers differ
# Tesseract's confidence under which its figures are doubted.
FIRM = 0.90
# A syllable read with no more is no evidence against a figure: "bì" at 0.35 was 5. Above it the reader of figures must
# be as sure as of a count: "Số:" of broken print was 8: with 0.81, "BÌ" was 3 with 0.99.
HALF_SURE = 0.5
# Letters that a recogniser of text prints for figures; a word with others beside its figures ("14h30") keeps them.
_LIKE_FIGURES = frozenset("ilosbzgqtdjr")
# Another reading is worth keeping from this probability on.
WORTH_KEEPING = 0.5
# Of 121 raised figures on the same pages all that were read with this probability were right, and no other mark was
# taken for one: size and place tell them apart.
SURE_OF_RAISED = 0.50
# What stands in no word is a number only if it is this sure, and is worth this share of it: a person is to look.
SURE_OF_FOUND, FOUND_SHARE = 0.97, 0.85
_FOUND = re.compile(r"[(]?(?=.*[0-9])(?!1$)[0-9.,/%-]+[)]?|[IVX]{2,5}[.]?|[≥≤]")
# More marks that stand alone are the screen of a picture, or grain.
MOST_GROUPS = 300
# Share of the width of a page at its sides where there is no print; heights and filling of a figure's marks against
# the page's usual figure; the widest number in heights of a figure.
EDGE, LEAST_TALL, MOST_TALL, LEAST_FILLED, MOST_WIDE = 0.015, 0.75, 1.3, 0.15, 8


@dataclass(frozen=True, slots=True)
class Figures:
    """`words` in their order, found ones behind them; `readings` of a word by its index: what else was read."""

    words: tuple[SeenWord, ...]
    readings: dict[int, tuple[Reading, ...]]
    looked_at: int
    changed: int
    found: int


class _Parts:
    """The connected marks of a page, and which of them belong to a word."""

    def __init__(self, copy: Image) -> None:
        self.copy = copy
        count, self.labels, stats, _ = cv2.connectedComponentsWithStats((copy < INK).astype(np.uint8), connectivity=8)
        self.left, self.top = stats[:, 0], stats[:, 1]
        self.right, self.bottom = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
        self.area = stats[:, 4]
        self.middle_x, self.middle_y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        self.taken = np.zeros(count, np.bool_)
        self.taken[0] = True
        self.paper = np.uint8(np.percentile(copy[::7, ::7], 80))

    def of(self, word: SeenWord) -> npt.NDArray[np.intp]:
        """The marks of a word: those whose middle lies in its box, or just above or below it."""
        reach = 0.25 * (word.bottom - word.top)
        inside = (self.middle_x > word.left - 1) & (self.middle_x < word.right + 1)
        inside &= (self.middle_y > word.top - reach) & (self.middle_y < word.bottom + reach)
        inside &= self.bottom - self.top < 3 * (word.bottom - word.top)
        inside[0] = False
        return np.flatnonzero(inside)

    def beside(self, marks: npt.NDArray[np.intp], tall: float) -> npt.NDArray[np.intp]:
        """The marks, and those in no word that stand close beside them on their line: a last figure, a comma."""
        if not len(marks) or tall <= 0:
            return marks
        left, top, right, bottom = self.box(marks)
        near = ~self.taken & (self.left < right + 0.35 * tall) & (self.right > left - 0.35 * tall)
        near &= (self.middle_y > top) & (self.middle_y < bottom + 0.2 * tall) & (self.bottom - self.top < 1.3 * tall)
        near &= (self.right - self.left < 1.3 * tall) & (self.area > 5)
        return np.union1d(marks, np.flatnonzero(near))

    def raised(self, marks: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Those of a word's marks that stand raised behind all its letters, as a power or the mark of a footnote does.

        Nothing stands under them (as the dot of "?" does), and nothing but a full stop or the like behind.
        """
        height = self.bottom[marks] - self.top[marks]
        small = float(np.median(height))
        base = float(np.median(self.bottom[marks][height > 0.7 * small]))
        high = (self.bottom[marks] < base - 0.3 * small) & (height > 0.4 * small)
        letters = ~high & (height > 0.5 * small)
        if not letters.any():
            return marks[:0]
        behind = self.left[marks] > self.right[marks][letters].max() - 0.1 * small
        found = marks[high & behind]
        if not 1 <= len(found) <= 2:
            return marks[:0]
        left, _, right, bottom = self.box(found)
        under = (self.middle_x > left) & (self.middle_x < right) & (self.top >= bottom - 1)
        under &= self.top < base + 0.2 * small
        under[found] = False
        return marks[:0] if under.any() else found

    def box(self, marks: npt.NDArray[np.intp]) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of marks."""
        return (
            int(self.left[marks].min()), int(self.top[marks].min()), int(self.right[marks].max()),
            int(self.bottom[marks].max()),
        )

    def shapes(self, marks: npt.NDArray[np.intp]) -> list[quarters.Mark]:
        """The pixels of marks in their boxes, from left to right."""
        return [
            self.labels[self.top[mark] : self.bottom[mark], self.left[mark] : self.right[mark]] == mark
            for mark in sorted(marks.tolist(), key=lambda mark: int(self.left[mark]))
        ]

    def crop(self, marks: npt.NDArray[np.intp]) -> Image | None:
        """These marks alone on paper; None where there are none."""
        if not len(marks):
            return None
        x0, y0 = max(0, int(self.left[marks].min()) - 2), max(0, int(self.top[marks].min()) - 2)
        x1, y1 = int(self.right[marks].max()) + 2, int(self.bottom[marks].max()) + 2
        labels = self.labels[y0:y1, x0:x1]
        # Half-grey rims belong to the nearest mark, so only what another mark covers is made paper.
        other = (labels > 0) & ~np.isin(labels, marks)
        if other.any():
            other = cv2.dilate(other.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            other &= ~np.isin(labels, marks)
        piece: Image = self.copy[y0:y1, x0:x1].copy()
        piece[other] = self.paper
        return piece


def check(
    copy: Image, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]], marks: tuple[Mark, ...] = (),
) -> Figures:
    """Look at the numbers of a page once more, and for numbers that were passed over.

    `readings` are those there were before; they are kept. `marks` are the found objects: nothing is looked for in
    seals, stamps and signatures.
    """
    parts, network = _Parts(copy), glyphs.network()
    own = [parts.of(word) for word in words]
    for found in own:
        parts.taken[found] = True
    tall = _figure_height(parts, words, own)
    result = list(words)
    known = dict(readings)
    looked = changed = 0
    before = ("", *(word.text for word in words))
    placed_parts = {
        i: part for i, word in enumerate(words) if (part := placed.part_of(before[i], word.text)) is not None
    }
    asked = [i for i, word in enumerate(words) if i in placed_parts or _is_worth_a_look(word)]
    wider = {i: parts.beside(own[i], tall) if _FIGURE.search(words[i].text) else own[i] for i in asked}
    crops = {i: parts.crop(wider[i]) for i in asked}
    answers = dict(zip(asked, network.read(list(crops.values())), strict=True))
    forced = dict(zip(placed_parts, network.read([crops[i] for i in placed_parts], placed.SIGNS), strict=True))
    for index, told in answers.items():
        word = words[index]
        number = None
        if quarters.is_one(before[index], word.text):
            others = [reading.text for reading in known.get(index, ())] + ([told.text] if told is not None else [])
            number = quarters.counted(word.text, parts.shapes(own[index]), tall) or quarters.agreed(word.text, others)
        elif index in placed_parts:
            number = placed.told(word.text, placed_parts[index], forced[index], told)
        if number is not None:
            result[index] = replace(word, text=number, confidence=min(word.confidence, SURE_OF_STROKES))
            known[index] = (Reading("first", word.text, word.confidence), *known.get(index, ()))
            changed += 1
            continue
        if told is None:
            continue
        looked += 1
        text = _with_letters(told.text, word.text)
        if text is None or text == word.text:
            continue
        if _is_sign_seen(parts, wider[index], word.text, text, tall) or _is_believed(word, text, told.confidence):
            left, top, right, bottom = parts.box(wider[index])
            result[index] = replace(
                word, text=text, confidence=round(told.confidence, 4), left=min(left, word.left),
                top=min(top, word.top), right=max(right, word.right), bottom=max(bottom, word.bottom),
            )
            parts.taken[wider[index]] = True
            known[index] = (Reading("first", word.text, word.confidence), *known.get(index, ()))
            changed += 1
        elif told.confidence > WORTH_KEEPING and _FIGURE.search(text + word.text) and _missing(word.text, text) < 2:
            known[index] = (*known.get(index, ()), Reading(SOURCE, text, round(told.confidence, 4)))
    changed += _raised(parts, network, result, own, known)
    found_words = _passed_over(parts, network, result, marks, tall)
    return Figures((*result, *found_words), known, looked, changed, len(found_words))


def _figure_height(parts: _Parts, words: tuple[SeenWord, ...], own: list[npt.NDArray[np.intp]]) -> float:
    """How tall figures stand on this page, in pixels; 0 where there is nothing to tell it by."""
    heights = [
        int(height) for word, found in zip(words, own, strict=True)
        if word.text.isdigit() and word.confidence > DOUBTED and len(found) == len(word.text)
        for height in parts.bottom[found] - parts.top[found]
    ]
    if len(heights) >= 4:
        return float(statistics.median(heights))
    letters = [
        int(height) for word, found in zip(words, own, strict=True) if word.confidence > DOUBTED
        for height in parts.bottom[found] - parts.top[found]
    ]
    # Most letters are small ones, two thirds as tall as figures.
    return 1.5 * float(statistics.median(letters)) if len(letters) >= 40 else 0.0


def _raised(
    parts: _Parts, network: glyphs.Network, words: list[SeenWord], own: list[npt.NDArray[np.intp]],
    known: dict[int, tuple[Reading, ...]],
) -> int:
    """Put raised figures in the place of what was read for them ("m?", "phạm!"), and say how many."""
    asked: list[int] = []
    crops: list[Image | None] = []
    for index, (word, marks) in enumerate(zip(words, own, strict=True)):
        shape = _RAISED.fullmatch(word.text)
        if shape is None or len(marks) < 2 or not (shape["mark"] or shape["stem"].split("/")[-1] in _UNITS):
            continue
        marks = parts.beside(marks, float(np.median(parts.bottom[marks] - parts.top[marks])))
        above = parts.raised(marks)
        if len(above):
            asked.append(index)
            crops.append(parts.crop(above))
    changed = 0
    for index, told in zip(asked, network.read(crops), strict=True):
        word = words[index]
        shape = _RAISED.fullmatch(word.text)
        assert shape is not None
        if told is None or told.confidence < SURE_OF_RAISED or not re.fullmatch("[1-9]{1,2}", told.text):
            continue
        figure = told.text.translate(_SUPERSCRIPTS)
        unit = shape["stem"].split("/")[-1] in _UNITS
        if unit and figure not in ("²", "³"):
            continue
        known[index] = (Reading("first", word.text, word.confidence), *known.get(index, ()))
        words[index] = replace(
            word, text=f"{shape['stem']}{figure}{shape['rest']}", confidence=round(min(told.confidence, FIRM), 4),
        )
        changed += 1
    return changed


_RAISED = re.compile(r"""(?P<stem>(?:\w+/)?[^\W\d_]+?)(?P<mark>[?!'”“"‘’`´°º$‡†¿}§]{0,2})(?P<rest>[.,;:)]*)""")
_UNITS = frozenset({"m", "km", "cm", "dm", "mm"})
_SUPERSCRIPTS = str.maketrans("123456789", "¹²³⁴⁵⁶⁷⁸⁹")


def _passed_over(
    parts: _Parts, network: glyphs.Network, words: list[SeenWord], marks: tuple[Mark, ...], tall: float
) -> list[SeenWord]:
    """Numbers that stand in no word."""
    if tall <= 0:
        return []
    height, width = parts.bottom - parts.top, parts.right - parts.left
    free = ~parts.taken & (parts.middle_x > EDGE * parts.copy.shape[1])
    free &= parts.middle_x < (1 - EDGE) * parts.copy.shape[1]
    for mark in marks:
        if mark.kind not in ("rule", "vertical_rule"):
            free &= ~(
                (parts.middle_x > mark.left) & (parts.middle_x < mark.right)
                & (parts.middle_y > mark.top) & (parts.middle_y < mark.bottom)
            )
    like = free & (height > LEAST_TALL * tall) & (height < MOST_TALL * tall) & (width < 1.3 * tall)
    like &= parts.area > LEAST_FILLED * height * width
    large = np.flatnonzero(free & (height > 0.5 * tall))
    alone = _groups(parts, np.flatnonzero(like), tall)
    groups: list[npt.NDArray[np.intp]] = []
    for group in alone if len(alone) < MOST_GROUPS else ():
        whole = parts.beside(group, tall)
        left, top, right, bottom = parts.box(whole)
        around = (parts.middle_x[large] > left - 2.5 * tall) & (parts.middle_x[large] < right + 2.5 * tall)
        around &= (parts.middle_y[large] > top - 1.5 * tall) & (parts.middle_y[large] < bottom + 1.5 * tall)
        # Strokes of a signature, of handwriting, of a seal stand close together.
        if np.count_nonzero(around & ~np.isin(large, whole)) <= 1 and right - left < MOST_WIDE * tall:
            groups.append(whole)
    found: list[SeenWord] = []
    line = max((word.line for word in words), default=-1) + 1
    for group, told in zip(groups, network.read([parts.crop(group) for group in groups]), strict=True):
        if told is None or told.confidence < SURE_OF_FOUND or not _FOUND.fullmatch(told.text):
            continue
        left, top, right, bottom = parts.box(group)
        beside = [
            word for word in words
            if min(word.bottom, bottom) - max(word.top, top) > 0.5 * min(bottom - top, word.bottom - word.top)
            and max(word.left - right, left - word.right) < 2 * tall
        ]
        if any(min(word.right, right) - max(word.left, left) > 0.3 * (right - left) for word in beside):
            continue  # a part of a word whose box is too small
        nearest = min(beside, key=lambda word: max(word.left - right, left - word.right), default=None)
        found.append(SeenWord(
            told.text, left, top, right, bottom, round(told.confidence * FOUND_SHARE, 4),
            0 if nearest is None else nearest.block, line if nearest is None else nearest.line,
        ))
        line += nearest is None
    return found


def _groups(parts: _Parts, marks: npt.NDArray[np.intp], tall: float) -> list[npt.NDArray[np.intp]]:
    """Marks that stand side by side, as the figures of one number do."""
    groups: list[list[int]] = []
    for mark in sorted(marks.tolist(), key=lambda i: int(parts.left[i])):
        for group in groups:
            last = group[-1]
            if parts.left[mark] - parts.right[last] < 0.5 * tall and abs(
                parts.middle_y[mark] - parts.middle_y[last]
            ) < 0.3 * tall:
                group.append(mark)
                break
        else:
            groups.append([mark])
    return [np.array(group) for group in groups]


def _is_worth_a_look(word: SeenWord) -> bool:
    text = word.text
    if len(text) > 16:
        return False
    if _FIGURE.search(text) or _ROMAN.fullmatch(text):
        return True
    return len(text) <= SHORT and (word.confidence < DOUBTED or not vietnamese.is_legal_text(text))


_RUN = re.compile(r"[^\W\d_]+")
_TOLD_RUN = re.compile(r"[LIVX]+")
_PURE = re.compile(r"[IVX]+")
_LIKE_ROMAN = re.compile(r"[IVXTHLl]+")  # "Quý TI/2019": what a recogniser of text makes of Roman numerals
_TELLS = re.compile(r"[\d<>≥≤±+%]|[(]?[IVX]+[).:,;-]?")
_TAIL = ".,;:"
_SHARES = ("%", "(%)")  # "®)": what stands in the head of a column of shares


def _with_letters(told: str, text: str) -> str | None:
    """What was told, with the word's own letters where it told of letters; None where the two do not fit.

    >>> _with_letters("26/2021/L-L", "26/2921/NĐ-CP"), _with_letters("47,4", "474"), _with_letters("1422", "14h22")
    ('26/2021/NĐ-CP', '47,4', None)
    >>> _with_letters("III/2019", "TI/2019"), _with_letters("05/II-L", "05/TH-UBND")
    ('III/2019', '05/TH-UBND')
    """
    if told in _SHARES and not any(map(str.isalnum, text)):
        return told
    if "*" in told or (not _TELLS.match(told) and not _FIGURE.search(told)):
        return None
    runs = _RUN.findall(text)
    heard = _TOLD_RUN.findall(told)
    if not heard or (len(heard) == 1 and "L" not in heard[0] and not any(map(str.isdigit, told))):
        # A number, in figures or Roman.
        letters = vietnamese.strip_marks("".join(runs)).lower()
        return None if _digits(text) and not _LIKE_FIGURES.issuperset(letters) else told
    if len(heard) != len(runs):
        return None
    kept = iter(runs)

    def own(run: re.Match[str]) -> str:
        mine = next(kept)
        like = _LIKE_ROMAN if run.start() == told.startswith("(") else _PURE  # the TH of "05/TH-UBND" are letters
        return run[0] if _PURE.fullmatch(run[0]) and like.fullmatch(mine) else mine

    return _TOLD_RUN.sub(own, told)


def _is_believed(word: SeenWord, text: str, confidence: float) -> bool:
    """Whether the figures that the reader of figures saw take the place of the word's."""
    if word.text.rstrip(_TAIL) == text.rstrip(_TAIL):
        return False  # how a sentence goes on is the recogniser's to tell
    if text in _SHARES and not any(map(str.isalnum, word.text)) and "%" not in word.text:
        return confidence > SURER_THAN_DOUBT and word.confidence < FIRM
    if word.text == "%":
        return False  # alone in a cell of units; its first ring looks like a figure
    old, new = _digits(word.text), _digits(text)
    legal = not old and word.text != "=" and vietnamese.is_legal_text(word.text)
    if legal and word.confidence > DOUBTED:
        return False
    if legal and new and word.confidence > HALF_SURE and len(new) < sum(map(str.isalpha, word.text)):
        return confidence > SURE_OF_COUNT
    if not old and not new and word.text != "=" and not _FIGURE.search(word.text) and (
        word.confidence >= FIRM or not any(map(str.isalnum, word.text))
    ):
        return False  # a star, a dash: marks that the reader of figures does not know
    if text == _barred(word.text) or (word.text == "=" and text in ("≤", "≥")):
        return confidence > SURE_OF_BAR
    if _QUARTER.fullmatch(text) and text[-5:] == word.text[-5:] and not _QUARTER.fullmatch(word.text):
        return confidence > SURE_OF_QUARTER
    # A box that begins in the middle of a broken figure gives too few signs; so does a face whose 0 is a letter's O.
    fewer = _missing(word.text, text)
    if fewer > 1 or (fewer == 1 and word.confidence > DOUBTED):
        return False
    if old and fewer < 0 and ((text[0] == "(" and new.endswith(old)) or (text[-1] == ")" and new.startswith(old))):
        return confidence > SURE_OF_COUNT  # "(660" for "(60" of a slanted face: the bracket was read as a figure too
    if word.confidence < FIRM:
        return confidence > SURER_THAN_DOUBT
    if old == new:
        return confidence > SURE_OF_MARKS
    return bool(old) and len(old) != len(new) and confidence > SURE_OF_COUNT


def _missing(text: str, told: str) -> int:
    """How many letters and figures of a word the reader of figures has not seen; below 0 where it saw more."""
    return sum(map(str.isalnum, text)) - sum(map(str.isalnum, told))


_SIGNED = re.compile(r"([+\-–—−]?)(\d.*)")
# Of the height of a figure: how high a dash is at most, and a cross at least; how far a dash is longer than high.
DASH_HIGH, CROSS_HIGH, DASH_LONG = 0.3, 0.45, 1.5


def _is_sign_seen(parts: _Parts, marks: npt.NDArray[np.intp], text: str, told: str, tall: float) -> bool:
    """Whether the two readers differ in the sign before a number alone, and its mark has the shape that was told.

    Tesseract takes a minus in a cell for a plus, or for nothing: of "-17" it makes "+17".
    """
    was, now = _SIGNED.fullmatch(text), _SIGNED.fullmatch(told)
    if was is None or now is None or was[2] != now[2] or was[1] == now[1] or not len(marks) or tall <= 0:
        return False
    first = marks[int(parts.left[marks].argmin())]
    wide, high = int(parts.right[first] - parts.left[first]), int(parts.bottom[first] - parts.top[first])
    if high < DASH_HIGH * tall and wide > DASH_LONG * high:
        return now[1] not in ("", "+")
    return now[1] == "+" and CROSS_HIGH * tall < high < tall and 0.7 < wide / high < 1.4


def _barred(text: str) -> str:
    """A text that begins with "<" or ">" as it reads with the bar that Tesseract has no sign for, and without what it
    made of the bar."""
    return text.translate(_BARS).rstrip("-–—_=") if text[:1] in "<>" else ""


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
