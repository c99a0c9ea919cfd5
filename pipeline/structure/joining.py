"""Join printed lines to paragraphs, over line breaks, empty lines and page breaks.

The trouble: a wrapped line may look like a label ("12 tháng ..."), a bullet ("- xã hội") or a heading; a
converter leaves empty lines inside a paragraph; a page ends in the middle of a sentence.

Evidence is weighed, none of it decides alone: the mark at the head of the line and whether it goes on a
list of this document; whether the line before was full, ended a sentence or left a bracket open; small
letter or capital; indentation, distance, boldness and size where there are boxes; empty lines where not.

What it never does: reorder lines (but what stands aside comes after the paragraph it stood in), or join across areas,
tables and annexes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.document import Table
from pipeline.knowledge import sequence
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.headings import is_canonical
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.wording import CARRIED_OUT, UNDER_TITLE, starts_basis
from pipeline.structure.name_ends import opens_with_task
from pipeline.structure.passages import Paragraph, PlacedLine, at_margin, bullet_of, marks, paragraph_of
from pipeline.structure.table_parts import joined
from pipeline.structure.task_labels import OPENS_LINE

_JOINED_AREAS = frozenset({"body", "basis", "annex", "title", "addressee"})
# What stands aside on a page, such as the words of an electronic signature, and notes at its foot part no sentence of
# these: they come after.
_GOING_ON = frozenset({"body", "basis", "annex"})
_TERMINAL_SIGNS = (".", ";", ":", "!", "?", "…", "./")
_AFTER_TERMINAL = "\"”’')]*= \t"
_STRONG_END = re.compile(r"[.…]\s?/\s?[.…]?[\s=.-]*$")


def _ends(text: str) -> bool:
    """Whether a line ends a sentence or a heading, closing quotes and brackets passed over.

    A dash after the end of a sentence is the mark of the next bullet, read in the wrong line.
    """
    bare = text.rstrip()
    if bare.endswith((". -", "; -", ": -", ". –", "; –", ": –")):
        return True
    return bare.rstrip(_AFTER_TERMINAL).endswith(_TERMINAL_SIGNS)


# A number after one of these is no label: "theo Điều / 5. ...", "quý / I. ..."
_WANTS_NUMBER = re.compile(
    r"\b(?:so|dieu|khoan|quy|thang|nam|ngay|lan thu|muc|phan|chuong|buoc|diem|giai doan|khoa|tu|den|va|tren"
    r"|duoi|dat|con|la|loai|cap|dot|de an|du an|nhom|xom|thon|khu|khom|ap|doi|to|lop|khoi|chi bo|chi hoi)\s*$"
)

# "Ban Tài chính" / "- Quản trị Huyện ủy", "Lao động" / "- Thương binh và Xã hội": names of offices have dashes
_OFFICE_HEAD = re.compile(
    r"(?:Tài chính|Kế hoạch|Lao động|Văn h(?:óa|oá)|Kinh tế|Tổ chức|Hành chính|Thể dục|Phát thanh|Truyền thanh"
    r"|Khoa học|Dân số|Kỹ thuật|Thanh tra|Tư pháp|Địa chính|Nội vụ|Tuyên giáo|Truyền thông)$"
)
_OFFICE_TAIL = re.compile(
    r"(?:Quản trị|Kế hoạch|Tài chính|Thương binh|Thông tin|Xã hội|Hành chính|Tổng hợp|Thể thao|Truyền hình|Công nghệ"
    r"|Nghiệp vụ|Kiểm tra|Pháp chế|Hộ tịch|Xây dựng|Tin học|Kế toán|Dân vận|Cán bộ"
    r"|Lao động|Giáo dục)\b"
)

# No heading and no sentence ends in one of these: the next line goes on, whatever it begins with.
_RUNS_ON_WORD = re.compile(
    r"(?:^|\s)(?:của|và|các|những|cho|với|về|trong|tại|từ|theo|do|để|thuộc|nhằm|hoặc|cùng|bởi|mỗi|giữa)\s*$",
    re.IGNORECASE,
)

# What opens a paragraph of its own after a full stop, wherever the line before ends.
_OPENER = re.compile(
    rf"(?:can cu|xet|duoc su|tren day la|trong qua trinh|nhan duoc (?:{CARRIED_OUT})"
    rf"|(?:yeu cau|de nghi) (?:cac|thu truong)|thuc hien (?:{CARRIED_OUT}) so"
    r"|(?:uy ban|ubnd|(?:tinh |huyen |dang )uy|so|truong|phong|ban|hoi|doan|trung tam|benh vien|cong an) .{0,40}"
    r"(?:ban hanh|xay dung|thong nhat|(?:de ra|lap) ke hoach))\b"
)

_DECIDES = re.compile(r"(?:quyet (?:dinh|nghi)|chi thi|ket luan)\s*:\s*")  # alone on its line, under the grounds
_PHASE = re.compile(r"(?:dot|giai doan|buoc|vong) (?:\d|[ivx]+)\s?:")  # "Đợt 2: từ ngày ..."

LONGEST_TITLE = 40  # letters of a canonical heading alone on its line

LONG_LINE = 130  # characters; a printed line of 13-point type holds 75 to 100
FEW_LINES = 12  # fewer tell nothing about how a text is wrapped
RUNS_ON = 0.12  # share of lines that begin in the middle of a sentence: 0.35-0.6 in wrapped plans, 0-0.05 in others
FULL_SHARE = 0.86  # of the wrap width: proportional type makes full lines vary by a seventh, typed lines do not
INDENT = 10.0  # points; first-line indents are 28 or 36, skew and justification stay under 8
SIZE_CHANGE = 0.18  # of the type size: 13 to 14 point is 0.07 and no change of style
WIDE_GAP = 1.45  # of the usual pitch: 6 points between paragraphs add a third at most
LOST_LINE = 1.9  # of it: a line between was not recognised, or a blank one was printed


@dataclass(slots=True)
class _Lists:
    """The last label of every shape seen so far, to know what goes on a list."""

    last: dict[str, Marker] = field(default_factory=dict)

    def strength(self, marker: Marker) -> float:
        """How likely a mark is real, from the line and from the lists of this document; above 0.5 is believed."""
        before = self.last.get(marker.shape)
        if before is None:
            return marker.likelihood + (0.2 if sequence.is_first(marker) else -0.25)
        follows = {"next": 0.35, "first": 0.1, "gap": 0.0, "repeat": -0.1, "back": -0.2, None: -0.25}
        return marker.likelihood + follows[sequence.step(before, marker)]

    def best(self, text: str) -> tuple[Marker | None, float]:
        found = [(self.strength(marker), marker) for marker in marks(text) if marker.family != "bullet"]
        if not found:
            return None, 0.0
        strength, marker = max(found, key=lambda item: item[0])
        return marker, strength


@dataclass(frozen=True, slots=True)
class _Width:
    """How a text without boxes is wrapped: `wrap` in characters, 0 where a line is a paragraph; from `full` on the next
    word would not have fitted; `blanks` says that empty lines part its paragraphs, wherever its lines break."""

    wrap: int
    full: float = 0.0
    blanks: bool = False


def _width(lines: Sequence[PlacedLine]) -> _Width:
    own = [line for line in lines if line.box is None and line.area in _JOINED_AREAS]
    body = [line.text for line in own]
    lengths = sorted(map(len, body))
    if not lengths or sum(length for length in lengths if length > LONG_LINE) > sum(lengths) / 2:
        return _Width(0)
    running_on = [
        (above, below) for above, below in pairwise(own)
        if below.text[:1].islower() and not marks(below.text) and not _ends(above.text)
    ]
    going_on = _goes_on_between_blanks(lines)
    if len(body) >= FEW_LINES and len(running_on) < RUNS_ON * len(body) and going_on < GOES_ON:
        return _Width(0)
    wrap = lengths[-1 - len(lengths) // 20]
    if wrap < LEAST_WRAP:
        return _Width(0, blanks=going_on >= ALL_GO_ON)
    needed = [len(above.text) + 1 + len(below.text.split()[0]) for above, below in running_on if above.area != "title"]
    exact = len(needed) >= LEAST_GOING_ON and sum(length > wrap for length in needed) >= ALL_GO_ON * len(needed)
    return _Width(wrap, (1.0 if exact else FULL_SHARE) * wrap, going_on >= ALL_GO_ON)


def _goes_on_between_blanks(lines: Sequence[PlacedLine]) -> float:
    """The share of the lines right under another that go on with it, where empty lines part the paragraphs of a text.

    A plan of many short items has few lines that begin with a small letter, wrapped or not.
    """
    direct = goes_on = 0
    for above, below in pairwise([line for line in lines if line.box is None and line.area in _JOINED_AREAS]):
        if below.gap == "line" and len(above.text) >= LEAST_WRAP and not above.is_capitals:
            direct += 1
            goes_on += not _ends(above.text) and not marks(below.text)
    return goes_on / direct if goes_on >= LEAST_GOING_ON else 0.0


LEAST_WRAP = 45  # characters of a line that may be wrapped
LEAST_GOING_ON, GOES_ON = 3, 0.4  # lines, and share of them: 0.5 to 1 in wrapped texts, 0 to 0.1 in others
ALL_GO_ON = 0.96  # of them: copies of web pages, whose lines break where their source did (0.97 to 1); 0.94 in others


def _is_full(line: PlacedLine, after: PlacedLine, width: _Width) -> bool | None:
    """Whether the next line's first word would not have fitted; None where nobody can tell."""
    first = after.words[0].text or (after.text.split() or [""])[0]
    if line.box is not None and line.frame is not None:
        letters = max(1, len(line.text))
        needed = (len(first) + 1) * line.box.width / letters
        return line.frame.right - line.box.right < needed + 4
    if width.wrap == 0:
        return None
    return len(line.text) + 1 + len(first) > width.full


