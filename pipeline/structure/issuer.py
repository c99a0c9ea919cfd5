"""The body that issues a document, the one above it, and where it is.

The trouble: the letterhead wraps ("ỦY BAN NHÂN DÂN" / "XÃ A"), holds two bodies, or is missing; then the text says who
issues the plan, with or without a name ("Chủ tịch UBND xã ban hành Kế hoạch ...").

Evidence in order of trust: the printed letterhead, the sentence in which the body speaks, the dateline's place,
names of the same kind of unit in the text, then a gazetteer hit that is the only one.

What it never does: take a name that stands nowhere in the document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.knowledge import bodies, body_parts, gazetteer
from pipeline.knowledge.bodies import BodyLevel
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.vietnamese import fold
from pipeline.structure import speaker
from pipeline.structure.passages import CAPITALS, Paragraph, Place, PlacedLine, place_of_lines


@dataclass(slots=True)
class FoundIssuer:
    """What is known of the issuing body. `place` and `date` are the dateline's, `year` the one planned for.

    Several bodies that issue together are one `issuer`, parted by "; " as the archives' rules ask.
    """

    place: str | None = None
    date: str | None = None
    year: int | None = None
    issuer: str | None = None
    level: BodyLevel | None = None
    parent: str | None = None
    province: str | None = None
    district: str | None = None
    commune: str | None = None
    places: dict[str, Place] = field(default_factory=dict)
    doubts: list[tuple[str, str, Place | None]] = field(default_factory=list)  # code, message, where


def read_issuer(
    lines: Sequence[PlacedLine],
    prose: Sequence[Paragraph],
    paragraphs: Sequence[Paragraph],
    place: str | None,
    date: str | None,
    year: int | None,
    joint: bool = False,
    carrier: tuple[str, Place] | None = None,
) -> FoundIssuer:
    """The issuer from labelled lines; where there is no letterhead, from what the text says.

    `joint` where number or title say that several bodies issue together ("KHPH", "liên tịch"). `carrier` is whose
    decision carries the document ("Ban hành kèm theo ... của Chủ tịch UBND huyện A").
    """
    found = FoundIssuer(place, date, year)
    _letterhead(found, lines, joint)
    if found.issuer is None and carrier is not None:
        _of_carrier(found, *carrier)
    if found.issuer is None:
        _issuer_from_text(found, prose, paragraphs)
    _respell(found)
    _places(found, lines, paragraphs)
    return found


_LEVELS: tuple[gazetteer.Level, ...] = ("province", "district", "commune")


def _respell(issuing: FoundIssuer) -> None:
    """Names of places whose marks were restored by guess take the only spelling that a place of the level has.

    What was read with its marks stays: not every commune of before 2021 is in the gazetteer. Districts and provinces
    are, so that a scan's "Hoăng Hóa" is the one "Hoằng Hóa".
    """
    for pointer, field_name in (("/issuer/name", "issuer"), ("/issuer/parent", "parent")):
        name, place = getattr(issuing, field_name), issuing.places.get(pointer)
        if name is None or place is None:
            continue
        found = bodies.body_place(name, issuing.date)
        for level in _LEVELS:
            value = getattr(found, level)
            complete = level != "commune" and place.box is not None
            if value is None or (fold(value) in fold(place.raw) and not complete and not value.isascii()):
                continue
            kind = _KIND_BEFORE.search(name[: name.find(value)].lower())
            known = gazetteer.known_spelling(value, level, kind[1] if kind else None)
            if known is None and level == "province" and fold(value) not in fold(place.raw):
                known = gazetteer.nearest_province(value)
                if known is not None:
                    issuing.doubts.append(("low_confidence", f"province read as {value}, taken for {known}", place))
            if known is not None:
                name = name.replace(value, known)
                setattr(issuing, field_name, name)


_KIND_BEFORE = re.compile(r"(tỉnh|huyện|quận|thị xã|xã|phường|thị trấn) $")  # "thành phố" may be of either level


_HEAD_OF = re.compile(r"(?:(?:pho )?chu tich|(?:pho )?giam doc|bo truong|(?:pho )?truong (?=ban\b|phong\b))\s*")


def _of_carrier(issuing: FoundIssuer, printed: str, where: Place) -> None:
    """The body whose decision carries the document; that of its head where he signed ("Chủ tịch UBND huyện A")."""
    head = _HEAD_OF.match(aligned(printed))
    name = printed[head.end() :] if head else printed
    if bodies.looks_like_body(name) < LIKE_BODY:
        return
    issuing.issuer = bodies.expand_body(name).name
    issuing.level = bodies.body_level(issuing.issuer, None, issuing.date)
    issuing.places["/issuer/name"] = issuing.places["/issuer/level"] = where


_EDGE = " .:-*_|'`‘’´\"~„“”,"  # specks, rules and the star of the Party

# Words that open the name of a body in a letterhead, and those that go on with it.
_OPENS_BODY = re.compile(
    r"(?:uy ban|ubnd|ubmttq|ub mttq|mttq|mat tran|hoi|hoi dong|hdnd|so|ban|dang uy|dang bo|chi bo|tinh uy"
    r"|thanh uy|huyen uy|quan uy|thi uy|bo|cuc|chi cuc|tong cuc"
    r"|truong|phong|trung tam|tt|van phong|vp|vien|benh vien|tram|cong an|cong ty|kho bac|thanh tra|toa an"
    r"|vien kiem sat|doan|lien doan|cong doan|lien minh|(?:tinh|thanh|huyen|quan|thi) doan|bch|bcd"
    r"|quan khu|bo chi huy|chinh phu|quoc hoi|thu tuong|bao hiem|ngan hang|hop tac xa|lien hiep|tap doan|dai"
    r" hoc|hoc vien|dai|bao"
    # units of the forces, of a department, and houses; "KHU KINH TẾ", "CẢNG CÁ" go on with "BAN QUẢN LÝ"
    r"|don (?=bien phong|cong an)|bo tu lenh|su doan|trung doan|lu doan|tieu doan|binh doan|quan chung|hai doan"
    r"|hat (?=kiem lam|quan ly)|doi (?=quan ly|thue|canh sat|thanh tra|kiem)|trai (?=giam|tam giam|giong)|cang vu"
    r"|thu vien|bao tang|nha (?=van hoa|thieu nhi|hat|khach)|nong truong|lam truong|tong cong ty)\b"
)
# Letters without marks: "QUÂN SỰ" is no district, "XÃ HỘI" no commune, "PHƯƠNG ÁN" no ward.
_QUARTER = r"quan(?! (?:su|khu|doi|doan|chung|chuyen|ly|tri|nhan|y)\b)"
_WARD = r"phuong(?! (?:an|phap|tien|huong|cham|thuc)\b)"
_VILLAGE = r"xa(?! (?:hoi|vien)\b)"
_GOES_ON = re.compile(
    r"(?!(?:tinh|thanh|huyen|quan|thi) uy\b)"
    rf"(?:tinh|thanh pho|tp\b\.?|huyen|{_QUARTER}|thi xa|tx\b\.?|{_VILLAGE}|{_WARD}|thi tran|tt\b\.?|va|dac khu"
    r"|viet nam|cong san|nhan dan|[-–])\b|[-–]"
)


_UNION = re.compile(r"(?:tinh|thanh|huyen|quan|thi) doan\b")


def _letterhead(issuing: FoundIssuer, lines: Sequence[PlacedLine], joint: bool) -> None:
    column = [line for line in lines if line.area == "issuer"]
    groups: list[list[PlacedLine]] = []
    for line in column:
        key = aligned(line.text).strip(_EDGE)
        opens = _OPENS_BODY.match(key) is not None and not _GOES_ON.match(key)
        # "TỈNH ĐOÀN A" / "HUYỆN ĐOÀN B" are two, "BAN CHẤP HÀNH" / "TỈNH ĐOÀN A" one
        opens = opens or bool(groups and _UNION.match(key) and _UNION.match(aligned(groups[-1][0].text)))
        if (groups and not opens) or (groups and _is_unfinished(groups[-1], line)):
            groups[-1].append(line)
        else:
            groups.append([line])
    if not groups:
        return
    groups = [part for group in groups for part in _two_units(group)]
    named = [(_joined(group), group) for group in groups]
    text, group = named[-1]
    together = [part for part, _ in named[-MOST_TOGETHER:]] if joint and len(named) > 1 else list(_beside(text))
    if len(together) > 1 and _are_equals(together, issuing.date):
        _set_together(issuing, together, [line for _, lines_of in named[-len(together) :] for line in lines_of])
        if len(named) > 1 and len(_beside(text)) > 1:
            _set_parent(issuing, *named[-2])
        return
    issuer = bodies.expand_body(text)
    issuing.issuer = issuer.name
    issuing.places["/issuer/name"] = place_of_lines(group, 1.0 if issuer.sure else 0.75)
    if len(named) > 1:
        above, above_group = named[-2]
        if _UNIT_LINE.match(aligned(text).strip()):
            # "ỦY BAN NHÂN DÂN / HUYỆN A / XÃ B": one heading for two bodies, printed until about 2000
            first = above_group[0].text.strip(_EDGE)
            unit = _UNIT_WORD.search(aligned(first))
            issuer = bodies.expand_body(f"{first[: unit.start()] if unit else first} {text}")
            issuing.issuer = issuer.name
        _set_parent(issuing, above, above_group)
    issuing.level = bodies.body_level(issuing.issuer, issuing.parent, issuing.date)
    issuing.places["/issuer/level"] = issuing.places["/issuer/name"]


def _set_parent(issuing: FoundIssuer, name: str, group: Sequence[PlacedLine]) -> None:
    parent = bodies.expand_body(name)
    issuing.parent = parent.name
    issuing.places["/issuer/parent"] = place_of_lines(group, 1.0 if parent.sure else 0.75)


def _joined(group: Sequence[PlacedLine]) -> str:
    """The lines of one name, or of two that a dash at the end of a line joins."""
    texts = [_printed(line) for line in group]
    parts = [text.strip(_EDGE) + (" -" if text.rstrip().endswith(("-", "–")) else "") for text in texts]
    return _SPECK_NUMBER.sub(r"\1 ", _GLUED_KIND.sub(r"\1 ", " ".join(parts).strip(_EDGE)))


FLAT = 0.3  # of the usual word's height: a rule under a line read as "DI"; a dash is a sign, no letters


def _printed(line: PlacedLine) -> str:
    """The text of a line without the rule under it that was read as a word."""
    heights = sorted(word.box.height for word in line.words if word.box is not None and word.text)
    if not heights:
        return line.text
    least = FLAT * heights[len(heights) // 2]
    return " ".join(
        word.text for word in line.words
        if word.text and (word.box is None or word.box.height > least or not any(map(str.isalnum, word.text)))
    )


_KIND = "TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG|THỊ TRẤN|THỊ XÃ"
# "XÃEA KNỐP"; no syllable begins with these words and a letter more
_GLUED_KIND = re.compile(rf"\b(TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG)(?=[{CAPITALS}]{{2}})")
# "HUYỆN" / "4 KIM SƠN": a speck; a numbered unit has no name besides, only a unit above it
_SPECK_NUMBER = re.compile(rf"\b({_KIND})\s+\d\s+(?!{_KIND}|THÀNH PHỐ|TP\b|TX\b)(?=[{CAPITALS}]{{2}})")


MOST_TOGETHER = 3  # bodies in one letterhead; more are named in the text
_BESIDE = re.compile(r"\s+[-–—]\s*|\s*[-–—]\s+")


def _beside(text: str) -> tuple[str, ...]:
    """The names in "SỞ GIÁO DỤC VÀ ĐÀO TẠO - CÔNG AN TỈNH"; one for "PHÒNG TÀI CHÍNH - KẾ HOẠCH"."""
    for dash in _BESIDE.finditer(text):
        left, right = text[: dash.start()], text[dash.end() :]
        opens = _OPENS_BODY.match(aligned(right)) is not None and len(right.split()) > 1
        core = body_parts.core_of(text.split())
        # a listed name may have a dash of its own
        whole = core is not None and not core[3] and core[0] > len(text[: dash.end()].split())
        if opens and not whole and min(bodies.looks_like_body(left), bodies.looks_like_body(right)) >= LIKE_BODY:
            return left, right
    return (text,)


LIKE_BODY = 0.6  # likeness of a name that may stand alone; "THƯƠNG BINH VÀ XÃ HỘI" has 0


def _are_equals(names: Sequence[str], date: str | None) -> bool:
    """Whether bodies are of one level, so that none of them is the parent; a unit named once serves all."""
    levels = {bodies.body_level(bodies.expand_body(name).name, None, date) for name in names}
    return len(levels - {"other"}) <= 1


def _set_together(issuing: FoundIssuer, names: Sequence[str], lines: Sequence[PlacedLine]) -> None:
    full = [bodies.expand_body(name) for name in names]
    issuing.issuer = "; ".join(body.name for body in full)
    levels = [bodies.body_level(body.name, None, issuing.date) for body in full]
    issuing.level = next((level for level in levels if level != "other"), levels[0])
    where = place_of_lines(lines, 1.0 if all(body.sure for body in full) else 0.75)
    issuing.places["/issuer/name"] = issuing.places["/issuer/level"] = where


_UNIT_LINE = re.compile(
    r"(?!(?:tinh|thanh|huyen|quan|thi) (?:uy|doan)\b)"
    rf"(?:tinh|thanh pho|tp\.?|huyen|{_QUARTER}|thi xa|{_VILLAGE}|{_WARD}|thi tran)\s"
)


_UNIT_WORD = re.compile(rf"\b(?:tinh|huyen|{_QUARTER}|thi xa|thanh pho)\s(?!(?:uy|doan)\b)")


def _two_units(group: list[PlacedLine]) -> Iterator[list[PlacedLine]]:
    """A body named with two units ("HUYỆN A" / "XÃ B") is two bodies; other groups come back whole."""
    units = [i for i, line in enumerate(group) if _UNIT_LINE.match(aligned(line.text).strip(_EDGE))]
    last = len(group) - 1
    above = aligned(" ".join(line.text for line in group[:last]))
    if last and units[-1:] == [last] and _UNIT_WORD.search(above):
        yield group[:last]
        yield group[last:]
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
    if last == "ban chap hanh" and _MEMBERS.match(key):
        return True
    if _OPENED_BESIDE.search(last):
        return True
    bold = (group[-1].is_bold, line.is_bold)
    return bold == (True, True) and last in ("uy ban", "hoi dong", "ban chi dao", "ban chi huy", "uy ban mat tran")


# Whose committee stands above their name: "BAN CHẤP HÀNH" / "HỘI CỰU CHIẾN BINH HUYỆN A".
_MEMBERS = re.compile(r"(?:hoi|doan|cong doan|lien doan|dang bo)(?![a-z])")
# "BAN CHỈ HUY QUÂN SỰ - HỘI" / "LIÊN HIỆP PHỤ NỮ": the second of two names begins at the end of a line.
_OPENED_BESIDE = re.compile(r"[-–]\s*(?:hoi|so|ban|phong|doan|uy ban|lien doan|cong doan|bo chi huy)$")


def _issuer_from_text(issuing: FoundIssuer, prose: Sequence[Paragraph], paragraphs: Sequence[Paragraph]) -> None:
    """Without a letterhead: who says in the text that it issues the plan, and where that is."""
    speakers = sorted(speaker.find_speakers(prose), key=lambda s: (s.name is None, s.unit is None))
    if not speakers:
        return
    chosen = speakers[0]
    named = speaker.unit_names(paragraphs)
    unit, name = chosen.unit, chosen.name
    if unit is None:
        unit = _unit_of_author(named, paragraphs)
    if name is None and unit is not None:
        name = _name_of_unit(issuing, unit, named, paragraphs)
    core = chosen.body.replace("ban thuong vu ", "")
    body = speaker.FULL_BODY[core]
    if unit is None or name is None:
        if core in ("huyen uy", "tinh uy", "thanh uy") and issuing.place:
            issuing.issuer = f"{body} {issuing.place}"
        else:
            return
    elif core in ("huyen uy", "tinh uy", "thanh uy"):
        issuing.issuer = f"{body} {name}"
    else:
        issuing.issuer = bodies.expand_body(f"{body} {unit} {name}").name
    where = chosen.paragraph.place(chosen.start, chosen.end, 0.8 if chosen.name else 0.6)
    issuing.places["/issuer/name"] = issuing.places["/issuer/level"] = where
    if unit in speaker.COMMUNE and core in ("ubnd", "uy ban nhan dan"):
        _parent_from_text(issuing, paragraphs)
    issuing.level = bodies.body_level(issuing.issuer, issuing.parent, issuing.date)


def _unit_of_author(named: dict[str, Counter[str]], paragraphs: Sequence[Paragraph]) -> str | None:
    """ "trong toàn xã", "trên địa bàn tỉnh": the kind of unit that a text without names speaks of."""
    told: Counter[str] = Counter()
    for paragraph in paragraphs:
        for match in re.finditer(
            r"(?:tren dia ban|trong toan|toan|ubnd|hdnd|dang uy)\s+(tinh|thanh pho|huyen|quan|thi xa|xa"
            r"|phuong|thi tran)\b",
            aligned(paragraph.text),
        ):
            told[speaker.FULL_UNIT[match[1]]] += 1
    return told.most_common(1)[0][0] if told else None


def _name_of_unit(
    issuing: FoundIssuer, unit: str, named: dict[str, Counter[str]], paragraphs: Sequence[Paragraph]
) -> str | None:
    if issuing.place is not None:
        return re.sub(
            r"^(?:thành phố|thị xã|thị trấn|tỉnh|huyện|quận|xã|phường)\s+", "", issuing.place, flags=re.IGNORECASE
        )
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
            name, _ = speaker.name_after(paragraph.text, match.end())
            if name is not None:
                found.add(name)
    return found


def _parent_from_text(issuing: FoundIssuer, paragraphs: Sequence[Paragraph]) -> None:
    """The district body that the text names, if it names one only."""
    found: dict[str, tuple[Paragraph, int, int]] = {}
    for paragraph in paragraphs:
        key = aligned(paragraph.text)
        for match in re.finditer(r"\b(?:ubnd|uy ban nhan dan)\s+(?P<unit>huyen|quan|thi xa|thanh pho)\s+", key):
            name, end = speaker.name_after(paragraph.text, match.end())
            if name is not None:
                full = bodies.expand_body(f"Ủy ban nhân dân {speaker.FULL_UNIT[match['unit']]} {name}").name
                found.setdefault(full, (paragraph, match.start(), end))
    if len(found) == 1:
        issuing.parent, (paragraph, start, end) = next(iter(found.items()))
        issuing.places["/issuer/parent"] = paragraph.place(start, end, 0.75)


# --- places ----------------------------------------------------------------------------------------------


def _places(issuing: FoundIssuer, lines: Sequence[PlacedLine], paragraphs: Sequence[Paragraph]) -> None:
    """Province, district and commune from the names of the bodies, then from a gazetteer hit that is the only one."""
    if issuing.issuer is None:
        return
    own = _own_place(issuing)
    above = bodies.body_place(issuing.parent, issuing.date) if issuing.parent else None
    source = {"province": "/issuer/name", "district": "/issuer/name", "commune": "/issuer/name"}
    values = {"province": own.province, "district": own.district, "commune": own.commune}
    if above is not None:
        for name in ("province", "district", "commune"):
            if values[name] is None and getattr(above, name) is not None:
                values[name] = getattr(above, name)
                source[name] = "/issuer/parent"
    if not any(values.values()) and _of_dateline(issuing) is not None:
        level, name = _of_dateline(issuing) or ("", "")
        values[level] = name
        source[level] = "/issued/place"
    if any(values.values()):
        settled = gazetteer.resolve(
            values["province"],
            values["district"],
            values["commune"],
            issuing.date or (str(issuing.year) if issuing.year else None),
            context=" ".join(paragraph.text for paragraph in paragraphs),
        )
        if settled is not None:
            for name in ("province", "district", "commune"):
                if values[name] is None and getattr(settled, name) is not None:
                    values[name] = getattr(settled, name)
    issuing.province, issuing.district, issuing.commune = values["province"], values["district"], values["commune"]
    for name, pointer in source.items():
        value = values[name]
        if value is not None and pointer in issuing.places:
            printed = [line for line in lines if line.area == "issuer" and aligned(value) in aligned(line.text)]
            issuing.places[f"/issuer/{name}"] = place_of_lines(printed[-1:]) if printed else issuing.places[pointer]


def _own_place(issuing: FoundIssuer) -> bodies.BodyPlace:
    """The places in the name of the issuer, or in those of bodies that issue together."""
    found: list[str | None] = [None, None, None]
    for name in (issuing.issuer or "").split("; "):
        place = bodies.body_place(name, issuing.date)
        found = [a or b for a, b in zip(found, (place.province, place.district, place.commune), strict=True)]
    return bodies.BodyPlace(*found)


def _of_dateline(issuing: FoundIssuer) -> tuple[str, str] | None:
    """Level and name of the unit that the dateline names for a body without one: bodies of a province date from it."""
    if issuing.place is None or issuing.level not in ("province", "district"):
        return None
    name = gazetteer.split_kind(issuing.place)[1]
    date = issuing.date or (str(issuing.year) if issuing.year else None)
    for level in ("province", "district") if issuing.level == "province" else ("district",):
        units = gazetteer.find_units(name, level, date)
        if len({(unit.province, unit.name) for unit in units}) == 1:
            # a province's body that dates from its town ("Buôn Ma Thuột") is of that province
            return issuing.level, units[0].province if issuing.level == "province" else units[0].name
        if units:
            break
    return None
