"""A PDF as offices made them before Unicode: printed with fonts of the TCVN3 (ABC) kind, so that it looks right on
paper while its text layer reads "Céng hoµ x· héi chñ nghÜa ViÖt Nam".

In such fonts a byte of the text is the number of a Vietnamese letter; a reader that takes the bytes for Windows
Latin gets garbage. Toned capitals have no byte: they are lower-case bytes shown by a second font (".VnTimeH").
The two fonts are made here from an installed one, cut down to the letters used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from pikepdf import Array, Dictionary, Name

from samples import fonts
from samples.typeset import Page, Word

# The 74 letters of TCVN3 by byte (TCVN 5712:1993, the table VN3).
_ROWS = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậ",
    0xCC: "è",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
BYTES = {letter: first + index for first, letters in _ROWS.items() for index, letter in enumerate(letters)}
STYLES = ("", "b", "i", "bi")


def _latin(code: int) -> int:
    """The Unicode number that a reader of WinAnsi text sees for a byte."""
    return ord(bytes([code]).decode("cp1252"))


def coded(text: str) -> Iterator[tuple[bool, bytes]]:
    """Pieces of a word as (in capitals font, bytes); a word in capitals with a toned letter is one such piece."""
    if text.isupper() and any(letter not in BYTES and letter.lower() in BYTES for letter in text):
        yield True, bytes(BYTES.get(letter, ord(letter) if ord(letter) < 127 else 63) for letter in text.lower())
        return
    piece, capitals = bytearray(), False
    for letter in text:
        code = BYTES.get(letter) or (ord(letter) if ord(letter) < 127 else None)
        high = code is None and letter.lower() in BYTES
        if high:
            code = BYTES[letter.lower()]
        if code is None:
            code = letter.encode("cp1252", "replace")[0]
        if high != capitals and piece:
            yield capitals, bytes(piece)
            piece = bytearray()
        capitals = high
        piece.append(code)
    if piece:
        yield capitals, bytes(piece)


def _font_file(path: Path, capitals: bool) -> tuple[bytes, list[float]]:
    """A font whose Windows-Latin places hold Vietnamese letters, and its widths for bytes 32 to 255."""
    font = TTFont(path)
    glyphs = font.getBestCmap()
    table: dict[int, str] = {}
    for code in range(32, 127):
        table[code] = glyphs[ord(chr(code).upper()) if capitals else code]
    for letter, code in BYTES.items():
        table[_latin(code)] = glyphs[ord(letter.upper() if capitals else letter)]
    for mark in "“”–…":
        table[ord(mark)] = glyphs[ord(mark)]
    if "FFTM" in font:
        del font["FFTM"]
    options = subset.Options(glyph_names=False, hinting=False, layout_features=[], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(glyphs=set(table.values()))
    cutter.subset(font)
    cmap = CmapSubtable.newSubtable(4)
    cmap.platformID, cmap.platEncID, cmap.language, cmap.cmap = 3, 1, 0, table
    font["cmap"].tables = [cmap]
    font["post"].formatType = 3.0
    font["head"].created = font["head"].modified = 3_000_000_000  # the same bytes on every run
    font.recalcTimestamp = False
    for record in list(font["name"].names):
        if record.nameID not in (1, 2):
            font["name"].names.remove(record)
    scale = 1000 / font["head"].unitsPerEm
    reverse = {
        code: table.get(_latin(code) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else -1) for code in range(32, 256)
    }
    widths = [round(font["hmtx"][name][0] * scale, 1) if name else 0.0 for name in reverse.values()]
    out = io.BytesIO()
    font.save(out)
    return out.getvalue(), widths


def _add_font(pdf: pikepdf.Pdf, family: str, style: str, capitals: bool) -> pikepdf.Object:
    data, widths = _font_file(fonts.path(family, style), capitals)
    stream = pdf.make_stream(data)
    stream.Length1 = len(data)
    name = (
        "/ABCDEF+.VnTime"
        + ("H" if capitals else "")
        + {"": "", "b": ",Bold", "i": ",Italic", "bi": ",BoldItalic"}[style]
    )
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(name),
        Flags=32,
        FontBBox=Array([-500, -300, 1300, 1100]),
        ItalicAngle=-12 if "i" in style else 0,
        Ascent=891,
        Descent=-216,
        CapHeight=660,
        StemV=80,
        FontFile2=stream,
    )
    encoding = Dictionary(
        Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array([0xAD, Name.sfthyphen])
    )  # byte AD is "ư", which readers drop as a soft hyphen
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name(name),
            FirstChar=32,
            LastChar=255,
            Widths=Array(widths),
            FontDescriptor=pdf.make_indirect(descriptor),
            Encoding=encoding,
        )
    )


def _operators(word: Word, height: float) -> bytes:
    x, baseline = word.origin
    parts = []
    for capitals, piece in coded(word.text):
        name = f"F{STYLES.index(word.style)}{'H' if capitals else ''}".encode()
        escaped = piece.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"/%s %.1f Tf (%s) Tj" % (name, word.size, escaped))
    return b"BT 1 0 0 1 %.2f %.2f Tm %s ( ) Tj ET\n" % (x, height - baseline, b" ".join(parts))


def write_pdf(path: Path, pages: Sequence[Page], family: str) -> None:
    """Write the set pages as a born-digital PDF in fonts of the TCVN3 kind."""
    with pikepdf.new() as pdf:
        resources = Dictionary()
        styles = {(word.style, capitals) for page in pages for word in page.words for capitals, _ in coded(word.text)}
        for style, capitals in sorted(styles):
            resources[f"/F{STYLES.index(style)}{'H' if capitals else ''}"] = _add_font(pdf, family, style, capitals)
        for page in pages:
            rules = b"".join(
                b"%.2f w %.2f %.2f m %.2f %.2f l S\n"
                % (rule.width, rule.x0, page.height - rule.y0, rule.x1, page.height - rule.y1)
                for rule in page.rules
            )
            content = rules + b"".join(_operators(word, page.height) for word in page.words)
            made = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(page.width, 2), round(page.height, 2)]),
                Resources=Dictionary(Font=resources),
                Contents=pdf.make_stream(content),
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(made)))
        pdf.save(path, deterministic_id=True)
