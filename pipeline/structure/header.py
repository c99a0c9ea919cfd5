"""The head of a document: type, number, issuing body, place and date, title, the year and theme planned for.

The trouble: a copy may begin at "Số:" or at the title; the letterhead wraps ("ỦY BAN NHÂN DÂN" / "XÃ A"); the
number and the day are left blank; last year's theme is quoted beside this year's.

Evidence in order of trust: the printed cell, then the symbol (KH-UBND tells type and body), then the sentence in
which the body says that it issues the plan, then a gazetteer hit that is the only one.

What it never does: fill a blank number or day, or take a name that stands nowhere in the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.knowledge import citations, datelines, doctypes, gazetteer, number_lines
from pipeline.knowledge.fuzzy import aligned, is_one_letter_off, plain
from pipeline.knowledge.vietnamese import fold
from pipeline.knowledge.wording import OF_TYPE, TITLED_TOGETHER, TOGETHER, UNDER_TITLE
from pipeline.structure import issuer, themes
from pipeline.structure.passages import Node, Paragraph, Place, PlacedLine, is_capitals, place_of_lines


@dataclass(slots=True)
class Header:
    """What the head says; None for what it lacks. `places` by JSON Pointer, `doubts` in words."""

    type_code: str | None = None
    type_name: str | None = None
    carried: bool = False  # by a decision, whose number and signature serve it
    kind_more: str = ""  # what stands after the type's name on its line and is no title: "PHỐI HỢP"
    number: str | None = None
    symbol: str | None = None
    issuing: issuer.FoundIssuer = field(default_factory=issuer.FoundIssuer)
    place: str | None = None
    date: str | None = None
    title: str | None = None
    year: int | None = None
    theme: str | None = None
    places: dict[str, Place] = field(default_factory=dict)
    doubts: list[tuple[str, str, Place | None]] = field(default_factory=list)  # code, message, where
    body_code: str | None = None


def read_header(lines: Sequence[PlacedLine], paragraphs: Sequence[Paragraph], nodes: Sequence[Node]) -> Header:
    """The head from labelled lines; where it is missing, what the text says."""
    header = Header()
    _number(header, lines)
    _dateline(header, lines)
    _type_and_title(header, lines)
    prose = _prose(paragraphs, nodes)
    _type_from_text(header, prose)
    _year(header, lines, prose)
    _theme(header, lines, nodes)
    carried = _carrier(header, lines)
    header.issuing = issuer.read_issuer(
        lines, prose, paragraphs, header.place, header.date, header.year, _is_joint(header), carried
    )
    header.places.update(header.issuing.places)
    _same_spelling(header)
    if not _is_typed(header, lines):
        _same_initials(header)
    header.doubts += header.issuing.doubts
    return header


def _is_typed(header: Header, lines: Sequence[PlacedLine]) -> bool:
    """Whether a text came from a keyboard as far as its head tells: it has no boxes, an "Đ" as it came (an English
    model reads none), and bodies that were read without a guess. A D in its symbol was typed."""
    named = [header.issuing.places.get(f"/issuer/{key}") for key in ("name", "parent")]
    if any(line.box for line in lines) or any(place is not None and place.confidence < 1.0 for place in named):
        return False
    return any("đ" in word.raw.lower() for line in lines for word in line.words)


def _same_spelling(header: Header) -> None:
    """A dateline's place that lost every mark, or got others by restoration, takes those of the same name in the
    letterhead: "Da Mai", "Đa Mai". On a scan a place that there is none of, one letter off, is the issuer's own."""
    known = header.issuing
    where = header.places.get("/issued/place")
    for name in (known.commune, known.district, known.province):
        if header.place is None or where is None or name is None:
            continue
        if name == f"Ia {header.place}" and f"la {header.place}" in where.text:
            header.place = name  # "la Grai" of the unit that the letterhead names: a stroke is l and I
            return
        if plain(name) != plain(header.place):
            continue
        if header.place.isascii() or name in where.raw or fold(header.place) not in fold(where.raw):
            header.place = name
            return
    own = known.commune or known.district or known.province
    if own is None or header.place is None or where is None or where.box is None or len(own) < LONG_NAME:
        return
    if not is_one_letter_off(plain(header.place), plain(own)):
        return
    if gazetteer.find_units(own) and not gazetteer.find_units(header.place):
        said = f"place read as {header.place}, taken for {own}, of which the issuer is"
        header.doubts.append(("low_confidence", said, where))
        header.place = own


