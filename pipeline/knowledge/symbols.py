"""Numbers with their symbols in running text: "29/KH-UBND", "14-CT/TU", "30/2020/NĐ-CP".

What it never does: touch a digit. The symbol is repaired as `symbol_codes` may, in doubt where a letter was taken for
another; the printed form stays in `raw`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.symbol_codes import (
    CAPITAL,
    CODE,
    LATIN,
    MORE,
    SMALL,
    Form,
    Repair,
    body_codes,
    is_type,
    looks_like,
    mend_symbol,
    plain_marks,
    type_codes,
)


@dataclass(frozen=True, slots=True)
class FoundSymbol:
    """A document number with its symbol in running text.

    `text` is the whole in its plain form ("14-CT/TU", "/QĐ-UBND" where the number is blank), `raw` as printed.
    """

    start: int
    end: int
    raw: str
    text: str
    form: Form
    number: str | None
    type_code: str | None
    body_code: str | None
    year: str | None = None
    repairs: tuple[Repair, ...] = ()
    doubt: str | None = None


_GAP = r"[ \t]?\n?[ \t]?"
_FOUND = re.compile(
    "|".join(
        (
            rf"(?P<law>(?<![\w/])(?P<law_n>\d{{1,4}}){_GAP}/{_GAP}(?P<law_y>(?:19|"
            rf"20)\d{{2}}){_GAP}/{_GAP}(?P<law_b>(?:UBTV)?QH\s?\d{{1,2}})(?!\w))",
            rf"(?P<adm>(?<![\w/])(?P<adm_n>\d{{1,6}}(?:\.\d{{1,2}})?[a-zA-Z]?){_GAP}/{_GAP}(?:(?P<adm_y>(?:19|"
            rf"20)\d{{2}}){_GAP}/{_GAP})?(?P<adm_t>[{CAPITAL}][{CAPITAL}{SMALL}Il1]{{0,4}}){_GAP}(?P<adm_j>[-–—‐‑−/]|[:;~_](?=[{CAPITAL}]{{2}})){_GAP}(?P<adm_b>{CODE}(?:{MORE}){{0,3}}))",
            rf"(?P<glu>(?<![\w/])(?P<glu_n>\d{{1,6}}){_GAP}/{_GAP}(?P<glu_y>(?:19|20)\d{{2}})/(?P<glu_s>[{CAPITAL}]{{4,14}})(?![\w&-]))",
            rf"(?P<pty>(?<![\w/\-–])(?P<pty_n>\d{{1,5}}){_GAP}(?:[-–—‐‑−]{_GAP}|"
            rf"(?<=\s))(?P<pty_t>[{CAPITAL}][{CAPITAL}{SMALL}Il1]{{0,4}}){_GAP}/{_GAP}(?P<pty_b>{CODE}(?:[-–]{CODE}){{0,2}}))",
            rf"(?P<cv>(?<![\w/])(?P<cv_n>\d{{1,6}}){_GAP}/{_GAP}(?P<cv_b>{CODE}(?:{MORE}){{0,3}}))",
            # "số 175QĐ-SYT": the stroke was lost
            rf"(?P<lost>(?<=\s)(?P<lost_n>\d{{1,5}})(?P<lost_t>[{CAPITAL}]{{2,4}})(?P<lost_j>[-–])(?P<lost_b>{CODE}(?:{MORE}){{0,3}}))",
            rf"(?P<blank>(?<=số)[\s._…]{{0,16}}(?P<blank_s>[-/])\s?(?:(?P<blank_y>(?:19|"
            rf"20)\d{{2}})/)?(?P<blank_t>[{CAPITAL}][{CAPITAL}{SMALL}]{{0,4}})(?P<blank_j>[-–/])(?P<blank_b>{CODE}(?:{MORE}){{0,3}}))",
        )
    )
)


def find_symbols(text: str) -> tuple[FoundSymbol, ...]:
    """All document numbers with a symbol in running text, in order; line breaks inside are joined.

    >>> [found.text for found in find_symbols("Nghị định số 30/2020/NĐ-CP và Chỉ thị số 05-\\nCT/TW")]
    ['30/2020/NĐ-CP', '05-CT/TW']
    """
    found: list[FoundSymbol] = []
    if not any(sign in text for sign in ("/", "⁄", "∕", "số")):  # most paragraphs cite nothing
        return ()
    latin = text.translate(LATIN)
    for match in _FOUND.finditer(latin):
        value = _READERS[match.lastgroup or ""](match)
        if value is None:
            continue
        start, end = value.start, value.end
        while latin[end - 1] in ".,;&":
            end -= 1
        printed, raw = text[start:end], latin[start:end]
        repairs = value.repairs if printed == raw else (*value.repairs, (printed, raw))
        guessed = [read for read, code in value.repairs if looks_like(read, code)]
        doubt = value.doubt or (f"symbol read as {guessed[0]}" if guessed else None)
        found.append(replace(value, end=end, raw=printed, repairs=repairs, doubt=doubt))
    return tuple(found)


@cache
def _codes_of_names() -> dict[str, tuple[str, ...]]:
    """Names of types without marks -> their codes."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name, _, _ in load_table("document_types"):
        if code:
            found[aligned(name)] = (*found.get(aligned(name), ()), code)
    return found


