"""Who acts: names of bodies and people before a task, in a sentence or alone as a title.

The trouble: where a name ends and the task begins is not marked ("Công chức Văn hóa - Xã hội viết bài ..."); words that
open a task stand inside names too ("các tổ chức chính trị - xã hội", "Ban Tổ chức").

Evidence: the list of words that open a task (dictionaries/task_verbs.tsv) with those that are nouns as well, the table
of bodies, and the words that people of an office are called by.

What it never does: make an actor of a text that opens with a task.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipeline.knowledge import bodies, body_parts
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.structure.passages import CAPITALS

EDGE = " .,;:-–+*/|"

# What may stand before the name: "Đề nghị: Hội Nông dân", "Trách nhiệm của Văn phòng", "Đối với các trường"
ASKED = re.compile(
    r"^(?:(?:de nghi|giao(?! vien)(?: nhiem vu)?(?: cho)?|yeu cau|phan cong|chi dao|uy quyen cho|kien nghi)[\s:]+)"
)
OF = re.compile(r"^(?:(?:trach nhiem|nhiem vu|phan cong nhiem vu)\s+(?:cua|doi voi|cho)|doi voi)[\s:]+")


@cache
def verbs() -> re.Pattern[str]:
    """Words that open a task (dictionaries/task_verbs.tsv), the longer before the shorter."""
    verbs = sorted((row[0] for row in load_table("task_verbs")), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(verbs) + r")(?![\w-])")


@cache
def _nouns() -> frozenset[str]:
    """Those of them that also stand inside names."""
    return frozenset(verb for verb, noun in load_table("task_verbs") if noun)


# Words that open a task. They are looked for in small letters only, so that "Ban Tổ chức" and "Ủy ban Kiểm tra"
# stay names.
# "các cơ quan, tổ chức, doanh nghiệp", "tổ chức chính trị - xã hội", "cơ quan quản lý", "ban chỉ đạo": parts of names
_NOUN_BEFORE = re.compile(
    r"(?:các|những|mỗi|từng|và|(?<!uyện )(?<!ỉnh )(?<!hành )(?<!uận )đoàn"
    r"|cơ quan|đơn vị|ban|cán bộ|bộ phận|phòng|tổ|người|hệ thống|ngành|đài|trung"
    r" tâm|công tác|nhà|tài chính|được phân công|viện|doanh nghiệp|chủ)\s*,?\s*$"
)
_NOUN_AFTER = re.compile(
    r"\s*(?:,|;|chính trị|đoàn thể|xã hội|đảng|cơ sở|và các|trên địa bàn|có liên quan|liên quan|nhà nước|dân"
    r"|viên|khoa học)"
)
# "chi bộ", "chi đoàn": a branch; "chi tiền" is a task
_BRANCH = re.compile(r"\s(?:bộ|đoàn|hội|cục|nhánh|ủy|uỷ|đội)\b")
# "Ban quản lý xây dựng nông thôn mới xã chỉ đạo", "Bộ phận Quản lý, bảo vệ rừng": a word of a task after another one
# goes on with the name where the name ends with a rank or a place before the next
_FUNCTION = re.compile(
    r"(?:quản lý|bảo vệ|chỉ đạo|chăm sóc|điều hành|vận động|bảo trợ|kiểm tra)\s*,?\s*$", re.IGNORECASE
)
_NAME_ENDS = re.compile(
    r"(?:\b(?:xã|phường|huyện|tỉnh|quận|thành phố|thị xã|thị trấn|thôn|bản|sở|các cấp|rừng|trẻ em)|["
    + CAPITALS
    + r"]\w*)\s*$"
)
_PAPER = re.compile(r"\b(?:kế hoạch|báo cáo|phương án|danh sách|dự toán|văn bản|quy chế|hồ sơ)\b")
# "UBND cấp xã": the word says which body it is; "cấp kinh phí" is a task
_RANK = re.compile(
    r"cấp (?:xã|huyện|tỉnh|phường|thành phố|cơ sở|trung ương|trên|dưới|ủy|uỷ|mình|học)\b|cấp\s+(?:I|[1-4])"
)
LONGEST_ACTOR = 55  # words: a list of all bodies of a province has 46
_PEOPLE = re.compile(
    r"^(?!doi voi|doi moi|doi tuong|phong trao|hoi nghi|ban hanh|bao cao|so ket|so luong|so lieu|so (?:tien|nguoi|ho)"
    r"|van ban|xa hoi|khu vuc"
    r"|dai hoi|doan ket|tinh hinh|truong hop)"
    r"(?:cac |cac dong chi |dong chi |moi |tung |toan the )?(?:thu truong|truong|pho|giam doc|chu tich|bi thu"
    r"|cong chuc|can bo|vien chuc|hieu truong|chi huy truong|dong chi|dc|d/c"
    r"|(?:xom|to|khoi|ap|khom|thon|buon|cum|nhom|phum|soc|lang) truong|uy vien|dang uy vien|thanh vien"
    r"|nguoi dung dau|dang vien|doan the|don vi|co quan"
    r"|nganh|thon|xom|ban|to dan pho|khu|chi (?:bo|hoi|doan|uy)|cong doan|lien doi|nha truong"
    r"|thu vien|bao tang|nha van hoa|cau lac bo|hat|doi|don|kiem lam|truong hoc|tram|so|phong|uy ban|ubnd|ub"
    r"|hoi|hiep hoi|lien minh|cong ty|dien luc|vien thong|doan|mat tran|mttq|bao|dai|cong an|quan su|bch|bcd|van"
    r" phong|trung tam|benh vien|doanh nghiep|hop tac xa|htx|cap uy|xa|phuong|dia phuong"
    r"|ke toan|tai chinh|dia chinh|tu phap|van hoa|giao vien|nhan vien|bo phan|to chuc|thuong truc|lanh dao"
    r"|khoa(?! hoc)|co so(?! vat chat| du lieu| ha tang| phap ly| khoa hoc)|chi nhanh|dang bo|chi, dang bo"
    r"|ho gia dinh|kho bac|ngan hang|buu dien|vien|chi cuc|cuc|thanh tra|lien doan|huyen|tinh|quan|thi xa"
    r"|thanh pho)\b"
)


# "Thầy Trần Văn Khôi, Phó Hiệu trưởng": how people are named among those who act
_PERSON = re.compile(
    rf"(?:Ông|Bà|Thầy|Cô|Anh|Chị|Đồng chí|Đ/c|Bác sĩ|Kỹ sư)(?: giáo)? [{CAPITALS}]\w*(?: [{CAPITALS}]\w*){{1,4}}"
)
# "Vụ Tổ chức cán bộ"; "Vụ Đông Xuân" is a season
_OFFICE_OF_MINISTRY = re.compile(rf"Vụ (?!Đông|Mùa|Xuân|Hè|Thu\b|Chiêm)[{CAPITALS}]\w+ ")
_COMPOUND = re.compile(r"\b(?:việc làm|hậu cần|chuyên cần)\Z")  # nouns that end with a word of tasks
LONGEST_COMPOUND = 10  # letters
_PASSIVE = re.compile(r"\bđược\s+$")
# "Phòng Quản lý lưu trữ chủ trì ...", "Phòng Kế hoạch tổng hợp làm đầu mối ...": before these a word that may be a
# noun is part of the name
_SURE_VERB = re.compile(r"\s+(?=(?:chủ trì|có trách nhiệm|chịu trách nhiệm|làm đầu mối|là đầu mối|tham mưu)\b)")


def boundary(text: str, limit: int | None = None) -> int | None:
    """Offset where the first task word begins after an actor, None where there is none."""
    passive = -1  # end of the last word of "đảng viên được kiểm tra, giám sát"
    stop = limit if limit is not None else len(text)
    for match in verbs().finditer(text, 0, stop):
        before = text[: match.start()]
        if not before.strip(EDGE) or _COMPOUND.search(text, max(0, match.end() - LONGEST_COMPOUND), match.end()):
            continue
        if _PASSIVE.search(before) or (passive >= 0 and text[passive : match.start()].strip() in (",", "và")):
            passive = match.end()
            continue
        if match.group() in _nouns() and _is_noun(match.group(), before, text[match.end() :]):
            continue
        if match.group() in _nouns() and _SURE_VERB.match(text, match.end()):
            continue
        if _FUNCTION.search(before) and _goes_on(text, match.end(), stop):
            continue
        return match.start()
    return None


# What may follow a body's name and be part of it: "Công an tỉnh và các sở", "UBND huyện nơi có ..."
_GOES_ON = frozenset(
    {
        "và", "với", "các", "của", "thuộc", "trên", "có", "cùng", "nơi", "tại", "đóng", "trực", "được",
        "phụ", "để", "là", "hoặc", "-", "–", "(",
    }
)


def known_end(text: str) -> int | None:
    """Where the listed bodies that open a sentence end, a word of no name behind them: "Công an tỉnh | túc trực".

    None where the text does not open with listed bodies and their places, or its first word behind them may be of the
    name.
    """
    words = [(match.start(), match.group()) for match in re.finditer(r"\S+", text[:KNOWN_REACH])]
    at = 0
    while True:
        length = body_parts.place_end([word for _, word in words[at:]])
        if length is None:
            return None
        at += length
        joined = words[at - 1][1].endswith(",") or (at < len(words) and words[at][1] == "và")
        at += at < len(words) and words[at][1] == "và"
        if not joined:
            break
    if at >= len(words) or not words[at][1][:1].islower() or words[at][1].strip(",;:") in _GOES_ON:
        return None
    return words[at][0] if words[at - 1][1][-1:].isalpha() else None


KNOWN_REACH = 200  # signs in which the bodies that open a sentence are looked for


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Whether a name that a word of a task seemed to end goes on to a rank or place, with the task after it."""
    following = verbs().search(text, start, stop)
    after = text[start : following.start()] if following else ""
    return _NAME_ENDS.search(after) is not None and _PAPER.search(after) is None and ";" not in after