LONG_NAME = 6  # letters of a place that no chance makes of another by one


def _same_initials(header: Header) -> None:
    """A code that lost the stroke of its Đ has it back where it is the initials of the issuer: "KH-BVNDC" of "Bệnh viện
    Nguyễn Đình Chiểu". Told as every repair of a symbol."""
    code = header.body_code
    words = (header.issuing.issuer or "").split()
    first = (word[0].upper() for word in words if word != "và")
    initials = "".join(letter if letter == "Đ" else plain(letter).upper() for letter in first)
    if code is None or header.symbol is None or "D" not in code or "Đ" not in initials:
        return
    if len(code) < SURE_INITIALS and not (len(code) == 3 and plain(initials).startswith(plain(code))):
        return
    mended_code = _with_strokes(code, initials)
    if mended_code != code:
        mended = header.symbol.replace(code, mended_code)
        where = header.places.get("/number/symbol")
        header.doubts.append(("low_confidence", f"symbol read as {header.symbol}, taken for {mended}", where))
        header.symbol = mended


def _with_strokes(code: str, initials: str) -> str:
    """A code with the strokes of the Đs among the initials that it is made of, some of them left out ("KBĐT" of "Kho
    bạc Nhà nước Đồng Tháp"); as it is where it is not made of them."""
    if plain(initials[1:]) == plain(code):
        return initials[1:]  # "ĐHNL" of "Trường Đại học Nông Lâm"
    at, out = 0, []
    for letter in code:
        found = next((i for i in range(at, len(initials)) if plain(initials[i]) == plain(letter)), None)
        if found is None:
            return code
        out.append(initials[found] if letter == "D" else letter)
        at = found + 1
    return "".join(out) if initials[0] == out[0] else code


SURE_INITIALS = 4  # letters of a code that are no chance; "SD" may be of anybody


_JOINT_CODE = re.compile(r"(?:KH|CTr?|QC|HD|TT|NQ|QyĐ)(?:PH|LT|LN|LS)(?=[-/])")


def _is_joint(header: Header) -> bool:
    """Whether type, title or symbol say that several bodies issue together: "KHPH-SYT-SGDĐT"."""
    code = _JOINT_CODE.match(header.symbol or "")
    if code is not None or TOGETHER.match(aligned(header.kind_more).strip()) is not None:
        return True
    return TITLED_TOGETHER.match(aligned(header.title or "").strip()) is not None


def _prose(paragraphs: Sequence[Paragraph], nodes: Sequence[Node]) -> tuple[Paragraph, ...]:
    """Where a plan speaks of itself: the text before the first heading, and its last paragraph."""
    first = nodes[0].content if nodes and nodes[0].label is None and nodes[0].title is None else ()
    main = [node for node in nodes if not node.annex]
    last = main[-1].paragraphs[-1:] if main else ()
    basis = tuple(p for p in paragraphs if p.area == "basis")
    return tuple({id(paragraph): paragraph for paragraph in (*basis, *first, *last)}.values())


# --- number and date -------------------------------------------------------------------------------------


def _number(header: Header, lines: Sequence[PlacedLine]) -> None:
    for line in lines:
        if line.area != "number":
            continue
        found = number_lines.parse_number_line(line.text)
        if found is None:
            header.doubts.append(("value_unreadable", f"number: {line.text}", place_of_lines([line], 0.3)))
            continue
        header.number, header.symbol, header.body_code = found.number, found.symbol, found.body_code
        if found.year is not None and found.symbol is not None:
            header.symbol = f"{found.year}/{found.symbol}"  # "Số: 01/2021/NQ-HĐND"
        if header.number is not None and _is_half_read(line, header.number):
            header.number = None
            header.doubts.append(
                ("value_unreadable", f"number: number read as {found.number}", place_of_lines([line], 0.3))
            )
        header.type_code = found.type_code
        where = place_of_lines([line], 0.7 if found.doubt else 1.0)
        if found.symbol is not None:
            header.places["/number/symbol"] = where
        if header.number is not None:
            header.places["/number/number"] = where
        if found.doubt:
            header.doubts.append(
                ("value_unreadable" if found.number is None else "low_confidence", f"number: {found.doubt}", where)
            )
        for before, after in found.repairs:
            header.doubts.append(("low_confidence", f"symbol read as {before}, taken for {after}", where))
        return


