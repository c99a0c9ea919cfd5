"""Labels of signs alone: "1.", "2.10.3", "I-", "a)", "(11)", "I.1", "a.2)".

The trouble: "I." is Roman one, the letter i or an Arabic 1 read wrong; "đ)" comes back as "d)", "g)" as "8)"; a wrapped
line begins with a number that is no label ("12 tháng đầu năm").

What it never does: choose. Every possible reading is given with its likelihood, a faulty one with its doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.labels import ALPHABET, CLOSE, Marker, closing, heading_like, join_doubts, text_start
from pipeline.knowledge.numerals import DIGIT_FAULTS, roman_readings, roman_value

# "1.1.", "2.10.3", "1. 1." (a space the recogniser put in), "l.1", "§." for "8."; a group of four digits is a year or
# amount
_ARABIC = re.compile(
    r"(?P<number>(?:[0-9lI|]{1,3}|[12]?§(?=[.)]))(?:\s?[.,]\s?(?:[0-9]{1,3}|"
    r"[0-9lI|]{1,3}(?![^\W_]))(?![0-9])){0,4})(?![0-9])" + CLOSE + r"(?P<after>\s|[^\W\d_]|[\"“(*]|$)"
)
_MIXED = re.compile(
    r"(?P<head>[IVX]{1,5}|[A-HĐ])(?P<tail>(?:\.\d{1,2}){1,3})(?![0-9])" + CLOSE + r"(?=\s|[^\W\d_]|$)"
)
# "A1.", "C2.1.": criteria of the quality of hospitals are numbered so
_LETTER_NUMBER = re.compile(
    r"(?P<letter>[A-HĐ])(?P<number>\d{1,2}(?:\.\d{1,2}){0,2})(?P<close>[.):])(?=\s+[^\W\d_]|\s*$)"
)
_ROMAN_TOKEN = re.compile(
    r"(?P<number>[Vv][ŨũỤụÙù](?=\.\s)|[IVXLlHTU1|!ivxÌÍⅠ-Ⅹ](?:[IVXLlHTU1|!ivxtÌÍỊⅠ-Ⅹ]|[\]Y](?=[.)/])){0,5})(?P<close>\s?[.)/:\-–—]{1,2}|,|)(?=\s|[^\W\d_]|[\"“(*]|$)"
)
_LETTER = re.compile(
    r"(?P<letter>[^\W\d_])(?P<close>\)\.(?=[^\W\d_])|\s?[.)\]}/](?:\s?-)?|\s?[-–—](?=\s)|[-–—](?=[A-ZĐ]))(?=\s|[^\W\d_]|[\"“(*]|$)"
)
_NUMBERED_LETTER = re.compile(
    r"(?P<letter>[a-zđ])\.?(?P<number>\d{1,2})(?P<close>[.)/])(?=\s|[^\W\d_]|$)"
    r"|(?P<before>\d{1,2}(?:\.\d{1,2})*)\.?(?P<under>[a-zđ])(?P<shut>[.)/])(?=\s|[^\W\d_]|$)"
)
_PAREN = re.compile(
    r"[(\[{]\s?(?P<inner>[0-9lI|]{1,3}|[a-zđ]|[ivx¡]{1,5}|[IVX]{1,5})\s?(?P<close>[)\]}])(?P<tail>[.:]?)"
)


def in_signs(head: str, at: int, line: str) -> Iterator[Marker]:
    """Readings of the label at the start of `head`, which stands at offset `at` of `line`."""
    if head[0] in "([{":
        yield from _paren(head, at, line)
        return
    yield from _mixed(head, at, line)
    yield from _arabic(head, at, line)
    yield from _roman(head, at, line)
    yield from _letter(head, at, line)


def _mixed(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _MIXED.match(head)
    if match:
        value = roman_value(match["head"])
        shape = "I"
        if value is None:
            value, shape = ALPHABET.index(match["head"].lower()) + 1, "A"
        tail = [int(part) for part in match["tail"][1:].split(".")]
        close, doubt = closing(match["close"])
        yield Marker(
            "arabic",
            match["head"] + match["tail"],
            (value, *tail),
            shape + ".1" * len(tail),
            close,
            at,
            text_start(line, at + match.end()),
            0.9,
            doubt,
        )
    match = _LETTER_NUMBER.match(head)
    if match:
        numbers = [int(part) for part in match["number"].split(".")]
        yield Marker(
            "arabic",
            match["letter"] + match["number"],
            (ALPHABET.index(match["letter"].lower()) + 1, *numbers),
            "A" + ".1" * len(numbers),
            match["close"],
            at,
            text_start(line, at + match.end()),
            0.7,
        )
    match = _NUMBERED_LETTER.match(head)
    if match and match["letter"]:
        order: tuple[int, ...] = (ALPHABET.index(match["letter"]) + 1, int(match["number"]))
        label = head[match.start() : match.start("close")]
        yield Marker(
            "arabic", label, order, "a.1", match["close"], at, text_start(line, at + match.end()), 0.7
        )
    elif match:
        before = [int(part) for part in match["before"].split(".")]
        label = head[match.start() : match.start("shut")]
        order = (*before, ALPHABET.index(match["under"]) + 1)
        shape = ".".join(["1"] * len(before)) + ".a"
        yield Marker(
            "letter", label, order, shape, match["shut"], at, text_start(line, at + match.end()), 0.7
        )


_LETTER_OF_DIGIT = {"6": "b", "8": "g", "9": "g"}  # what recognisers make of these letters before ")"


def _arabic(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _ARABIC.match(head)
    if match is None:
        return
    printed = match["number"]
    if not any(sign.isdecimal() for sign in printed) and len(printed) > 2:
        return
    compact = "".join(printed.split()).replace(",", ".")
    label = compact.translate(DIGIT_FAULTS)
    parts = [int(part) for part in label.split(".")]
    close, doubt = closing(match["close"])
    if label != printed:
        doubt = join_doubts(f"read as {printed}", doubt)
    end = match.end("close")
    rest = line[at + end :]
    glued = bool(rest) and rest[0].isalpha()
    look = heading_like(rest)
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
        start = text_start(line, at + end)
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
        text_start(line, at + end),
        likelihood,
        doubt,
    )


def _roman(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _ROMAN_TOKEN.match(head)
    if match is None:
        return
    printed = match["number"]
    close, close_doubt = closing(match["close"])
    rest = line[at + match.end() :]
    if rest and rest[0].isalpha() and not close:
        return
    look = heading_like(rest)
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
            text_start(line, at + match.end("close")),
            likelihood,
            join_doubts(doubt, close_doubt),
        )


def _letter(head: str, at: int, line: str) -> Iterator[Marker]:
    match = _LETTER.match(head)
    if match is None:
        return
    printed = match["letter"]
    close, close_doubt = closing(match["close"])
    rest = line[at + match.end() :]
    look = heading_like(rest)
    if close == "." and rest[:1].isalpha() and printed.isupper():
        return  # "Q.Bình Thạnh", "T.Ư": an abbreviation
    if close == "/" and printed == "Đ" and rest.startswith("c "):
        return  # "- Đ/c Nguyễn Văn A"
    glued = rest[:1].isalpha() and not head[match.end() - 1].isspace()
    if close == "-" and printed.isupper() and look < (1.0 if glued else 0.8):
        return  # "A - CHỈ TIÊU", "A- Chỉ tiêu", "A-CHỈ TIÊU" open a section, "E-mail" does not
    if close == "-" and not printed.isupper() and (glued or look < 0.8 or match["close"][0] not in "-–—"):
        return  # "a- Giúp hội viên nghèo" was a usual label until about 2005; "a - b" is none
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
    start = text_start(line, at + match.end())
    yield _letter_marker(base, printed.isupper(), close, at, start, sure, join_doubts(doubt, close_doubt))
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
    start = text_start(line, at + match.end())
    sure = 0.9 if heading_like(line[start:]) >= 0.6 else 0.6
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
            join_doubts(*faults, *fault),
        )
    value = roman_value(inner.upper())
    if value is not None:
        shape = "(I)" if inner.isupper() else "(i)"
        yield Marker(
            "paren", f"({inner})", (value,), shape, match["tail"], at, start, sure * 0.8, join_doubts(*faults)
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
            join_doubts(*faults),
        )
