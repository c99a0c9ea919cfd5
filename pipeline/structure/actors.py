"""Who acts: names of bodies and people before a task, in a sentence or alone as a title.

The trouble: most who act stand in no list ("Các ấp", "Xã đội", "Đại úy Thạch Rinh - Trợ lý"), and what opens a task may
open a name too ("Tổ chức Đảng", "Tổ chức tập huấn"; "Thanh tra Sở", "Thanh tra việc thu phí").

Evidence: the table of bodies, the words that names of people and offices begin with (dictionaries/actor_heads.tsv),
names of persons. Where a name ends is told in `name_ends`.

What it never does: make an actor of a text that opens with a task.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipeline.knowledge import bodies, persons
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import fold
from pipeline.structure.name_ends import EDGE, boundary, may_be_noun, task_word_at
from pipeline.structure.passages import CAPITALS

# What may stand before the name: "Đề nghị: Hội Nông dân", "Trách nhiệm của Văn phòng", "Đối với các trường"
ASKED = re.compile(
    r"^(?:(?:de nghi|giao(?! vien)(?: nhiem vu)?(?: cho)?|yeu cau|phan cong|chi dao|uy quyen cho|kien nghi|rieng)"
    r"[\s:]+)"
)
OF = re.compile(r"^(?:(?:trach nhiem|nhiem vu|phan cong nhiem vu)\s+(?:cua|doi voi|cho)|doi voi)[\s:]+")


LONGEST_ACTOR = 55  # words: a list of all bodies of a province has 46


@cache
def _heads() -> dict[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]]:
    """Words that names of those who act begin with (dictionaries/actor_heads.tsv), by their first syllable's key: the
    folded syllables, and those that must not follow."""
    found: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for head, none_before in load_table("actor_heads"):
        syllables = tuple(word.rstrip(",") for word in fold(head).split())
        found.setdefault(aligned(syllables[0]), []).append((syllables, frozenset(fold(none_before).split("|"))))
    return {key: tuple(rows) for key, rows in found.items()}


_OF_ALL = re.compile(
    r"(?:(?:các|những|mỗi|từng|mọi|toàn thể|riêng|đồng chí|ông|bà|cac|nhung|moi|tung) )+", re.IGNORECASE
)


def begins_as_people(text: str) -> bool:
    """Whether a text begins with a word for people or an office: "Các ấp", "Kế toán", "Chủ đầu tư".

    Marks decide where a word has any: "Tình trạng" has no "tỉnh", "Đổi mới" no "đội"; damaged text may have none.
    """
    several = _OF_ALL.match(text)
    bare = text[:HEAD_WITHIN].isascii()
    for start in (several.end() if several else 0, 0):
        words = [word.rstrip(",;:.") for word in fold(text[start : start + HEAD_WITHIN]).split()]
        for syllables, none_before in _heads().get(aligned(words[0]), ()) if words else ():
            count = len(syllables)
            if words[count : count + 1] and words[count] in none_before:
                continue
            if len(words) >= count and (
                tuple(words[:count]) == syllables
                or (bare and words[:count] == [aligned(syllable) for syllable in syllables])
            ):
                return True
    return False


HEAD_WITHIN = 60  # signs in which a head and the word behind it stand


_NAME = rf"[{CAPITALS}](?:['’]\s?)?\w*(?: [{CAPITALS}]\w*){{1,4}}(?!\w)"  # "H’Loan Niê", "K’ Brểu"
# "Thầy Trần Văn Khôi, Phó Hiệu trưởng": how people are named among those who act
_PERSON = re.compile(rf"(?:Ông|Bà|Thầy|Cô|Anh|Chị|Đồng chí|Đ/c|Bác sĩ|Kỹ sư)(?: giáo)? {_NAME}")
_BARE_NAME = re.compile(rf"({_NAME})(?P<post>\s*[-–,(])?")
SURE_NAME = 0.8  # of `persons.name_likeness`; names of bodies and places stay below


def _is_person(text: str) -> bool:
    """Whether a text begins with the name of a person: with a rank or a form of address, or alone before its post."""
    if _PERSON.match(text):
        return True
    rank, rest = persons.split_rank(text[:HEAD_WITHIN])
    name = _BARE_NAME.match(rest)
    if name is None:
        return False
    post = name["post"] is not None  # a name without one opens sentences of any kind
    return rank is not None or (post and len(name[1].split()) >= 3 and persons.name_likeness(name[1]) >= SURE_NAME)


# "Vụ Tổ chức cán bộ"; "Vụ Đông Xuân" is a season
_OFFICE_OF_MINISTRY = re.compile(rf"Vụ (?!Đông|Mùa|Xuân|Hè|Thu\b|Chiêm)[{CAPITALS}]\w+ ")
def is_actor(text: str) -> bool:
    words = text.split()
    if not words or text[:1].islower() or (len(words) > LONGEST_ACTOR and not _lists_bodies_alone(text)):
        return False
    if (len(words) == 1 and len(text) < 12) or aligned(text) in ("to chuc", "lanh dao", "quan ly"):
        return False  # "Tổ chức phát động ..." opens with its verb
    opening = task_word_at(text[0].lower() + text[1:], 0)
    if opening and " " in opening and not may_be_noun(opening) and words[2:3] != ["viên"]:
        return False  # "Báo cáo 6 tháng ..." is a task; "Báo cáo viên" is a person
    if opening and _OBJECT.match(text, len(opening)):
        return False  # "Thanh tra việc thu phí" is a task, "Thanh tra Sở" a body
    if opening == "tổ chức" and _ORGANISATION.match(text, len(opening)) is None:
        return False  # "Tổ chức tiết dạy ...", "Tổ chức Hội thi"
    if _is_person(text) or _OFFICE_OF_MINISTRY.match(text):
        return True
    return bodies.looks_like_body(text[:120]) >= 0.5 or begins_as_people(text)


LONGEST_LIST = 130  # words of a list that names nothing but bodies: those outside the province's own offices


def _lists_bodies_alone(text: str) -> bool:
    names = text.split(", ")
    long = len(text.split()) > LONGEST_LIST
    return not long and len(names) > 3 and all(bodies.looks_like_body(name[:120]) >= LISTED for name in names)


LISTED = 0.5  # how much a name in such a list must look like that of a body
_OBJECT = re.compile(r"\s+(?:việc|công tác|tình hình|hoạt động|các|những)\b")  # of a task, behind its verb
# Of one organisation, behind the word that opens a task as often: "Tổ chức Đoàn", "Tổ chức cơ sở đảng"
_ORGANISATION = re.compile(
    r"\s+(?:cơ sở|chính trị|xã hội|đảng|đoàn|công đoàn|tín dụng|tôn giáo|khoa học|cá nhân|cán bộ|thành viên)\b",
    re.IGNORECASE,
)
_DIRECTS = re.compile(r"(?:chi dao|yeu cau)\b")  # "Chỉ đạo các phòng, ban ...:" is a task of the one who directs
NAME_WORDS = 30  # of people who are no listed body, alone in a title; lists of bodies of a province have 22
SURE_BODY = 0.6  # of looks_like_body: kind and place known
# "Tổ chức tuyên truyền", "Phòng ngừa ...": after these only a known body is an actor
_OPENS_TASK = re.compile(r"(?:to chuc|phong|ban)\b")
_NAMED_OFFICE = re.compile(r"(?:Phòng|Ban) [" + CAPITALS + r"][^" + CAPITALS + r"\W]")  # "Phòng Đào tạo"


_ACTS = re.compile(r"(?:chủ trì|phối hợp|có trách nhiệm|chịu trách nhiệm|tham mưu|thực hiện|triển khai|được|tổ chức)\b")


# "Sở Y tế chỉ đạo các đơn vị trực thuộc thực hiện các nội dung sau:"
_LEADS_TO_LIST = re.compile(
    r"\b(?:cac|nhung|mot so) (?:noi dung|nhiem vu|cong viec|viec|phan viec)(?: cu the)? sau(?: day)?\W*$"
)


# "Giao Sở Nội vụ có nhiệm vụ:"
_HAS_DUTY = re.compile(r"\s+(?:có|chịu) (?:nhiệm vụ|trách nhiệm)\s*(?=:?\s*\Z)")


# "Trách nhiệm của mỗi ngành" stands over the names of those who are meant
_EACH = re.compile(r"(?:moi|tung|hai) (?:nganh|ben|co quan|don vi)|cac ben")


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
    name = _HAS_DUTY.sub("", text[lead.end() :] if lead else text)
    name = name[:1].upper() + name[1:] if lead else name
    if _EACH.fullmatch(aligned(name).strip(EDGE)):
        return None
    cut = boundary(name)
    if cut is not None and text.endswith(":"):
        # "Công an xã chủ trì:"; in "Phòng Quản lý xây dựng và hạ tầng:" the word is of the name
        acts = _ACTS.match(name, cut) or _LEADS_TO_LIST.search(aligned(name))
        name, cut = (name[:cut], None) if acts else (name, None)
    name = name.strip(EDGE)
    if not name[:1].isupper() or len(name.split()) > LONGEST_ACTOR or (cut is not None and not is_actor(name)):
        return None
    key = aligned(name)
    known = bodies.looks_like_body(name[:120]) >= SURE_BODY or _NAMED_OFFICE.match(name) is not None
    known = known or _OFFICE_OF_MINISTRY.match(name) is not None
    people = begins_as_people(name) and _OPENS_TASK.match(key) is None
    most = LONGEST_ACTOR if text.endswith(":") else NAME_WORDS
    if not (known or (people and (lead or cut is not None or len(name.split()) <= most))):
        return None
    start = text.lower().find(name.lower())
    return text[start : start + len(name)] if start >= 0 else name
