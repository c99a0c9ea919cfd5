"""Codes of types and bodies in the symbols of documents (ký hiệu): the closed lists, and repair to a member of one.

The trouble: spaces stand inside the symbol, đ comes back as d or as the eth that looks like it, I as l or 1.

What it never does: touch a digit. A symbol is repaired only to a member of `document_types` or `body_codes`, and each
repair is named. One letter of worn print is taken for another that looks like it only in a long code that one body
alone has, or in the code of the very type that is named before it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table

Form = Literal["state", "party", "normative", "law", "letter"]
Repair = tuple[str, str]


@cache
def type_codes() -> frozenset[str]:
    """Codes of document types, state and Party ("KH", "QĐ", "NQ", ...)."""
    return frozenset(row[0] for row in load_table("document_types") if row[0])


@cache
def body_codes() -> frozenset[str]:
    """Codes of bodies as they stand in symbols ("UBND", "TU", "SYT", ...)."""
    return frozenset(row[0] for row in load_table("body_codes"))


def _key(code: str) -> str:
    """What stays of a code when đ, marks, case and I-like strokes are taken away."""
    bare = aligned(code.replace("I)", "D").replace("l)", "D")).replace("0", "o").replace("|", "i")
    return bare.replace("1", "i").replace("l", "i").replace("ii", "h").replace(" ", "").replace(".", "")


@cache
def _by_key(which: Literal["type", "body"]) -> dict[str, str | None]:
    """Key -> the one code that has it; None where two codes share it (then nothing is repaired)."""
    found: dict[str, str | None] = {}
    for code in sorted(type_codes() if which == "type" else body_codes()):
        key = _key(code)
        found[key] = None if key in found else code
    return found


def mend(code: str, which: Literal["type", "body"]) -> str:
    """The code itself, or the one member of the closed list that it is a likely misreading of."""
    known = type_codes() if which == "type" else body_codes()
    if code in known:
        return code
    single = re.sub("[ĐÐ]{1,3}|[DĐ][BP](?=[A-ZĐ]*$)", "Đ", code)  # an English model reads Đ as "DB" now and then
    if single in known:
        return single
    struck = with_stroke(code)
    if struck in known:
        return struck
    found = _by_key(which).get(_key(code)) or _without_a_stroke(code, known)
    if found is not None:
        return found
    if code[-1:].isdecimal() and code[:-1] in _FOOTNOTED:
        return code[:-1]  # "NĐ-CP1": the figure of a footnote
    if which == "type" and code.upper() in known:
        return code.upper()
    if which == "body" and (len(code) >= LONG or looks_like(code, "TTg")):
        alike = [one for one in known if looks_like(code, one)]
        if len(alike) == 1:
            return alike[0]
    return _TWICE.sub("Đ", code)


# A letter of worn print -> what recognisers read for it; and the length from which one such letter is no other code.
_READ_FOR = {"B": "PRE8", "Đ": "EPB", "T": "IF", "Q": "OGC", "g": "E89"}
LONG = 4


def looks_like(read: str, code: str) -> bool:
    """Whether a code may have been read so: one letter is another that looks like it, or two.

    >>> looks_like("UPND", "UBND"), looks_like("NO", "NQ"), looks_like("LIBND", "UBND"), looks_like("SNV", "SYT")
    (True, True, True, False)
    """
    if len(read) == len(code) + 1:
        return read.replace("LI", "U", 1) == code
    if len(read) != len(code):
        return False
    unlike = [(one, two) for one, two in zip(read, code, strict=True) if one != two]
    return len(unlike) == 1 and unlike[0][0] in _READ_FOR.get(unlike[0][1], "")


_TWICE = re.compile("ĐÐ|ÐĐ")  # one letter read as Đ and as the eth that looks like it: no keyboard has both


_FOOTNOTED = frozenset(("CP", "TTg", "UBND", "HĐND", "TU", "TW", "BTC", "BNV", "BYT", "BCA"))


def _without_a_stroke(code: str, known: frozenset[str]) -> str | None:
    """The listed code of four letters and more of which one letter's stem was read as a stroke of its own: "UBNID"."""
    fewer = {code[:place] + code[place + 1 :] for place, letter in enumerate(code) if letter in "Il1|"} & known
    return fewer.pop() if len(fewer) == 1 and len(code) > LEAST_STRUCK else None


