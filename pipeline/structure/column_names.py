"""The lines of a letterhead's left column put together to the names of bodies, the highest first.

The trouble: a name wraps ("ỦY BAN NHÂN DÂN" / "XÃ A"), two bodies have one heading or stand on one line, a rule or a
speck is read as a word.

Evidence in order of trust: the words that open the name of a body, those that go on with one, an open end.

What it never does: expand or respell a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.knowledge import bodies, body_parts, gazetteer
from pipeline.knowledge.fuzzy import aligned, plain
from pipeline.structure.passages import CAPITALS, PlacedLine
from pipeline.structure.placing import parted

EDGE = " .:-–—*_|'`‘’´ˆ^\"~„“”,"  # specks, rules and the star of the Party

# Words that open the name of a body in a letterhead, and those that go on with it.
_OPENS_BODY = re.compile(
    r"(?:uy ban|ubnd|ubmttq|ub mttq|mttq|mat tran|hoi|hoi dong|hdnd|so|ban|dang uy|dang bo|chi bo|tinh uy"
    r"|thanh uy|huyen uy|quan uy|thi uy|bo|cuc|chi cuc|tong cuc"
    r"|(?:tinh|huyen|quan|thi) hoi|cd (?=truong|co so|nganh|giao duc)|tong lien doan|ldld|hnd|hlhpn|hccb|ubmt"
    r"|truong|phong|trung tam|tt|van phong|vp|vien|benh vien|tram|cong an|cong ty|kho bac|thanh tra|toa an"
    r"|vien kiem sat|doan|lien doan|cong doan|lien minh|(?:tinh|thanh|huyen|quan|thi) doan|bch|bcd"
    r"|quan khu|bo chi huy|chinh phu|quoc hoi|thu tuong|bao hiem|ngan hang|hop tac xa|lien hiep|tap doan|dai"
    r" hoc|hoc vien|dai|bao"
    # units of the forces, of a department, and houses; "KHU KINH TẾ", "CẢNG CÁ" go on with "BAN QUẢN LÝ"
    r"|don (?=bien phong|cong an)|bo tu lenh|su doan|trung doan|lu doan|tieu doan|binh doan|quan chung|hai doan"
    r"|hat (?=kiem lam|quan ly)|doi (?=quan ly|thue|canh sat|thanh tra|kiem)|trai (?=giam|tam giam|giong)|cang vu"
    r"|thuong truc (?=hdnd|hoi dong|dang uy|(?:tinh|thanh|huyen|quan|thi) uy)|cdcs"
    r"|thu vien|bao tang|nha (?=van hoa|thieu nhi|hat|khach)|nong truong|lam truong|tong cong ty"
    r"|thue (?=tinh|thanh pho))\b"
)
# Letters without marks: "QUÂN SỰ" is no district, "XÃ HỘI" no commune, "PHƯƠNG ÁN" no ward.
_QUARTER = r"quan(?! (?:su|khu|doi|doan|chung|chuyen|ly|tri|nhan|y)\b)"
_WARD = r"phuong(?! (?:an|phap|tien|huong|cham|thuc)\b)"
_VILLAGE = r"xa(?! (?:hoi|vien)\b)"
_GOES_ON = re.compile(
    r"(?!(?:tinh|thanh|huyen|quan|thi) (?:uy|hoi)\b)"
    rf"(?:tinh|thanh pho|tp\b\.?|huyen|{_QUARTER}|thi xa|tx\b\.?|{_VILLAGE}|{_WARD}|thi tran|tt\b\.?|va|dac khu"
    r"|viet nam|cong san|nhan dan|[-–])\b|[-–]"
)


_UNION = re.compile(r"(?:tinh|thanh|huyen|quan|thi) doan\b")
_COMMITTEE = re.compile(r"(?:ban chap hanh|ban thuong vu|bch|btv)")


def _key_of(group: Sequence[PlacedLine]) -> str:
    return aligned(" ".join(line.text for line in group)).strip(EDGE)


_KIND = "TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG|THỊ TRẤN|THỊ XÃ"
# "UHND XÃ A", "ỦBNP HUYỆN B": one of four letters misread before the kind of a unit
_WORN_COMMITTEE = re.compile(rf"[{CAPITALS}]{{4}}(?=\s(?:{_KIND}|THÀNH PHỐ|TP)\b)")


MENDED = 0.5  # confidence of a word that its place told


def with_committee(line: PlacedLine) -> PlacedLine:
    """A recognised line whose first word is "UBND" but for one letter, with that word."""
    worn = _WORN_COMMITTEE.match(line.text) if line.box is not None else None
    if worn is None or sum(map(str.__eq__, plain(worn.group()), "ubnd")) != len("ubnd") - 1:
        return line
    first = replace(line.words[0], text="UBND", confidence=min(line.words[0].confidence, MENDED))
    return replace(line, words=(first, *line.words[1:]), text=f"UBND{line.text[worn.end() :]}")


def named_groups(column: Sequence[PlacedLine]) -> list[tuple[str, list[PlacedLine]]]:
    """Each name with its lines, in printed order."""
    groups: list[list[PlacedLine]] = []
    for line in [part for printed in column for part in _two_bodies(printed)]:
        key = aligned(line.text).strip(EDGE)
        opens = _OPENS_BODY.match(key) is not None and not _GOES_ON.match(key)
        # "TỈNH ĐOÀN A" / "HUYỆN ĐOÀN B" are two, "BAN CHẤP HÀNH" / "TỈNH ĐOÀN A" one
        opens = opens or bool(groups and _UNION.match(key) and not _COMMITTEE.fullmatch(_key_of(groups[-1])))
        if (groups and not opens) or (groups and _is_unfinished(groups[-1], line)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(_joined(part), part) for group in groups for part in _two_units(group)]


def _two_bodies(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """The two names that were read as one line: "UBND TỈNH A SỞ Y TẾ" is parted behind the place of the first."""
    words = [word.text for word in line.words]
    for index in range(3, len(words) - 1 if len(words) <= TWO_NAMES else 0):
        right = " ".join(words[index:])
        opens = _OPENS_BODY.match(aligned(right)) is not None and not _GOES_ON.match(aligned(right))
        place = _known_place(" ".join(words[:index])) if opens else None
        if place is not None and bodies.looks_like_body(right) >= BEHIND_PLACE:
            whole = _known_place(line.text) or ""
            longer = len(whole) > len(place) and aligned(whole).startswith(aligned(place))  # "XÃ TÂN HỘI TRUNG"
            return (line,) if longer else parted(line, index)
    return (line,)


TWO_NAMES = 40  # words of two names on one line; more are a text in capitals
BEHIND_PLACE = 0.5  # likeness of a name behind that of a body with its place; a long name of a committee has 0.55


def _known_place(name: str) -> str | None:
    """The place that a body's name ends with, where the gazetteer has it."""
    place = bodies.body_place(name)
    levels: tuple[tuple[str | None, gazetteer.Level], ...] = (
        (place.commune, "commune"), (place.district, "district"), (place.province, "province"),
    )
    for value, level in levels:
        if value and aligned(name).strip(EDGE).endswith(aligned(value)):
            return value if gazetteer.find_units(value, level) else None
    return None


