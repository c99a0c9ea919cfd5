"""Names of authorities: abbreviations expanded, capitals undone, level and place.

The trouble: "UBND XÃ TRÀ LÂM", "ỦY BAN NHÂN DÂN\\nXÃ TRÀ LÂM" and "Ủy ban nhân dân xã Trà Lâm" are one body;
abbreviations are ambiguous (TT, CT, TP); a letterhead comes without marks ("UY BAN NHAN DAN").

The evidence, in order of trust: the table of bodies without their place (`bodies`), words that name a kind
of place ("xã", "huyện"), the table of abbreviations with their context, the gazetteer.

What it never does: change the text of a document. Expanded forms are for authority fields alone
(`issuer.name`); capitals follow Nghị định 30/2020/NĐ-CP, annex II.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.knowledge import body_parts, gazetteer, shortened
from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.vietnamese import is_legal_text

BodyLevel = Literal["central", "province", "district", "commune", "other"]


@dataclass(frozen=True, slots=True)
class Expansion:
    """`name` is the full form; `sure` is False where an abbreviation was left, or marks or letters had to be
    supplied from a table."""

    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """Names of places that a body's name carries, without their kind; None where it has none."""

    province: str | None
    district: str | None
    commune: str | None


_PROPER = {
    "viet nam": "Việt Nam",
    "ho chi minh": "Hồ Chí Minh",
    "cong san": "Cộng sản",
    "to quoc": "Tổ quốc",
    "covid": "COVID",
    "nha nuoc": "Nhà nước",
    "trung uong": "Trung ương",
    "nhan dan": "nhân dân",
    "hiv aids": "HIV/AIDS",
    "covid 19": "COVID-19",
    "quoc hoi": "Quốc hội",
    "dang": "Đảng",
    "de an 06": "Đề án 06",
}
_LEVELS: tuple[BodyLevel, ...] = ("commune", "district", "province", "central")


# --- capitals --------------------------------------------------------------------------------------------


def _title(name: str) -> str:
    """Name case: "CÚC PHƯƠNG" -> "Cúc Phương", "EA H'LEO" -> "Ea H'leo"; a numeral stays, and so does "TNHH"."""
    cased = " ".join(
        word if (not word.isupper() and not word.islower()) or _LETTERS_ALONE.fullmatch(word)
        else word[:1].upper() + word[1:].lower()
        for word in name.split()
    )
    return cased.replace("Trung Ương", "Trung ương")  # no place is called so


_LETTERS_ALONE = re.compile(r"[BCDFGHJKLMNPQRSTVWXZĐ]{2,}")  # no syllable is without a vowel


LONGEST_SHORT_FORM = 5  # letters of an abbreviation that no list has


def _is_short_form(word: str) -> bool:
    if not word.isupper() or len(word) > LONGEST_SHORT_FORM or not word.replace("Đ", "D").isascii():
        return False
    return word.isalpha() and len(word) > 1 and not is_legal_text(word.lower())


def _sentence(words: str) -> str:
    """Small letters but for names that keep their capital, letters that are no syllable ("PCGD, XMC"), and what
    follows a dash ("- Giá cả")."""
    out = " ".join(word if _is_short_form(word.strip(".,;()")) else word.lower() for word in words.split())
    out = _BEHIND_DASH.sub(lambda found: found.group().upper(), out)
    for key, proper in _PROPER.items():
        out = re.sub(rf"(?<!\w){re.escape(proper)}(?!\w)", proper, out, flags=re.IGNORECASE)
        del key
    return out


def _spelled(name: str, kind: str, markless: bool) -> tuple[str, bool]:
    """A place's name with its marks from the gazetteer where it has none and only one spelling is known."""
    if not markless and any(len(word) >= body_parts.GLUED and not is_legal_text(word) for word in name.split()):
        known = gazetteer.squeezed(body_parts.key_of(name).replace(" ", ""))  # "CẦNTHƠ"
        return known or name, False
    if not name or not markless:
        return name, not markless
    spellings = {
        gazetteer.split_kind(unit.name)[1]
        for unit in gazetteer.find_units(name, kind=None if kind in ("", "thủ đô") else kind)
    }
    return (spellings.pop(), False) if len(spellings) == 1 else (name, False)


_BEHIND_DASH = re.compile(r"(?<=[-–] )[^\W\d_]")
# "CHI BỘ THÔN ĐÔNG": what is below a commune is no place of the record, and a name all the same
_HAMLET = re.compile(r"\b(thôn|xóm|ấp|bản|buôn|làng|khu phố|tổ dân phố|tiểu khu|khu dân cư|khối) ([^\W\d_].*)")


