"""The line of a head with number and symbol (số, ký hiệu): "Số: 29/KH-UBND", "Số 14-CT/TU".

The trouble: the number is written by hand or left blank ("Số:      /KH-UBND"), "Số" comes back as "Sé", "S6" or "So",
the stroke as l, I or 1.

What it never does: touch a digit. The symbol is repaired as `symbol_codes` may; the printed form stays in `raw`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.symbol_codes import (
    BODY,
    CAPITAL,
    CODE,
    HYPHEN,
    LATIN,
    MORE,
    SMALL,
    TYPE,
    YEAR,
    Form,
    Repair,
    body_codes,
    is_type,
    mend,
    mend_symbol,
    plain_marks,
    type_codes,
)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The line "Số: 29/KH-UBND" of a head.

    `number` is None where blank or unreadable, `symbol` as the contract wants it ("KH-UBND"; Party "KH/HPN"),
    None where there is none. `form` is the grammar it follows. `repairs` are (before, after) pairs of the
    symbol. `doubt` says what is unsure. `start` and `end` cover the number line alone, so that a merged
    dateline after it can be read.
    """

    start: int
    end: int
    raw: str
    number: str | None
    symbol: str | None
    form: Form
    year: str | None = None  # "30/2020/NĐ-CP"
    type_code: str | None = None  # "KH", None for an official letter
    body_code: str | None = None  # "UBND", "HPN", "SYT-NVY"
    repairs: tuple[Repair, ...] = ()
    doubt: str | None = None


# The head. On aligned text: "so", "s6", "s0", "se" (Sé), "sb" (Số as Sb), "s:".
_SO = re.compile(r"(?<![a-z0-9])s\s?[o06eb&9]?\s?[:;.,]{0,2}(?=[\s\d./_\-|iloa-z~'*]|$)")
_STATE_TAIL = re.compile(
    rf"(?:{YEAR}\s?/\s?)?(?:{TYPE}(?P<join>{HYPHEN}|\s?/\s?)(?P<body>{CODE}(?:{MORE}){{0,3}})|"
    rf"(?P<law>(?:UBTV)?QH\d{{1,2}})|(?P<only>{CODE}(?:{MORE}){{0,3}}))"
)
_APART = re.compile(rf"{TYPE}(?P<join>\s){BODY}")  # "29/KH UBND"
_PARTY_TAIL = re.compile(rf"{TYPE}\s?/\s?{BODY}")
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,2})?[a-eđA-EĐ]?\Z")  # "12a/KH-UBND", "66.7/2025/NQ-CP"
_WORDS = re.compile(
    r"[^\W\d_]{4}|[^\W\d_]{2,}\s+[^\W\d_]{2,}|[^\W\d_]\s[^\W\d_]{2,}"
)  # a slot with words holds no number
_BLANK = re.compile(r"[\s._…‥:;,'\"`*~\-–—|]*\Z")
_SLOT = 14  # signs between "Số:" and the stroke: a written number, dots or spaces


_CITED_BEFORE = re.compile(
    r"(?:luat|nghi quyet|nghi dinh|quyet dinh|chi thi|thong tu|thong bao|ket luan|huong dan|quy dinh|cong van|de an)"
    r"\s*\Z"
)
_CITED_AFTER = re.compile(r"\s?(?:,|;|\)|ngay|cua|ve|va|nam|quy|ban|den)(?![a-z])")


def parse_number_line(text: str) -> NumberLine | None:
    """The number and symbol in a line of a head, or None where the line has none.

    "Số" must open the line or be written with a capital, so that a citation ("Kế hoạch số 12/KH-UBND") is
    none. The word may be missing where the line begins with the number and a known type.

    >>> parse_number_line("Số: 05/KH-UBND").number
    '05'
    >>> line = parse_number_line("Sô:  …… /KH-ƯBND")
    >>> line.number, line.symbol
    (None, 'KH-UBND')
    """
    found = _number_of(text.translate(LATIN))
    return None if found is None else replace(found, raw=text[found.start : found.end])