def _open_brackets(text: str) -> bool:
    """Whether a bracket or curly quote stands open at the end, not too far back to believe."""
    tail = text[-400:]
    return tail.count("(") > tail.count(")") or tail.count("“") > tail.count("”")


def _starts_paragraph(lines: Sequence[PlacedLine], line: PlacedLine, width: _Width, lists: _Lists) -> bool:
    """Whether `line` begins a new paragraph after the lines joined so far."""
    above = lines[-1]
    text = line.text.lstrip()
    before = above.text.rstrip()
    whole = before if len(lines) == 1 else " ".join([x.text for x in lines[-4:]])
    full = _is_full(above, line, width)
    hangs = _hangs(lines, line)
    # The grounds end with a comma under Thông tư 01/2011, with a semicolon since; "..., / UBND xã xây dựng ..." goes on
    # where it stands left of a full line.
    ended = _ends(before) or (
        above.area == "basis" and before.endswith(",") and not (hangs and full)
    )
    if _STRONG_END.search(before) or (line.is_capitals and _DECIDES.fullmatch(aligned(text))):
        return True
    marker, strength = lists.best(text)
    if line.area == "annex" and UNDER_TITLE.match(aligned(text[:60])):
        return True
    if before.endswith(")") and UNDER_TITLE.match(aligned(lines[0].text[:60])):
        return True
    if marker is None and _is_one_title(above, line):
        return False
    wants_number = not ended and full and not above.is_capitals and _WANTS_NUMBER.search(aligned(before[-24:]))
    if marker is not None and wants_number:
        strength -= 0.8
    elif marker is not None and not ended and not line.text[marker.text_start :].strip():
        strength -= 0.8  # "... đoàn viên thanh niên" / "10.": a number alone closes the sentence
    marked = marker is not None and strength >= 0.5
    small = text[:1].islower() and not marked
    score = 0.9 if ended else -1.5
    if full is False:
        score += 1.6
    elif full:
        score -= 0.6
    if before.endswith(("-", ",", "–")) and not ended and not _is_label_alone(lines):
        score -= 1.5
    if _RUNS_ON_WORD.search(before[-10:]):
        score -= 2.5
    if small:
        score -= 2.2
    elif text[:1].isupper():
        score += 0.5
    if marked:
        score += 2.6 + strength
    bullet = bullet_of(text)
    if bullet is not None and bullet.likelihood >= 0.4:
        after = text[bullet.text_start :].lstrip()
        # "... (Phòng Cảnh sát quản lý hành chính" / "- Cơ quan thường trực)": a dash of the sentence
        goes_on = after[:1].islower() or hangs or _open_brackets(whole)
        goes_on = goes_on or (_OFFICE_HEAD.search(before) and _OFFICE_TAIL.match(after)) is not None
        inside = not ended and bool(full is not False) and goes_on
        score += 0.4 if inside else 3.2
    opening = aligned(text[:60])
    ground = line.area == "basis" and starts_basis(text)  # "...;" / "Theo đề nghị của ..."
    opens = ground or _OPENER.match(opening) or _PHASE.match(opening[:20]) or OPENS_LINE.match(opening)
    # "..., / UBND xã ban hành kế hoạch": behind a comma only where the line above was not full
    if ended and opens and not (full and (hangs or not _ends(before))):
        score += 1.6
    apart = ended or line.gap in ("blank", "block")
    if apart and len(text) <= LONGEST_TITLE and text[:1].isupper() and not _ends(text) and is_canonical(text):
        score += 1.6
    if above.area == line.area == "basis" and not ended and not marked and not starts_basis(text):
        score -= 1.6  # "... của Ban Thường vụ" / "Liên đoàn Lao động tỉnh ...;": a ground opens with its word
    if _open_brackets(whole) and not marked:
        score -= 1.2
    if above.is_capitals != line.is_capitals and len(before) > 6 and len(text) > 12:
        score += 2.5 if above.is_capitals and _opens_like_heading(lines) else 0.5
    score += _place_evidence(lines, line) if line.box is not None else _gap_evidence(above, line, width, ended, small)
    return score > 0


