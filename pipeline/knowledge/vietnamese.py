"""Letters, tones and syllables of written Vietnamese: what is legal, what is the same, what a key is.

The trouble: one word has many code sequences (composed, decomposed, look-alike letters), two places for its
tone mark (hòa, hoà), and a recogniser prints a third thing. The evidence, in order of trust: Unicode
normalisation, the closed tables of onsets and rimes below, nothing else; no word list is asked.

What this module never does: it repairs no spelling. `compose` changes how a letter is coded, the tone-style
functions move a mark inside a syllable, `fold` and `search_key` make keys for comparing, not for showing.
"""
from __future__ import annotations

import re
import unicodedata
from functools import cache

TONE_MARKS = {"": "", "huyền": "\u0300", "sắc": "\u0301", "ngã": "\u0303", "hỏi": "\u0309", "nặng": "\u0323"}
_TONES = frozenset(mark for mark in TONE_MARKS.values() if mark)

# Letters that look like đ and Đ. `"Ð".lower()` is "ð", so the capital needs its own row.
LOOK_ALIKES = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
_LOOK_ALIKE = str.maketrans(LOOK_ALIKES)
_STROKE = re.compile("([dD])[\u0335\u0336]")
_NO_COMMON_LETTER = re.compile("[ÐðƉɖ\u0335\u0336]")

VOWELS = "aăâeêioôơuưy"
LETTERS = frozenset(
    letter
    for base in VOWELS
    for mark in TONE_MARKS.values()
    for lower in (unicodedata.normalize("NFC", base + mark),)
    for letter in (lower, lower.upper())
) | frozenset("bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX")

# --- the tables of syllables --------------------------------------------------------------------------------
# 28 onsets (with none) and 192 rimes; "qu" and "g" + i have closed lists of their own. With the tones they
# give 4,298 toneless and 19,397 toned syllables, 19,757 with both places of the mark; a test counts them.


def _words(row: str) -> tuple[str, ...]:
    return tuple(row.split())


ONSETS = ("", *_words("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"))
OPEN_RIMES = _words(
    "a e ê i o ô ơ u ư y ia ua ưa oa oe uê uơ uy uya ai ao au ay âu ây eo êu iu oi ôi ơi ui ưi ưu "
    "iêu yêu uôi ươi ươu oai oay oao oeo oau uây uyu uêu"
)
_CLOSED = (
    ("a oa", "m n ng nh c ch p t"),
    ("ê", "m n ng nh c ch p t"),
    ("i y", "m n nh ch p t"),
    ("uê", "n nh ch t"),
    ("uy", "n nh ch p t"),
    ("ă â e o ô ơ u ư iê yê uô ươ oă uâ", "m n ng c p t"),
    ("oe", "m n ng c t"),
    ("oo", "n ng c p t"),
    ("ôô", "ng"),
    ("uơ uyê", "n t"),
)
CLOSED_RIMES = tuple(
    nucleus + coda for nuclei, codas in _CLOSED for nucleus in nuclei.split() for coda in codas.split()
)
QU_RIMES = _words(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng ât âu ây e ec em en eng eo et "
    "ê êch ên ênh êt in it ôc ơ ơi ơn ơt y ya ych yên yêt yn ynh yp yt yu"
)
G_RIMES = _words("i in im ip ia iêc iêm iên iêng iêt iêu")
BARE_Y_ONSETS = frozenset(("", *_words("h k l m s t v")))
# Written forms outside the tables that every dictionary has.
VARIANTS = _words("qui quí quì quỉ quĩ quị quều quoắt quoàng gích ka")

_STOPPED = ("c", "ch", "p", "t")
_CODA = re.compile("(ch|ng|nh|[cmnpt])$")
_MARKED = "ăâêôơư"


def _allowed(onset: str, rime: str) -> bool:
    """Whether the spelling rules let this onset stand before this rime."""
    if onset == "qu":
        return rime in QU_RIMES
    if onset == "g" and rime in G_RIMES:
        return True
    first = rime[0]
    if rime == "ya":  # after "qu" only
        return False
    if rime == "y":
        return onset in BARE_Y_ONSETS
    if first == "y" and rime[:2] != "yê":  # y + coda stands only after qu
        return False
    if rime.startswith("yê"):
        return onset == ""
    if rime.startswith("iê") and onset == "":
        return False
    front = first in "ieê"
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "g", "ng"):
        return not front
    if onset == "gi":
        return first != "i"
    return True


def _mark_place(rime: str, new_style: bool) -> int:
    """Index in the rime of the vowel that carries the tone mark."""
    for index in range(len(rime) - 1, -1, -1):
        if rime[index] in _MARKED:
            return index
    coda = _CODA.search(rime)
    vowels = rime[: coda.start()] if coda else rime
    if len(vowels) == 1:
        return 0
    if coda:
        return len(vowels) - 1
    if len(vowels) == 3:
        return 1
    if vowels in ("oa", "oe", "uy"):
        return 1 if new_style else 0
    return 0


@cache
def toneless_syllables() -> frozenset[str]:
    """All onset and rime pairs that the tables allow, without tones."""
    return frozenset(
        onset + rime
        for onset in ONSETS
        for rime in (*OPEN_RIMES, *CLOSED_RIMES, "ya")
        if _allowed(onset, rime)
    )


@cache
def syllables(new_style: bool = False) -> frozenset[str]:
    """All legal toned syllables in lower case, with the tone mark in one of the two places."""
    onsets: dict[str, list[str]] = {}
    for onset in ONSETS:
        for rime in (*OPEN_RIMES, *CLOSED_RIMES, "ya"):
            if _allowed(onset, rime):
                onsets.setdefault(rime, []).append(onset)
    return frozenset(
        onset + toned for rime, before in onsets.items() for toned in _toned_rimes(rime, new_style) for onset in before
    )


