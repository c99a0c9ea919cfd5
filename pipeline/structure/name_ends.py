"""Where the name of those who act ends and their task begins: "Công an tỉnh | túc trực".

The trouble: nothing marks the place; words that open a task stand inside names too ("các tổ chức chính trị - xã hội",
"Ban Tổ chức"), and parts of longer nouns look like them ("quá trình", "chi nhánh").

Evidence in order of trust: where a listed body with its place ends; the first word that opens a task
(dictionaries/task_verbs.tsv) and is no part of a name; where a kind of place stands and no such word follows soon.

What it never does: say whether what stands before is the name of anyone (`actors` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from pipeline.knowledge import body_parts
from pipeline.knowledge.lexicon import load_table
from pipeline.structure.passages import CAPITALS

EDGE = " .,;:-–+*/|"


@cache
def _task_words() -> dict[str, tuple[str, ...]]:
    """Words that open a task (dictionaries/task_verbs.tsv) by their first syllable, the longer before the shorter."""
    found: dict[str, list[str]] = {}
    for row in load_table("task_verbs"):
        found.setdefault(row[0].split()[0], []).append(row[0])
    return {first: tuple(sorted(verbs, key=len, reverse=True)) for first, verbs in found.items()}


_SYLLABLE = re.compile(r"(?<![\w-])[^\W\d_]+")
_ENDS = re.compile(r"(?![\w-])")


def task_word_at(text: str, at: int, stop: int | None = None) -> str | None:
    """The word that opens a task and begins at `at`, a syllable's first letter; None for any other."""
    first = _SYLLABLE.match(text, at)
    for verb in _task_words().get(first.group(), ()) if first else ():
        end = at + len(verb)
        if text.startswith(verb, at) and _ENDS.match(text, end) and (stop is None or end <= stop):
            return verb
    return None


def _task_words_in(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, str]]:
    """(offset, word) of the words that open a task, none inside another."""
    done = start
    openings = _task_words()
    for first in _SYLLABLE.finditer(text, start, len(text) if stop is None else stop):
        at = first.start()
        if at >= done and first.group() in openings and (verb := task_word_at(text, at, stop)) is not None:
            done = at + len(verb)
            yield at, verb


@cache
def _nouns() -> frozenset[str]:
    return frozenset(verb for verb, noun in load_table("task_verbs") if noun)


def may_be_noun(word: str) -> bool:
    """Whether a word that opens a task also stands inside names ("tổ chức", "kiểm tra")."""
    return word in _nouns()


@cache
def _compounds() -> frozenset[str]:
    """Nouns of two syllables that one of those words is a part of (dictionaries/task_nouns.tsv)."""
    return frozenset(row[0] for row in load_table("task_nouns"))


_LAST_SYLLABLE = re.compile(r"([^\W\d_]+) \Z")
_NEXT_SYLLABLE = re.compile(r" ([^\W\d_]+)")


def _is_of_a_noun(text: str, start: int, word: str) -> bool:
    """Whether one syllable that may open a task is a part of a longer noun: "quá trình", "chi nhánh"."""
    before = _LAST_SYLLABLE.search(text, max(0, start - LONGEST_SYLLABLE), start)
    after = _NEXT_SYLLABLE.match(text, start + len(word))
    return (before is not None and f"{before[1].lower()} {word}" in _compounds()) or (
        after is not None and f"{word} {after[1]}" in _compounds()
    )


LONGEST_SYLLABLE = 9  # letters and a blank: "nghiêng "


# Words that open a task. They are looked for in small letters only, so that "Ban Tổ chức" and "Ủy ban Kiểm tra"
# stay names.
# "các cơ quan, tổ chức, doanh nghiệp", "tổ chức chính trị - xã hội", "cơ quan quản lý", "ban chỉ đạo": parts of names
_NOUN_BEFORE = re.compile(
    r"(?:các|những|mỗi|từng|và|(?<!uyện )(?<!ỉnh )(?<!hành )(?<!uận )(?<!ông )(?<!iên )(?<!hi )đoàn"
    r"|cơ quan|đơn vị|ban|cán bộ|bộ phận|(?<!rưởng )phòng|tổ|người|hệ thống|ngành|đài|trung"
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
    r"cấp (?:xã|huyện|tỉnh|phường|thành phố|cơ sở|cụm|khối|trường|chi bộ|chi hội|chi đoàn"
    r"|trung ương|trên|dưới|ủy|uỷ|mình|học)\b|cấp\s+(?:I|[1-4](?![\d.,]))"
)
_PASSIVE = re.compile(r"\bđược\s+$")
# "Phòng Quản lý lưu trữ chủ trì ...", "Phòng Kế hoạch tổng hợp làm đầu mối ...": before these a word that may be a
# noun is part of the name
_SURE_VERB = re.compile(r"\s+(?=(?:chủ trì|có trách nhiệm|chịu trách nhiệm|làm đầu mối|là đầu mối|tham mưu)\b)")


