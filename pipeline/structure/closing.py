"""The foot of a document, line by line: recipients at the left, signature at the right, in whatever order they come.

The trouble: the columns were read as one line, or the right one first; "Nơi nhận" is the smallest type of the page;
a seal lies over powers and name; the next page may be an annex or the rest of the signature.

Evidence in order of trust: fixed wording, the place on the page, likeness to powers and names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from rapidfuzz import fuzz

from pipeline.knowledge import bodies, doctypes, numbering, persons, positions, recipients, signers
from pipeline.knowledge.fuzzy import aligned, folded, plain
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.vietnamese import is_legal_text, is_syllable
from pipeline.knowledge.wording import is_body_end, motto_start
from pipeline.structure.foot_columns import BULLETS, with_second_column
from pipeline.structure.passages import CAPITALS, PlacedLine, is_capitals
from pipeline.structure.placing import height_of, parted, wide_gap, word_at

FOOT_LINE_LENGTH = 90
FOOT_LINES = 70
RECIPIENTS_LIKENESS = 80.0  # percent; "Với nhận," and "Nơi nhậm:" have 88
SIGNING = 0.55  # likeness from which a line is a power, a position or a name
_POWER = re.compile(
    r"(?<=\s)(?:T/?M[./,:]?|K/?T[./,:]?|T/?L[./,:]?|TUQ[./,:]?|Q\.)\s+(?=[" + CAPITALS + r"]{2})"
    r"|(?<=\s)(?:(?:PHÓ\s+|P\.\s*)?(?:CHỦ TỊCH|CHỦ NHIỆM|GIÁM ĐỐC|TRƯỞNG BAN|BÍ THƯ|TRƯỞNG PHÒNG|CHÁNH VĂN PHÒNG"
    r"|HIỆU TRƯỞNG))\b"
)
BULLET = re.compile(rf"\s*[{BULLETS}=]\s*\S")


def _signing(text: str) -> float:
    side_by_side = 1.0 if persons.names_beside(text) else 0.0
    return max(signers.authority_likeness(text), persons.name_likeness(text), side_by_side)


def is_recipients_head(text: str) -> bool:
    """ "Nơi nhận:" however damaged, and "Nơi gửi:" of the years before 2005."""
    if recipients.is_recipients_head(text):
        return True
    return 5 <= len(text.strip()) <= 13 and fuzz.ratio(folded(text), folded("noi nhan")) >= RECIPIENTS_LIKENESS


def _find_recipients(lines: Sequence[PlacedLine], start: int) -> int | None:
    """Index of the line that opens the recipients, however the foot was read."""
    for index in range(start, len(lines)):
        text = lines[index].text
        if len(text) > 2 * FOOT_LINE_LENGTH or lines[index].area == "table":
            continue
        words = text.split()
        heads = (text, " ".join(words[:2]), " ".join(words[:3]), " ".join(words[-2:]))
        # A damaged head is believed only alone on its line: the last two words of a line may be "người nhận".
        whole = is_recipients_head(text) or any(recipients.is_recipients_head(head) for head in heads[1:])
        if whole and _followed_by_recipients(lines, index):
            return index
    for index in range(start, len(lines)):
        if len(lines[index].text) < FOOT_LINE_LENGTH and recipients.parse_archive(lines[index].text) is not None:
            at = index
            while at > start and (_may_stand_above(lines[at - 1]) or _is_listed_above(lines[at - 1], lines[index])):
                at -= 1
            return at
    return None


def _may_stand_above(line: PlacedLine) -> bool:
    """Whether a line over an archive line can be of the foot: a bullet, or one of the signature's column."""
    if len(line.text) >= FOOT_LINE_LENGTH or is_body_end(line.text):
        return False
    at_right = line.box is not None and line.frame is not None and line.box.left > line.frame.middle
    return at_right or line.area == "aside" or BULLET.match(line.text) is not None


def _is_listed_above(line: PlacedLine, archive: PlacedLine) -> bool:
    """Whether a line over an archive line is an entry that lost its dash: it begins at the same edge, is no longer than
    an entry, and names a body or closes as entries do."""
    if line.box is None or archive.box is None or line.page != archive.page or is_body_end(line.text):
        return False
    near = abs(line.box.left - archive.box.left) < height_of(archive) and line.box.top < archive.box.top
    short = len(line.text) < ENTRY_LENGTH and line.text[:1].isupper()
    return near and short and (line.text.rstrip().endswith(";") or _names_recipient(line.text))


