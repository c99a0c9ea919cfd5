"""Fixed wording of official documents, as patterns on `fuzzy.aligned` text.

The trouble: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" comes back damaged and behind the name of the issuing body; "Căn
cứ", "Kính gửi", "./." tell where a part begins or ends.

What it never does: look at more than the text it is given.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from pipeline.knowledge import numbering
from pipeline.knowledge.fuzzy import aligned

_MOTTOES = ("cong hoa xa hoi chu nghia viet nam", "doc lap - tu do - hanh phuc", "dang cong san viet nam")
_HALF_MOTTOES = ("cong hoa xa hoi", "cong hoa", "chu nghia viet nam", "xa hoi chu nghia viet nam")  # a narrow column
# "HỘI NÔNG DÂN VIỆT NAM" is like "ĐẢNG CỘNG SẢN VIỆT NAM"; a motto cut off before "HỘI CHỦ NGHĨA" is none of them
_SOCIETY = re.compile(r"hoi (?!chu (?!thap\b))(?:[a-z]+ ){1,5}viet nam")
MOTTO_LIKENESS = 78.0  # percent of partial likeness; garbled heads gave 80 and more, other lines under 60
OFFICE = re.compile(
    r"dia chi\s*:|dien thoai\s*:|\bfax\b|e-?mail|website|https?:|www\.|ky boi\s*:|ngay ky\s*:|thoi gian ky|co"
    r" quan\s*:.*(?:ubnd|uy ban)"
)
STAMPS = re.compile(
    r"(?:tuyet |toi )?mat|(?:thuong )?khan|hoa toc.*|xem xong tra lai|luu hanh noi bo|du thao(?: lan \d+)?"
    r"|sao y.*|ban sao|den|cong van den.*"
)
ABOUT = re.compile(r"\W*(?:v\s*/\s*v\b|v/(?=\s)|ve viec\b)")  # "V/ báo cáo": the second v was not read
# "Sô:4#Ï2 /sYT-TCCB": the words of the cell are there, its number is not to be read
NUMBER_CELL = re.compile(r"\W{0,2}s[o0][\s:.;]{1,3}.{0,20}[/-]\s*\S{2,}")
# "THỦ TƯỚNG CHÍNH PHỦ điện:" over those whom a telegram goes to
ADDRESSEE = re.compile(
    r"kinh (?:gui|chuyen)\b|(?:thu tuong|chu tich|uy ban|bo|tong|ban chi|truong ban)[^.;:]{2,90} dien\s*:?\s*$"
)
UNDER_TITLE = re.compile(r"\(?\s*(?:kem theo|ban hanh (?:kem )?theo|dinh kem)\b")
# What an opening says is carried out: fewer types than are cited (`citation_parts.TYPE_KEYS`, a test holds them among
# these), since "thực hiện báo cáo" and "thực hiện dự án" are tasks.
CARRIED_OUT = (
    "ke hoach|quyet dinh|nghi quyet|chi thi|cong van|thong tu|nghi dinh|huong dan|chuong trinh|luat|quy dinh|de an"
)
_BASIS = re.compile(
    r"(?:can cu"
    rf"|(?:thuc hien|trien khai) (?:{CARRIED_OUT})"
    r"|theo (?:de nghi|noi dung)|xet (?:de nghi|to trinh)|duoc su (?:nhat tri|dong y|thong nhat|cho phep)|cham hanh"
    r"|chap hanh)\b"
)
OPENERS = re.compile(
    r"(?:can cu|xet|de (?:tiep tuc|trien khai|thuc hien|hoan thanh|kip thoi|nang cao|dam bao|bao dam|chu dong"
    r"|tang cuong)|nham|tren co so|phat huy"
    rf"|(?:thuc hien|trien khai) (?:{CARRIED_OUT}|su chi dao|y kien)"
    r"|(?:uy ban nhan dan|ubnd|chu tich|so|phong|hoi dong|ban|dang uy|truong|bch|ban chap hanh|thuong"
    r" truc)\b.{0,80}\b(?:ban hanh|xay dung|bao cao|thong bao|to chuc)"
    r"|nam \d{4},|thoi gian qua|trong nam|tiep tuc|cham|chap hanh|theo)\b"
)
TOGETHER = re.compile(r"(?:phoi hop|lien tich|lien nganh|lien so|lien co quan)")  # after a type's name, no title yet
OF_TYPE = re.compile(rf"{TOGETHER.pattern}|hanh dong")  # "CHƯƠNG TRÌNH HÀNH ĐỘNG"
# A title says so of several bodies; "Phối hợp tổ chức ..." is what one body does
TITLED_TOGETHER = re.compile(r"(?:phoi hop(?= (?:giua|lien nganh)\b)|lien tich|lien nganh|lien co quan)")
RULE = re.compile(r"[^\w]*$")
HEAD_LINES = 45  # a head with stamps and a digital signature has 25
HEAD_LINE_LENGTH = 110
TITLE_LINES = 7


# A seal or a digital signature lies over the rest; no body has these words in its name.
_BEGUN = re.compile(r"(?<!\S)cong hoa xa hoi(?!\S)")
LONGEST_MOTTO = 90  # letters of a head's line with both columns


def motto_start(text: str) -> int | None:
    """Offset where the motto begins in a line of the head, None where there is none."""
    key = aligned(text)
    if key.strip(" .-*_|") in _HALF_MOTTOES:
        return 0
    if _SOCIETY.fullmatch(key.strip(" .-*_|")):
        return None
    best: tuple[float, int] | None = None
    for motto in _MOTTOES:
        if len(key) < len(motto) * 0.7 or len(key) > 3 * len(motto) + 60:
            continue
        found = fuzz.partial_ratio_alignment(motto, key, score_cutoff=MOTTO_LIKENESS)
        if found is not None and found.score >= MOTTO_LIKENESS and (best is None or found.score > best[0]):
            best = (found.score, _with_first_words(key, found.dest_start, found.dest_end - len(motto)))
    if best is None:
        begun = _BEGUN.search(key)
        return None if begun is None or len(key) > LONGEST_MOTTO else begun.start()
    start = best[1]
    while start > 0 and key[start - 1] != " ":
        start -= 1
    return start


def _with_first_words(key: str, start: int, whole: int) -> int:
    """Where a motto begins whose first words were too damaged to be aligned: the word nearest to `whole`."""
    if whole <= 0 or whole >= start - 2:
        return start
    return min((at + 1 for at, sign in enumerate(key) if sign == " "), key=lambda at: abs(at - whole), default=start)


def starts_basis(text: str) -> bool:
    """Whether a paragraph is one of the grounds: "Căn cứ ...", "Thực hiện Kế hoạch số ..."."""
    return _BASIS.match(aligned(text[:60]).lstrip("- +*")) is not None


_FOOTNOTE = re.compile(r"\s*\[\d{1,2}\]\s")


def is_footnote(text: str) -> bool:
    """Whether a paragraph is one of the notes that converters put below a text: "[1] Chỉ thị số ..."."""
    return _FOOTNOTE.match(text) is not None


def is_main_heading(text: str) -> bool:
    """Whether a line is a heading of the body's top level ("I. MỤC ĐÍCH")."""
    marker = numbering.parse_marker(text[:200])
    return (
        marker is not None
        and marker.family in ("roman", "part", "chapter", "article")
        and marker.likelihood >= 0.6
        and len(text) > marker.text_start + 3
    )


_BODY_END = re.compile(r"[.…]\s?/\s?[.…]?[\s=.-]*$|\./[.\s]*$|[a-zà-ỹ],/\.$")  # ",/." is "./." read wrong


def is_body_end(text: str) -> bool:
    """Whether a line closes the body: "./."."""
    return _BODY_END.search(text.rstrip()) is not None
