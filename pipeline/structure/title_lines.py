"""Where the title of a document (trích yếu) ends: the lines under its type that belong to it.

The trouble: a title of four lines has no mark at its end; a stamp stands beside it; the text begins on its last line.

The evidence, in order of trust: fixed wording, the place on the page, capitals and length.

What it never does: take a numbered heading or a ground into the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.knowledge import doctypes, numbering, sequence, signers
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.wording import (
    ADDRESSEE,
    OF_TYPE,
    OPENERS,
    RULE,
    TITLE_LINES,
    UNDER_TITLE,
    is_main_heading,
    starts_basis,
)
from pipeline.structure.passages import Area, PlacedLine, is_capitals
from pipeline.structure.placing import parted, word_at_count
from pipeline.structure.received import is_stamp_beside


def _split_type(line: PlacedLine) -> tuple[PlacedLine, ...]:
    found = doctypes.type_of_line(line.text) or doctypes.spaced_type(line.text)
    parts = (line,) if found is None else parted(line, word_at_count(line, found.words))
    if len(parts) > 1 and not any(map(str.isalnum, parts[-1].text)):
        return replace(parts[0], area="title"), replace(parts[-1], area="aside")
    text_at = _text_after_title(parts[-1]) if len(parts) > 1 else None
    if text_at is None:
        return tuple(replace(part, area="title") for part in parts)
    title, rest = parted(parts[-1], text_at)
    area: Area = "basis" if starts_basis(rest.text) else "body"
    who_at = _who_decides_at(title) if area == "basis" else None
    named = (title,) if who_at is None else parted(title, who_at)
    return (
        replace(parts[0], area="title"),
        replace(named[0], area="title"),
        *(replace(part, area="body") for part in named[1:]),
        replace(rest, area=area),
    )


def _who_decides_at(title: PlacedLine) -> int | None:
    """Index of the word where a title on one line ends and who decides is named: "... | ỦY BAN NHÂN DÂN TỈNH A"."""
    words = [word.text for word in title.words]
    for index in range(max(2, len(words) - LONGEST_BODY), len(words) - 1):
        if _names_who_decides(" ".join(words[index:]), words[index - 1]):
            return index
    return None


def _names_who_decides(text: str, before: str) -> bool:
    """Whether a text in capitals behind the word `before` names a body or its head, and not whose the subject is."""
    of_title = before.endswith((",", "-")) or aligned(before).strip() in _LEADS_TO_BODY
    decides = not of_title and _WHO_DECIDES.match(aligned(text)) is not None
    return decides and signers.authority_likeness(text) >= BODY


_WHO_DECIDES = re.compile(
    r"(?:chu tich|uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd|thu tuong chinh phu$|chinh phu$|bo truong|thong doc"
    r"|(?:tong )?giam doc|(?:tong )?cuc truong|hieu truong|vien truong|chanh an|ban (?:thuong vu|chap hanh))\b"
)


LONGEST_BODY = 16  # words of who decides; "CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH" has 11
BODY = 0.7  # likeness of "ỦY BAN NHÂN DÂN TỈNH A"
# "... THUỘC THẨM QUYỀN CỦA" / "ỦY BAN NHÂN DÂN TỈNH"
_LEADS_TO_BODY = frozenset(
    {"cua", "cho", "do", "voi", "thuoc", "tai", "giua", "va", "ve", "boi", "chuc", "danh", "pho"}
)


def _text_after_title(line: PlacedLine) -> int | None:
    """Index of the word where the text begins behind a title in capitals on the same line, None where none does."""
    words = [word.text for word in line.words]
    for index in range(4, len(words) - 6):
        if words[index][:1].isupper() and words[index][1:].islower() and words[index + 1].islower():
            here = OPENERS.match(aligned(" ".join(words[index : index + 12])))
            return index if here is not None and is_capitals(" ".join(words[:index])) else None
    return None


def title_lines(lines: Sequence[PlacedLine], at: int, typed: bool) -> tuple[list[PlacedLine], int]:
    """The type and title from line `at`, and how many lines they take."""
    found: list[PlacedLine] = []
    used = 0
    if typed:
        found += _split_type(lines[at])
        used = 1
        if found[-1].area not in ("title", "aside"):
            return found, used
    has_text = len(found) > 1 and found[-1].area == "title" and not OF_TYPE.fullmatch(aligned(found[-1].text).strip())
    previous = lines[at] if typed else None
    ruled = False
    for index in range(at + used, min(len(lines), at + used + TITLE_LINES + 3)):
        line = lines[index]
        if line.area == "aside":
            found.append(line)
            used += 1
            continue
        if line.area != "body" or len(found) > TITLE_LINES:
            break
        key = aligned(line.text).strip()
        if RULE.match(line.text):
            found.append(replace(line, area="aside"))
            used += 1
            ruled = has_text
            continue
        if UNDER_TITLE.match(key) or (typed and is_stamp_beside(line)):
            found.append(replace(line, area="aside"))
            used += 1
            continue
        if not has_text and index + 1 < len(lines) and _says_whose(line, lines[index + 1]):
            found.append(replace(line, area="aside"))
            used += 1
            continue
        stamp = _stamp_end(line)
        if stamp is not None:
            left, line = parted(line, stamp)
            found.append(replace(left, area="aside"))
        if ruled or not continues_title(line, previous, has_text):
            break
        if has_text and _opens_sentence(line, previous, lines[index + 1] if index + 1 < len(lines) else None):
            break
        if has_text and index + 1 < len(lines) and _decides(line, previous, lines[index + 1]):
            break
        found.append(replace(line, area="title"))
        used += 1
        previous, has_text = line if any(map(str.isalpha, line.text)) else previous, True
    return found, used

def _decides(line: PlacedLine, previous: PlacedLine | None, after: PlacedLine) -> bool:
    """Whether a line names who decides, between a title and its grounds: "THỦ TƯỚNG CHÍNH PHỦ" / "Căn cứ ..."."""
    before = previous.text.split()[-1] if previous is not None and previous.text.split() else ""
    return line.is_capitals and starts_basis(after.text) and _names_who_decides(line.text, before)


def _says_whose(line: PlacedLine, after: PlacedLine) -> bool:
    """Whether a line between type and title names who issues it: "CHỈ THỊ" / "Của UBND huyện A" / "V/v ..."."""
    whose = aligned(line.text).strip(" .:")
    return whose.startswith("cua ") and _ABOUT.match(aligned(after.text)) is not None


_ABOUT = re.compile(r"\W*(?:ve|v\s?/\s?v)\b")
POSITION = 0.9  # likeness of "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH" under the title of a decision


def _stamp_end(line: PlacedLine) -> int | None:
    """Index of the word where the title begins behind a stamp in the margin that was read as part of its line."""
    if line.box is None or line.frame is None or line.box.left > line.frame.left - IN_MARGIN:
        return None
    for index, word in enumerate(line.words[1:], start=1):
        rest = aligned(" ".join(other.text for other in line.words[index : index + 2]))
        if word.box is not None and word.box.left > line.frame.left and re.match(r"ve viec\b|v\s?/\s?v\b", rest):
            return index
    return None

IN_MARGIN = 30.0  # points left of the text column; a skewed line is off by 10 at most


def _opens_sentence(line: PlacedLine, previous: PlacedLine | None, after: PlacedLine | None) -> bool:
    """Whether a capitalised line of a text without boxes goes on below in small letters, as the text's first
    sentence does: a last line of a title does not, the less under a title that is all in capitals."""
    if line.box is not None or after is None or after.gap != "line" or line.text[:1].islower():
        return False
    if is_capitals(line.text) or not after.text[:1].islower():
        return False
    under_capitals = previous is not None and is_capitals(previous.text)
    return under_capitals or (len(line.text) > 40 and len(after.text) > 40)


def continues_title(line: PlacedLine, previous: PlacedLine | None, has_text: bool) -> bool:
    """Whether a line after the type belongs to the trích yếu."""
    key = aligned(line.text).strip()
    text = line.text.strip()
    if ADDRESSEE.match(key) or len(text) > 330 or is_main_heading(text):
        return False
    if key.startswith("can cu ") and text[0].isupper():
        return False
    if has_text and _opens_list(text):
        return False
    if previous is not None and has_text and _DAY_ALONE.fullmatch(text):
        return True  # "... CHÀO MỪNG NGÀY NHÀ GIÁO VIỆT NAM" / "20/11"
    if previous is not None and _YEAR_ALONE.fullmatch(text) and aligned(previous.text).rstrip().endswith(" nam"):
        return True
    if is_capitals(text) and previous is not None and is_capitals(previous.text) and line.gap == "blank":
        # a title in capitals that the recogniser spread over blocks
        return signers.authority_likeness(text) < POSITION and not text.endswith((".", ";", ":"))
    if _under_session(text, previous, line):
        return True
    if has_text and previous is not None and previous.box is None and _is_spoken_under_capitals(text, previous.text):
        return False
    louder = is_capitals(text) and previous is not None and not is_capitals(previous.text)
    if previous is not None and has_text and previous.text.rstrip().endswith(("-", "–")) and line.gap == "line":
        return not louder  # "MÙA KHÔ NĂM 2019 -" / "2020"
    if not has_text:
        return not (text.endswith((".", ";")) and len(text) > 160)
    if text.endswith((";", ".", ":")) and not text.endswith("..."):
        return False
    if louder:
        return False  # "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH" under the title of a decision
    if previous is not None and previous.box is not None and line.box is not None and line.frame is not None:
        return _continues_title_box(line, previous)
    if line.gap in ("blank", "page"):
        return text[0].islower() and len(text) < 100 and not OPENERS.match(key)
    if text[0].islower():
        return True
    loud = previous is not None and is_capitals(text) and is_capitals(previous.text)
    longest = LONGEST_LOUD if loud else LONGEST_SPOKEN
    return not OPENERS.match(key) and len(text) < longest and _mark(text) is None


def _mark(text: str) -> Marker | None:
    """The mark that opens a line, where it is plainly one: "6 tháng cuối năm 2025" goes on with a title."""
    marker = numbering.parse_marker(text[:80])
    return marker if marker is not None and marker.likelihood >= OPENS_LIST else None


def _opens_list(text: str) -> bool:
    """Whether a line is the first of a numbered list: "A. CĂN CỨ XÂY DỰNG KẾ HOẠCH", in capitals as the title is."""
    marker = _mark(text)
    return marker is not None and sequence.is_first(marker)


OPENS_LIST = 0.5  # likelihood of a mark; that of "A- CĂN CỨ" is 0.54, of "1 NĂM" 0.16


def _is_spoken_under_capitals(text: str, above: str) -> bool:
    """Whether a line is the first of the text's first sentence: long, and in small letters under capitals."""
    return is_capitals(above) and not is_capitals(text) and text[:1].isupper() and len(text) > LONGEST_SUBTITLE


