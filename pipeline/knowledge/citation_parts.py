"""What surrounds the number of a cited instrument: its type, its date, who issued it, what it is about.

The trouble: each may be missing, in any order after the number; the subject ("về ...") and the issuer ("của ...") have
no end mark of their own; "Sở Tài chính" has a stop word in its name.

The evidence, in order of trust: the joining words ("ngày", "của", "về", a verb of rule-making), the table of bodies,
stop words in small letters.

What it never does: take a word twice, or look before the offset it is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipeline.knowledge import dates
from pipeline.knowledge.bodies import looks_like_body
from pipeline.knowledge.fuzzy import plain
from pipeline.knowledge.lexicon import load_table

Kind = Literal["numbered", "law", "dated", "named"]


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention. Fields are as printed, None where not printed; `date` is EDTF, `number` has its symbol
    ("14-CT/TU"). Offsets cover the whole mention, subject included.

    `kind`: "numbered"; "law" (a name, perhaps a year; also a charter or a congress's resolution among the grounds);
    "dated" (a type with a date and an issuer but no number); "named" (a type, an issuer and a subject, or "Nghị quyết
    Trung ương ... khóa ... về ..."). `doubt` names what is unsure.
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


# --- the type --------------------------------------------------------------------------------------------

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
    "Chỉ lệnh",
    "Mệnh lệnh",
    "Lệnh",
    "Hiến pháp",
    "Văn bản",
    "Giấy mời",
)
TYPE_KEYS = {plain(name): name for name in _TYPES}
TYPE = "|".join(
    ("(?<!chi )(?<!menh )" if key == "lenh" else "") + re.escape(key).replace(r"\ ", r"\s+")
    for key in sorted(TYPE_KEYS, key=len, reverse=True)
)


def printed_type(key: str) -> str:
    return TYPE_KEYS[re.sub(r"\s+", " ", key)]


# --- words that join, words that end --------------------------------------------------------------------

_DATE_JOIN = re.compile(
    r"(?:\s*\([a-z0-9-]{2,10}\))?\s*[,.(]?\s*(?:ban hanh\s+|ky\s+)?"  # "số 05/KH-CAT (PV11) ngày ..."
    r"(?=nga[yu]|nam\s+[12]|thang\s+[0-9]|[0-9]{1,2}\s?[/.\-])"
)
ISSUER_JOIN = re.compile(r"\s*,?\s*(?:cua|giua)\s+")  # "Nghị quyết liên tịch ... giữa A và B"
_SUBJECT_VERBS = (
    "ban hanh|phe duyet|quy dinh|huong dan|sua doi|bo sung|thuc hien|trien khai|to chuc|phat dong|cong bo|giao|"
    "thanh lap|kien toan|tang cuong|day manh|tiep tuc|mot so|xu ly|thong qua|chap thuan|dieu chinh|thi hanh|cong nhan|"
    "xep hang|phan cong|keo dai|ung dung|chan chinh|doi moi|phan bo|phat trien|bai bo|nang cao|tong ket|phong,? chong|"
    "bao dam|dam bao|hop nhat|quan ly|sap xep|dinh muc|uy quyen|phan cap|tuyen truyen|xay dung|ho tro|chi tiet|"
    "khac phuc|day nhanh"
)
_SUBJECT_JOIN = re.compile(
    rf"(?:\s*,?\s*(?P<quote>[\"']\s?)?(?P<about>(?:ve|v/v)(?:\s+viec)?)(?![a-z])|\s+(?P<verb>{_SUBJECT_VERBS})(?![a-z]))"
)

# Where a subject ends although the sentence goes on. After a comma a body with a verb, or a linking word;
# "gắn với", "và các văn bản" without one.
_ACTING = (
    "ban hanh|xay dung|yeu cau|trien khai|de nghi|huong dan|to chuc|lap|bao cao|thong bao|trinh|chi dao|quyet dinh|"
    "cu the|de ra|phoi hop|chi thi|"
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
    rf"thanh uy|bo (?!sung)|truong |trung tam|benh vien|hoi |doan |chi cuc|cuc|tram|"
    rf"thuong truc|van phong|mttq|mat tran|lien doan|to |nha truong)[^,;.]{{0,110}}?(?:{_ACTING})|"
    r",\s*[^,;.]{0,40}?(?:xay dung|ban hanh|lap) ke hoach[^,;.]{0,60}?(?:nhu sau|:)|"  # ", Sẽ xây dựng Kế hoạch"
    r"\s+\((?:khuyen khich|trong do|sau day|goi tat|viet tat|goi chung|qua |kem theo|co |da |nay |la |"
    r"bao gom)|"
    r",\s*(?:trong )?(?:thoi gian|nhung nam|nhieu nam|thang|nam) (?:vua )?qua(?![a-z])|"  # ", thời gian qua ..."
    r",\s*duoc sua doi|\s+duoc sua doi,? bo sung\s+(?:mot so dieu\s+)?(?:tai|boi|theo|bang)|"
    r",?\s+(?:da duoc|duoc ban hanh|co hieu luc|het hieu luc|do .{3,40} ban hanh)(?![a-z])"
)
_NEXT_CITATION = re.compile(
    rf"(?:,|;|:|va|hoac|cung)\s+(?:theo\s+)?(?:tinh than\s+|noi dung\s+)?(?:(?:cac|"
    rf"muc tieu)\s+)?(?:{TYPE})\s+(?:lien tich\s+)?(?:cua\s|s[o06]\s*[:.]?\s*[0-9.…/]|"
    rf"[0-9]{{1,5}}[a-z]?\s?[/\-]\s?[a-z0-9]|ngay|trung uong|dai hoi)"
    r"|theo\s+nghi quyet\s+(?:dai hoi|trung uong)"
)
_NEXT_LAW_CITED = re.compile(r"(?:,|;|va)\s+(?:bo )?luat\s+(?=[a-z])")
_PAREN = re.compile(r"\([^()]*\)?")
# Nghị quyết Trung ương 4 khóa XII, cited in every second plan of the years after 2016, has a semicolon in its name.
_SEMICOLON_INSIDE = re.compile(r"chinh don dang; (?:ngan chan|day lui)")
_TOPIC = re.compile(r",\s*đề\s", re.IGNORECASE)
_MAX_SUBJECT = 420  # letters; the longest true subject met in 111,000 paragraphs of legal text is about 330
_MAX_ISSUER = 140

_ISSUER_END = re.compile(
    rf"[,;.()\n:]|\s+[\"']?(?:ve|v/v)(?![a-z])|\s+(?:{_SUBJECT_VERBS})(?![a-z])|\s+(?:gan voi|da|la|trong|theo|va|"
    rf"tai|khoa|nhiem ky|tren|duoc|nham|de|thi|co|nay|(?<!dan )so|nga[yu]|nam 2|den|cung|hoac|ban hanh|voi|"
    r"khoang|uoc|do)(?![a-z])|$"
)
_BODY_AFTER = re.compile(
    r"\s*,?\s*(?=(?:ban thuong vu|thu tuong|chinh phu|bo chinh tri|ban bi thu|uy ban nhan dan|ubnd|hdnd|"
    r"hoi dong nhan dan|tinh uy|huyen uy|thanh uy|dang uy|bo |so |chu tich ubnd|chu tich uy ban"
    r"|hoi nghi (?:lan thu|trung uong)"
    r"|ban chap hanh)(?![a-z]))"
)


@cache
def _long_names() -> re.Pattern[str]:
    """Names of bodies with a comma or "và" in them, which would else end there."""
    rows = (plain(row[0]) for row in load_table("bodies") if re.search(r",| và ", row[0]))
    names = sorted({law_pattern(name.replace(" - ", " ")) for name in rows}, key=len, reverse=True)
    return re.compile(rf"(?:bo truong\s+|giam doc\s+)?(?:{'|'.join(names)})(?![a-z])")


def law_pattern(name: str) -> str:
    """Commas and hyphens in a name are often left out or added; spaces may be line breaks."""
    return r"\s+(?:-\s+)?".join(
        re.escape(word).replace(r"\,", ",?").replace(",", ",?").replace("??", "?") for word in name.split()
    )


# --- date, issuer, subject ------------------------------------------------------------------------------


def take_date(text: str, flat: str, at: int) -> tuple[int, str | None, str | None]:
    join = _DATE_JOIN.match(flat, at)
    if join is None:
        return at, None, None
    begin = join.end()
    if flat[join.start() : begin].strip() == "." and not text.startswith("ngày", begin):
        return at, None, None  # the end of a sentence; "số 12/UBND-KT. ngày ..." has a comma that was read as a point
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


def take_issuer(text: str, flat: str, at: int) -> tuple[str | None, int]:
    join = ISSUER_JOIN.match(flat, at)
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
    while join is not None and text[begin + join.end() : begin + join.end() + 1].isupper():
        long_name = _long_names().match(window, join.end())
        stop = _issuer_stop(text, window, begin, long_name.end() if long_name else join.end())
        after_comma = join.group().lstrip().startswith(",")
        own = _SPEAKS_INSIDE.search(text, begin + join.end(), begin + stop)
        if after_comma and (own or _SPEAKS.match(flat, begin + stop) or _SPEAKS_FURTHER.match(text, begin + stop)):
            break  # "của Tỉnh ủy, Ban Thường vụ Đảng ủy xã ban hành Kế hoạch như sau": the sentence's own subject
        length = stop
        join = _JOINT.match(window, length)
    topic = _STEERS.match(window) if length == len("ban chi dao") else None
    length = topic.end() if topic is not None else length
    above = _PLACE_ABOVE.match(text, begin + length)  # "UBND huyện Đơn Dương, tỉnh Lâm Đồng"
    while above is not None:
        length = above.end() - begin
        above = _PLACE_ABOVE.match(text, begin + length)
    term = _TERM.match(flat, begin + length)
    if term is not None:
        length = term.end("term") - begin
    issuer = re.sub(r"\s+", " ", text[begin : begin + length]).strip(" ,;.*_")
    if term is not None:
        length = term.end() - begin
    renamed = _RENAMED.match(flat, begin + length)
    length = renamed.end() - begin if renamed else length
    return (issuer, begin + length) if issuer and issuer[:1].isalnum() else (None, at)


# "Ban Chỉ đạo phát triển khoa học, công nghệ ... tỉnh về ...": what it steers is of its name
_STEERS = re.compile(
    r"ban chi dao (?:ve )?(?:phat trien|phong,? chong|cai cach|chuyen doi|doi moi|xay dung|ung pho|bao ve)"
    r"[^;:.()]{5,130}?(?=\s+(?:ve (?:viec|ke|ket|chuong|trien|thuc|cong|tang)|ban hanh|thong bao|phe duyet|trien khai"
    r"|to chuc)\b|\s*[;.:]|\s*$)"
)
# "Bộ Nông nghiệp và Phát triển nông thôn (nay là Bộ Nông nghiệp và Môi trường) về việc ..."
_RENAMED = re.compile(r"\s*\((?:nay|truoc day|truoc)(?: la| thuoc)\b[^()]{0,120}\)")


_JOINT = re.compile(
    r"\s*(?:\s+va\s+|,\s*)(?=(?:bo|ban|uy ban|hoi|tong|ngan hang|bao hiem|toa an|vien|chu nhiem|so|trung uong|"
    r"cong an)\s(?!hanh|ve|phap luat))"
)


_SPEAKS = re.compile(
    r"\s+(?:ban hanh|xay dung|de ra|lap|trien khai|to chuc|yeu cau|de nghi)\s[^;]{0,120}?"
    r"(?:ke hoach|chuong trinh|nhu sau|:)"
)
# The same behind a name with commas ("..., Ủy ban Bảo vệ rừng, phòng hộ và ven biển huyện lập kế hoạch như sau:"); in
# small letters, since "Bộ Xây dựng" is a name.
_SPEAKS_FURTHER = re.compile(
    r"[^;.:]{0,70}?\s(?:ban hành|xây dựng|lập|triển khai|tổ chức|yêu cầu|đề nghị)\s[^;]{0,120}?(?:kế hoạch|như sau)"
)
_SPEAKS_INSIDE = re.compile(r"\s(?:ban hành|xây dựng|lập|đề ra) (?:kế hoạch|chương trình)\b")
# The term of a committee or council belongs to its name, the session does not: "HĐND tỉnh khóa XV, kỳ họp thứ 2".
_TERM = re.compile(
    r"(?P<term>\s+khoa\s+[ivxlc0-9]+|\s*\(khoa\s+[ivxlc0-9]+\)|,?\s+nhiem ky\s+\d{4}\s?-\s?\d{4})"
    r"(?:\s*,?\s*(?:tai\s+)?ky hop (?:thu\s+)?(?:[0-9]+|[a-z]+(?:\s(?=ve|v/v|thong|quy|ban|phe)))"
    r"(?:\s*\([^()]{1,40}\))?)?"
    r"(?![a-z])"
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
    r"\s+(?:Quy định|Ban hành|Phê duyệt|Hướng dẫn|Sửa đổi|Thành lập|Bãi bỏ|Công bố|Kết luận|Thực hiện|Triển khai|Về)"
    r"(?!\w)"
)


_AND_SHORT = re.compile(rf"\s+(?:và|&)\s+[{_CAPITAL}]{{2,6}}(?![\w.])")


def _issuer_stop(text: str, window: str, begin: int, at: int) -> int:
    """Where an issuer's name ends in `window`. A stop word is in small letters: "Thi đua", "Tài chính" are names."""
    capitals = text[begin : begin + len(window)].isupper()
    verb = _CAPITAL_VERB.search(text, begin + max(at - 1, 0), begin + len(window))
    if verb:
        window = window[: verb.start() - begin]
    for stop in _ISSUER_END.finditer(window, at):
        if '"' in stop.group():
            return stop.start()  # "của Ban Bí thư “Về tiếp tục đổi mới ...”"
        if _AND_SHORT.match(text, begin + stop.start()):
            continue  # "Sở Nông nghiệp và PTNT", "Sở Giáo dục & ĐT"
        word = begin + stop.start() + len(stop.group()) - len(stop.group().lstrip(" \n\"'"))
        bare = stop.group().strip()
        printed = text[word : begin + stop.end()].strip().lower()
        if bare in _MARKED_STOPS and printed not in (_MARKED_STOPS[bare], bare, "khoá"):
            continue
        if not bare or not window[stop.start()].isspace() or capitals or text[word : word + 1].islower():
            return stop.start()
    return len(window)