def _number_of(text: str) -> NumberLine | None:
    plain = aligned(text)
    for match in _SO.finditer(plain):
        opens = not text[: match.start()].strip(" .,:;-_|'*\t")
        if not (opens or text[match.start()] == "S"):
            continue
        if not opens and _CITED_BEFORE.search(plain, 0, match.start()):
            continue  # a line of a title in capitals: "... VÀ QUYẾT ĐỊNH SỐ 3103/QĐ-BTC"
        found = _after_so(text, match.start(), match.end())
        # A title in capitals cites too: "... QUYẾT ĐỊNH SỐ 06/QĐ-TTG NGÀY 02 THÁNG 01 ..."
        cites = text[match.start()] == "s" or text[match.start() : match.start() + 2].isupper()
        if found is not None and cites and _CITED_AFTER.match(plain, found.end):
            return None  # a wrapped line: "số 15/2020/TT-BGDĐT ngày 26 tháng 5 ..."
        if found is not None:
            return found
    return _without_so(text)


def _after_so(text: str, start: int, at: int) -> NumberLine | None:
    window = text[at : at + 90]
    newline = window.find("\n")
    # "Số: 05 KH/ĐTN", "Số:      KH/TH"
    youth = re.match(rf"\s*(?P<slot>[0-9]{{1,5}}\s?|[.…_\s]{{0,{_SLOT}}}){TYPE}\s?/\s?{BODY}", window)
    blank = youth is not None and not any(map(str.isdecimal, youth["slot"]))  # then a number may have been read as "I"
    if youth and (youth["type"] if blank else mend(youth["type"], "type")) in type_codes() - _ONE_LETTER:
        said = "no stroke before the symbol" if blank else "no hyphen after the number"
        return _number_line(text, start, youth["slot"], youth, at + youth.end(), "party", said)
    strokes = list(_strokes(window))
    typed = [at for at in strokes if window[at] == "/" and at <= _SLOT and _opens_symbol(window, at)]
    for stroke in (*typed, *strokes):  # "Só:)2/X /BC-SYT": the stroke before a known type is the true one
        if stroke > _SLOT + 20:
            break
        slot = window[:stroke]
        if len(slot.strip()) > _SLOT or (0 <= newline < stroke) or _WORDS.search(slot):
            break
        sign = window[stroke]
        tail_at = stroke + 1
        while tail_at < len(window) and window[tail_at] in " \t.":
            tail_at += 1
        if sign in "-–—":
            tail = _PARTY_TAIL.match(window, tail_at)
            if tail and is_type(tail["type"]):
                return _number_line(text, start, slot, tail, at + tail.end(), "party")
            continue
        tail = _STATE_TAIL.match(window, tail_at)
        if tail is None:
            continue
        if sign not in "/" and not (tail["type"] and is_type(tail["type"])):
            continue
        end = at + tail.end()
        doubt = None if sign == "/" else f"stroke read as {sign}"
        apart = _APART.match(window, tail_at)
        if apart and is_type(apart["type"]) and mend(apart["body"], "body") in body_codes():
            tail, end, doubt = apart, at + apart.end(), "no hyphen in the symbol"
        return _number_line(text, start, slot, tail, end, "state", doubt)
    # no stroke at all: "Số: 291KH-UBND", "Số 05 KH/ĐTN"
    glued = re.match(rf"(?P<slot>\s*[0-9]{{1,6}}\s?)(?:{TYPE}(?P<join>{HYPHEN}|\s?/\s?){BODY})", window)
    if glued and is_type(glued["type"]):
        form: Form = "party" if "/" in glued["join"] else "state"
        said = "no stroke before the symbol"
        return _number_line(text, start, glued["slot"], glued, at + glued.end(), form, said)
    # "Số: 07KHUB", "Số: 15 KH": what stands alone behind "Số" and begins with the code of a type
    alone = re.match(rf"(?P<slot>\s*[0-9]{{1,5}}\s?)(?P<only>{CODE})\s*(?:\n|\Z)", window)
    if alone and any(alone["only"].startswith(code) for code in type_codes() if len(code) > 1):
        said = "no stroke before the symbol"
        return _number_line(text, start, alone["slot"], alone, at + alone.end("only"), "letter", said)
    return None


_ONE_LETTER = frozenset(("L",))  # the code of laws, which no office's number line has


def _opens_symbol(window: str, stroke: int) -> bool:
    """Whether a known type of document and its hyphen follow a stroke."""
    tail = _STATE_TAIL.match(window, stroke + 1 + len(window[stroke + 1 :]) - len(window[stroke + 1 :].lstrip(" .")))
    return tail is not None and bool(tail["type"]) and is_type(tail["type"])