ENTRY_LENGTH = 60  # letters; lines of recipients have some 45 in the smallest type
LEAST_LISTED = 2  # one line with a dash over a signature is the end of a list of the body
MOSTLY = 0.6  # share of the lines that must name bodies; the rest are abbreviations that nobody else has
_NOTED = re.compile(r"\((?:b/c|t/h|p/h|de |bao cao|thuc hien|phoi hop|qua )[^)]*\)\W*$")
_SHORT_FORMS = re.compile(
    r"(?:TT|CT|PCT|CVP|PCVP|VP|LĐVP|TTUB|VPUB|UBMTTQ|MTTQ|BCH|TVTU|ĐĐBQH|Các|Như trên|Chủ tịch|Phó Chủ tịch)\b"
    r"|Sở,|[A-ZĐ&.]{2,8}[.\s:]+[A-ZĐ]"
)


def _headless_list(lines: Sequence[PlacedLine], start: int, signature: int) -> int:
    """Where a list of recipients whose head was lost begins over the signature; `signature` where there is none.

    Short lines with a dash that close with a semicolon or a note and name bodies; not what a colon announces.
    """
    at = signature
    while at > start and _may_be_listed(lines[at - 1], lines[at - 2] if at - 2 >= start else None):
        at -= 1
    while at < signature and not BULLET.match(lines[at].text):
        at += 1
    entries = [line.text for line in lines[at:signature] if BULLET.match(line.text)]
    if len(entries) < LEAST_LISTED or (at > start and lines[at - 1].text.rstrip().endswith((":", ";"))):
        return signature
    closed = sum(text.rstrip().endswith(";") or _NOTED.search(aligned(text)) is not None for text in entries)
    named = sum(_names_recipient(text) for text in entries)
    return at if 2 * closed >= len(entries) and named >= MOSTLY * len(entries) else signature


def _may_be_listed(line: PlacedLine, above: PlacedLine | None) -> bool:
    """Whether a line can be an entry of a list of recipients, or the rest of one."""
    text = line.text.rstrip()
    if len(text) > FOOT_LINE_LENGTH or line.area not in ("body", "aside") or is_body_end(text):
        return False
    if BULLET.match(text):
        return True
    return (
        above is not None
        and BULLET.match(above.text) is not None
        and not above.text.rstrip().endswith((";", ".", ")"))
        and numbering.parse_marker(text[:80]) is None
    )


def _names_recipient(text: str) -> bool:
    name = text.strip(" -–—~+•*·\t;.,")
    if _NOTED.search(aligned(name)):
        return True
    if any(word in name for word in _tasks()):
        return False  # "Các thôn tổ chức họp dân" does, it does not receive
    return bodies.looks_like_body(name) >= LISTED_BODY or _SHORT_FORMS.match(name) is not None


@cache
def _tasks() -> tuple[str, ...]:
    verbs = [verb for verb, noun in load_table("task_verbs") if " " in verb and not noun]
    return tuple(f" {verb} " for verb in (*verbs, "tổ chức", "tuyên truyền"))


LISTED_BODY = 0.5  # likeness to a body; "Các sở, ngành" has 0.7, tasks under 0.4


def _followed_by_recipients(lines: Sequence[PlacedLine], index: int) -> bool:
    after = lines[index + 1 : index + 14]
    plainly = recipients.recipients_head_end(lines[index].text) is not None and ":" in lines[index].text[:11]
    return (
        not after
        or (plainly and all(len(line.text) <= FOOT_LINE_LENGTH for line in after[:4]))  # the dashes were lost
        or any(BULLET.match(line.text) or recipients.parse_archive(line.text) for line in after)
        or len(after) < 6
    )