HALF_READ = 0.6  # confidence; figures by themselves that were right had 0.75 and more, "74" of a written 874 had 0.49


def _is_half_read(line: PlacedLine, number: str) -> bool:
    """Whether a number that stands by itself on a scan was read with doubt: by hand, a figure or two of it are lost."""
    return line.box is not None and any(
        word.text == number and word.confidence < HALF_READ for word in line.words
    )


_FIGURES = re.compile(r"\d{1,4}\W*")  # a day, a month, a year by itself


def _dateline(header: Header, lines: Sequence[PlacedLine]) -> None:
    dated = [line for line in lines if line.area == "dateline"]
    alone = datelines.parse_dateline(dated[0].text) if len(dated) > 1 else None
    broken = len(dated) > 1 and (alone is None or alone.date is None)  # by a narrow column
    for group in (*((dated[:2],) if broken else ()), *([line] for line in dated)):
        found = datelines.parse_dateline(" ".join(line.text for line in group))
        if found is None:
            continue
        header.place, header.date = found.place, found.date
        where = place_of_lines(group, 0.7 if found.doubt else 1.0)
        if found.place is not None:
            header.places["/issued/place"] = where
        if found.date is not None:
            # One figure in doubt makes another date, however sure the words around it are.
            figures = [word.confidence for line in group for word in line.words if _FIGURES.fullmatch(word.text)]
            header.places["/issued/date"] = replace(where, confidence=min([where.confidence, *figures]))
        if found.doubt:
            header.doubts.append(("value_unreadable", f"date: {found.doubt}", where))
        return


def _carrier(header: Header, lines: Sequence[PlacedLine]) -> tuple[str, Place] | None:
    """The body that "(Ban hành kèm theo Quyết định số ... ngày ... của ...)" names, for a document that has neither
    number nor date of its own; its date is that of the instrument that carries it."""
    if header.date is not None or header.symbol is not None:
        return None
    for line in lines:
        if line.area != "aside" or UNDER_TITLE.match(aligned(line.text).strip()) is None:
            continue
        header.carried = True
        for cited in citations.find_citations(line.text):
            where = place_of_lines([line], 0.8)
            if cited.date is not None:
                header.date = cited.date
                header.places["/issued/date"] = where
            return (cited.issuer, where) if cited.issuer else None
    return None


# --- type and title --------------------------------------------------------------------------------------

_SPECK_BEFORE = re.compile(r"^['`‘’´](?=\w)(?!.*['`‘’´])")  # Vietnamese readers put one before T and V
_ABOUT = re.compile(r"^\W*v\s*/\s*v?(?!\w)\s*:?\s*", re.IGNORECASE)
_TITLE_JUNK = re.compile(r"^[\s\-–—_*.,:;'`]+|[\s\-–—_*:;,'`]+$")