def _with_hamlet(words: str) -> str:
    return _HAMLET.sub(lambda found: f"{found[1]} {_title(found[2])}", words)


_LONGEST = 300  # letters; two joined names of a letterhead have some 150
_EDGE = " \t\n*_#\"“”'.,;:|-–"


@lru_cache(maxsize=2048)
def expand_body(text: str) -> Expansion:
    """Full form of a body's name in any case, abbreviated or not, over one or several lines.

    A name printed in small letters keeps its own capitals; one in capitals gets those of the decree.

    >>> expand_body("UBND XÃ TRÀ LÂM").name
    'Ủy ban nhân dân xã Trà Lâm'
    >>> expand_body("SỞ GD&ĐT").name
    'Sở Giáo dục và Đào tạo'
    """
    cleaned = re.sub(r"\s+", " ", text.replace("\n", " ")).strip(_EDGE)
    if not cleaned or len(cleaned) > _LONGEST:
        return Expansion(cleaned, False)
    upper = shortened.in_capitals(cleaned)
    full, sure = shortened.expand_abbreviations(cleaned)
    parts = body_parts.parts_of(full)
    if parts is None:
        spaced = body_parts.respaced(cleaned)
        if spaced is not None:
            return Expansion(spaced, False)
        if not upper:
            return Expansion(full, sure)
        lowered = _sentence(full)
        return Expansion(lowered[:1].upper() + lowered[1:], False)
    markless = not body_parts.has_marks(cleaned) and len(cleaned) > 6
    out = [parts.core]
    if parts.middle:
        inner = body_parts.core_of(parts.middle.split())
        if upper and inner is not None and inner[0] > 1 and not inner[3]:
            out.append(expand_body(parts.middle.upper()).name)  # "CHI BỘ TRƯỜNG MẦM NON HOA SEN"
        else:
            out.append(_with_hamlet(_sentence(parts.middle)) if upper else parts.middle)
    for kind, printed in parts.places:
        name = printed.rstrip(" ,")
        spelled, known = _spelled(_title(name) if upper or markless else name, kind, markless)
        sure = sure and (known or not name)
        head = (
            kind.capitalize()
            if spelled.isdecimal()
            or (kind == "thành phố" and plain(spelled) == "ho chi minh")
            or kind == "thủ đô"
            else kind
        )
        shown = (
            f"{head} {int(spelled) if spelled.isdecimal() else spelled}".strip() + printed[len(name) :].strip()
        )
        if out[-1].endswith(f" {kind}") and len(out) == 1:
            out[0] = f"{out[0]} {spelled}".strip()  # "Công an tỉnh" + "tỉnh Kiên Giang"
        else:
            out.append(shown)
    if parts.trailing:
        spelled, known = _spelled(
            _title(parts.trailing) if upper or markless else parts.trailing, "", markless
        )
        out.append(spelled)
        sure = sure and known
    return Expansion(" ".join(out), sure and not parts.fuzzy and not markless)


# --- level and place -------------------------------------------------------------------------------------


def _is_province(name: str, kind: str | None = None, date: str | None = None) -> bool:
    return bool(gazetteer.find_units(name, "province", date, kind))


def _is_province_city(name: str, date: str | None) -> bool:
    """Whether "thành phố" before a name makes a province of it: Hải Phòng always, Lào Cai never, Huế since 2025."""
    if not _is_province(name, "thành phố", date):
        return False
    return date is not None or not gazetteer.find_units(name, "district", kind="thành phố")


def body_place(name: str, date: str | None = None) -> BodyPlace:
    """The places in a body's name, as printed but in name case.

    "thành phố" is a province's name where the gazetteer knows a city of the central level by it at the EDTF date
    (without a date: where it was never a district's), else a district's.

    >>> body_place("Ủy ban nhân dân xã Cúc Phương, huyện Nho Quan")
    BodyPlace(province=None, district='Nho Quan', commune='Cúc Phương')
    """
    cleaned = re.sub(r"\s+", " ", name[:_LONGEST]).strip(_EDGE)
    upper = shortened.in_capitals(cleaned)
    parts = body_parts.parts_of(shortened.expand_abbreviations(cleaned)[0])
    found: dict[str, str | None] = {"province": None, "district": None, "commune": None}
    if parts is None:
        return BodyPlace(None, None, None)
    for kind, printed in parts.places:
        bare = _name_only(printed, upper)
        if bare:
            level = _kind_level(kind, bare, date)
            shown = f"{kind.capitalize()} {int(bare)}" if bare.isdecimal() else bare
            found[level] = found[level] or shown
    trailing = _name_only(parts.trailing, upper)
    if trailing and parts.level in ("province", "district") and not any(found.values()):
        if _is_province(trailing):
            found["province"] = trailing
        elif _names_district(parts, trailing):
            found["district"] = trailing
    return BodyPlace(found["province"], found["district"], found["commune"])


