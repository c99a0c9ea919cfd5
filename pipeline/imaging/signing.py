"""A second look at the place of signature, which a seal and a handwritten name lie over.

The engine's own layout takes a seal in black and a signature for a picture and drops the lines that they touch, also
where a reader sees every letter. Here the column under "KT. CHỦ TỊCH" is cut out and read as one block of lines, in
the pictures of `looks`; where two sign side by side, each column by itself. Where no picture of the whole gives a name,
its row alone is read (`namerow`).

The evidence, in order of trust: a look whose line is a power, a position or a name; the engine's confidence; legal
syllables. A line that is none of the three is never added, and what another look read there is kept beside it.

What it never does: complete a name or a position. What no look reads stays unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from pipeline.document import Reading
from pipeline.imaging import inks, looks, recognisers, signlines, signplaces, strokes
from pipeline.imaging.namerow import Position
from pipeline.imaging.recognisers import Image, Recogniser, SeenWord
from pipeline.imaging.signlines import READ_WELL, SURE_POWER, WORD_WELL, SignLine
from pipeline.imaging.signplaces import Area
from pipeline.knowledge import persons, positions, signers, vietnamese
from pipeline.knowledge.fuzzy import aligned


@dataclass(frozen=True, slots=True)
class SigningLook:
    """`words` of the page with the lines of the signature more believably read; `readings` by the index of a word:
    what another look made of its place; `changed` counts the words that are new."""

    words: tuple[SeenWord, ...]
    readings: dict[int, tuple[Reading, ...]]
    changed: int = 0


def look_at_signature(
    image: Image, dpi: float, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    recogniser: Recogniser, timeout: float, colours: Image | None = None, own: Own | None = None,
) -> SigningLook:
    """Read the place of signature of a page again, where it has one that was not read well.

    `readings` are what is known of other readings, by the index of a word. `recogniser` is told that its images are
    one block of lines. `colours` is the page in RGB at any size, None where it has no coloured ink; `own` cuts a
    place out of the page's own pixels. Raises what it raises.
    """
    lines = signlines.lines_of(words)
    areas = signplaces.areas(image, dpi, lines)
    if not areas:
        return SigningLook(words, readings)
    if len(areas) == 1:
        _, _, top, bottom = areas[0]
        words, readings = _look_at_recipients(image, dpi, words, readings, lines, (top, bottom), recogniser, timeout)
    changed = 0
    for area in areas:
        look = _look_at_column(image, dpi, words, readings, area, recogniser, timeout, colours, own)
        words, readings, changed = look.words, look.readings, changed + look.changed
    return SigningLook(words, readings, changed)


@dataclass(frozen=True, slots=True)
class Own:
    """The page's own pixels: `scale` of them to one of the copy; `toned` where they have tones between black and white;
    `cut` gives a place (left, right, top, bottom in pixels of the copy) at so many times the copy's size."""

    scale: float
    toned: bool
    cut: Callable[[Area, float], Image]