_CLOSING_QUOTE = re.compile(r"[\"'](?![a-z])")  # recognisers drop a stroke of the double ones


def take_subject(text: str, flat: str, at: int, limit: int) -> tuple[str | None, int]:
    match = _SUBJECT_JOIN.match(flat, at)
    if match is None:
        return None, at
    begin = match.start("about") if match["about"] else match.start("verb")
    end = min(limit, begin + _MAX_SUBJECT)
    closed = _CLOSING_QUOTE.search(flat, match.end(), end) if match["quote"] else None
    stop = closed.start() if closed else _subject_stop(text, flat, match.end(), end)
    while stop > begin and flat[stop - 1] in " ,;:-":
        stop -= 1
    return text[begin:stop], stop


def _subject_stop(text: str, flat: str, at: int, end: int) -> int:
    stop = _SUBJECT_END.search(flat, at, end)
    if stop and stop.group() == ";" and _SEMICOLON_INSIDE.search(flat, at, stop.end() + 12):
        stop = _SUBJECT_END.search(flat, stop.end(), end)
    while stop and stop.group() == "." and text[stop.end() : stop.end() + 2].strip().islower():
        stop = _SUBJECT_END.search(flat, stop.end(), end)  # a point that recognition made of a comma
    while stop and _TOPIC.match(text, stop.start()):
        stop = _SUBJECT_END.search(flat, stop.end(), end)  # ", đề tài ..." is no ", để ..."
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


def tidy(subject: str | None) -> str | None:
    if subject is None:
        return None
    out = re.sub(r"\s+", " ", subject).strip(" ,;:.*_-")
    return out or None
