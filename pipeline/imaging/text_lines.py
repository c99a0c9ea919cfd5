"""Lines of a text as they were printed: parted where a text came as one line, joined where a converter broke a title.

The trouble: some collections store a document as one line, and a reader of lines then finds no head, no sections and no
foot in it; copies of web pages break "**I. MỤC / ĐÍCH, YÊU CẦU**" in the middle of its marks.

Evidence: for one line that is a document the motto, a number with its symbol, sections I and II (or A and B) in
capitals, "Nơi nhận": two of these in a line longer than most paragraphs. For a broken title a mark that opens on one
line and closes on the next.

What it never does: drop a word or change their order, or part a line that lacks these signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.knowledge import labels
from pipeline.knowledge.doctypes import types
from pipeline.knowledge.numerals import roman_numeral
from pipeline.knowledge.vietnamese import LETTERS

LONGEST_PARAGRAPH = 600  # signs; a document has more, and so have some paragraphs: the signs below decide
LEAST_SIGNS = 2
_CAPITALS = "".join(sign for sign in LETTERS if sign.isupper())
_MOTTO = r"C[ỘO]NG H[ÒO][AÀ] X[ÃA] H[ỘO]I CH[ỦU] NGH[ĨI]A VI[ỆE]T NAM"
_PARTY = r"ĐẢNG CỘNG SẢN VIỆT NAM"
_SECOND = r"Đ[ộo]c l[ậa]p\s*[-–]\s*T[ựu] do\s*[-–]\s*H[ạa]nh ph[úu]c"
_NUMBER = (
    r"(?:S[ốo]\s*:\s*(?:\d+\s*)?[/-]?\s*[A-ZĐ][A-ZĐa-z]*(?:\s?[-/]\s?[A-ZĐ][A-ZĐa-zđ]*)+|S[ốo]\s*:\s*\d+\s?[/-]\s?\S+"
    r"|S[ốo]\s+\d+\s?-\s?[A-ZĐ]{2,}[A-Za-z]*/[A-ZĐ]\S*)"
)
_DATELINE = (
    rf"[{_CAPITALS}][^\W\d_]*(?: [^\W\d_]+){{0,4}},\s+ng[àa]y\s+(?:[\d.…]{{1,6}}\s+)?th[áa]ng\s+(?:[\d.…]{{1,6}}\s+)?"
    r"n[ăa]m\s+[\d.…]{4,6}"
)
_SECTION = rf"\s?[./-]\s+[{_CAPITALS}]{{2,}}\s"
_SIGNS = tuple(
    map(re.compile, (f"{_MOTTO}|{_PARTY}", rf"\s{_NUMBER}\s", rf"\s[IA]{_SECTION}", rf"\s(?:II|B){_SECTION}",
                     r"\sNơi nhận\s*:"))
)
_HEAD = re.compile(rf"{_MOTTO}|{_PARTY}|{_SECOND}|{_NUMBER}|{_DATELINE}|[-_*=]{{4,}}")
HEAD_WITHIN = 1200  # signs in which the head of a document ends


def printed_lines(lines: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The lines of a text file as printed, and whether some were told from their words alone."""
    found: list[str] = []
    parted = False
    for line in _with_whole_titles(lines):
        if len(line) > LONGEST_PARAGRAPH and "\t" not in line and _is_document(line):
            found += _parts(line)
            parted = True
        else:
            found.append(line)
    return tuple(found), parted


def _is_document(line: str) -> bool:
    return sum(sign.search(line) is not None for sign in _SIGNS) >= LEAST_SIGNS


# --- titles broken inside their marks --------------------------------------------------------------------

MOST_LINES, LONGEST_TITLE = 3, 200  # lines of a title and its signs
_OPENS = re.compile(r"(?<![*\w])(\*{1,3})(?=[^\s*])")
_CLOSES = re.compile(r"(?<=[^\s*])(\*{1,3})(?![*\w])")


def _with_whole_titles(lines: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        end = at + 1
        if "*" in lines[at] and _stands_open(lines[at]):
            end = next(
                (
                    stop for stop in range(at + 2, min(len(lines), at + MOST_LINES) + 1)
                    if not _stands_open(" ".join(lines[at:stop]))
                ),
                end,
            )
            own = lines[at:end]
            if not all(line.strip(" |") for line in own) or sum(map(len, own)) > LONGEST_TITLE:
                end = at + 1
        yield " ".join(lines[at:end])
        at = end


def _stands_open(text: str) -> bool:
    """Whether a mark opens in a text and does not close."""
    return len(_OPENS.findall(text)) > len(_CLOSES.findall(text))


# --- a document on one line ------------------------------------------------------------------------------


def _parts(line: str) -> list[str]:
    cuts = {0, len(line), *_head_cuts(line)}
    body = max((cut for cut in cuts if cut < len(line)), default=0)
    foot = _foot_start(line)
    cuts |= set(_basis_cuts(line, body, foot)) | set(_section_cuts(line, body, foot)) | set(_foot_cuts(line, foot))
    places = sorted(cuts)
    return [part for low, high in pairwise(places) if (part := line[low:high].strip())]


def _head_cuts(line: str) -> Iterator[int]:
    """Around the parts of the head, and around the name of the document's type."""
    end = 0
    for found in _HEAD.finditer(line, 0, HEAD_WITHIN):
        yield found.start()
        yield found.end()
        end = found.end()
    names = sorted({name.upper() for _, name in types()}, key=len, reverse=True)
    kind = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)").search(line, end, end + HEAD_WITHIN)
    if kind is not None and (not line[end : kind.start()].strip() or line[end : kind.start()].isupper()):
        yield kind.start()
        yield kind.end()
        title = _run_of_capitals(line, kind.end())
        if len(line[kind.end() : title].split()) >= LEAST_TITLE:
            yield title


