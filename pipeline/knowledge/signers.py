"""Signers: the block of signature with its powers, positions and names.

The trouble: "TM. ỦY BAN NHÂN DÂN" / "KT. CHỦ TỊCH" / "PHÓ CHỦ TỊCH" / name, with a seal between them; two
signers side by side.

What it never does: complete a name or a title. Lines that are neither are left out, not forced in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from rapidfuzz import fuzz

from pipeline.knowledge.fuzzy import aligned, plain, within
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import fold


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """One signer. Text as printed, None where a part is missing.

    `authority` holds all lines above the position joined by a space ("TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH"), `title`
    the position ("PHÓ CHỦ TỊCH"). `rank` is a title printed before the name ("Thượng tá", "ThS.") and not part of
    `name`. The `*_lines` are indexes of the lines given.
    """

    authority: str | None
    title: str | None
    name: str | None
    rank: str | None = None
    authority_lines: tuple[int, ...] = ()
    title_lines: tuple[int, ...] = ()
    name_lines: tuple[int, ...] = ()
    doubt: str | None = None


# --- what a line of a signature is -----------------------------------------------------------------------

# TM. (thay mặt), KT. (ký thay), TL. (thừa lệnh), TUQ. (thừa ủy quyền); Party T/M, K/T, T/L; "IM", "TM " when damaged
_POWER = re.compile(
    r"\s*(?P<power>(?:t\s?[./]?\s?m|k\s?[./]?\s?t|t\s?[./]?\s?l|t\s?[./]?\s?u\s?[./]?\s?q|im|tm|kt|tl|"
    r"[tg]uq|t1(?=\.))(?=[\s.,:/])[.,:/]*)\s*(?=\S)"
)
_ACTING = re.compile(r"\s*(?:q\.|p\.|quyen|phu trach)\s*")
_SIGNED = re.compile(
    r"[\s(\[{*]*(?:da ky|ky ten|ky boi|nguoi ky|ky, |chu ky|dong dau|email|co quan:|thoi gian ky|signed|"
    r"ngay ky)"
)
_BODY_WORDS = (
    "uy ban nhan dan",
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
    "uy ban mat tran",
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


@cache
def _surnames() -> frozenset[str]:
    return frozenset(plain(row[0]) for row in load_table("surnames"))


def _position_at(words: str) -> str | None:
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


# --- names -----------------------------------------------------------------------------------------------

_ACADEMIC = (
    r"(?:gs|pgs|ts|ths|th\.s|bs|cn|ks|ls|ds|nsnd|ns[uư]t|ngnd|ng[uư]t|ttnd|tt[uư]t|ckii?|ck\.?\s?\d|bsckii?|dsckii?)"
    r"(?:\s?\.\s?|\s|\s?-\s?|,\s?)"
)
_RANK = re.compile(
    r"(?P<rank>(?:(?:(?:đại|thượng|trung|thiếu)\s+(?:tướng|tá|úy|uý)|thiếu tướng|giáo sư|phó giáo sư|"
    r"tiến sĩ|thạc sĩ|thạc sỹ|"
    r"bác sĩ|bác sỹ|dược sĩ|kỹ sư|cử nhân|luật sư|đồng chí|đ/c|ông|"
    r"bà)[\s,.]+|" + _ACADEMIC + r"){1,4})(?=[^\W\d_])",
    re.IGNORECASE,
)
# The ranks of the armed forces and the police, their marks lost or wrong: "Trung tấ", "TRUNG TA".
_FORCES_RANK = re.compile(r"(?P<rank>(?:dai|thuong|trung|thieu)\s+(?:tuong|ta|uy))\s+(?=[a-z]+\s+[a-z])")
_SYLLABLE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-])*\Z")


@lru_cache(maxsize=2048)
def name_likeness(text: str) -> float:
    """How much a line looks like a Vietnamese person's name, with or without a rank before it, from 0 to 1.

    >>> name_likeness("Trần Quốc Bảo") > 0.8 > 0.3 > name_likeness("Tổ chức thực hiện")
    True
    """
    return _name_score(split_rank(text)[1])


def split_rank(text: str) -> tuple[str | None, str]:
    """Rank and name of a signer's line: ("Đại tá", "Thạch Sơn Hùng"); the whole line where there is no rank."""
    stripped = text.strip(" .,;:*_-\"'()[]|")
    match = _RANK.match(stripped) or _FORCES_RANK.match(aligned(stripped))
    if match:
        return stripped[: match.end("rank")].strip(" ,-"), stripped[match.end() :].strip()
    return None, stripped


