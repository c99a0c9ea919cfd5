"""Powers and positions above a signature: "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ GIÁM ĐỐC".

The trouble: a seal takes their first letters, points and marks; recognition adds its own behind them.

The evidence, in order of trust: the table of positions, the closed list of powers, words that open a body's name.

What it never does: make a deputy of a head or a head of a deputy. What is mended is in the table already."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rapidfuzz import fuzz

from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import fold

# TM. (thay mặt), KT. (ký thay), TL. (thừa lệnh), TUQ. (thừa ủy quyền); Party T/M, K/T, T/L; "IM", "TM " when damaged
POWER = re.compile(
    r"\s*(?P<power>(?:t\s?[./]?\s?m|k\s?[./]?\s?t|t\s?[./]?\s?l|t\s?[./]?\s?u\s?[./]?\s?q|im|tm|kt|tl|"
    r"[tg]uq|t1(?=\.)|thua (?:lenh|uy quyen)|thay mat|ky thay)(?=[\s.,:/])[.,:/]*)\s*(?=\S)"
)

# "PHÊ DUYỆT CỦA ỦY BAN NHÂN DÂN XÃ": who approves what another drafted
APPROVES = re.compile(r"\s*(?:(?:phe |xet |kiem )?duyet|xac nhan|y kien (?:phe duyet|xac nhan))(?: cua\b|\s*$)")

ACTING = re.compile(r"\s*(?:q\.|p\.|quyen|phu trach)\s*")

BODY_WORDS = (
    "uy ban",
    "ubnd",
    "hoi dong",
    "ban chap hanh",
    "ban thuong vu",
    "dang uy",
    "ban chi dao",
    "thuong truc",
    "chi bo",
    "ban thuong truc",
    "tinh uy",
    "huyen uy",
    "thanh uy",
    "quan uy",
    "chinh phu",
    "hdnd",
    "btv",
    "bch",
    "ban chi huy",
    "ban to chuc",
    "bo truong",
    "doan chu tich",
    "chu toa",
    "tap the",
    "ban quan ly",
    "to cong tac",
)


@cache
def _positions() -> tuple[str, ...]:
    return tuple(sorted((plain(row[0]) for row in load_table("positions")), key=len, reverse=True))


@lru_cache(maxsize=4096)
def position_at(words: str) -> str | None:
    """The listed position that a plain text begins with (one letter may be wrong in eight), None without one."""
    for position in _positions():
        if words == position or words.startswith(position + " "):
            return position
    for position in _positions():
        head = words[: len(position)]
        if (
            len(position) >= 8
            and (len(words) <= len(position) + 1 or words[len(position) : len(position) + 1] == " ")
            and fuzz.ratio(head, position) >= 87.5
        ):
            return position
    return None


def mostly_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) >= 0.6 * len(letters)

LEAST_LEFT = 5  # letters of a position that tell it
STAMPED_WORD = 4  # letters that a seal leaves of "PHÓ" or "P.", and one or two of its own


def is_stamped_over(piece: str) -> bool:
    """Whether a line in capitals is a listed position behind a short word that none begins with: "TỔ CHỦ TỊCH"."""
    first, _, rest = plain(piece).partition(" ")
    return (
        mostly_capitals(piece) and len(first) <= STAMPED_WORD and position_at(rest) is not None
        and POWER.match(first + " ") is None
    )


def lost_its_first_word(title: str) -> bool:
    """Whether a position begins with what a seal left of a word: whose it is cannot be said."""
    key = plain(title)
    if ACTING.match(key):
        return False
    return key[1:2] == " " or (is_stamped_over(title) and position_at(key) is None)  # "U TRƯỞNG" is of three


def stands_open(title: str) -> bool:
    """Whether a line of a position ends in a word that another must follow: "CHÁNH VĂN PHÒNG HĐND VÀ"."""
    return title.rstrip().endswith((",", "-", "&")) or plain(title).split()[-1:] in (["va"], ["cua"])


def is_cut_off(title: str) -> bool:
    """Whether a position's own words began on its line, so that they may go on below: "TRƯỞNG PHÒNG VĂN"."""
    words = plain(title)
    position = position_at(words)
    return position is not None and len(words) > len(position) + 1


_OF_POWERS = ("Ủy ban nhân dân", "Hội đồng nhân dân", "Ban Chấp hành", "Ban Thường vụ")  # bodies that powers name