def _look_at_column(
    image: Image, dpi: float, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    area: Area, recogniser: Recogniser, timeout: float, colours: Image | None, own: Own | None,
) -> SigningLook:
    """Read the column of one signer again where it was not read well."""
    lines = signlines.lines_of(words)
    left, right, top, bottom = area
    inside = [line for line in (signplaces.part_inside(line, area, image.shape[1]) for line in lines) if line]
    cut = _may_go_on_before(inside, image)
    if _is_read_well(inside) and not cut:
        return SigningLook(words, readings)
    crop, colour = image[top:bottom, left:right].copy(), signplaces.part_of(colours, image.shape, area)

    def blank(picture: Image, scale: float) -> Image:
        if left:
            signplaces.blank_left_column(picture, lines, left, top, image.shape[1], scale)
        return picture

    @cache
    def fine() -> tuple[float, Image] | None:
        if own is None or own.scale < looks.FINER:
            return None
        return own.scale, blank(own.cut(area, own.scale), own.scale)

    def toned() -> Image | None:
        return blank(own.cut(area, 1.0), 1.0) if own is not None and own.toned else None

    blank(crop, 1.0)
    if colour is not None:
        blank(colour, 1.0)
    found: list[SignLine] = []
    whole = list(inside)

    def read(scale: float, picture: Image, corner: tuple[int, int], reader: Recogniser = recogniser) -> bool:
        """Whether the place is read well in one more picture."""
        seen = reader.read(picture, dpi=dpi * scale, timeout=timeout)
        printed = signlines.lines_of(_moved(seen, scale, *corner))
        untrimmed = [part for line in printed for part in signlines.parts_of(line, signlines.APART)]
        trimmed = [line for line in map(signlines.trimmed, untrimmed) if line is not None]
        whole.extend(untrimmed)
        found.extend(trimmed)
        return _is_read_well([line for line in trimmed if not _lacks_its_start(line, whole)], long=cut)

    # of a place that was read well but for the beginning of its name the row of the name is all that is wanted
    pictures = looks.pictures(crop, colour, dpi, fine, toned)
    if cut or not any(read(scale, picture, (left, top)) for scale, picture in pictures):
        for scale, place, ink_alone in _places_of_name(crop, colour, fine):
            position = _position([*inside, *found])
            if position is None or _has_name([*inside, *found], long=cut):
                break
            row = looks.of_name(place, dpi * scale, _in_place(position, scale, left, top), ink_alone)
            if row is not None:
                corner = (round(left + row.left / scale), round(top + row.top / scale))
                for more, picture, one_line in row.looks:
                    reader = recognisers.of_one_line(recogniser) if one_line else recogniser
                    read(scale * more, picture, corner, reader)
    found += signlines.composed(found)
    found += signlines.agreed(found)
    complete = [[line for line in lines if not _lacks_its_start(line, whole)] for lines in (inside, found)]
    return _merged(words, readings, inside, *complete)


def _places_of_name(
    crop: Image, colour: Image | None, fine: Callable[[], tuple[float, Image] | None]
) -> Iterator[tuple[float, Image, bool]]:
    """Scale and picture of the place in which the row of the name is looked for, and whether it is of one ink."""
    red = None if colour is None else inks.red_alone(colour)
    if red is not None:
        yield 1.0, red, True
    yield *(fine() or (1.0, crop)), False


def _position(seen: Sequence[SignLine]) -> Position | None:
    """The lines above the name, in pixels of the page's image."""
    above = [line for line in seen if signers.authority_likeness(line.text) >= SURE_POWER]
    if not above:
        return None
    return Position(
        median([(line.left + line.words[-1].right) / 2 for line in above]), max(line.bottom for line in above),
        median([line.bottom - line.top for line in above]),
    )


def _in_place(position: Position, scale: float, left: int, top: int) -> Position:
    """The same in pixels of a cut-out."""
    return Position(
        scale * (position.middle - left), scale * (position.bottom - top), scale * position.height
    )


def _has_name(seen: Sequence[SignLine], long: bool) -> bool:
    """Whether a whole name was read surely; `long` wants more than two syllables of it."""
    names = [line for line in seen if line.is_sure and line.sure >= READ_WELL and _is_name(line, long)]
    return any(not persons.lacks_its_beginning(persons.split_rank(line.text)[1]) for line in names)


def _is_name(line: SignLine, long: bool) -> bool:
    if persons.name_likeness(line.text) < READ_WELL or signers.authority_likeness(line.text) >= SURE_POWER:
        return False
    return not long or len(persons.split_rank(line.text)[1].split()) > 2


# Mean confidence under which a line of the recipients is read again, and from which what was read then is taken.
LOST, FOUND = 0.6, 0.8


def _look_at_recipients(
    image: Image, dpi: float, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    lines: Sequence[SignLine], rows: tuple[int, int], recogniser: Recogniser, timeout: float,
) -> tuple[tuple[SeenWord, ...], dict[int, tuple[Reading, ...]]]:
    """The words with those lines of the recipients read again that the engine joined with the signature beside them:
    it takes "- Lưu: VT." and a stroke of the pen for one line and reads neither."""
    width = image.shape[1]
    top, bottom = rows
    lost = [
        line for line in lines
        if line.left < 0.3 * width and top < line.top < bottom and line.sure < LOST
    ]
    if not lost:
        return words, readings
    left = max(0, round(min(line.left for line in lost)) - 12)
    right = round(signplaces.LEFTMOST * width)
    seen = recogniser.read(image[top:bottom, left:right], dpi=dpi, timeout=timeout)
    found = [
        line for line in signlines.lines_of(_moved(seen, 1.0, left, top))
        if line.sure >= FOUND and sum(map(str.isalpha, line.text)) > 2 and line.words[-1].right < right - 6
    ]
    for line in found:
        there = [SignLine(part) for other in lines if signlines.same_row(line, other)
                 and (part := tuple(word for word in other.words if word.left < right))]
        doubted = any(signlines.same_row(line, other) for other in lost)
        if doubted and there and max(other.worth for other in there) < line.worth:
            look = _put(words, readings, [(line, there)], [])
            words, readings = look.words, look.readings
    return words, readings


