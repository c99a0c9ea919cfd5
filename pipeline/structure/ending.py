"""The closing words of a document: "Trên đây là kế hoạch ...", "Yêu cầu các đơn vị ... thực hiện./."

The trouble: they stand below the last item of the last list and are none of it; careless copies and the Party close
without "./."; what a recogniser made of a signature may stand below them.

Evidence in order of trust: "./." and the words that close, then that nothing of the text follows.

What it never does: take words for closing words that stand above a paragraph of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.wording import is_body_end
from pipeline.structure.passages import Paragraph, bullet_of

DEBRIS_WORDS = 6  # of what a recogniser makes of a signature under the closing paragraph
# Its letters: a name that a pen crosses leaves a word or two ("Nguyen V"). The shortest duty met has 19.
DEBRIS_LETTERS = 12
LONGEST_CALL = 300  # signs of a paragraph that calls on all; the longest in 40 plans has 126
HEAD = 90  # signs of a paragraph in which its closing words begin

_TRAILER = re.compile(
    r"\W*(?:tren day la|(?:ke hoach|nghi quyet|chi thi|chuong trinh|quy dinh) nay"
    r" (?:duoc )?(?:pho bien|co hieu luc|thay the))\b"
)
# "Quá trình thực hiện, nếu có vướng mắc ..." ends a plan where nothing stands below it
_LAST_WORDS = re.compile(
    r"\s*(?:(?:trong )?qua trinh (?:to chuc |trien khai )*thuc hien"
    r"|nhan duoc (?:ke hoach|chi thi|cong van|thong bao|huong dan) nay"
    r"|(?:yeu cau|de nghi) (?:cac|thu truong)\b)"
)
# "Yêu cầu Công an xã, Hội Phụ nữ xã thực hiện nghiêm Kế hoạch này": those asked are all, and so is what they are to do
_ASKS_ALL = re.compile(
    r"\W*(?:yeu cau|de nghi)\b[^;]*\b(?:thuc hien|trien khai)\b[^;]{0,40}\b(?:ke hoach|chi thi|chuong trinh) nay\W*$"
)
# What opens the last paragraphs of a plan, so that no duty is read from them
_OPENS = re.compile(r"\W*(?:tren day|yeu cau|de nghi|trong qua trinh|qua trinh|can cu|phat huy|nhan duoc)\b")
# "Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị ... thực hiện"
_CALLS_ON_ALL = re.compile(r"\s*[a-z][^,.;:]{2,60}\b(?:yeu cau|de nghi) (?:cac|thu truong)\b")


# "Văn phòng Đảng ủy theo dõi, đôn đốc việc thực hiện Kế hoạch này": below the items of all, who looks after them
_OVERSEEN = re.compile(
    r"\W*(?:giao )?(?:van phong|ban|uy ban kiem tra|thuong truc)\b[^;]*\b(?:theo doi|don doc|kiem tra|giam sat)\b"
)


def first_closing(paragraphs: Sequence[Paragraph], item: bool = False, titled: bool = False) -> int | None:
    """Index of the first paragraph that closes the document, among those of its last section; None where none does.
    `item` says that the section is numbered: what stands below is none of its tasks. A `titled` one keeps
    its only paragraph where "./." alone tells that the text ends with it."""
    if titled and len(paragraphs) == 1 and _OPENS.match(aligned(paragraphs[0].text[:HEAD])) is None:
        return None
    below = 0  # letters under the paragraph
    for at in range(len(paragraphs) - 1, -1, -1):
        paragraph = paragraphs[at]
        if is_body_end(paragraph.text) or _says_it_closes(paragraph, below <= DEBRIS_LETTERS):
            # "Trên đây là ..." and "Yêu cầu ...": two paragraphs close
            return at - 1 if at and _says_it_closes(paragraphs[at - 1], False) else at
        if item and not below and paragraph.marker is None and _OVERSEEN.match(aligned(paragraph.text)) is not None:
            return at
        if len(paragraph.text.split()) > DEBRIS_WORDS or paragraph.table is not None:
            return None
        below += _letters(paragraph)
    return None


def closing_words(paragraphs: Sequence[Paragraph], item: bool = False) -> frozenset[int]:
    """Ids of the last paragraphs of a section that close the document: what they ask is asked of all, and no duty.
    Below the last numbered sentence (`item`) a paragraph without a mark that ends in "./." does."""
    ended = item and bool(paragraphs) and paragraphs[-1].marker is None and is_body_end(paragraphs[-1].text)
    found: set[int] = {id(paragraphs[-1])} if ended and bullet_of(paragraphs[-1].text) is None else set()
    for paragraph in reversed(paragraphs):
        key = aligned(paragraph.text[:HEAD])
        if _OPENS.match(key) or _TRAILER.match(key) or (paragraph.marker is None and _CALLS_ON_ALL.match(key)):
            found.add(id(paragraph))
        elif found or _letters(paragraph) > DEBRIS_LETTERS:
            break
    return frozenset(found)


def _letters(paragraph: Paragraph) -> int:
    return sum(map(str.isalpha, paragraph.text))


def _says_it_closes(paragraph: Paragraph, is_last: bool) -> bool:
    """Party documents and careless copies close without "./."; "Trên đây là ..." tells then, and other words where
    nothing stands below them but what a recogniser makes of a signature (`is_last`)."""
    key = aligned(paragraph.text[:HEAD])
    if _TRAILER.match(key) is not None:
        return True
    if not is_last or _LAST_WORDS.match(key) is not None:
        return is_last
    short = paragraph.marker is None and len(paragraph.text) < LONGEST_CALL
    return short and (_CALLS_ON_ALL.match(key) or _ASKS_ALL.match(aligned(paragraph.text))) is not None
