"""Recipients: the lines of "Nơi nhận" with their notes, and the archive line.

The trouble: "Nơi nhận" in the smallest type of the page, "Lưu VT" without a colon, notes in parentheses whose
marks are lost.

What it never does: complete a name, or take a note off it that says who and not why.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.knowledge import bodies
from pipeline.knowledge.fuzzy import aligned, plain
from pipeline.knowledge.vietnamese import fold, is_legal_text


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One line of "Nơi nhận": `name` and `note` by the contract, the bullet in `mark`, `level` 2 for "+ ..."."""

    name: str
    note: str | None
    mark: str = ""
    level: int = 1


_HEAD = re.compile(
    r"[\s*_#|.\-]*(?P<words>n[o0d6e]?[il1j]?\s?n\s?h\s?[a-z]{1,3})\s*[*_]*\s*(?:[:;.,]|\Z|(?=\s))[*_\s]*"
)
_MARK = re.compile(r"\s*(?P<mark>[-–—+•●*·▪_~¬°=]{1,2}|[oo](?=\s)|[\uf0b7\uf02d])?\s*")
_MAY_OPEN = re.compile(r"[\W_]*[nNñÑńŃňŇ]")  # most lines are told apart by their first letter
# "'Vưi nhận;" alone on its line
_WORN_HEAD = re.compile(r"[\W_]*[VMHU][^\W\d_]{1,2}[iìíï]\s+nh[ậấẩâạ]n\s*[:;,.]?\s*\Z", re.IGNORECASE)
_SENT_TO = re.compile(r"\W*noi\s+gui\s*(?:[:;.]\W*|\Z)")  # "Nơi gửi:", before 2005
_NOTE = re.compile(r"\s*[(\[{](?P<note>[^()\[\]{}]{1,60})[)\]}]?\s*[;.,:]*\s*\Z")
# UBND huyện "để báo cáo", Huyện ủy để b/c: the usual notes in quotation marks, or behind "để", need no parentheses
_BARE_NOTE = re.compile(
    r"(?:[\"“](?P<note>(?:để\s+)?(?:[btp]/[ch]|báo cáo|thực hiện|phối hợp))[\"”]"
    r"|(?<=\s)(?P<said>để (?:[btp]/[ch]|báo cáo)))(?=[;.,:]*\s*\Z)",
    re.IGNORECASE,
)
# What a seal or handwriting left behind a closed entry: "Phòng Nội vụ (b/c); fo '+3"
_AFTER_CLOSE = re.compile(r"(\))(?:;\s+\S{1,4}(?:\s+\S{1,3})?|[;,:.]?\s+(?:[\W_]{1,3}|\w))\Z")
_BRACE = re.compile(r"\s*[;,.]?\s*\}\s*(?P<note>[^{}]{0,20})\Z")
# What a note says: why or how the copy is sent. "(Trưởng Cụm năm 2024)" says who, and stays in the name.
_NOTE_WORDS = re.compile(
    r"(?:de\s+)?(?:b/?[ce]|bao\s?cao|t/?h|thuc hien|p/?h|phoi hop|th/h|theo doi|t/d|chi dao|c/d|biet|de biet|"
    r"giam sat|kiem tra|dang tai|dua tin|"
    r"tuyen truyen|dang tin|trien khai|qua\s|x/b|x/d|xin y kien|trinh|phe duyet|tham gia|gui\s|thay b/?c|"
    r"tham muu|chi thi|/h\Z|d/?b|b/cao|thi hanh|ph/h|phoi, ket hop|dtu|lam viec|thong bao|nhan|s/?y)"
)