def _under_session(text: str, previous: PlacedLine | None, line: PlacedLine) -> bool:
    """Whether a line says what a resolution is about, under the session that took it: "KỲ HỌP THỨ 9" / "Về nhiệm vụ
    ..."."""
    session = previous is not None and line.gap == "line" and _SESSION.search(aligned(previous.text)) is not None
    return session and _ABOUT.match(aligned(text)) is not None and not text.endswith((".", ";", ":"))


_SESSION = re.compile(r"\b(?:ky hop|phien hop|hoi nghi|dai hoi|khoa|nhiem ky)\b")
LONGEST_SUBTITLE = 60  # letters of a line in small letters under a title in capitals ("Nhiệm kỳ 2021 - 2026")
# letters of a line of a title without a place on the page: texts wrap at up to 120, sentences begin that long too
LONGEST_SPOKEN, LONGEST_LOUD = 90, 130

_DAY_ALONE = re.compile(r"\(?\d{1,2}/\d{1,2}(?:/\d{4})?\)?")
_YEAR_ALONE = re.compile(r"(?:19|20)\d{2}\W*")


INDENT = 20.0  # points: a line that is full at the right and begins so far in is no line on the middle
DEEP = 60.0  # points from the margin; first-line indents are 28 or 36


def _continues_title_box(line: PlacedLine, previous: PlacedLine) -> bool:
    assert line.box is not None
    assert previous.box is not None
    assert line.frame is not None
    key = aligned(line.text).strip()
    centred = abs(line.box.middle[0] - line.frame.middle) < 0.06 * (line.frame.right - line.frame.left) + 6
    distance = line.box.top - previous.box.bottom
    # blurred print of small scans is as bold as not; no paragraph begins so far in and ends in the middle
    inside = centred and line.box.left > line.frame.left + DEEP
    if previous.is_bold and line.is_bold is False and not line.text[0].islower() and not inside:
        return False
    at_right = line.box.right > line.frame.right - 8
    if at_right and line.box.left > line.frame.left + (INDENT if centred else 8):
        return False  # the first line of the text, indented and full
    if at_right and line.box.left < line.frame.left + 8 and previous.box.right < line.frame.right - 30:
        return False  # a full line under a short one
    if OPENERS.match(key) and line.text[0].isupper() and (line.box.right > line.frame.right - 30 or not centred):
        return False
    if (
        line.text[0].islower()
        and distance < 1.5 * line.frame.pitch
        and (centred or not previous.text.endswith((".", ":")))
    ):
        return True
    fills = line.box.left < line.frame.left + 8 and line.box.right > line.frame.right - 8
    return (
        centred and not fills and distance < 1.3 * line.frame.pitch and _mark(line.text) is None
    )

LONG_TITLE = 330  # letters; capitals without a full stop are a title at any length met (the longest has 305)


def opens_with_title(lines: Sequence[PlacedLine], at: int) -> bool:
    """Whether a text without a head begins with a title that stands alone."""
    line = lines[at]
    text = line.text.strip()
    loud = is_capitals(text)
    after = lines[at + 1] if at + 1 < len(lines) else None
    goes_on = loud and after is not None and after.gap == "line" and is_capitals(after.text)
    if len(text) > (LONG_TITLE if loud else 200) or text.endswith((".", ";", ":")):
        return False
    if text.endswith((",", "-")) and not goes_on:
        return False
    if is_main_heading(text) or (starts_basis(text) and not loud):
        return False
    if numbering.parse_marker(text[:80]) is not None or not text[:1].isupper():
        return False
    if after is None or after.gap == "line":
        return is_capitals(text)
    return len(text.split()) >= 3