_WORDS_BEFORE = re.compile(r"([a-z]+(?: [a-z]+)*) s[o06e] ?[:.]? ?\Z")


def _type_in(read: str, text: str, start: int) -> str | None:
    """The type that a code of a symbol stands for; None where it is none.

    "Nghị quyết số 03-NO/HU": the type is named before the number, and what was read looks like its code.
    """
    if is_type(read):
        return read
    before = None if read in body_codes() else _WORDS_BEFORE.search(aligned(text[max(0, start - 40) : start]))
    words = before[1].split() if before else []
    for count in range(2, min(4, len(words)) + 1):
        for code in _codes_of_names().get(" ".join(words[-count:]), ()):
            if looks_like(read, code):
                return code
    return None


# A reader of each kind of `_FOUND` gives the symbol, None where it is none; `raw` and the end are set afterwards.


def _of_law(match: re.Match[str]) -> FoundSymbol:
    """ "55/2010/QH12"."""
    number, year, body = match["law_n"], match["law_y"], match["law_b"].replace(" ", "")
    return FoundSymbol(*match.span(), "", f"{number}/{year}/{body}", "law", number, None, body, year)


def _glued(match: re.Match[str]) -> FoundSymbol | None:
    """ "214/2025/NĐCP": type and body both from the closed lists, the hyphen lost."""
    number, year, codes = match["glu_n"], match["glu_y"], match["glu_s"]
    for cut in range(2, min(5, len(codes) - 1)):
        kind, body = codes[:cut], codes[cut:]
        if kind in type_codes() and body in body_codes():
            symbol = f"{kind}-{body}"
            return FoundSymbol(
                *match.span(), "", f"{number}/{year}/{symbol}", "normative", number, kind, body, year,
                ((codes, symbol),), "no hyphen in the symbol",
            )
    return None


_NUMBERED = re.compile(r"so\s*:?\s*\Z|van\s*\Z")


def _of_letter(match: re.Match[str]) -> FoundSymbol | None:
    """ "1979/SYT-NVY", an official letter: no type."""
    number, (symbol, repairs) = match["cv_n"], mend_symbol(match["cv_b"])
    first = symbol.split("-")[0]
    known = first in body_codes()
    before = aligned(match.string[max(0, match.start() - 14) : match.start()])
    if symbol in type_codes() and len(symbol) > 1 and _NUMBERED.search(before):
        # "Nghị quyết liên tịch số 01/NQLT", "Quyết định số 31/QĐ": the type alone
        return FoundSymbol(
            *match.span(), "", f"{number}/{symbol}", "state", number, symbol, None, None, repairs,
            "no body in the symbol",
        )
    if not known and ("-" not in symbol or not _NUMBERED.search(before)):
        return None  # "10/ASEAN", "1/Hà": a number over a word
    return FoundSymbol(
        *match.span(), "", f"{number}/{symbol}", "letter", number, None, symbol, None, repairs,
        None if known else f"unknown body code {first}",
    )


