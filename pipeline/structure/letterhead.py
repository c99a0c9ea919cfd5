"""The head of a document, line by line: motto, bodies, number, dateline, type and title, addressee.

The trouble: the two columns were read as one line; stamps and digital signatures stand between; a copy begins at
"Số:" or at the title; a title of four lines has no mark at its end.

Evidence in order of trust: fixed wording, the place on the page, capitals and length.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.knowledge import bodies, datelines, doctypes, gazetteer, number_lines
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.wording import (
    ABOUT,
    ADDRESSEE,
    HEAD_LINE_LENGTH,
    HEAD_LINES,
    NUMBER_CELL,
    OFFICE,
    STAMPS,
    is_main_heading,
    motto_start,
    starts_basis,
)
from pipeline.structure import title_lines
from pipeline.structure.passages import Area, PlacedLine, is_capitals
from pipeline.structure.placing import height_of, parted, wide_gap, word_at
from pipeline.structure.received import set_received_stamp_aside


@dataclass(frozen=True, slots=True)
class _Head:
    lines: tuple[PlacedLine, ...]
    taken: int  # how many of the lines given the head has used up


def _split_head_line(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """A line above the title, parted where the left column ends, each part in its area."""
    start = motto_start(line.text)
    if start is not None:
        parts = parted(line, word_at(line, start))
        # the number may stand beside the motto's second line
        if len(parts) == 2 and motto_start(parts[0].text) is None:
            return *_split_head_line(parts[0]), *_motto_and_date(parts[1])
        return tuple(
            labelled for part in parts for labelled in (
                _motto_and_date(part) if motto_start(part.text) is not None
                else (replace(part, area=_plain_head_area(part)),)
            )
        )
    movement = _movement_start(line.text)
    if movement is not None:
        left, *right = parted(line, word_at(line, movement))
        return replace(left, area=_plain_head_area(left)), *(replace(part, area="motto") for part in right)
    number = number_lines.parse_number_line(line.text) if len(line.text) < HEAD_LINE_LENGTH else None
    dateline = datelines.parse_dateline(line.text) if len(line.text) < HEAD_LINE_LENGTH else None
    bare = _BARE_NUMBER.search(line.text) if number is None else None
    begin = number.start if number is not None else bare.start() if bare is not None else 0
    if begin and _is_of_body(line.text[:begin]):
        body, *rest = parted(line, word_at(line, begin))  # "UBND TỈNH A Số: 565/TB-UBND", also without its symbol
        return replace(body, area=_plain_head_area(body)), *(part for after in rest for part in _split_head_line(after))
    if number is not None and dateline is not None and dateline.start >= number.end - 1:
        parts = parted(line, word_at(line, max(dateline.start, number.end)))
        if len(parts) == 2:
            return replace(parts[0], area="number"), replace(parts[1], area="dateline")
    if number is not None or bare is not None or _is_number_cell(line.text):
        return (replace(line, area="number"),)
    if dateline is not None:
        before = line.text[: dateline.start].strip()
        if before and len(before) > 3:
            parts = parted(line, word_at(line, dateline.start))
            if len(parts) == 2:
                return replace(parts[0], area=_plain_head_area(parts[0])), replace(parts[1], area="dateline")
        return (replace(line, area="dateline"),)
    if line.box is not None:
        index = wide_gap(line, max(14.0, 1.3 * height_of(line)))
        if index is not None:
            return tuple(replace(part, area=_plain_head_area(part)) for part in parted(line, index))
    return (replace(line, area=_plain_head_area(line)),)


_BARE_NUMBER = re.compile(r"\bSố\s*:[\s\d._…]*$")


def _motto_and_date(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """The motto, and the dateline that was read behind it: "... - Hạnh phúc Lắk, ngày 03 tháng 4 năm 2020"."""
    end = _MOTTO_END.search(aligned(line.text))
    if end is None or datelines.parse_dateline(line.text[end.end() :]) is None:
        return (replace(line, area="motto"),)
    motto, date = parted(line, word_at(line, end.end()))
    return replace(motto, area="motto"), replace(date, area="dateline")


_MOTTO_END = re.compile(r"hanh phuc\W+(?=\w)")


def _is_of_body(text: str) -> bool:
    """Whether what stands before a number on its line is a body's name, or the second line of one: "TỈNH A Số: ..."."""
    return len(text.split()) > 1 and (is_capitals(text) or bodies.looks_like_body(text) >= 0.5)