LONG_SURNAMES = ("nguyen", "huynh", "truong", "hoang", "duong", "phan", "pham", "tran")  # 4 of 5 people


def _name_score(name: str) -> float:
    words = name.split()
    if not 2 <= len(words) <= 6 or len(name) > 45:
        return 0.0
    if not all(_SYLLABLE.match(word) for word in words):
        return 0.0
    shape = name.istitle() or all(word[0].isupper() and word[1:] == word[1:].lower() for word in words)
    score = 0.0
    if shape:
        score += 0.45
    elif name.isupper():
        if len(words) < 3 or not (name.isascii() or words[0].capitalize() in _marked_surnames()):
            return 0.0  # "NHÂN DÂN" under "TM. HỘI ĐỒNG", "QUÂN SỰ TỈNH", "TỔ CHỦ TỊCH"
        score += 0.2
    elif words[0][0].isupper() and words[-1][0].isupper():
        score += 0.15
    else:
        return 0.0
    first, two = plain(words[0]), plain(" ".join(words[:2]))
    if two in _surnames() or first in _surnames():
        score += 0.4
    elif 3 <= len(words) <= 4 and within(first, LONG_SURNAMES, 1) is not None:
        score += 0.25  # "Nguyễế", "Phaạm": what a seal made of one letter
    if 3 <= len(words) <= 4:
        score += 0.15
    elif len(words) == 2:
        score += 0.05
    whole = plain(name)
    if _position_at(whole) or any(whole.startswith(word) for word in _BODY_WORDS):
        score -= 0.6
    own = shape and 3 <= len(words) <= 4 and words[0] in _marked_surnames() and not _BODIES_LIKE_NAMES.match(whole)
    if _NOT_NAMES.match(whole) and not own:
        score -= 0.7
    return max(0.0, min(1.0, score))


@cache
def _marked_surnames() -> frozenset[str]:
    return frozenset(row[0] for row in load_table("surnames"))


# "Đoàn Văn Hùng", "Lưu Thị Mai", "Bàn Văn Đức" are people, "Đoàn Thanh Niên", "Lưu Văn Thư" are not.
_BODIES_LIKE_NAMES = re.compile(
    r"doan (?:thanh nien|truong|khoi|xa|phuong|huyen|tinh|co so|dai bieu|kinh te|luat su|cong tac|giam sat|kiem tra)"
    r"|luu van (?:thu|phong)|luu (?:ho so|tru)|hoi |so "
)
_NOT_NAMES = re.compile(
    r"(?:van phong|phong|so|bo|ban|uy ban|hoi|doan|truong (?:tieu|trung|mam|thpt|thcs)|noi nhan|luu|"
    r"kinh gui|viet nam|tinh|huyen|xa|thanh pho|cong an|"
    r"mat tran|trung tam|benh vien|chi cuc|cuc|doc lap|tu do|hanh phuc|cong hoa|ke hoach|tong|cac|nhu tren|"
    r"thuong truc|lanh dao)(?![a-z])"
)