def _strokes(window: str) -> Iterable[int]:
    """Where the stroke may stand: real ones first, then signs that recognisers put for it."""
    yield from (index for index, sign in enumerate(window) if sign in "/-–—")
    yield from (index for index, sign in enumerate(window[:20]) if sign in "lI|\\!" and index)


_TORN = re.compile(r"[!?*<>$%€£¥¿¡§'’][^\s.,;:]*[^\W_]")  # signs and more letters behind what may be a symbol
_UNIT_IN_BRACKETS = re.compile(rf"\([{CAPITAL}0-9][{CAPITAL}{SMALL}0-9.\-]{{0,11}}\)")  # "45/KH-CATT(ĐTTH)"


def _number_line(
    text: str, start: int, slot: str, tail: re.Match[str], end: int, form: Form, doubt: str | None = None
) -> NumberLine | None:
    """The line from `start`, of what stands before the stroke and what behind it; None where that is no symbol."""
    number, misread = _number(slot)
    doubts = [said for said in (doubt, misread) if said]
    groups = tail.groupdict()
    year = groups.get("year")
    torn = _TORN.match(text, end)
    if torn is not None:  # "42/FE!-UB": what was read of the symbol is not all of it
        doubts.append(f"symbol read as {tail[0].strip()}{torn[0]}")
        return NumberLine(
            start, torn.end(), text[start : torn.end()], number, None, form, groups.get("year"), doubt=_told(doubts)
        )
    unit = _UNIT_IN_BRACKETS.match(text, end)
    if unit is not None and groups.get("body"):
        groups["body"] += unit.group()
        end = unit.end()
    line = NumberLine(start, end, text[start:end], number, None, form, year)
    if groups.get("law"):
        return replace(line, symbol=groups["law"], form="law", body_code=groups["law"], doubt=_told(doubts))
    if groups.get("type") and is_type(groups["type"]):
        sign = "/" if form == "party" or "/" in (groups.get("join") or "") else "-"
        symbol, repairs = mend_symbol(f"{groups['type']}{sign}{plain_marks(groups['body'])}")
        type_code, _, body = symbol.partition(sign)
        if form == "state" and sign == "/" and not year:
            doubts.append("stroke after the type in a state symbol")
        return replace(
            line, symbol=symbol, form="normative" if year else form, type_code=type_code, body_code=body,
            repairs=repairs, doubt=_told(doubts),
        )
    only = f"{groups['type']}{groups['join']}{groups['body']}" if groups.get("type") else groups.get("only") or ""
    if only == "V":
        return None  # "Số:    /  V/v ...": nothing but the subject after the stroke
    symbol, repairs = mend_symbol(only)
    line = replace(line, symbol=symbol, repairs=repairs)
    if symbol in type_codes():
        return replace(line, form="state", type_code=symbol, doubt=_told([*doubts, "no body in the symbol"]))
    if symbol.split("-")[0] not in body_codes():
        doubts.append(f"unknown body code {symbol.split('-')[0]}")
    return replace(line, form="letter", body_code=symbol, doubt=_told(doubts))


def _number(slot: str) -> tuple[str | None, str | None]:
    """The number that stands before the stroke, None where it is blank or unreadable, and what is unsure of it."""
    number = slot.strip(" .,:;_…\t'\"`*~")
    if _BLANK.match(slot):
        return None, None
    if not number or _NUMBER.match(number):
        return number, None
    compact = number.replace(" ", "")
    if _NUMBER.match(compact):
        return compact, f"number printed as {number}"
    return None, f"number read as {number}"


def _told(doubts: list[str]) -> str | None:
    return "; ".join(doubts) or None


_BARE = re.compile(
    rf"[\s.,:;*|_'\"]{{0,6}}(?P<slot>[0-9]{{0,6}}[a-z]?\s?)(?:(?P<stroke>/)\s?|"
    rf"-)(?:{YEAR}/)?{TYPE}(?P<join>{HYPHEN}|\s?/\s?){BODY}"
)


def _without_so(text: str) -> NumberLine | None:
    match = _BARE.match(text)
    if match is None or not is_type(match["type"]):
        return None
    if _CITED_AFTER.match(aligned(text), match.end()):
        return None  # the rest of a citation that a line break cut: "3103/QĐ-BTC ngày 05 tháng 9 ..."
    party = match["stroke"] is None
    if party and "/" not in match["join"]:
        return None
    form: Form = "party" if party else "state"
    return _number_line(text, match.start("slot"), match["slot"], match, match.end(), form, "the word Số is missing")