_BARE_CELL = re.compile(r"\S{1,8}\s?/\s?[A-Za-zĐ]{2,8}-[A-ZĐ&]{2,10}\W*$")  # "SUI /sYT-TCCB"


_OFFICE_WORD = re.compile(r"\W*sở\s", re.IGNORECASE)


def _is_number_cell(text: str) -> bool:
    """Whether a line is the cell of the number though it cannot be read; "SỞ ... - CÔNG AN ..." is a body, and so is
    "SỞ LAO ĐỘNG - THƯƠNG BINH" over "VÀ XÃ HỘI"."""
    if _OFFICE_WORD.match(text) and "/" not in text and not any(map(str.isdecimal, text)):
        return False
    if _BARE_CELL.match(text.strip()):
        return True
    return len(text) < 60 and NUMBER_CELL.match(aligned(text)) is not None and bodies.looks_like_body(text) < 0.5


_BORDER = " |[](){}"  # of a mark in a box: "| KHẨN |"


def _plain_head_area(line: PlacedLine) -> Area:
    key = aligned(line.text).strip(" .,:;-*_")
    if line.area == "aside" or not any(letter.isalpha() for letter in key):
        return "aside"
    if OFFICE.search(key) or STAMPS.fullmatch(key.strip(_BORDER)):
        return "aside"
    if STAMPS.fullmatch(aligned(" ".join(word.raw for word in line.words)).strip(_BORDER)):
        return "aside"  # restoration makes a name of a mark without its marks: "HOA TOC"
    if ABOUT.match(key):
        return "title"
    if ADDRESSEE.match(key):
        return "addressee"
    if line.box is not None and line.frame is not None and line.box.left > line.frame.middle:
        return "aside"  # the right column holds the motto and the date only
    if is_capitals(line.text) or bodies.looks_like_body(line.text) >= 0.5:
        return "issuer"
    return "aside"


def label_head(lines: Sequence[PlacedLine]) -> _Head:
    """The lines from the top to the end of the title, in their areas."""
    top = set_received_stamp_aside(lines[:HEAD_LINES])
    stamped = [line for line, before in zip(top, lines, strict=False) if line is not before]
    lines = [*top, *lines[HEAD_LINES:]]
    window = [line for line in lines[:HEAD_LINES] if line.page == lines[0].page or line.gap != "page"]
    type_at = _find_type(window)
    if type_at is None:
        return _head_without_type(lines, window, stamped)
    head = _above_title(window[:type_at], stamped)
    taken = type_at
    title, used = title_lines.title_lines(lines, taken, typed=True)
    return _Head((*head, *title), taken + used)


def _above_title(lines: Sequence[PlacedLine], stamped: Collection[PlacedLine]) -> list[PlacedLine]:
    """The lines above the title in their areas, those that belong together looked at together."""
    head: list[PlacedLine] = []
    at = 0
    while at < len(lines):
        broken = _of_broken_lines(lines[at], lines[at + 1]) if at + 1 < len(lines) else None
        if broken is not None:
            head += [part for parts in broken for part in parts]
            at += 2
        else:
            head += (lines[at],) if lines[at] in stamped else _split_head_line(lines[at])
            at += 1
    return _without_movement(_with_wrapped_names(head))


