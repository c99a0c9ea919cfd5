"""Whether a line is a title of its own or a paragraph: of numbered lines, and of lines without a number.

The trouble: "1. Mục đích:" is a title, "1. Tổ chức ..., trọng tâm là các nhiệm vụ sau:" is not; neither capitals nor
boldness nor a colon decides alone.

What it never does: know the outline; it is told what stands around the line.
"""

from __future__ import annotations

import re

from pipeline.knowledge import sequence
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.headings import heading_kind, is_canonical
from pipeline.knowledge.wording import is_body_end
from pipeline.structure.actors import NAME_WORDS, titled_actor
from pipeline.structure.passages import CAPITALS, Paragraph, bullet_of, is_capitals, marks

_INTRO = re.compile(
    r"(?:nhu sau|sau(?: day)?|gom(?: co| ong/ ?ba)?|co trach nhiem|bao gom|cu the(?: la)?|la|nhu"
    r"|(?:noi dung|dot|phan|viec) chinh|noi dung sau|gan voi)\s*:\s*$"
)
_SENTENCE_BREAK = re.compile(r"[.;!?]\s+[" + CAPITALS + r"“\"]")
_INNER_COLON = re.compile(r":\s+(\S.*)$")
_AMOUNT = re.compile(r"\d[\d.,]*\s?(?:%|‰|tấn|ha|con|hộ|người|đồng|triệu|tỷ|giường|thôn|xã|km|m2|m²|học sinh|trường)")
_SPECK = re.compile(r"\s+[;,.'’‘|_-]$")  # apart from its word: print has no blank before a mark
_LAST_BRACKET = re.compile(r"\s*\([^()]*\)$")  # "Chủ rừng là tổ chức (ban quản lý, công ty ...)"
_ENDS = re.compile(r"[.;,!?…][\s\"”)]*$")


def heading_score(title: Paragraph, content: bool) -> float:
    """Above 0 for a title, below for a numbered paragraph.

    The weights are votes; cases/outline holds what forced them.
    """
    text = _SPECK.sub("", title.body.strip())
    words = len(text.split())
    key = aligned(text)
    if is_capitals(text) and words <= 60:
        return 4.0
    score = 1.5 if content else -1.5
    bold = title.is_bold
    if bold is not None:
        score += 2.0 if bold else -0.7
    telling = heading_kind(text.rstrip(" :"))
    if telling is not None and words <= 20:
        score += 1.5 if words <= 8 else 0.75
    if text.endswith(":"):
        score += 0.5 if words <= 18 else -1.0
        if _INTRO.search(key):
            score -= 2.5
    elif _ENDS.search(_LAST_BRACKET.sub("", text)):
        score -= 1.0 if text.endswith(".") and words <= 8 and telling is not None and content else 2.8
    elif content:
        score += 0.5
    if _SENTENCE_BREAK.search(text) and not _lists_bodies(text):
        score -= 3.0
    inner = _INNER_COLON.search(text)
    if inner and len(inner[1].split()) >= 3:
        score -= 1.5
    if words <= 12:
        score += 0.5
    if bold and title.marker is not None and title.marker.family == "article":
        score += 4.0  # however long: what an article says stands below its title, and is not bold
    if words > LONG_TITLE and telling is None:
        score -= 1.0  # a sentence whose full stop was lost
    if words > 30:
        score -= 2.0
    if words > 45:
        score -= 2.0
    if _AMOUNT.search(text):
        score -= 1.0
    return score


def _lists_bodies(text: str) -> bool:
    """Whether the marks of a title part nothing but names: "Sở Văn hóa và Thể thao; Báo và Đài Phát thanh tỉnh"."""
    return "; " in text and all(titled_actor(part) is not None for part in text.split("; "))


SHORT_TITLE, LONG_TITLE = 9, 18  # words
TITLE_BESIDE = 16  # words of a title without a number where the section already has such titles


def _opens_bullets(after: Paragraph) -> bool:
    """Whether what follows is a bullet that begins a sentence; "- xã hội" is a wrapped line."""
    bullet = bullet_of(after.text)
    return bullet is not None and after.text[bullet.text_start :][:1].isupper()


def _opens_list(after: Paragraph) -> bool:
    """Whether what follows is the first point of a list."""
    return any(sequence.is_first(mark) and mark.family in _POINTS for mark in marks(after.text)[:1])


_POINTS = frozenset({"arabic", "letter", "paren"})