@cache
def _listed() -> dict[str, str]:
    """Positions and bodies of a signature by their letters without marks, those alone that nothing else shares."""
    names = [row[0] for row in load_table("positions")] + list(_OF_POWERS)
    return {plain(name): name for name in names}


def letters_of(text: str) -> str:
    """The letters of a text without marks and blanks."""
    return "".join(sign for sign in plain(text) if sign.isalpha())


def ends_in_one(text: str) -> bool:
    """Whether the letters of a line are those of a listed position behind two others at most."""
    letters = letters_of(text)
    return any(letters.endswith(own) for own in _listed_letters() if len(letters) - len(own) <= 2)


@cache
def _listed_letters() -> tuple[str, ...]:
    return tuple(own for own in map(letters_of, _positions()) if len(own) >= LEAST_LETTERS)


LEAST_LETTERS = 7  # "giamdoc", "chutich"


def as_listed(piece: str) -> str:
    """A piece in capitals with the marks of the positions that it holds: "PHÓ GIÁM ĐÓC" is "PHÓ GIÁM ĐỐC". What a
    seal left behind it in small letters is cut off."""
    words = _without_specks(piece).split()
    while len(words) > 1 and mostly_capitals(piece) and words[-1].islower() and len(words[-1]) < 4:
        words.pop()
    cut = _cut_position(" ".join(words))
    if cut is not None:
        return cut
    at = 0
    while at < len(words):
        for count in range(min(5, len(words) - at), 1, -1):
            found = " ".join(words[at : at + count])
            name = _listed().get(plain(found))
            if name is not None and not found.isascii() and (found.isupper() or found.capitalize() == found):
                # without any marks it is left
                words[at : at + count] = _with_tones_of(name.upper() if found.isupper() else name, found).split()
                at += count - 1
                break
        at += 1
    return " ".join(words)


def _without_specks(piece: str) -> str:
    """The piece without signs in the blanks of a listed name: "T/M BAN,CHẤP HÀNH"."""
    parted = re.sub(r"(?<=[^\W\d_])[,-](?=[^\W\d_]{2})", " ", piece)
    if parted == piece:
        return piece
    key, own = f" {plain(parted)} ", f" {plain(piece)} "
    return parted if any(f" {name} " in key and f" {name} " not in own for name in _listed()) else piece


def is_cut(piece: str) -> bool:
    """Whether a line is one listed position whose first letters lie under a seal: "Ó CHỦ TỊCH"."""
    return _cut_position(piece) is not None


def _cut_position(piece: str) -> str | None:
    """The one listed position in capitals that lost its first letters under a seal, or has one of the seal's in their
    place: "Ó CHỦ TỊCH" is "PHÓ CHỦ TỊCH", "TỦ TỊCH" "CHỦ TỊCH". Strokes are like strokes: "BÍ IHƯ" is "BÍ THƯ"."""
    key = plain(piece)
    if not piece.isupper() or len(key) <= LEAST_LEFT or key in _listed() or is_stamped_over(piece):
        return None
    alike = [name for listed, name in _listed().items() if listed.translate(_STROKES) == key.translate(_STROKES)]
    if len(alike) == 1:
        return alike[0].upper()
    for left in (key, key[1:]):
        longer = ((name, len(listed) - len(left)) for listed, name in _listed().items() if listed.endswith(left))
        whole = [name for name, lost in longer if 0 < lost <= 2]
        if len(whole) == 1 and len(left) >= LEAST_LEFT:
            return whole[0].upper()
    return None


_STROKES = str.maketrans("itljfcogq", "iiiiioooo")  # capitals that are an upright, and round ones


def _with_tones_of(listed: str, printed: str) -> str:
    """The listed spelling, unless the printed one only places its tones otherwise ("ỦY", "UỶ")."""
    return printed if fold(printed) == fold(listed) else listed


def power_as_printed(text: str) -> str:
    """The powers with the point and letters that every office prints: "KT: ..." is "KT. ...", "GUQ. ..." "TUQ. ..."."""
    return _POWER_POINT.sub(r"\1.", re.sub(r"(?<!\w)GUQ(?=[.:,]\s)", "TUQ", text))

_POWER_POINT = re.compile(r"(?<!\w)(TM|KT|TL|TUQ)\s?[:,;](?=\s)")  # no office prints another sign after them


def continues_title(piece: str) -> bool:
    return bool(
        re.match(
            r"(?:thuong truc|ubnd|uy ban|hdnd|hoi dong|phong|so|huyen|tinh|xa|thanh pho|phu trach)(?![a-z])",
            plain(piece),
        )
    )
