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
from functools import cache, lru_cache
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline.knowledge import gazetteer
from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import fold

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


# --- tables ----------------------------------------------------------------------------------------------


@cache
def _bodies() -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Plain key -> (canonical name, level), and the keys of two words and more."""
    found: dict[str, tuple[str, str]] = {}
    for name, level in load_table("bodies"):
        found.setdefault(_key(name), (name, level))
    return found, tuple(key for key in found if len(key) >= 8)


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, tuple[str, ...]], ...]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for short, full, group, context in load_table("abbreviations"):
        if group in ("body", "sector", "policy"):
            found.setdefault(short, []).append((full, tuple(context.split("|")) if context else ()))
    words = "|".join(re.escape(short) for short in sorted(found, key=len, reverse=True))
    return re.compile(rf"(?<![\w&])(?:{words})(?![\w&])"), {
        short: tuple(rows) for short, rows in found.items()
    }


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()


# --- abbreviations ---------------------------------------------------------------------------------------

_DAMAGED = (
    (re.compile(r"(?<!\w)[UƯỦÚ]\s?BN[DĐ](?!\w)"), "UBND"),
    (re.compile(r"(?<!\w)H[ĐD]N[DĐ](?!\w)"), "HĐND"),
)
_GLUED = re.compile(r"(?<![^\W\d_])(UBND|HĐND|UBMTTQ)(?=(?:tỉnh|huyện|xã|phường|quận)(?![^\W\d_]))")
_TOWNSHIP = re.compile(r"(?<!\w)((?:UBND|HĐND|Ủy ban nhân dân|ỦY BAN NHÂN DÂN|MTTQ)\s+)TT(?=\s)")  # "UBND TT. Cầu Gồ"
_JOINED = re.compile(r"(?<!\w)([A-ZĐ][A-ZĐ-]+)\s+(?:VÀ|và|&)\s+([A-ZĐ]{2,})(?!\w)")  # "NN VÀ PTNT" is NN&PTNT


def expand_abbreviations(text: str) -> tuple[str, bool]:
    """The text with sure abbreviations of bodies, sectors and policies written out, and whether none was left.

    An ambiguous one ("TT", "CT", "TP") is written out only where a word of its context stands in the text.

    >>> expand_abbreviations("TT. HĐND xã")
    ('Thường trực Hội đồng nhân dân xã', True)
    """
    for pattern, short in _DAMAGED:
        text = pattern.sub(short, text)
    text = _GLUED.sub(r"\1 ", text)
    text = re.sub(r"(?<!\w)TT\.\s?(?=\S)", "TT ", text)
    text = _TOWNSHIP.sub(r"\1thị trấn", text)
    pattern, rows = _abbreviations()
    text = _JOINED.sub(lambda pair: _known_pair(pair, rows), text)
    whole = text
    capitals = _capitals(text)
    left = False

    def full(match: re.Match[str]) -> str:
        nonlocal left
        for expansion, context in rows[match.group()]:
            if not context or any(_stands_near(word, whole, match) for word in context):
                return expansion
        left = True
        return match.group()

    out = pattern.sub(full, text)
    # "GIÁO DỤC & ĐÀO TẠO": the sign stands for the word, but not inside an abbreviation that stays
    if _spells_out(out):
        out = re.sub(r"\s*&\s*(?=[^\W\d_])", " VÀ " if capitals else " và ", out)
    out = re.sub(r"\s+", " ", out).strip()
    if re.search(r"(?<!\w)(?![IVX]+(?!\w))[A-ZĐ&]{2,}(?![\w-])", out) and not capitals:
        left = True
    return out, not left


def _stands_near(word: str, text: str, match: re.Match[str]) -> bool:
    """Whether a word of context stands in the text, "... word" right before the abbreviation; "-" never does."""
    if word == "-":
        return False
    if word.startswith("..."):
        return bool(re.search(rf"(?<!\w){re.escape(word[3:])}\s\Z", text[: match.start()], re.IGNORECASE))
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def _known_pair(pair: re.Match[str], rows: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]) -> str:
    """ "NN VÀ PTNT" as "NN&PTNT" where that is in the table, else as it stands."""
    joined = f"{pair[1]}&{pair[2]}"
    return joined if joined in rows else pair.group()


_LEFT_SHORT = re.compile(r"(?<!\w)[A-ZĐ]{1,4}&[A-ZĐ]{1,6}(?!\w)")


def _spells_out(text: str) -> bool:
    """Whether a text has a sign "&" that is not inside an abbreviation nobody expanded ("QH&PT")."""
    return "&" in text and _LEFT_SHORT.search(text) is None


def _capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) >= 0.7 * len(letters)


# --- the parts of a name ---------------------------------------------------------------------------------

_KIND_KEYS = {
    "tinh": "tỉnh",
    "thanh pho": "thành phố",
    "thi xa": "thị xã",
    "thi tran": "thị trấn",
    "huyen": "huyện",
    "quan": "quận",
    "xa": "xã",
    "phuong": "phường",
    "dac khu": "đặc khu",
    "thu do": "thủ đô",
    "tp": "thành phố",
    "tx": "thị xã",
}
_DAMAGED_KINDS = {
    "tĩnh": "tỉnh",
    "tình": "tỉnh",
    "tính": "tỉnh",
    "huyên": "huyện",
    "huyền": "huyện",
}  # not "Hà Tĩnh"
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


@dataclass(frozen=True, slots=True)
class _Parts:
    """`core` is the canonical body, `level` that of the table; `middle` the words between, `places` (kind, name)."""

    core: str
    level: str
    fuzzy: bool
    middle: str
    places: tuple[tuple[str, str], ...]
    trailing: str  # a name without a kind of place: "Sở Y tế Kiên Giang", "Huyện ủy Nho Quan"


@lru_cache(maxsize=4096)
def _parts(text: str) -> _Parts | None:
    words = text.split()
    core = _core(words)
    if core is None:
        return None
    count, name, level, fuzzy = core
    name = name if fuzzy else _as_printed(name, words[:count])
    rest = words[count:]
    marked = _has_marks(text)
    places: list[tuple[str, str]] = []
    middle: list[str] = []
    last = _key(words[count - 1])
    if last in ("tinh", "huyen", "xa", "phuong", "quan") and rest and count > 1:
        rest = [words[count - 1], *rest]  # "Công an tỉnh" + "Kiên Giang": the kind belongs to the place too
        kind_shared = True
    else:
        kind_shared = False
    index = 0
    while index < len(rest):
        kind, length = _kind_at(rest, index, marked)
        if kind is None:
            (middle if not places else []).append(rest[index])
            index += 1
            continue
        stop = index + length
        while stop < len(rest) and not rest[stop].startswith("("):
            longer = " ".join(rest[index + length : stop + 1])
            if _kind_at(rest, stop, marked)[0] and (marked or not gazetteer.find_units(longer, kind=kind)):
                break  # without marks "CUC PHUONG" is a name, not a ward
            stop += 1
            if rest[stop - 1].endswith((",", ";")):
                break
        places.append((kind, " ".join(rest[index + length : stop]).strip(" ;.-")))
        index = max(stop, index + length)
    if kind_shared and places and places[0][1] == "":
        places.pop(0)
    trailing = ""
    if not places and middle and (level in ("province", "district", "other") or core[1] in _NAMED):
        trailing, middle = " ".join(middle), []
    return _Parts(name, level, fuzzy, " ".join(middle), tuple(places), trailing)


def _as_printed(name: str, words: list[str]) -> str:
    """A listed name with the hyphens and commas of the printed one: "SỞ VĂN HÓA THÔNG TIN" has none."""
    bare = [word for word in re.findall(r"[^\s,]+", name) if word != "-"]
    printed = [word for word in words if word not in ("-", "–")]
    if len(bare) != len(printed) or len(bare) == len(name.split()) == len(words):
        return name
    out = []
    listed = iter(bare)
    for word in words:
        out.append("-" if word in ("-", "–") else next(listed) + ("," if word.endswith(",") else ""))
    return " ".join(out)


_NAMED = (
    "Công an",
    "Tòa án nhân dân",
    "Viện kiểm sát nhân dân",
    "Trung tâm Y tế",
    "Bảo hiểm xã hội",
    "Kho bạc Nhà nước",
    "Đồn Biên phòng",
)


SHORT_NAME, SURE_SHORT = 16, 92  # letters, percent: "ban hanh danh" and "ban nhan dan" have 88


def _core(words: list[str]) -> tuple[int, str, str, bool] | None:
    """(words taken, canonical name, level, whether it was only alike) for the body that a name begins with."""
    table, keys = _bodies()
    if not words:
        return None
    heads: list[str] = []  # key of the first word, of the first two, ...
    for word in words[:16]:
        key = _key(word)
        heads.append(f"{heads[-1]} {key}".strip() if heads else key)
    if not _may_open(heads[0]):
        return None
    for count in range(len(heads), 0, -1):
        found = table.get(heads[count - 1])
        if found is not None and count == 1 and _has_marks(" ".join(words)) and fold(found[0]) != fold(words[0]):
            return None  # "BẢO VỆ ..." is no newspaper ("Báo"), "ĐẠI HỘI" no station ("Đài")
        if found is not None:
            return count, found[0], found[1], False
    best: tuple[float, int, str] | None = None
    for count in range(min(10, len(heads)), 1, -1):
        if len(heads[count - 1]) < 8:
            break
        match = process.extractOne(
            heads[count - 1], keys, scorer=fuzz.ratio, score_cutoff=best[0] + 0.1 if best else 88
        )
        if match is not None and len(match[0]) < SHORT_NAME and match[1] < SURE_SHORT:
            match = None
        if match is not None:
            best = (match[1], count, match[0])
    if best is None:
        return None
    name, level = table[best[2]]
    return best[1], name, level, True


@lru_cache(maxsize=4096)
def _may_open(word: str) -> bool:
    """Whether a word is, but for one letter, the first of a body's name; most lines of a text are settled here."""
    return any(Levenshtein.distance(word, first, score_cutoff=1) <= 1 for first in _first_words())


