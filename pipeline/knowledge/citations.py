"""Cited instruments (căn cứ, viện dẫn): "Chỉ thị số 14-CT/TU ngày 05/3/2021 của Ban Thường vụ Tỉnh ủy về ...".

The trouble: type, number, date, issuer and subject come in any selection; a law has a name and a year only;
several stand in one paragraph; the subject ("về ...") has no end mark of its own; a later mention is short.

The evidence, in order of trust: the symbol, the word of the type before it, a date, "của" with a known body,
"về" or a verb of rule-making after it, the table of laws for the end of a law's name.

What it never does: fill what is not printed, or take a programme named without a citation for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pipeline.knowledge import dates
from pipeline.knowledge.bodies import looks_like_body
from pipeline.knowledge.fuzzy import aligned, plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.symbols import FoundSymbol, find_symbols

Kind = Literal["numbered", "law", "dated", "named"]


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention. Fields are as printed, None where not printed; `date` is EDTF, `number` has its symbol
    ("14-CT/TU"). Offsets cover the whole mention, subject included.

    `kind`: "numbered"; "law" (a name, perhaps a year); "dated" (a type with a date and an issuer but no number);
    "named" (a type, an issuer and a subject, or "Nghị quyết Trung ương ... khóa ... về ..."). `doubt` names what is
    unsure.
    """

    start: int
    end: int
    raw: str
    type: str
    number: str | None
    date: str | None
    issuer: str | None
    subject: str | None
    kind: Kind = "numbered"
    doubt: str | None = None


# --- words -----------------------------------------------------------------------------------------------

_TYPES = (
    "Thông tư liên tịch",
    "Nghị quyết liên tịch",
    "Kế hoạch liên tịch",
    "Kế hoạch phối hợp",
    "Hướng dẫn liên tịch",
    "Hướng dẫn liên ngành",
    "Chương trình phối hợp",
    "Chương trình hành động",
    "Chương trình",
    "Quy chế phối hợp",
    "Văn bản hợp nhất",
    "Bộ luật",
    "Luật",
    "Pháp lệnh",
    "Nghị định",
    "Nghị quyết",
    "Quyết định",
    "Chỉ thị",
    "Thông tư",
    "Thông báo",
    "Thông tri",
    "Thông cáo",
    "Kết luận",
    "Kế hoạch",
    "Công văn",
    "Công điện",
    "Hướng dẫn",
    "Quy định",
    "Quy chế",
    "Đề án",
    "Dự án",
    "Phương án",
    "Báo cáo",
    "Tờ trình",
    "Biên bản",
    "Lệnh",
    "Hiến pháp",
    "Văn bản",
    "Giấy mời",
)
_TYPE_KEYS = {plain(name): name for name in _TYPES}
_TYPE = "|".join(re.escape(key).replace(r"\ ", r"\s+") for key in sorted(_TYPE_KEYS, key=len, reverse=True))
_BEFORE_SYMBOL = re.compile(
    rf"(?<![a-z])(?P<type>{_TYPE})(?P<middle>(?:\s+[^;\n]{{1,110}}?)??)\s*,?\s*(?:(?<![a-z])s[o06e]\s*[:.]?\s*)?\Z"
)
_NUMBER_WORD = re.compile(r"(?<![a-z])s[o06e]\s*[:.]?\s*\Z")
_NOISE_BEFORE = re.compile(
    r"(?<![a-z])s[o06e]\s*[:.]?\s*(?P<noise>[^\s,;]{0,3}[a-z0-9][^\s,;]{0,3}\s+)\Z"
)  # "số §I 19/QĐ-SYT"
_LIST_JOIN = re.compile(r"\s*(?:,|;|va|hoac)\s*(?:(?<![a-z])s[o06]\s*[:.]?\s*)?\Z")
_DATE_JOIN = re.compile(
    r"\s*[,(]?\s*(?:ban hanh\s+|ky\s+)?(?=ngay|nam\s+[12]|thang\s+[0-9]|[0-9]{1,2}\s?[/.\-])"
)
_ISSUER_JOIN = re.compile(r"\s*,?\s*cua\s+")
_SUBJECT_VERBS = (
    "ban hanh|phe duyet|quy dinh|huong dan|sua doi|bo sung|thuc hien|trien khai|to chuc|phat dong|cong bo|giao|"
    "thanh lap|kien toan|tang cuong|day manh|tiep tuc|mot so|xu ly|thong qua|chap thuan|dieu chinh|thi hanh|cong nhan|"
    "xep hang|phan cong|keo dai|ung dung|chan chinh|doi moi|phan bo|phat trien|bai bo|nang cao|tong ket|phong,? chong|"
    "bao dam|dam bao|hop nhat|quan ly|sap xep|dinh muc|uy quyen|phan cap|tuyen truyen|xay dung|ho tro|chi tiet|"
    "khac phuc|day nhanh"
)
_SUBJECT_JOIN = re.compile(
    rf"(?:\s*,?\s*(?P<about>(?:ve|v/v)(?:\s+viec)?)(?![a-z])|\s+(?P<verb>{_SUBJECT_VERBS})(?![a-z]))"
)