_PLACE_AT_END = re.compile(
    r"\b(?P<kind>tỉnh|huyện|quận|thị xã|thành phố|tp\.?|xã|phường|thị trấn)\s+(?P<name>[^\W\d_]+(?:\s[^\W\d_]+)?)$",
    re.IGNORECASE,
)
_FULL_KIND = {"tp": "thành phố", "tp.": "thành phố"}


def _with_wrapped_names(head: list[PlacedLine]) -> list[PlacedLine]:
    """The lines with the last word of a place's name, which a narrow column broke off ("... TỈNH SƠN" / "LA"), as part
    of the body: a word of two letters tells nothing by itself. Only where the gazetteer has the whole name alone."""
    out = list(head)
    for at, (line, after) in enumerate(pairwise(head)):
        if line.area != "issuer" or after.area != "aside" or line.page != after.page:
            continue
        place = _PLACE_AT_END.search(line.text.strip(" .,-_"))
        rest = [word for word in after.words if word.text.isalpha() and word.text.isupper()]
        if place is None or len(rest) != 1 or sum(map(str.isalpha, after.text)) > len(rest[0].text) + 1:
            continue
        kind = _FULL_KIND.get(place["kind"].lower(), place["kind"].lower())
        name = place["name"].title()
        whole = f"{name} {rest[0].text.capitalize()}"
        if gazetteer.find_units(whole, kind=kind) and not gazetteer.find_units(name, kind=kind):
            out[at + 1] = replace(after, area="issuer", words=tuple(rest), text=rest[0].text)
    return out


_BROKEN_DATE = re.compile(r",\s*(?:ngay|ngay\s[\d.… ]{0,8}|ngay\s[\d.… ]{0,8}thang\s?[\d.… ]{0,8}(?:nam)?)$")


def _of_broken_lines(line: PlacedLine, after: PlacedLine) -> tuple[tuple[PlacedLine, ...], ...] | None:
    """The parts of two lines over which a narrow column broke the dateline or the motto, None where it did not."""
    if _UY.fullmatch(line.text.strip()) and aligned(after.text).startswith("ban nhan dan"):
        return (replace(line, area="issuer"),), _split_head_line(after)
    if _is_half_place(line.text, after.text):
        return (replace(line, area="dateline"),), (replace(after, area="dateline"),)
    date = _broken_dateline(line.text, after.text)
    if date is not None:
        return _cut_at(line, date, "dateline"), (replace(after, area="dateline"),)
    motto = _broken_motto(line.text, after.text)
    if motto is not None:
        return _cut_at(line, motto[0], "motto"), _cut_at(after, motto[1], "motto")
    return None


_UY = re.compile(r"[ỦU][YỶ]|UỶ|ỦY")
_HALF_NAME = re.compile(r"(?:(?P<kind>thành phố|tp\.?|thị xã) )?(?P<name>[^\W\d_]+(?: [^\W\d_]+)?)", re.IGNORECASE)


def _is_half_place(text: str, after: str) -> bool:
    """Whether a dateline's place began in the line before: "Kon" / "Tum, ngày 17 tháng 5 năm 2019"."""
    half, dateline = _HALF_NAME.fullmatch(text.strip()), datelines.parse_dateline(after)
    if half is None or dateline is None or dateline.place is None or dateline.start > 0:
        return False
    kind = _FULL_KIND.get((half["kind"] or "").lower(), (half["kind"] or "").lower()) or None
    whole = gazetteer.find_units(f"{half['name']} {dateline.place}", kind=kind)
    return bool(whole) and not gazetteer.find_units(half["name"] if kind else dateline.place, kind=kind)


def _cut_at(line: PlacedLine, start: int, area: Area) -> tuple[PlacedLine, ...]:
    """A line with `area` from the word at `start` on, and what the left column has before it."""
    parts = parted(line, word_at(line, start)) if start > 0 else (line,)
    left = tuple(part for before in parts[:-1] for part in _split_head_line(before))
    return *left, replace(parts[-1], area=area)


