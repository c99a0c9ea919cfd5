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
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.knowledge import bodies, gazetteer
from pipeline.knowledge.bodies import BodyLevel
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.vietnamese import fold
from pipeline.structure import column_names, speaker
from pipeline.structure.passages import Paragraph, Place, PlacedLine, place_of_lines


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
    above: tuple[str, ...] = ()  # bodies above the parent, the nearest first
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
    if bodies.looks_like_body(name) < column_names.LIKE_BODY:
        return
    issuing.issuer = bodies.expand_body(name).name
    issuing.level = bodies.body_level(issuing.issuer, None, issuing.date)
    issuing.places["/issuer/name"] = issuing.places["/issuer/level"] = where


def _letterhead(issuing: FoundIssuer, lines: Sequence[PlacedLine], joint: bool) -> None:
    named = column_names.named_groups([column_names.with_committee(line) for line in lines if line.area == "issuer"])
    if not named:
        return
    text, group = named[-1]
    equals = named[-1:]
    if len(named) > 1 and (joint or _are_peers(named[-2][0], text)):
        equals = named[-MOST_TOGETHER:]
        organs = _ORGAN.match(_key(equals[1][0])) or len(column_names.beside(equals[1][0])) > 1
        if organs and _COMMITTEE.match(_key(equals[0][0])):
            equals = equals[1:]  # "UBND HUYỆN A" / "PHÒNG GIÁO DỤC" / "HỘI KHUYẾN HỌC": the first is not of them
    together = [part for name, _ in equals for part in column_names.beside(name)]
    if len(together) > 1 and _are_equals(together, issuing.date):
        _set_together(issuing, together, [line for _, lines_of in equals for line in lines_of])
        if len(named) > len(equals):
            _set_parent(issuing, *named[-len(equals) - 1])
        return
    issuer = bodies.expand_body(text)
    issuing.issuer = issuer.name
    issuing.places["/issuer/name"] = place_of_lines(group, 1.0 if issuer.sure else 0.75)
    if len(named) > 1:
        above, above_group = named[-2]
        if column_names.UNIT_LINE.match(aligned(text).strip()):
            # "ỦY BAN NHÂN DÂN / HUYỆN A / XÃ B": one heading for two bodies, printed until about 2000
            first = above_group[0].text.strip(column_names.EDGE)
            unit = column_names.UNIT_WORD.search(aligned(first))
            issuer = bodies.expand_body(f"{first[: unit.start()] if unit else first} {text}")
            issuing.issuer = issuer.name
        _set_parent(issuing, above, above_group)
        issuing.above = tuple(bodies.expand_body(name).name for name, _ in reversed(named[:-2]))
    issuing.level = bodies.body_level(issuing.issuer, issuing.parent, issuing.date)
    issuing.places["/issuer/level"] = issuing.places["/issuer/name"]


def _set_parent(issuing: FoundIssuer, name: str, group: Sequence[PlacedLine]) -> None:
    parent = bodies.expand_body(name)
    issuing.parent = parent.name
    issuing.places["/issuer/parent"] = place_of_lines(group, 1.0 if parent.sure else 0.75)


MOST_TOGETHER = 3  # bodies in one letterhead; more are named in the text


# Organs of a committee under whose name they stand, whoever issues together with them.
_COMMITTEE = re.compile(r"(?:ubnd|uy ban nhan dan|(?:tinh|thanh|huyen|quan|thi|dang) uy)\b")
_ORGAN = re.compile(r"(?:so|phong|ban(?! (?:chap hanh|thuong vu|thuong truc)\b)|truong|trung tam|tram)\b")


def _key(name: str) -> str:
    return aligned(name).strip(column_names.EDGE)


_PEER = re.compile(r"(?:so|phong)\b")  # of one province or district each: none of them is above another


def _are_peers(one: str, other: str) -> bool:
    """Whether two bodies one above the other are of a kind that has no body of its kind above it: "SỞ TÀI CHÍNH" /
    "SỞ KẾ HOẠCH VÀ ĐẦU TƯ" issue together."""
    kinds = [_PEER.match(aligned(name).strip(column_names.EDGE)) for name in (one, other)]
    return kinds[0] is not None and kinds[1] is not None and kinds[0].group() == kinds[1].group()