LEAST_TITLE = 4  # words of a title in capitals
_WORD = re.compile(r"\S+\s*")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-–](?:19|20)\d\d)?")


LONGEST_RUN = 400  # signs; the longest title in capitals met has 305


def _run_of_capitals(line: str, at: int) -> int:
    """Where the words in capitals end that begin at `at`; years, and numbers and marks among them, are of the run."""
    end = at
    for word in _WORD.finditer(line, at, at + LONGEST_RUN):
        letters = [sign for sign in word.group() if sign.isalpha()]
        if letters and not all(map(str.isupper, letters)):
            break
        end = word.end() if letters or _YEAR.fullmatch(word.group().strip(" .,;:")) else end
    return end


_GROUND = re.compile(
    r"(?:(?<=[;.,] )|(?<=\w ))(?=C[ăa]n c[ứu] (?:[A-ZĐ]|[cv]ào ))|(?<=; )(?=Theo đề nghị|Thực hiện|Xét)"
)
# "... năm 2012 Thực hiện Chương trình ...": a title that ends with its year, and what opens the text
_AFTER_TITLE = re.compile(r"(?<=\d{4} )(?=(?:Thực hiện|Triển khai|Để|Nhằm|Trên cơ sở|Ủy ban|Uỷ ban|UBND|Sở|Ban)\b)")
_AFTER_GROUNDS = re.compile(r"(?<=[;.,] )(?=(?:Ủy|Uỷ|UBND|Ban|Sở|Phòng|Hội|Đảng|Trường|Bộ)\b)")


def _basis_cuts(line: str, start: int, end: int) -> Iterator[int]:
    last = -1
    opening = _AFTER_TITLE.search(line, start, min(end, start + LONGEST_PARAGRAPH))
    if opening is not None:
        yield opening.start()
    for found in _GROUND.finditer(line, start, end):
        last = found.start()
        yield last
    if last >= 0 and (after := _AFTER_GROUNDS.search(line, last + 1, end)) is not None:
        yield after.start()


MOST_SECTIONS = 12
_LABEL = re.compile(
    r"(?:(?<=\s)|^)(?:(?P<roman>[IVX]{1,4})\s?[.)/-]\s+(?=[^\W\d_])|(?P<part>[A-E])\s?[./-]\s+(?=[^\W\d_])"
    r"|(?P<worded>(?:Phần|PHẦN|Chương|CHƯƠNG)\s+(?:(?:thứ|THỨ)\s+\w+|[IVX]{1,4}))[.:]?\s+(?=[^\W\d_])"
    r"|(?P<number>\d{1,2})(?:\s?[.)/]|-)\s+(?=[^\W\d_])|(?P<sub>\d{1,2}(?:\.\d{1,2}){1,2})\.?\s+(?=[^\W\d_])"
    r"|(?P<letter>[a-zđ])[)/]\s+(?=\S)|(?P<bullet>[-–+•*])\s+(?=[^\W\d_]))"
)
_CLOSED = re.compile(r"[.;:!?…\"”)]\s*\Z")
CLOSED_WITHIN, LONGEST_WORD = 24, 60  # signs before a label in which a mark is looked for, and behind it its first word


