"""Vietnamese written in the codes that came before Unicode, found and turned into Unicode.

The trouble: text layers of old PDF files, text files and catalogues were typed with fonts (.VnTime, VNI-Times) that
gave Latin-1 codes Vietnamese shapes. Read today they are `Céng hßa x· héi`, and no recogniser has to be asked: the
letters are all there under other numbers. The evidence, in order of trust: the share of legal syllables after
decoding against before, then the names of the fonts. A byte order mark decides for files.

What this module never does: it takes no decision on text that is sound already, it repairs no spelling, and it does
not touch a line that holds letters which the old codes cannot give (such a line is Unicode already). It is for
text layers and files only: what a recogniser read was never mis-decoded.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pipeline.knowledge import glyph_codes, vietnamese

Encoding = Literal["unicode", "nfd", "tcvn3", "vni", "viscii", "viqr", "utf8-as-cp1252", "cp1258", "glyphs"]

# A page of sound Vietnamese has a legal-syllable share of 0.95 and more; the old codes read in a wrong code page
# have 0.15 to 0.45, text without its marks 0.65. Between the two nothing is decoded without a clear gain.
SOUND_SHARE = 0.95
WORTH_DECODING = 0.80
CLEAR_GAIN = 0.15

_LOWER_VOWELS = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"

# TCVN 5712:1993 VN3 ("ABC", .VnTime): 67 small letters and 7 capitals; toned capitals have no code, a font whose
# name ends in H shows the small ones as capitals. Same order as _LOWER_VOWELS + "đ" + the capitals.
_TCVN3_BYTES = bytes.fromhex(
    "B5B6B7B8B9A8BBBCBDBEC6A9C7C8C9CACBCCCECFD0D1AAD2D3D4D5D6D7D8DCDDDEDFE1E2E3E4ABE5E6E7E8E9ACEAEBECEDEE"
    "EFF1F2F3F4ADF5F6F7F8F9FAFBFCFDFE"
    "AEA1A2A3A4A5A6A7"
)
TCVN3 = dict(zip(_TCVN3_BYTES, _LOWER_VOWELS + "đ" + "ĂÂÊÔƠƯĐ", strict=True))

# VISCII 1.1 (RFC 1456): 128 letters from 0x80 on and six in place of control codes.
VISCII = dict(
    zip(
        range(0x80, 0x100),
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
) | {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}


def _vni() -> dict[str, str]:
    """VNI-Windows: a base letter and a second character for its marks, or one character for a few letters."""
    order = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")  # sắc huyền hỏi ngã nặng
    table = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}

    def add(base: str, letter: str, codes: str) -> None:
        for code, tone in zip(codes, order, strict=True):
            table[base + code] = unicodedata.normalize("NFC", letter + tone)

    for vowel in "aeouy":
        add(vowel, vowel, "ùøûõï")
    for vowel, letter in zip("aeo", "âêô", strict=True):
        table[vowel + "â"] = letter
        add(vowel, letter, "áàåãä")
    table["aê"] = "ă"
    add("a", "ă", "éèúüë")
    add("ô", "ơ", "ùøûõï")
    add("ö", "ư", "ùøûõï")
    del table["yï"]  # ỵ has a code of its own, î
    table |= {key.upper(): letter.upper() for key, letter in table.items()}
    # Real files mix the cases inside a pair where a font was changed in mid-word.
    table |= {key[0].upper() + key[1]: letter.upper() for key, letter in list(table.items()) if len(key) == 2}
    return table


VNI = _vni()
# Two characters before one: ô is a letter and a base as well.
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))

_VIQR_SHAPES = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b"}
_VIQR_TONES = {"'": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_VIQR_PATTERN = re.compile(
    r"""
      \\(?P<escaped>[\\^(+*'`?~.dD])
    | (?P<d>dd|DD|Dd)
    | (?P<vowel>[aeiouyAEIOUY])
      (?: (?P<shape>(?<=[aA])[(^]|(?<=[eE])\^|(?<=[oO])[\^+*]|(?<=[uU])[+*]) (?P<tone>['`?~.])?
        | (?P<tone_only>['`?~.]) )
    """,
    re.VERBOSE,
)
# At the end of a word "." and "?" are as likely punctuation; they are read as a tone only where the sentence
# visibly goes on. (An apostrophe is always a tone: Vietnamese has no other use for it after a vowel.)
_GOES_ON = re.compile(r"\s+[a-zđ0-9(]|[.,;:!?)]")


@dataclass(frozen=True, slots=True)
class Conversion:
    """Text in Unicode NFC and how it came about.

    `before` and `after` are shares of legal syllables, 0 to 1. `lost` names letters that the source cannot have
    kept (the ư of TCVN3 is a soft hyphen, which many programs drop). An untouched text has encoding "unicode".
    """

    text: str
    encoding: Encoding
    before: float
    after: float
    lost: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.encoding != "unicode"


def _as_bytes(text: str) -> list[int | str]:
    """The byte each character stood for when it was read as cp1252 or Latin-1; others stay characters."""
    result: list[int | str] = []
    for char in text:
        if ord(char) < 256:
            result.append(ord(char))
            continue
        try:
            result.append(char.encode("cp1252")[0])
        except UnicodeEncodeError:
            result.append(char)
    return result


_MAC_ROMAN = {ord(bytes([code]).decode("mac_roman")): chr(code) for code in range(0x80, 0x100)}


def _through_table(text: str, table: dict[int, str]) -> str:
    return "".join(
        unit if isinstance(unit, str) else table.get(unit, char)
        for unit, char in zip(_as_bytes(text), text, strict=True)
    )


def _from_mac_roman(text: str) -> str:
    """Some PDF programs give Mac Roman letters for the byte; back to Latin-1. Letters that it has not stay."""
    return text.translate(_MAC_ROMAN)


_HYPHENED = re.compile(r"[^\W\d_]*-[^\W\d_]+(?:-[^\W\d_]+)*")


def _hyphen_or_letter(match: re.Match[str]) -> str:
    """ư where a program took byte 0xAD for the hyphen that WinAnsi has there: đ-ợc, -u tiên."""
    token = match[0]
    with_letter = token.replace("-", "ư")
    apart = [part for part in token.split("-") if part]
    whole = token.startswith("-") or not all(vietnamese.is_syllable(part) for part in apart)
    return with_letter if whole and vietnamese.is_syllable(with_letter) else token


def _tcvn3(text: str) -> str:
    return _HYPHENED.sub(_hyphen_or_letter, _through_table(text, TCVN3))


def _tcvn3_mac(text: str) -> str:
    return _tcvn3(_from_mac_roman(text))


def _viscii(text: str) -> str:
    return _through_table(text, VISCII)


def _vni_text(text: str) -> str:
    return _VNI_PATTERN.sub(lambda match: VNI[match[0]], text)


def _viqr(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        if match["escaped"]:
            return match["escaped"]
        if match["d"]:
            return "Đ" if match["d"][0] == "D" else "đ"
        tone = match["tone"] or match["tone_only"] or ""
        rest = match.string[match.end():]
        tail = ""
        if tone in (".", "?") and not rest[:1].isalpha() and not _GOES_ON.match(rest):
            tone, tail = "", tone
        marks = _VIQR_SHAPES.get(match["shape"] or "", "") + _VIQR_TONES.get(tone, "")
        return unicodedata.normalize("NFC", match["vowel"] + marks) + tail

    return _VIQR_PATTERN.sub(letter, text)


def _utf8_again(text: str) -> str:
    """UTF-8 bytes that were read as cp1252; a broken sequence stays as it is."""
    units = _as_bytes(text)
    pieces: list[str] = []
    run = bytearray()

    def flush() -> None:
        if run:
            pieces.append(run.decode("utf-8", errors="surrogateescape"))
            run.clear()

    for unit in units:
        if isinstance(unit, int):
            run.append(unit)
        else:
            flush()
            pieces.append(unit)
    flush()
    return "".join(chr(ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in "".join(pieces))


# Letters that cp1252 does not have: a line with one of them was not read through cp1252.
_BEYOND = re.compile("[ăĂđĐơƠưƯ\u0128\u0129\u0168\u0169\u1ea0-\u1ef9]")


def _by_line(read: Callable[[str], str]) -> Callable[[str], str]:
    """A reading of the lines that cp1252 may have given."""
    return lambda text: "\n".join(line if _BEYOND.search(line) else read(line) for line in text.split("\n"))


# Every reading that is tried: the name, and how the characters are read anew.
READINGS: tuple[tuple[Encoding, Callable[[str], str]], ...] = (
    ("tcvn3", _by_line(_tcvn3)),
    ("tcvn3", _by_line(_tcvn3_mac)),
    ("vni", _by_line(_vni_text)),
    ("viscii", _by_line(_viscii)),
    ("utf8-as-cp1252", _by_line(_utf8_again)),
    ("viqr", _by_line(_viqr)),
    *(("glyphs", partial(glyph_codes.decoded, table=table)) for table in glyph_codes.TABLES),
)

_FONT = ((re.compile(r"\.?vn[a-z]", re.IGNORECASE), "tcvn3"), (re.compile(r"vni[-_ ]", re.IGNORECASE), "vni"))
_CAPITAL_FONT = re.compile(r"\.?vn[a-z]+h(?![a-z])", re.IGNORECASE)


def encoding_of_font(name: str) -> Encoding | None:
    """The old code that a font of this name is made for; None for others.

    >>> encoding_of_font("ABCDEF+.VnTimeH"), encoding_of_font("VNI-Times"), encoding_of_font("TimesNewRomanPSMT")
    ('tcvn3', 'vni', None)
    """
    bare = name.split("+", 1)[-1]
    if _FONT[1][0].match(bare):
        return "vni"
    return "tcvn3" if _FONT[0][0].match(bare) and not bare.lower().startswith("vni") else None


def is_capital_font(name: str) -> bool:
    """Whether a TCVN3 font shows small letters as capitals (.VnTimeH, .VnArialH)."""
    bare = name.split("+", 1)[-1]
    return encoding_of_font(bare) == "tcvn3" and _CAPITAL_FONT.match(re.sub(r"[-, ].*$", "", bare)) is not None


def marked_share(text: str) -> float:
    """Share of the alphabetic tokens that carry a mark or đ; about 0.7 in sound Vietnamese, 0 in English."""
    tokens = [token for token in re.findall(r"[^\W\d_]+", vietnamese.compose(text)) if len(token) > 1]
    marked = sum(1 for token in tokens if vietnamese.strip_marks(token) != token)
    return marked / len(tokens) if tokens else 0.0


def _worth(text: str, legal: float) -> float:
    """The legal share, lowered where hardly a word has a mark: an undecoded VIQR or stripped text is no gain."""
    return legal * min(1.0, 0.5 + marked_share(text))


def convert(text: str, fonts: tuple[str, ...] = ()) -> Conversion:
    """The text in Unicode NFC, decoded from an old Vietnamese code where that is plainly what is wrong.

    `fonts` are the names of the fonts the text was set in, where known; they break ties only. Sound text comes
    back composed (encoding "nfd" where that changed a letter) and otherwise as it was.

    >>> convert("Céng hßa x· héi chñ nghÜa ViÖt Nam").text
    'Cộng hòa xã hội chủ nghĩa Việt Nam'
    """
    composed = vietnamese.compose(text)
    before = vietnamese.legal_share(composed)
    untouched = Conversion(composed, "unicode" if composed == text else "nfd", before, before)
    if before >= SOUND_SHARE and marked_share(composed) > 0.0:
        return untouched
    named = {encoding_of_font(font) for font in fonts}
    least = best_worth = _worth(composed, before)
    best = untouched
    for name, read in READINGS:
        candidate = vietnamese.compose(read(text))
        bonus = 0.02 if name in named else 0.0
        # The share of marks can only lower what the legal share is worth, and takes as long to count.
        if candidate == composed or (after := vietnamese.legal_share(candidate)) + bonus <= best_worth:
            continue
        worth = _worth(candidate, after) + bonus
        if worth > best_worth:
            best, best_worth = Conversion(candidate, name, before, after), worth
    if not best.changed or best.encoding == "nfd":
        return untouched
    if best.after < WORTH_DECODING or best_worth < least + CLEAR_GAIN:
        return untouched
    return Conversion(best.text, best.encoding, best.before, best.after, _lost(best))


def _lost(conversion: Conversion) -> tuple[str, ...]:
    letters = sum(1 for char in conversion.text if char.isalpha())
    # ư and its toned forms are 1 letter in 30; none among 300 means they were dropped on the way.
    if conversion.encoding == "tcvn3" and letters > 300 and "ư" not in conversion.text:
        return ("ư",)
    return ()


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes) -> Conversion:
    """The text of a file in whatever code it was saved. Raises ValueError for data that is no text at all.

    A byte order mark decides; then strict UTF-8; then UTF-16 by its zero bytes; then the one of the old codes that
    gives most legal syllables, read over cp1252.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return convert(data.decode(codec, errors="replace"))
    if data.count(0) > len(data) // 5:
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if abs(even - odd) > len(data) // 8:
            return convert(data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace"))
    # VISCII uses six control codes; anything beyond a few others is no text.
    controls = sum(data.count(code) for code in range(32) if code not in (9, 10, 12, 13, *VISCII))
    if controls > len(data) // 100:
        raise ValueError("too many control codes for a text")
    try:
        return convert(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    plain = data.decode("cp1252", errors="surrogateescape")
    plain = "".join(chr(ord(char) - 0xDC00) if 0xDC80 <= ord(char) <= 0xDCFF else char for char in plain)
    result = convert(plain)
    windows = vietnamese.compose(data.decode("cp1258", errors="replace"))
    share = vietnamese.legal_share(windows)
    if share > result.after + 0.02:
        return Conversion(windows, "cp1258", vietnamese.legal_share(plain), share)
    return result
