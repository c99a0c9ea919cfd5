"""Instruments cited without a number: laws by their name, resolutions of congresses, a type with issuer and date.

The trouble: "Luật Đất đai năm 2024", "các luật liên quan" and "Luật sửa đổi, bổ sung một số điều của Luật A, Luật B"
begin alike; a name of a law may hold "và" and commas.

The evidence, in order of trust: the table of laws, a capital after "Luật", a year or date behind the name.

What it never does: take a programme that is only spoken of for one that is cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipeline.knowledge.bodies import looks_like_body
from pipeline.knowledge.citation_parts import (
    ISSUER_JOIN,
    TYPE,
    Citation,
    Kind,
    law_pattern,
    printed_type,
    take_date,
    take_issuer,
    take_subject,
    tidy,
)
from pipeline.knowledge.fuzzy import aligned, plain
from pipeline.knowledge.lexicon import load_table


@cache
def _laws() -> re.Pattern[str]:
    names = sorted({law_pattern(plain(row[0])) for row in load_table("laws")}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(names)})(?![a-z])")


_LAW_WORD = re.compile(r"(?<![a-z])(?P<type>bo luat|luat|phap lenh)\s+(?=[a-z])")
_LAW_AMENDING = re.compile(
    r"sua doi,? bo sung(?:\s+mot so dieu)?(?:\s+cua)?\s+(?:cac\s+)?(?:bo luat|luat)?\s*"
)
_NEXT_LAW = re.compile(r"\s*(?:,|\sva)?\s*(?:bo luat|luat)\s+")
_AMENDING_STOP = re.compile(r"[;.:()\n]|\s+(?:so|ngay|nam)\s+[0-9]|$")
_LAW_STOP = re.compile(
    r"\s+(?:nam|ngay|so)\s+[0-9]|\s+va\s+(?:cac|nhung|luat|bo luat|nghi dinh|quy dinh|huong dan|thong tu)|"
    r"[,;.:()\n]|\s+(?:da|duoc|cua|quy dinh|la|trong|ve|de|theo|khi|nay|hien hanh|tren|voi|tai|den|cho|"
    r"co hieu luc|do)(?![a-z])|$"
)
# Words that end a name and have the keys of syllables of names: "chữ thập đỏ", "vận tải"
_MARKED_STOPS = {"do": "do", "de": "để", "tai": "tại", "la": "là", "den": "đến", "cho": "cho", "voi": "với"}


def _is_of_name(text: str, stop: re.Match[str]) -> bool:
    """Whether what looks like a word after a law's name is, by its marks, a syllable of the name."""
    word = _MARKED_STOPS.get(stop.group().strip())
    printed = text[stop.start() : stop.end()].strip().lower()
    return word is not None and printed != word and not printed.isascii()


_YEAR = re.compile(
    r"\s*,?\s*\(?(?:nam\s+)?(?P<year>(?:19|"
    r"20)[0-9]{2})(?![0-9])\)?(?P<amended>\s*\(?,?\s*(?:duoc )?sua doi,? bo sung[^;.,)]{0,40}\)?)?"
)
_NO_LAW = re.compile(
    r"(?:su(?! dung)|nay|phap|su quoc|le|hien|khac|duoc|va|co|chuyen nganh|lien quan|quoc te|tuc)(?![a-z])"
)

_TIMES = r"(?:lan thu\s+[a-z0-9]+|khoa\s+[ivxl0-9]+|nhiem ky\s+[0-9]{4}\s*-\s*[0-9]{4})"
# "Đại hội lần thứ IV Hội Nông dân Việt Nam": whose congress it is may stand behind its number
_WHOSE = r"(?:hoi|doan|cong doan|lien doan|dang bo|dang|mat tran)(?:\s+(?!va\b|ve\b|lan\b|khoa\b|nhiem\b)[a-z]+){1,8}"
_CONGRESS = re.compile(
    r"(?<![a-z])(?P<type>nghi quyet)\s+(?:cua\s+)?(?P<name>(?:hoi nghi\s+(?:lan thu\s+[a-z0-9]+\s+)?"
    r"(?:ban chap hanh\s+)?)?"
    r"(?:dai hoi(?:\s+(?!lan\b)[a-z]+){0,14}?|trung uong\s+(?:[0-9]{1,2}(?:\s*\(lan\s+[a-z0-9]+\))?|dang))"
    rf"(?:,?\s*{_TIMES}){{1,3}}(?:\s+cua dang|\s+{_WHOSE}(?:,?\s*{_TIMES})?)?)"
)
_OF_BODY = re.compile(
    rf"(?<![a-z])(?P<type>{TYPE})\s+(?=(?:so\s+)?(?:[./…_\s]{{2,16}}/?[a-z&\-]{{0,16}}\s+)?(?:ngay|cua)\s)"
)