@cache
def _first_words() -> frozenset[str]:
    return frozenset(key.split()[0] for key in _bodies()[0])


def _kind_at(words: list[str], index: int, marked: bool) -> tuple[str | None, int]:
    """(kind of place, words it takes) at a position. Where the text has marks the kind must have its own:
    "huyện Nho Quan" has no "quận"."""
    two = _key(" ".join(words[index : index + 2]))
    if index + 1 < len(words) and two in _KIND_KEYS:
        return _KIND_KEYS[two], 2
    one = _key(words[index].rstrip("."))
    if one in _KIND_KEYS and " " not in one:
        kind = _KIND_KEYS[one]
        # "quân sự", "phương án", "xã hội": marks decide where there are any
        bare = words[index].lower().strip(".,")
        damaged = _DAMAGED_KINDS.get(bare)
        if (
            damaged
            and words[index].isupper()
            and index + 1 < len(words)
            and (index == 0 or _key(words[index - 1]) != "ha")
        ):
            return damaged, 1
        if bare == kind or (bare == one and not marked) or bare in ("tp", "tx"):
            after = _key(words[index + 1]) if index + 1 < len(words) else ""
            if one == "xa" and after in ("hoi", "vien"):
                return None, 0
            if one == "quan" and after in ("su", "doi", "ly", "nhan", "chung", "tri"):
                return None, 0
            if one == "phuong" and after in ("an", "phap", "huong", "tien"):
                return None, 0
            return kind, 1
    return None, 0


