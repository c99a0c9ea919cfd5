"""Look into the fonts and JPEG 2000 pictures of a PDF as far as PDF/A asks: widths, glyphs, channels, colours.

Only TrueType programs of composite fonts can be measured; for others the finding says so, since a claim
of PDF/A must rest on something. Formats: OpenType 1.9 (head, hhea, maxp, hmtx), ISO/IEC 15444-1 annex I.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.pdfsurvey import FontUse


def font_faults(use: FontUse) -> Iterator[str]:
    """What stands against a font that paints glyphs. Only TrueType programs of composite fonts can be measured."""
    font = use.font
    if font.get("/Subtype") == Name.Type3:
        return
    if font.get("/Subtype") != Name.Type0:
        descriptor = font.get("/FontDescriptor", Dictionary())
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield "is not embedded (6.2.11.4.1)"
        else:
            yield "has glyph widths that are not checked here (6.2.11.5)"
        return
    descendants = font.get("/DescendantFonts", Array())
    descendant = descendants[0] if len(descendants) else Dictionary()
    descriptor = descendant.get("/FontDescriptor", Dictionary())
    if not any(key in descriptor for key in ("/FontFile2", "/FontFile3")):
        yield "is not embedded (6.2.11.4.1)"
        return
    program = descriptor.get("/FontFile2")
    mapping = descendant.get("/CIDToGIDMap")
    if descendant.get("/Subtype") == Name.CIDFontType2 and mapping is None:
        yield "has no CIDToGIDMap (6.2.11.3.2)"
        return
    if program is None or str(font.get("/Encoding")) not in ("/Identity-H", "/Identity-V"):
        yield "has glyph widths that are not checked here (6.2.11.5)"
        return
    glyphs = mapping.read_bytes() if isinstance(mapping, pikepdf.Stream) else None
    yield from _width_faults(descendant, program, glyphs, use.codes)


def _width_faults(
    descendant: Any, program: Any, glyphs: bytes | None, shown_codes: set[bytes],
) -> Iterator[str]:
    try:
        advances = truetype_advances(program.read_bytes())
        widths = cid_widths(descendant.get("/W", Array()))
    except (pikepdf.PdfError, struct.error, KeyError, ValueError, IndexError, ZeroDivisionError):
        yield "has a program that cannot be read (6.2.11.4)"
        return
    default = float(descendant.get("/DW", 1000))
    for code in sorted({text[i:i + 2] for text in shown_codes for i in range(0, len(text) - 1, 2)}):
        cid = int.from_bytes(code, "big")
        glyph = cid if glyphs is None else int.from_bytes(glyphs[2 * cid:2 * cid + 2], "big")
        if glyph == 0:
            yield "shows the glyph .notdef (6.2.11.8)"
            return
        if glyph >= len(advances):
            yield f"lacks the glyph {glyph} that it shows (6.2.11.4.1)"
            return
        if abs(widths.get(cid, default) - advances[glyph]) > 1:
            yield f"has another width for glyph {glyph} than its program (6.2.11.5)"
            return


def truetype_advances(data: bytes) -> list[float]:
    """Advance width of each glyph in 1/1000 em, from the tables head, hhea, maxp and hmtx.

    Raises KeyError or struct.error for a program that lacks them.
    """
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {}
    for i in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * i)
        tables[tag] = data[offset:offset + length]
    units = struct.unpack_from(">H", tables[b"head"], 18)[0]
    measured = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
    glyphs = struct.unpack_from(">H", tables[b"maxp"], 4)[0]
    raw = [int(struct.unpack_from(">H", tables[b"hmtx"], 4 * i)[0]) for i in range(measured)]
    advances = [advance * 1000 / int(units) for advance in raw]
    return advances + advances[-1:] * (int(glyphs) - len(raw))


def cid_widths(array: Any) -> dict[int, float]:
    """The /W array of a CID font as a map from CID to width."""
    widths: dict[int, float] = {}
    items = list(array)
    at = 0
    while at + 1 < len(items):
        first = int(items[at])
        if isinstance(items[at + 1], Array):
            widths |= {first + i: float(width) for i, width in enumerate(items[at + 1])}
            at += 2
        else:
            widths |= dict.fromkeys(range(first, min(int(items[at + 1]), 65535) + 1), float(items[at + 2]))
            at += 3
    return widths


# --- JPEG 2000 --------------------------------------------------------------------------------------


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of a JPEG 2000 file: type and content."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        if size < head:
            return
        yield kind, data[at + head:at + size]
        at += size


def jpeg2000_faults(image: pikepdf.Object) -> Iterator[str]:
    data = image.read_raw_bytes() if str(image.get("/Filter")) == "/JPXDecode" else b""
    if data[:4] == b"\xff\x4f\xff\x51":
        yield "a bare codestream without the header of the file format"
        return
    header = next((content for kind, content in _boxes(data) if kind == b"jp2h"), None)
    if header is None:
        yield "the image header cannot be read"
        return
    inside = list(_boxes(header))
    ihdr = next((content for kind, content in inside if kind == b"ihdr"), b"")
    if len(ihdr) < 14:
        yield "the image header cannot be read"
        return
    channels, depth = struct.unpack_from(">HB", ihdr, 8)
    opacity = sum(
        struct.unpack_from(">H", content, 2 + 6 * i + 2)[0] != 0
        for kind, content in inside if kind == b"cdef" for i in range(struct.unpack_from(">H", content)[0])
    )
    palette = next((content for kind, content in inside if kind == b"pclr"), None)
    colours = palette[2] if palette is not None and len(palette) > 2 else channels - opacity
    if colours not in (1, 3, 4):
        yield f"{colours} colour channels"
    if depth == 255 or any(kind == b"bpcc" for kind, _ in inside):
        yield "channels of different depth"
    elif not 1 <= (depth & 0x7F) + 1 <= 38:
        yield f"{(depth & 0x7F) + 1} bits a channel"
    if "/ColorSpace" in image:
        return
    specifications = [content for kind, content in inside if kind == b"colr" and len(content) >= 3]
    chosen = specifications
    if len(specifications) != 1:
        chosen = [content for content in specifications if content[2] == 1]
        if len(chosen) != 1:
            yield "no single best colour specification"
            return
    if chosen[0][0] not in (1, 2, 3):
        yield f"colour method {chosen[0][0]}"
    elif chosen[0][0] == 1 and len(chosen[0]) >= 7:
        number = struct.unpack_from(">I", chosen[0], 3)[0]
        if number == 19:
            yield "colour space CIEJab"
        elif number == 12:
            yield "device CMYK colour under an sRGB output intent"