# The stroke of "b/c" comes back as a letter: "bíc", "p1h". Only these four short forms have one.
_STROKE = re.compile(r"(?P<lead>(?:để|de)\s+)?(?P<one>[bBtTpP]|ph)(?:\s?[/⁄íìiIlL1|!]\s?|/)(?P<two>[cCeE€©hHlI])\Z")
_SHORT_END = {**dict.fromkeys("eE€©", "c"), **dict.fromkeys("lI", "h")}  # what the last letter was read as
# "(h/c)", "(/€)": of the three short forms only "b/c" ends so
_REPORT = re.compile(r"(?P<lead>(?:để|de)\s+)?h?\s?/\s?[cCeE€©]\Z")
# "(bí)", "(bÁ)", "(b/()", "(b c)": nothing else of so few signs that is sent with a copy begins so
_WORN_REPORT = re.compile(
    r"(?P<lead>(?:để|de)\s+)?b(?!(?:ộ|an|ản|à|a|ên)\Z)(?:[^\W\d]{1,2}|\s?[/⁄]\s?\S{0,2}|\s[ceC(]?)\Z"
)
# "(b/()", "(b/[": the last letter read as a bracket that opens
_TWICE_OPEN = re.compile(r"(?<=\(b/)[(\[{<]\)?\Z")
# "(Uh)", "(Lh)": the t and its stroke read as one capital; "(thì;", "(thí": the h and its bracket read as two letters
_WORN_ORDER = re.compile(r"(?P<lead>(?:để|de)\s+)?(?:[UVL0]h|th[ìíĩ])\Z")
# In small letters; "(TH)" may be printed so.
_LOST_STROKE = {"bc": "b/c", "be": "b/c", "bo": "b/c", "th": "t/h", "ph": "p/h", "thiện": "t/hiện"}


def _mended_note(note: str) -> str | None:
    """ "để bíc" as "để b/c", "thu hiền" as "thực hiện"; None for anything but the usual notes, damaged."""
    said = _GLUED_LEAD.sub("để ", note.strip(" ;,."))
    said = _LETTER_FOR_CLOSE.sub("", said)
    for pattern, meant in ((_REPORT, "b/c"), (_WORN_ORDER, "t/h")):
        if (worn := pattern.match(said)) is not None:
            return f"{worn['lead'] or ''}{meant}"
    lost = _LOST_STROKE.get(said.removeprefix("để "))
    if lost is not None:
        return f"để {lost}" if said.startswith("để ") else lost
    found = _STROKE.match(said)
    if found is None:
        report = _WORN_REPORT.match(said)
        return _nearly_note(said) if report is None else f"{report['lead'] or ''}b/c"
    pair = f"{found['one']}/{_SHORT_END.get(found['two'], found['two'])}"
    return f"{found['lead'] or ''}{pair}" if pair.lower() in ("b/c", "t/h", "p/h", "ph/h") else None


# "(đểbíc)", "(đế t/hJ": the blank lost, a mark misread; the bracket that closes read as a letter
_GLUED_LEAD = re.compile(r"đ[ểếêề]\s*(?=(?:[bBtTpP]|ph)[/⁄íìiIlL1|!])")
_LETTER_FOR_CLOSE = re.compile(r"(?<=[/⁄íì][chCH])[JjIl1]\Z")

_PURPOSES = ("báo cáo", "thực hiện", "phối hợp", "theo dõi", "chỉ đạo", "đăng tải", "kiểm tra", "giám sát")
_NOTES = (*_PURPOSES, *(f"để {purpose}" for purpose in _PURPOSES), "để biết")
NEARLY = 85.0  # percent; "thu hien" for "thuc hien" has 94, "thuc hanh" 67


def _nearly_note(note: str) -> str | None:
    """The usual note that a damaged one is, in its own capitals; None for one that is printed so or is another."""
    if not 7 <= len(note) <= 16:
        return None
    best = max(_NOTES, key=lambda listed: fuzz.ratio(plain(note), plain(listed)))
    if fold(best) == fold(note) or fuzz.ratio(plain(note), plain(best)) < NEARLY:
        return None
    return best[0].upper() + best[1:] if note[0].isupper() else best


def recipients_head_end(text: str) -> int | None:
    """Where the words "Nơi nhận:" end at the head of a line, however damaged; None where they do not stand there."""
    if _MAY_OPEN.match(text) is None:
        worn = _WORN_HEAD.match(text)
        return None if worn is None else worn.end()
    flat = aligned(text[:120])  # the words stand at the head, with some signs before them
    sent = _SENT_TO.match(flat)
    if sent is not None:
        return sent.end()
    match = _HEAD.match(flat)
    if match is None:
        return None
    return match.end() if fuzz.ratio(match["words"].replace(" ", ""), "noinhan") >= 75 else None


