"""Say of every line what part of a document it is: letterhead, number, title, basis, body, signature, recipients.

The trouble: a recogniser reads the two columns of the head as one line ("UBND XÃ A CỘNG HÒA XÃ HỘI ...") and
the two of the foot in any order; a text file has no columns at all; a copy begins at "Số:" or at the title.

Evidence in order of trust: fixed wording (quốc hiệu, "Số:", the dateline, the type name, "Nơi nhận", "Lưu:"),
then the place on the page, then capitals and length.

What it never does: drop or reorder a line. A line of two columns is parted between words; every word stays.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline import bodies, datelines, doctypes, numbering, people, symbols
from pipeline.document import Document, Line, Page
from pipeline.fuzzy import aligned, folded
from pipeline.passages import CAPITALS, Area, Frame, Gap, PlacedLine, is_capitals, text_of

# --- lines in their places -------------------------------------------------------------------------------

WIDE_LINE = 0.45  # of the page width: a line this long tells where the column ends
USUAL_PITCH = 18.0  # points, where a page has too few lines to measure; 13-14 point type, 1.15-1.5 lines


def place_lines(document: Document) -> tuple[PlacedLine, ...]:
    """Every line of text in reading order, page numbers and running heads left out."""
    placed: list[PlacedLine] = []
    for page in document.pages:
        frame = _frame(page)
        gap: Gap = "page"
        tables = 0
        for block in page.blocks:
            if block.kind in ("page_number", "running_head"):
                continue
            table = None
            if block.kind == "table":
                table, tables = tables, tables + 1
            for line in block.lines:
                text = line.text
                if not text.strip():
                    gap = "page" if gap == "page" else "blank"
                    continue
                area: Area = "table" if table is not None else "body"
                if block.kind in ("stamp_text", "footer") or (table is None and line.box is not None and _is_speck(line)):
                    area = "aside"
                placed.append(PlacedLine(line.words, page.number, text, line.box, line.size, gap, frame, area, table))
                gap = "line"
            if gap == "line":
                # A text file has no boxes: what parts its blocks is an empty line.
                gap = "block" if frame is not None else "blank"
    return tuple(placed)


def _is_speck(line: Line) -> bool:
    """Whether a line is a stroke of handwriting or dirt read as a sign or two, no label and no number."""
    signs = [sign for sign in line.text if sign.isalnum()]
    if len(signs) > 2:
        return False
    if not signs:
        return True
    return not any(sign.isdigit() for sign in signs) and numbering.parse_marker(line.text) is None


def _frame(page: Page) -> Frame | None:
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.box is not None]
    wide = [line.box for line in lines if line.box is not None and line.box.width >= WIDE_LINE * page.width]
    if not wide:
        boxes = [line.box for line in lines if line.box is not None]
        if not boxes:
            return None
        return Frame(min(box.left for box in boxes), max(box.right for box in boxes), USUAL_PITCH)
    lefts, rights = sorted(box.left for box in wide), sorted(box.right for box in wide)
    tops = [line.box.bottom for line in lines if line.box is not None]
    steps = sorted(b - a for a, b in zip(tops, tops[1:], strict=False) if 8 < b - a < 40)
    pitch = steps[len(steps) // 2] if steps else USUAL_PITCH
    # One skewed line must not move the edge: a tenth of the lines may stand outside.
    return Frame(lefts[len(lefts) // 10], rights[-1 - len(rights) // 10], pitch)


# --- wording that tells ----------------------------------------------------------------------------------

_MOTTOES = ("cong hoa xa hoi chu nghia viet nam", "doc lap - tu do - hanh phuc", "dang cong san viet nam")
MOTTO_LIKENESS = 78.0  # percent of partial likeness; garbled heads gave 80 and more, other lines under 60
_OFFICE = re.compile(r"dia chi\s*:|dien thoai\s*:|\bfax\b|e-?mail|website|https?:|www\.|ky boi\s*:|ngay ky\s*:|thoi gian ky|co quan\s*:.*(?:ubnd|uy ban)")
_STAMPS = re.compile(r"(?:tuyet |toi )?mat|(?:thuong )?khan|hoa toc.*|xem xong tra lai|luu hanh noi bo|du thao(?: lan \d+)?|sao y.*|ban sao|den|cong van den.*")
_ABOUT = re.compile(r"\W*(?:v\s*/\s*v|ve viec)\b")
# "Sô:4#Ï2 /sYT-TCCB": the words of the cell are there, its number is not to be read
_NUMBER_CELL = re.compile(r"\W{0,2}s[o0][\s:.;]{1,3}.{0,20}[/-]\s*\S{2,}")
_ADDRESSEE = re.compile(r"kinh (?:gui|chuyen)\b")
_UNDER_TITLE = re.compile(r"\(?\s*(?:kem theo|ban hanh (?:kem )?theo|dinh kem)\b")
_BASIS = re.compile(r"(?:can cu|thuc hien (?:ke hoach|quyet dinh|nghi quyet|chi thi|cong van|thong tu|nghi dinh|huong dan|chuong trinh|luat|quy dinh|de an)"
                    r"|theo (?:de nghi|noi dung)|xet (?:de nghi|to trinh)|cham hanh|chap hanh)\b")
_OPENERS = re.compile(
    r"(?:can cu|xet|de (?:tiep tuc|trien khai|thuc hien|hoan thanh|kip thoi|nang cao|dam bao|bao dam|chu dong|tang cuong)|nham|tren co so|phat huy"
    r"|thuc hien (?:ke hoach|quyet dinh|nghi quyet|chi thi|cong van|thong tu|nghi dinh|huong dan|chuong trinh|luat|quy dinh|de an|su chi dao|y kien)"
    r"|(?:uy ban nhan dan|ubnd|chu tich|so|phong|hoi dong|ban|dang uy|truong|bch|ban chap hanh|thuong truc)\b.{0,80}\b(?:ban hanh|xay dung|bao cao|thong bao|to chuc)"
    r"|nam \d{4},|thoi gian qua|trong nam|tiep tuc|cham|chap hanh|theo)\b"
)
_RULE = re.compile(r"[^\w]*$")
HEAD_LINES = 45      # a head with stamps and a digital signature has 25
HEAD_LINE_LENGTH = 110
TITLE_LINES = 7


def _likeness(text: str, motto: str) -> float:
    return fuzz.partial_ratio(motto, text) if len(text) >= len(motto) * 0.7 else 0.0


def _motto_start(text: str) -> int | None:
    """Offset where the motto begins in a line of the head, None where there is none."""
    key = aligned(text)
    best: tuple[float, int] | None = None
    for motto in _MOTTOES:
        if len(key) < len(motto) * 0.7 or len(key) > 3 * len(motto) + 60:
            continue
        found = fuzz.partial_ratio_alignment(motto, key, score_cutoff=MOTTO_LIKENESS)
        if found is not None and found.score >= MOTTO_LIKENESS and (best is None or found.score > best[0]):
            best = (found.score, found.dest_start)
    if best is None:
        return None
    start = best[1]
    while start > 0 and key[start - 1] != " ":
        start -= 1
    return start


def _word_at(line: PlacedLine, offset: int) -> int:
    """Index of the word that stands at an offset of the line's text."""
    at = 0
    for index, word in enumerate(line.words):
        if not word.text:
            continue
        if at + len(word.text) > offset:
            return index
        at += len(word.text) + 1
    return len(line.words)


