"""The foot of a document: who signs, who receives it, where it is kept.

Reads only lines that `areas` has put in the foot. What it never does: expand an abbreviation; a name is as printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from pipeline.document import union
from pipeline.knowledge import persons, positions, signers
from pipeline.knowledge.fuzzy import aligned, plain
from pipeline.knowledge.vietnamese import is_legal_text
from pipeline.structure.closing import SIGNING, SURE_POSITION
from pipeline.structure.passages import CAPITALS, Place, PlacedLine, place_of_lines
from pipeline.structure.recipient_lines import FoundRecipient, is_braced, read_recipients
from pipeline.structure.who_signs import signer_for, without_foreign_approval


@dataclass(frozen=True, slots=True)
class Foot:
    """What the foot says; None for what it lacks. `doubts` are in words for a person."""

    authority: str | None
    title: str | None
    name: str | None
    archive: str | None
    recipients: tuple[FoundRecipient, ...]
    places: dict[str, Place]  # by JSON Pointer, recipients not among them
    doubts: tuple[str, ...] = ()


def read_foot(lines: Sequence[PlacedLine], issuer: str | None = None) -> Foot:
    """Signature, recipients and archive line from the labelled lines of a document; of several signers that of the
    `issuer`, the first where none is told to be."""
    places: dict[str, Place] = {}
    received = [line for line in lines if line.area == "recipients" or (line.area == "aside" and is_braced(line))]
    entries, archive = read_recipients(received, places)
    signed = _with_powers_joined([line for line in lines if line.area == "signature"])
    signing = [kept for line in signed if (kept := _without_scrawl(line)) is not None]
    columns = _columns(signing)
    signing = [line for column in columns for line in column]
    blocks: tuple[signers.SignatureBlock, ...] = ()
    before = 0
    for column in columns:
        blocks += tuple(_moved(block, before) for block in _blocks(column))
        before += len(column)
    doubts = tuple(block.doubt for block in blocks if block.doubt)
    chosen = signer_for(issuer, blocks)
    if len(blocks) > 1:
        doubts = (*doubts, f"{len(blocks)} signers; number {chosen + 1} is in the record")
    if not blocks:
        alone = _name_among(signing, SURE_NAME)
        if alone is None:
            return Foot(None, None, None, archive, entries, places, doubts)
        doubts = (*doubts, "a name without a readable position over it")
        places["/signature/name"] = place_of_lines([signing[alone[0]]])
        return Foot(None, None, alone[1], archive, entries, places, doubts)
    first = without_foreign_approval(blocks[chosen])
    supplied: set[str] = set()  # of which the rule gives the first word
    if first.title is not None and first.authority is not None and _signs_for(first.authority, first.title):
        # Who signs for the chairman is not the chairman: the word before ("PHÓ") lies under the seal.
        doubts = (*doubts, f"title read as {first.title}, who does not sign for himself")
        first = replace(first, title=_deputy(first.authority, first.title))
        supplied.add("title")
    if first.title is not None and positions.lost_its_first_word(first.title):
        doubts = (*doubts, f"title read as {first.title}, its first word not readable")
        first = replace(first, title=None)
    last = persons.split_rank(signing[-1].text)[1] if signing else ""
    if first.name is None and len(blocks) == 1 and _may_be_name(last):
        # Names of the highlands ("H'Hen Niê", "Y Thanh Liêng", "K'Brép") are in no list of family names.
        first = replace(first, name=last, name_lines=(len(signing) - 1,))
    if first.name is None and len(blocks) == 1:
        taken = {*first.authority_lines, *first.title_lines}
        damaged = _name_among(signing, LIKELY_NAME, taken)
        if damaged is not None:
            first = replace(first, name=damaged[1], name_lines=(damaged[0],))
    if issuer is not None and first.authority is not None:
        first = replace(first, authority=" ".join(_with_blanks(word, issuer) for word in first.authority.split()))
    first, above = _with_power_above(first, [line.text for line in signing])
    if above is not None:
        doubts = (*doubts, f"power read as {above}, its first word not readable")
        supplied.add("authority")  # where it was
    if first.name is not None and _is_half(first, signing, lines):
        doubts = (*doubts, f"name read as {first.name}, its beginning not readable")
        first = replace(first, name=None, name_lines=())
    elif first.name is None and len(blocks) == 1:
        half = _half_name(signing, {*first.authority_lines, *first.title_lines})
        if half is not None:
            doubts = (*doubts, f"name read as {half}, its beginning not readable")
    if first.name is not None and len(first.name.split()) == 2 and any(line.box is not None for line in signing):
        doubts = (*doubts, f"name read as {first.name}; names of two syllables are few, the first may lie under a seal")
    for key, indexes in (
        ("authority", first.authority_lines),
        ("title", first.title_lines),
        ("name", first.name_lines),
    ):
        if getattr(first, key) is not None and indexes:
            sure = RULED if key in supplied else 1.0
            places[f"/signature/{key}"] = place_of_lines([signing[i] for i in indexes], sure)
    return Foot(first.authority, first.title, first.name, archive, entries, places, doubts)


def _blocks(lines: Sequence[PlacedLine]) -> tuple[signers.SignatureBlock, ...]:
    texts = [_without_signs(line) for line in lines]
    if any(_SLASHED.match(text) for text in texts):  # "T/M BAN THƯỜNG VỤ" over what was read as "KT CHỦ TỊCH"
        texts = [
            text if line.box is None or "." in line.text[:4] else _POINTED.sub(r"\1/\2 ", text)
            for line, text in zip(lines, texts, strict=True)
        ]
    return signers.parse_signature_lines(texts)


_SLASHED = re.compile(r"[TK]/[MTL]\b")
_POINTED = re.compile(r"^([TK])([MTL])\.\s")


_PARTY_POWER = re.compile(r"^[\W_]{0,5}/\s?(?P<last>[MTL])\.?\s?(?=[" + CAPITALS + r"]{2})")
# "T.", "XT.": of the state's powers only "KT." ends so
_HALF_POWER = re.compile(r"^[" + CAPITALS + r"]?T\.\s?(?=[" + CAPITALS + r"]{2})")
# "TIM": the stroke of the Party's "T/M" read as a letter
_STROKED = re.compile(r"^([TK])[Il1!|]([MTL])\s(?=[" + CAPITALS + r"]{2})")
# "t/M": a small letter beside a seal; "z[fM.", "(IM": what a seal made of "T/M" before a body, of which none begins so
_SMALL_POWER = re.compile(r"^([tk])(?=\s?[./]\s?[MTL]\b)")
_SEALED_POWER = re.compile(r"^\S{0,3}[/fIl1!|\[]M(?P<point>\.)?\s?(?=[" + CAPITALS + r"]{2})")
_NO_POINT = re.compile(r"^(TM|KT|TL|TUQ)\s(?=[" + CAPITALS + r"]{2})")


def _without_signs(line: PlacedLine) -> str:
    """The text of a line without what a seal left before it. A power whose first letter or point is under the seal
    has them back: the Party prints "T/M", "K/T" and "T/L" and no other, the state a point."""
    text = _PARTY_POWER.sub(lambda power: f"{'K' if power['last'] == 'T' else 'T'}/{power['last']} ", line.text)
    if line.box is None:
        return _LEADING_SIGNS.sub("", text)
    sealed = _SEALED_POWER.match(text)
    if sealed is not None and plain(text[sealed.end() :].replace("-", " ")).startswith(positions.BODY_WORDS):
        text = f"T/M {text[sealed.end() :]}"
    text = _SMALL_POWER.sub(lambda power: power[1].upper(), _LEADING_SIGNS.sub("", text))
    stroked = _STROKED.match(text)
    if stroked is not None:
        rest = plain(text[stroked.end() :])
        if rest.startswith(positions.BODY_WORDS) or positions.position_at(rest) is not None:
            text = f"{stroked[1]}/{stroked[2]} {text[stroked.end() :]}"
    return _NO_POINT.sub(r"\1. ", _HALF_POWER.sub("KT. ", text))


def _moved(block: signers.SignatureBlock, by: int) -> signers.SignatureBlock:
    """The block with its line numbers counted from another start."""

    def move(indexes: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(index + by for index in indexes)

    return replace(
        block,
        authority_lines=move(block.authority_lines),
        title_lines=move(block.title_lines),
        name_lines=move(block.name_lines),
    )


_POWER_ALONE = re.compile(r"(?:TM|TL|TUQ|[" + CAPITALS + r"]?T)\.")
NEAR = 30.0  # points between a power and its position on one row


def _with_powers_joined(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines with a power that stands by itself put before the position on its row: a seal between them made two
    lines of "KT. CHỦ TỊCH", and a chairman of his deputy."""
    out = list(lines)
    for power in [line for line in lines if _POWER_ALONE.fullmatch(line.text.strip())]:
        for at, other in enumerate(out):
            if power.box is None or other.box is None or other is power or not _on_one_row(power, other):
                continue
            if -NEAR < other.box.left - power.box.right < NEAR and signers.authority_likeness(other.text) >= SIGNING:
                whole = replace(
                    other, words=(*power.words, *other.words), text=f"{power.text} {other.text}",
                    box=union([power.box, other.box]),
                )
                out[at] = whole
                out = [line for line in out if line is not power]
                break
    return out