def _type_and_title(header: Header, lines: Sequence[PlacedLine]) -> None:
    title_lines = [line for line in lines if line.area == "title"]
    if not title_lines:
        if header.type_code is None and {"addressee", "number"} <= {line.area for line in lines}:
            header.type_name = doctypes.LETTER  # its subject ("V/v ...") was not read or stands nowhere
        return
    found = doctypes.type_of_line(title_lines[0].text) or doctypes.spaced_type(title_lines[0].text)
    if found is not None:
        header.type_code, header.type_name = found.code, found.name
        where = place_of_lines(title_lines[:1], found.score)
        header.places["/document_type/code"] = header.places["/document_type/name"] = where
        title_lines = title_lines[1:]
        if len(title_lines) > 1 and OF_TYPE.fullmatch(aligned(title_lines[0].text).strip()):
            header.kind_more, title_lines = title_lines[0].text, title_lines[1:]
    elif header.type_code in (None, PARTY_LETTER) and _is_letter(lines, title_lines[0].text):
        header.type_code, header.type_name = None, doctypes.LETTER
    below = next((i for i, line in enumerate(title_lines) if i and _THEME_BELOW.match(aligned(line.text))), None)
    if below is not None:
        _theme_below(header, title_lines[below:])
        title_lines = title_lines[:below]
    text = " ".join(_SPECK_BEFORE.sub("", line.text) for line in title_lines)
    text = _TITLE_JUNK.sub("", _ABOUT.sub("", text)).strip()
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    if text:
        header.title = text
        header.places["/title"] = place_of_lines(title_lines)


_THEME_BELOW = re.compile(r"\W*chu de(?: nam \d{4})?\s*:")  # a line of its own under the title


def _theme_below(header: Header, lines: Sequence[PlacedLine]) -> None:
    """The theme that stands under a title: 'Chủ đề: "Hè vui khoẻ, bổ ích"'."""
    text = " ".join(line.text for line in lines)
    quoted = themes.theme_of_title(text)
    if quoted is not None:
        header.theme = text[slice(*quoted)].strip(" .,;")
        header.places["/theme"] = place_of_lines(lines)


PARTY_LETTER = "CV"  # in Party symbols; the state's letters have no code of a type


def _is_letter(lines: Sequence[PlacedLine], title: str) -> bool:
    """Whether a head without a listed type is that of a letter: it has a subject ("V/v"), or a number and an addressee.
    "ĐƠN ĐỀ NGHỊ" / "Kính gửi" without a number is something else, of which nothing is known."""
    if _ABOUT.match(title):
        return True
    areas = {line.area for line in lines}
    return "addressee" in areas and ("number" in areas or not is_capitals(title))


_ISSUES = re.compile(
    r"\b(?:ban hanh|xay dung|lap|trien khai|tren day la|de ra)\s+(?:ban\s+)?(?P<name>ke hoach|chuong trinh"
    r"|phuong an|de an|huong dan|bao cao|thong bao)\b"
)


def _last_issue(key: str) -> re.Match[str] | None:
    """The last thing that a paragraph says is issued: grounds tell first what others have issued."""
    found = list(_ISSUES.finditer(key))
    return found[-1] if found else None


def _speaks_late(paragraph: Paragraph) -> tuple[bool, bool]:
    """The order of belief: what leads over to the plan with a colon, then text, then grounds."""
    return not paragraph.text.rstrip().endswith(":"), paragraph.area == "basis"


def _type_from_text(header: Header, prose: Sequence[Paragraph]) -> None:
    if header.type_name is not None:
        return
    if header.type_code is not None:
        header.type_name = doctypes.name_of_code(header.type_code)
        if header.type_name is not None and "/number/symbol" in header.places:
            header.places["/document_type/code"] = header.places["/document_type/name"] = header.places[
                "/number/symbol"
            ]
            return
    for paragraph in sorted(prose, key=_speaks_late):
        found = _last_issue(aligned(paragraph.text))
        if found is None:
            continue
        kind = doctypes.type_of_name(paragraph.text[found.start("name") : found.end("name")])
        if kind is not None:
            header.type_code, header.type_name = kind.code, kind.name
            where = paragraph.place(found.start("name"), found.end("name"), 0.8)
            header.places["/document_type/code"] = header.places["/document_type/name"] = where
            return


def _shares_words(text: str, theme: str) -> bool:
    """Whether a line has the first two or last two words of a theme."""
    words = theme.split()
    return any(" ".join(part) in text for part in (words[:2], words[-2:]))


# --- year and theme --------------------------------------------------------------------------------------

