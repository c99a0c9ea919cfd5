"""Of several who sign, the one who signs for the body that issues the document.

The trouble: two bodies issue together and the second signs at the left; a plan drafted by an officer or a teacher is
approved beside their signature ("PHÊ DUYỆT CỦA ỦY BAN NHÂN DÂN XÃ", "NGƯỜI LẬP KẾ HOẠCH").

Evidence in order of trust: the name of the issuer in the powers or the position, then a position that only a body of
the issuer's kind has ("HIỆU TRƯỞNG" of a school). Where neither tells, the first in print order.

What it never does: take who drafted a document where somebody else signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from pipeline.knowledge import bodies, positions, signers
from pipeline.knowledge.fuzzy import plain
from pipeline.structure import column_names

NAMED = 90.0  # percent of the issuer's name that stands in a power or position; abbreviations are written out before
_UNIT = re.compile(r"\s(?:tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\b.*")
_DRAFTS = re.compile(
    r"(?:nguoi (?:lap|viet|xay dung|soan)|can bo (?:lap|xay dung)|ke toan|thu quy|tong phu trach|tpt doi)\b"
)
# Positions, and the words that the name of their body begins with.
_HEADS = (
    (re.compile(r"hieu truong\b"), re.compile(r"truong\b")),
    (re.compile(r"(?:chi huy|xa doi) (?:truong|pho)\b"), re.compile(r"(?:ban|bo) chi huy\b")),
    (re.compile(r"chinh tri vien\b"), re.compile(r"(?:ban|bo) chi huy\b")),
    (re.compile(r"truong phong\b"), re.compile(r"phong\b")),
    (re.compile(r"giam doc\b"), re.compile(r"(?:so|trung tam|cong ty|benh vien|ban quan ly|kho bac|dai)\b")),
    (
        re.compile(r"bi thu\b"),
        re.compile(r"(?:(?:tinh|thanh|huyen|quan|xa|thi)? ?doan|(?:tinh|thanh|huyen|quan|thi|dang) uy|dang bo|chi bo"
                   r"|ban (?:chap hanh|thuong vu) (?:doan|dang|(?:tinh|huyen|xa) doan|chi))\b"),
    ),
    (re.compile(r"truong cong an\b"), re.compile(r"cong an\b")),
    (re.compile(r"chu tich\b"), re.compile(r"(?:uy ban|hoi|cong doan|lien doan|ban (?:chap hanh|thuong vu) hoi)\b")),
)


def signer_for(issuer: str | None, blocks: Sequence[signers.SignatureBlock]) -> int:
    """The place in `blocks` of who signs for the issuer; of several bodies that issue together the first counts."""
    if issuer is None or len(blocks) < 2:
        return 0
    own = plain(issuer.split("; ")[0])
    told = [_told(own, block) for block in blocks]
    return told.index(max(told))


def _told(own: str, block: signers.SignatureBlock) -> int:
    """How plainly a signer is the issuer's: 3 by its name, 2 by the position, 1 not told, 0 for whoever drafted."""
    title = plain(block.title or "")
    if _DRAFTS.match(title):
        return 0
    position = positions.position_at(positions.ACTING.sub("", title).removeprefix("pho ")) or ""
    head = _HEAD_WORDS.match(title)
    listed = head.end() if head else len(positions.position_at(title) or "")
    named = [name for part in (block.authority or "", (block.title or "")[listed:]) if (name := _body_in(part))]
    core = _UNIT.sub("", own)
    if any(core.startswith(society + " ") for name in named if " " in (society := _COMMITTEE_OF.sub("", name))):
        return 3  # "TM. BCH CÔNG ĐOÀN" of "Công đoàn Trường Tiểu học A"
    if any(fuzz.partial_ratio(core, name) >= NAMED and len(name) >= len(core) - 2 for name in named):
        return 3
    if any(own.startswith(f"{kind} ") for name in named if " " in (kind := _UNIT.sub("", name))):
        return 3  # "CÔNG AN HUYỆN" of "Công an - Giáo dục và Đào tạo huyện A"
    whose = (name for name in named if _COMMITTEE_ALONE.fullmatch(name) is None)
    if any(bodies.looks_like_body(name) >= column_names.LIKE_BODY for name in whose):
        return 1
    return 2 if any(head.match(position) and kind.match(own) for head, kind in _HEADS) else 1


# Whose approval stands over which position where nobody else's does: "DUYỆT CỦA PHÒNG GD&ĐT" is no power of a school's
# "HIỆU TRƯỞNG".
_OWN_APPROVAL = re.compile(r"ban giam hieu\b|nha truong\b|lanh dao\b")


def without_foreign_approval(block: signers.SignatureBlock) -> signers.SignatureBlock:
    """The signer without the approval of a body that his position is not of, which waits for a signer of its own."""
    authority = block.authority or ""
    position = positions.position_at(plain(block.title or "")) or ""
    if positions.APPROVES.match(plain(authority)) is None or not position:
        return block
    body = _body_in(authority)
    kind = next((kind for head, kind in _HEADS if head.match(position.removeprefix("pho "))), None)
    if kind is None or not body or kind.match(body) or _OWN_APPROVAL.match(body):
        return block
    return replace(block, authority=None, authority_lines=())


_HEAD_WORDS = re.compile(r"(?:pho )?truong (?=(?:phong|ban|khoa|tram|cong an) \w)")  # "TRƯỞNG PHÒNG NỘI VỤ"
_COMMITTEE_ALONE = re.compile(r"ban (?:chap hanh|thuong vu|thuong truc)")  # whose, nothing tells
_COMMITTEE_OF = re.compile(r"ban (?:chap hanh|thuong vu) ")
_BEFORE_BODY = re.compile(
    r"\s*(?:(?:phe )?duyet(?: cua)?|xac nhan(?: cua)?"
    r"|(?:pho )?(?:truong(?= (?:phong|ban)\b)|chu tich|giam doc|bi thu)\b)\s*"
)


def _body_in(text: str) -> str:
    """The body that a power or the rest of a position names, written out, without marks."""
    key = plain(text)
    power = positions.POWER.match(key + " ")
    at = power.end() if power else 0
    for _ in range(2):
        before = _BEFORE_BODY.match(key, at)
        at = before.end() if before else at
    rest = text[at:].strip(" .:,")
    return plain(bodies.expand_body(rest).name) if rest else ""