def _of_party(match: re.Match[str]) -> FoundSymbol | None:
    """ "14-CT/TU"; the hyphen behind the number may be lost where "số" stands before it."""
    number, start = match["pty_n"], match.start()
    glued = not re.search(r"[-–—‐‑−]", match[0][: match[0].index("/")])
    read = match["pty_t"]
    told = _type_in(read, match.string, start)
    if told is None or (glued and not aligned(match.string[max(0, start - 4) : start]).rstrip().endswith("so")):
        return None
    symbol, repairs = mend_symbol(f"{told}/{match['pty_b']}")
    repairs = repairs if told == read else ((read, told), *repairs)
    kind, _, body = symbol.partition("/")
    return FoundSymbol(
        *match.span(), "", f"{number}-{symbol}", "party", number, kind, body, None, repairs,
        "no hyphen after the number" if glued else None,
    )


def _without_stroke(match: re.Match[str]) -> FoundSymbol | None:
    """ "số 175QĐ-SYT": type and body both from the closed lists, the stroke lost; a figure may be lost with it."""
    number, start = match["lost_n"], match.start()
    symbol, repairs = mend_symbol(f"{match['lost_t']}-{plain_marks(match['lost_b'])}")
    kind, _, body = symbol.partition("-")
    said = aligned(match.string[max(0, start - 5) : start]).rstrip(" :.").endswith("so")
    if not said or not is_type(match["lost_t"]) or body.split("-")[0] not in body_codes():
        return None
    whole = f"{number}/{symbol}"
    return FoundSymbol(
        *match.span(), "", whole, "state", number, kind, body, None,
        (*repairs, (match[0].rstrip(".,;&"), whole)), "no stroke before the symbol",
    )


def _of_blank(match: re.Match[str]) -> FoundSymbol | None:
    """ "số      /QĐ-UBND": the number was never written."""
    stroke, year, sign = match["blank_s"], match["blank_y"], "/" if match["blank_j"] == "/" else "-"
    if not is_type(match["blank_t"]):
        return None
    symbol, repairs = mend_symbol(f"{match['blank_t']}{sign}{plain_marks(match['blank_b'])}")
    kind, _, body = symbol.partition(sign)
    start = match.end() - len(match[0].lstrip())
    return FoundSymbol(
        start, match.end(), "", f"{stroke}{year + '/' if year else ''}{symbol}", "party" if stroke == "-" else "state",
        None, kind, body, year, repairs,
    )


_WORN_HYPHEN = ":;~_"  # "30/2020/NĐ:CP", between codes of the closed lists


def _of_state(match: re.Match[str]) -> FoundSymbol | None:
    """ "29/KH-UBND", "30/2020/NĐ-CP"; of an unknown type that of a body with its unit: "12/BCĐ-VP"."""
    number, year, sign = match["adm_n"], match["adm_y"], "/" if match["adm_j"] == "/" else "-"
    read = match["adm_t"]
    typed = _type_in(read, match.string, match.start())
    worn = match["adm_j"] in _WORN_HYPHEN
    if typed is None and (worn or sign == "/"):
        return None
    symbol, repairs = mend_symbol(f"{typed or read}{sign}{plain_marks(match['adm_b'])}")
    repairs = repairs if typed in (None, read) else ((read, typed), *repairs)
    whole = "/".join(part for part in (number, year, symbol) if part)
    first, _, body = symbol.partition(sign)
    if worn and body.split("-")[0] not in body_codes():
        return None
    if typed is not None:
        form: Form = "normative" if year else "state"
        said = f"hyphen read as {match['adm_j']}" if worn else None
        return FoundSymbol(*match.span(), "", whole, form, number, first, body, year, repairs, said)
    doubt = None if first in body_codes() else f"unknown type or body {first}"
    return FoundSymbol(*match.span(), "", whole, "letter", number, None, symbol, year, repairs, doubt)


_READERS: dict[str, Callable[[re.Match[str]], FoundSymbol | None]] = {
    "law": _of_law, "adm": _of_state, "glu": _glued, "pty": _of_party, "cv": _of_letter, "lost": _without_stroke,
    "blank": _of_blank,
}
