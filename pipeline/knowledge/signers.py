"""Signers: the block of signature with its powers, positions and names.

The trouble: "TM. ỦY BAN NHÂN DÂN" / "KT. CHỦ TỊCH" / "PHÓ CHỦ TỊCH" / name, with a seal between them; two
signers side by side.

What it never does: complete a name or a title. Lines that are neither are left out, not forced in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Literal

from pipeline.knowledge import bodies, persons, positions
from pipeline.knowledge.fuzzy import aligned, plain


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

_SIGNED = re.compile(
    r"[\s(\[{*]*(?:da ky|ky ten|(?:duoc )?ky boi|nguoi ky|ky, |chu ky|dong dau|email|co quan:|thoi gian ky|signed|"
    r"ngay ky|signature|validity unknown)"
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


LONGEST_LINE = 110  # characters of one power, position or name
FOLD = " —"  # what a fold of the sheet is read as around the print
_Kind = Literal["power", "position", "body", "name", "signed", "other"]


# "KT, TTTT, TTPVHCC;": codes of offices among the recipients, not "KT, CHỦ TỊCH" with a misread point
_OFFICES = re.compile(r"[A-ZĐ]{1,3}\s*,\s*[A-ZĐ&]{1,9}\s*(?:[,;.]|$)")


def _kind(text: str) -> _Kind:
    """What one line of a signature block is by its own words."""
    line = plain(text.strip(FOLD)).strip(" *_|.")
    if not line or _SIGNED.match(line):
        return "signed"
    if len(line) > LONGEST_LINE or _OFFICES.match(text.strip()):
        return "other"
    power = positions.POWER.match(line + " ")
    if power:
        rest = line[power.end() :]
        if (
            positions.position_at(rest)
            or any(rest.startswith(word) for word in positions.BODY_WORDS)
            or text.strip()[:2].isupper()
        ):
            return "power"
    if positions.APPROVES.match(line) and positions.mostly_capitals(text):
        return "power"
    acting = positions.ACTING.match(line)
    core = line[acting.end() :] if acting and acting.end() < len(line) else line
    position = positions.position_at(core)
    if position and not core.startswith(position) and not positions.mostly_capitals(text):
        position = None  # "hạm Trường Thọ" is a name that a seal cut, no "Hạt trưởng"
    if position and positions.mostly_capitals(" ".join(text.split()[: len(position.split())])):
        return "position"
    if any(line.startswith(word) for word in positions.BODY_WORDS) and positions.mostly_capitals(text):
        return "body"
    if persons.name_likeness(text) >= 0.6:
        return "name"
    if position and len(core.split()) <= 6:
        return "position"
    return "other"


@dataclass
class _Draft:
    authority: list[tuple[int, str]] = field(default_factory=list)
    title: list[tuple[int, str]] = field(default_factory=list)
    name: tuple[int, str] | None = None


_RECIPIENTS_WORDS = re.compile(r"N[ơo]i nh[ậâạa]n\s*[:;.]")
_COLUMNS = re.compile(r"\s{4,}|\t+")


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


def positions_beside(line: str) -> tuple[str, ...]:
    """Powers or positions side by side, read as one line: "CHỦ TỊCH GIÁM ĐỐC", not "CHỦ TỊCH HỘI ĐỒNG"; () for one."""
    words = line.split() if len(line) <= persons.MOST_SIGNERS * LONGEST_LINE else []
    for cut in range(1, len(words)):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        if _kind(left) in ("power", "position", "body") and (
            _kind(right) == "power" or positions.position_at(plain(right)) is not None
        ):
            return left, *(positions_beside(right) or (right,))
    return ()


def with_position_at_end(line: str) -> tuple[str, str] | None:
    """The rest of one's position and the position of another that were read as one line in capitals."""
    words = line.split() if positions.mostly_capitals(line) and _kind(line) == "other" else []
    for cut in range(1, len(words)):
        right = " ".join(words[cut:])
        if positions.position_at(plain(right)) == plain(right):
            return " ".join(words[:cut]), right
    return None


def _bodies_beside(line: str, count: int) -> tuple[str, ...]:
    """The names of `count` bodies side by side: "VIỆN KIỂM SÁT ND TỈNH CÔNG AN TỈNH TÒA ÁN ND TỈNH"; () for another
    number."""
    words = line.split()
    if not positions.mostly_capitals(line) or len(words) > MOST_BODY_WORDS:
        return ()
    parted = (
        tuple(" ".join(words[start:end]) for start, end in pairwise([0, *cuts, len(words)]))
        for cuts in combinations(range(2, len(words) - 1), count - 1)
    )
    named = ((min(map(bodies.looks_like_body, parts)), parts) for parts in parted)
    likeness, best = max(named, default=(0.0, ()))
    return best if likeness >= LIKE_BODY else ()


