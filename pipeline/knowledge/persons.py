"""Names of persons and the ranks before them: "Đại tá Nguyễn Văn A", "BS.CKII. K'Brép".

The trouble: a name looks like the name of a body or a place in capitals; ranks come in dozens of short forms, their
marks lost; the highlands have family names of one letter.

The evidence, in order of trust: the table of family names, the shape of the words, words that only bodies have.

What it never does: complete a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline.knowledge import positions
from pipeline.knowledge.fuzzy import aligned, plain, within
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import is_syllable


@cache
def surname_keys() -> frozenset[str]:
    """The listed family names by their bare small letters."""
    return frozenset(plain(row[0]) for row in load_table("surnames"))


_ACADEMIC = (
    r"(?:gs|pgs|ts|ths|th\.s|bs|cn|ks|ls|ds|nsnd|ns[uư]t|ngnd|ng[uư]t|ttnd|tt[uư]t|ckii?|ck\.?\s?\d|bsckii?|dsckii?)"
    r"(?:\s?\.\s?|\s|\s?-\s?|,\s?)"
)

_RANK = re.compile(
    r"(?P<rank>(?:(?:(?:đại|thượng|trung|thiếu)\s+(?:tướng|tá|úy|uý)|thiếu tướng|giáo sư|phó giáo sư|"
    r"tiến sĩ|thạc sĩ|thạc sỹ|"
    r"bác sĩ|bác sỹ|dược sĩ|kỹ sư|cử nhân|luật sư|đồng chí|đ/c|ông|"
    r"bà)[\s,.:]+|" + _ACADEMIC + r"){1,4})(?=[^\W\d_])",
    re.IGNORECASE,
)

# The ranks of the armed forces and the police, their marks lost or wrong: "Trung tấ", "TRUNG TA".
# A seal makes "Đại jấ" of "Đại tá": believed before a name of three syllables.
_FORCES_RANK = re.compile(
    r"(?P<rank>(?:dai|thuong|trung|thieu)\s+(?:tuong|ta|uy))\s+(?=[a-z]+\s+[a-z])"
    r"|(?P<worn>(?:dai|thuong|thieu)\s+[fijlr1]a)\s+(?=[a-z]+\s+[a-z]+\s+[a-z]+$)"
    r"|(?P<cut>(?:h?ieu|h?uong|r?ung|ai)\s+(?:tuong|ta|uy))\s+(?=[a-z]+\s+[a-z]+\s+[a-z]+$)"  # its start is under it
)

_SYLLABLE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-])*\Z")


@lru_cache(maxsize=2048)
def name_likeness(text: str) -> float:
    """How much a line looks like a Vietnamese person's name, with or without a rank before it, from 0 to 1.

    >>> name_likeness("Trần Quốc Bảo") > 0.8 > 0.3 > name_likeness("Tổ chức thực hiện")
    True
    """
    rank, name = split_rank(text)
    score = name_score(name)
    # an officer's family name need not be listed: "Thượng tá A Thút Rơ Mah"
    return max(score, OFFICER) if score >= SHAPED and rank is not None and _OFFICER.match(rank) else score


SHAPED, OFFICER = 0.45, 0.9  # likeness of words in name case, and of the same behind the rank of an officer
_OFFICER = re.compile(r"(?:đại|thượng|trung|thiếu)\s+(?:tướng|tá|úy|uý)", re.IGNORECASE)


def split_rank(text: str) -> tuple[str | None, str]:
    """Rank and name of a signer's line: ("Đại tá", "Thạch Sơn Hùng"); the whole line where there is no rank."""
    stripped = text.strip(" .,;:*_-\"'()[]|")
    match = _RANK.match(stripped) or _FORCES_RANK.match(aligned(stripped))
    if match:
        end = max(match.end(name) for name in match.re.groupindex)
        return stripped[:end].strip(" ,-:"), stripped[match.end() :].strip()
    worn = _WORN_DEGREE.match(stripped)
    if worn is not None and name_score(stripped[worn.end() :]) >= WHOLE_NAME:
        return stripped[: worn.end()].strip(), stripped[worn.end() :]
    return None, stripped


# Degrees with a letter or a point misread: "RS.CKH. Lê Thị Mộng Tuyền", "BSCKIU". Believed before a whole name only.
_WORN_DEGREE = re.compile(
    r"[A-ZĐ]{2}(?:[A-ZĐ]?\.\s?[A-ZĐ]{2,5}|CK[A-ZĐ]{1,3})[.,]?\s+(?=[^\W\d_]+\s+[^\W\d_]+\s+[^\W\d_])"
)
WHOLE_NAME = 0.95

