"""The parts of a body's name: the listed body it begins with, the words between, the places with their kinds.

The trouble: "quân" is no "quận" and "xã hội" no "xã"; names come in capitals, without marks, with a letter misread.

The evidence, in order of trust: the table of bodies without their place (`bodies`), words that name a kind of place,
the gazetteer for names that hold such a word.

What it never does: find a body inside a text; a name begins with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline.knowledge import gazetteer
from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import fold, is_legal_text


@cache
def _bodies() -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Plain key -> (canonical name, level), and the keys of two words and more."""
    found: dict[str, tuple[str, str]] = {}
    for name, level in load_table("bodies"):
        found.setdefault(key_of(name), (name, level))
    return found, tuple(key for key in found if len(key) >= 8)


def key_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()

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

_DASHES = ("-", "–")
WHOLE_NAME = 4  # words of a body before a kind without a name
_DAMAGED_KINDS = {
    "tĩnh": "tỉnh",
    "tình": "tỉnh",
    "tính": "tỉnh",
    "huyên": "huyện",
    "huyền": "huyện",
}  # not "Hà Tĩnh"


@dataclass(frozen=True, slots=True)
class Parts:
    """`core` is the canonical body, `level` that of the table; `middle` the words between, `places` (kind, name)."""

    core: str
    level: str
    fuzzy: bool
    middle: str
    places: tuple[tuple[str, str], ...]
    trailing: str  # a name without a kind of place: "Sở Y tế Kiên Giang", "Huyện ủy Nho Quan"


@lru_cache(maxsize=4096)
def parts_of(text: str) -> Parts | None:
    words = text.split()
    core = core_of(words)
    if core is None:
        return None
    count, name, level, fuzzy = core
    field = name.startswith(("Phòng ", "Sở ", "Ban ")) and not gazetteer.find_units(" ".join(words[count:]))
    count -= field and words[count - 1] in _DASHES  # "PHÒNG TÀI CHÍNH - GIÁ CẢ": the dash is of its own name
    name = name if fuzzy else _as_printed(name, words[:count])
    rest = words[count:]
    marked = has_marks(text)
    places: list[tuple[str, str]] = []
    middle: list[str] = []
    last = key_of(words[count - 1])
    shared = last in ("tinh", "huyen", "xa", "phuong", "quan") and kind_at(words, count - 1, marked)[0] is not None
    if shared and rest and count > 1:  # "CÁC CƠ QUAN TỈNH" has no "quận"
        rest = [words[count - 1], *rest]  # "Công an tỉnh" + "Kiên Giang": the kind belongs to the place too
        kind_shared = True
    else:
        kind_shared = False
    index = 0
    while index < len(rest):
        kind, length = kind_at(rest, index, marked)
        if kind is None:
            (middle if not places else []).append(rest[index])
            index += 1
            continue
        stop = index + length
        while stop < len(rest) and not rest[stop].startswith("("):
            longer = " ".join(rest[index + length : stop + 1])
            if kind_at(rest, stop, marked)[0] and (marked or not gazetteer.find_units(longer, kind=kind)):
                break  # without marks "CUC PHUONG" is a name, not a ward
            stop += 1
            if rest[stop - 1].endswith((",", ";")):
                break
        places.append((kind, " ".join(rest[index + length : stop]).strip(" ;.-")))
        index = max(stop, index + length)
    if kind_shared and places and places[0][1] == "":
        places.pop(0)
    trailing = ""
    named = level in ("province", "district", "other") or core[1] in _NAMED
    if not places and middle and middle[0] not in _DASHES and named:
        trailing, middle = " ".join(middle), []
    return Parts(name, level, fuzzy, " ".join(middle), tuple(places), trailing)


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
    "Đồn Biên phòng cửa khẩu",
    "Đồn Công an",
)

SHORT_NAME, SURE_SHORT = 16, 92  # letters, percent: "ban hanh danh" and "ban nhan dan" have 88