@lru_cache(maxsize=256)  # a clause is asked for by its paragraph, its colon and its statement
def boundary(text: str, limit: int | None = None) -> int | None:
    """Offset where the first task word begins after an actor, None where there is none."""
    passive = -1  # end of the last word of "đảng viên được kiểm tra, giám sát"
    stop = limit if limit is not None else len(text)
    lead = len(text) - len(text.lstrip(EDGE))
    for start, word in _task_words_in(text, 0, stop):
        end = start + len(word)
        if start <= lead or (" " not in word and _is_of_a_noun(text, start, word)):
            continue
        before = text[max(0, start - NEAR) : start]
        if before.lower().endswith(_NAME_BEFORE.get(word, ())) or _PARTY_OFFICE.match(text, start):
            continue
        if _PASSIVE.search(before) or (passive >= 0 and text[passive:start].strip() in (",", "và")):
            passive = end
            continue
        if may_be_noun(word) and _is_noun(word, before, text[end : end + NEAR]):
            continue
        if may_be_noun(word) and _SURE_VERB.match(text, end):
            continue
        if _FUNCTION.search(before) and _goes_on(text, end, stop):
            continue
        if word == _IN_CHARGE and _acts_later(text, end, stop):
            continue
        return start
    return None


# "Đài Truyền hình thành phố", "Phòng Văn hoá thông tin", "Đội Cảnh sát quản lý hành chính"
_NAME_BEFORE = {
    "hình thành": ("truyền ",),
    "thông tin": ("văn hóa ", "văn hoá "),
    "quản lý": ("cảnh sát ",),
    "xây dựng": ("dự án đầu tư ", "đầu tư và "),  # "Ban Quản lý dự án đầu tư xây dựng"
}
_PARTY_OFFICE = re.compile(r"(?<=ban )xây dựng [Đđ]ảng\b")  # "các ban xây dựng Đảng theo dõi ..."
NEAR = 40  # signs around a word that tell what it is; the longest of the patterns below reads 25


# "Hội Khuyến học xã | khích lệ học sinh ...": a name ends with its place, whatever word of a task follows
_PLACE_END = re.compile(
    r"(?<=\w )(?:xã|phường|thị trấn|huyện|quận|thị xã|thành phố|tỉnh|thôn|bản|ấp|khóm|buôn|khu phố|Sở|nhà trường|cơ sở"
    r"|các cấp|Trung ương|trực thuộc) (?=(?P<next>[^\W\d_]+))"
)
# What follows a kind of place in names, by its first syllable: "các xã miền núi", "cấp huyện trở lên"
_OF_THE_PLACE_WORDS = (
    "miền vùng biên đặc ven phía còn khác nghèo mới trọng điểm khó lân hội viên ủy uỷ đội đoàn lỵ loại theo trong"
    " số về xa sâu cao ngoài ở tham hoàn khu quản liên này nêu thứ trở nào đã hoá hóa giáo khám sản kinh dạy bảo trung"
)
_OF_THE_PLACE = frozenset(_OF_THE_PLACE_WORDS.split())
PLACE_WITHIN = 90  # signs in which an actor's place is looked for
LATER = 4  # words between a place and a listed word of a task that are more than the rest of a name


def _place_boundary(text: str, cut: int | None) -> int | None:
    """Offset where an actor ends with its place, where no word that opens a task is listed near it (at `cut`)."""
    for place in _PLACE_END.finditer(text, 0, PLACE_WITHIN):
        following = place["next"]
        if not following.islower() or following in _GOES_ON or following in _OF_THE_PLACE:
            continue
        if "," in text[place.end() : cut] or cut is None or len(text[place.end() : cut].split()) > LATER:
            return place.end()
        return None
    return None