# Where a subject ends although the sentence goes on. After a comma a body with a verb, or a linking word;
# "gắn với", "và các văn bản" without one.
_ACTING = (
    "ban hanh|xay dung|yeu cau|trien khai|de nghi|huong dan|to chuc|lap|bao cao|thong bao|trinh|chi dao|quyet dinh|"
    "cu the|de ra|phoi hop|"
    "da |co |se |phat dong|giao|tiep tuc|thuc hien|kinh "
)
_SUBJECT_END = re.compile(
    r";|[.!?](?=\s|$)|\n{2,}|[”\"](?=\s*[,.;]?\s*$)|"
    r"\s+gan voi(?![a-z])|,?\s+(?:va|voi) (?:(?:cac )?van ban|cac quy dinh|cac huong dan) (?:huong dan|"
    r"chi dao|co lien quan|lien quan|khac|thi hanh|phap luat)|"
    r",\s*(?:trong do|nham|gop phan|dong thoi|dac biet|nhat la|qua do|tu do|tao |cu the|de\s|phu hop|"
    r"tren co so|gan|kip thoi|bam sat|theo do|do do|vi vay|cung voi|ke hoach nay|"
    r"quy chuan nay|hoan thanh|phan dau|day manh thuc hien|bao dam |dam bao |xac dinh|coi |lay )|"
    rf",\s*(?:chu tich\s+)?(?:uy ban|ubnd|hdnd|hoi dong|so |phong |ban |cong an|dang uy|huyen uy|tinh uy|"
    rf"thanh uy|bo |truong |trung tam|benh vien|hoi |doan |chi cuc|cuc|tram|"
    rf"thuong truc|van phong|mttq|mat tran|lien doan|to |nha truong)[^,;.]{{0,110}}?(?:{_ACTING})|"
    r"\s+\((?:khuyen khich|trong do|sau day|goi tat|viet tat|goi chung|qua |kem theo|co |da |nay |la |"
    r"bao gom)|"
    r",\s*duoc sua doi|\s+duoc sua doi,? bo sung\s+(?:mot so dieu\s+)?(?:tai|boi|theo|bang)|"
    r",?\s+(?:da duoc|duoc ban hanh|co hieu luc|het hieu luc|do .{3,40} ban hanh)(?![a-z])"
)
_NEXT_CITATION = re.compile(
    rf"(?:,|;|va|hoac|cung)\s+(?:theo\s+)?(?:tinh than\s+|noi dung\s+)?(?:(?:cac|"
    rf"muc tieu)\s+)?(?:{_TYPE})\s+(?:lien tich\s+)?(?:cua\s|s[o06]\s*[:.]?\s*[0-9.…/]|"
    rf"[0-9]{{1,5}}[a-z]?\s?[/\-]\s?[a-z0-9]|ngay|trung uong|dai hoi)"
    r"|theo\s+nghi quyet\s+(?:dai hoi|trung uong)"
)
_NEXT_LAW_CITED = re.compile(r"(?:,|;|va)\s+(?:bo )?luat\s+(?=[a-z])")
_PAREN = re.compile(r"\([^()]*\)?")
_MAX_SUBJECT = 420  # letters; the longest true subject met in 111,000 paragraphs of legal text is about 330
_MAX_ISSUER = 110

