"""Numbers and symbols of documents (số, ký hiệu): "29/KH-UBND", "14-CT/TU", "30/2020/NĐ-CP".

The trouble: the number is written by hand or left blank ("Số:      /KH-UBND"), spaces stand inside the
symbol, "Số" comes back as "Sé", "S6" or "So", đ as d, the stroke as l, I or 1.

What it never does: touch a digit. The symbol is repaired only to a member of a closed list of codes
(`document_types`, `body_codes`), each repair is named in `repairs`, and the printed form stays in `raw`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table

Form = Literal["state", "party", "normative", "law", "letter"]
Repair = tuple[str, str]


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


# --- closed lists and repair -----------------------------------------------------------------------------


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


def _mend(code: str, which: Literal["type", "body"]) -> str:
    """The code itself, or the one member of the closed list that it is a likely misreading of."""
    known = type_codes() if which == "type" else body_codes()
    if code in known:
        return code
    single = re.sub("[ĐÐ]{1,2}|[DĐ]B(?=[A-ZĐ]*$)", "Đ", code)  # an English model reads Đ as "DB" now and then
    if single in known:
        return single
    found = _by_key(which).get(_key(code))
    if found is not None:
        return found
    if code[-1:].isdecimal() and code[:-1] in _FOOTNOTED:
        return code[:-1]  # "NĐ-CP1": the figure of a footnote
    if which == "type" and code.upper() in known:
        return code.upper()
    return _TWICE.sub("Đ", code)


_TWICE = re.compile("ĐÐ|ÐĐ")  # one letter read as Đ and as the eth that looks like it: no keyboard has both


_FOOTNOTED = frozenset(("CP", "TTg", "UBND", "HĐND", "TU", "TW", "BTC", "BNV", "BYT", "BCA"))


def mend_symbol(symbol: str) -> tuple[str, tuple[Repair, ...]]:
    """A symbol without inner spaces and mended from the closed lists, with the repairs made.

    >>> mend_symbol("KH - ƯBNĐ")
    ('KH-UBND', (('ƯBNĐ', 'UBND'),))
    >>> mend_symbol("QD-TTg")
    ('QĐ-TTg', (('QD', 'QĐ'),))
    """
    plain = _plain_marks(symbol)
    parts = re.split(r"([-/])", plain)
    repairs: list[Repair] = []
    out = []
    is_typed = len(parts) > 1 and _mend(parts[0], "type") in type_codes()
    for index, part in enumerate(parts):
        if index % 2:
            out.append(part)
            continue
        mended = _mend(part, "type" if index == 0 and is_typed else "body")
        if mended != part:
            repairs.append((part, mended))
        out.append(mended)
    return "".join(out), tuple(repairs)


def _plain_marks(text: str) -> str:
    return re.sub(r"\s*([-/])\s*", r"\1", re.sub(r"[–—‐‑−]", "-", text)).strip().rstrip(".,;:")


# --- grammar ---------------------------------------------------------------------------------------------

_CAP = "A-ZĐÐƠƯÂÊÔĂ"  # the second Đ is the Icelandic eth that recognisers put for it, also behind it ("QĐÐ")
_LOW = "a-zđơưâêôă"
# A body's code: capitals first; ends before a word that was printed without a space ("BTCngày", "CP.Điều").
_WORD = rf"[{_CAP}](?:[{_CAP}0-9&]|[{_LOW}]{{1,2}}(?![^\W\d_A-ZĐ]{{1}})|\.(?=[{_CAP}0-9]{{2}}|[{_CAP}]\b))*"
_HY = r"\s?[-–—‐‑−]\s?"
# A further group of the body ("UBND-VX", "SYT - NVY"): with a space it must be in capitals, else a new
# sentence begins ("29/KH-UBND - Kế hoạch ...").
_MORE = rf"(?:[-–—‐‑−/](?:\n)?{_WORD}|\s[-–—‐‑−]\s[{_CAP}]{{2,}}(?![{_LOW}]))"
_BODY = rf"(?P<body>{_WORD}(?:{_MORE}){{0,3}})"
_TYPE = rf"(?P<type>[{_CAP}Il1][{_CAP}{_LOW}Il1]{{0,4}})"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"

# The head. On aligned text: "so", "s6", "s0", "se" (Sé), "sb" (Số as Sb), "s:".
_SO = re.compile(r"(?<![a-z0-9])s\s?[o06eb&9]?\s?[:;.,]{0,2}(?=[\s\d./_\-|iloa-z~'*]|$)")
_STATE_TAIL = re.compile(
    rf"(?:{_YEAR}\s?/\s?)?(?:{_TYPE}(?P<join>{_HY}|\s?/\s?)(?P<body>{_WORD}(?:{_MORE}){{0,3}})|"
    rf"(?P<law>(?:UBTV)?QH\d{{1,2}})|(?P<only>{_WORD}(?:{_MORE}){{0,3}}))"
)
_APART = re.compile(rf"{_TYPE}(?P<join>\s){_BODY}")  # "29/KH UBND"
_PARTY_TAIL = re.compile(rf"{_TYPE}\s?/\s?{_BODY}")
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
    found = _number_of(text.translate(_LATIN))
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
    youth = re.match(rf"\s*(?P<slot>[0-9]{{1,5}}\s|[.…_\s]{{0,{_SLOT}}}){_TYPE}\s?/\s?{_BODY}", window)
    blank = youth is not None and not any(map(str.isdecimal, youth["slot"]))  # then a number may have been read as "I"
    if youth and (youth["type"] if blank else _mend(youth["type"], "type")) in type_codes() - _ONE_LETTER:
        said = "no stroke before the symbol" if blank else "no hyphen after the number"
        return _number_line(text, start, at, youth["slot"], youth, at + youth.end(), "party", said)
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
            if tail and _mend(tail["type"], "type") in type_codes():
                return _number_line(text, start, at, slot, tail, at + tail.end(), "party")
            continue
        tail = _STATE_TAIL.match(window, tail_at)
        if tail is None:
            continue
        if sign not in "/" and not (tail["type"] and _mend(tail["type"], "type") in type_codes()):
            continue
        end = at + tail.end()
        doubt = None if sign == "/" else f"stroke read as {sign}"
        apart = _APART.match(window, tail_at)
        if (
            apart
            and _mend(apart["type"], "type") in type_codes()
            and _mend(apart["body"], "body") in body_codes()
        ):
            tail, end, doubt = apart, at + apart.end(), "no hyphen in the symbol"
        return _number_line(text, start, at, slot, tail, end, "state", doubt)
    # no stroke at all: "Số: 291KH-UBND", "Số 05 KH/ĐTN"
    glued = re.match(rf"(?P<slot>\s*[0-9]{{1,6}}\s?)(?:{_TYPE}(?P<join>{_HY}|\s?/\s?){_BODY})", window)
    if glued and _mend(glued["type"], "type") in type_codes():
        form: Form = "party" if "/" in glued["join"] else "state"
        return _number_line(
            text, start, at, glued["slot"], glued, at + glued.end(), form, "no stroke before the symbol"
        )
    return None


_ONE_LETTER = frozenset(("L",))  # the code of laws, which no office's number line has


def _opens_symbol(window: str, stroke: int) -> bool:
    """Whether a known type of document and its hyphen follow a stroke."""
    tail = _STATE_TAIL.match(window, stroke + 1 + len(window[stroke + 1 :]) - len(window[stroke + 1 :].lstrip(" .")))
    return tail is not None and bool(tail["type"]) and _mend(tail["type"], "type") in type_codes()


def _strokes(window: str) -> Iterable[int]:
    """Where the stroke may stand: real ones first, then signs that recognisers put for it."""
    yield from (index for index, sign in enumerate(window) if sign in "/-–—")
    yield from (index for index, sign in enumerate(window[:20]) if sign in "lI|\\!" and index)


_UNIT_IN_BRACKETS = re.compile(rf"\([{_CAP}0-9][{_CAP}{_LOW}0-9.\-]{{0,11}}\)")  # "45/KH-CATT(ĐTTH)"


def _number_line(
    text: str,
    start: int,
    at: int,
    slot: str,
    tail: re.Match[str],
    end: int,
    form: Form,
    doubt: str | None = None,
) -> NumberLine | None:
    doubts = [doubt] if doubt else []
    number: str | None = slot.strip(" .,:;_…\t'\"`*~")
    if _BLANK.match(slot):
        number = None
    elif number and not _NUMBER.match(number):
        compact = number.replace(" ", "")
        if _NUMBER.match(compact):
            doubts.append(f"number printed as {number}")
            number = compact
        else:
            doubts.append(f"number read as {number}")
            number = None
    groups = tail.groupdict()
    unit = _UNIT_IN_BRACKETS.match(text, end)
    if unit is not None and groups.get("body"):
        groups["body"] += unit.group()
        end = unit.end()
    repairs: tuple[Repair, ...] = ()
    year = groups.get("year")
    if groups.get("law"):
        symbol = groups["law"]
        return NumberLine(
            start, end, text[start:end], number, symbol, "law", year, None, symbol, (), _doubt(doubts)
        )
    if groups.get("type"):
        kind = groups["type"]
        if _mend(kind, "type") in type_codes():
            sign = "/" if form == "party" or "/" in (groups.get("join") or "") else "-"
            symbol, repairs = mend_symbol(f"{kind}{sign}{_plain_marks(groups['body'])}")
            type_code, _, body = symbol.partition(sign)
            if form == "state" and sign == "/" and not year:
                doubts.append("stroke after the type in a state symbol")
            return NumberLine(
                start,
                end,
                text[start:end],
                number,
                symbol,
                "normative" if year else form,
                year,
                type_code,
                body,
                repairs,
                _doubt(doubts),
            )
        groups["only"] = f"{kind}{groups['join']}{groups['body']}"
    if (groups.get("only") or "") == "V":
        return None  # "Số:    /  V/v ...": nothing but the subject after the stroke
    symbol, repairs = mend_symbol(groups.get("only") or "")
    if symbol in type_codes():
        doubts.append("no body in the symbol")
        return NumberLine(
            start, end, text[start:end], number, symbol, "state", year, symbol, None, repairs, _doubt(doubts)
        )
    if symbol.split("-")[0] not in body_codes():
        doubts.append(f"unknown body code {symbol.split('-')[0]}")
    return NumberLine(
        start, end, text[start:end], number, symbol, "letter", year, None, symbol, repairs, _doubt(doubts)
    )


def _doubt(doubts: list[str]) -> str | None:
    return "; ".join(doubts) or None


_BARE = re.compile(
    rf"[\s.,:;*|_'\"]{{0,6}}(?P<slot>[0-9]{{0,6}}[a-z]?\s?)(?:(?P<stroke>/)\s?|"
    rf"-)(?:{_YEAR}/)?{_TYPE}(?P<join>{_HY}|\s?/\s?){_BODY}"
)


def _without_so(text: str) -> NumberLine | None:
    match = _BARE.match(text)
    if match is None or _mend(match["type"], "type") not in type_codes():
        return None
    if _CITED_AFTER.match(aligned(text), match.end()):
        return None  # the rest of a citation that a line break cut: "3103/QĐ-BTC ngày 05 tháng 9 ..."
    party = match["stroke"] is None
    if party and "/" not in match["join"]:
        return None
    return _number_line(
        text,
        match.start("slot"),
        match.start("slot"),
        match["slot"],
        match,
        match.end(),
        "party" if party else "state",
        "the word Số is missing",
    )


# --- running text ----------------------------------------------------------------------------------------

_GAP = r"[ \t]?\n?[ \t]?"
_FOUND = re.compile(
    "|".join(
        (
            rf"(?P<law>(?<![\w/])(?P<law_n>\d{{1,4}}){_GAP}/{_GAP}(?P<law_y>(?:19|"
            rf"20)\d{{2}}){_GAP}/{_GAP}(?P<law_b>(?:UBTV)?QH\s?\d{{1,2}})(?!\w))",
            rf"(?P<adm>(?<![\w/])(?P<adm_n>\d{{1,6}}(?:\.\d{{1,2}})?[a-zA-Z]?){_GAP}/{_GAP}(?:(?P<adm_y>(?:19|"
            rf"20)\d{{2}}){_GAP}/{_GAP})?(?P<adm_t>[{_CAP}][{_CAP}{_LOW}Il1]{{0,4}}){_GAP}(?P<adm_j>[-–—‐‑−/]){_GAP}(?P<adm_b>{_WORD}(?:{_MORE}){{0,3}}))",
            rf"(?P<glu>(?<![\w/])(?P<glu_n>\d{{1,6}}){_GAP}/{_GAP}(?P<glu_y>(?:19|20)\d{{2}})/(?P<glu_s>[{_CAP}]{{4,14}})(?![\w&-]))",
            rf"(?P<pty>(?<![\w/\-–])(?P<pty_n>\d{{1,5}}){_GAP}(?:[-–—‐‑−]{_GAP}|"
            rf"(?<=\s))(?P<pty_t>[{_CAP}][{_CAP}{_LOW}Il1]{{0,4}}){_GAP}/{_GAP}(?P<pty_b>{_WORD}(?:[-–]{_WORD}){{0,2}}))",
            rf"(?P<cv>(?<![\w/])(?P<cv_n>\d{{1,6}}){_GAP}/{_GAP}(?P<cv_b>{_WORD}(?:{_MORE}){{0,3}}))",
            # "số 175QĐ-SYT": the stroke was lost
            rf"(?P<lost>(?<=\s)(?P<lost_n>\d{{1,5}})(?P<lost_t>[{_CAP}]{{2,4}})(?P<lost_j>[-–])(?P<lost_b>{_WORD}(?:{_MORE}){{0,3}}))",
            rf"(?P<blank>(?<=số)[\s._…]{{0,16}}(?P<blank_s>[-/])\s?(?:(?P<blank_y>(?:19|"
            rf"20)\d{{2}})/)?(?P<blank_t>[{_CAP}][{_CAP}{_LOW}]{{0,4}})(?P<blank_j>[-–/])(?P<blank_b>{_WORD}(?:{_MORE}){{0,3}}))",
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
    latin = text.translate(_LATIN)
    for match in _FOUND.finditer(latin):
        value = _symbol(match, latin)
        if value is not None:
            printed = text[value.start : value.end]
            repairs = value.repairs if printed == value.raw else (*value.repairs, (printed, value.raw))
            found.append(replace(value, raw=printed, repairs=repairs))
    return tuple(found)


# Cyrillic capitals that look like Latin ones stand in a few texts typed or recognised with a Russian model; the
# Vietnamese model reads a stroke as that of fractions now and then.
_LATIN = str.maketrans("АВЕКМНОРСТХ⁄∕", "ABEKMHOPCTX//")


def _glued(match: re.Match[str], start: int, end: int, raw: str) -> FoundSymbol | None:
    """ "214/2025/NĐCP": type and body both from the closed lists, the hyphen lost."""
    codes = match["glu_s"]
    for cut in range(2, min(5, len(codes) - 1)):
        if codes[:cut] in type_codes() and codes[cut:] in body_codes():
            symbol = f"{codes[:cut]}-{codes[cut:]}"
            whole = f"{match['glu_n']}/{match['glu_y']}/{symbol}"
            return FoundSymbol(
                start,
                end,
                raw,
                whole,
                "normative",
                match["glu_n"],
                codes[:cut],
                codes[cut:],
                match["glu_y"],
                ((codes, symbol),),
                "no hyphen in the symbol",
            )
    return None


def _without_stroke(match: re.Match[str], start: int, end: int, text: str) -> FoundSymbol | None:
    """ "số 175QĐ-SYT": type and body both from the closed lists, the stroke lost; a figure may be lost with it."""
    type_code = _mend(match["lost_t"], "type")
    symbol, repairs = mend_symbol(f"{match['lost_t']}-{_plain_marks(match['lost_b'])}")
    body = symbol.partition("-")[2]
    said = aligned(text[max(0, start - 5) : start]).rstrip(" :.").endswith("so")
    if not said or type_code not in type_codes() or body.split("-")[0] not in body_codes():
        return None
    number, raw = match["lost_n"], text[start:end]
    return FoundSymbol(
        start, end, raw, f"{number}/{symbol}", "state", number, type_code, body, None,
        (*repairs, (raw, f"{number}/{symbol}")), "no stroke before the symbol",
    )


def _symbol(match: re.Match[str], text: str) -> FoundSymbol | None:
    kind = next(name for name in ("law", "adm", "glu", "pty", "cv", "lost", "blank") if match[name] is not None)
    start, end = match.span()
    while text[end - 1] in ".,;&":
        end -= 1
    raw = text[start:end]
    if kind == "law":
        body = match["law_b"].replace(" ", "")
        return FoundSymbol(
            start,
            end,
            raw,
            f"{match['law_n']}/{match['law_y']}/{body}",
            "law",
            match["law_n"],
            None,
            body,
            match["law_y"],
        )
    if kind == "glu":
        return _glued(match, start, end, raw)
    number = match[f"{kind}_n"] if kind != "blank" else None
    if kind == "cv":
        symbol, repairs = mend_symbol(match["cv_b"])
        first = symbol.split("-")[0]
        before = aligned(text[max(0, start - 14) : start])
        if first not in body_codes() and not re.search(r"so\s*:?\s*\Z|van\s*\Z", before):
            return None  # "10/ASEAN", "1/Hà": a number over a word
        if "-" not in symbol and first not in body_codes():
            return None
        doubt = None if first in body_codes() else f"unknown body code {first}"
        return FoundSymbol(
            start, end, raw, f"{number}/{symbol}", "letter", number, None, symbol, None, repairs, doubt
        )
    type_code = _mend(match[f"{kind}_t"], "type")
    if kind == "pty":
        glued = not re.search(r"[-–—‐‑−]", raw[: raw.index("/")])
        if type_code not in type_codes() or (
            glued and not aligned(text[max(0, start - 4) : start]).rstrip().endswith("so")
        ):
            return None
        symbol, repairs = mend_symbol(f"{match['pty_t']}/{match['pty_b']}")
        doubt = "no hyphen after the number" if glued else None
        return FoundSymbol(
            start,
            end,
            raw,
            f"{number}-{symbol}",
            "party",
            number,
            type_code,
            symbol.partition("/")[2],
            None,
            repairs,
            doubt,
        )
    if kind == "lost":
        return _without_stroke(match, start, end, text)
    year = match[f"{kind}_y"]
    join = match[f"{kind}_j"]
    sign = "/" if join == "/" else "-"
    if type_code not in type_codes():
        if sign == "/" or kind == "blank":
            return None
        symbol, repairs = mend_symbol(f"{match[f'{kind}_t']}-{_plain_marks(match[f'{kind}_b'])}")
        known = symbol.split("-")[0] in body_codes()
        return FoundSymbol(
            start,
            end,
            raw,
            "/".join(part for part in (number, year, symbol) if part),
            "letter",
            number,
            None,
            symbol,
            year,
            repairs,
            None if known else f"unknown type or body {symbol.split('-')[0]}",
        )
    symbol, repairs = mend_symbol(f"{match[f'{kind}_t']}{sign}{_plain_marks(match[f'{kind}_b'])}")
    if kind == "blank":
        stroke = match["blank_s"]
        whole = f"{stroke}{year + '/' if year else ''}{symbol}"
        form: Form = "party" if stroke == "-" else "state"
        start += len(match.group()) - len(match.group().lstrip())
        return FoundSymbol(
            start,
            end,
            text[start:end],
            whole,
            form,
            None,
            type_code,
            symbol.partition(sign)[2],
            year,
            repairs,
        )
    whole = "/".join(part for part in (number, year, symbol) if part)
    return FoundSymbol(
        start,
        end,
        raw,
        whole,
        "normative" if year else "state",
        number,
        type_code,
        symbol.partition(sign)[2],
        year,
        repairs,
    )