def _names_district(parts: body_parts.Parts, name: str) -> bool:
    """Whether the name behind a body is that of its district; an office's own name may go on ("PHÒNG DÂN TỘC TÔN
    GIÁO"), so that there the gazetteer must have it."""
    if parts.level != "district":
        return parts.core.startswith(("Thành ủy", "Ban Thường vụ Thành ủy"))
    return not parts.core.startswith("Phòng ") or bool(gazetteer.find_units(name, "district"))


def _name_only(printed: str, upper: bool) -> str:
    """The leading words that make a name: all of them in a text of capitals, else those that begin with one."""
    if upper:
        return _title(printed).strip(" ,;.-")
    words = []
    for word in printed.split():
        if not (word[0].isupper() or word[0].isdecimal() or word in ("-",)):
            break
        words.append(word)
    return " ".join(words).strip(" ,;.-")


def _kind_level(kind: str, name: str, date: str | None = None) -> Literal["province", "district", "commune"]:
    if kind in ("xã", "phường", "thị trấn", "đặc khu"):
        return "commune"
    if kind in ("huyện", "quận", "thị xã"):
        return "district"
    if kind in ("tỉnh", "thủ đô") or _is_province_city(name, date):
        return "province"
    return "district"


def body_level(name: str, parent: str | None = None, date: str | None = None) -> BodyLevel:
    """Level of a body from its own words, else that of its parent; "other" for schools, firms and unknown ones.

    `date` (EDTF) settles whether a "thành phố" is a province's or a district's.

    >>> [body_level(n) for n in ("Ủy ban nhân dân huyện Nho Quan", "SỞ Y TẾ", "Bộ Nội vụ", "Trường Mầm non Hoa Sen")]
    ['district', 'province', 'central', 'other']
    """
    cleaned = re.sub(r"\s+", " ", name[:_LONGEST]).strip(_EDGE)
    upper = shortened.in_capitals(cleaned)
    parts = body_parts.parts_of(shortened.expand_abbreviations(cleaned)[0])
    if parts is not None:
        if parts.level in ("central", "other"):
            return "central" if parts.level == "central" else "other"
        inner_parts = body_parts.parts_of(parts.middle) if parts.middle else None
        if inner_parts is not None and inner_parts.level == "other":
            return "other"  # "Ban Chấp hành Đoàn Trường Trung học phổ thông A" is of the school
        levels = [_kind_level(kind, _name_only(printed, upper), date) for kind, printed in parts.places]
        if parts.level == "province":
            city = parts.core.endswith("Thành ủy") and parts.trailing and not _is_province(parts.trailing)
            return "district" if city else "province"
        if levels:
            return min(levels, key=_LEVELS.index)
        if parts.level == "commune":
            return "commune"
        if parts.level == "district":
            return "commune" if parent and body_level(parent, date=date) == "commune" else "district"
        if parts.trailing and _is_province(parts.trailing):
            return "province"
        inner = body_level(parts.middle, date=date) if parts.middle else "other"
        if inner != "other":
            return inner  # "Đảng ủy Sở Xây dựng" is of the province as the Sở is
    if parent:
        return body_level(parent, date=date)
    return "other"


@lru_cache(maxsize=4096)
def looks_like_body(text: str) -> float:
    """How much a short text looks like the name of an authority, from 0 to 1."""
    cleaned = re.sub(r"\s+", " ", text).strip(_EDGE)
    if not 3 <= len(cleaned) <= 140:
        return 0.0
    full, _ = shortened.expand_abbreviations(cleaned)
    parts = body_parts.parts_of(full)
    if parts is None:
        return 0.0
    words = len(full.split())
    known = (
        len(parts.core.split())
        + sum(len(f"{kind} {name}".split()) for kind, name in parts.places)
        + len(parts.trailing.split()) * 0.7
    )
    score = 0.35 + 0.6 * min(1.0, known / words)
    if parts.fuzzy:
        score -= 0.1
    if not cleaned[0].isupper():
        score -= 0.3
    if len(parts.core.split()) == 1:
        score -= 0.2
    return max(0.0, min(1.0, score))