# --- the block -------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def authority_likeness(text: str) -> float:
    """How much a line looks like a power or position above a signature, from 0 to 1.

    >>> authority_likeness("KT. CHỦ TỊCH") > 0.9 < authority_likeness("TM. ỦY BAN NHÂN DÂN")
    True
    """
    kind = _kind(text)
    if kind in ("power", "position"):
        capitals = sum(map(str.isupper, text)) / max(1, sum(map(str.isalpha, text)))
        return 0.97 if capitals > 0.6 else 0.6 if kind == "power" else 0.45
    if kind == "body":
        return 0.7
    return 0.0


_Kind = Literal["power", "position", "body", "name", "signed", "other"]


def _kind(text: str) -> _Kind:
    """What one line of a signature block is by its own words."""
    line = plain(text).strip(" *_|.")
    if not line or _SIGNED.match(line):
        return "signed"
    if len(line) > 110:
        return "other"
    power = _POWER.match(line + " ")
    if power:
        rest = line[power.end() :]
        if (
            _position_at(rest)
            or any(rest.startswith(word) for word in _BODY_WORDS)
            or text.strip()[:2].isupper()
        ):
            return "power"
    acting = _ACTING.match(line)
    core = line[acting.end() :] if acting and acting.end() < len(line) else line
    position = _position_at(core)
    if position and not core.startswith(position) and not _mostly_capitals(text):
        position = None  # "hạm Trường Thọ" is a name that a seal cut, no "Hạt trưởng"
    if position and _mostly_capitals(" ".join(text.split()[: len(position.split())])):
        return "position"
    if any(line.startswith(word) for word in _BODY_WORDS) and _mostly_capitals(text):
        return "body"
    if name_likeness(text) >= 0.6:
        return "name"
    if position and len(core.split()) <= 6:
        return "position"
    return "other"


def _mostly_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) >= 0.6 * len(letters)


@dataclass
class _Draft:
    authority: list[tuple[int, str]] = field(default_factory=list)
    title: list[tuple[int, str]] = field(default_factory=list)
    name: tuple[int, str] | None = None


_RECIPIENTS_WORDS = re.compile(r"N[ơo]i nh[ậâạa]n\s*[:;.]")
_COLUMNS = re.compile(r"\s{4,}|\t+")
_SPACES = re.compile(r"\s+")


def parse_signature_lines(lines: Sequence[str]) -> tuple[SignatureBlock, ...]:
    """The signers in the lines of a signature block, in printed order; () where there is none.

    Two columns on one line must be four spaces or a tab apart. Seals, "(Đã ký)" and noise are passed over.

    >>> block, = parse_signature_lines(["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Trần Thị Mai"])
    >>> block.authority, block.title, block.name
    ('TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH', 'PHÓ CHỦ TỊCH', 'Trần Thị Mai')
    """
    columns = _columns(lines)
    found: list[SignatureBlock] = []
    for column in columns:
        found.extend(_read_column(column))
    return tuple(found)


def two_names(line: str) -> tuple[str, str] | None:
    """The names of two signers side by side, read as one line; None for one name.

    >>> two_names("Phạm Hữu Nghĩa Trần Thị Cẩm Tú")
    ('Phạm Hữu Nghĩa', 'Trần Thị Cẩm Tú')
    """
    words = line.split()
    best: tuple[float, int, str, str] = (0.0, 0, "", "")
    for cut in range(2, len(words) - 1) if LONGEST_NAME < len(words) <= 2 * LONGEST_NAME else ():
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        if plain(words[cut]) not in _MIDDLE:
            best = max(best, (min(name_likeness(left), name_likeness(right)), -abs(len(words) - 2 * cut), left, right))
    return best[2:] if best[0] >= SIDE_BY_SIDE else None


LONGEST_NAME = 5  # syllables: "Nguyễn Thị Hoàng Mai Lan"
_MIDDLE = ("thi", "van")  # family names of few, middle names of millions


SIDE_BY_SIDE = 0.9  # likeness of both names; one name of six syllables never gives two family names