def _is_label_alone(lines: Sequence[PlacedLine]) -> bool:
    """Whether the lines so far are a label in words and its mark: "Phụ lục -", over a title of its own."""
    found = marks(lines[0].text)[:1] if len(lines) == 1 else ()
    return any(mark.family != "bullet" and not lines[0].text[mark.text_start :].strip() for mark in found)


def _hangs(lines: Sequence[PlacedLine], line: PlacedLine) -> bool:
    """Whether a line stands left of the indented first line of its paragraph, where its bullets never stand."""
    first = lines[0]
    if first.box is None or line.box is None or first.page != line.page:
        return False
    return first.box.left - line.box.left > INDENT


def _is_one_title(above: PlacedLine, line: PlacedLine) -> bool:
    """Whether two lines in capitals are of one title: right under one another, on one axis and of two lengths."""
    if above.box is None or line.box is None or line.frame is None or above.page != line.page:
        return False
    if not (above.is_capitals and line.is_capitals) or line.box.bottom - above.box.bottom > WIDE_GAP * line.frame.pitch:
        return False
    apart = abs(above.box.left - line.box.left) > INDENT
    return apart and abs(above.box.middle[0] - line.box.middle[0]) <= INDENT / 2


def _opens_like_heading(lines: Sequence[PlacedLine]) -> bool:
    return all(line.is_capitals for line in lines)