def core_of(words: list[str]) -> tuple[int, str, str, bool] | None:
    """(words taken, canonical name, level, whether it was only alike) for the body that a name begins with."""
    table, keys = _bodies()
    if not words:
        return None
    heads: list[str] = []  # key of the first word, of the first two, ...
    for word in words[:16]:
        key = key_of(word)
        heads.append(f"{heads[-1]} {key}".strip() if heads else key)
    if not _may_open(heads[0]):
        return None
    for count in range(len(heads), 0, -1):
        found = table.get(heads[count - 1])
        if found is not None and count == 1 and has_marks(" ".join(words)) and fold(found[0]) != fold(words[0]):
            return None  # "BẢO VỆ ..." is no newspaper ("Báo"), "ĐẠI HỘI" no station ("Đài")
        if found is not None and not _is_place(words, count, found[0]):
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
    if best is None or _is_place(words, best[1], table[best[2]][0]):
        return None
    name, level = table[best[2]]
    return best[1], name, level, True


def _is_place(words: list[str], count: int, name: str) -> bool:
    """Whether the last word of a listed name is the first of a place, whose own marks it has: "HUYỆN ĐOAN HÙNG" is no
    "Huyện Đoàn"."""
    kind, last, rest = key_of(words[count - 2]), words[count - 1], words[count : count + 1]
    if count < 2 or not rest or kind not in _KIND_KEYS or last.lower() == name.split()[-1].lower():
        return False
    return bool(gazetteer.find_units(f"{last} {rest[0]}", kind=_KIND_KEYS[kind])) and has_marks(" ".join(words))


_OPENS_PREDICATE = [[word] for word in ("mỗi", "từng", "đã", "sẽ", "phải", "không", "chưa", "cần")]  # never of a name


@cache
def _openings() -> frozenset[str]:
    """The first word of every listed name, its first two words, and so on."""
    return frozenset(" ".join(key.split()[:count]) for key in _bodies()[0] for count in range(1, len(key.split()) + 1))


@lru_cache(maxsize=4096)
def _word_key(word: str) -> str:
    return key_of(word)


LEAST_SYLLABLES = 2  # of a place behind a body, each with its capital
LONGEST_LISTED = 12  # words of the longest listed name that opens a sentence


def place_end(words: list[str]) -> int | None:
    """How many words a listed body with its place takes at the start of a sentence: "Bộ Chỉ huy Quân sự tỉnh".

    One may be of another: "Giám đốc Sở Nội vụ". None where no listed body opens it, or where nothing (a kind of place,
    a name in capitals, a comma, "và") says that its name ends.
    """
    count = _listed_words(words)
    if not count:
        return None
    whole = _WHOLE_NAMES.match(words[0]) is not None and count >= LEAST_WHOLE
    kind = words[count - 1] in _KIND_KEYS.values() and words[count - 2 : count - 1] != ["tác"]  # "hợp tác xã"
    at = count
    while at < len(words) and not words[at - 1].endswith((",", ";", ":", ".")):
        found, length = kind_at(words, at, True)
        if found is not None and words[at].islower():
            kind, at = True, at + length
            while at < len(words) and words[at][:1].isupper() and words[at - 1][-1:].isalpha():
                at += 1
            continue
        inner = _listed_words(words[at:]) if words[at][:1].isupper() else 0
        if inner >= 2:
            whole = _WHOLE_NAMES.match(words[at]) is not None
            at += inner
            kind = kind or words[at - 1] in _KIND_KEYS.values()
            continue
        named = at
        while named < len(words) and words[named][:1].isupper() and (named == at or words[named - 1][-1:].isalpha()):
            named += 1
        if named > at and _word_key(words[at]) in _first_words():
            return None  # "Giám đốc Sở Văn hóa": a body that is not listed
        firm = _word_key(words[0]) in ("cong", "tong") and named < len(words) and words[named][:1].islower()
        if firm and not kind:
            return None  # "Công ty TNHH MTV Khai thác công trình thủy lợi"
        if named - at >= LEAST_SYLLABLES or (kind and named > at):
            kind, at = True, named
        elif named > at:
            return None  # "Trung tâm Giới thiệu việc làm": one capital opens more of the name
        else:
            break
    listed = words[at - 1].endswith(",") or (words[at : at + 1] == ["và"] and words[at + 1 : at + 2] != [])
    return at if kind or whole or listed or words[at : at + 1] in _OPENS_PREDICATE else None


# "Sở Nội vụ", "Bộ Y tế": the list has all of these, so that one ends where the listed name does
_WHOLE_NAMES = re.compile(r"(?:Sở|Bộ)\Z")
LEAST_WHOLE = 3  # words of such a name; "Bộ trưởng" and "Sở chỉ" are none