# --- capitals --------------------------------------------------------------------------------------------


def _title(name: str) -> str:
    """Name case: "CÚC PHƯƠNG" -> "Cúc Phương", "EA H'LEO" -> "Ea H'leo"; a numeral stays."""
    return " ".join(
        word if not word.isupper() and not word.islower() else word[:1].upper() + word[1:].lower()
        for word in name.split()
    )


def _sentence(words: str) -> str:
    """Small letters but for names that keep their capital."""
    out = words.lower()
    for key, proper in _PROPER.items():
        out = re.sub(rf"(?<!\w){re.escape(proper)}(?!\w)", proper, out, flags=re.IGNORECASE)
        del key
    return out


def _spelled(name: str, kind: str, markless: bool) -> tuple[str, bool]:
    """A place's name with its marks from the gazetteer where it has none and only one spelling is known."""
    if not name or not markless:
        return name, not markless
    spellings = {
        gazetteer.split_kind(unit.name)[1]
        for unit in gazetteer.find_units(name, kind=None if kind in ("", "thủ đô") else kind)
    }
    return (spellings.pop(), False) if len(spellings) == 1 else (name, False)


def _has_marks(text: str) -> bool:
    return any(ord(letter) > 127 for letter in text)


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
    upper = _capitals(cleaned)
    full, sure = expand_abbreviations(cleaned)
    parts = _parts(full)
    if parts is None:
        if not upper:
            return Expansion(full, sure)
        lowered = _sentence(full)
        return Expansion(lowered[:1].upper() + lowered[1:], False)
    markless = not _has_marks(cleaned) and len(cleaned) > 6
    out = [parts.core]
    if parts.middle:
        inner = _core(parts.middle.split())
        if upper and inner is not None and inner[0] > 1 and not inner[3]:
            out.append(expand_body(parts.middle).name)  # "CHI BỘ TRƯỜNG MẦM NON HOA SEN"
        else:
            out.append(_sentence(parts.middle) if upper else parts.middle)
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