APART = 40.0  # points between the columns of two signers; debris of a seal stands nearer
BESIDE = 12.0  # the same where powers or positions stand on one row of both


def _columns(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """The lines of signers side by side, the leftmost's first; all in one list where there is one signer."""
    if any(line.box is None for line in lines) or len({line.page for line in lines}) != 1:
        return [list(lines)]
    placed = sorted(lines, key=lambda line: line.box.left if line.box else 0.0)
    reach = 0.0
    for line in placed:
        assert line.box is not None
        gap = line.box.left - reach if reach else 0.0
        reach = max(reach, line.box.right)
        if gap <= BESIDE:
            continue
        edge = line.box.left
        left = [other for other in lines if other.box is not None and other.box.left < edge]
        right = [other for other in lines if other not in left]
        ours, theirs = ([x for x in side if signers.authority_likeness(x.text) >= SIGNING] for side in (left, right))
        both = all(any(signers.authority_likeness(x.text) >= SURE_POSITION for x in side) for side in (ours, theirs))
        if both and (gap > APART or any(_on_one_row(x, y) for x in ours for y in theirs)):
            return [left, *_columns(right)]
    return [list(lines)]


def _on_one_row(one: PlacedLine, other: PlacedLine) -> bool:
    """Whether two lines stand at one height of the page."""
    if one.box is None or other.box is None:
        return False
    common = min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top)
    return common > 0.5 * min(one.box.height, other.box.height)


