"""Take out what is on the page but not in the text: page numbers, running heads, marks of earlier tools.

The trouble: a page number stands alone between two halves of a sentence, or in the middle of it ("chất
lượng 2 công tác"); a converter left "**" and "##" behind; a symbol is broken over two lines ("05-" /
"CT/TW").

Evidence for a page number inside a sentence, all of it wanted: a lone number between two small words, no
word before or after that counts or is counted, the place in the file where that page would begin, and
the two neighbours standing side by side elsewhere in the same document.

What it never does: touch `raw`, or take out a number that could count something. Every change is an `Edit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.document import Block, BlockKind, Box, Document, Edit, Line, Notice, Page, Word
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.recipients import is_recipients_head
from pipeline.knowledge.wording import motto_start

# --- marks of earlier tools ------------------------------------------------------------------------------

_HTML = re.compile(r"</?(?:br|b|i|u|em|strong|sub|sup|p|div|span|center)\s*/?>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[-.*_#()\[\]+!~>|])")
_OPENS = re.compile(r"^([\"“”'‘(\[]*)[*_](?=[^\W_]|[\"“])")
_CLOSES = re.compile(r"(?<=[^\W_])[*_](?=[\"”“'’)\].,;:!?…]*$)|(?<=[.,;:!?…%)”\"])[*_](?=[\"”'’)\].,;:!?…]*$)")
_HEADING = re.compile(r"#{1,6}")
_MARKED = re.compile(r"[*#\\<`]|__|\b_|_\b")


def _without_marks(line: Line, text: str) -> Line:
    """A line without Markdown and HTML marks; a stretch between "**" is set bold."""
    if not _MARKED.search(text):
        return line
    words, bold = [], False
    texts = [_ESCAPE.sub("", _HTML.sub("", word.text)).replace("`", "") for word in line.words]
    bare = [text.replace("**", "").replace("__", "") for text in texts]
    opened = sum(bool(_OPENS.search(text)) for text in bare)
    closed = sum(bool(_CLOSES.search(text)) for text in bare)
    several = sum(bool(word.text) for word in line.words) > 1
    seen = False
    for word, text in zip(line.words, texts, strict=True):
        strong = text.count("**") + text.count("__")
        is_bold = bold or strong > 0
        bold ^= strong % 2 == 1
        text = text.replace("**", "").replace("__", "")
        if not seen and several and _HEADING.fullmatch(text):
            text = ""
            is_bold = False
        elif opened and closed:
            text = _CLOSES.sub("", _OPENS.sub(r"\1", text))
        seen = seen or bool(word.text)
        if text != word.text:
            edit = Edit("drop_markdown", word.text, text)
            word = replace(word, text=text, edits=(*word.edits, edit), bold=True if is_bold else word.bold)
        elif is_bold and word.bold is None:
            word = replace(word, bold=True)
        words.append(word)
    return replace(line, words=tuple(words))


# --- dashes ----------------------------------------------------------------------------------------------

_TILDE = re.compile(r"[._]{0,2}~[-–]?|[-–]~")


def _with_dashes(line: Line) -> Line:
    """A recognised line with the dashes that were read as "~", or at its head as "”", alone before a word: no office
    prints those signs there, and "~ 5" may be about five."""
    if line.box is None or not any("~" in word.text or word.text == "”" for word in line.words):
        return line
    words = list(line.words)
    for index, (word, after) in enumerate(pairwise(line.words)):
        between = index == 0 or words[index - 1].text[-1:].isalnum()
        read = (between and _TILDE.fullmatch(word.text)) or (index == 0 and word.text == "”")
        if read and after.text[:1].isalpha():
            words[index] = replace(word, text="-", edits=(*word.edits, Edit("dash_for_tilde", word.text, "-")))
    return replace(line, words=tuple(words))


# --- page numbers and running heads ----------------------------------------------------------------------

_LONE_NUMBER = re.compile(r"[-–—\s\[(.]*(?:trang\s+)?(\d{1,3})(?:\s*/\s*\d{1,3})?[-–—\s\])._]*")
LONE_WORDS = 8  # of such a line, signs set apart included
EDGE_LINES = 2  # a page number stands in the first or last two lines of its page
TOP_SHARE, BOTTOM_SHARE = 0.11, 0.90  # of the page height: top margin 20-25 mm of 297 and the line under it
MIDDLE = 0.08  # of the page width: margins of 30 and 15 mm put the middle of the text 0.04 to the right
# Characters of one typed A4 page of 13-14 point text: 5 plans gave 1,900 to 3,300 in pages without a head.
SHORTEST_PAGE, LONGEST_PAGE = 1_100, 4_300
RUNNING_PAGES = 3  # a head that runs stands on three pages or more,
RUNNING_INSIDE = 2  # on two of them inside a document
HEAD = 8  # first lines of a page in which the motto of a letterhead stands
# On two pages a line runs where it begins in the margin (15 mm at the top, 20 mm at the foot of A4) and at one place,
# in points: pages are fed in a few millimetres apart.
TOP_MARGIN, BOTTOM_MARGIN, SAME_PLACE = 0.05, 0.93, 20.0


@dataclass(slots=True)
class _Entry:
    """A line on its way through the stage."""

    page: int  # index in document.pages
    block: int
    kind: BlockKind
    line: Line
    offset: int = 0  # characters of text before it
    text: str = ""  # of the line as it came in, without marks


def _page_number_lines(entries: Sequence[_Entry], document: Document) -> list[tuple[_Entry, bool]]:
    """Lines that are a page number, each with whether it stood inside the text."""
    found: list[tuple[_Entry, bool]] = []
    on_page: dict[int, list[_Entry]] = {}
    for entry in entries:
        if entry.text.strip():
            on_page.setdefault(entry.page, []).append(entry)
    several = len(document.pages) > 1
    last = 1
    for index, lines in on_page.items():
        page = document.pages[index]
        for place, entry in enumerate(lines):
            match = _LONE_NUMBER.fullmatch(entry.text.lower()) if len(entry.line.words) <= LONE_WORDS else None
            if entry.kind != "text" or len(lines) < 2:
                continue
            if match is None:
                if place in (0, len(lines) - 1) and _is_worn_number(entry, page):
                    found.append((entry, False))
                continue
            value = int(match[1])
            at_edge = place < EDGE_LINES or place >= len(lines) - EDGE_LINES
            if entry.line.box is not None:
                top, bottom = entry.line.box.top / page.height, entry.line.box.bottom / page.height
                outermost = place in (0, len(lines) - 1) and value == page.number > 1
                in_margin = at_edge and (top < TOP_SHARE or bottom > BOTTOM_SHARE)
                if in_margin or (outermost and _is_centred(entry.line.box, page)):
                    found.append((entry, False))
            elif (several and at_edge and 0 <= value - last <= max(3, index + 1 - last)) or (
                not several and value > last and _page_may_begin(value, entry.offset)
            ):
                found.append((entry, True))
                last = value
    return found


def _is_worn_number(entry: _Entry, page: Page) -> bool:
    """Whether one doubted word of a sign or two stands where the number of a page does: "k9" over the second page."""
    box, word = entry.line.box, entry.line.words[0]
    if box is None or page.number == 1 or len(entry.line.words) > 1 or len(word.raw) > WORN_SIGNS:
        return False
    in_margin = box.top < TOP_SHARE * page.height or box.bottom > BOTTOM_SHARE * page.height
    return in_margin and word.recognised < WORN and _is_centred(box, page)


WORN_SIGNS, WORN = 2, 0.6  # signs and confidence of a number of figures that were not read


def _is_centred(box: Box, page: Page) -> bool:
    """Whether a number stands in the middle of its page, as those of a sheet do that is shorter than what was scanned;
    a label or a figure stands at the left."""
    return abs(box.middle[0] - page.width / 2) < MIDDLE * page.width


def _page_may_begin(number: int, offset: int) -> bool:
    """Whether page `number` can begin after `offset` characters."""
    return number > 1 and SHORTEST_PAGE <= offset / (number - 1) <= LONGEST_PAGE


def _running_lines(entries: Sequence[_Entry], document: Document) -> list[tuple[_Entry, BlockKind]]:
    """Lines that come back as the first or the last of three pages or more, digits apart: heads and feet. Of two pages
    the same words at the same place in the margin.

    What comes back over letterheads or under lists of recipients alone is of several documents in one file: the name
    of a body, or of a signer.
    """
    if len(document.pages) < 2:
        return []
    at_edges: dict[tuple[str, BlockKind], list[_Entry]] = {}
    on_page: dict[int, list[_Entry]] = {}
    for entry in entries:
        if entry.kind == "text" and entry.text.strip():
            on_page.setdefault(entry.page, []).append(entry)
    for lines in on_page.values():
        edges: list[tuple[_Entry, BlockKind]] = [(lines[0], "running_head")]
        if len(lines) > 1:
            edges.append((lines[-1], "footer"))
        for entry, kind in edges:
            key = re.sub(r"\d+", "#", aligned(entry.text)).strip()
            if sum(letter.isalpha() for letter in key) >= 4:
                at_edges.setdefault((key, kind), []).append(entry)
    return [
        (entry, kind) for (_, kind), same in at_edges.items() if _runs(same, kind, on_page, document) for entry in same
    ]


def _runs(
    same: Sequence[_Entry], kind: BlockKind, on_page: Mapping[int, Sequence[_Entry]], document: Document
) -> bool:
    """Whether like lines are one that runs through a document; `on_page` has the lines of each page."""
    pages = {entry.page for entry in same}
    if len(pages) >= RUNNING_PAGES:
        inside = sum(not _is_bound(on_page[page], kind) for page in pages)
        return inside >= RUNNING_INSIDE or _in_margin(same, document)
    alike = len(document.pages) == len(same) == 2 and same[0].text == same[1].text
    return alike and _in_margin(same, document)


def _is_bound(lines: Sequence[_Entry], kind: BlockKind) -> bool:
    """Whether a document begins on a page, for its first line, or ends there, for its last."""
    if kind == "running_head":
        return any(motto_start(line.text) is not None for line in lines[:HEAD])
    return any(is_recipients_head(line.text) for line in lines)


def _in_margin(same: Sequence[_Entry], document: Document) -> bool:
    """Whether lines begin in the margin of the paper, at one place of their pages."""
    places = []
    for entry in same:
        page, box = document.pages[entry.page], entry.line.box
        if box is None or TOP_MARGIN * page.height < box.top < BOTTOM_MARGIN * page.height:
            return False
        places.append((box.left, box.top))
    return all(max(axis) - min(axis) < SAME_PLACE for axis in zip(*places, strict=True))


# --- a page number inside a sentence ---------------------------------------------------------------------

# Words that a number follows, and words that it counts: between or beside them a number belongs to the text.
_BEFORE = frozenset(
    aligned(
        "số khóa khoá lần thứ mức năm tháng ngày loại nhóm cấp quý điều khoản điểm chương mục phần vùng đợt"
        " hạng bậc kỳ trên dưới đạt "
        "còn là có gồm trong cả từ đến tới khoảng gần hơn mỗi các những thành đủ tăng giảm tối thiểu nhất"
        " quá dự kiến chọn cử "
        "giao bằng với tuần lớp tổ khối xóm thôn ấp khu phố quận phường đội trạm bảng biểu mẫu qua sau trước vào lúc "
        "chia cho ít đề án quyển tập bước khâu cụm tiểu"
    ).split()
)
_AFTER = frozenset(
    aligned(
        "tháng năm ngày giờ phút tuần quý lần đợt khâu cấp bên hộ người xã thôn huyện tỉnh xóm bản ấp khu"
        " phường tổ nhà trường lớp em "
        "học cháu trẻ con cây ha tấn tạ kg km m đồng triệu tỷ nghìn ngàn trăm chỉ tiêu tiêu nhiệm nội nhóm"
        " loại mô phong "
        "cuộc vụ việc đơn văn bản lượt buổi hội lĩnh mục điểm khoản điều chương phần bước mặt thành cơ đồng"
        " sản mặt hàng xe máy "
        "công trình dự tập cá cán đảng đoàn chi trạm giường bệnh ca mũi liều trong và hoặc là đến trở hộ dám"
        " hơn rõ không tốt có"
    ).split()
) - {"cong", "dong", "van", "san", "noi", "hoi"}  # first syllables too common to tell anything


def _intruders(entries: Sequence[_Entry], document: Document) -> list[tuple[_Entry, int]]:
    """(line, index of the word) of each page number inside a sentence."""
    running = ""
    paged = len(document.pages) > 1
    found = []
    for entry, index, at, before, after in _lone_numbers(entries):
        number = int(entry.line.words[index].text)
        here = entry.page + 1
        if before in _BEFORE or after in _AFTER or (paged and number not in (here, here + 1)):
            continue
        if not paged and not _page_may_begin(number, at):
            continue
        running = running or " " + aligned(" ".join([e.text for e in entries if e.kind == "text" and e.text])) + " "
        if re.search(rf" {re.escape(before)} {re.escape(after)}\b", running):
            found.append((entry, index))
    return found


_HAS_NUMBER = re.compile(r"(?:^|\s)\d{1,3}(?:\s|$)")


def _lone_numbers(entries: Sequence[_Entry]) -> Iterator[tuple[_Entry, int, int, str, str]]:
    """Short numbers between two words of letters: (line, index, characters before it, key before, key after)."""
    before = ""
    number: tuple[_Entry, int, int, str] | None = None
    for entry in entries:
        if entry.kind != "text":
            continue
        at = entry.offset
        if number is None and not _HAS_NUMBER.search(entry.text):
            before = next((word.text for word in reversed(entry.line.words) if word.text), before)
            continue
        for index, word in enumerate(entry.line.words):
            text = word.text
            if not text:
                continue
            if number is not None:
                bare = text.strip('.,;:!?”")')
                if bare.isalpha() and text[0].islower():
                    yield (*number, aligned(bare))
                number = None
            if text.isdecimal() and len(text) <= 3 and before.isalpha() and int(text) >= 2:
                number = (entry, index, at, aligned(before))
            before = text
            at += len(text) + 1


# --- tokens broken over lines ----------------------------------------------------------------------------

_DATELINE = re.compile(r"[^\d,.;:]{2,40},\s*ngày\b")
_CODE_ALONE = re.compile(r"[A-ZĐ]{2,8}")
_BREAKS_AFTER = re.compile(r"(?:[^\W_]|\))[-–/]$")


def _join_broken_tokens(entries: Sequence[_Entry]) -> None:
    """ "05-" at a line's end and "CT/TW" at the next one's start become one word; the second keeps no text."""
    text_lines = [entry for entry in entries if entry.kind == "text" and _has_text(entry.line)]
    for at, (above, below) in enumerate(pairwise(text_lines)):
        last = next((i for i in range(len(above.line.words) - 1, -1, -1) if above.line.words[i].text), None)
        if last is None or len(above.line.words) < 2 or not _BREAKS_AFTER.search(above.line.words[last].text):
            continue  # its only word may have gone to the line before
        if _DATELINE.match(below.line.text) and at + 2 < len(text_lines):
            below = text_lines[at + 2]  # "Số: 255/BC-BCĐ-" beside "Nga Sơn, ngày ..."; the symbol goes on under it
            if not _CODE_ALONE.fullmatch(below.line.text.strip()):
                continue
        first = next((i for i, word in enumerate(below.line.words) if word.text), None)
        if first is None or not below.line.words[first].text[0].isalnum():
            continue
        head, tail = above.line.words[last], below.line.words[first]
        if "/" in head.text and tail.text[0].isupper() and tail.text[1:2].islower():
            continue  # "Số: 53/KH-BCĐ-" beside "Kon" / "Tum, ngày 17 ...": no code of a symbol is written so
        joined = head.text + tail.text
        above.line = _with_word(
            above.line,
            last,
            replace(
                head,
                text=joined,
                edits=(*head.edits, Edit("join_broken_token", head.text, joined)),
            ),
        )
        below.line = _with_word(
            below.line,
            first,
            replace(
                tail,
                text="",
                edits=(*tail.edits, Edit("join_broken_token", tail.text, "")),
            ),
        )


def _has_text(line: Line) -> bool:
    return any(word.text for word in line.words)


def _with_word(line: Line, index: int, word: Word) -> Line:
    return replace(line, words=(*line.words[:index], word, *line.words[index + 1 :]))


# --- the stage -------------------------------------------------------------------------------------------


def tidy(document: Document) -> tuple[Document, tuple[Notice, ...]]:
    """The document without artefacts, and a notice for each that stood inside the text.

    Page numbers and running heads stay in the document as blocks of their kind. A document that is tidy
    already comes back equal, without notices.
    """
    entries, offset = [], 0
    before: list[Line] = []
    for p, page in enumerate(document.pages):
        for b, block in enumerate(page.blocks):
            for line in block.lines:
                before.append(line)
                text = line.text
                bare = line if block.kind == "page_number" else _with_dashes(_without_marks(line, text))
                entries.append(_Entry(p, b, block.kind, bare, offset, text if bare is line else bare.text))
                offset += len(text) + 1
    notices = []
    for entry, inside in _page_number_lines(entries, document):
        entry.kind = "page_number"
        if inside:
            notices.append(_notice(document, entry, f"page number {entry.line.text.strip()} stood between two lines"))
    for entry, kind in _running_lines(entries, document):
        entry.kind = kind
    for entry, index in _intruders(entries, document):
        word = entry.line.words[index]
        notices.append(_notice(document, entry, f"page number {word.text} stood inside a sentence", word))
        gone = replace(word, text="", edits=(*word.edits, Edit("page_artifact", word.text, "")))
        entry.line = _with_word(entry.line, index, gone)
    _join_broken_tokens(entries)
    # Restoration gives cells lines of their own, equal to those of the blocks, so the changed are found by value.
    changed = {
        old: entry.line
        for old, entry in zip(before, entries, strict=True)
        if old is not entry.line and old != entry.line
    }
    on_page: list[list[_Entry]] = [[] for _ in document.pages]
    for entry in entries:
        on_page[entry.page].append(entry)
    pages = tuple(_rebuilt(page, own, changed) for page, own in zip(document.pages, on_page, strict=True))
    return replace(document, pages=pages), tuple(notices)


def _notice(document: Document, entry: _Entry, message: str, word: Word | None = None) -> Notice:
    box = word.box if word is not None else entry.line.box
    return Notice("page_artifact", message, document.pages[entry.page].number, box)


def _rebuilt(page: Page, entries: Sequence[_Entry], changed: dict[Line, Line]) -> Page:
    """The page with the entries' lines; a block whose lines changed kind is parted."""
    blocks: list[Block] = []
    last: tuple[int, BlockKind] | None = None
    lines: list[Line] = []
    for entry in entries:
        if (entry.block, entry.kind) != last:
            if last is not None:
                blocks.append(_block(page, last, lines))
            last, lines = (entry.block, entry.kind), []
        lines.append(entry.line)
    if last is not None:
        blocks.append(_block(page, last, lines))
    tables = (
        tuple(
            replace(
                table,
                cells=tuple(
                    replace(cell, lines=tuple(changed.get(line, line) for line in cell.lines)) for cell in table.cells
                ),
            )
            for table in page.tables
        )
        if changed
        else page.tables
    )
    return replace(page, blocks=tuple(blocks), tables=tables)


def _block(page: Page, key: tuple[int, BlockKind], lines: list[Line]) -> Block:
    origin = page.blocks[key[0]]
    if len(lines) == len(origin.lines) and key[1] == origin.kind:
        return replace(origin, lines=tuple(lines))
    boxes = [line.box for line in lines if line.box is not None]
    box = boxes[0] if boxes else None
    for other in boxes[1:]:
        box = box.union(other) if box else other
    return Block(tuple(lines), key[1], box)