# Bodies that stand above others in a letterhead. "Văn phòng", "Ban Chỉ đạo" do not: words after them are their own.
_PARENTS = re.compile(
    r"(?:uy ban nhan dan|hoi dong nhan dan|so|bo|tinh uy|huyen uy|thanh uy|quan uy|thi uy|dang uy|dang bo|"
    r"phong|cong an|hoi lien hiep phu nu|hoi nong dan|"
    r"lien doan lao dong|tong cuc|cuc|chi cuc|uy ban mat tran|ban chap hanh trung uong|dai hoc)(?![a-z])"
)


def split_bodies(text: str) -> tuple[str, ...]:
    """The bodies in a letterhead whose lines were joined, in printed order; one for a single name.

    >>> split_bodies("UBND HUYỆN LỤC NAM PHÒNG NỘI VỤ")
    ('UBND HUYỆN LỤC NAM', 'PHÒNG NỘI VỤ')
    """
    words = re.sub(r"\s+", " ", text[:_LONGEST]).strip(_EDGE).split()
    found: list[str] = []
    start = 0
    for index in range(1, len(words)):
        head = " ".join(words[start:index])
        here = expand_abbreviations(" ".join(words[index:]))[0].split()
        core = _core_exact(here)
        if core is None or len(core.split()) < 2:
            continue
        after = _core_exact(expand_abbreviations(" ".join(words[index + 1 :]))[0].split())
        if after is not None and len(after.split()) > len(core.split()):
            continue  # "NHO QUAN ỦY BAN NHÂN DÂN": not "quận ủy"
        before = _parts(expand_abbreviations(head)[0])
        if (
            before is None
            or not _PARENTS.match(_key(before.core))
            or (before.places and not before.places[-1][1])
        ):
            continue
        if (
            not before.places
            and not before.trailing
            and before.level in ("", "district", "commune")
            and before.core != "Đảng ủy"
        ):
            continue  # "Ủy ban nhân dân" without a place is not complete
        joined = _core_exact(expand_abbreviations(" ".join(words[start:]))[0].split())
        if joined is not None and len(joined.split()) > len(expand_abbreviations(head)[0].split()):
            continue  # "Văn phòng Ủy ban nhân dân" is one name
        found.append(head)
        start = index
    found.append(" ".join(words[start:]))
    return tuple(found)


def _core_exact(words: list[str]) -> str | None:
    core = _core(words[:16]) if words else None
    return None if core is None or core[3] else core[1]


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
    upper = _capitals(cleaned)
    parts = _parts(expand_abbreviations(cleaned)[0])
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
        elif parts.level == "district" or parts.core.startswith(("Thành ủy", "Ban Thường vụ Thành ủy")):
            found["district"] = trailing
    return BodyPlace(found["province"], found["district"], found["commune"])


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
    upper = _capitals(cleaned)
    parts = _parts(expand_abbreviations(cleaned)[0])
    if parts is not None:
        if parts.level in ("central", "other"):
            return "central" if parts.level == "central" else "other"
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
    if parent:
        return body_level(parent, date=date)
    return "other"


@lru_cache(maxsize=4096)
def looks_like_body(text: str) -> float:
    """How much a short text looks like the name of an authority, from 0 to 1."""
    cleaned = re.sub(r"\s+", " ", text).strip(_EDGE)
    if not 3 <= len(cleaned) <= 140:
        return 0.0
    full, _ = expand_abbreviations(cleaned)
    parts = _parts(full)
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