def _split_foot_line(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """A line of the foot, parted where recipients and signature were read as one."""
    if line.box is not None and line.frame is not None and line.box.left < line.frame.middle < line.box.right:
        index = wide_gap(line, max(12.0, 1.1 * height_of(line)))
        if index is not None:
            return parted(line, index)
    loud = _loud_end(line.text)
    if loud is not None:
        return parted(line, word_at(line, loud))
    found = _POWER.search(line.text)
    if (
        found
        and (any(letter.islower() for letter in line.text[: found.start()]) or BULLET.match(line.text))
        and signers.authority_likeness(line.text[found.start() :]) >= SIGNING
    ):
        return parted(line, word_at(line, found.start()))
    signed = _SIGNED_END.search(line.text)
    if signed is not None:
        return parted(line, word_at(line, signed.start("note")))
    texts = [word.text for word in line.words if word.text]
    for count in (4, 3, 2, 5):
        # "(b/c); Đào Mỹ": of a recipient that wraps only its note may stand before the name
        if len(texts) <= count or (len(texts) == count + 1 and _OF_NOTE.match(texts[0]) is None):
            continue
        count = _with_rank(texts, count)
        head, tail = " ".join(texts[:-count]), " ".join(texts[-count:])
        likely = persons.name_likeness(tail)
        closed = head.endswith((";", ".", ")")) and not head.endswith(("TT.", "TP.", "TX."))
        # offices of the Party close their recipients with commas; "- Đồng chí A, Nguyễn Văn B" are two who receive
        # "- Lưu VP          Đào Văn Khuê": behind the codes of the archive line nobody else's name stands
        open_end = head.endswith(",") or recipients.parse_archive(head) is not None
        open_end = open_end or (count > 2 and recipients.is_archive_alone(head))
        closed = closed or (open_end and likely >= SURE_NAME and not _PERSONS.search(head))
        if closed and likely >= 0.7:
            return parted(line, word_at(line, len(" ".join(texts[:-count])) + 1))
    return (line,)


_OF_NOTE = re.compile(r"\(|[^()]*\)[;,.]?$")  # "(b/c);", "cáo),"
SURE_NAME = 0.9  # likeness of three syllables with a listed family name
_PERSONS = re.compile(r"(?:[Đđ]ồng chí|[Đđ]/c|[Ôô]ng|[Bb]à|Chủ tịch|Bí thư|Giám đốc)\b")


def _with_rank(texts: Sequence[str], count: int) -> int:
    """How many of the last words are a name of `count` with the rank before it, as in "- Ban Giám đốc; BSCKII. Đặng
    Thị Kiều" and "- Các đội; Thượng tá A Thút Rơ Mah"."""
    name = " ".join(texts[-count:])
    for more in range(min(persons.LONGEST_RANK, len(texts) - count - 2), 0, -1):
        rank, rest = persons.split_rank(" ".join(texts[-count - more :]))
        if rank is not None and rest == name:
            return count + more
    return count


_ENDS_IN_POWER = re.compile(r"(?:^|\s)(?:T/?M|K/?T|T/?L|[TG]UQ|Q|P)[./,:]?$")
_SIGNED_END = re.compile(r"\S\s+(?P<note>\(?(?:đã ký|ký tên)[^()]{0,20}\)?)\s*$", re.IGNORECASE)


def _loud_end(text: str) -> int | None:
    """Offset where a position in capitals follows "Nơi nhận:", a closed recipient, or one that goes on below ("- UBND
    huyện, thị   CHI CỤC TRƯỞNG") on the same line."""
    opened = recipients.recipients_head_end(text)
    if opened is not None:
        rest = text[opened:].strip()
        if len(rest.split()) > 1 and is_capitals(rest) and not BULLET.match(rest):
            return len(text) - len(rest)
    last = _LAST_CAPITALS.search(text)
    if last is not None and positions.position_at(plain(last["rest"])) == plain(last["rest"]):
        return last.start("rest")
    for found in re.finditer(r"(?<=[;,.):])\s+(?=\S)", text):
        rest = text[found.end() :]
        if _ENDS_IN_POWER.search(text[: found.start()]):
            continue  # "b/c KT. CHỦ TỊCH": the power belongs to the position
        small = any(letter.islower() for letter in text[: found.start()])  # "KT. CHỦ TỊCH" has none before
        if small and is_capitals(rest) and len(rest.split()) > 1 and signers.authority_likeness(rest) >= SURE_POSITION:
            return found.end()
    return None


_LAST_CAPITALS = re.compile(rf"[^\W{CAPITALS}]\s+(?P<rest>[{CAPITALS}]{{2,}}(?:\s[{CAPITALS}]{{2,}}){{1,3}})\s*$")
_CLOSED = re.compile(r"[;,]\s+(?=[" + CAPITALS + r"]{2})")


def _rest_of_powers(line: PlacedLine, seen: dict[str, bool]) -> int | None:
    """Index of the word where, behind a closed recipient, powers of the line above go on in capitals ("- Thường trực
    Tỉnh ủy; NHÂN DÂN" under "TM. HỘI ĐỒNG") or a position stands in any letters ("- UBND huyện (báo cáo) Chủ tịch")."""
    if line.box is not None or not seen["power"] or seen["name"] or BULLET.match(line.text) is None:
        return None
    if recipients.parse_archive(line.text) is not None:
        return None  # "Lưu: VT, QLBVR" has a comma of its own
    for closed in _CLOSED.finditer(line.text):
        rest = line.text[closed.end() :]
        if is_capitals(rest) and len(rest.split()) <= 5 and all(map(_is_syllable, rest.split())):
            return word_at(line, closed.end())
    behind = _BEHIND_ENTRY.search(line.text)
    if behind is not None and positions.position_at(plain(behind["rest"])) == plain(behind["rest"]):
        return word_at(line, behind.start("rest"))
    return None


_BEHIND_ENTRY = re.compile(r"[;)]\s+(?P<rest>[^\W\d_][^;,.()]{3,24})$")


def _is_syllable(word: str) -> bool:
    return len(word) > 1 and is_syllable(word.strip(".,"))  # "- Các thôn, HTX" names who receives


SURE_POSITION = 0.9  # likeness of a listed position or power in capitals


def label_foot(lines: Sequence[PlacedLine], start: int) -> tuple[list[PlacedLine], int, int] | None:
    """The foot's lines in their areas, and where it begins and ends in `lines`."""
    head = _find_recipients(lines, start)
    first = head if head is not None else _find_signature(lines, start)
    if first is None:
        return None
    listed = _headless_list(lines, start, first) if head is None else first
    headless, first = listed < first, listed
    stop = first
    told = 0  # lines of print that belong to a signature; what a seal was read as is not counted
    while stop > start and told < MOST_ABOVE and stop > first - 2 * MOST_ABOVE:
        above = lines[stop - 1]
        if is_body_end(above.text) or len(above.text) > FOOT_LINE_LENGTH or above.area not in ("body", "aside"):
            break
        signs = _signing(above.text) >= SIGNING or above.area == "aside" or _is_signing_note(above.text)
        signs = signs or _is_of_seal(above) or _is_over_positions(above, lines[stop : stop + 1])
        signs = signs or signers.with_position_at_end(above.text) is not None
        if not signs and not _under_powers(lines[max(start, stop - 5) : stop]):
            break
        told += not _is_of_seal(above)
        stop -= 1
    labelled: list[PlacedLine] = [
        replace(line, area="aside" if _is_of_seal(line) else "signature") for line in lines[stop:first]
    ]
    seen = {
        "recipients": headless,
        "archive": False,
        "power": any(signers.authority_likeness(x.text) >= SIGNING for x in labelled),
        "name": any(persons.name_likeness(x.text) >= SIGNING for x in labelled),
    }
    end = first
    for index in range(first, min(len(lines), first + FOOT_LINES)):
        line = lines[index]
        if index > first and _ends_foot(line, seen):
            break
        right = _rest_of_powers(line, seen)
        if right is not None:
            entry, power = parted(line, right)
            labelled += [_foot_part(entry, labelled, seen), replace(power, area="signature")]
        else:
            for part in _split_foot_line(line):
                labelled.append(_foot_part(part, labelled, seen))
        end = index + 1
    return with_second_column(_without_copy(labelled)), stop, end


_COPY = re.compile(r"(?:sao (?:y|luc)|trich sao)(?: (?:ban chinh|tu ban chinh|van ban))?\W*")


def _without_copy(lines: list[PlacedLine]) -> list[PlacedLine]:
    """The foot with what an office that made a copy set under it put aside: "SAO Y", its number and its signer. What
    stands over a signature is a stamp, under which the document's own goes on."""
    signed = [index for index, line in enumerate(lines) if signers.authority_likeness(line.text) >= SURE_POSITION]
    for at, line in enumerate(lines if signed else ()):
        if _COPY.fullmatch(aligned(line.text).strip(" .:*-")) is None or not is_capitals(line.text):
            continue
        if not all(_is_of_copy(lines, index, at) for index in signed):
            return [
                replace(other, area="aside") if index == at or _is_of_copy(lines, index, at) else other
                for index, other in enumerate(lines)
            ]
    return lines


def _is_of_copy(lines: Sequence[PlacedLine], index: int, at: int) -> bool:
    """Whether a line stands beside or below the words of a copy at `at`."""
    line, copy = lines[index], lines[at]
    if copy.box is None or line.box is None or line.page != copy.page:
        return index > at
    return line.box.top > copy.box.top - 1.5 * copy.box.height


def _is_of_seal(line: PlacedLine) -> bool:
    """Whether a line is what a seal or a pen over a foot was read as: hardly a letter, or nothing sure, no syllable."""
    if line.box is None:
        return False
    words = [word for word in line.text.split() if sum(map(str.isalpha, word)) > 1]
    return not words or (line.confidence < SCRAWL and not any(map(is_legal_text, words)))


MOST_ABOVE = 9  # lines of two signers: powers of three lines each, positions, names, "(Đã ký)"
SCRAWL = 0.7  # mean confidence; print that no stroke crosses has 0.8 and more


def _under_powers(lines: Sequence[PlacedLine]) -> bool:
    """Whether a short line unlike any power or name ("Chủ tịch", "H'Hen Niê") stands under one all the same."""
    text = lines[-1].text.strip()
    if len(text.split()) > 6 or text.endswith((".", ";", ":", ",")) or not text[:1].isupper():
        return False
    return any(
        signers.authority_likeness(line.text) >= SIGNING and is_capitals(line.text)
        for line in lines[:-1]
        if not is_body_end(line.text) and len(line.text) <= FOOT_LINE_LENGTH
    )


def _is_over_positions(line: PlacedLine, below: Sequence[PlacedLine]) -> bool:
    """Whether a line in capitals stands over the positions of several signers: "HUYỆN ĐOÀN        CÔNG AN HUYỆN"."""
    several = bool(below) and len(signers.positions_beside(below[0].text)) > 1
    return several and is_capitals(line.text) and numbering.parse_marker(line.text[:80]) is None


_SIGNING_NOTE = re.compile(r"(?:[ ()\[\].,:]*(?:(?:da ky|ky ten)(?:, dong dau)?|ky, ghi ro ho ten)[ ()\[\].,:]*){1,3}")


def _is_signing_note(text: str) -> bool:
    """ "(Đã ký)", of two signers side by side twice."""
    return _SIGNING_NOTE.fullmatch(aligned(text)) is not None


def _ends_foot(line: PlacedLine, seen: dict[str, bool]) -> bool:
    """Whether a line after the recipients' head belongs to what follows the foot."""
    text = line.text.strip()
    if line.area == "table" or len(text) > 160:
        return True
    marker = numbering.parse_marker(text[:120])
    if marker is not None and marker.family == "annex" and marker.likelihood >= 0.5:
        return True
    if line.gap == "page" and seen["recipients"] and (seen["power"] or seen["archive"]):
        return seen["power"] or signers.authority_likeness(text) < SIGNING
    if not seen["archive"]:
        return False
    if motto_start(text) is not None or doctypes.type_of_line(text) is not None:
        return True
    if line.gap == "page" and seen["name"]:
        return True
    # After the archive line only the signature may follow.
    return seen["name"] and _signing(text) < SIGNING and len(text) > 30


def _foot_part(part: PlacedLine, before: Sequence[PlacedLine], seen: dict[str, bool]) -> PlacedLine:
    text = part.text.strip()
    if is_recipients_head(text):
        seen["recipients"] = True
        return replace(part, area="recipients")
    if recipients.parse_archive(text) is not None:
        seen["archive"] = True
        return replace(part, area="recipients")
    if _ends_recipient(part, before):
        return replace(part, area="recipients")
    if part.area == "aside" or not any(letter.isalpha() for letter in text):
        return replace(part, area="aside")
    if part.box is None and before and is_recipients_head(before[-1].text) and is_capitals(text) and " " in text:
        seen["power"] = True
        return replace(part, area="signature")  # "Nơi nhận:          ỦY BAN DÂN SỐ TỈNH": who signs stands at the right
    at_right = part.box is not None and part.frame is not None and part.box.left > part.frame.middle
    if BULLET.match(text) and not at_right:
        return replace(part, area="recipients")
    power, name = signers.authority_likeness(text), persons.name_likeness(text)
    signs = max(power, name) >= SIGNING or _is_signing_note(text)
    if part.box is None and _is_signing_note(text):
        return replace(part, area="signature")  # "- TT Đảng uỷ      (Đã ký)"
    if part.box is not None and part.frame is not None:
        if not seen["recipients"] and not signs and _is_under(part, before):
            seen["recipients"] = True  # the head was lost, the list at the left under the powers is not
        right = part.box.middle[0] > part.frame.middle - 0.04 * (part.frame.right - part.frame.left)
        signs = (
            right or (signs and part.box.right > part.frame.middle and is_capitals(text))
            or _signs_at_left(part, before, power, name)
        )
    elif signs and not seen["archive"] and power < SIGNING and before and before[-1].area == "recipients":
        # "Nguyễn Văn A" may go on a recipient's line ("- Đồng chí" / "Nguyễn Văn A;")
        above = before[-1].text.rstrip()
        signs = above.endswith((";", ".", ":", ",", ")")) or recipients.is_archive_alone(above)
    if not signs and part.box is None and before and before[-1].area == "signature":
        # "TRƯỞNG PHÒNG VĂN" / "HÓA - XÃ HỘI": the right column's lines run on in capitals
        signs = is_capitals(text) and len(text.split()) > 1 and not text.endswith((";", ","))
    if signs:
        seen["name"] = seen["name"] or name >= SIGNING
        seen["power"] = seen["power"] or power >= SIGNING
        return replace(part, area="signature")
    if seen["archive"]:
        return replace(part, area="aside" if seen["name"] else "signature")
    return replace(part, area="recipients" if seen["recipients"] else "signature")


def _signs_at_left(part: PlacedLine, before: Sequence[PlacedLine], power: float, name: float) -> bool:
    """Whether a line at the left is of a signer below the recipients: a position in capitals, or the name under one."""
    own = part.box
    assert own is not None
    above = [line for line in before if line.box is not None and line.page == part.page]
    if power >= SURE_POSITION and is_capitals(part.text):
        received = [line.box.bottom for line in above if line.area == "recipients" and line.box is not None]
        return len(received) > 1 and own.top > max(received)
    return name >= SIGNING and any(
        line.area == "signature" and line.box is not None and line.box.left < own.middle[0] < line.box.right
        and line.box.bottom <= own.top for line in above
    )


def _ends_recipient(part: PlacedLine, before: Sequence[PlacedLine]) -> bool:
    """Whether a short word at the left edge, or a note, is the rest of a recipient that was broken: "... Đảng bộ" /
    "xã,"."""
    if part.area != "aside" or part.box is None or not before or before[-1].area != "recipients":
        return False
    above = before[-1]
    return (
        above.box is not None
        and not above.text.rstrip().endswith((";", ".", ",", ":", ")"))
        and _WORD_CLOSED.fullmatch(part.text.strip()) is not None
        and abs(part.box.left - above.box.left) < above.box.height
        and 0 < part.box.top - above.box.top < 2.5 * above.box.height
    )


_WORD_CLOSED = re.compile(r"[^\W\d_]{2,8}[;,.]|\([^()\s]{1,5}\)[\s;:,.]*")


def _is_under(part: PlacedLine, before: Sequence[PlacedLine]) -> bool:
    """Whether a line of a foot without "Nơi nhận" stands at the left edge, below a power or position."""
    assert part.box is not None
    assert part.frame is not None
    at_left = part.box.left < part.frame.left + 40 and part.box.middle[0] < part.frame.middle
    return at_left and any(line.box is not None and line.box.bottom < part.box.top for line in before)


def _find_signature(lines: Sequence[PlacedLine], start: int) -> int | None:
    """Where a foot without recipients begins: a power or position after the end of the body."""
    closed = next((i for i in range(len(lines) - 1, start - 1, -1) if is_body_end(lines[i].text)), None)
    low = max(start, len(lines) - 40) if closed is None else closed + 1
    for index in range(low, len(lines)):
        text = lines[index].text
        if (
            len(text) <= FOOT_LINE_LENGTH
            and signers.authority_likeness(text) >= (SIGNING if closed is not None else SURE_POSITION)
        ):
            return index
    return None