def is_recipients_head(text: str) -> bool:
    """Whether a line begins with "Nơi nhận:" however damaged.

    >>> is_recipients_head("Noi nhậm:"), is_recipients_head("Nội dung:")
    (True, False)
    """
    return recipients_head_end(text) is not None


_TRAILING_NOISE = re.compile(r"[\s;,]+[(\[{|'\"“”‘’_~^¬°.:;,\-]{1,3}\Z")


def split_recipient(text: str) -> RecipientLine | None:
    """One recipient's line without dash, closing mark and note; None for an empty, head or archive line.

    Only a note of purpose or way ("(b/c)", "(để thực hiện)", "(qua Phòng Nội vụ)") is taken off the name.

    >>> split_recipient("- Sở Nội vụ (b/c);")
    RecipientLine(name='Sở Nội vụ', note='b/c', mark='-', level=1)
    """
    if parse_archive(text) is not None or is_archive_alone(text) or _ARCHIVE_TORN.match(aligned(text)):
        return None
    opening = _MARK.match(text)
    mark = (opening["mark"] or "") if opening else ""
    body = text[opening.end() :] if opening else text
    body = " ".join(body.split()).strip(" \t;:,|*_")
    body = body[:-1].rstrip() if body.endswith(".") and not body.endswith("...") else body
    body = _TRAILING_NOISE.sub("", body.removesuffix("./")).rstrip(" ;,")
    if not any(map(str.isalpha, body)) or is_recipients_head(text):
        return None
    body = _AFTER_CLOSE.sub(r"\1", body)
    if not mark and _is_scrawl(body):
        return None
    note = None
    brace = _BRACE.search(body)
    if brace is not None:  # one note for several lines, "} b/c" beside the first
        body, note = body[: brace.start()].rstrip(" ;,"), brace["note"].strip(" ;,.") or None
    body = _TWICE_OPEN.sub("c)", _without_scrap(body))
    body = _BARE_NOTE.sub(lambda bare: f"({bare['note'] or bare['said']})", body)
    match = _NOTE.search(body)
    if match and match.start() > 1 and (_NOTE_WORDS.match(plain(match["note"])) or _mended_note(match["note"])):
        note = _mended_note(match["note"]) or match["note"].strip(" ;,.")
        body = body[: match.start()].rstrip(" ;,")
    return RecipientLine(body, note, mark, 2 if mark.startswith("+") else 1)


def _is_scrawl(body: str) -> bool:
    """Whether a line without a dash is what a pen or seal beside the list was read as: "2 LÀ k Ae 4?", "m anh Toàn"."""
    words = body.split()
    single = [len(word) == 1 and word.islower() and word not in "yý" for word in words]  # "Bộ y tế"
    return single[0] or (any(single) and not any(sum(map(str.isalpha, word)) > 2 for word in words))


_SCRAP_SIGNS = re.compile(r"[\\<>|=_{}~^“”\"@#$%‡†§¶¬]")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
_NUMBER = r"(?:\d{1,2}[A-ZĐ]?|[A-ZĐ])"
_NUMBERED = re.compile(rf"(?:^|\s){_NUMBER}\s*\Z")
_MORE_NUMBERS = re.compile(rf"{_NUMBER}(?:\s*(?:,|và)\s*{_NUMBER})*")
FOREIGN_WORD = 5  # letters from which a word that is not Vietnamese is one: "website", "email"
MOST_SCRAPS = 4  # words that a signature beside the recipients gives


def _without_scrap(body: str) -> str:
    """An entry without what a pen beside it was read as behind its closed end: "UBND tỉnh; KS THT \\", "...; 2 x . a".
    A second body behind a semicolon stays, and so do numbers ("Như Điều 2; 3", "Các lớp 9A; 9B")
    and foreign words."""
    kept, closed, tail = body.rpartition(";")
    words = tail.split()
    if not closed or not kept.strip() or not 0 < len(words) <= MOST_SCRAPS or "(" in tail:
        return body
    if _MORE_NUMBERS.fullmatch(tail.strip()) and _NUMBERED.search(kept):
        return body
    telling = [word for word in words if sum(map(str.isalpha, word)) > 1]
    foreign = not any(is_legal_text(word.strip(".,")) or word.isupper() or _is_long(word) for word in telling)
    if _has_scrap_sign(_QUOTED.sub("", tail)) or not telling or (foreign and not tail.strip()[:1].isupper()):
        return kept.rstrip(" ;,")
    return body


