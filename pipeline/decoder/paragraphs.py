"""Part lines of words into paragraphs, and mend the labels that open them.

Layout is gone when a text comes as lines; what is left are blank lines, labels, short lines and capitals. Labels are
mended by rule, for no language model knows them: a second "d)" in a row is "đ)", "Ill." is III.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from pipeline.decoder.pending import MENDED_SYMBOL, UNSURE_FIGURE, PendingWord, leave_unsure, text_place
from pipeline.decoder.shortforms import bare_abbreviations
from pipeline.document import Alternative
from pipeline.knowledge import doctypes
from pipeline.knowledge.labels import LETTERS
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.numerals import roman_numeral, roman_readings
from pipeline.knowledge.persons import surname_keys
from pipeline.knowledge.vietnamese import bare_syllables, compose, search_key, to_old_style

# What English and Vietnamese models print for •, as seen on synthetic pages and on scans; "&" and "@" are "ở" as often.
BULLETS = frozenset("esoc¢®©°¤§«»")
NO_WORDS = BULLETS - frozenset("oc")  # what is no word and no label: a bullet wherever a line begins with it
OWN_BULLETS = frozenset("o§")
_LINE_ENDS = frozenset(".;:,")
_NUMERAL = re.compile(r"(?P<numeral>[IVXLilvx]{2,5})(?P<sign>[.)-]{1,2})")
# A letter that opens an item, and what is printed for it: 20 of 212 were read wrong on held-out pages.
_ITEM = re.compile(r"(?P<read>[^\W\d_]|[€©¢®(]|gø)(?P<sign>[)}\]])")
_TAKEN_FOR = {
    "a": ("g", "q", "ä", "à", "á", "â"), "b": ("d", "h"), "c": ("€", "©", "¢", "®", "("), "d": ("đ", "("), "đ": ("d",),
    "e": ("€", "©", "é", "è", "ê"), "g": ("ø", "gø", "q"), "i": ("ï", "í", "ì", "î"), "o": ("ø", "ó", "ò"),
}
_FORMULAS = (
    ("cộng", "hòa", "xã", "hội", "chủ", "nghĩa", "việt", "nam"), ("độc", "lập", "tự", "do", "hạnh", "phúc"),
)
UNSURE_LETTER = 0.8  # of a letter taken for another: the list itself may be at fault ("c) đ) đ)" in a law)
_NUMERAL_LETTERS = str.maketrans("iLlvx", "IIIVX")
_ROMAN_LABEL = re.compile(r"(?P<read>[^\W_]{1,5})(?P<sign>[.)/:-]{1,2})")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_FIFTY = re.compile(r"(?:XL|L)X{0,3}(?:IX|IV|V?I{0,3})")  # XL. is forty, IL. is no number but II misread
_STROKED = re.compile(r"(?=\w*l)[IVX][IVXil]{1,4}")  # 13 of 13 that `eng` read so were that numeral
_HALF_A_STROKE = re.compile(r"[IVX]*I[!\]][.,;:)]*")

_WORDS = re.compile(r"[^\W\d_]+")


def text_pieces(lines: Sequence[Sequence[PendingWord]]) -> list[str]:
    return [piece.text for row in lines for word in row for piece in word.pieces if piece.kind == "text"]


def is_capitals(row: Sequence[PendingWord]) -> bool:
    """Whether most letters are capitals, those of document symbols ("Số: 29/KH-UBND") and of known abbreviations left
    out ("- TT HU, UBND" is no line of capitals)."""
    letters = [
        letter for word in row for piece in word.pieces
        if piece.kind != "symbol" and search_key(piece.text) not in bare_abbreviations()
        for letter in piece.text if letter.isalpha()
    ]
    return len(letters) >= 4 and sum(letter.isupper() for letter in letters) >= 0.6 * len(letters)


def settings(row: Sequence[PendingWord]) -> list[str]:
    """How each word of a line is set: in a line of capitals, amid words of such a line that are all capitals, in a run
    of them ("SỞ Y TẾ" beside the motto), as what may be a surname before a further name, plainly."""
    if is_capitals(row):
        return ["amid" if _is_amid(row, place) else "capitals" for place in range(len(row))]
    found = ["plain"] * len(row)
    start = 0
    for number in range(len(row) + 1):
        if number < len(row) and _upper(row[number].raw, 1):
            continue
        run = row[start:number]
        if sum(_upper(word.raw, 2) and _is_syllable(search_key(_letters(word.raw))) for word in run) > 1:
            found[start:number] = ["run"] * len(run)
        start = number + 1
    for number, (word, after) in enumerate(pairwise(row)):
        if word.raw.istitle() and after.raw[:1].isupper() and search_key(word.raw) in surname_keys():
            found[number] = "surname" if found[number] == "plain" else found[number]
    return found


def _is_syllable(bare: str) -> bool:
    """Whether bare letters are a syllable, or one and the Y behind it ("SOY TE", Sở Y tế)."""
    return bare in bare_syllables() or (bare.endswith("y") and bare[:-1] in bare_syllables())


def _is_amid(row: Sequence[PendingWord], place: int) -> bool:
    """Whether the words on both sides are all capitals; of the last word of a line, the two before it."""
    if place == 0 or len(row) < 3:
        return False
    beside = (place - 1, place + 1) if place + 1 < len(row) else (place - 1, place - 2)
    return all(_upper(row[other].raw, 2) and row[other].raw[0].isalpha() for other in beside)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _upper(text: str, least: int) -> bool:
    letters = _letters(text)
    return len(letters) >= least and letters.isupper()


def paragraphs(lines: Sequence[Sequence[PendingWord]], breaks: Sequence[bool]) -> Iterable[tuple[int, int]]:
    """Spans of lines read as one paragraph: up to a blank line, a label, a change to or from capitals.

    A blank line or a break within a sentence parts nothing: English models leave them wherever spacing looks odd.
    """
    start = last = 0  # `last`: the nearest line above with words
    widths = sorted(sum(len(word.raw) + 1 for word in row) for row in lines if row)
    full = widths[int(len(widths) * 0.8)] if widths else 0
    for number, row in enumerate(lines):
        if not row:
            continue
        before = lines[last]
        if number > start and before:
            parted = any(breaks[last:number]) or number > last + 1
            short = sum(len(word.raw) + 1 for word in before) < 0.75 * full
            opens = bool(row[0].pieces) and row[0].pieces[0].kind == "label"
            upper = row[0].raw[:1].isupper()
            if (
                (parted and not _runs_on(before, row)) or opens or (short and upper)
                or is_capitals(before) != is_capitals(row)
            ):
                yield start, number
                start = number
        last = number
    if start < len(lines):
        yield start, len(lines)


def _runs_on(before: Sequence[PendingWord], row: Sequence[PendingWord]) -> bool:
    """Whether a line goes on with the sentence of the line before it: that has not ended, this opens in lower case."""
    return before[-1].raw[-1].isalnum() and row[0].raw[0].islower()


def bullets(lines: Sequence[Sequence[PendingWord]]) -> list[int]:
    """Lines that open with what a recogniser made of a bullet: one sign, then a capital or a number; one that may be a
    label or a word, only after a line that ended.

    "e Đảm bảo", "¢ Xây dựng", "s 80% số hộ", "o Kiểm tra". Such a sign is no word, whatever word it may resemble.
    """
    found = []
    ended = True
    for number, row in enumerate(lines):
        if row:
            opens = len(row) > 1 and row[0].raw in BULLETS and (row[1].raw[:1].isupper() or row[1].raw[:1].isdecimal())
            if opens and (ended or row[0].raw in NO_WORDS):
                found.append(number)
            ended = row[-1].raw[-1:] in _LINE_ENDS
        else:
            ended = True
    return found


@cache
def _titles() -> dict[str, tuple[str, ...]]:
    """Names of document types and headings of plans, in capitals, of two words and more, by their bare letters."""
    names = [name for _, name in doctypes.types()]
    names += [row[0] for table in ("headings", "heading_words") for row in load_table(table)]
    found = [tuple(_WORDS.findall(name.upper())) for name in names]
    return {search_key(" ".join(words)): words for words in found if len(words) > 1}


def mend_title(row: Sequence[PendingWord]) -> None:
    """A line in capitals that is the name of a document type or, behind its label or none, a heading of plans but for
    its marks ("KÉ HOẠCH", "III. TIEN DO") is that name: two words are too little for a language model, and nothing else
    stands alone so."""
    words = row[1:] if row and _is_label(row[0]) else row
    if not all(word.raw.isupper() and sum(piece.kind == "text" for piece in word.pieces) == 1 for word in words):
        return
    places = [text_place(word) for word in words]
    read = tuple(word.pieces[place].text for word, place in zip(words, places, strict=True))
    title = _titles().get(search_key(" ".join(read)), read)
    for word, place, raw, text in zip(words, places, read, title, strict=True):
        if to_old_style(compose(raw)) != to_old_style(text):
            word.texts = [text if number == place else piece.text for number, piece in enumerate(word.pieces)]
            word.kind, word.confidence, word.alternatives = "mark", MENDED_SYMBOL, ()


# What was read for "bước", and the numerals in words behind it
_STEP = re.compile(r"bu[a-z]{0,2}c")
_STEP_NUMBERS = {"mot": "một", "hai": "hai", "ba": "ba", "bon": "bốn", "nam": "năm", "sau": "sáu"}


def mend_step(row: Sequence[PendingWord]) -> None:
    """ "1- Budéc mot : Từ 10/4 ...": before a numeral in words and a colon nothing but "Bước" opens an item."""
    for at in (0, 1):
        if len(row) < at + 3 or not (row[at].raw[:1].isupper() and _STEP.fullmatch(search_key(_letters(row[at].raw)))):
            continue
        number = _STEP_NUMBERS.get(search_key(_letters(row[at + 1].raw)))
        closed = row[at + 1].raw.endswith(":") or row[at + 2].raw.startswith((":", "("))
        if number is not None and closed and len(row[at].pieces) == 1:
            _hold(row[at], 0, "Bước")
            _hold(row[at + 1], 0, number)
            return


def mend_formulas(row: Sequence[PendingWord]) -> None:
    """The name of the state and its motto have their marks wherever they stand, as in a line that two columns made."""
    places = [
        (word, place) for word in row if word.texts is None or len(word.texts) == len(word.pieces)
        for place, piece in enumerate(word.pieces) if piece.kind == "text"
    ]
    keys = [search_key((word.texts or [piece.text for piece in word.pieces])[place]) for word, place in places]
    for formula in _FORMULAS:
        size = len(formula)
        wanted = [search_key(text) for text in formula]
        for start in range(len(keys) - size + 1):
            if keys[start : start + size] == wanted:
                found = places[start : start + size]
                upper = sum(word.raw.isupper() for word, _ in found) > size / 2
                for (word, place), text in zip(found, formula, strict=True):
                    read = word.pieces[place].text
                    _hold(word, place, text.upper() if upper else text.title() if read[0].isupper() else text)


def _hold(word: PendingWord, place: int, text: str) -> None:
    """Hold a piece for what a closed list says, if it is another text than that it is held for."""
    texts = word.texts or [piece.text for piece in word.pieces]
    if len(texts) == len(word.pieces) and to_old_style(texts[place]) != to_old_style(text):
        word.texts = [text if number == place else other for number, other in enumerate(texts)]
        word.kind, word.confidence, word.alternatives = "mark", MENDED_SYMBOL, ()


def _is_label(word: PendingWord) -> bool:
    """Whether a word is a label, or was mended to one ("UL-" after II)."""
    found = _ROMAN_LABEL.fullmatch(word.text)
    return bool(found and _ROMAN.fullmatch(found["read"])) or word.pieces[0].kind == "label"


def mend_bullets(rows: Sequence[Sequence[PendingWord]]) -> None:
    """A sign that opens two lines or more in the place of a bullet is one: •; so is one that is no word where others
    are. "o" may be one as it stands."""
    often = Counter(row[0].raw for row in rows)
    no_words = sum(often[sign] for sign in NO_WORDS)
    for row in rows:
        read = row[0].raw
        if read not in OWN_BULLETS and (often[read] > 1 or (read in NO_WORDS and no_words > 1)):
            row[0].texts, row[0].kind, row[0].confidence = ["•"], "letter", MENDED_SYMBOL


def mend_labels(lines: Sequence[Sequence[PendingWord]]) -> None:
    """Mend letters that open the items of a list, by the letters before and after: a b c d đ e g.

    A sign that is no letter gives way to the letter that is due ("€)" after "b)"), a letter only where the next item
    goes on behind the one that is due, or where it stands twice ("d)" after "d)", for English models have no đ).
    """
    rows = [(row[0], found) for row in lines if row and (found := _ITEM.fullmatch(row[0].raw))]
    before = ""
    for number, (word, found) in enumerate(rows):
        read = found["read"]
        after = rows[number + 1][1]["read"] if number + 1 < len(rows) else ""
        for due in (_next_letter(before), "a"):
            taken = read in _TAKEN_FOR.get(due, ())
            if taken and (read not in LETTERS or after == _next_letter(due) or (due != "a" and read == before)):
                sure = UNSURE_LETTER if read in LETTERS else MENDED_SYMBOL
                read = due
                word.texts, word.kind, word.confidence, word.alternatives = [f"{due})"], "letter", sure, ()
                break
            if read == due:
                break
        if read == found["read"] and found["sign"] != ")" and read in LETTERS and read in (_next_letter(before), "a"):
            word.texts, word.kind, word.confidence = [f"{read})"], "letter", MENDED_SYMBOL
        before = read if read in LETTERS else ""


def doubt_labels(lines: Sequence[Sequence[PendingWord]]) -> None:
    """What no letter before tells stays as an English model read it, in doubt: a sign that opens an item, and a d that
    may be đ, which such models have not."""
    before = ""
    for row in lines:
        found = _ITEM.fullmatch(row[0].raw) if row else None
        if not found:
            continue
        word, read = row[0], found["read"]
        letter = word.text[:-1]
        if not read.isalnum() and letter not in LETTERS:
            word.texts, word.kind, word.alternatives = [word.raw], "kept", ()
            leave_unsure(word, UNSURE_FIGURE)
        elif read == letter == "d" and before != "c":
            leave_unsure(word, UNSURE_FIGURE)
            word.alternatives = (Alternative(f"đ{found['sign']}", UNSURE_FIGURE),)
        before = letter if letter in LETTERS else ""


def mend_romans(lines: Sequence[Sequence[PendingWord]]) -> None:
    """Mend what opens a line in the place of the Roman numeral that is due ("UL-" after II): no word stands there.

    The strokes read must be able to be that numeral; one that is sound, or has figures alone, stays. But "Il." after
    II has lost a stroke, and so has "II." where IV follows: of 38 numerals III that `eng` read 5 had. Where III follows
    the office wrote II twice.
    """
    rows = [
        (row[0], found["sign"], readings) for row in lines
        if len(row) > 1 and row[1].raw[:1].isupper() and (found := _ROMAN_LABEL.fullmatch(row[0].raw))
        and not found["read"].isdecimal() and (readings := tuple(roman_readings(found["read"])))
    ]
    before = 0
    for number, (word, sign, readings) in enumerate(rows):
        after = rows[number + 1][2][0] if number + 1 < len(rows) else None
        for numeral, value, doubt in readings:
            lost = value == before > 1 and roman_numeral(value + 1) == numeral + "I"
            goes_on = after is not None and after[1] == value + 2
            if lost and (goes_on or (doubt is not None and after is None)):
                _be_numeral(word, numeral + "I", sign, other=numeral)
                before = value + 1
                break
            if lost and (after is None or after[1] != value + 1):
                leave_unsure(word, UNSURE_FIGURE)
            if doubt is None:
                before = value
            elif before and value == before + 1:
                _be_numeral(word, numeral, sign)
                before = value
                break


def _be_numeral(word: PendingWord, numeral: str, sign: str, other: str = "") -> None:
    word.texts, word.kind, word.confidence = [numeral + sign], "letter", UNSURE_LETTER
    word.alternatives = (Alternative(other + sign, 1 - UNSURE_LETTER),) if other else ()


def mend_strokes(row: Sequence[PendingWord]) -> None:
    """Roman numerals inside a line: "Vil" and "Ill" are VII and III, of as many strokes as were read; no word is like
    them, and none may take a stroke away. How many strokes "II!" has is in doubt."""
    for word in row:
        for place, piece in enumerate(word.pieces):
            made = piece.text.translate(_NUMERAL_LETTERS)
            if _STROKED.fullmatch(piece.text) and _ROMAN.fullmatch(made):
                word.texts = [made if place == number else part.text for number, part in enumerate(word.pieces)]
                word.kind, word.confidence, word.alternatives = "letter", UNSURE_LETTER, ()
        if _HALF_A_STROKE.fullmatch(word.raw):
            leave_unsure(word, UNSURE_FIGURE)


def _next_letter(letter: str) -> str:
    """What follows in a Vietnamese list; nothing after the last one, or after none."""
    return LETTERS[LETTERS.index(letter) + 1] if letter and letter != LETTERS[-1] else ""


def mend_numeral(row: Sequence[PendingWord]) -> None:
    """"Ill." that opens a line is the Roman numeral III: no word of any kind stands there. Letters only."""
    found = _NUMERAL.fullmatch(row[0].raw) if row else None
    if not found:
        return
    read = found["numeral"]
    made = read.translate(_NUMERAL_LETTERS)
    if made != read and read != read.lower() and _ROMAN.fullmatch(made) and not _FIFTY.fullmatch(read):
        row[0].texts, row[0].kind = [made + found["sign"]], "letter"
        row[0].confidence, row[0].alternatives = min(row[0].confidence, MENDED_SYMBOL), ()
