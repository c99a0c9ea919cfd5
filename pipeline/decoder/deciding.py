"""Decide whether a word may be changed: by the condition of its paragraph, by what it is, by how sure the change is.

One right word harmed costs more than one wrong word left wherever the text was read by a Vietnamese model; in a garbled
text nothing that was read stands for itself.
"""
from __future__ import annotations

import re
from functools import cache

import numpy as np

from pipeline.decoder import router
from pipeline.decoder.candidates import is_damage
from pipeline.decoder.language import ABBREVIATION, UNKNOWN, Vocabulary
from pipeline.decoder.pending import Kind, Preset
from pipeline.decoder.shortforms import bare_abbreviations
from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.numerals import roman_value

# How sure a change must be in a garbled text: but in "strict" the most probable word, for what was read there has no
# claim of its own. Held back at 0.5, one of 20 errors on the development pages was a word known to be wrong.
CHANGE = {"strict": 0.99, "balanced": 0.0, "full": 0.0}
# The same for a word that cannot be Vietnamese in a text that is.
CHANGE_DAMAGE = {"strict": 0.99, "balanced": 0.5, "full": 0.0}
# Vietnamese as it stands: one right syllable harmed costs more than one wrong one left. Changes at 0.7 to 0.95 mended
# 71 words and harmed 4 in 18,826 words read by a Vietnamese model; in 27,000 words of clean text those at 0.7 and more
# were 7.
CHANGE_VIETNAMESE = {
    "slips": {"strict": 0.99, "balanced": 0.8, "full": 0.6},  # once the wear of the page is weighed in (`wear`)
    "clean": {"strict": 1.01, "balanced": 0.85, "full": 0.75},
}
# The same for a word that another look read at this place: nothing is invented, the better of two is chosen.
CHANGE_TO_READ = {"strict": 0.99, "balanced": 0.6, "full": 0.5}
CHANGE_RARE = 0.8  # the least for a possible syllable that no text has; it may be a name
DEBRIS = 0.5  # most that a token is believed which is no word and was left: 10 in 26 right on the dev samples
# The same of a word in capitals that is no known word, abbreviation or numeral ("HUYESMWHNA", "DUBDTT"): 235 of 318
# right on garbled pages, of known ones 418 of 440.
STRANGE = 0.74
SUREST = 0.99999  # no probability is told to be more
_BROKEN = re.compile(
    r"[^\W\d_][†‡#¡¢¥§©®¤|\\^~*=<>{}$%£€¬¦¿×÷]+[^\W\d_]|[^\W\d_][†‡#¡¢¥§©®¤]+\d|\d[†‡#¡¢¥§©®¤]+[^\W\d_]"
)
# Capitals and small letters as no word and no code has them; "GDTrH", "QyĐ" and "TTg" are codes.
_MIXED_CASE = re.compile("[a-z]{2}.*[A-Z]|^[a-z].*[A-Z]|[A-Z]{2}[a-z]{2}")
_Y_ALONE = re.compile("(?:qu|[hklmstv])[yýỳỷỹỵ]", re.IGNORECASE)
_I_FOR_Y = str.maketrans("yýỳỷỹỵYÝỲỶỸỴ", "iíìỉĩịIÍÌỈĨỊ")
USUAL_CONFIDENCE = 0.93  # of Tesseract's vie model on a word it reads right; an estimate


def may_change(
    condition: str, read: str, sure: float, preset: Preset, heard: bool, vocabulary: Vocabulary
) -> bool:
    """Whether what was read may give way to a word of this probability; `heard` when another look read that word."""
    if condition in CHANGE_VIETNAMESE:
        if is_damage(read):
            return sure >= CHANGE_DAMAGE[preset]
        if condition == "clean" and len(read) > 1 and read.isupper() and not vietnamese.is_syllable(read):
            return False  # an abbreviation, as the author wrote it
        if is_no_word(read, vocabulary):
            return sure >= max(CHANGE_DAMAGE[preset], CHANGE_RARE)
        if heard:
            return sure >= CHANGE_TO_READ[preset]
        return sure >= CHANGE_VIETNAMESE[condition][preset]
    if condition == "unmarked":
        return sure >= (CHANGE["strict"] if preset == "strict" else 0.0)
    if is_read_by_vietnamese(read):
        return sure >= CHANGE_VIETNAMESE["slips"][preset]
    return sure >= CHANGE[preset] if vietnamese.is_syllable(read) or preset == "strict" else True