def _has_scrap_sign(text: str) -> bool:
    return _SCRAP_SIGNS.search(text) is not None or any(unicodedata.category(sign) in ("So", "Sk") for sign in text)


def _is_long(word: str) -> bool:
    return len(word) >= FOREIGN_WORD and word.isalpha()


_ARCHIVE_TORN = re.compile(r"\W*[il1|!]?\W*uu\s*[,:;.]")  # "|.ưu, Và CGIĐN": what is kept cannot be read
_ARCHIVE_ALONE = re.compile(r"\W*luu\W*")  # "- Lưu." names no office
_ARCHIVE = re.compile(
    r"[\s\-–—+•*_.~|>]*(?P<word>l[umnri]{1,3}|l\.uu|i\.uu?|[^\W\d_]{1,4}(?=\s*[:;]))"
    r"(?P<tail>\s*[:;,.]\s*|\s+|(?<=luu)(?=v[tp]\b))(?P<what>\S.*)?\Z",
    re.DOTALL,
)
_DEBRIS = re.compile(r"\.\s+[a-z]{1,2}\Z|[.;]?\s+[\\<>|=_{}~—]{1,3}\S*\s.*\Z|\.\s+[^\w\s(]*[\\<>|=_{}~].*\Z", re.DOTALL)


_LIKE_KEPT = re.compile(r"l[umnri]{1,3}|[li]\.uu?")
_CLERK = re.compile(r"V[IlĨÍÌĩíì1|7](?=[\s,;.]|\Z)")  # the clerk (văn thư), whom every archive line names
_UNDERLINED = re.compile(r"(?<=[A-ZĐ])_(?=[A-ZĐ])")  # a comma between codes on a line of dots


# "Lưu Ban Tuyên giáo Huyện ủy"; a person has no such names of two words
_OFFICE = re.compile(r"(?:ban|phong|chi cuc|trung tam|hoi|huyen|tinh|thanh|quan|thi|dang) (?=[a-z])")
LIKE_OFFICE = 0.6


def is_archive_alone(text: str) -> bool:
    """Whether a line says "Lưu" and no more."""
    return _ARCHIVE_ALONE.fullmatch(aligned(text)) is not None


def parse_archive(text: str) -> str | None:
    """What stands after "Lưu" ("VT, NC"), without the closing point; None where the line is no archive line.

    Without a colon only what looks like a code or an office is taken: "Lưu Văn Tám" is a person.

    >>> parse_archive("- Lưu: VT, NC."), parse_archive("Lưu VT./."), parse_archive("- Lưu Văn Tám;")
    ('VT, NC', 'VT', None)
    """
    flat = aligned(text)
    match = _ARCHIVE.match(flat)
    if match is None or match["what"] is None:
        return None
    what = text[match.start("what") :].strip()
    what = _UNDERLINED.sub(", ", _DEBRIS.sub("", what))
    what = _CLERK.sub("VT", " ".join(re.sub(r"[\s.;,/]*\Z", "", what).split()))
    if not what:
        return None
    colon = ":" in match["tail"] or ";" in match["tail"]
    if match["word"] not in ("luu", "l.uu") and not (colon or what.isupper()):
        return None
    if not _LIKE_KEPT.fullmatch(match["word"]) and not re.match(r"vt|vp|v\.t|van thu", plain(what)):
        return None  # "Eưu: VT" is the archive line, "Tu: ..." and "... công lập; công khai ..." are not
    if not colon:
        first = what.split()[0].strip(",.;()")
        office = _OFFICE.match(plain(what)) is not None and bodies.looks_like_body(what) >= LIKE_OFFICE
        usual = re.match(r"van (?:thu|phong)(?![a-z])|vp|vt|ho so|ban (?=[a-z]+$)|\d (?:so|nganh|ben)$", plain(what))
        if not (first.isupper() or office or usual):
            return None
    return what