def _section_cuts(line: str, start: int, end: int) -> Iterator[int]:
    """Before labels that follow one another and stand behind a closed sentence or the title of a section, and behind a
    title in capitals."""
    part = roman = number = letter = 0
    after_title = start
    # where a section opened whose title may not be closed by a mark: "III. Tổ chức thực hiện 1. Phòng ...", and a point
    titled = opened = -1
    if (led := _LED_TO.search(line, start, end)) is not None and _is_title(line, led.end()):
        yield led.end()  # "... như sau: MỤC ĐÍCH, YÊU CẦU - ..."
        after_title = _title_end(line, led.end())
        yield after_title
    for found in _LABEL.finditer(line, start, end):
        before = line[max(start, found.start() - CLOSED_WITHIN) : found.start()]
        closed = _CLOSED.search(before) is not None or found.start() == after_title
        first = found["number"] == "1" or found["letter"] == "a" or found["sub"]
        closed = closed or (bool(first or found["bullet"]) and 0 <= found.start() - titled <= LONGEST_HEADING)
        closed = closed or (bool(first) and 0 <= found.start() - opened <= LONGEST_HEADING)
        loud = line[found.end() : found.end() + LONGEST_WORD].split(" ")[0].isupper()
        if found["worded"]:
            if not (closed or loud):
                continue
            part = roman = number = letter = 0
        elif found["part"] or found["roman"]:
            due = "ABCDE"[part : part + 1] if found["part"] else roman_numeral(min(roman, MOST_SECTIONS) + 1)
            if (found["part"] or found["roman"]) != due or not (closed or loud):
                continue
            part, roman = (part + 1, 0) if found["part"] else (part, roman + 1)
            number = letter = 0
        elif not closed:
            continue
        elif found["number"]:
            own = int(found["number"])
            if own not in (1, number + 1) and not (loud and own > number):
                continue
            number, letter = own, 0
        elif found["letter"]:
            if found["letter"] not in (labels.LETTERS[letter : letter + 1], "a"):
                continue
            letter = labels.LETTERS.find(found["letter"]) + 1
        titled = found.end() if found["part"] or found["roman"] or found["worded"] else -1
        opened = found.end() if found["number"] or found["sub"] else -1
        if not found["bullet"] and _is_title(line, found.end()):
            after_title = _title_end(line, found.end())
            yield after_title
        yield found.start()


def _is_title(line: str, at: int) -> bool:
    """Whether two words in capitals or more begin at a place."""
    return len(line[at : _title_end(line, at)].split()) > 1


def _title_end(line: str, at: int) -> int:
    """Where a title in capitals ends that begins at a place: before the next label, if that is in capitals too."""
    end = _run_of_capitals(line, at)
    label = _LOUD_LABEL.search(line, at, end)
    return end if label is None else label.start()


_LOUD_LABEL = re.compile(r"(?<=\s)(?:[IVX]{1,4}|[A-E])\s?[./)-]\s")


_LED_TO = re.compile(r"(?:như sau|sau đây|cụ thể)\s?:\s")
LONGEST_HEADING = 80  # signs of the title of a section
FOOT_BEHIND = 4  # the foot stands behind the first quarter of a document; heads have powers too ("TM. ...")
_FOOT = re.compile(r"(?<=\s)(?=Nơi (?:nhận|gửi)\s*:|TM\.\s+[^\W\d_]{2,}|KT\.\s+[^\W\d_]{2,}|T\.?/M\.?\s)")
_CLOSING = re.compile(r"(?<=[.;:] )(?=Trên đây là)")
_RECIPIENT = re.compile(r"(?<=[:;,.] )(?=[-–+]\s?\S)")
_ENTRY_CLOSED = re.compile(r"[;,] [-–+]\s?\S")
_BARE_RECIPIENT = re.compile(r"(?<=\s)(?=[-–+]\s[^\W\d_])")  # no entry closes: a dash is all that parts them
_POSITION = (
    r"(?<!KT\. )(?<!TL\. )(?<!TM\. )(?<!UQ\. )(?<! Q\. )"  # "KT. CHỦ TỊCH" is one line
    r"(?:PHÓ )?(?:TỔNG )?(?:GIÁM ĐỐC|CHỦ TỊCH|BÍ THƯ|CHỦ NHIỆM|CHỈ HUY|CHÁNH"
    r"|(?:HIỆU |VIỆN |CỤC |BỘ |THỨ |THỦ |CHI CỤC )?TRƯỞNG)"
)
_POWER = re.compile(
    r"(?<=\s)(?=(?:TM|KT|TL|TUQ|Q)\.\s?[^\W\d_]{2,})|(?<=\S )(?=PHÓ (?:CHỦ|GIÁM|BÍ|TRƯỞNG|CHÁNH|HIỆU|TỔNG|VIỆN|CỤC))"
    r"|(?<=NHÂN DÂN )(?=CHỦ TỊCH)|(?<=THƯỜNG VỤ )(?=(?:PHÓ )?BÍ THƯ)|(?<=[.;,] )(?=" + _POSITION + r"\b)"
)
_SIGNED = re.compile(rf"(?<=\s)(?:(?:TM|KT|TL|TUQ|Q)\.|T/M)\s|(?<=[.;,] ){_POSITION}\b")


def _foot_start(line: str) -> int:
    """Where the foot begins: its first word after the closing mark, or the end of the line."""
    found = _FOOT.search(line, len(line) // FOOT_BEHIND)
    return found.start() if found is not None else len(line)


def _foot_cuts(line: str, start: int) -> Iterator[int]:
    closing = _CLOSING.search(line, 0, start)
    if closing is not None:
        yield closing.start()
    if start == len(line):
        return
    yield start
    listed = _RECIPIENT if _ENTRY_CLOSED.search(line, start) else _BARE_RECIPIENT
    for pattern in (_FOOT, listed, _POWER):
        yield from (found.start() for found in pattern.finditer(line, start))
    signed = _SIGNED.search(line, start)
    if signed is not None:  # "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH Vũ Xuân Thủy": the name is in small letters
        yield _run_of_capitals(line, signed.start())