_ISSUER_END = re.compile(
    rf"[,;.()\n:]|\s+(?:ve|v/v)(?![a-z])|\s+(?:{_SUBJECT_VERBS})(?![a-z])|\s+(?:gan voi|da|la|trong|theo|va|"
    rf"tai|khoa|nhiem ky|tren|duoc|nham|de|thi|co|nay|so|ngay|nam 2|den|cung|hoac|ban hanh|voi|do)(?![a-z])|$"
)
_BODY_AFTER = re.compile(
    r"\s*,?\s*(?=(?:ban thuong vu|thu tuong|chinh phu|bo chinh tri|ban bi thu|uy ban nhan dan|ubnd|hdnd|"
    r"hoi dong nhan dan|tinh uy|huyen uy|thanh uy|dang uy|bo |so |chu tich ubnd|chu tich uy ban)(?![a-z]))"
)


@cache
def _long_names() -> re.Pattern[str]:
    """Names of bodies with a comma or "và" in them, which would else end there."""
    rows = (plain(row[0]) for row in load_table("bodies") if re.search(r",| và ", row[0]))
    names = sorted({_law_pattern(name.replace(" - ", " ")) for name in rows}, key=len, reverse=True)
    return re.compile(rf"(?:bo truong\s+|giam doc\s+)?(?:{'|'.join(names)})(?![a-z])")


# --- laws ------------------------------------------------------------------------------------------------


@cache
def _laws() -> re.Pattern[str]:
    names = sorted({_law_pattern(plain(row[0])) for row in load_table("laws")}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(names)})(?![a-z])")


def _law_pattern(name: str) -> str:
    """Commas and hyphens in a name are often left out or added; spaces may be line breaks."""
    return r"\s+(?:-\s+)?".join(
        re.escape(word).replace(r"\,", ",?").replace(",", ",?").replace("??", "?") for word in name.split()
    )


_LAW_WORD = re.compile(r"(?<![a-z])(?P<type>bo luat|luat|phap lenh)\s+(?=[a-z])")
_AMENDING_BEFORE = re.compile(
    r"(?<![a-z])luat\s+(?P<rest>sua doi,? bo sung\s+mot so dieu\s+(?:cua\s+)?[^;.]{0,110})\Z"
)
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
_YEAR = re.compile(
    r"\s*,?\s*\(?(?:nam\s+)?(?P<year>(?:19|"
    r"20)[0-9]{2})(?![0-9])\)?(?P<amended>\s*\(?,?\s*(?:duoc )?sua doi,? bo sung[^;.,)]{0,40}\)?)?"
)
_NO_LAW = re.compile(
    r"(?:su|nay|phap|su quoc|le|hien|khac|duoc|va|co|chuyen nganh|lien quan|quoc te|tuc)(?![a-z])"
)

_CONGRESS = re.compile(
    r"(?<![a-z])(?P<type>nghi quyet)\s+(?:cua\s+)?(?P<name>(?:hoi nghi\s+(?:lan thu\s+[a-z0-9]+\s+)?"
    r"(?:ban chap hanh\s+)?)?"
    r"(?:dai hoi(?:\s+[a-z]+){1,14}?|trung uong\s+[0-9]{1,2})"
    r"(?:,?\s*(?:lan thu\s+[ivxl0-9]+|khoa\s+[ivxl0-9]+|"
    r"nhiem ky\s+[0-9]{4}\s*-\s*[0-9]{4})){1,3}(?:\s+cua dang)?)"
)
_OF_BODY = re.compile(
    rf"(?<![a-z])(?P<type>{_TYPE})\s+(?=(?:so\s+)?(?:[./…_\s]{{2,16}}/?[a-z&\-]{{0,16}}\s+)?(?:ngay|cua)\s)"
)


# --- finding ---------------------------------------------------------------------------------------------


def find_citations(text: str) -> tuple[Citation, ...]:
    """All cited instruments of a paragraph, in order, each mention by itself.

    >>> cited, = find_citations("Căn cứ Quyết định số 12/QĐ-UBND ngày 05/3/2024 của UBND tỉnh về việc giao chỉ tiêu;")
    >>> cited.number, cited.date, cited.issuer, cited.subject
    ('12/QĐ-UBND', '2024-03-05', 'UBND tỉnh', 'về việc giao chỉ tiêu')
    """
    flat = aligned(text)
    found: list[Citation] = []
    floor = 0
    for symbol in find_symbols(text):
        if symbol.start < floor:
            continue  # a symbol inside the subject of the one before
        citation = _numbered(text, flat, symbol, floor, found)
        if citation is not None:
            found.append(citation)
            floor = citation.end
    taken = bytearray(len(text))  # a sign for each letter, so that a text of nothing but laws stays linear
    for citation in found:
        taken[citation.start : citation.end] = b"\1" * (citation.end - citation.start)
    for finder in (_find_laws, _find_congress, _find_unnumbered):
        for citation in finder(text, flat, taken):
            found.append(citation)
            taken[citation.start : citation.end] = b"\1" * (citation.end - citation.start)
    found.sort(key=lambda citation: citation.start)
    return tuple(found)


