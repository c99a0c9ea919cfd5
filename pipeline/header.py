"""The head of a document: type, number, issuing body, place and date, title, the year and theme planned for.

The trouble: a copy may begin at "Số:" or at the title; the letterhead wraps ("ỦY BAN NHÂN DÂN" / "XÃ A"); the
number and the day are left blank; last year's theme is quoted beside this year's.

Evidence in order of trust: the printed cell, then the symbol (KH-UBND tells type and body), then the sentence in
which the body says that it issues the plan, then a gazetteer hit that is the only one.

What it never does: fill a blank number or day, or take a name that stands nowhere in the document.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline import bodies, datelines, doctypes, gazetteer, symbols
from pipeline.bodies import BodyLevel
from pipeline.fuzzy import aligned
from pipeline.passages import CAPITALS, Node, Paragraph, Place, PlacedLine, place_of_lines, walk


@dataclass(slots=True)
class Header:
    """What the head says; None for what it lacks. `places` by JSON Pointer, `doubts` in words."""

    type_code: str | None = None
    type_name: str | None = None
    number: str | None = None
    symbol: str | None = None
    issuer: str | None = None
    level: BodyLevel | None = None
    parent: str | None = None
    province: str | None = None
    district: str | None = None
    commune: str | None = None
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
    _type_and_title(header, lines, paragraphs)
    prose = _prose(paragraphs, nodes)
    _letterhead(header, lines)
    if header.issuer is None:
        _issuer_from_text(header, prose, paragraphs)
    _type_from_text(header, prose)
    _year(header, prose)
    _theme(header, nodes)
    _places(header, paragraphs)
    return header


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
        found = symbols.parse_number_line(line.text)
        if found is None:
            header.doubts.append(("value_unreadable", f"number: {line.text}", place_of_lines([line], 0.3)))
            continue
        header.number, header.symbol, header.body_code = found.number, found.symbol, found.body_code
        header.type_code = found.type_code
        where = place_of_lines([line], 0.7 if found.doubt else 1.0)
        if found.symbol is not None:
            header.places["/number/symbol"] = where
        if found.number is not None:
            header.places["/number/number"] = where
        if found.doubt:
            header.doubts.append(("value_unreadable" if found.number is None else "low_confidence", f"number: {found.doubt}", where))
        for before, after in found.repairs:
            header.doubts.append(("low_confidence", f"symbol read as {before}, taken for {after}", where))
        return


def _dateline(header: Header, lines: Sequence[PlacedLine]) -> None:
    for line in lines:
        if line.area != "dateline":
            continue
        found = datelines.parse_dateline(line.text)
        if found is None:
            continue
        header.place, header.date = found.place, found.date
        where = place_of_lines([line], 0.7 if found.doubt else 1.0)
        if found.place is not None:
            header.places["/issued/place"] = where
        if found.date is not None:
            header.places["/issued/date"] = where
        if found.doubt:
            header.doubts.append(("value_unreadable", f"date: {found.doubt}", where))
        return


# --- type and title --------------------------------------------------------------------------------------

_ABOUT = re.compile(r"^\W*v\s*/\s*v\s*:?\s*", re.IGNORECASE)
_TITLE_JUNK = re.compile(r"^[\s\-–—_*.:'`]+|[\s\-–—_*:;,'`]+$")


def _type_and_title(header: Header, lines: Sequence[PlacedLine], paragraphs: Sequence[Paragraph]) -> None:
    title_lines = [line for line in lines if line.area == "title"]
    if not title_lines:
        return
    found = doctypes.type_of_line(title_lines[0].text) or doctypes.spaced_type(title_lines[0].text)
    if found is not None:
        header.type_code, header.type_name = found.code, found.name
        where = place_of_lines(title_lines[:1], found.score)
        header.places["/document_type/code"] = header.places["/document_type/name"] = where
        title_lines = title_lines[1:]
    elif any(line.area == "addressee" for line in lines) or _ABOUT.match(title_lines[0].text):
        header.type_code, header.type_name = None, doctypes.LETTER
    text = " ".join(line.text for line in title_lines)
    text = _TITLE_JUNK.sub("", _ABOUT.sub("", text)).strip()
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    if text:
        header.title = text
        header.places["/title"] = place_of_lines(title_lines)


_ISSUES = re.compile(r"\b(?:ban hanh|xay dung|lap|trien khai|tren day la|de ra)\s+(?:ban\s+)?(?P<name>ke hoach|chuong trinh|phuong an|de an|huong dan|bao cao|thong bao)\b")


def _type_from_text(header: Header, prose: Sequence[Paragraph]) -> None:
    if header.type_name is not None:
        return
    if header.type_code is not None:
        header.type_name = doctypes.name_of_code(header.type_code)
        if header.type_name is not None and "/number/symbol" in header.places:
            header.places["/document_type/code"] = header.places["/document_type/name"] = header.places["/number/symbol"]
            return
    for paragraph in prose:
        found = _ISSUES.search(aligned(paragraph.text))
        if found is None:
            continue
        kind = doctypes.type_of_name(paragraph.text[found.start("name") : found.end("name")])
        if kind is not None:
            header.type_code, header.type_name = kind.code, kind.name
            where = paragraph.place(found.start("name"), found.end("name"), 0.8)
            header.places["/document_type/code"] = header.places["/document_type/name"] = where
            return


# --- the issuing body ------------------------------------------------------------------------------------

# Words that open the name of a body in a letterhead, and those that go on with it.
_OPENS_BODY = re.compile(
    r"(?:uy ban|ubnd|ubmttq|ub mttq|mttq|mat tran|hoi|hoi dong|hdnd|so|ban|dang uy|dang bo|chi bo|tinh uy|thanh uy|huyen uy|quan uy|thi uy|bo|cuc|chi cuc|tong cuc"
    r"|truong|phong|trung tam|tt|van phong|vp|vien|benh vien|tram|cong an|cong ty|kho bac|thanh tra|toa an|vien kiem sat|doan|lien doan|bch|bcd"
    r"|quan khu|bo chi huy|chinh phu|quoc hoi|thu tuong|bao hiem|ngan hang|hop tac xa|lien hiep|tap doan|dai hoc|hoc vien|dai|bao)\b"
)
_GOES_ON = re.compile(r"(?:tinh|thanh pho|tp\b\.?|huyen|quan|thi xa|tx\b\.?|xa|phuong|thi tran|tt\b\.?|va|dac khu|viet nam|cong san|nhan dan|[-–])\b|[-–]")


def _letterhead(header: Header, lines: Sequence[PlacedLine]) -> None:
    column = [line for line in lines if line.area == "issuer"]
    groups: list[list[PlacedLine]] = []
    for line in column:
        key = aligned(line.text).strip(" .:-*_")
        opens = _OPENS_BODY.match(key) is not None and not _GOES_ON.match(key)
        if groups and not opens:
            groups[-1].append(line)
        elif groups and _is_unfinished(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    if not groups:
        return
    groups = [part for group in groups for part in _two_units(group)]
    named = [(" ".join(line.text.strip(" .:-*_") for line in group), group) for group in groups]
    text, group = named[-1]
    issuer = bodies.expand_body(text)
    header.issuer = issuer.name
    header.places["/issuer/name"] = place_of_lines(group, 1.0 if issuer.sure else 0.75)
    if len(named) > 1:
        above, above_group = named[-2]
        if _UNIT_LINE.match(aligned(text).strip()):
            # "ỦY BAN NHÂN DÂN / HUYỆN A / XÃ B": one heading for two bodies, printed until about 2000
            issuer = bodies.expand_body(f"{above_group[0].text.strip(' .:-*_')} {text}")
            header.issuer = issuer.name
        parent = bodies.expand_body(above)
        header.parent = parent.name
        header.places["/issuer/parent"] = place_of_lines(above_group, 1.0 if parent.sure else 0.75)
    header.level = bodies.body_level(header.issuer, header.parent)
    header.places["/issuer/level"] = header.places["/issuer/name"]


_UNIT_LINE = re.compile(r"(?:tinh|thanh pho|tp\.?|huyen|quan|thi xa|xa|phuong|thi tran)\s")


def _two_units(group: list[PlacedLine]) -> Iterator[list[PlacedLine]]:
    """A body named with two units ("HUYỆN A" / "XÃ B") is two bodies; other groups come back whole."""
    units = [i for i, line in enumerate(group) if _UNIT_LINE.match(aligned(line.text).strip(" .:-*_"))]
    if len(units) == 2 and units[0] > 0 and units[1] == len(group) - 1:
        yield group[: units[1]]
        yield group[units[1] :]
    else:
        yield group


def _is_unfinished(group: Sequence[PlacedLine], line: PlacedLine) -> bool:
    """ "ỦY BAN MẶT TRẬN" / "TỔ QUỐC VIỆT NAM", "BAN CHỈ ĐẠO" / "PHÒNG, CHỐNG THIÊN TAI": the first line stands open."""
    last = aligned(group[-1].text).strip()
    key = aligned(line.text).strip()
    if last.endswith((",", "-", " va", " cua", "&")):
        return True
    if re.match(r"(?:phong|ban),? (?:chong|ngua)", key):
        return True
    bold = (group[-1].is_bold, line.is_bold)
    return bold == (True, True) and last in ("uy ban", "hoi dong", "ban chi dao", "ban chi huy", "uy ban mat tran")


_UNIT = r"(?P<unit>tinh|thanh pho|tp\.?|huyen|quan|thi xa|tx\.?|xa|phuong|thi tran|tt\.?)"
_SPEAKER = re.compile(
    r"(?:(?:pho )?chu tich\s+)?(?P<body>ubnd|uy ban nhan dan|hdnd|hoi dong nhan dan|ban thuong vu (?:dang uy|huyen uy|tinh uy|thanh uy)|dang uy|huyen uy|tinh uy|thanh uy)"
    r"(?:\s+" + _UNIT + r")?\b"
)
_SPEAKS = re.compile(r"(?:ban hanh|xay dung|to chuc|trien khai|lap|yeu cau|de nghi|bao cao)\b")
_NAMED_UNIT = re.compile(r"\b(?P<unit>tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\s+")
_NAME = re.compile(r"(?:(?:[" + CAPITALS + r"][\w'’]*|\d{1,2})(?:[\s-]+(?=[" + CAPITALS + r"])|))+")
_FULL_UNIT = {"tp": "thành phố", "tp.": "thành phố", "tx": "thị xã", "tx.": "thị xã", "tt": "thị trấn", "tt.": "thị trấn",
              "tinh": "tỉnh", "thanh pho": "thành phố", "huyen": "huyện", "quan": "quận", "thi xa": "thị xã",
              "xa": "xã", "phuong": "phường", "thi tran": "thị trấn"}
_COMMUNE = ("xã", "phường", "thị trấn")
_DISTRICT = ("huyện", "quận", "thị xã", "thành phố")
_FULL_BODY = {"ubnd": "Ủy ban nhân dân", "uy ban nhan dan": "Ủy ban nhân dân", "hdnd": "Hội đồng nhân dân",
              "hoi dong nhan dan": "Hội đồng nhân dân", "dang uy": "Đảng ủy", "huyen uy": "Huyện ủy",
              "tinh uy": "Tỉnh ủy", "thanh uy": "Thành ủy"}


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A body that a sentence makes the author."""

    body: str
    unit: str | None
    name: str | None
    paragraph: Paragraph
    start: int
    end: int