_GOES_ON_BEHIND = re.compile(r"[^\W_]\s*[-–]\s*\Z")  # "CAM RANH _-" ends with a speck


def _joined(group: Sequence[PlacedLine]) -> str:
    """The lines of one name, or of two that a dash at the end of a line joins."""
    texts = [_printed(line) for line in group]
    parts = [text.strip(EDGE) + (" -" if _GOES_ON_BEHIND.search(text) else "") for text in texts]
    return _SPECK_NUMBER.sub(r"\1 ", _GLUED_KIND.sub(r"\1 ", " ".join(parts).strip(EDGE)))


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


# "XÃEA KNỐP"; no syllable begins with these words and a letter more
_GLUED_KIND = re.compile(rf"\b(TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG)(?=[{CAPITALS}]{{2}})")
# "HUYỆN" / "4 KIM SƠN": a speck; a numbered unit has no name besides, only a unit above it
_SPECK_NUMBER = re.compile(rf"\b({_KIND})\s+\d\s+(?!{_KIND}|THÀNH PHỐ|TP\b|TX\b)(?=[{CAPITALS}]{{2}})")


_BESIDE = re.compile(r"\s+[-–—]\s*|\s*[-–—]\s+")


def beside(text: str) -> tuple[str, ...]:
    """The two names or more in "SỞ GIÁO DỤC VÀ ĐÀO TẠO - CÔNG AN TỈNH"; one for "PHÒNG TÀI CHÍNH - KẾ HOẠCH"."""
    for dash in _BESIDE.finditer(text):
        left, right = text[: dash.start()], text[dash.end() :]
        opens = _OPENS_BODY.match(aligned(right)) is not None and len(right.split()) > 1
        core = body_parts.core_of(text.split())
        # a listed name may have a dash of its own
        whole = core is not None and not core[3] and core[0] > len(text[: dash.end()].split())
        if opens and not whole and min(bodies.looks_like_body(left), bodies.looks_like_body(right)) >= LIKE_BODY:
            return left, *beside(right)
    return (text,)


LIKE_BODY = 0.6  # likeness of a name that may stand alone; "THƯƠNG BINH VÀ XÃ HỘI" has 0


UNIT_LINE = re.compile(
    r"(?!(?:tinh|thanh|huyen|quan|thi) (?:uy|doan|hoi)\b)"
    rf"(?:tinh|thanh pho|tp\.?|huyen|{_QUARTER}|thi xa|{_VILLAGE}|{_WARD}|thi tran)\s"
)


UNIT_WORD = re.compile(rf"\b(?:tinh|huyen|{_QUARTER}|thi xa|thanh pho)\s(?!(?:uy|doan|hoi)\b)")


def _two_units(group: list[PlacedLine]) -> Iterator[list[PlacedLine]]:
    """A body named with two units ("HUYỆN A" / "XÃ B") is two bodies; other groups come back whole."""
    units = [i for i, line in enumerate(group) if UNIT_LINE.match(aligned(line.text).strip(EDGE))]
    last = len(group) - 1
    above = aligned(" ".join(line.text for line in group[:last]))
    if last and units[-1:] == [last] and UNIT_WORD.search(above):
        yield group[:last]
        yield group[last:]
    else:
        yield group


def _is_unfinished(group: Sequence[PlacedLine], line: PlacedLine) -> bool:
    """ "ỦY BAN MẶT TRẬN" / "TỔ QUỐC VIỆT NAM", "BAN CHỈ ĐẠO" / "PHÒNG, CHỐNG THIÊN TAI": the first line stands open."""
    last = aligned(group[-1].text).strip()
    key = aligned(line.text).strip()
    if last.endswith((",", " va", " cua", "&")) or _GOES_ON_BEHIND.search(last):
        return True
    if re.match(r"(?:phong|ban),? (?:chong|ngua)", key):
        return True
    if last == "uy" and key.startswith("ban nhan dan"):
        return True
    if last == "thu tuong" and key.startswith("chinh phu"):
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
_OPENED_BESIDE = re.compile(r"[-–]\s*(?:hoi|so|ban|phong|doan|uy ban|lien|lien doan|cong|cong doan|bo chi huy)$")