def _numbered(
    text: str, flat: str, symbol: FoundSymbol, floor: int, found: list[Citation]
) -> Citation | None:
    low = max(floor, symbol.start - 150)
    before = flat[low : symbol.start]
    noise = _NOISE_BEFORE.search(before)
    if noise:
        before = before[: noise.start("noise")]
    match = _last(_BEFORE_SYMBOL, before)
    issuer: str | None = None
    subject: str | None = None
    doubt = symbol.doubt
    if noise:
        doubt = f"number read as {text[low + noise.start('noise') : symbol.start].strip()} {symbol.number}"
    start = symbol.start
    if match is not None and _middle_fits(match):
        kind = _printed_type(match["type"])
        start = low + match.start()
        middle = text[low + match.start("middle") : low + match.end("middle")].strip(" ,")
        if kind in ("Luật", "Bộ luật", "Pháp lệnh"):
            subject = middle or None
            amending = _AMENDING_BEFORE.search(flat, max(floor, start - 160), start)
            if (
                amending and middle
            ):  # "Luật sửa đổi ... của Luật Nhà ở số ...": the number is that of the first
                start = amending.start()
                subject = re.sub(r"\s+", " ", text[amending.start("rest") : low + match.end("middle")])
        elif middle:
            issuer = re.sub(r"^của\s+", "", middle) if aligned(middle).startswith("cua ") else None
            if issuer is None and plain(middle) not in ("lien tich",):
                subject = middle
    elif found and _LIST_JOIN.match(flat[found[-1].end : symbol.start]) and symbol.type_code:
        kind = found[-1].type  # "Nghị quyết số 05/NQ-HĐND, 06/NQ-HĐND"
    elif symbol.type_code and (_NUMBER_WORD.search(before) or symbol.form in ("normative", "party", "state")):
        kind = _type_name(symbol)
        doubt = doubt or "type taken from the symbol"
        word = _NUMBER_WORD.search(before)
        start = low + word.start() if word else start
    elif symbol.form == "law":
        kind = "Nghị quyết" if (symbol.body_code or "").startswith("UBTVQH") else "Luật"
        doubt = doubt or "type taken from the symbol"
    elif _NUMBER_WORD.search(before) and symbol.form == "letter":
        kind = "Công văn"
        doubt = doubt or "type taken from the symbol"
    else:
        return None
    at = symbol.end
    date: str | None = None
    at, date, date_doubt = _take_date(text, flat, at)
    issuer_after, at = _take_issuer(text, flat, at)
    issuer = issuer or issuer_after
    if date is None:
        at, date, date_doubt = _take_date(text, flat, at)
    if subject is None or kind not in ("Luật", "Bộ luật", "Pháp lệnh"):
        subject_after, at = _take_subject(text, flat, at, len(text))
        subject = subject or subject_after
    end = at
    return Citation(
        start,
        end,
        text[start:end],
        kind,
        symbol.text,
        date,
        issuer,
        _tidy(subject),
        "numbered",
        "; ".join(part for part in (doubt, date_doubt) if part) or None,
    )


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


def _printed_type(key: str) -> str:
    return _TYPE_KEYS[re.sub(r"\s+", " ", key)]


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


def _take_date(text: str, flat: str, at: int) -> tuple[int, str | None, str | None]:
    join = _DATE_JOIN.match(flat, at)
    if join is None:
        return at, None, None
    begin = join.end()
    found = dates.find_dates(text[begin : begin + 45])
    if not found or found[0].start > 0:
        return at, None, None
    date = found[0]
    if date.edtf is None or date.precision in ("quarter", "half"):
        return begin + date.end, None, date.doubt
    end = begin + date.end
    if flat[join.start() : begin].strip().startswith("(") and flat[end : end + 1] == ")":
        end += 1
    return end, date.edtf, date.doubt