def _are_equals(names: Sequence[str], date: str | None) -> bool:
    """Whether bodies are of one level, so that none of them is the parent; a unit named once serves all."""
    levels = {bodies.body_level(bodies.expand_body(name).name, None, date) for name in names}
    return len(levels - {"other"}) <= 1


_KIND_LAST = re.compile(r"\b(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn)$")


def _set_together(issuing: FoundIssuer, names: Sequence[str], lines: Sequence[PlacedLine]) -> None:
    full = [bodies.expand_body(name) for name in names]
    last = bodies.body_place(full[-1].name, issuing.date)
    unit = last.commune or last.district or last.province
    if unit is not None:  # "CÔNG AN HUYỆN - HUYỆN ĐOÀN" / "PHÚ THIỆN": the place named last is that of all
        kind = re.search(rf"{_KIND_LAST.pattern[:-1]} (?={re.escape(unit)}$)", full[-1].name)
        full = [
            replace(body, name=f"{body.name} {unit}") if _KIND_LAST.search(body.name)
            # "TÒA ÁN ND - VIỆN KSND - CÔNG AN TỈNH A"
            else replace(body, name=f"{body.name} {kind.group()}{unit}")
            if kind and bodies.body_level(body.name, None, issuing.date) == "other" and body is not full[-1]
            else body
            for body in full
        ]
    issuing.issuer = "; ".join(body.name for body in full)
    levels = [bodies.body_level(body.name, None, issuing.date) for body in full]
    issuing.level = next((level for level in levels if level != "other"), levels[0])
    where = place_of_lines(lines, 1.0 if all(body.sure for body in full) else 0.75)
    issuing.places["/issuer/name"] = issuing.places["/issuer/level"] = where


def _issuer_from_text(issuing: FoundIssuer, prose: Sequence[Paragraph], paragraphs: Sequence[Paragraph]) -> None:
    """Without a letterhead: who says in the text that it issues the plan, and where that is."""
    speakers = sorted(speaker.find_speakers(prose), key=lambda s: (s.name is None, s.unit is None))
    if not speakers:
        return
    chosen = speakers[0]
    named = speaker.unit_names(paragraphs)
    unit, name = chosen.unit, chosen.name
    if unit is None:
        unit = _unit_of_author(paragraphs)
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


def _unit_of_author(paragraphs: Sequence[Paragraph]) -> str | None:
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
    found = _district_body(paragraphs)
    if found is not None:
        issuing.parent, place = found
        issuing.places["/issuer/parent"] = place


def _district_body(paragraphs: Sequence[Paragraph]) -> tuple[str, Place] | None:
    """The only committee of a district that the text names, and where."""
    found: dict[str, tuple[Paragraph, int, int]] = {}
    for paragraph in paragraphs:
        key = aligned(paragraph.text)
        for match in re.finditer(r"\b(?:ubnd|uy ban nhan dan)\s+(?P<unit>huyen|quan|thi xa|thanh pho)\s+", key):
            name, end = speaker.name_after(paragraph.text, match.end())
            if name is not None:
                full = bodies.expand_body(f"Ủy ban nhân dân {speaker.FULL_UNIT[match['unit']]} {name}").name
                found.setdefault(full, (paragraph, match.start(), end))
    if len(found) != 1:
        return None
    body, (paragraph, start, end) = next(iter(found.items()))
    return body, paragraph.place(start, end, 0.75)


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
    for higher in issuing.above:
        more = bodies.body_place(higher, issuing.date)
        for name in ("province", "district", "commune"):
            values[name] = values[name] or getattr(more, name)
    if not any(values.values()) and _of_dateline(issuing) is not None:
        level, name = _of_dateline(issuing) or ("", "")
        values[level] = name
        source[level] = "/issued/place"
    if values["commune"] is None and values["district"] is not None and issuing.level in ("commune", "other"):
        inside = _commune_of_dateline(issuing, values["district"])
        if inside is not None:
            values["commune"], source["commune"] = inside, "/issued/place"
    told_by_names = dict(values)
    _settle(issuing, values, paragraphs)
    if values["commune"] is not None and values["district"] is None and issuing.level == "commune":
        # a commune that the gazetteer does not have, or many times: "... Ủy ban nhân dân huyện Tiên Lữ giao"
        told = _district_body(paragraphs)
        if told is not None:
            values = told_by_names
            values["district"] = bodies.body_place(told[0], issuing.date).district
            source["district"] = "/issuer/district"
            issuing.places["/issuer/district"] = told[1]
            _settle(issuing, values, paragraphs)
    issuing.province, issuing.district, issuing.commune = values["province"], values["district"], values["commune"]
    for name, pointer in source.items():
        value = values[name]
        if value is not None and pointer in issuing.places:
            printed = [line for line in lines if line.area == "issuer" and aligned(value) in aligned(line.text)]
            shown = place_of_lines(printed[-1:]) if printed else _place_in_text(value, paragraphs)
            issuing.places[f"/issuer/{name}"] = shown or issuing.places[pointer]