# "Bước 1: Sơ tuyển (từ 05/11 đến 15/11)", "Tháng 9/2004: Chủ điểm ...": a step or month of a calendar
_STEP = re.compile(
    r"(?:buoc|dot|giai doan|vong|tuan|hoc ky|thang|quy) (?:thu )?(?:\d{1,2}|[ivx]+|nhat|mot|hai|ba|tu|bon|nam)\b"
)


def _opens_step(paragraph: Paragraph, before: Paragraph | None, after: Paragraph) -> bool:
    """Whether a line names a step and stands over what is done in it; steps one under the other are lines of a list."""
    key = aligned(paragraph.text)
    if _STEP.match(key) is None or _ENDS.search(paragraph.text) or _SENTENCE_BREAK.search(paragraph.text):
        return False
    if any(near is not None and _STEP.match(aligned(near.text[:STEP_WITHIN])) for near in (before, after)):
        return False
    below = after.text
    return _opens_bullets(after) or (below[:1].isupper() and not marks(below) and _ENDS.search(below) is not None)


STEP_WITHIN = 30  # signs of "Giai đoạn thứ nhất"


# Over the articles of a decision stand who decides, above its grounds, and what is done: "QUYẾT ĐỊNH:"
_ENACTS = re.compile(r"(?:quyet dinh|quyet nghi|nghi quyet|chi thi|yeu cau)\s*:?")
_WHO_DECIDES = re.compile(
    r"(?:bo truong|chu tich|(?:tong )?giam doc|hoi dong|uy ban|thu tuong|chinh phu|quoc hoi|hieu truong"
    r"|(?:chi )?cuc truong|tong cuc|vien truong|chanh|thu truong|truong|tu lenh|ban)\b"
)


def is_unnumbered_heading(
    paragraph: Paragraph,
    before: Paragraph | None,
    after: Paragraph | None,
    duties: bool = False,
    beside: bool = False,
    untitled: bool = False,
) -> bool:
    """A title without a number: capitals or bold alone, a canonical heading that stands by itself, a short line that
    ends nothing and has bullets below, a step or month over what is done in it, or in the part of the duties (`duties`)
    the name of a body alone.

    `beside` says that the section open already has such titles; then a longer line may be one. `untitled` says that the
    sections of this document are titles without numbers.
    """
    text = paragraph.text.strip()
    words = text.split()
    if after is None or paragraph.table is not None or bullet_of(text) is not None:
        return False
    if not 2 <= len(words) <= 40:  # "Sáng:" in bold over "1) Họp đoàn ..."
        return len(words) == 1 and bool(paragraph.is_bold) and text.endswith(":") and _opens_list(after)
    if text.endswith((";", ",")) or (text.endswith(".") and not is_capitals(text)) or is_body_end(text):
        return False
    if is_capitals(text):
        key = aligned(text)
        return _ENACTS.fullmatch(key) is None and (after.area != "basis" or _WHO_DECIDES.match(key) is None)
    if text.endswith(".") or len(words) > 20 or not text[:1].isupper():
        return False
    if paragraph.is_bold is not False and _opens_step(paragraph, before, after):
        return True
    core = text.rstrip(" :")
    if _SENTENCE_BREAK.search(text) or _INTRO.search(aligned(text)) or ":" in core:
        return False
    if paragraph.is_bold and not (after.is_bold and not marks(after.text)):
        return True
    if duties and len(words) <= NAME_WORDS and titled_actor(core) is not None:
        return True
    if untitled and len(words) <= 6 and core == text and is_canonical(core):
        return True  # small type hides boldness
    if paragraph.is_bold is False:
        return False
    if len(words) <= 6 and heading_kind(core) is not None:
        return True
    if len(words) <= SHORT_TITLE and core == text and _opens_bullets(after) and not re.search(r"\d", text):
        return True
    if (
        beside
        and paragraph.is_bold is None
        and core == text
        and len(words) <= TITLE_BESIDE
        and before is not None
        and _ENDS.search(before.text) is not None
        and (_opens_bullets(after) or (after.text[:1].isupper() and len(after.text.split()) > SHORT_TITLE))
        and not marks(text)
        and not re.search(r"\d", text)
    ):
        return True
    # In a text without type faces a short line between whole paragraphs is a title: it ends nothing, and a
    # sentence follows.
    return (
        paragraph.is_bold is None
        and len(words) <= SHORT_TITLE
        and before is not None
        and _ENDS.search(before.text) is not None
        and len(after.text.split()) >= 2 * SHORT_TITLE
        and not marks(after.text)
        and after.text[:1].isupper()
    )