SURE_NAME = 0.85  # likeness of three syllables with a listed family name; asked for where no position stands above
LIKELY_NAME = 0.6  # as in a block that can be read


def _name_among(lines: Sequence[PlacedLine], least: float, taken: Collection[int] = ()) -> tuple[int, str] | None:
    """The last line that is a person's name once the specks at its ends are left out: "i Trần Thị Mai ."."""
    for index in range(len(lines) - 1, -1, -1):
        words = lines[index].text.split()
        while words and not _is_name_word(words[0]):
            if sum(map(str.isalpha, words[0])) > 1:
                break  # "lạm Trường Thọ": the family name lies under the seal
            words = words[1:]
        while words and not _is_name_word(words[-1]):
            words = words[:-1]
        name = " ".join(words)
        if index not in taken and persons.name_likeness(name) >= least:
            return index, persons.split_rank(name)[1]
    return None


def _with_power_above(
    block: signers.SignatureBlock, texts: Sequence[str]
) -> tuple[signers.SignatureBlock, str | None]:
    """The block of a deputy under the position of his chief, whom he signs for, and that line as it was read. Where a
    word before it was read it is "KT.", written by hand or under a seal, since a deputy has no other power from his
    chief (Nghị định 30/2020/NĐ-CP, annex I, part II, 7); where none was, the power is left out."""
    if block.authority is not None or not block.title_lines:
        return block, None
    own = block.title_lines[-1]
    deputy = positions.as_listed(_LEADING_SIGNS.sub("", texts[own]))
    before, _, chief = plain(deputy).partition(" ")
    ends = positions.letters_of(chief)
    above = next((index for index in range(own - 1, -1, -1) if positions.letters_of(texts[index]).endswith(ends)), None)
    if before not in ("pho", "phu", "p.") or not chief or above is None:
        return block, None
    title = deputy if before != "phu" else f"PHÓ {deputy.partition(' ')[2]}"
    powered = replace(block, title=title, title_lines=(own,))
    if positions.letters_of(texts[above]) != ends:
        powered = replace(powered, authority=f"KT. {title.partition(' ')[2]}", authority_lines=(above,))
    return powered, texts[above]


def _with_blanks(word: str, issuer: str) -> str:
    """A word whose blanks were lost as the name of the issuer has them: "LẠCAN" of "xã Lạc An" is LẠC AN."""
    parts = [plain(part) for part in issuer.split()]
    for count in (2, 3):
        for own in zip(*(parts[at:] for at in range(count)), strict=False):
            if "".join(own) == plain(word):
                ends = [0, *accumulate(map(len, own))]
                return " ".join(word[start:end] for start, end in pairwise(ends))
    return word


INK_BEFORE = 30.0  # points before a name of two syllables in which other ink of its row may be the family name


def _is_half(block: signers.SignatureBlock, signing: Sequence[PlacedLine], lines: Sequence[PlacedLine]) -> bool:
    """Whether on a scan the beginning of a name was not read: by its words, or by ink on its row before it."""
    own = signing[block.name_lines[0]] if block.name_lines else None
    if own is None or own.box is None or block.name is None:
        return False
    if persons.lacks_its_beginning(block.name):
        return True
    if block.rank is not None or len(block.name.split()) != 2:
        return False
    edge = own.box.left
    beside = [line for line in lines if line.area in ("aside", "signature") and line.page == own.page]
    return any(
        line.box is not None and _on_one_row(own, line) and any(map(str.isalpha, line.text))
        and line.box.left < edge < line.box.right + INK_BEFORE
        for line in beside
    )


