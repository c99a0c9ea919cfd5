"""Cited instruments (căn cứ, viện dẫn): "Chỉ thị số 14-CT/TU ngày 05/3/2021 của Ban Thường vụ Tỉnh ủy về ...".

The trouble: type, number, date, issuer and subject come in any selection; several stand in one paragraph; a later
mention is short. What surrounds a number is read by `citation_parts`, what has none by `unnumbered`.

The evidence, in order of trust: the symbol, the word of the type before it, a date, "của" with a known body,
"về" or a verb of rule-making after it, the table of laws for the end of a law's name.

What it never does: fill what is not printed, or take a programme named without a citation for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from pipeline.knowledge.bodies import looks_like_body
from pipeline.knowledge.citation_parts import TYPE, Citation, printed_type, take_date, take_issuer, take_subject, tidy
from pipeline.knowledge.fuzzy import aligned, is_one_letter_off, plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.symbols import FoundSymbol, find_symbols
from pipeline.knowledge.unnumbered import (
    LIKE_BODY,
    find_bare_numbers,
    find_charters,
    find_congress_resolutions,
    find_council_resolutions,
    find_damaged,
    find_dated,
    find_laws,
    find_of_type,
)

_BEFORE_SYMBOL = re.compile(
    rf"(?<![a-z])(?P<type>{TYPE})(?P<middle>(?:\s+[^;\n]{{1,110}}?)??)\s*,?\s*(?:(?<![a-z])s[o06e]\s*[:.]?\s*)?\Z"
)
_TYPE = re.compile(TYPE)
_NUMBER_WORD = re.compile(r"(?<![a-z])s[o06e]\s*[:.]?\s*\Z")
_NOISE_BEFORE = re.compile(
    r"(?<![a-z])s[o06e]\s*[:.]?\s*(?P<noise>[^\s,;]{0,3}[a-z0-9][^\s,;]{0,3}\s+)\Z"
)  # "số §I 19/QĐ-SYT"
_LIST_JOIN = re.compile(r"\s*(?:,|;|va|hoac)\s*(?:(?<![a-z])s[o06]\s*[:.]?\s*)?\Z")
_AMENDING_BEFORE = re.compile(
    r"(?<![a-z])luat\s+(?P<rest>sua doi,? bo sung\s+mot so dieu\s+(?:cua\s+)?[^;.]{0,110})\Z"
)


def find_citations(text: str) -> tuple[Citation, ...]:
    """All cited instruments of a paragraph, in order, each mention by itself.

    >>> cited, = find_citations("Căn cứ Quyết định số 12/QĐ-UBND ngày 05/3/2024 của UBND tỉnh về việc giao chỉ tiêu;")
    >>> cited.number, cited.date, cited.issuer, cited.subject
    ('12/QĐ-UBND', '2024-03-05', 'UBND tỉnh', 'về việc giao chỉ tiêu')
    """
    flat = aligned(text)
    found: list[Citation] = []
    floor = number_end = opened = 0
    for symbol in find_symbols(text):
        inside = symbol.start < floor  # of the subject of the one before: "sửa đổi Quyết định số ..."
        if inside and symbol.start > opened + LONGEST_SUBJECT:
            continue
        citation = _numbered(text, flat, symbol, number_end if inside else floor, found)
        if citation is None or (inside and not _TYPE.match(flat, citation.start)):
            continue
        found.append(citation)
        opened = opened if inside else citation.start
        floor, number_end = max(floor, citation.end), symbol.end
    taken = bytearray(len(text))  # a sign for each letter, so that a text of nothing but laws stays linear
    for citation in found:
        taken[citation.start : citation.end] = b"\1" * (citation.end - citation.start)
    for finder in (
        find_damaged, find_of_type, find_bare_numbers, find_laws, find_charters, find_congress_resolutions,
        find_council_resolutions, find_dated,
    ):
        for citation in finder(text, flat, taken):
            found.append(citation)
            taken[citation.start : citation.end] = b"\1" * (citation.end - citation.start)
    found.sort(key=lambda citation: citation.start)
    return tuple(found)


LONGEST_SUBJECT = 600  # signs from a citation in which its subject cites another; more is a text without a stop
BEFORE = 150  # signs before a number in which its type and what is between them stand
AMENDING_WITHIN = 160  # signs before a law in which "Luật sửa đổi, bổ sung ... của" begins
LAWS = ("Luật", "Bộ luật", "Pháp lệnh")  # what stands between the word and the number is their name


def _numbered(
    text: str, flat: str, symbol: FoundSymbol, floor: int, found: list[Citation]
) -> Citation | None:
    low = max(floor, symbol.start - BEFORE)
    before = flat[low : symbol.start]
    doubt = symbol.doubt
    noise = _NOISE_BEFORE.search(before)
    if noise:
        before = before[: noise.start("noise")]
        doubt = f"number read as {text[low + noise.start('noise') : symbol.start].strip()} {symbol.number}"
    match = _last(_BEFORE_SYMBOL, before)
    if match is not None and _middle_fits(match):
        opening = _typed(text, flat, match, low, floor)
    elif found and _LIST_JOIN.match(flat[found[-1].end : symbol.start]) and symbol.type_code:
        opening = _Opening(symbol.start, found[-1].type)  # "Nghị quyết số 05/NQ-HĐND, 06/NQ-HĐND"
    else:
        told = _told_by_symbol(symbol, _NUMBER_WORD.search(before), low)
        if told is None:
            return None
        opening, doubt = told, doubt or "type taken from the symbol"
    at, date, date_doubt = take_date(text, flat, symbol.end)
    issuer, at = take_issuer(text, flat, at)
    issuer = opening.issuer or issuer or _said_before(text, flat, floor, opening.start)
    if date is None:
        at, date, date_doubt = take_date(text, flat, at)
    subject = opening.subject
    if subject is None or opening.type not in LAWS:
        behind, at = take_subject(text, flat, at, len(text))
        subject = subject or behind
    doubts = "; ".join(part for part in (doubt, date_doubt) if part) or None
    return Citation(
        opening.start, at, text[opening.start : at], opening.type, symbol.text, date, issuer, tidy(subject),
        "numbered", doubts,
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """What stands before the number of a citation, and where it begins."""

    start: int
    type: str
    issuer: str | None = None
    subject: str | None = None


def _typed(text: str, flat: str, match: re.Match[str], low: int, floor: int) -> _Opening:
    """The type in words and what is between it and the number. `match` is in the text from `low` on."""
    kind = printed_type(match["type"])
    start = low + match.start()
    end = low + match.end("middle")
    middle = text[low + match.start("middle") : end].strip(" ,")
    if kind in LAWS:
        amending = _AMENDING_BEFORE.search(flat, max(floor, start - AMENDING_WITHIN), start)
        if amending and middle:  # "Luật sửa đổi ... của Luật Nhà ở số ...": the number is that of the first
            return _Opening(amending.start(), kind, None, re.sub(r"\s+", " ", text[amending.start("rest") : end]))
        return _Opening(start, kind, None, middle or None)
    if middle and aligned(middle).startswith("cua "):
        return _Opening(start, kind, re.sub(r"^của\s+", "", middle))
    return _Opening(start, kind, None, middle if middle and plain(middle) != "lien tich" else None)


def _told_by_symbol(symbol: FoundSymbol, word: re.Match[str] | None, low: int) -> _Opening | None:
    """The type by the symbol alone; `word` is the "số" before it, in the text from `low` on."""
    if symbol.type_code and (word or symbol.form in ("normative", "party", "state")):
        return _Opening(low + word.start() if word else symbol.start, _type_name(symbol))
    if symbol.form == "law":
        kind = "Nghị quyết" if (symbol.body_code or "").startswith("UBTVQH") else "Luật"
        return _Opening(symbol.start, kind)
    return _Opening(symbol.start, "Công văn") if word and symbol.form == "letter" else None


_SAID_IN = re.compile(
    r"(?:de nghi|y kien|chi dao|yeu cau|huong dan|thong bao|ket luan|bao cao|giao) cua\s+"
    r"(?P<who>[^;.:\n]{3,80}?)\s+tai\s*(?:cac\s+)?\Z"
)


def _said_before(text: str, flat: str, floor: int, start: int) -> str | None:
    """Whose the instrument is, said before it: "theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số ..."."""
    found = _SAID_IN.search(flat, max(floor, start - 130), start)
    if found is None:
        return None
    who = text[found.start("who") : found.end("who")]
    listed = "," in who and looks_like_body(who) < LIKE_BODY  # "Sở Văn hóa, Thể thao và Du lịch" has a comma
    return who if who[:1].isupper() and not listed else None


def _last(pattern: re.Pattern[str], before: str) -> re.Match[str] | None:
    """The match that begins last, so that "Quyết định ban hành Kế hoạch số ..." gives "Kế hoạch"."""
    found = None
    at = 0
    while True:
        match = pattern.search(before, at)
        if match is None:
            return found
        if found is None or _middle_fits(match):
            found = match
        at = match.start() + 1


def _middle_fits(match: re.Match[str]) -> bool:
    """Whether the words between type and number belong to them: nothing, a law's name, or "của" and an issuer."""
    middle = match["middle"].strip(" ,")
    if not middle:
        return True
    if match["type"] in ("luat", "bo luat", "phap lenh"):
        return not re.search(
            r"[;:]|(?<![a-z])(?:ngay|cua (?:chinh phu|bo )|nghi dinh|thong tu)(?![a-z])", middle
        )
    return (
        bool(re.match(r"(?:cua\s|lien tich)", middle))
        and len(middle) < 70
        and not re.search(r"[;:.,]|(?<![a-z])(?:ngay|ve|theo|tai)(?![a-z])", middle)
    )