def _is_read_well(inside: Sequence[SignLine], long: bool = False) -> bool:
    """Whether a name stands under a position, both beyond doubt, and nothing between them is debris; `long` wants
    more than two syllables of it."""
    placed = [line for line in inside if signers.authority_likeness(line.text) >= SURE_POWER]
    named = [line for line in inside if _is_name(line, long)]
    if not placed or not named or named[-1].top < placed[-1].bottom or named[-1].sure < READ_WELL:
        return False
    last = max(placed, key=lambda line: line.top)
    if positions.POWER.match(aligned(last.text) + " ") is not None:
        return False  # between "TM. ỦY BAN NHÂN DÂN" and a name stands a position
    return min(word.confidence for line in (*placed, named[-1]) for word in line.words) >= WORD_WELL


def _may_go_on_before(inside: Sequence[SignLine], image: Image) -> bool:
    """Whether ink touches a name of two syllables at its left: a seal there may hide the family name."""
    for line in inside:
        name = persons.split_rank(line.text)[1].split()
        if len(name) == 2 and persons.name_likeness(line.text) >= READ_WELL:
            height = round(line.bottom - line.top)
            left, top = max(0, line.left - height), round(line.top)
            beside = image[top : top + height, left : max(0, line.left - 2)] < strokes.INK
            if beside.size and beside.mean() > BESIDE_NAME:
                return True
    return False


BESIDE_NAME = 0.1  # share of the place of one letter that is inked; a speck has less


def _moved(seen: Sequence[SeenWord], scale: float, left: int, top: int) -> list[SeenWord]:
    return [
        replace(
            word, left=round(word.left / scale) + left, right=round(word.right / scale) + left,
            top=round(word.top / scale) + top, bottom=round(word.bottom / scale) + top,
        )
        for word in seen
    ]


def _has_power_before(line: SignLine, other: SignLine) -> bool:
    """Whether another look read the same position with a power before it."""
    whole = signlines.trimmed(other)
    return whole is not None and whole.text.startswith(_POWERS) and whole.text.endswith(f" {line.text}")


def _has_letter(text: str) -> bool:
    """Whether a word has a letter with a small and a capital form; "ˆ" alone is a letter to Python too."""
    return text.lower() != text.upper()


def _is_under(word: SeenWord, first: SeenWord) -> bool:
    """Whether a word is another reading of the position's first word, with a stroke before it."""
    common = min(word.right, first.right) - max(word.left, first.left)
    return common > UNDER * (word.right - word.left) and word.right < first.right + first.bottom - first.top


UNDER = 0.6  # of its width
# Heights of a line within which ink before a position belongs to it, to its left edge and to its right; the end of a
# recipient stands farther off, and a power may hang on the letters of a seal.
START, BEFORE = 4.0, 2.0
STROKE = 2.0  # heights of a line from which on a word is a stroke of the pen or a part of the seal


def _lacks_its_start(line: SignLine, looks: Sequence[SignLine]) -> bool:
    """Whether a look saw letters right before a position: the "KT." that someone wrote there makes another of it."""
    if signers.authority_likeness(line.text) < SURE_POWER or line.text.startswith((*_POWERS, DEPUTY)):
        return False
    height = line.bottom - line.top
    if any(signlines.same_row(line, other) and _has_power_before(line, other) for other in looks):
        return True
    return any(
        signlines.same_row(line, other)
        and any(
            0.5 * height < line.left - word.left and line.left - word.right < BEFORE * height
            and (line.left - word.left < START * height or signlines.POWER_BEHIND.search(word.text))
            and not _is_under(word, line.words[0])
            and word.bottom - word.top < STROKE * height
            and _has_letter(word.text) and word.text not in line.text and word.confidence > 0
            for word in other.words
        )
        for other in looks
    )