def _name_after(text: str, at: int) -> tuple[str | None, int]:
    """The capitalised words at an offset of the text, as a place name."""
    found = _NAME.match(text, at)
    if found is None:
        return None, at
    name = found.group().strip(" -")
    return (name, at + len(found.group().rstrip(" -"))) if name and not name.isupper() else (None, at)


def _speakers(prose: Sequence[Paragraph]) -> Iterator[_Speaker]:
    for paragraph in prose:
        key = aligned(paragraph.text)
        for found in _SPEAKER.finditer(key):
            unit = _FULL_UNIT.get(found["unit"] or "")
            name, end = None, found.end()
            if unit is not None:
                name, end = _name_after(paragraph.text, found.end() + 1)
            if _SPEAKS.match(key[end:].strip()[:40]):
                yield _Speaker(found["body"], unit, name, paragraph, found.start("body"), max(end, found.end()))


def _unit_names(paragraphs: Sequence[Paragraph]) -> dict[str, Counter[str]]:
    """Names that stand after "xã", "huyện", "tỉnh" in the text, counted."""
    named: dict[str, Counter[str]] = {}
    for paragraph in paragraphs:
        key = aligned(paragraph.text)
        for found in _NAMED_UNIT.finditer(key):
            name, _ = _name_after(paragraph.text, found.end())
            if name is not None:
                named.setdefault(_FULL_UNIT[found["unit"]], Counter())[name] += 1
    return named