@cache
def _names_of_codes() -> dict[tuple[str, bool], str]:
    names: dict[tuple[str, bool], str] = {}
    for code, name, family, _ in load_table("document_types"):
        names.setdefault((code, family == "party"), name)
    return names


def _type_name(symbol: FoundSymbol) -> str:
    names = _names_of_codes()
    code = symbol.type_code or ""
    party = symbol.form == "party"
    return names.get((code, party)) or names.get((code, not party)) or code


# --- merging ---------------------------------------------------------------------------------------------


def _identity(citation: Citation) -> str:
    if citation.number and re.match(r"\d", citation.number):
        number = plain(citation.number)
        return re.sub(r"^0+", "", re.sub(r"\s", "", number))
    subject = re.sub(r"[^a-z0-9]+", " ", plain(citation.subject or "")).strip()
    if citation.kind == "law":
        return f"{citation.type} {subject}"
    return f"{citation.type}|{citation.date}|{plain(citation.issuer or '')}|{subject}"


def merge_citations(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Every instrument once, in order of first mention; another mention fills what the first lacks.

    Two mentions are one by their number, a law by its name. Different dates for one number are kept as the first
    prints it and named in `doubt`.
    """
    found: dict[str, Citation] = {}
    for citation in citations:
        key = _identity(citation)
        if citation.kind == "law" and key not in found:
            key = next((one for one in found if len(key) >= LONG_NAME and is_one_letter_off(key, one)), key)
        known = found.get(key)
        if known is None:
            found[key] = citation
            continue
        doubt = known.doubt
        if key != _identity(citation):
            doubt = "; ".join(part for part in (doubt, f"also read as {citation.subject}") if part)
        if known.date and citation.date and not _dates_agree(known.date, citation.date):
            doubt = "; ".join(part for part in (doubt, f"also dated {citation.date}") if part)
        found[key] = replace(
            known,
            date=_longer_date(known.date, citation.date),
            issuer=known.issuer or citation.issuer,
            subject=known.subject or citation.subject,
            number=known.number or citation.number,
            doubt=doubt,
        )
    return tuple(found.values())


LONG_NAME = 16  # letters of a type and a name that no other law differs from in one


def _dates_agree(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one)


def _longer_date(one: str | None, two: str | None) -> str | None:
    if one and two and _dates_agree(one, two):
        return max(one, two, key=len)
    return one or two
