"""Marks that open a numbered paragraph: "I.", "1.1", "a)", "đ)", "(11)", "Điều 3.", "-".

The trouble: "I." is Roman one, the letter i or an Arabic 1 read wrong; "đ)" comes back as "d)" or the
other way round; a wrapped line begins with a number that is no label ("12 tháng đầu năm"). One line
alone cannot settle that, so `markers` gives every possible reading, most likely first, and the outline
chooses by `sequence`.

What it never does: change a label that is printed soundly. A reading that assumes a fault of the
recogniser says so in `doubt`, and stands beside the reading as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.numerals import DIGIT_FAULTS, WORD_NUMERALS, roman_readings, roman_value

Family = Literal[
    "part", "chapter", "annex", "item", "article", "roman", "arabic", "letter", "paren", "bullet"
]

# Points of a list run a b c d đ e g h: no f, j, w, z (Nghị định 30/2020/NĐ-CP, annex I). Offices use f
# and leave đ out all the same, so `step` takes d -> e and e -> f for sound; ordinals count this row.
ALPHABET = "abcdđefghijklmnopqrstuvwxyz"
LETTERS = "abcdđeghiklmnopqrstuvxy"


@dataclass(frozen=True, slots=True)
class Marker:
    """One reading of the mark at the head of a line.

    `label` is the contract's form ("I", "2.3", "đ", "(1)", "Phần I", "Điều 3"), for a bullet the mark
    itself. `ordinals` are the numbers of its levels: (2, 3) for "2.3", (5,) for "đ", () for a bullet or an
    annex without a number. `shape` shows the kind of each level: "I", "1", "1.1", "I.1", "a", "A", "(1)".
    `punctuation` is what closes it (".", ")", "-", "", ...). `start` is where the mark begins, `text_start`
    where the paragraph's own text begins. `likelihood` from 0 to 1 is from the line alone. `doubt` names
    the fault assumed, None where the mark is read as printed.
    """

    family: Family
    label: str
    ordinals: tuple[int, ...]
    shape: str
    punctuation: str
    start: int
    text_start: int
    likelihood: float
    doubt: str | None = None

    @property
    def style(self) -> tuple[str, str]:
        """What the labels of one list share: shape and closing mark."""
        return (self.shape, self.punctuation)


# --- the patterns --------------------------------------------------------------------------------------

_CLOSE = r"(?P<close>\s?[.)\]}/:,;\-–—]{1,2}|)"  # "1/", "I-" and "1:" are printed; "," and "}" are faults
_WORDED = re.compile(
    r"(?P<word>phan|chuong|phu\s?luc|tieu\s?muc|muc|dieu|bieu\s?mau|bieu|mau)"
    r"(?P<gap>\s+(?:(?:so|thu)(?![a-z]))?\s*|)"
    r"(?P<numeral>[ivxlh1|!t]{1,6}[a-e]?(?![a-z0-9])|\d{1,3}[a-e]?(?!\d)"
    r"|(?:nhat|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|muoi)(?![a-z]))?" + _CLOSE
)
_WORD_FAMILY: dict[str, tuple[Family, str]] = {
    "phan": ("part", "Phần"),
    "chuong": ("chapter", "Chương"),
    "phuluc": ("annex", "Phụ lục"),
    "tieumuc": ("item", "Tiểu mục"),
    "muc": ("item", "Mục"),
    "dieu": ("article", "Điều"),
    "bieumau": ("annex", "Biểu mẫu"),
    "bieu": ("annex", "Biểu"),
    "mau": ("annex", "Mẫu"),
}
# "1.1.", "2.10.3", "1. 1." (a space the recogniser put in), "l.1"; a group of four digits is a year or amount
_ARABIC = re.compile(
    r"(?P<number>[0-9lI|]{1,3}(?:\s?[.,]\s?(?:[0-9]{1,3}|"
    r"[0-9lI|]{1,3}(?![^\W_]))(?![0-9])){0,4})(?![0-9])" + _CLOSE + r"(?P<after>\s|[^\W\d_]|[\"“(*]|$)"
)
_MIXED = re.compile(
    r"(?P<head>[IVX]{1,5}|[A-HĐ])(?P<tail>(?:\.\d{1,2}){1,3})(?![0-9])" + _CLOSE + r"(?=\s|[^\W\d_]|$)"
)
_ROMAN_TOKEN = re.compile(
    r"(?P<number>[IVXLlHTU1|!ivxÌÍⅠ-Ⅹ]{1,6})(?P<close>\s?[.)/:\-–—]{1,2}|,|)(?=\s|[^\W\d_]|[\"“(*]|$)"
)
_LETTER = re.compile(
    r"(?P<letter>[^\W\d_])(?P<close>\s?[.)\]}/](?:\s?-)?|\s?[-–—](?=\s))(?=\s|[^\W\d_]|[\"“(*]|$)"
)
_NUMBERED_LETTER = re.compile(
    r"(?P<letter>[a-zđ])\.?(?P<number>\d{1,2})(?P<close>[.)/])(?=\s|[^\W\d_]|$)"
    r"|(?P<before>\d{1,2}(?:\.\d{1,2})*)\.?(?P<under>[a-zđ])(?P<shut>[.)/])(?=\s|[^\W\d_]|$)"
)
_PAREN = re.compile(
    r"[(\[{]\s?(?P<inner>[0-9lI|]{1,3}|[a-zđ]|[ivx¡]{1,5}|[IVX]{1,5})\s?(?P<close>[)\]}])(?P<tail>[.:]?)"
)
_BULLET = re.compile(
    r"(?P<bullet>[-–—−‐+•●○◦▪■□▸►➢➤✓✔❖♦·*~_=\uf0b7\uf0a7\uf0d8\uf0fc\uf02d\uf076]{1,2}|"
    r"[oo](?=\s+[A-ZĐÀ-Ỹ]))(?P<space>\s*)"
)
_MARKDOWN = re.compile(r"\s*(?:#{1,6}\s+|>\s+)?(?:(?:\*\*|__)(?=\S))?\s*")
_AFTER = re.compile(r"(?:\s|\*\*|__)*")
_SPACES = re.compile(r"\s+")


def markers(line: str) -> tuple[Marker, ...]:
    """All readings of the mark at the head of a line, most likely first; () where there is none.

    A bullet before a label ("- (1) Tỷ lệ ...") gives both readings. Markdown marks before it are skipped.

    >>> [(m.label, m.family) for m in markers("d) Nâng cao chất lượng")]
    [('d', 'letter'), ('đ', 'letter')]
    """
    return _markers(line)


@lru_cache(maxsize=4096)
def _markers(line: str) -> tuple[Marker, ...]:
    opening = _MARKDOWN.match(line)
    at = opening.end() if opening else 0
    head = line[at : at + 60]  # no label is longer; keeps a line of a megabyte linear
    if not head:
        return ()
    found = list(_readings(head, at, line))
    bullet = _BULLET.match(head)
    if bullet:
        found.extend(_bullets(bullet, head, at, line))
    found.sort(key=lambda marker: -marker.likelihood)
    seen: set[tuple[str, str]] = set()
    kept = []
    for marker in found:
        key = (marker.family, marker.label)
        if key not in seen:
            seen.add(key)
            kept.append(marker)
    return tuple(kept)


def parse_marker(line: str) -> Marker | None:
    """The most likely reading, or None."""
    found = markers(line)
    return found[0] if found else None


def _bullets(bullet: re.Match[str], head: str, at: int, line: str) -> Iterator[Marker]:
    rest = head[bullet.end() :]
    mark = bullet["bullet"]
    if not rest or (not bullet["space"] and not rest[0].isalpha() and rest[0] not in "\"“'(*["):
        return
    if mark in ("**", "__") or (mark in ("--", "==", "__") and not rest):
        return
    sure = 0.9 if bullet["space"] else 0.75
    doubt = "bullet read from an unusual sign" if mark in ("~", "_", "=") else None
    inner = list(_readings(rest, at + bullet.end(), line))
    for marker in inner:
        if marker.family == "bullet" or not marker.ordinals:
            continue
        # "- (1) ..." is printed in lists of targets; "- 1. ..." hardly ever is, and "- 5 trường" is text
        if marker.family in ("paren", "letter") or marker.punctuation:
            yield replace(
                marker, likelihood=marker.likelihood if marker.family == "paren" else marker.likelihood * 0.6
            )
            if marker.family == "paren":
                sure = min(sure, 0.6)
    yield Marker(
        "bullet",
        mark,
        (),
        mark,
        "",
        at + bullet.start(),
        _text_start(line, at + bullet.end()),
        sure * (0.6 if doubt else 1.0),
        doubt,
    )


def _readings(head: str, at: int, line: str) -> Iterator[Marker]:
    first = head[0]
    if first in "([{":
        yield from _paren(head, at, line)
        return
    if not (first.isalnum() or first in "|!"):
        return
    yield from _worded(head, at, line)
    yield from _mixed(head, at, line)
    yield from _arabic(head, at, line)
    yield from _roman(head, at, line)
    yield from _letter(head, at, line)


def _text_start(line: str, end: int) -> int:
    match = _AFTER.match(line, end)
    return match.end() if match else end


def _closing(printed: str) -> tuple[str, str | None]:
    """The closing mark in its plain form, and a doubt where it is a likely fault."""
    mark = printed.strip().replace("–", "-").replace("—", "-")
    if mark in ("]", "}"):
        return ")", f"closing mark read as {mark}"
    if mark == ",":
        return ".", "closing mark read as ,"
    return mark, None


def _join(*doubts: str | None) -> str | None:
    return "; ".join(doubt for doubt in doubts if doubt) or None


def _heading_like(rest: str) -> float:
    """How much the text after a label looks like the start of a paragraph or heading: 1 capitals, 0.8 a capital,
    0.3 small letter or digit, 0.6 nothing at all."""
    rest = rest.lstrip(" \t*_\"“'(")
    if not rest:
        return 0.6
    word = re.match(r"[^\W\d_]+(?:\s+[^\W\d_]+)?", rest)
    if word is None:
        return 0.3
    if word.group().isupper() and len(word.group()) > 1:
        return 1.0
    return 0.8 if rest[0].isupper() else 0.3


def _worded(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _WORDED.match(aligned(head))
    if match is None or not head[0].isalpha():
        return
    family, canonical = _WORD_FAMILY[match["word"].replace(" ", "")]
    printed_word = head[match.start("word") : match.end("word")]
    printed_numeral = head[match.start("numeral") : match.end("numeral")] if match["numeral"] else ""
    rest = head[match.end() :]
    if not printed_numeral:
        # Only "Phụ lục" may stand without a number, and then alone on its line or in capitals.
        if family != "annex" or canonical != "Phụ lục":
            return
        alone = not line[at + match.end() :].strip(" .:*_-")
        if not alone and not (printed_word.isupper() and _heading_like(rest) == 1.0):
            return
    elif rest and rest[0].isalnum():
        return
    if not match["gap"] and printed_numeral and not printed_numeral.isdecimal():
        return  # "Phầni": a word that begins so
    word_gap = match["gap"].split()
    keyword = _in_case_of(printed_word, canonical)
    doubt = None if keyword == _SPACES.sub(" ", printed_word) else f"read as {printed_word}"
    value, numeral, numeral_doubt = _worded_numeral(
        match["numeral"] or "", printed_numeral, bool(word_gap) and word_gap[0] == "thu"
    )
    if value is None and printed_numeral:
        return
    if canonical in ("Mẫu", "Biểu", "Biểu mẫu") and not word_gap:
        return
    middle = head[match.start("gap") : match.end("gap")].strip()
    label = " ".join(part for part in (keyword, middle, numeral) if part)
    close, close_doubt = _closing(match["close"])
    remainder = line[at + match.end() :]
    likelihood = 0.95 if (close in (".", ":", "-") or not remainder.strip()) else 0.45
    if not close and remainder.strip():
        likelihood = 0.6 if _heading_like(remainder) == 1.0 else 0.3
    if family == "article" and not close:
        likelihood = 0.25 if remainder.strip() else 0.6
    if printed_word[0].islower():
        likelihood *= 0.2
    shape = f"{canonical} {'I' if numeral and roman_value(numeral.rstrip('abcde')) else '1'}"
    yield Marker(
        family,
        label,
        (value,) if value is not None else (),
        shape if numeral else canonical,
        close,
        at,
        _text_start(line, at + match.end()),
        likelihood,
        _join(doubt, numeral_doubt, close_doubt),
    )


def _in_case_of(printed: str, canonical: str) -> str:
    if printed.isupper():
        return canonical.upper()
    return canonical.lower() if printed[0].islower() else canonical


def _worded_numeral(plain_numeral: str, printed: str, ordinal: bool) -> tuple[int | None, str, str | None]:
    if not printed:
        return None, "", None
    if plain_numeral in WORD_NUMERALS:
        # "Phần năm" is part five, "Phần năm 2024" is not; without "thứ" only Phần and Chương in capitals are sure
        return (
            WORD_NUMERALS[plain_numeral],
            printed,
            None if ordinal or printed.isupper() else "numeral in words",
        )
    if printed.isdecimal():
        return int(printed), printed, None
    tail = printed[-1] if printed[-1] in "abcdeABCDE" and len(printed) > 1 else ""
    core = printed[: len(printed) - len(tail)]
    if core.isdecimal():
        return int(core), printed, None
    for label, value, doubt in roman_readings(core):
        return value, label + tail, doubt
    return None, "", None


def _mixed(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _MIXED.match(head)
    if match:
        value = roman_value(match["head"])
        shape = "I"
        if value is None:
            value, shape = ALPHABET.index(match["head"].lower()) + 1, "A"
        tail = [int(part) for part in match["tail"][1:].split(".")]
        close, doubt = _closing(match["close"])
        yield Marker(
            "arabic",
            match["head"] + match["tail"],
            (value, *tail),
            shape + ".1" * len(tail),
            close,
            at,
            _text_start(line, at + match.end()),
            0.9,
            doubt,
        )
    match = _NUMBERED_LETTER.match(head)
    if match and match["letter"]:
        order: tuple[int, ...] = (ALPHABET.index(match["letter"]) + 1, int(match["number"]))
        label = head[match.start() : match.start("close")]
        yield Marker(
            "arabic", label, order, "a.1", match["close"], at, _text_start(line, at + match.end()), 0.7
        )
    elif match:
        before = [int(part) for part in match["before"].split(".")]
        label = head[match.start() : match.start("shut")]
        order = (*before, ALPHABET.index(match["under"]) + 1)
        shape = ".".join(["1"] * len(before)) + ".a"
        yield Marker(
            "letter", label, order, shape, match["shut"], at, _text_start(line, at + match.end()), 0.7
        )


_LETTER_OF_DIGIT = {"6": "b", "8": "g", "9": "g"}  # what recognisers make of these letters before ")"


def _arabic(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _ARABIC.match(head)
    if match is None:
        return
    printed = match["number"]
    if not any(sign.isdecimal() for sign in printed) and len(printed) > 2:
        return
    compact = _SPACES.sub("", printed).replace(",", ".")
    label = compact.translate(DIGIT_FAULTS)
    parts = [int(part) for part in label.split(".")]
    close, doubt = _closing(match["close"])
    if label != printed:
        doubt = _join(f"read as {printed}", doubt)
    end = match.end("close")
    rest = line[at + end :]
    glued = bool(rest) and rest[0].isalpha()
    look = _heading_like(rest)
    if close == "-" and rest[:1].isdecimal():
        return
    if close in (":", ";"):
        likelihood = 0.4 * look
    elif close or len(parts) > 1:
        likelihood = (0.95 if close else 0.75) * (1.0 if look >= 0.6 else 0.6)
    else:
        likelihood = 0.45 if look == 1.0 else 0.3 if look == 0.8 else 0.08
        if glued:
            return
    if "," in printed:
        likelihood *= 0.3  # "2,5 tỷ" is an amount far more often than a label with a fault
    if " " in printed:
        likelihood *= 0.6
    if any(part > 60 for part in parts) or (len(parts) > 1 and any(len(p) == 3 for p in label.split("."))):
        likelihood *= 0.2  # "2.210 tấn"
    if 0 in parts or any(part.startswith("0") and len(parts) > 1 for part in label.split(".")):
        likelihood *= 0.4
    if len(label) == 1 and close == ")" and label in _LETTER_OF_DIGIT:
        # "8)" between "e)" and "h)" is "g)"; only the sequence can tell
        start = _text_start(line, at + end)
        yield _letter_marker(_LETTER_OF_DIGIT[label], False, close, at, start, 0.3, f"read as {printed}")
    if label != compact:
        likelihood *= 0.5 if any(sign.isdecimal() for sign in printed) else 0.35
    yield Marker(
        "arabic",
        label,
        tuple(parts),
        ".".join(["1"] * len(parts)),
        close,
        at,
        _text_start(line, at + end),
        likelihood,
        doubt,
    )


def _roman(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _ROMAN_TOKEN.match(head)
    if match is None:
        return
    printed = match["number"]
    close, close_doubt = _closing(match["close"])
    rest = line[at + match.end() :]
    if rest and rest[0].isalpha() and not close:
        return
    look = _heading_like(rest)
    for label, value, doubt in roman_readings(printed):
        if not close and (look < 1.0 or value == 1):
            likelihood = 0.15
        else:
            likelihood = 0.95 if look == 1.0 else 0.8 if look >= 0.6 else 0.4
            if not close:
                likelihood = 0.6
        if doubt:
            likelihood *= 0.7 if look == 1.0 else 0.4
            if printed.isdecimal() or printed.islower() or printed in ("T", "U", "H", "L"):
                likelihood *= 0.35
        if label in ("I", "V", "X") and close == ")":
            likelihood *= 0.6
        yield Marker(
            "roman",
            label,
            (value,),
            "I",
            close,
            at,
            _text_start(line, at + match.end("close")),
            likelihood,
            _join(doubt, close_doubt),
        )


def _letter(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _LETTER.match(head)
    if match is None:
        return
    printed = match["letter"]
    close, close_doubt = _closing(match["close"])
    rest = line[at + match.end() :]
    look = _heading_like(rest)
    if close == "." and rest[:1].isalpha() and printed.isupper():
        return  # "Q.Bình Thạnh", "T.Ư": an abbreviation
    if close == "-" and (not printed.isupper() or look < 1.0):
        return  # "A - CHỈ TIÊU" opens a section, "a - b" does not
    base = printed.lower()
    doubt = None
    if base not in ALPHABET:
        bare = aligned(printed)
        if bare not in ALPHABET:
            return
        base, doubt = bare, f"read as {printed}"
    sure = {")": 0.95, ".": 0.75, "/": 0.75}.get(close, 0.6) * (1.0 if look >= 0.6 else 0.75)
    if printed.isupper():
        sure *= 0.9 if look == 1.0 else 0.6
    if base in "ivx" and printed.isupper():
        sure *= 0.6
    if doubt or close_doubt:
        sure *= 0.7
    start = _text_start(line, at + match.end())
    yield _letter_marker(base, printed.isupper(), close, at, start, sure, _join(doubt, close_doubt))
    if printed.islower() and close in (".", "-") and look == 1.0 and doubt is None:
        # "c. TỔ CHỨC": C, O, S, V, X are read small where they stand before a point
        yield _letter_marker(base, True, close, at, start, sure * 0.8, f"read as {printed}")
    if base in "dđ":
        other = "đ" if base == "d" else "d"
        # 23 texts of a law portal print "d)" twice where the second is "đ)"; only the sequence can tell.
        yield _letter_marker(other, printed.isupper(), close, at, start, sure * 0.5, f"read as {printed}")
    if base in "il" and not printed.isupper():
        other = "l" if base == "i" else "i"
        yield _letter_marker(other, False, close, at, start, sure * 0.4, f"read as {printed}")


def _letter_marker(
    base: str, upper: bool, close: str, at: int, start: int, sure: float, doubt: str | None
) -> Marker:
    return Marker(
        "letter",
        base.upper() if upper else base,
        (ALPHABET.index(base) + 1,),
        "A" if upper else "a",
        close,
        at,
        start,
        sure,
        doubt,
    )


def _paren(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _PAREN.match(head)
    if match is None:
        return
    faults = []
    inner = match["inner"]
    if "¡" in inner:
        faults.append(f"read as {inner}")
        inner = inner.replace("¡", "i")
    if head[0] != "(" or match["close"] != ")":
        faults.append(f"parentheses read as {head[0]} {match['close']}")
    start = _text_start(line, at + match.end())
    sure = 0.9 if _heading_like(line[start:]) >= 0.6 else 0.6
    digits = inner.translate(DIGIT_FAULTS)
    if digits.isdecimal():
        fault = [f"read as {inner}"] if digits != inner else []
        yield Marker(
            "paren",
            f"({digits})",
            (int(digits),),
            "(1)",
            match["tail"],
            at,
            start,
            sure * (0.6 if fault else 1.0),
            _join(*faults, *fault),
        )
    value = roman_value(inner.upper())
    if value is not None:
        shape = "(I)" if inner.isupper() else "(i)"
        yield Marker(
            "paren", f"({inner})", (value,), shape, match["tail"], at, start, sure * 0.8, _join(*faults)
        )
    if len(inner) == 1 and inner in ALPHABET:
        yield Marker(
            "paren",
            f"({inner})",
            (ALPHABET.index(inner) + 1,),
            "(a)",
            match["tail"],
            at,
            start,
            sure * (0.6 if value else 0.95),
            _join(*faults),
        )