def _issuer_from_text(header: Header, prose: Sequence[Paragraph], paragraphs: Sequence[Paragraph]) -> None:
    """Without a letterhead: who says in the text that it issues the plan, and where that is."""
    speakers = sorted(_speakers(prose), key=lambda s: (s.name is None, s.unit is None))
    if not speakers:
        return
    chosen = speakers[0]
    named = _unit_names(paragraphs)
    unit, name = chosen.unit, chosen.name
    if unit is None:
        unit = _unit_of_author(named, paragraphs)
    if name is None and unit is not None:
        name = _name_of_unit(header, unit, named, paragraphs)
    core = chosen.body.replace("ban thuong vu ", "")
    body = _FULL_BODY[core]
    if unit is None or name is None:
        if core in ("huyen uy", "tinh uy", "thanh uy") and header.place:
            header.issuer = f"{body} {header.place}"
        else:
            return
    elif core in ("huyen uy", "tinh uy", "thanh uy"):
        header.issuer = f"{body} {name}"
    else:
        header.issuer = bodies.expand_body(f"{body} {unit} {name}").name
    where = chosen.paragraph.place(chosen.start, chosen.end, 0.8 if chosen.name else 0.6)
    header.places["/issuer/name"] = header.places["/issuer/level"] = where
    if unit in _COMMUNE and core in ("ubnd", "uy ban nhan dan"):
        _parent_from_text(header, paragraphs)
    header.level = bodies.body_level(header.issuer, header.parent)