LEAST_STRUCK = 4  # letters of the code that is meant


def with_stroke(code: str) -> str:
    """The one listed code of which a later Đ was read as a letter like it, in a code of two letters as B alone ("CP" is
    the government), else the code itself: what opens one may be a B.

    >>> with_stroke("QB"), with_stroke("HPND"), with_stroke("TB"), with_stroke("CP")
    ('QĐ', 'HĐND', 'TB', 'CP')
    """
    known = type_codes() | body_codes()
    taken = _READ_FOR["Đ"] if len(code) > 2 else "B"
    found = {code[:place] + "Đ" + code[place + 1 :] for place, letter in enumerate(code) if place and letter in taken}
    found &= known
    return found.pop() if len(found) == 1 and code not in known else code


def mend_symbol(symbol: str) -> tuple[str, tuple[Repair, ...]]:
    """A symbol without inner spaces and mended from the closed lists, with the repairs made.

    >>> mend_symbol("KH - ƯBNĐ")
    ('KH-UBND', (('ƯBNĐ', 'UBND'),))
    >>> mend_symbol("QD-TTg")
    ('QĐ-TTg', (('QD', 'QĐ'),))
    """
    plain = plain_marks(symbol)
    parts = re.split(r"([-/])", plain)
    repairs: list[Repair] = []
    out = []
    is_typed = len(parts) > 1 and is_type(parts[0])
    for index, part in enumerate(parts):
        if index % 2:
            out.append(part)
            continue
        mended = mend(part, "type" if index == 0 and is_typed else "body")
        if mended != part:
            repairs.append((part, mended))
        out.append(mended)
    return "".join(out), tuple(repairs)


def is_type(code: str) -> bool:
    """Whether a code is that of a type of document, or a likely misreading of one."""
    return mend(code, "type") in type_codes()


def plain_marks(text: str) -> str:
    """A symbol with hyphens of one kind and no blanks beside them or strokes."""
    return re.sub(r"\s*([-/])\s*", r"\1", re.sub(r"[–—‐‑−]", "-", text)).strip().rstrip(".,;:")


# --- grammar: the parts of a symbol in what was printed or read ------------------------------------------------------

CAPITAL = "A-ZĐÐƠƯÂÊÔĂ"  # the second Đ is the Icelandic eth that recognisers put for it, also behind it ("QĐÐ")
SMALL = "a-zđơưâêôă"
# A body's code: capitals first; ends before a word that was printed without a space ("BTCngày", "CP.Điều").
# One letter that is as a capital in small ("sYT") was read so.
CODE = (
    rf"(?:[{CAPITAL}]|[cksvx](?=[{CAPITAL}]{{2}}))"
    rf"(?:[{CAPITAL}0-9&]|[{SMALL}]{{1,2}}(?![^\W\d_A-ZĐ]{{1}})|\.(?=[{CAPITAL}0-9]{{2}}|[{CAPITAL}]\b))*"
)
HYPHEN = r"\s?[-–—‐‑−]\s?"
# A further group of the body ("UBND-VX", "SYT - NVY"): with a space it must be in capitals, else a new
# sentence begins ("29/KH-UBND - Kế hoạch ...").
MORE = rf"(?:[-–—‐‑−/](?:\n)?{CODE}|\s[-–—‐‑−]\s[{CAPITAL}]{{2,}}(?![{SMALL}]))"
BODY = rf"(?P<body>{CODE}(?:{MORE}){{0,3}})"
TYPE = rf"(?P<type>[{CAPITAL}Il1][{CAPITAL}{SMALL}Il1]{{0,4}})"
YEAR = r"(?P<year>(?:19|20)[0-9]{2})"

# Cyrillic capitals that look like Latin ones stand in a few texts typed or recognised with a Russian model; the
# Vietnamese model reads a stroke as that of fractions now and then.
LATIN = str.maketrans("АВЕКМНОРСТХ⁄∕", "ABEKMHOPCTX//")