def _take_issuer(text: str, flat: str, at: int) -> tuple[str | None, int]:
    join = _ISSUER_JOIN.match(flat, at)
    if join is None:
        join = _BODY_AFTER.match(flat, at)
        if join is None or join.end() == at:
            return None, at
        begin = join.end()
        if flat[at : at + 2].strip().startswith(",") and not looks_like_body(
            text[begin : begin + 40].split(" về")[0]
        ):
            return None, at
        if flat[at:begin].strip().startswith(","):
            return None, at  # ", UBND xã ban hành": the sentence's own subject
    begin = join.end()
    window = flat[begin : begin + _MAX_ISSUER]
    long_name = _long_names().match(window)
    length = _issuer_stop(text, window, begin, long_name.end() if long_name else 0)
    join = _JOINT.match(window, length)  # "của Bộ Tài chính và Bộ Y tế", "của Bộ Y tế, Bộ Nội vụ"
    while join is not None:
        length = _issuer_stop(text, window, begin, join.end())
        join = _JOINT.match(window, length)
    above = _PLACE_ABOVE.match(text, begin + length)  # "UBND huyện Đơn Dương, tỉnh Lâm Đồng"
    while above is not None:
        length = above.end() - begin
        above = _PLACE_ABOVE.match(text, begin + length)
    issuer = re.sub(r"\s+", " ", text[begin : begin + length]).strip(" ,;.*_")
    return (issuer, begin + length) if issuer and issuer[:1].isalnum() else (None, at)


_JOINT = re.compile(
    r"\s*(?:\s+va\s+|,\s*)(?=(?:bo|ban|uy ban|hoi|tong|ngan hang|bao hiem|toa an|vien|chu nhiem)\s(?!hanh|ve|"
    r"phap luat))"
)


_CAPITAL = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_PLACE_ABOVE = re.compile(rf",\s*(?:tỉnh|thành phố|huyện|thị xã|quận)(?:\s+[{_CAPITAL}][^\W\d_]*)+")
# Stop words that with other marks are syllables of names: "Tuyên giáo", "khoa học".
_MARKED_STOPS = {
    "giao": "giao",
    "tai": "tại",
    "thi": "thì",
    "so": "số",
    "co": "có",
    "khoa": "khóa",
    "do": "do",
    "da": "đã",
    "den": "đến",
}
# Verbs that offices write with a capital after the issuer ("Chính phủ Quy định ..."); others may be part of a name.
_CAPITAL_VERB = re.compile(
    r"\s+(?:Quy định|Ban hành|Phê duyệt|Hướng dẫn|Sửa đổi|Thành lập|Bãi bỏ|Công bố|Về)(?!\w)"
)


def _issuer_stop(text: str, window: str, begin: int, at: int) -> int:
    """Where an issuer's name ends in `window`. A stop word is in small letters: "Thi đua", "Tài chính" are names."""
    capitals = text[begin : begin + len(window)].isupper()
    verb = _CAPITAL_VERB.search(text, begin + max(at - 1, 0), begin + len(window))
    if verb:
        window = window[: verb.start() - begin]
    for stop in _ISSUER_END.finditer(window, at):
        word = begin + stop.start() + len(stop.group()) - len(stop.group().lstrip())
        bare = stop.group().strip()
        printed = text[word : begin + stop.end()].strip().lower()
        if bare in _MARKED_STOPS and printed not in (_MARKED_STOPS[bare], bare, "khoá"):
            continue
        if not bare or not window[stop.start()].isspace() or capitals or text[word : word + 1].islower():
            return stop.start()
    return len(window)


def _take_subject(text: str, flat: str, at: int, limit: int) -> tuple[str | None, int]:
    match = _SUBJECT_JOIN.match(flat, at)
    if match is None:
        return None, at
    begin = match.start("about") if match["about"] else match.start("verb")
    end = min(limit, begin + _MAX_SUBJECT)
    stop = _subject_stop(text, flat, match.end(), end)
    while stop > begin and flat[stop - 1] in " ,;:-":
        stop -= 1
    return text[begin:stop], stop