# What may follow a body's name and be part of it: "Công an tỉnh và các sở", "UBND huyện nơi có ..."
_GOES_ON = frozenset(
    {
        "và", "với", "các", "của", "thuộc", "trên", "có", "cùng", "nơi", "tại", "đóng", "trực", "được",
        "phụ", "để", "là", "hoặc", "-", "–", "(",
    }
)


def _known_end(text: str) -> int | None:
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
    following = next(_task_words_in(text, start, min(stop, start + GOES_ON_WITHIN)), None)
    after = text[start : following[0]] if following else ""
    return _NAME_ENDS.search(after) is not None and _PAPER.search(after) is None and ";" not in after


GOES_ON_WITHIN = 200  # signs in which a name goes on; the longest of the listed bodies has 70


def opens_with_task(text: str) -> bool:
    """Whether a text begins with a word that opens a task, in capitals or not."""
    head = text.lstrip(EDGE)[:60].lower()
    return task_word_at(head, 0) is not None and _RANK.match(head) is None


_IN_CHARGE = "phụ trách"  # "Đảng ủy viên phụ trách Khối Dân vận chủ trì ..." says who; alone it is the task


def _acts_later(text: str, start: int, stop: int) -> bool:
    """Whether another word of a task follows before any mark; "chi bộ" has none."""
    for at, word in _task_words_in(text, start, min(stop, start + NEAR)):
        if " " not in word and _is_of_a_noun(text, at, word):
            continue  # "phụ trách hậu cần"
        if not (may_be_noun(word) and _is_noun(word, text[max(0, at - NEAR) : at], text[at + len(word) :][:NEAR])):
            return not any(mark in text[start:at] for mark in ",;:.")
    return False


# "Giám đốc bệnh viện chỉ đạo chung": of these none has the word in its name
_INSTITUTION = re.compile(r"\b(?:viện|trung tâm|trường|đài) $", re.IGNORECASE)
_DOES = re.compile(r"\s+(?:triển khai|thực hiện|quán triệt|tuyên truyền|phát động|hưởng ứng|kiểm tra|tập huấn)\b")
_WHO_DOES = re.compile(r"(?:doanh nghiệp|cơ quan|đơn vị|địa phương|ngành|cơ sở|nhà trường)\s+$")


def _is_noun(word: str, before: str, after: str) -> bool:
    """Whether a word that may open a task is part of a name here: "các tổ chức chính trị", "cơ quan, tổ chức,"."""
    if (word == "cùng" and after.startswith(" cấp")) or (word == "cấp" and before.rstrip().endswith("cùng")):
        return True  # "Mặt trận Tổ quốc cùng cấp"
    if (word == "cấp" and _RANK.match(word + after)) or (word == "chi" and _BRANCH.match(after)):
        return True
    if before.rstrip().endswith(("-", "–")):
        return True  # "Văn phòng - thống kê"
    if word in ("chỉ đạo", "chấp hành", "điều hành") and before.rstrip().endswith("Ban"):
        return True  # "Văn phòng Ban chỉ đạo phòng thủ dân sự", "Uỷ viên Ban chấp hành", "Trưởng Ban điều hành khu phố"
    if word == "tổ chức" and _DOES.match(after) and _WHO_DOES.search(before):
        return False  # "các cơ quan, doanh nghiệp tổ chức triển khai", but "các tổ chức triển khai"
    if word == "chỉ đạo" and _INSTITUTION.search(before):
        return False
    if word == "chỉ đạo" and after.startswith(" cơ sở"):
        return _NOUN_BEFORE.search(before) is not None  # "Hội Nông dân huyện chỉ đạo cơ sở", not "ban chỉ đạo cơ sở"
    if _NOUN_AFTER.match(after) and (word == "tổ chức" or not after.lstrip().startswith((",", ";"))):
        return True
    return _NOUN_BEFORE.search(before[:1].lower() + before[1:]) is not None


def task_start(text: str) -> int | None:
    """Offset where a task begins behind the one who is to do it, None where nothing tells.

    >>> [text[: task_start(text)] for text in ("Công an tỉnh túc trực", "Hội Khuyến học xã nâng bước học sinh")]
    ['Công an tỉnh ', 'Hội Khuyến học xã ']
    """
    known = _known_end(text)
    if known is not None:
        return known
    cut = boundary(text)
    place = _place_boundary(text[:cut], cut)
    return cut if place is None else place