def _listed_words(words: list[str]) -> int:
    """How many words the longest listed body takes that these begin with, 0 for none."""
    table = _bodies()[0]
    key, count = "", 0
    for at, word in enumerate(words[:LONGEST_LISTED], start=1):
        key = f"{key} {_word_key(word)}".strip()
        if key not in _openings():
            break
        alone = at == 1 and word[:1].isupper() and words[1:2] != [] and words[1][:1].isupper()  # "Báo Quảng Nam"
        if key in table and (at > 1 or alone):
            count = at
        if word.endswith((",", ";", ":")):
            break
    return max(count, 1) if words[:1] in (["UBND"], ["HĐND"]) else count


@lru_cache(maxsize=4096)
def _may_open(word: str) -> bool:
    """Whether a word is, but for one letter, the first of a body's name; most lines of a text are settled here."""
    return any(Levenshtein.distance(word, first, score_cutoff=1) <= 1 for first in _first_words())


@cache
def _first_words() -> frozenset[str]:
    return frozenset(key.split()[0] for key in _bodies()[0])


def kind_at(words: list[str], index: int, marked: bool) -> tuple[str | None, int]:
    """(kind of place, words it takes) at a position. Where the text has marks the kind must have its own:
    "huyện Nho Quan" has no "quận"."""
    two = key_of(" ".join(words[index : index + 2]))
    if index + 1 < len(words) and two in _KIND_KEYS:
        return _KIND_KEYS[two], 2
    one = key_of(words[index].rstrip("."))
    if one in _KIND_KEYS and " " not in one:
        kind = _KIND_KEYS[one]
        # "quân sự", "phương án", "xã hội": marks decide where there are any
        bare = words[index].lower().strip(".,")
        damaged = _DAMAGED_KINDS.get(bare)
        if (
            damaged
            and words[index].isupper()
            and (index + 1 < len(words) or index >= WHOLE_NAME)  # "CÁC CƠ QUAN" / "TÌNH"
            and (index == 0 or key_of(words[index - 1]) != "ha")
        ):
            return damaged, 1
        if bare == kind or (bare == one and not marked) or bare in ("tp", "tx"):
            after = key_of(words[index + 1]) if index + 1 < len(words) else ""
            if one == "xa" and (after in ("hoi", "vien") or (index and key_of(words[index - 1]) == "tac")):
                return None, 0  # "xã hội", "hợp tác xã"
            # "quân sự", "phương án" without their marks; with its own marks "phường An Biên" is a ward
            if bare != kind and after in _NO_PLACE_AFTER.get(one, ()):
                return None, 0
            return kind, 1
    return None, 0


_NO_PLACE_AFTER = {
    "quan": ("su", "doi", "ly", "nhan", "chung", "tri"),
    "phuong": ("an", "phap", "huong", "tien"),
}


def has_marks(text: str) -> bool:
    return any(ord(letter) > 127 for letter in text)


# --- lost blanks -----------------------------------------------------------------------------------------

GLUED = 6  # letters from which on a token that is no syllable is two or more: "SỞYTẾ", "BẾNTRE"


@lru_cache(maxsize=512)
def respaced(text: str) -> str | None:
    """A body's name whose blanks were lost, with them back: a listed body, then nothing or a known place with or
    without its kind. None for any other text.

    >>> respaced("SỞYTẾ BẾNTRE"), respaced("SỞ Y TẾ BẾN TRE")
    ('Sở Y tế Bến Tre', None)
    """
    glued = [word for word in text.split() if len(word) >= GLUED and not is_legal_text(word)]
    letters = key_of(text).replace(" ", "")
    if not glued or len(letters) > 80:
        return None
    for count in range(len(letters), 4, -1):
        core = _squeezed_bodies().get(letters[:count])
        place = "" if count == len(letters) else _squeezed_place(letters[count:])
        if core is not None and place is not None:
            return f"{core} {place}".strip()
    return None


@cache
def _squeezed_bodies() -> dict[str, str]:
    return {key.replace(" ", ""): name for key, (name, _) in _bodies()[0].items()}


def _squeezed_place(letters: str) -> str | None:
    """ "bentre" as "Bến Tre", "tinhbentre" as "tỉnh Bến Tre"; a place of two spellings, or none, is None."""
    for key, kind in (*_KIND_KEYS.items(), ("", "")):
        opening = key.replace(" ", "")
        known = gazetteer.squeezed(letters.removeprefix(opening)) if letters.startswith(opening) else None
        if known is not None:
            return f"{kind} {known}".strip()
    return None