def opens_with_task(text: str) -> bool:
    """Whether a text begins with a word that opens a task, in capitals or not."""
    head = text.lstrip(EDGE)[:60].lower()
    return verbs().match(head) is not None


def _is_noun(word: str, before: str, after: str) -> bool:
    """Whether a word that may open a task is part of a name here: "các tổ chức chính trị", "cơ quan, tổ chức,"."""
    if (word == "cùng" and after.startswith(" cấp")) or (word == "cấp" and before.rstrip().endswith("cùng")):
        return True  # "Mặt trận Tổ quốc cùng cấp"
    if (word == "cấp" and _RANK.match(word + after)) or (word == "chi" and _BRANCH.match(after)):
        return True
    if before.rstrip().endswith(("-", "–")):
        return True  # "Văn phòng - thống kê"
    if word == "chỉ đạo" and after.startswith(" cơ sở"):
        return _NOUN_BEFORE.search(before) is not None  # "Hội Nông dân huyện chỉ đạo cơ sở", not "ban chỉ đạo cơ sở"
    if _NOUN_AFTER.match(after) and (word == "tổ chức" or not after.lstrip().startswith((",", ";"))):
        return True
    return _NOUN_BEFORE.search(before[:1].lower() + before[1:]) is not None


def is_actor(text: str) -> bool:
    words = text.split()
    if not 1 <= len(words) <= LONGEST_ACTOR or text[:1].islower():
        return False
    if (len(words) == 1 and len(text) < 12) or aligned(text) in ("to chuc", "lanh dao", "quan ly"):
        return False  # "Tổ chức phát động ..." opens with its verb
    opening = verbs().match(text[0].lower() + text[1:])
    if opening and " " in opening.group() and opening.group() not in _nouns() and words[2:3] != ["viên"]:
        return False  # "Báo cáo 6 tháng ..." is a task; "Báo cáo viên" is a person
    if _PERSON.match(text) or _OFFICE_OF_MINISTRY.match(text):
        return True
    return bodies.looks_like_body(text[:120]) >= 0.5 or _PEOPLE.match(aligned(text)) is not None