def _free(start: int, end: int, taken: bytearray) -> bool:
    return not any(taken[start:end])


def find_laws(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    for match in _LAW_WORD.finditer(flat):
        begin = match.end()
        if not text[match.start()].isupper() or not _free(match.start(), begin, taken):
            continue
        if _NO_LAW.match(flat, begin) or not (text[begin].isupper() or flat.startswith("sua doi", begin)):
            continue
        amending = _LAW_AMENDING.match(flat, begin)
        name = _laws().match(flat, amending.end() if amending else begin)
        if name is not None:
            end = name.end()
        else:
            stops = (_LAW_STOP if amending is None else _AMENDING_STOP).finditer(flat, begin, begin + 140)
            stop = next((stop for stop in stops if not _is_of_name(text, stop)), None)
            if stop is None:
                continue
            end = stop.start()
            if end - begin < 3:
                continue
        while amending and (more := _NEXT_LAW.match(flat, end)) and (name := _laws().match(flat, more.end())):
            end = name.end()  # one law amends several
        subject = re.sub(r"\s+", " ", text[begin:end]).strip(" ,;.*_")
        year = _YEAR.match(flat, end)
        date, doubt = None, None if name is not None else "name not in the table of laws"
        if year:
            date, end = year["year"], year.end("year")
        else:
            end, date, _ = take_date(text, flat, end)
        issuer, end = (
            take_issuer(text, flat, end)
            if ISSUER_JOIN.match(flat, end) and re.match(r"\s*cua quoc hoi", flat[end:])
            else (None, end)
        )
        yield Citation(
            match.start(),
            end,
            text[match.start() : end],
            printed_type(match["type"]),
            None,
            date,
            issuer,
            subject,
            "law",
            doubt,
        )


_CHARTER = re.compile(
    r"(?:(?<![a-z])can cu\s+(?:vao\s+)?|(?:\A|[;.]\s+)\W*thuc hien\s+)(?:dieu\s+[0-9][0-9, va]*(?:cua\s+)?)?"
    rf"(?P<type>dieu le)\s+(?P<name>[^;,.:()\n]{{3,100}}?)(?=[;,.:()\n]|\Z|\s+va\s+(?:{TYPE})\s)"
)


def find_charters(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A charter or an article of it among the grounds: "Căn cứ Điều lệ Hội Nông dân Việt Nam khóa VII", "Thực hiện
    Điều 30 Điều lệ Đảng"; elsewhere it is only spoken of."""
    for match in _CHARTER.finditer(flat):
        start = match.start("type")
        if text[start].isupper() and text[match.start("name")].isupper() and _free(start, match.end(), taken):
            name = tidy(text[match.start("name") : match.end("name")])
            yield Citation(start, match.end(), text[start : match.end()], "Điều lệ", None, None, None, name, "law")


# "Căn cứ Nghị quyết Đại hội ...;", "Thực hiện Nghị quyết Trung ương 6 (lần 2) khoá VIII và Kế hoạch số ...": a ground
_GROUND = re.compile(r"(?:(?:\A|[;.]\s+)\W*thuc hien|(?<![a-z])can cu(?:\s+vao)?)\s+(?:cac\s+)?\Z")
_GROUND_ENDS = re.compile(rf"\s*(?:[;.]\s*(?:\Z|\n)|;|\Z|,?\s*(?:va\s+)?(?:{TYPE})\s)")


def find_congress_resolutions(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """Resolutions of congresses and of the Central Committee that say what they are about or are one of the grounds.

    "mục tiêu Nghị quyết Đại hội lần thứ ... đề ra" names a programme and cites nothing.
    """
    for match in _CONGRESS.finditer(flat):
        if not _free(match.start(), match.end(), taken):
            continue
        name = re.sub(r"\s+", " ", text[match.start("name") : match.end("name")]).strip(" ,;")
        about, end = take_subject(text, flat, match.end(), len(text))
        grounds = (
            text[match.start()].isupper()
            and _GROUND.search(flat, max(0, match.start() - GROUND_WITHIN), match.start()) is not None
            and _GROUND_ENDS.match(flat, match.end()) is not None
        )
        if about is None and not grounds:
            continue
        subject = name if about is None else f"{name} {about}"
        yield Citation(
            match.start(),
            end,
            text[match.start() : end],
            "Nghị quyết",
            None,
            None,
            None,
            tidy(subject),
            "law" if about is None else "named",
        )


GROUND_WITHIN = 24  # signs of "- Căn cứ vào các "

_SESSION = r"(?:tai\s+)?ky hop\s+(?:lan\s+)?(?:thu\s+)?[a-z0-9]+"
_COUNCIL = re.compile(
    rf"(?<![a-z])nghi quyet(?:\s+(?:cua\s+)?{_SESSION},?)?(?=\s+(?:cua\s+)?(?:hdnd|hoi dong nhan dan)\s)"
)
_SESSION_IN = re.compile(rf"\s{_SESSION}\b")
_SESSION_AFTER = re.compile(rf"(?:\s*,?\s*(?:{_SESSION}|{_TIMES}))+")


def find_council_resolutions(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """Resolutions of people's councils that are told by their session, or by nothing, and say what they are about or
    are one of the grounds: "Căn cứ Nghị quyết HĐND xã kỳ họp thứ 4 khóa XIV;"."""
    for match in _COUNCIL.finditer(flat):
        if not text[match.start()].isupper() or not _free(*match.span(), taken):
            continue
        issuer, at = take_issuer(text, flat, match.end())
        session = _SESSION_AFTER.match(flat, at)
        at, date, doubt = take_date(text, flat, session.end() if session is not None else at)
        subject, end = take_subject(text, flat, at, len(text))
        ground = _GROUND.search(flat, max(0, match.start() - GROUND_WITHIN), match.start())
        sat = _SESSION_IN.search(aligned(issuer or ""))
        issuer = issuer[: sat.start()] if issuer and sat else issuer
        if issuer is None or not (date or subject or (ground and _GROUND_ENDS.match(flat, at))):
            continue
        raw = text[match.start() : end]
        yield Citation(match.start(), end, raw, "Nghị quyết", None, date, issuer, tidy(subject), "named", doubt)


# "số 1Z3/QĐ-UBND", "số 4#-KH/HU": a number filled in by hand or worn, before a symbol that can be read
_DAMAGED = re.compile(
    rf"(?<![a-z])(?P<type>{TYPE})\s+so\s*[:.]?\s*(?P<read>[^\s,;]{{1,6}}?)\s?(?P<symbol>[/-]\s?(?=[0-9a-z]))"
)
_SYMBOL_LEFT = re.compile(
    r"/\s?(?:(?:19|20)\d{2}\s?/\s?)?[A-ZĐ]{2,5}\s?-\s?[A-ZĐ][A-Za-zĐđ]{1,11}(?:-[A-ZĐ]{1,8})*(?!\w)"
    r"|-\s?[A-ZĐ][A-Za-zĐđ]{1,3}\s?/\s?[A-ZĐ][A-Za-zĐđ]{1,11}(?!\w)"
)


def find_damaged(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A type with a number that cannot be read and a symbol that can, which is kept as where the number is blank."""
    for match in _DAMAGED.finditer(flat):
        symbol = _SYMBOL_LEFT.match(text, match.start("symbol"))
        read = text[match.start("read") : match.end("read")]
        if symbol is None or read.isdecimal() or not any(map(str.isalnum, read)):
            continue
        if len(read) > 2 and read.isalpha() and not read.isupper():
            continue  # "Báo cáo số liệu/KT-XH": a word
        if not _free(match.start(), symbol.end(), taken):
            continue
        at, date, doubt = take_date(text, flat, symbol.end())
        issuer, at = take_issuer(text, flat, at)
        subject, at = take_subject(text, flat, at, len(text))
        number = re.sub(r"\s", "", symbol.group())
        yield Citation(
            match.start(),
            at,
            text[match.start() : at],
            printed_type(match["type"]),
            number,
            date,
            issuer,
            tidy(subject),
            "numbered",
            "; ".join(part for part in (f"number read as {read}{number}", doubt) if part),
        )


_OF_TYPE = re.compile(
    rf"(?<![a-z])(?P<type>{TYPE})\s+(?:so\s*[:.]?\s*)?(?P<number>\d{{1,4}}\s?-\s?[a-z]{{1,3}})(?![\w/&-])"
)


_NUMBER_AND_CODE = re.compile(r"\d\s?-\s?[A-ZĐ]")  # most paragraphs have none: to look for it first costs less


@cache
def _type_codes() -> dict[str, str]:
    return {plain(name): code for code, name, *_ in load_table("document_types")}


def find_of_type(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A number with the code of its own type and no body, as the Party cites: "Hướng dẫn số 47-HD ngày 05/3/2021"."""
    if _NUMBER_AND_CODE.search(text) is None:
        return
    for match in _OF_TYPE.finditer(flat):
        number = re.sub(r"\s", "", text[match.start("number") : match.end("number")])
        if number.partition("-")[2] != _type_codes().get(match["type"]) or not _free(*match.span(), taken):
            continue
        at, date, doubt = take_date(text, flat, match.end())
        issuer, at = take_issuer(text, flat, at)
        if date is None and issuer is None:
            continue
        subject, at = take_subject(text, flat, at, len(text))
        printed = printed_type(match["type"])
        yield Citation(
            match.start(), at, text[match.start() : at], printed, number, date, issuer, tidy(subject), "numbered", doubt
        )


_BARE_NUMBER = re.compile(
    rf"(?<![a-z])(?P<type>{TYPE})\s+so\s*:?\s*(?P<number>\d{{1,5}})(?=,?\s+ngay\s)"
)


def find_bare_numbers(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A number without a symbol, with its date and issuer: "công văn số 214 ngày 12/5/2003 của Phòng Giáo dục"."""
    for match in _BARE_NUMBER.finditer(flat):
        at, date, doubt = take_date(text, flat, match.end())
        issuer, at = take_issuer(text, flat, at)
        if date is None or issuer is None or looks_like_body(issuer) < LIKE_BODY or not _free(*match.span(), taken):
            continue
        subject, at = take_subject(text, flat, at, len(text))
        yield Citation(
            match.start(), at, text[match.start() : at], printed_type(match["type"]), match["number"], date, issuer,
            tidy(subject), "numbered", doubt,
        )


LIKE_BODY = 0.4  # likeness of an issuer to the name of a body


# "Thực hiện chỉ thị của UBND huyện về ...": in small letters a ground all the same; "kế hoạch của ..." may be any
_ORDERS = re.compile(r"chi thi|nghi quyet|quyet dinh|thong tu|nghi dinh|cong van|thong bao")


def find_dated(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A type with a date and an issuer, or an issuer and a subject: "Công văn ngày 5/3/2024 của Sở Y tế về ..."."""
    for match in _OF_BODY.finditer(flat):
        cited = text[match.start()].isupper() or (
            _ORDERS.fullmatch(match["type"]) is not None
            and _GROUND.search(flat, max(0, match.start() - GROUND_WITHIN), match.start()) is not None
        )
        if not cited or not _free(match.start(), match.end(), taken):
            continue
        at = match.end()
        blank = re.compile(r"(?:so\s+)?[./…_\s]{2,16}/?[a-z&\-]{0,16}\s+").match(flat, at)
        if blank:
            at = blank.end()
        at, date, doubt = take_date(text, flat, at)
        issuer, at = take_issuer(text, flat, at)
        subject, at = take_subject(text, flat, at, len(text))
        if issuer is None or looks_like_body(issuer) < LIKE_BODY or (date is None and subject is None):
            continue
        kind: Kind = "dated" if date else "named"
        yield Citation(
            match.start(),
            at,
            text[match.start() : at],
            printed_type(match["type"]),
            None,
            date,
            issuer,
            tidy(subject),
            kind,
            doubt,
        )