# Not the year of a cited date ("ngày 15 tháng 8 năm 2024"), nor a horizon ("đến năm 2030", "tầm nhìn 2045").
_YEAR = re.compile(
    r"(?<!thang \d )(?<!thang \d\d )(?<!\bden )(?<!\btoi )"
    r"\bnam\s+(?:hoc\s+)?((?:19|20)\d{2})\b(?!\s*[-–]\s*(?:19|20)\d{2})"
)
# "Tết Nguyên đán Ất Mùi 2015", "Xuân Mậu Tý 2008", "hè 2006", in a title: no word for the year stands before it.
_TET = re.compile(
    r"\b(?:he |tet (?:nguyen dan )?|xuan (?=[a-z]{2,4} [a-z]{2,4} ))(?:[a-z]{2,4} [a-z]{2,4} )?"
    r"((?:19|20)\d{2})\b(?!\s*[-–]\s*(?:19|20)\d{2})"
)
# "Lịch tiếp công dân tháng 8 năm 2022", in a title; no date of a cited instrument, no horizon.
_MONTH_OF_YEAR = re.compile(
    r"(?<!ngay \d )(?<!ngay \d\d )(?<!\bden )(?<!\btoi )"
    r"\bthang \d{1,2} nam ((?:19|20)\d{2})\b(?!\s*[-–]\s*(?:19|20)\d{2})"
)
_SELF = re.compile(
    r"\b(?:ke hoach|chuong trinh|phuong an)\b[^.;]{0,200}?"
    r"(?<!thang \d )(?<!thang \d\d )(?<!\bden )(?<!\btoi )(?<!\bcuoi )\bnam\s+((?:19|20)\d{2})\b"
    r"(?!\s*[-–]\s*(?:19|20)\d{2})"
)


def _year(header: Header, lines: Sequence[PlacedLine], prose: Sequence[Paragraph]) -> None:
    if header.title:
        title = aligned(header.title)
        years = _YEAR.findall(title) or _TET.findall(title) or _MONTH_OF_YEAR.findall(title)
        if years:
            header.year = int(years[0])
            year = [line for line in lines if line.area == "title" and years[0] in line.text]
            header.places["/year"] = place_of_lines(year[:1]) if year else header.places["/title"]
            return
        if re.search(r"(?:19|20)\d{2}\s*[-–]\s*(?:19|20)\d{2}", header.title):
            return  # a plan for several years has no year
    for paragraph in reversed(prose):
        if paragraph.area == "basis" and not paragraph.text.rstrip().endswith(":"):
            continue
        key = aligned(paragraph.text)
        at = _last_issue(key)
        found = _SELF.search(key, at.start() if at else 0)
        if at is not None and found is not None:
            header.year = int(found[1])
            header.places["/year"] = paragraph.place(found.start(1), found.end(1), 0.8)
            return


def _theme(header: Header, lines: Sequence[PlacedLine], nodes: Sequence[Node]) -> None:
    if header.theme is not None:
        return
    quoted = themes.theme_of_title(header.title) if header.title else None
    if header.title is not None and quoted is not None:
        header.theme = header.title[slice(*quoted)].strip(" .,;")
        said = [line for line in lines if line.area == "title" and _shares_words(line.text, header.theme)]
        header.places["/theme"] = place_of_lines(said) if said else header.places["/title"]
        return
    best: tuple[float, str, Place] | None = None
    for text, score, paragraph, start, end in themes.find_themes(nodes)[: themes.MOST_THEMES]:
        key = aligned(paragraph.text[max(0, start - 500) : end])
        start, end = start - max(0, start - 500), len(key)
        sentence = max(key.rfind(". ", 0, start), 0)
        years = {int(year) for year in re.findall(r"\bnam ((?:19|20)\d{2})\b", key[sentence:start])}
        inside = {int(year) for year in re.findall(r"\bnam ((?:19|20)\d{2})\b", key[start:end])}
        if header.year is not None:
            if header.year in years | inside:
                score += 1.0
            elif years or inside:
                score -= 2.0
        if best is None or score > best[0]:
            at = paragraph.text.find(text)
            best = (score, text, paragraph.place(at, at + len(text)))
    if best is not None and best[0] > 0:
        header.theme = best[1]
        header.places["/theme"] = best[2]