_DIRECTS = re.compile(r"(?:chi dao|yeu cau)\b")  # "Chỉ đạo các phòng, ban ...:" is a task of the one who directs
NAME_WORDS = 30  # of people who are no listed body, alone in a title; lists of bodies of a province have 22
SURE_BODY = 0.6  # of looks_like_body: kind and place known
# "Tổ chức tuyên truyền", "Phòng ngừa ...": after these only a known body is an actor
_OPENS_TASK = re.compile(r"(?:to chuc|phong|ban)\b")
_NAMED_OFFICE = re.compile(r"(?:Phòng|Ban) [" + CAPITALS + r"][^" + CAPITALS + r"\W]")  # "Phòng Đào tạo"


_ACTS = re.compile(r"(?:chủ trì|phối hợp|có trách nhiệm|chịu trách nhiệm|tham mưu|thực hiện|triển khai|được|tổ chức)\b")


@lru_cache(maxsize=1024)  # each paragraph below asks for the title above it
def titled_actor(title: str) -> str | None:
    """The actor that a title names, as printed: "Sở Nội vụ", "Đề nghị: Hội Nông dân", "Trách nhiệm của Văn phòng Sở".

    The title is a name whole, also with a word in it that may open a task ("Các Sở, ngành chủ trì dự án"); only where a
    colon closes it the name ends before that word ("Công an xã chủ trì:").
    """
    text = title.strip()
    if _DIRECTS.match(aligned(text)):
        return None
    lead = ASKED.match(aligned(text)) or OF.match(aligned(text))
    name = text[lead.end() :] if lead else text
    name = name[:1].upper() + name[1:] if lead else name
    cut = boundary(name)
    if cut is not None and text.endswith(":"):
        # "Công an xã chủ trì:"; in "Phòng Quản lý xây dựng và hạ tầng:" the word is of the name
        name, cut = (name[:cut], None) if _ACTS.match(name, cut) else (name, None)
    name = name.strip(EDGE)
    if not name[:1].isupper() or len(name.split()) > LONGEST_ACTOR or (cut is not None and not is_actor(name)):
        return None
    key = aligned(name)
    known = bodies.looks_like_body(name[:120]) >= SURE_BODY or _NAMED_OFFICE.match(name) is not None
    people = _PEOPLE.match(key) is not None and _OPENS_TASK.match(key) is None
    if not (known or (people and (lead or cut is not None or len(name.split()) <= NAME_WORDS))):
        return None
    start = text.lower().find(name.lower())
    return text[start : start + len(name)] if start >= 0 else name