def _unit_of_author(named: dict[str, Counter[str]], paragraphs: Sequence[Paragraph]) -> str | None:
    """ "trong toàn xã", "trên địa bàn tỉnh": the kind of unit that a text without names speaks of."""
    told: Counter[str] = Counter()
    for paragraph in paragraphs:
        for found in re.finditer(r"(?:tren dia ban|trong toan|toan|ubnd|hdnd|dang uy)\s+(tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\b", aligned(paragraph.text)):
            told[_FULL_UNIT[found[1]]] += 1
    return told.most_common(1)[0][0] if told else None


def _name_of_unit(
    header: Header, unit: str, named: dict[str, Counter[str]], paragraphs: Sequence[Paragraph]
) -> str | None:
    if header.place is not None:
        return re.sub(r"^(?:thành phố|thị xã|thị trấn|tỉnh|huyện|quận|xã|phường)\s+", "", header.place, flags=re.IGNORECASE)
    names = named.get(unit, Counter())
    if len(names) == 1:
        return next(iter(names))
    if names:
        (first, count), *rest = names.most_common(2)
        return first if count > rest[0][1] else None
    homes = _homes(paragraphs)
    return next(iter(homes)) if len(homes) == 1 else None


def _homes(paragraphs: Sequence[Paragraph]) -> set[str]:
    """ "xây dựng quê hương Tam Tiến": the last trace of a name in a text without a head."""
    found = set()
    for paragraph in paragraphs:
        for match in re.finditer(r"\bque huong\s+", aligned(paragraph.text)):
            name, _ = _name_after(paragraph.text, match.end())
            if name is not None:
                found.add(name)
    return found


def _parent_from_text(header: Header, paragraphs: Sequence[Paragraph]) -> None:
    """The district body that the text names, if it names one only."""
    found: dict[str, tuple[Paragraph, int, int]] = {}
    for paragraph in paragraphs:
        key = aligned(paragraph.text)
        for match in re.finditer(r"\b(?:ubnd|uy ban nhan dan)\s+(?P<unit>huyen|quan|thi xa|thanh pho)\s+", key):
            name, end = _name_after(paragraph.text, match.end())
            if name is not None:
                full = bodies.expand_body(f"Ủy ban nhân dân {_FULL_UNIT[match['unit']]} {name}").name
                found.setdefault(full, (paragraph, match.start(), end))
    if len(found) == 1:
        header.parent, (paragraph, start, end) = next(iter(found.items()))
        header.places["/issuer/parent"] = paragraph.place(start, end, 0.75)


# --- places ----------------------------------------------------------------------------------------------