def _half_name(lines: Sequence[PlacedLine], taken: Collection[int]) -> str | None:
    """A line with the end of a name whose family name lies under a seal ("lạm Trường Thọ"), for a person to look at."""
    for index in range(len(lines) - 1, -1, -1):
        words = lines[index].text.strip(" .,;").split()
        named = [word for word in words[1:] if _is_name_word(word) and word[1:].islower()]
        if index not in taken and 3 <= len(words) <= 5 and len(named) == len(words) - 1:
            return " ".join(words)
    return None


def _is_name_word(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and word.replace("'", "").replace("’", "").isalpha()


_HIGHLAND = re.compile(r"[KHY]['’][A-ZĐ][^\W\d_]{2,}")


_CLAN = re.compile(r"[KHY]['’]?")  # "K’ Wầm", "Y Thanh Liêng"


def _may_be_name(text: str) -> bool:
    """Two to five words, each with a capital, none all in capitals."""
    words = text.split()
    if len(words) == 1:
        return _HIGHLAND.fullmatch(text) is not None
    return 2 <= len(words) <= 5 and all(
        _CLAN.fullmatch(word) is not None or (word[:1].isupper() and not word.isupper() and _is_letters(word))
        for word in words
    )


def _is_letters(word: str) -> bool:
    return word.replace("'", "").replace("’", "").isalpha()


_LEADING_SIGNS = re.compile(r"^[^\w(]+")
RULED = 0.5  # confidence of a power or title of which the rule gives the first word and the paper the others


def _deputy(authority: str, title: str) -> str | None:
    """ "PHÓ CHỦ TỊCH" for "ĐỀN CHỦ TỊCH" under "KT. CHỦ TỊCH": only a deputy signs so (Nghị định 30/2020/NĐ-CP, annex
    I, part II, 7), and of his title the word before the chief's is damaged. None where no such word was seen: it may
    have been "P." as well."""
    found = _SIGNS_FOR.search(aligned(authority))
    chief = found["of"].strip() if found else ""
    words = title.split()
    own = len(words) - len(chief.split())
    if own < 1 or not title.isupper() or sum(map(str.isalpha, words[0])) < 2:
        return None
    return " ".join(("PHÓ", *words[own:]))


_DEPUTIES = ("pho", "p", "p.", "q.")
_SIGNS_FOR = re.compile(r"\bk\s?[/.]?\s?t\b\.?\s*(?P<of>.+)$")


def _signs_for(authority: str, title: str) -> bool:
    """Whether a position is the very one that is signed for: "KT. TRƯỞNG BAN" over "TRƯỞNG BAN", or over "TỔ TRƯỞNG
    BAN", where the word that makes a deputy of him lies under the seal."""
    found = _SIGNS_FOR.search(aligned(authority))
    if found is None:
        return False
    chief, deputy = found["of"].strip(), aligned(title).strip()
    before = deputy.removesuffix(chief).strip()
    return deputy.endswith(chief) and before not in _DEPUTIES and len(before) <= positions.STAMPED_WORD


SCRAWL = 0.35  # likeness to a power or a name under which a line beside a seal is no text


def _without_scrawl(line: PlacedLine) -> PlacedLine | None:
    """The line without the signs that a seal or handwriting left before its words; None where no words stay."""
    words = list(line.words)
    while words and sum(sign.isalpha() for sign in words[0].text) < 2:
        if words[0].text.rstrip(".'’").isalpha() and not (len(words) > 1 and not words[1].text[:1].isalnum()):
            break  # a word of one letter; before a sign it is the rest of one that was stamped over
        words = words[1:]
    start = len(line.words) - len(words)
    kept = line.part(start) if start and words else line
    if not words or line.box is None:
        return kept if words else None
    told = max(signers.authority_likeness(_without_signs(kept)), persons.name_likeness(kept.text))
    named = sum(word.text[:1].isupper() and word.text.rstrip(".,;").isalpha() for word in words) >= 2
    loud = len(words) == 1 and words[0].text.isupper() and len(kept.text) > 2 and kept.confidence >= LOUD
    if loud and is_legal_text(words[0].text.strip("\"'“”.,")):
        return kept  # "TM. BAN CHẤP HÀNH ĐOÀN" / "TRƯỜNG"
    if positions.ends_in_one(kept.text):
        return kept  # "T{,GIAMĐÓC": a stamp over it closed its blanks
    return kept if told >= SCRAWL or named or "ký" in kept.text.lower() else None


LOUD = 0.8  # confidence from which a lone word in capitals is one that a line had no room for