def _broken_dateline(text: str, after: str) -> int | None:
    """Where a dateline begins that goes on in the next line: "Lạng Sơn, ngày 13" / "tháng 01 năm 2020"."""
    if len(text) + len(after) > HEAD_LINE_LENGTH or _BROKEN_DATE.search(aligned(text).rstrip()) is None:
        return None
    dateline = datelines.parse_dateline(f"{text} {after}")
    if dateline is None:
        return None
    number = number_lines.parse_number_line(text)
    start = max(dateline.start, number.end) if number is not None else dateline.start
    return start + len(text[start:]) - len(text[start:].lstrip())


_MOTTOES = (("cong", "hoa", "xa", "hoi", "chu", "nghia", "viet", "nam"), ("dang", "cong", "san", "viet", "nam"))


def _broken_motto(text: str, after: str) -> tuple[int, int] | None:
    """Where the motto stands in two lines of one head: "UBND XÃ A CỘNG HÒA XÃ" / "HỘI CHỦ NGHĨA VIỆT NAM"."""
    key, rest = (aligned(line).rstrip(" .-*_|") for line in (text, after))
    for motto in _MOTTOES:
        for count in range(len(motto) - 1, 0, -1):  # a single word only where it is alone on its line
            begun, ended = " ".join(motto[:count]), " ".join(motto[count:])
            if f" {key}".endswith(f" {begun}") and f" {rest}".endswith(f" {ended}") and (count > 1 or key == begun):
                return len(key) - len(begun), len(rest) - len(ended)
    return None


_MOVEMENT = ("doan tncs ho chi minh", "doan thanh nien cong san ho chi minh")  # stands for the motto in its documents


_OWN_NAME = re.compile(r"\b(?:bch|chap hanh|thuong vu|bi thu|trung uong|ban)$")  # "BCH ĐOÀN TNCS ..." is one name


def _movement_start(text: str) -> int | None:
    """Where the Youth Union's name begins behind a body of the left column; None where it is part of its name."""
    key = aligned(text).rstrip(" .*-_|")
    for name in _MOVEMENT:
        at = len(key) - len(name)
        if at > 3 and key.endswith(name) and key[at - 1] == " " and not _OWN_NAME.search(key[:at].strip()):
            return at if bodies.looks_like_body(text[:at]) >= 0.5 else None
    return None


def _without_movement(head: list[PlacedLine]) -> list[PlacedLine]:
    """The Youth Union's name at the right of its letterhead is its motto, not a body under those at the left."""
    bodies_at = [index for index, line in enumerate(head) if line.area == "issuer"]
    if len(bodies_at) < 2 or aligned(head[bodies_at[-1]].text).strip(" .*-_") not in _MOVEMENT:
        return head
    return [replace(line, area="motto") if index == bodies_at[-1] else line for index, line in enumerate(head)]


def _find_type(window: Sequence[PlacedLine]) -> int | None:
    """Index of the line with the type name, if it comes before the text begins."""
    doubtful: int | None = None
    for index, line in enumerate(window):
        if line.area == "aside":
            continue
        if len(line.text) > 400 and not doctypes.type_of_line(line.text):
            break
        found = doctypes.type_of_line(line.text) or doctypes.spaced_type(line.text)
        if found is not None and _stands_as_type(line, found) and not _goes_on_above(window, index):
            if found.score == 1.0 or not _is_in_letterhead(window, index):
                return index
            doubtful = index if doubtful is None else doubtful
        if index > 3 and starts_basis(line.text) and line.text[:1].isupper() and not is_capitals(line.text):
            break
        if is_main_heading(line.text):
            break
    return doubtful


def _is_in_letterhead(window: Sequence[PlacedLine], index: int) -> bool:
    """Whether motto, number or dateline come below a line: "PHƯỜNG TÂN" is like "PHƯƠNG ÁN", "CÔNG TRÌNH" like
    "CHƯƠNG TRÌNH"."""
    for line in window[index + 1 : index + 9]:
        if starts_basis(line.text):
            return False
        if len(line.text) < HEAD_LINE_LENGTH and (
            motto_start(line.text) is not None
            or number_lines.parse_number_line(line.text) is not None
            or datelines.parse_dateline(line.text) is not None
        ):
            return True
    return False