def _places(header: Header, paragraphs: Sequence[Paragraph]) -> None:
    """Province, district and commune from the names of the bodies, then from a gazetteer hit that is the only one."""
    if header.issuer is None:
        return
    own = bodies.body_place(header.issuer)
    above = bodies.body_place(header.parent) if header.parent else None
    source = {"province": "/issuer/name", "district": "/issuer/name", "commune": "/issuer/name"}
    values = {"province": own.province, "district": own.district, "commune": own.commune}
    if above is not None:
        for name in ("province", "district", "commune"):
            if values[name] is None and getattr(above, name) is not None:
                values[name] = getattr(above, name)
                source[name] = "/issuer/parent"
    if any(values.values()):
        settled = gazetteer.resolve(
            values["province"], values["district"], values["commune"],
            header.date or (str(header.year) if header.year else None),
            context=" ".join(paragraph.text for paragraph in paragraphs),
        )
        if settled is not None:
            for name in ("province", "district", "commune"):
                if values[name] is None and getattr(settled, name) is not None:
                    values[name] = getattr(settled, name)
    header.province, header.district, header.commune = values["province"], values["district"], values["commune"]
    for name, pointer in source.items():
        if values[name] is not None and pointer in header.places:
            header.places[f"/issuer/{name}"] = header.places[pointer]


# --- year and theme --------------------------------------------------------------------------------------

_YEAR = re.compile(r"\bnam\s+(?:hoc\s+)?((?:19|20)\d{2})\b(?!\s*[-–]\s*(?:19|20)\d{2})")
_SELF = re.compile(r"\b(?:ke hoach|chuong trinh|phuong an)\b[^.;]{0,200}?\bnam\s+((?:19|20)\d{2})\b")


def _year(header: Header, prose: Sequence[Paragraph]) -> None:
    if header.title:
        years = _YEAR.findall(aligned(header.title))
        if years:
            header.year = int(years[0])
            header.places["/year"] = header.places["/title"]
            return
        if re.search(r"(?:19|20)\d{2}\s*[-–]\s*(?:19|20)\d{2}", header.title):
            return  # a plan for several years has no year
    for paragraph in reversed(prose):
        if paragraph.area == "basis" and not _ISSUES.search(aligned(paragraph.text)):
            continue
        key = aligned(paragraph.text)
        at = _ISSUES.search(key)
        found = _SELF.search(key, at.start() if at else 0)
        if at is not None and found is not None:
            header.year = int(found[1])
            header.places["/year"] = paragraph.place(found.start(1), found.end(1), 0.8)
            return


_THEME = re.compile(r"\bchu de\b(?P<between>[^“”\"'.;:]{0,70}?)\s*(?:la)?\s*[:,]?\s*[“\"«](?P<theme>[^”\"»]{8,400})[”\"»]")
_THEME_LINE = re.compile(r"^\W*(?:\d[.)]\s*)?chu de(?:\s+[^:“\"]{0,50})?\s*:\s*(?P<theme>[^“\"].{7,300}?)\s*[.;]?$")
MOST_THEMES = 20  # a plan quotes its theme twice or thrice
_THEME_ACTION = re.compile(r"\bchu de\b")


def find_themes(nodes: Sequence[Node]) -> list[tuple[str, float, Paragraph, int, int]]:
    """Every quoted theme: (text, how likely it is this plan's, paragraph, start, end), in order."""
    found = []
    for step in walk(nodes):
        for paragraph in step.node.content:
            key = aligned(paragraph.text)
            if not _THEME_ACTION.search(key):
                continue
            for match in _THEME.finditer(key):
                start, end = match.span("theme")
                score = 1.0 + (1.0 if not key[: match.start()].strip(" -+*") else 0.0)
                if step.node.kind == "situation":
                    score -= 1.0
                found.append((paragraph.text[start:end].strip(" .,;"), score, paragraph, start, end))
            match = _THEME_LINE.match(key)
            if match and not any(item[2] is paragraph for item in found):
                start, end = match.span("theme")
                found.append((paragraph.text[start:end].strip(), 1.2, paragraph, start, end))
    return found


def _theme(header: Header, nodes: Sequence[Node]) -> None:
    best: tuple[float, str, Place] | None = None
    for text, score, paragraph, start, end in find_themes(nodes)[:MOST_THEMES]:
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