def _parted(line: PlacedLine, index: int) -> tuple[PlacedLine, ...]:
    """The line as two, parted before word `index`."""
    if not text_of(line.words[:index]) or not text_of(line.words[index:]):
        return (line,)
    left, right = line.part(0, index), line.part(index)
    return left, replace(right, gap="line")


def _wide_gap(line: PlacedLine, least: float) -> int | None:
    """Index of the word after the widest gap of at least `least` points."""
    best: tuple[float, int] | None = None
    last = None
    for index, word in enumerate(line.words):
        if word.box is None or not word.text:
            continue
        if last is not None and word.box.left - last >= least and (best is None or word.box.left - last > best[0]):
            best = (word.box.left - last, index)
        last = word.box.right
    return best[1] if best else None


def _height(line: PlacedLine) -> float:
    return line.box.height if line.box is not None else 12.0


def starts_basis(text: str) -> bool:
    """Whether a paragraph is one of the grounds: "Căn cứ ...", "Thực hiện Kế hoạch số ..."."""
    return _BASIS.match(aligned(text[:60]).lstrip("- +*")) is not None


# --- the head --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    lines: tuple[PlacedLine, ...]
    taken: int  # how many of the lines given the head has used up


def _split_head_line(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """A line above the title, parted where the left column ends, each part in its area."""
    start = _motto_start(line.text)
    if start is not None:
        return tuple(
            replace(part, area="motto") if _motto_start(part.text) is not None else replace(part, area=_plain_head_area(part))
            for part in _parted(line, _word_at(line, start))
        )
    number = symbols.parse_number_line(line.text) if len(line.text) < HEAD_LINE_LENGTH else None
    dateline = datelines.parse_dateline(line.text) if len(line.text) < HEAD_LINE_LENGTH else None
    if number is not None and dateline is not None and dateline.start >= number.end - 1:
        parts = _parted(line, _word_at(line, max(dateline.start, number.end)))
        if len(parts) == 2:
            return replace(parts[0], area="number"), replace(parts[1], area="dateline")
    if number is not None or (len(line.text) < 60 and _NUMBER_CELL.match(aligned(line.text))):
        return (replace(line, area="number"),)
    if dateline is not None:
        before = line.text[: dateline.start].strip()
        if before and len(before) > 3:
            parts = _parted(line, _word_at(line, dateline.start))
            if len(parts) == 2:
                return replace(parts[0], area=_plain_head_area(parts[0])), replace(parts[1], area="dateline")
        return (replace(line, area="dateline"),)
    if line.box is not None:
        index = _wide_gap(line, max(14.0, 1.3 * _height(line)))
        if index is not None:
            return tuple(replace(part, area=_plain_head_area(part)) for part in _parted(line, index))
    return (replace(line, area=_plain_head_area(line)),)


def _plain_head_area(line: PlacedLine) -> Area:
    key = aligned(line.text).strip(" .,:;-*_")
    if line.area == "aside" or not any(letter.isalpha() for letter in key):
        return "aside"
    if _OFFICE.search(key) or _STAMPS.fullmatch(key):
        return "aside"
    if _ABOUT.match(key):
        return "title"
    if _ADDRESSEE.match(key):
        return "addressee"
    if line.box is not None and line.frame is not None and line.box.left > line.frame.middle:
        return "aside"  # the right column holds the motto and the date only
    if is_capitals(line.text) or bodies.looks_like_body(line.text) >= 0.5:
        return "issuer"
    return "aside"


def _label_head(lines: Sequence[PlacedLine]) -> _Head:
    """The lines from the top to the end of the title, in their areas."""
    window = [line for line in lines[:HEAD_LINES] if line.page == lines[0].page or line.gap != "page"]
    type_at = _find_type(window)
    if type_at is None:
        return _head_without_type(lines, window)
    head: list[PlacedLine] = []
    for line in window[:type_at]:
        head += _split_head_line(line)
    taken = type_at
    title, used = _title_lines(lines, taken, typed=True)
    return _Head((*head, *title), taken + used)


def _find_type(window: Sequence[PlacedLine]) -> int | None:
    """Index of the line with the type name, if it comes before the text begins."""
    for index, line in enumerate(window):
        if line.area == "aside":
            continue
        if len(line.text) > 400 and not doctypes.type_of_line(line.text):
            return None
        found = doctypes.type_of_line(line.text) or doctypes.spaced_type(line.text)
        if found is not None and _stands_as_type(line, found, index, window):
            return index
        if index > 3 and starts_basis(line.text) and line.text[:1].isupper() and not is_capitals(line.text):
            return None
        if _is_main_heading(line.text):
            return None
    return None


def _is_main_heading(text: str) -> bool:
    """Whether a line is a heading of the body's top level ("I. MỤC ĐÍCH")."""
    marker = numbering.parse_marker(text[:200])
    return (
        marker is not None and marker.family in ("roman", "part", "chapter", "article")
        and marker.likelihood >= 0.6 and len(text) > marker.text_start + 3
    )


def _stands_as_type(line: PlacedLine, found: doctypes.TypeLine, index: int, window: Sequence[PlacedLine]) -> bool:
    """A type name alone on its line, or before a title; not the first words of a body's name."""
    rest = " ".join(line.text.split()[found.words :])
    if not rest:
        return True
    if line.box is not None and line.frame is not None and line.box.right < line.frame.middle:
        return False  # "CHƯƠNG TRÌNH ..." in the letterhead
    return found.score >= 0.9 and len(rest) > 3 and not _motto_start(rest)


def _split_type(line: PlacedLine) -> tuple[PlacedLine, ...]:
    found = doctypes.type_of_line(line.text) or doctypes.spaced_type(line.text)
    parts = (line,) if found is None else _parted(line, _word_at_count(line, found.words))
    return tuple(replace(part, area="title") for part in parts)


def _word_at_count(line: PlacedLine, count: int) -> int:
    """Index of the word after the first `count` printed words."""
    seen = 0
    for index, word in enumerate(line.words):
        if seen >= count:
            return index
        seen += len(word.text.split())
    return len(line.words)


def _title_lines(lines: Sequence[PlacedLine], at: int, typed: bool) -> tuple[list[PlacedLine], int]:
    """The type and title from line `at`, and how many lines they take."""
    found: list[PlacedLine] = []
    used = 0
    if typed:
        found += _split_type(lines[at])
        used = 1
    has_text = len(found) > 1
    previous = lines[at] if typed else None
    ruled = False
    for line in lines[at + used : at + used + TITLE_LINES + 3]:
        if line.area != "body" or len(found) > TITLE_LINES:
            break
        key = aligned(line.text).strip()
        if _RULE.match(line.text):
            found.append(replace(line, area="aside"))
            used += 1
            ruled = has_text
            continue
        if _UNDER_TITLE.match(key):
            found.append(replace(line, area="aside"))
            used += 1
            continue
        if ruled or not _continues_title(line, previous, has_text):
            break
        found.append(replace(line, area="title"))
        used += 1
        previous, has_text = line, True
    return found, used


def _continues_title(line: PlacedLine, previous: PlacedLine | None, has_text: bool) -> bool:
    """Whether a line after the type belongs to the trích yếu."""
    key = aligned(line.text).strip()
    text = line.text.strip()
    if _ADDRESSEE.match(key) or len(text) > 330 or _is_main_heading(text):
        return False
    if key.startswith("can cu ") and text[0].isupper():
        return False
    if not has_text:
        return not (text.endswith((".", ";")) and len(text) > 160)
    if text.endswith((";", ".")) and not text.endswith("..."):
        return False
    if previous is not None and previous.box is not None and line.box is not None and line.frame is not None:
        return _continues_title_box(line, previous)
    if line.gap in ("blank", "page"):
        return text[0].islower() and len(text) < 100 and not _OPENERS.match(key)
    if text[0].islower():
        return True
    return not _OPENERS.match(key) and len(text) < 90 and numbering.parse_marker(text[:80]) is None


def _continues_title_box(line: PlacedLine, previous: PlacedLine) -> bool:
    assert line.box is not None and previous.box is not None and line.frame is not None
    key = aligned(line.text).strip()
    centred = abs(line.box.middle[0] - line.frame.middle) < 0.06 * (line.frame.right - line.frame.left) + 6
    distance = line.box.top - previous.box.bottom
    if previous.is_bold and line.is_bold is False and not line.text[0].islower():
        return False
    if _OPENERS.match(key) and line.text[0].isupper() and (line.box.right > line.frame.right - 30 or not centred):
        return False
    if line.text[0].islower() and distance < 1.5 * line.frame.pitch and (centred or not previous.text.endswith((".", ":"))):
        return True
    fills = line.box.left < line.frame.left + 8 and line.box.right > line.frame.right - 8
    return centred and not fills and distance < 1.3 * line.frame.pitch and numbering.parse_marker(line.text[:80]) is None


def _head_without_type(lines: Sequence[PlacedLine], window: Sequence[PlacedLine]) -> _Head:
    """A head with number or date but no type name (công văn), or a text that begins with its title or at once."""
    last = -1
    parted = [_split_head_line(line) for line in window[:25]]
    for index, parts in enumerate(parted):
        if any(part.area in ("motto", "number", "dateline", "addressee") for part in parts):
            last = index
        if index - last > 12 or (starts_basis(window[index].text) and index > last + 1):
            break
    head = [part for parts in parted[: last + 1] for part in parts]
    taken = last + 1
    while taken < len(parted) and any(part.area == "title" for part in parted[taken]):  # "V/v ..."
        head += parted[taken]
        taken += 1
    is_letter = any(line.area in ("addressee", "title") for line in head)
    if is_letter:
        return _Head(tuple(_with_whole_subject(head)), taken)
    if taken < len(lines) and _opens_with_title(lines, taken):
        title, used = _title_lines(lines, taken, typed=False)
        return _Head((*head, *title), taken + used)
    return _Head(tuple(head), taken)


def _with_whole_subject(head: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """"V/v ..." goes on in the lines under it, which looked like nothing by themselves."""
    open_subject = False
    for line in head:
        if open_subject and line.area in ("aside", "issuer") and any(letter.isalpha() for letter in line.text):
            yield replace(line, area="title")
            continue
        open_subject = line.area == "title" or (open_subject and line.area in ("dateline", "motto"))
        yield line


def _opens_with_title(lines: Sequence[PlacedLine], at: int) -> bool:
    """Whether a text without a head begins with a title that stands alone."""
    line = lines[at]
    text = line.text.strip()
    if len(text) > 200 or text.endswith((".", ";", ":", ",", "-")) or _is_main_heading(text) or starts_basis(text):
        return False
    if numbering.parse_marker(text[:80]) is not None or not text[:1].isupper():
        return False
    after = lines[at + 1] if at + 1 < len(lines) else None
    if after is None or after.gap == "line":
        return is_capitals(text)
    return len(text.split()) >= 3


# --- the foot --------------------------------------------------------------------------------------------

FOOT_LINE_LENGTH = 90
FOOT_LINES = 70
RECIPIENTS_LIKENESS = 80.0  # percent; "Với nhận," and "Nơi nhậm:" have 88
SIGNING = 0.55  # likeness from which a line is a power, a position or a name
_BODY_END = re.compile(r"[.…]\s?/\s?[.…]?[\s=.-]*$|\./[.\s]*$")
_POWER = re.compile(
    r"(?<=\s)(?:T/?M\.?|K/?T\.?|T/?L\.?|TUQ\.?|Q\.)\s+(?=[" + CAPITALS + r"]{2})"
    r"|(?<=\s)(?:(?:PHÓ\s+)?(?:CHỦ TỊCH|CHỦ NHIỆM|GIÁM ĐỐC|TRƯỞNG BAN|BÍ THƯ|TRƯỞNG PHÒNG|CHÁNH VĂN PHÒNG|HIỆU TRƯỞNG))\b"
)
_BULLET = re.compile(r"\s*[-–—+•*·]\s*\S")


def is_body_end(text: str) -> bool:
    """Whether a line closes the body: "./."."""
    return _BODY_END.search(text.rstrip()) is not None


def _signing(text: str) -> float:
    return max(people.authority_likeness(text), people.name_likeness(text))


def _is_recipients_head(text: str) -> bool:
    """ "Nơi nhận:" however damaged, and "Nơi gửi:" of the years before 2005."""
    if people.is_recipients_head(text) or re.fullmatch(r"\W*noi\s+gui\W*", aligned(text)):
        return True
    return 5 <= len(text.strip()) <= 13 and fuzz.ratio(folded(text), "noi nhan") >= RECIPIENTS_LIKENESS


def _find_recipients(lines: Sequence[PlacedLine], start: int) -> int | None:
    """Index of the line that opens the recipients, however the foot was read."""
    for index in range(start, len(lines)):
        text = lines[index].text
        if len(text) > 2 * FOOT_LINE_LENGTH or lines[index].area == "table":
            continue
        words = text.split()
        heads = (text, " ".join(words[:2]), " ".join(words[:3]), " ".join(words[-2:]))
        if any(_is_recipients_head(head) for head in heads) and _followed_by_recipients(lines, index):
            return index
    for index in range(start, len(lines)):
        if len(lines[index].text) < FOOT_LINE_LENGTH and people.parse_archive(lines[index].text) is not None:
            at = index
            while at > start and _BULLET.match(lines[at - 1].text) and len(lines[at - 1].text) < FOOT_LINE_LENGTH \
                    and not is_body_end(lines[at - 1].text):
                at -= 1
            return at
    return None


def _followed_by_recipients(lines: Sequence[PlacedLine], index: int) -> bool:
    after = lines[index + 1 : index + 14]
    return not after or any(_BULLET.match(line.text) or people.parse_archive(line.text) for line in after) or len(after) < 6


def _split_foot_line(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """A line of the foot, parted where recipients and signature were read as one."""
    if line.box is not None and line.frame is not None and line.box.left < line.frame.middle < line.box.right:
        index = _wide_gap(line, max(12.0, 1.1 * _height(line)))
        if index is not None:
            return _parted(line, index)
    found = _POWER.search(line.text)
    if found and any(letter.islower() for letter in line.text[: found.start()]) \
            and people.authority_likeness(line.text[found.start() :]) >= SIGNING:
        return _parted(line, _word_at(line, found.start()))
    texts = [word.text for word in line.words if word.text]
    for count in (4, 3, 2, 5):
        if len(texts) <= count + 1:
            continue
        head, tail = " ".join(texts[:-count]), " ".join(texts[-count:])
        if head.endswith((";", ".", ")")) and not head.endswith(("TT.", "TP.", "TX.")) and people.name_likeness(tail) >= 0.7:
            return _parted(line, _word_at(line, len(head) + 1))
    return (line,)


def _label_foot(lines: Sequence[PlacedLine], start: int) -> tuple[list[PlacedLine], int, int] | None:
    """The foot's lines in their areas, and where it begins and ends in `lines`."""
    head = _find_recipients(lines, start)
    first = head if head is not None else _find_signature(lines, start)
    if first is None:
        return None
    stop = first
    while stop > start and stop > first - 9:
        above = lines[stop - 1]
        if is_body_end(above.text) or len(above.text) > FOOT_LINE_LENGTH or above.area not in ("body", "aside"):
            break
        if _signing(above.text) < SIGNING and above.area != "aside" and not _is_signing_note(above.text):
            break
        stop -= 1
    labelled: list[PlacedLine] = [replace(line, area="signature") for line in lines[stop:first]]
    seen = {
        "recipients": False, "archive": False,
        "power": any(people.authority_likeness(x.text) >= SIGNING for x in labelled),
        "name": any(people.name_likeness(x.text) >= SIGNING for x in labelled),
    }
    end = first
    for index in range(first, min(len(lines), first + FOOT_LINES)):
        line = lines[index]
        if index > first and _ends_foot(line, seen):
            break
        for part in _split_foot_line(line):
            labelled.append(_foot_part(part, labelled, seen))
        end = index + 1
    return labelled, stop, end


def _is_signing_note(text: str) -> bool:
    return aligned(text).strip(" ()[].,:") in ("da ky", "ky ten", "ky ten, dong dau", "da ky, dong dau", "ky, ghi ro ho ten")


def _ends_foot(line: PlacedLine, seen: dict[str, bool]) -> bool:
    """Whether a line after the recipients' head belongs to what follows the foot."""
    text = line.text.strip()
    if line.area == "table" or len(text) > 160:
        return True
    marker = numbering.parse_marker(text[:120])
    if marker is not None and marker.family == "annex" and marker.likelihood >= 0.5:
        return True
    if line.gap == "page" and seen["recipients"] and (seen["power"] or seen["archive"]):
        return seen["power"] or people.authority_likeness(text) < SIGNING
    if not seen["archive"]:
        return False
    if _motto_start(text) is not None or doctypes.type_of_line(text) is not None:
        return True
    if line.gap == "page" and seen["name"]:
        return True
    # After the archive line only the signature may follow.
    return seen["name"] and _signing(text) < SIGNING and len(text) > 30


def _foot_part(part: PlacedLine, before: Sequence[PlacedLine], seen: dict[str, bool]) -> PlacedLine:
    text = part.text.strip()
    if _is_recipients_head(text):
        seen["recipients"] = True
        return replace(part, area="recipients")
    if people.parse_archive(text) is not None:
        seen["archive"] = True
        return replace(part, area="recipients")
    if part.area == "aside" or not any(letter.isalpha() for letter in text):
        return replace(part, area="aside")
    at_right = part.box is not None and part.frame is not None and part.box.left > part.frame.middle
    if _BULLET.match(text) and not at_right:
        return replace(part, area="recipients")
    power, name = people.authority_likeness(text), people.name_likeness(text)
    signs = max(power, name) >= SIGNING or _is_signing_note(text)
    if part.box is not None and part.frame is not None:
        if not seen["recipients"] and not signs and _is_under(part, before):
            seen["recipients"] = True  # the head was lost, the list at the left under the powers is not
        right = part.box.middle[0] > part.frame.middle - 0.04 * (part.frame.right - part.frame.left)
        signs = right or (signs and part.box.right > part.frame.middle and is_capitals(text))
    elif signs and not seen["archive"] and power < SIGNING and before and before[-1].area == "recipients":
        # "Nguyễn Văn A" may go on a recipient's line ("- Đồng chí" / "Nguyễn Văn A;")
        signs = before[-1].text.rstrip().endswith((";", ".", ":", ","))
    if signs:
        seen["name"] = seen["name"] or name >= SIGNING
        seen["power"] = seen["power"] or power >= SIGNING
        return replace(part, area="signature")
    if seen["archive"]:
        return replace(part, area="aside" if seen["name"] else "signature")
    return replace(part, area="recipients" if seen["recipients"] else "signature")


def _is_under(part: PlacedLine, before: Sequence[PlacedLine]) -> bool:
    """Whether a line of a foot without "Nơi nhận" stands at the left edge, below a power or position."""
    assert part.box is not None and part.frame is not None
    at_left = part.box.left < part.frame.left + 40 and part.box.middle[0] < part.frame.middle
    return at_left and any(line.box is not None and line.box.bottom < part.box.top for line in before)


def _find_signature(lines: Sequence[PlacedLine], start: int) -> int | None:
    """Where a foot without recipients begins: a power or position after the end of the body."""
    closed = next((i for i in range(len(lines) - 1, start - 1, -1) if is_body_end(lines[i].text)), None)
    low = max(start, len(lines) - 40) if closed is None else closed + 1
    for index in range(low, len(lines)):
        text = lines[index].text
        if len(text) <= FOOT_LINE_LENGTH and people.authority_likeness(text) >= SIGNING and (closed is not None or is_capitals(text)):
            return index
    return None


# --- annexes and the whole -------------------------------------------------------------------------------


def _annex_heading(line: PlacedLine) -> bool:
    marker = numbering.parse_marker(line.text[:120])
    if marker is None or marker.family != "annex" or marker.likelihood < 0.5:
        return False
    return line.gap in ("page", "blank", "block") or is_capitals(line.text) or len(line.text) < 30


def _label_annexes(lines: Sequence[PlacedLine], after_foot: bool) -> list[PlacedLine]:
    """Lines after the foot: annexes counted from 1; without a foot, from the first annex heading on a new page."""
    labelled: list[PlacedLine] = []
    count = 0
    area: Area
    for line in lines:
        if _annex_heading(line) and (after_foot or line.gap == "page" or count):
            count += 1
        elif after_foot and count == 0 and line.gap == "page":
            count = 1
        elif after_foot and count == 0 and (is_capitals(line.text) or line.area == "table"):
            count = 1
        area = "annex" if count and line.area == "body" else line.area
        if count and len(line.text) < HEAD_LINE_LENGTH and _motto_start(line.text) is not None:
            area = "motto"  # a form in an annex has a head of its own
        labelled.append(replace(line, annex=count, area=area))
    return labelled


def label(lines: Sequence[PlacedLine]) -> tuple[PlacedLine, ...]:
    """All lines with their areas; lines of two columns parted, the order kept."""
    if not lines:
        return ()
    head = _label_head(lines)
    rest = lines[head.taken :]
    foot = _label_foot(rest, 0)
    if foot is None:
        middle, tail = _label_annexes(rest, after_foot=False), []
    else:
        labelled, begin, end = foot
        middle, tail = list(rest[:begin]), [*labelled, *_label_annexes(rest[end:], after_foot=True)]
    return (*head.lines, *_label_basis(middle), *tail)


def _label_basis(lines: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """The grounds at the start of the body, each up to the next ground or the end of its lines."""
    open_basis, over = False, False
    for line in lines:
        if line.area != "body" or over:
            yield line
            continue
        if _ADDRESSEE.match(aligned(line.text).strip()):
            yield replace(line, area="addressee")
            continue
        if _is_main_heading(line.text):
            over = True
            yield line
            continue
        if starts_basis(line.text):
            open_basis = True
        elif line.text[:1].isupper() and (line.gap != "line" or _OPENERS.match(aligned(line.text).strip())):
            open_basis = False
        yield replace(line, area="basis") if open_basis else line


# --- several documents in one file -----------------------------------------------------------------------

TOP_LINES = 12


def _begins_document(page: Page) -> bool:
    """Whether a letterhead begins at the top of a page: the motto, and a number, dateline or type under it."""
    texts = [line.text for line in _first_lines(page)]
    motto = next((i for i, text in enumerate(texts[:8]) if _motto_start(text) is not None), None)
    if motto is None:
        return False
    if any(re.match(r"(?:mau|bieu mau|phu luc)\b", aligned(text).strip()) for text in texts[: motto + 1]):
        return False  # a form in an annex has a motto of its own
    return any(
        symbols.parse_number_line(text) is not None or datelines.parse_dateline(text) is not None
        for text in texts
    )


def _first_lines(page: Page) -> Sequence[Line]:
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.text.strip()]
    return lines[: TOP_LINES + 6]


def split_documents(document: Document) -> tuple[Document, ...]:
    """The documents of one file, a new one where a letterhead begins; pages keep their numbers.

    Blank and failed pages stay with the document before them.
    """
    starts = [0, *(index for index, page in enumerate(document.pages) if index and _begins_document(page))]
    if len(starts) == 1:
        return (document,)
    return tuple(
        replace(document, pages=document.pages[start:stop])
        for start, stop in zip(starts, [*starts[1:], len(document.pages)], strict=True)
    )