def _toned_rimes(rime: str, new_style: bool) -> list[str]:
    """The rime with each tone it may have."""
    tones = (TONE_MARKS["sắc"], TONE_MARKS["nặng"]) if rime.endswith(_STOPPED) else TONE_MARKS.values()
    place = _mark_place(rime, new_style)
    return [unicodedata.normalize("NFC", rime[: place + 1] + tone) + rime[place + 1 :] for tone in tones]


@cache
def bare_syllables() -> frozenset[str]:
    """All legal syllables without any marks."""
    return frozenset(strip_marks(syllable) for syllable in toneless_syllables())


@cache
def _legal() -> frozenset[str]:
    return syllables(new_style=False) | syllables(new_style=True) | frozenset(VARIANTS)


_BARE = str.maketrans({
    letter: unicodedata.normalize("NFD", letter)[0].replace("đ", "d").replace("Đ", "D")
    for letter in LETTERS if not letter.isascii()
})


# --- codes --------------------------------------------------------------------------------------------------


def compose(text: str) -> str:
    """One code for each letter: NFC, and the look-alikes of đ made đ.

    >>> compose("Ðộc lập")
    'Độc lập'
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if not _NO_COMMON_LETTER.search(text):  # as in nearly every word
        return text
    return _STROKE.sub(lambda match: "đ" if match[1] == "d" else "Đ", text.translate(_LOOK_ALIKE))


def strip_marks(text: str) -> str:
    """The text with tones and letter marks off and đ as d; case, digits and punctuation stay.

    >>> strip_marks("Đẩy mạnh CẢI CÁCH")
    'Day manh CAI CACH'
    """
    bare = text.translate(_BARE)
    if bare.isascii():  # every letter that had a mark was a Vietnamese one
        return bare
    apart = unicodedata.normalize("NFD", compose(text))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare.replace("đ", "d").replace("Đ", "D"))


def strip_tone(text: str) -> str:
    """The text without tone marks; ă â ê ô ơ ư đ stay.

    >>> strip_tone("Đường phố")
    'Đương phô'
    """
    apart = unicodedata.normalize("NFD", compose(text))
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if letter not in _TONES))


# --- the place of the tone mark -----------------------------------------------------------------------------
# Only open oa, oe, uy differ. The u of "qu" is no vowel, so "quý" is the same in both styles.


def _toned(letters: str) -> str:
    return "".join(
        unicodedata.normalize("NFC", letter + tone) for letter in letters for tone in sorted(_TONES)
    )


_NEW = re.compile(
    f"(?<![qQ])(?:([oO])([{_toned('aeAE')}])|([uU])([{_toned('yY')}]))(?![^\\W\\d_]|[\u0300-\u036f])"
)


def _split_tone(letter: str) -> tuple[str, str]:
    apart = unicodedata.normalize("NFD", letter)
    tone = next(mark for mark in apart if mark in _TONES)
    return unicodedata.normalize("NFC", apart.replace(tone, "")), tone


def _shift_left(match: re.Match[str]) -> str:
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    bare, tone = _split_tone(second)
    return unicodedata.normalize("NFC", first + tone) + bare


def to_old_style(text: str) -> str:
    """Tone marks of open oa, oe, uy on the first vowel. The text must be NFC.

    >>> to_old_style("hoà bình, thuỷ lợi, quý, hoàn")
    'hòa bình, thủy lợi, quý, hoàn'
    """
    return _NEW.sub(_shift_left, text)


# --- keys and questions -------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Key for matching with marks kept: composed, lower case, old-style tone placement.

    >>> fold("HOÀ BÌNH") == fold("Hòa Bình")
    True
    """
    return to_old_style(compose(text).lower())


def search_key(text: str) -> str:
    """Key for searching without marks: lower case, no tones, đ as d.

    >>> search_key("Ủy ban Nhân dân")
    'uy ban nhan dan'
    """
    return strip_marks(text).lower()


def is_syllable(token: str) -> bool:
    """Whether the token is one legal syllable, in any case and with either place of the tone mark.

    >>> is_syllable("KHOẺ"), is_syllable("khỏe"), is_syllable("tóan"), is_syllable("plan")
    (True, True, False, False)
    """
    return token.lower() in _legal()


_PUNCTUATION = "\"'“”‘’.,;:!?()[]{}<>-–—…/*_|"
_INNER = re.compile(r"[-–—/,.;:()&]+")
# Body and series names (UBND, HĐND, QĐ): capitals without a syllable in them prove nothing about marks.
_ABBREVIATION = re.compile(r"[A-ZĐƠƯ]{2,8}")


def is_legal_text(text: str) -> bool:
    """Whether there are letters, and all of them in legal syllables (as `legal_share` counts)."""
    return legal_share(text) == 1.0 and any(map(str.isalpha, text))


def legal_share(text: str) -> float:
    """Share of the alphabetic tokens that are legal syllables; 1.0 where there is no such token.

    Sound Vietnamese gives 0.95 and more, marks stripped about 0.65, English about 0.3, a legacy encoding
    read in the wrong code page 0.15 to 0.45. Tokens with digits and capital abbreviations are not counted.
    """
    legal = total = 0
    for word in compose(text).split():
        for part in _INNER.split(word.strip(_PUNCTUATION)):
            if not any(letter.isalpha() for letter in part) or any(letter.isdigit() for letter in part):
                continue
            if is_syllable(part):
                legal += 1
            elif _ABBREVIATION.fullmatch(part):
                continue
            total += 1
    return legal / total if total else 1.0