def _gap_evidence(above: PlacedLine, line: PlacedLine, width: _Width, ended: bool, small: bool) -> float:
    """Empty lines and page breaks of a text without boxes."""
    if width.wrap == 0:  # a line is a paragraph, but for those that a page break cut
        cut = line.gap != "line" and len(above.text) > LONG_LINE * 0.7 and not ended
        # "... trong" / "12 tháng của năm học": a number that opens no paragraph goes on with the sentence
        cut = cut or (line.text[:1].isdigit() and not ended and len(above.text) > LONG_LINE / 2)
        # "... các xã có đồng bào" / "Chăm.": a word or two that end a sentence open no paragraph
        tail = len(line.text.split()) <= 2 and _ends(line.text) and not line.is_capitals
        cut = cut or (tail and not ended and len(above.text) > LONG_LINE / 2 and not marks(line.text))
        return -0.9 if small or cut else 2.0
    if line.gap in ("blank", "block"):
        return 1.2
    if line.gap == "line" and not ended and width.blanks and not _is_title_over_task(above, line, width):
        return -1.2  # "... đề xuất của Ban" / "Quản lý khu công nghệ cao ...": a short line says nothing
    return -0.8 if line.gap == "line" and ended else 0.0


def _is_title_over_task(above: PlacedLine, line: PlacedLine, width: _Width) -> bool:
    """Whether a short numbered line stands over one that opens with a task: "2. Tập huấn" / "Mở 03 lớp ..."."""
    numbered = any(mark.family != "bullet" and mark.likelihood > 0.5 for mark in marks(above.text)[:1])
    short = len(above.text) < SHORT_SHARE * width.wrap
    return numbered and short and opens_with_task(line.text) and not marks(line.text)


SHORT_SHARE = 0.6  # of the wrap width


def _place_evidence(lines: Sequence[PlacedLine], line: PlacedLine) -> float:
    """Indentation, distance, boldness and size."""
    above = lines[-1]
    if above.box is None or line.box is None or line.frame is None:
        return 0.0
    score = 0.0
    if above.page == line.page:
        deeper = line.box.left - above.box.left
        if deeper > INDENT and line.box.left - line.frame.left > INDENT:
            score += 2.0
        elif len(lines) > 1 and abs(deeper) <= INDENT:
            score -= 0.8
        elif len(lines) == 1 and deeper < -INDENT:
            score -= 0.8  # the second line of a paragraph with an indent
        elif len(lines) == 1 and line.box.left - line.frame.left > INDENT and line.text[:1].isupper():
            # The second line of an indented paragraph stands at the margin; that of a bullet may hang under its text.
            score += 1.0 if bullet_of(above.text) is not None else 2.0
        distance = line.box.bottom - above.box.bottom
        if distance > WIDE_GAP * line.frame.pitch:
            score += 0.7 if distance < LOST_LINE * line.frame.pitch else 1.4
    elif line.box.left - line.frame.left > INDENT:
        score += 1.2
    if above.is_bold is not None and line.is_bold is not None and above.is_bold != line.is_bold:
        score += 1.2
    if above.size and line.size and abs(above.size - line.size) > SIZE_CHANGE * max(above.size, line.size):
        score += 0.8
    return score