def is_no_word(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a possible syllable stands in no text, or only as a slip of another ("bỗ" for "bổ"); or a word in small
    letters and with marks that is neither a syllable nor known ("iãnh")."""
    marked = text.isalpha() and text.islower() and not text.replace("đ", "d").isascii()
    return (marked or vietnamese.is_syllable(text)) and (
        vocabulary.number(text) == UNKNOWN or is_misprint(text)
    )


def is_misprint(text: str) -> bool:
    """Whether a syllable is one of the closed list of those that stand in text only as slips of another."""
    return vietnamese.fold(text) in _misprints()


@cache
def _misprints() -> frozenset[str]:
    return frozenset(vietnamese.fold(row[0]) for row in load_table("misprints"))


def calibrated(chance: float, offset: float, slope: float) -> float:
    """The lattice's probability as it proved right on held-out pages: offset plus slope times its log-odds.

    >>> round(calibrated(0.5, 0.0, 1.0), 2), round(calibrated(0.999, 0.7, 0.7), 3), calibrated(0.0, 0.7, 0.7)
    (0.5, 0.996, 0.0)
    """
    if chance <= 0:
        return 0.0
    kept = min(chance, SUREST)
    return float(1 / (1 + np.exp(-offset - slope * np.log(kept / (1 - kept)))))


def is_read_by_vietnamese(text: str) -> bool:
    """Whether a syllable has a letter no English model prints: in a garbled paragraph, two readers were at work."""
    return bool(router.OWN_LETTERS.search(text)) and vietnamese.is_syllable(text)


def is_debris(text: str) -> bool:
    """Whether a token of a garbled page, left as it was read, looks like what seals and rules leave behind."""
    if len(text) == 1:
        return text not in "Yy"
    small = text[1:].islower() or _MIXED_CASE.search(vietnamese.strip_marks(text)) is not None
    return small and not vietnamese.is_syllable(text)


def is_strange(text: str, vocabulary: Vocabulary) -> bool:
    """Whether letters in capitals are no word that text has, no listed abbreviation and no numeral."""
    return (
        text.isalpha() and vocabulary.number(text) == ABBREVIATION
        and vietnamese.search_key(text) not in bare_abbreviations() and roman_value(text) is None
    )


def is_broken(text: str) -> bool:
    """Whether a sign that no word has stands between letters or a letter and a figure, small letters among them
    ("b†ền", "hi#n").

    >>> is_broken("b†ền"), is_broken("Sô:4#Ï2"), is_broken("GD&ĐT"), is_broken("H'Drai"), is_broken("m²")
    (True, True, False, False, False)
    """
    return _BROKEN.search(text) is not None and not text.isupper()


def as_spelled(read: str, text: str) -> str:
    """A word in the spelling of the paper where two are right: "qui định" read as "qui" is no "quy định", however much
    commoner that is, for y is read as i once in thousands.

    >>> as_spelled("qui", "quy"), as_spelled("ki", "kỹ"), as_spelled("ky", "kỹ"), as_spelled("ui", "ủy")
    ('qui', 'kĩ', 'kỹ', 'ủy')
    """
    other = text.translate(_I_FOR_Y) if _Y_ALONE.fullmatch(text) else text
    return other if vietnamese.search_key(read) == vietnamese.search_key(other) else text


def doubt_shift(recognised: float | None) -> float:
    """How much the recogniser's own doubt speaks for another word, in nats."""
    if recognised is None:
        return -1.0
    doubt = min(max(1 - recognised, 0.01), 0.9)
    usual = 1 - USUAL_CONFIDENCE
    return float(np.clip(np.log(doubt / (1 - doubt)) - np.log(usual / (1 - usual)), -2.0, 3.0))


def share(confidence: float, against: float) -> float:
    """What one of two readings counts for beside the other: by their odds of being right."""
    one, other = (float(np.clip(value, 0.02, 0.98)) for value in (confidence, against))
    return one * (1 - other) / (one * (1 - other) + other * (1 - one))


def kind_of(read: str, text: str) -> Kind:
    if read == text:
        return "kept"
    return "mark" if vietnamese.strip_marks(read).lower() == vietnamese.strip_marks(text).lower() else "letter"