def _place_in_text(name: str, paragraphs: Sequence[Paragraph]) -> Place | None:
    """Where the text first names a place that the letterhead does not."""
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for paragraph in paragraphs:
        found = pattern.search(paragraph.text)
        if found is not None:
            return paragraph.place(found.start(), found.end(), 0.75)
    return None


def _settle(issuing: FoundIssuer, values: dict[str, str | None], paragraphs: Sequence[Paragraph]) -> None:
    """Fill what the gazetteer of the document's date adds to the names that are known."""
    if not any(values.values()):
        return
    date = issuing.date or (str(issuing.year) if issuing.year else None)
    context = " ".join(paragraph.text for paragraph in paragraphs)
    settled = gazetteer.resolve(values["province"], values["district"], values["commune"], date, context=context)
    if settled is None and values["district"] is not None and values["commune"] is not None:
        # communes that ended before 2021 are not in the gazetteer, their districts are
        settled = gazetteer.resolve(values["province"], values["district"], date=date, context=context)
    for level, value in values.items():
        values[level] = value or (getattr(settled, level) if settled is not None else None)


def _own_place(issuing: FoundIssuer) -> bodies.BodyPlace:
    """The places in the name of the issuer, or in those of bodies that issue together."""
    found: list[str | None] = [None, None, None]
    for name in (issuing.issuer or "").split("; "):
        place = bodies.body_place(name, issuing.date)
        found = [a or b for a, b in zip(found, (place.province, place.district, place.commune), strict=True)]
    return bodies.BodyPlace(*found)


def _commune_of_dateline(issuing: FoundIssuer, district: str) -> str | None:
    """The commune of a district that a school or a cooperative dates from."""
    if issuing.place is None:
        return None
    name = gazetteer.split_kind(issuing.place)[1]
    date = issuing.date or (str(issuing.year) if issuing.year else None)
    if fold(name) == fold(district):
        return None  # "Long Biên" is the district as well as one of its wards
    communes = gazetteer.find_units(name, "commune", date)
    return next((unit.name for unit in communes if fold(unit.district or "") == fold(district)), None)


def _of_dateline(issuing: FoundIssuer) -> tuple[str, str] | None:
    """Level and name of the unit that the dateline names for a body without one: bodies of a province date from it."""
    if issuing.place is None or issuing.level not in ("province", "district", "commune", "other"):
        return None
    name = gazetteer.split_kind(issuing.place)[1]
    date = issuing.date or (str(issuing.year) if issuing.year else None)
    if issuing.level in ("commune", "other"):
        # a school or a cooperative dates from its commune, where nothing else is called so
        known = [gazetteer.find_units(name, level, date) for level in _LEVELS]
        return ("commune", known[2][0].name) if not known[0] + known[1] and len(known[2]) == 1 else None
    for level in ("province", "district") if issuing.level == "province" else ("district",):
        units = gazetteer.find_units(name, level, date)
        if len({(unit.province, unit.name) for unit in units}) == 1:
            # a province's body that dates from its town ("Buôn Ma Thuột") is of that province
            province = gazetteer.province_at(units[0], date)
            return issuing.level, province if issuing.level == "province" else units[0].name
        if units:
            break
    return None