def _same_stream(above: PlacedLine, line: PlacedLine) -> bool:
    """Whether two lines may be of one paragraph by their areas."""
    if above.annex != line.annex or above.area not in _JOINED_AREAS or line.area not in _JOINED_AREAS:
        return False
    return above.area == line.area or {above.area, line.area} == {"basis", "body"}


def join_lines(
    lines: Sequence[PlacedLine], tables: dict[tuple[int, int], Table] | None = None
) -> tuple[Paragraph, ...]:
    """Labelled lines to paragraphs in the same order.

    `tables` gives the table for (page, index); its lines become one paragraph that carries it. Lines of the
    head and foot other than title and addressee stay paragraphs by themselves.
    """
    width = _width(lines)
    lists = _Lists()
    paragraphs: list[Paragraph] = []
    current: list[PlacedLine] = []
    passed: list[PlacedLine] = []

    def close() -> None:
        if current:
            paragraphs.append(paragraph_of(current))
            current.clear()
        if passed:
            paragraphs.extend(join_lines(passed))
            passed.clear()

    notes = _footnotes(lines)
    for line in lines:
        aside = line.area == "aside" and not at_margin(line.box, line.frame)  # else a short last line read as a speck
        if (aside or id(line) in notes) and current and current[-1].area in _GOING_ON:
            passed.append(line)
            continue
        if current and current[-1].annex != line.annex:
            lists = _Lists()
        if line.area == "table" and line.table is not None:
            if current and (current[-1].table, current[-1].page) == (line.table, line.page):
                current.append(line)
                continue
            close()
            current.append(line)
            continue
        if current and current[-1].area == "title" and line.area == "title":
            starts = (line.gap == "line" and current[-1].gap != "line" and _is_type_only(current)) or _is_type_only(
                current
            )
        elif current and _same_stream(current[-1], line):
            starts = _starts_paragraph(current, line, width, lists)
        else:
            starts = True
        if starts:
            close()
            if line.area in _JOINED_AREAS:
                marker, strength = lists.best(line.text)
                if marker is not None and strength >= 0.5:
                    lists.last[marker.shape] = marker
        current.append(line)
    close()
    if not tables:
        return tuple(paragraphs)
    return _with_tables(paragraphs, tables)


def _with_tables(paragraphs: Sequence[Paragraph], tables: dict[tuple[int, int], Table]) -> tuple[Paragraph, ...]:
    """Table paragraphs with their tables; one that goes on over page breaks is one with its first part."""
    found: list[tuple[list[Paragraph], list[Table]]] = []
    for paragraph in paragraphs:
        number = paragraph.lines[0].table
        table = tables.get((paragraph.page, number)) if paragraph.area == "table" and number is not None else None
        goes_on = table is not None and table.continues and bool(found) and bool(found[-1][1])
        if goes_on and found[-1][0][0].annex == paragraph.annex:
            found[-1][0].append(paragraph)
        else:
            found.append(([paragraph], []))
        if table is not None:
            found[-1][1].append(table)
    return tuple(_of_table(parts, own) if own else parts[0] for parts, own in found)


def _of_table(parts: Sequence[Paragraph], tables: Sequence[Table]) -> Paragraph:
    """The paragraph that stands for the parts of one table."""
    return replace(
        parts[0],
        lines=tuple(line for part in parts for line in part.lines),
        text=" ".join(part.text for part in parts),
        table=joined(tables),
    )


def _footnotes(lines: Sequence[PlacedLine]) -> frozenset[int]:
    """The ids of the lines of notes at the foot of a page: the last of its body, in small type, under more others."""
    on_page: dict[int, list[PlacedLine]] = {}
    for line in lines:
        if line.area in _GOING_ON and line.box is not None and line.size:
            on_page.setdefault(line.page, []).append(line)
    found: set[int] = set()
    for own in on_page.values():
        sizes = sorted(line.size or 0.0 for line in own)
        usual = sizes[len(sizes) // 2]
        for line in reversed(own):
            if (line.size or usual) > NOTE_SIZE * usual:
                break
            found.add(id(line))
    return frozenset(found)


NOTE_SIZE = 0.82  # of the usual type size: notes are printed in 10 points, the text in 13 or 14


def _is_type_only(lines: Sequence[PlacedLine]) -> bool:
    """Whether the lines so far are the type name alone, which stands apart from the trích yếu."""
    return len(lines) == 1 and lines[0].is_capitals and len(lines[0].text) <= 24
