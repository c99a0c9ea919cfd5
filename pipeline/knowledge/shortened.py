"""Abbreviations in the names of bodies, written out: "UBND", "GD&ĐT", "BCĐ".

The trouble: they are ambiguous (TT, CT, TP), glued to the next word, damaged by recognition ("ƯBNĐ"), joined by "&".

The evidence, in order of trust: the table of abbreviations, the words of their context in the same text.

What it never does: write out one that may be two things."""

from __future__ import annotations

import re
from functools import cache

from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import is_syllable


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

_DAMAGED = (
    (re.compile(r"(?<!\w)[UƯỦÚ]\s?BN[DĐ](?!\w)"), "UBND"),
    (re.compile(r"(?<!\w)H[ĐD]N[DĐ](?!\w)"), "HĐND"),
)

# "Uỷ ban ND xã", "Hội ND": no rows of the table, where restoration would take "ND" for it in place of "NĐ"
_BY_WORD_BEFORE = re.compile(
    r"(?<!\w)(?P<before>(?i:(?P<people>[ủu][yỷ] ban|hội đồng|tòa án|toà án|kiểm sát)|hội) )ND(?!\w)"
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
    text = _BY_WORD_BEFORE.sub(_with_people, text)
    text = _GLUED.sub(r"\1 ", text)
    text = re.sub(r"(?<!\w)TT\.\s?(?=\S)", "TT ", text)
    text = _TOWNSHIP.sub(r"\1thị trấn", text)
    pattern, rows = _abbreviations()
    text = _JOINED.sub(lambda pair: _known_pair(pair, rows), text)
    whole = text
    capitals = in_capitals(text)
    left = False

    def full(match: re.Match[str]) -> str:
        nonlocal left
        if capitals and _is_word_of_name(match):
            return match.group()
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


_BEHIND_LETTER = re.compile(r"[^\W\d_] \Z")
_WHOSE = re.compile(r"\s(?:TỈNH|HUYỆN|QUẬN|XÃ|PHƯỜNG|THÀNH PHỐ|THỊ XÃ|THỊ TRẤN|TP|TX)(?!\w)")


def _is_word_of_name(match: re.Match[str]) -> bool:
    """Whether in a line of capitals an abbreviation that is a syllable too ends a name: "TRƯỜNG MẦM NON SƠN CA"."""
    if not is_syllable(match.group()) or _WHOSE.match(match.string, match.end()):
        return False
    return _BEHIND_LETTER.search(match.string, 0, match.start()) is not None


def _stands_near(word: str, text: str, match: re.Match[str]) -> bool:
    """Whether a word of context stands in the text, "... word" right before the abbreviation; "-" never does."""
    if word == "-":
        return False
    if word.startswith("..."):
        return bool(re.search(rf"(?<!\w){re.escape(word[3:])}\s\Z", text[: match.start()], re.IGNORECASE))
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def _with_people(found: re.Match[str]) -> str:
    full = f"{found['before']}{'nhân dân' if found['people'] else 'Nông dân'}"
    return full.upper() if found["before"].isupper() else full


def _known_pair(pair: re.Match[str], rows: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]) -> str:
    """ "NN VÀ PTNT" as "NN&PTNT" where that is in the table, else as it stands."""
    joined = f"{pair[1]}&{pair[2]}"
    return joined if joined in rows else pair.group()

_LEFT_SHORT = re.compile(r"(?<!\w)[A-ZĐ]{1,4}&[A-ZĐ]{1,6}(?!\w)")


def _spells_out(text: str) -> bool:
    """Whether a text has a sign "&" that is not inside an abbreviation nobody expanded ("QH&PT")."""
    return "&" in text and _LEFT_SHORT.search(text) is None


def in_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) >= 0.7 * len(letters)