LONG_SURNAMES = ("nguyen", "huynh", "truong", "hoang", "duong", "phan", "pham", "tran")  # 4 of 5 people


def name_score(name: str) -> float:
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
    if two in surname_keys() or first in surname_keys():
        score += 0.4
    elif 3 <= len(words) <= 4 and within(first, LONG_SURNAMES, 1) is not None:
        score += 0.25  # "Nguyễế", "Phaạm": what a seal made of one letter
    elif shape and _CLAN.match(words[0]) and len(words) <= 4:
        score += 0.35  # "H’Nhung Ayŭn", "K'Brép Mlô"
    if 3 <= len(words) <= 4:
        score += 0.15
    elif len(words) == 2:
        score += 0.05
    whole = plain(name)
    if positions.position_at(whole) or any(whole.startswith(word) for word in positions.BODY_WORDS):
        score -= 0.6
    own = shape and 3 <= len(words) <= 4 and words[0] in _marked_surnames() and not _BODIES_LIKE_NAMES.match(whole)
    if _NOT_NAMES.match(whole) and not own:
        score -= 0.7
    return max(0.0, min(1.0, score))


# What stands before the own name of men and women of the highlands; "Y" alone is among the surnames.
_CLAN = re.compile(r"[HKY]['’‘][A-ZĐ]")


@cache
def _marked_surnames() -> frozenset[str]:
    return frozenset(row[0] for row in load_table("surnames"))


def is_surname(word: str) -> bool:
    """Whether a word is a listed family name, marks and all."""
    return word in _marked_surnames()


def lacks_its_beginning(name: str) -> bool:
    """Whether what was read of a name cannot be the whole: it begins with "Thị", or its two syllables with no family
    name, or the second of them is no syllable. Names of the highlands are left alone.

    >>> [lacks_its_beginning(name) for name in ("Thị Diễm Châu", "Viết Khoan", "Hoàng Quo", "Tô Lâm", "Y Bun")]
    [True, True, True, False, False]
    """
    words = name.split()
    if words and words[0] == "Thị":
        return True
    if len(words) != 2 or len(words[0]) == 1 or "'" in name or "’" in name:
        return False
    return words[0] not in _marked_surnames() or not is_syllable(words[1])


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


LONGEST_NAME = 5  # syllables: "Nguyễn Thị Hoàng Mai Lan"


def names_beside(line: str, least: int = LONGEST_NAME + 1) -> tuple[str, ...]:
    """The names of two or three signers side by side, with their ranks, read as one line; () for one name, and under
    `least` syllables.

    >>> names_beside("Phạm Hữu Nghĩa Trần Thị Cẩm Tú")
    ('Phạm Hữu Nghĩa', 'Trần Thị Cẩm Tú')
    >>> names_beside("Lê Chí Bền Đại tá: Phan Văn Mười Võ Thị Lan")
    ('Lê Chí Bền', 'Đại tá: Phan Văn Mười', 'Võ Thị Lan')
    """
    words = line.split()
    if not least <= len(words) <= MOST_SIGNERS * (LONGEST_NAME + LONGEST_RANK):
        return ()
    if len(split_rank(line)[1].split()) < min(len(words), least):
        return ()  # one name behind a rank
    for count in range(2, MOST_SIGNERS + 1):
        found = sorted(_partings(tuple(words), count), key=lambda parts: (_evenness(parts), parts))
        if found and not (len(found) > 1 and len(words) <= LONGEST_NAME):
            return found[0]  # of a few syllables nothing tells whose the middle one is
    return ()


def _partings(words: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
    """All ways to part words into `count` names."""
    if count == 1:
        own = " ".join(words)
        short = 2 <= len(split_rank(own)[1].split()) <= LONGEST_NAME and plain(words[0]) not in _MIDDLE
        return [(own,)] if short and name_likeness(own) >= SIDE_BY_SIDE else []
    return [
        (*first, *rest)
        for cut in range(2, min(len(words) - 1, LONGEST_NAME + LONGEST_RANK + 1))
        if plain(words[cut - 1]) not in _MIDDLE  # no name ends with "Thị" either
        for first in _partings(words[:cut], 1)
        for rest in _partings(words[cut:], count - 1)
    ]


def _evenness(parts: Sequence[str]) -> int:
    lengths = [len(split_rank(part)[1].split()) for part in parts]
    return max(lengths) - min(lengths)


MOST_SIGNERS = 3
LONGEST_RANK = 3  # words: "PGS. TS. BS."
_MIDDLE = ("thi", "van")  # family names of few, middle names of millions

SIDE_BY_SIDE = 0.9  # likeness of both names; one name of six syllables never gives two family names