MOST_BODY_WORDS, LIKE_BODY = 18, 0.6  # of a row; a name alone, of which nothing is left over


def _columns(lines: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Split lines of two columns where every telling line is split; else one column."""
    lines = [_RECIPIENTS_WORDS.sub(" ", line) for line in lines]  # the foot's other column, merged in
    alone = sum(_kind(line) == "name" for line in lines) <= 1  # else the other signer's name stands on its own line
    least = TWO_SHORT_NAMES if alone and any(map(_is_doubled, lines)) else persons.LONGEST_NAME + 1
    named = next(
        (i for i, line in enumerate(lines) if not _COLUMNS.search(line.strip()) and persons.names_beside(line, least)),
        None,
    )
    if named is not None:
        return _merged_columns(lines, named, least)
    parted = [[part for part in _COLUMNS.split(line.strip()) if part.strip()] for line in lines]
    double = [
        parts
        for parts in parted
        if len(parts) == 2 and all(_kind(part) not in ("other", "signed") for part in parts)
    ]
    if not double:
        return [[(index, " ".join(line.split())) for index, line in enumerate(lines) if line.strip()]]
    left: list[tuple[int, str]] = []
    right: list[tuple[int, str]] = []
    for index, (line, parts) in enumerate(zip(lines, parted, strict=True)):
        if len(parts) == 2:
            left.append((index, parts[0].strip()))
            right.append((index, parts[1].strip()))
        elif parts:
            indent = len(line) - len(line.lstrip())
            (right if indent > 20 else left).append((index, " ".join(line.split())))
    return [left, right]


TWO_SHORT_NAMES = 4  # syllables of two names on one line, where two positions on one line are sure


def _is_doubled(line: str) -> bool:
    """Whether two powers, or two positions, were read as one line: "KT. GIÁM ĐỐC KT. GIÁM ĐỐC", "KT. GIÁM ĐỐC GIÁM
    ĐỐC"; "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" is one signer's."""
    beside = () if _COLUMNS.search(line.strip()) else positions_beside(line)
    if len(beside) != 2:
        return False
    one, other = map(_kind, beside)
    power = positions.POWER.match(plain(beside[0]) + " ")
    again = power is not None and plain(beside[0])[power.end() :] == plain(beside[1])
    return one == other != "body" or again or (one, other) == ("position", "power")


def _merged_columns(lines: Sequence[str], named: int, least: int) -> list[list[tuple[int, str]]]:
    """Signers whose columns were merged: lines cut where all parts are positions. What cannot be cut is the one's who
    has no position yet, and left out where that may be another's."""
    names = persons.names_beside(lines[named], least)
    sides: tuple[list[tuple[int, str]], ...] = tuple([] for _ in names)
    for index, line in enumerate(lines[: named + 1]):
        parts = names if index == named else positions_beside(line)
        if len(parts) != len(sides):
            parts = _bodies_beside(line, len(sides))
        if parts:
            for side, part in zip(sides, parts, strict=True):
                side.append((index, part))
            continue
        rest = with_position_at_end(line) if len(sides) == 2 and all(sides) else None
        if rest is not None:  # "BHXH HUYỆN CHỦ TỊCH" under "GIÁM ĐỐC TM. BAN THƯỜNG VỤ"
            for side, part in zip(sides, rest, strict=True):
                side.append((index, part))
            continue
        open_sides = [side for side in sides if side and not any(_kind(text) == "position" for _, text in side)]
        if len(open_sides) == 1 and index > 0:
            open_sides[0].append((index, line.strip()))
    return list(sides)


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
                if draft.authority and all(positions.APPROVES.match(plain(text)) for _, text in draft.authority):
                    draft.authority = []  # "DUYỆT CỦA CHI ỦY" / "TM. BAN CHẤP HÀNH": nobody has signed it
                draft.authority.append((index, piece))
            elif kind == "body" or (
                kind == "other" and not (draft.authority or draft.title or draft.name) and piece.isupper()
                and bodies.looks_like_body(piece) >= LIKE_BODY
            ):
                (draft.title if draft.title else draft.authority).append((index, piece))
            elif kind == "position" and not draft.title and draft.authority and draft.authority[-1][1].endswith(","):
                draft.authority.append((index, piece))  # "KT. BỘ TRƯỞNG," / "CHỦ NHIỆM" are two offices of one man
            elif kind == "position" or (
                kind == "other" and draft.authority and not draft.title
                and (positions.is_stamped_over(piece) or positions.is_cut(piece))
            ):
                draft.title.append((index, piece))
            elif kind == "name" and (draft.title or draft.authority) and draft.name is None:
                draft.name = (index, piece)
            elif (
                kind == "other"
                and draft.authority
                and not draft.title
                and draft.name is None
                and piece.isupper()
                and "_" not in piece
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
                and (positions.stands_open(draft.title[-1][1]) or len(piece) > 6 or len(draft.title[-1][1]) > FULL_LINE)
                and (positions.continues_title(piece) or positions.is_cut_off(draft.title[-1][1]))
            ):
                draft.title.append((index, piece))
    return [
        _block(draft)
        for draft in drafts
        if draft.title
        or (draft.authority and (draft.name or any(_kind(text) == "power" for _, text in draft.authority)))
    ]


FULL_LINE = 22  # letters of a position that fill its column: "TRƯỞNG PHÒNG QUẢN LÝ NĂNG" / "LƯỢNG"
_SCRAPS = re.compile(r"^[^\W\d_](?:\s|$)|\s[.,;]\S")  # "r S .SI THƯ": what is left under a seal


def _block(draft: _Draft) -> SignatureBlock:
    rank, name = (None, None) if draft.name is None else persons.split_rank(draft.name[1])
    doubt = None
    if name is None:
        doubt = "no name"
    elif persons.name_score(name) < 0.6:
        doubt = "unusual name"
    return SignatureBlock(
        positions.power_as_printed(" ".join(positions.as_listed(text) for _, text in draft.authority)) or None,
        " ".join(positions.as_listed(text) for _, text in draft.title) or None,
        name,
        rank,
        tuple(dict.fromkeys(index for index, _ in draft.authority)),
        tuple(dict.fromkeys(index for index, _ in draft.title)),
        () if draft.name is None else (draft.name[0],),
        doubt,
    )


_INNER_POSITION = re.compile(r"(?<=\s)(?=\S)")


def _power_pieces(line: str) -> list[tuple[str, _Kind]]:
    if positions.APPROVES.match(plain(line)):
        return [(line, "power")]  # "XÁC NHẬN CỦA NHÀ TRƯỜNG": what stands behind names who approves
    words = line.split()
    for count in range(min(5, len(words) - 2), 1, -1):
        head, tail = " ".join(words[:-count]), " ".join(words[-count:])
        if tail.istitle() and head.isupper() and persons.name_likeness(tail) >= NAMED:
            return [*_pieces(head), (tail, "name")]  # "T/M BAN BÍ THƯ Trần Văn Nam"
    flat = aligned(line)
    power = positions.POWER.match(flat + " ")
    at = power.end() if power else 0
    own = positions.position_at(plain(flat[at:]))
    search_from = at + (len(own) if own else 0)
    likely: int | None = None
    for cut in _INNER_POSITION.finditer(line):
        if cut.start() <= search_from or (cut.start() - at < 6 and own is None):
            continue
        rest = line[cut.start() :]
        inner = positions.POWER.match(aligned(rest) + " ")
        if inner and _kind(rest) == "power":
            return [(line[: cut.start()].strip(), "power"), *_pieces(rest)]
        position = positions.position_at(plain(rest))
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
    line = line.strip(FOLD + " *_|")
    kind = _kind(line)
    if kind == "power":
        return _power_pieces(line)
    if kind == "position":
        words = line.split()
        listed = positions.position_at(plain(line))
        taken = len(listed.split()) if listed else 0
        head, tail = " ".join(words[:taken]), " ".join(words[taken:])
        if taken and positions.mostly_capitals(head) and tail.istitle() and persons.name_likeness(tail) >= 0.6:
            return [(head, "position"), (tail, "name")]
        for count in range(min(5, len(words) - 1), 1, -1):
            tail = " ".join(words[-count:])
            head = " ".join(words[:-count])
            named = persons.name_likeness(tail) >= NAMED and not words[-count].isupper()
            if named and positions.position_at(plain(head)):
                return [(head, "position"), (tail, "name")]  # "CHỦ TỊCH Trần Thị Mai"
    return [(line, kind)]