def _goes_on_above(window: Sequence[PlacedLine], index: int) -> bool:
    """Whether a line in capitals that begins like a type is the rest of a title: "... MỘT SỐ ĐIỀU CỦA" / "LUẬT ..."."""
    if index == 0 or window[index].gap != "line" or window[index].box is not None:
        return False
    above = window[index - 1].text
    told = motto_start(above) is not None or number_lines.parse_number_line(above) is not None
    return is_capitals(above) and not told and bodies.looks_like_body(above) < 0.5 and len(above) > 30


def _stands_as_type(line: PlacedLine, found: doctypes.TypeLine) -> bool:
    """A type name alone on its line, or before a title; not the first words of a body's name."""
    rest = " ".join(line.text.split()[found.words :])
    if not any(map(str.isalnum, rest)):
        return True  # nothing, or a speck
    if line.box is not None and line.frame is not None and line.box.right < line.frame.middle:
        return False  # "CHƯƠNG TRÌNH ..." in the letterhead
    return found.score >= 0.9 and len(rest) > 3 and not motto_start(rest)


def _head_without_type(
    lines: Sequence[PlacedLine], window: Sequence[PlacedLine], stamped: Collection[PlacedLine]
) -> _Head:
    """A head with number or date but no type name (công văn), or a text that begins with its title or at once."""
    last = -1
    parted = [(line,) if line in stamped else _split_head_line(line) for line in window[:25]]
    for index, (line, after) in enumerate(pairwise(window[:25])):
        broken = _of_broken_lines(line, after)
        if broken is not None:
            parted[index : index + 2] = broken
    for index, parts in enumerate(parted):
        if any(part.area in ("motto", "number", "dateline", "addressee") for part in parts):
            last = index
        if index - last > 12 or (starts_basis(window[index].text) and index > last + 1):
            break
    head = _without_movement([part for parts in parted[: last + 1] for part in parts])
    taken = last + 1
    while taken < len(parted) and any(part.area == "title" for part in parted[taken]):  # "V/v ..."
        head += parted[taken]
        taken += 1
    head = _with_own_title(head)
    is_letter = any(line.area in ("addressee", "title") for line in head)
    if is_letter:
        return _Head(tuple(_with_whole_subject(head)), taken)
    if taken < len(lines) and title_lines.opens_with_title(lines, taken):
        title, used = title_lines.title_lines(lines, taken, typed=False)
        return _Head((*head, *title), taken + used)
    return _Head(tuple(head), taken)


def _with_own_title(head: list[PlacedLine]) -> list[PlacedLine]:
    """What stands in capitals between motto or dateline and addressee of a paper without a number is its title: "ĐƠN
    XIN NGHỈ PHÉP" is no body that issues it."""
    areas = [line.area for line in head]
    first = next((index for index, area in enumerate(areas) if area in ("motto", "dateline")), None)
    if "number" in areas or first is None or "addressee" not in areas:
        return head
    last = areas.index("addressee")
    return [
        replace(line, area="title")
        if line.area == "issuer" and first < index < last and bodies.looks_like_body(line.text) < LIKE_BODY else line
        for index, line in enumerate(head)
    ]


LIKE_BODY = 0.4  # likeness under which a line in capitals is no body; damaged names have 0.5


def _with_whole_subject(head: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """ "V/v ..." goes on in the lines under it, which looked like nothing by themselves."""
    open_subject = False
    for line in head:
        if open_subject and line.area in ("aside", "issuer") and any(letter.isalpha() for letter in line.text):
            yield replace(line, area="title")
            continue
        open_subject = line.area == "title" or (open_subject and line.area in ("dateline", "motto"))
        yield line