DEPUTY = "PHÓ "  # has its power in the line above: what stands before it is a part of the seal
_POWERS = ("TM", "KT", "TL", "TUQ", "T/M", "K/T", "T/L", "Q.")


def _merged(
    words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]], inside: Sequence[SignLine],
    complete: Sequence[SignLine], seen: Sequence[SignLine],
) -> SigningLook:
    """The page's words, each line of the signature in its most believable reading."""
    taken: list[SignLine] = []
    chosen: list[tuple[SignLine, Sequence[SignLine]]] = []
    for line in sorted(seen, key=lambda line: line.worth * (1 + AGREED * _agreeing(line, seen)), reverse=True):
        if not line.is_signing or not line.is_sure or any(signlines.same_row(line, other) for other in taken):
            continue
        taken.append(line)
        there = [other for other in inside if signlines.same_row(line, other)]
        if any(other.text == line.text for other in there):
            continue
        # what only looks like a name must be worth more than anything there, a power or a name than those
        told = line.told >= signlines.SIGNING or positions.is_stamped_over(line.text)
        rivals = [other for other in there if not told or (other.is_signing and other in complete)]
        if max((other.worth for other in rivals), default=0.0) >= line.worth:
            continue
        chosen.append((line, there))
    return _put(words, readings, chosen, seen)


def _put(
    words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    chosen: Sequence[tuple[SignLine, Sequence[SignLine]]], seen: Sequence[SignLine],
) -> SigningLook:
    """The page's words with each chosen line in the place of those that stood there, kept beside it as readings."""
    gone: set[int] = set()
    added: list[tuple[SeenWord, tuple[Reading, ...]]] = []
    next_line = max((word.line for word in words), default=-1) + 1
    for line, there in chosen:
        old = {id(word) for other in there for word in other.words if signlines.same_row(line, SignLine((word,)))}
        here = [word for word in words if id(word) in old]
        block = max((word.block for word in here), default=line.words[0].block)
        beside = [other for other in seen if other is not line and signlines.same_row(line, other)]
        added += [
            (replace(word, line=next_line, block=block), _other_readings(word, here, beside)) for word in line.words
        ]
        gone |= old
        next_line += 1
    if not added:
        return SigningLook(words, readings)
    stay = [index for index, word in enumerate(words) if id(word) not in gone]
    moved = {place: readings[index] for place, index in enumerate(stay) if index in readings}
    moved |= {len(stay) + place: others for place, (_, others) in enumerate(added) if others}
    whole = (*(words[index] for index in stay), *(word for word, _ in added))
    return SigningLook(whole, moved, len(added))


AGREED = 0.2  # what each other look that reads the same word adds to a line, as a share of its worth


def _agreeing(line: SignLine, seen: Sequence[SignLine]) -> float:
    """How many other looks read the words of a line so, on average over the words."""
    others = [word for other in seen if other is not line and signlines.same_row(line, other) for word in other.words]
    same = sum(
        other.text == word.text and min(word.right, other.right) > max(word.left, other.left)
        for word in line.words for other in others
    )
    return same / len(line.words)


def _other_readings(word: SeenWord, first: Sequence[SeenWord], looks: Sequence[SignLine]) -> tuple[Reading, ...]:
    """What the page's first look and the other looks at the signature have in the place of a word."""
    found: dict[str, Reading] = {}
    for source, there in [("first", first), *(("signature", line.words) for line in looks)]:
        for other in there:
            common = min(word.right, other.right) - max(word.left, other.left)
            same = common > 0.6 * max(word.right - word.left, other.right - other.left)
            # strokes make "THùỳnh" of "Huỳnh": what no word can be says nothing against one
            told = _may_be_word(other.text) or not _may_be_word(word.text)
            if same and told and other.text != word.text:
                found.setdefault(other.text, Reading(source, other.text, other.confidence))
    return tuple(found.values())


def _may_be_word(text: str) -> bool:
    return vietnamese.is_legal_text(text) and not any(map(str.isdecimal, text))