def _two_positions(line: str) -> tuple[str, str] | None:
    """Two powers or positions side by side, read as one line: "CHỦ TỊCH GIÁM ĐỐC", not "CHỦ TỊCH HỘI ĐỒNG"."""
    words = line.split()
    for cut in range(1, len(words)):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        if _kind(left) in ("power", "position", "body") and (
            _kind(right) == "power" or _position_at(plain(right)) is not None
        ):
            return left, right
    return None


def _columns(lines: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Split lines of two columns where every telling line is split; else one column."""
    lines = [_RECIPIENTS_WORDS.sub(" ", line) for line in lines]  # the foot's other column, merged in
    named = next((index for index, line in enumerate(lines) if two_names(line)), None)
    if named is not None:
        return _merged_columns(lines, named)
    parted = [[part for part in _COLUMNS.split(line.strip()) if part.strip()] for line in lines]
    double = [
        parts
        for parts in parted
        if len(parts) == 2 and all(_kind(part) not in ("other", "signed") for part in parts)
    ]
    if not double:
        return [[(index, _SPACES.sub(" ", line).strip()) for index, line in enumerate(lines) if line.strip()]]
    left: list[tuple[int, str]] = []
    right: list[tuple[int, str]] = []
    for index, (line, parts) in enumerate(zip(lines, parted, strict=True)):
        if len(parts) == 2:
            left.append((index, parts[0].strip()))
            right.append((index, parts[1].strip()))
        elif parts:
            indent = len(line) - len(line.lstrip())
            (right if indent > 20 else left).append((index, _SPACES.sub(" ", line).strip()))
    return [left, right]


def _merged_columns(lines: Sequence[str], named: int) -> list[list[tuple[int, str]]]:
    """Two signers whose columns were merged: lines cut where both halves are positions; what cannot be cut is left
    out, since it is neither's."""
    left: list[tuple[int, str]] = []
    right: list[tuple[int, str]] = []
    for index, line in enumerate(lines[: named + 1]):
        pair = two_names(line) if index == named else _two_positions(line)
        if pair is not None:
            left.append((index, pair[0]))
            right.append((index, pair[1]))
    return [left, right]


def _read_column(column: Sequence[tuple[int, str]]) -> list[SignatureBlock]:
    drafts = [_Draft()]
    for index, line in column:
        draft = drafts[-1]
        for piece, kind in _pieces(line):
            if kind in ("power", "body", "position") and draft.name is not None:
                draft = _Draft()
                drafts.append(draft)
            if kind == "power":
                # a power after a position: the position above was part of the powers ("TM. UBND / CHỦ TỊCH / TL. ...")
                draft.authority.extend(draft.title)
                draft.title = []
                draft.authority.append((index, piece))
            elif kind == "body":
                (draft.title if draft.title else draft.authority).append((index, piece))
            elif kind == "position" or (
                kind == "other" and draft.authority and not draft.title and _is_stamped_over(piece)
            ):
                draft.title.append((index, piece))
            elif kind == "name" and (draft.title or draft.authority) and draft.name is None:
                draft.name = (index, piece)
            elif (
                kind == "other"
                and draft.authority
                and not draft.title
                and draft.name is None
                and _mostly_capitals(piece)
                and not _SCRAPS.search(piece)
            ):
                draft.authority.append((index, piece))  # "TM. ỦY BAN NHÂN DÂN" / "XÃ TRÀ LÂM"
            elif (
                kind == "other"
                and draft.title
                and draft.name is None
                and piece.isupper()
                and not any(map(str.isdecimal, piece))
                and index == draft.title[-1][0] + 1
                and (_stands_open(draft.title[-1][1]) or len(piece) > 6)
                and (_continues_title(piece) or _is_cut_off(draft.title[-1][1]))
            ):
                draft.title.append((index, piece))
    return [
        _block(draft)
        for draft in drafts
        if draft.title
        or (draft.authority and (draft.name or any(_kind(text) == "power" for _, text in draft.authority)))
    ]


STAMPED_WORD = 4  # letters that a seal leaves of "PHÓ" or "P.", and one or two of its own


def _is_stamped_over(piece: str) -> bool:
    """Whether a line in capitals is a listed position behind a short word that none begins with: "TỔ CHỦ TỊCH"."""
    first, _, rest = plain(piece).partition(" ")
    return (
        _mostly_capitals(piece) and len(first) <= STAMPED_WORD and _position_at(rest) is not None
        and _POWER.match(first + " ") is None
    )


def lost_its_first_word(title: str) -> bool:
    """Whether a position begins with what a seal left of a word: whose it is cannot be said."""
    return _is_stamped_over(title) and _position_at(plain(title)) is None and not _ACTING.match(plain(title))


_SCRAPS = re.compile(r"^[^\W\d_](?:\s|$)|\s[.,;]\S")  # "r S .SI THƯ": what is left under a seal


def _stands_open(title: str) -> bool:
    """Whether a line of a position ends in a word that another must follow: "CHÁNH VĂN PHÒNG HĐND VÀ"."""
    return title.rstrip().endswith((",", "-", "&")) or plain(title).split()[-1:] in (["va"], ["cua"])


def _is_cut_off(title: str) -> bool:
    """Whether a position's own words began on its line, so that they may go on below: "TRƯỞNG PHÒNG VĂN"."""
    words = plain(title)
    position = _position_at(words)
    return position is not None and len(words) > len(position) + 1


@cache
def _listed() -> dict[str, str]:
    """Positions and bodies of a signature by their letters without marks, those alone that nothing else shares."""
    names = [row[0] for row in load_table("positions")] + ["Ủy ban nhân dân", "Hội đồng nhân dân", "Ban Chấp hành"]
    return {plain(name): name for name in names}


def _as_listed(piece: str) -> str:
    """A piece in capitals with the marks of the positions that it holds: "PHÓ GIÁM ĐÓC" is "PHÓ GIÁM ĐỐC". What a
    seal left behind it in small letters is cut off."""
    words = piece.split()
    while len(words) > 1 and _mostly_capitals(piece) and words[-1].islower() and len(words[-1]) < 4:
        words.pop()
    cut = _cut_position(" ".join(words))
    if cut is not None:
        return cut
    at = 0
    while at < len(words):
        for count in range(min(5, len(words) - at), 1, -1):
            found = " ".join(words[at : at + count])
            name = _listed().get(plain(found))
            if name is not None and found.isupper() and not found.isascii():  # without any marks it is left
                words[at : at + count] = _with_tones_of(name.upper(), found).split()
                at += count - 1
                break
        at += 1
    return " ".join(words)


def _cut_position(piece: str) -> str | None:
    """The one listed position in capitals that lost its first letters under a seal: "Ó CHỦ TỊCH" is "PHÓ CHỦ TỊCH"."""
    key = plain(piece)
    if not piece.isupper() or len(key) < 8 or key in _listed():
        return None
    whole = [name for listed, name in _listed().items() if listed.endswith(key) and 0 < len(listed) - len(key) <= 2]
    return whole[0].upper() if len(whole) == 1 else None


def _with_tones_of(listed: str, printed: str) -> str:
    """The listed spelling, unless the printed one only places its tones otherwise ("ỦY", "UỶ")."""
    return printed if fold(printed) == fold(listed) else listed


def _power_as_printed(text: str) -> str:
    """The powers with the point and letters that every office prints: "KT: ..." is "KT. ...", "GUQ. ..." "TUQ. ..."."""
    return _POWER_POINT.sub(r"\1.", re.sub(r"(?<!\w)GUQ(?=[.:,]\s)", "TUQ", text))


_POWER_POINT = re.compile(r"(?<!\w)(TM|KT|TL|TUQ)\s?[:,;](?=\s)")  # no office prints another sign after them


def _continues_title(piece: str) -> bool:
    return bool(
        re.match(
            r"(?:thuong truc|ubnd|uy ban|hdnd|hoi dong|phong|so|huyen|tinh|xa|thanh pho|phu trach)(?![a-z])",
            plain(piece),
        )
    )


def _block(draft: _Draft) -> SignatureBlock:
    rank, name = (None, None) if draft.name is None else split_rank(draft.name[1])
    doubt = None
    if name is None:
        doubt = "no name"
    elif _name_score(name) < 0.6:
        doubt = "unusual name"
    return SignatureBlock(
        _power_as_printed(" ".join(_as_listed(text) for _, text in draft.authority)) or None,
        " ".join(_as_listed(text) for _, text in draft.title) or None,
        name,
        rank,
        tuple(dict.fromkeys(index for index, _ in draft.authority)),
        tuple(dict.fromkeys(index for index, _ in draft.title)),
        () if draft.name is None else (draft.name[0],),
        doubt,
    )


_INNER_POSITION = re.compile(r"(?<=\s)(?=\S)")


def _power_pieces(line: str) -> list[tuple[str, _Kind]]:
    words = line.split()
    for count in range(min(5, len(words) - 2), 1, -1):
        head, tail = " ".join(words[:-count]), " ".join(words[-count:])
        if tail.istitle() and head.isupper() and name_likeness(tail) >= NAMED:
            return [*_pieces(head), (tail, "name")]  # "T/M BAN BÍ THƯ Trần Văn Nam"
    flat = aligned(line)
    power = _POWER.match(flat + " ")
    at = power.end() if power else 0
    own = _position_at(plain(flat[at:]))
    search_from = at + (len(own) if own else 0)
    likely: int | None = None
    for cut in _INNER_POSITION.finditer(line):
        if cut.start() <= search_from or (cut.start() - at < 6 and own is None):
            continue
        rest = line[cut.start() :]
        inner = _POWER.match(aligned(rest) + " ")
        if inner and _kind(rest) == "power":
            return [(line[: cut.start()].strip(), "power"), *_pieces(rest)]
        position = _position_at(plain(rest))
        before = plain(line[: cut.start()]).split()[-1]
        if position and rest[0].isupper() and before not in ("pho", "quyen", "doan", "tong"):
            if plain(rest).startswith(position):
                return [(line[: cut.start()].strip(), "power"), *_pieces(rest)]
            likely = likely or cut.start()  # "PHỦ THỦ TƯỚNG" is like "PHÓ THỦ TƯỚNG"; a listed one may follow
    if likely is not None:
        return [(line[:likely].strip(), "power"), *_pieces(line[likely:])]
    return [(line, "power")]


NAMED = 0.85  # likeness of three syllables in name case with a listed family name


def _pieces(line: str) -> list[tuple[str, _Kind]]:
    """A line cut where recognition merged several printed lines into one ("KT. CHỦ TỊCH PHÓ CHỦ TỊCH")."""
    line = line.strip(" *_|")
    kind = _kind(line)
    if kind == "power":
        return _power_pieces(line)
    if kind == "position":
        words = line.split()
        listed = _position_at(plain(line))
        taken = len(listed.split()) if listed else 0
        head, tail = " ".join(words[:taken]), " ".join(words[taken:])
        if taken and _mostly_capitals(head) and tail.istitle() and name_likeness(tail) >= 0.6:
            return [(head, "position"), (tail, "name")]
        for count in range(min(5, len(words) - 1), 1, -1):
            tail = " ".join(words[-count:])
            head = " ".join(words[:-count])
            if name_likeness(tail) >= 0.85 and not words[-count].isupper() and _position_at(plain(head)):
                return [(head, "position"), (tail, "name")]  # "CHỦ TỊCH Trần Thị Mai"
    return [(line, kind)]