def _subject_stop(text: str, flat: str, at: int, end: int) -> int:
    stop = _SUBJECT_END.search(flat, at, end)
    while stop and stop.group() == "." and text[stop.end() : stop.end() + 2].strip().islower():
        stop = _SUBJECT_END.search(flat, stop.end(), end)  # a point that recognition made of a comma
    best = stop.start() if stop else end
    if stop and stop.group() == '"' and flat.count('"', at, best) % 2:
        best = stop.end()  # the mark that closes a name within the subject
    following = _NEXT_CITATION.search(flat, at, best)
    if following:
        best = following.start()
    law = _NEXT_LAW_CITED.search(flat, at, best)
    if law and "luat" not in flat[at : law.start()]:
        best = law.start()  # "... một số điều của Luật A và Luật B" is one subject
    for paren in _PAREN.finditer(flat, at, best):
        if len(paren.group()) > 45 or not paren.group().endswith(")"):
            # a long aside is the sentence's, "(2021 - 2025)" the subject's own
            best = min(best, paren.start())
            break
    close = _unmatched_close(flat, at, best)
    return min(best, close)


def _unmatched_close(flat: str, at: int, end: int) -> int:
    depth = 0
    for index in range(at, end):
        if flat[index] == "(":
            depth += 1
        elif flat[index] == ")":
            depth -= 1
            if depth < 0:
                return index
    return end


def _tidy(subject: str | None) -> str | None:
    if subject is None:
        return None
    out = re.sub(r"\s+", " ", subject).strip(" ,;:.*_-")
    return out or None


# --- without a number ------------------------------------------------------------------------------------


def _free(start: int, end: int, taken: bytearray) -> bool:
    return not any(taken[start:end])


def _find_laws(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
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
            stop = (_LAW_STOP if amending is None else _AMENDING_STOP).search(flat, begin, begin + 140)
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
            end, date, _ = _take_date(text, flat, end)
        issuer, end = (
            _take_issuer(text, flat, end)
            if _ISSUER_JOIN.match(flat, end) and re.match(r"\s*cua quoc hoi", flat[end:])
            else (None, end)
        )
        yield Citation(
            match.start(),
            end,
            text[match.start() : end],
            _printed_type(match["type"]),
            None,
            date,
            issuer,
            subject,
            "law",
            doubt,
        )


def _find_congress(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    for match in _CONGRESS.finditer(flat):
        if not _free(match.start(), match.end(), taken):
            continue
        name = re.sub(r"\s+", " ", text[match.start("name") : match.end("name")]).strip(" ,;")
        about, end = _take_subject(text, flat, match.end(), len(text))
        if about is None:
            continue  # "mục tiêu Nghị quyết Đại hội lần thứ ... đề ra" names a programme and cites nothing
        subject = f"{name} {about}"
        yield Citation(
            match.start(),
            end,
            text[match.start() : end],
            "Nghị quyết",
            None,
            None,
            None,
            _tidy(subject),
            "named",
        )


def _find_unnumbered(text: str, flat: str, taken: bytearray) -> Iterable[Citation]:
    """A type with a date and an issuer, or an issuer and a subject: "Công văn ngày 5/3/2024 của Sở Y tế về ..."."""
    for match in _OF_BODY.finditer(flat):
        if not text[match.start()].isupper() or not _free(match.start(), match.end(), taken):
            continue
        at = match.end()
        blank = re.compile(r"(?:so\s+)?[./…_\s]{2,16}/?[a-z&\-]{0,16}\s+").match(flat, at)
        if blank:
            at = blank.end()
        at, date, doubt = _take_date(text, flat, at)
        issuer, at = _take_issuer(text, flat, at)
        subject, at = _take_subject(text, flat, at, len(text))
        if issuer is None or looks_like_body(issuer) < 0.4 or (date is None and subject is None):
            continue
        kind: Kind = "dated" if date else "named"
        yield Citation(
            match.start(),
            at,
            text[match.start() : at],
            _printed_type(match["type"]),
            None,
            date,
            issuer,
            _tidy(subject),
            kind,
            doubt,
        )


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
        known = found.get(key)
        if known is None:
            found[key] = citation
            continue
        doubt = known.doubt
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


def _dates_agree(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one)


def _longer_date(one: str | None, two: str | None) -> str | None:
    if one and two and _dates_agree(one, two):
        return max(one, two, key=len)
    return one or two
