"""Look into the fonts and JPEG 2000 pictures of a PDF as far as PDF/A asks: widths, glyphs, channels, colours.

Only TrueType programs can be measured; for others the finding says so, since a claim
of PDF/A must rest on something. Formats: OpenType 1.9 (head, hhea, maxp, hmtx), ISO/IEC 15444-1 annex I.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.writers.pdfsurvey import FontUse

# What reading a damaged font program raises.
UNREADABLE = (struct.error, KeyError, ValueError, IndexError, TypeError, AttributeError, ZeroDivisionError)


def font_faults(use: FontUse) -> Iterator[str]:
    """What stands against a font that paints glyphs. Only TrueType programs can be measured."""
    font = use.font
    if font.get("/Subtype") == Name.Type3:
        return
    if font.get("/Subtype") != Name.Type0:
        yield from _simple_faults(use)
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
    except (pikepdf.PdfError, *UNREADABLE):
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


# Bits of a font descriptor's /Flags (ISO 32000-1, 9.8.2).
SYMBOLIC = 4


def _simple_faults(use: FontUse) -> Iterator[str]:
    """A font of one-byte codes: only TrueType programs without /Differences can be measured."""
    font = use.font
    descriptor = font.get("/FontDescriptor", Dictionary())
    if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        yield "is not embedded (6.2.11.4.1)"
        return
    program = descriptor.get("/FontFile2")
    encoding = font.get("/Encoding")
    symbolic = bool(int(descriptor.get("/Flags", 0)) & SYMBOLIC)
    if symbolic and encoding is not None and font.get("/Subtype") == Name.TrueType:
        yield "is symbolic and yet has an encoding (6.2.11.6)"
        return
    codec = None if symbolic else {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}.get(str(encoding))
    if program is None or font.get("/Subtype") != Name.TrueType or (codec is None and not symbolic):
        yield "has glyph widths that are not checked here (6.2.11.5)"
        return
    try:
        data = program.read_bytes()
        advances, glyphs = truetype_advances(data), simple_glyphs(data, codec)
        first, widths = int(font.FirstChar), [float(width) for width in font.Widths]
    except (pikepdf.PdfError, *UNREADABLE):
        yield "has a program that cannot be read (6.2.11.4)"
        return
    if len(widths) != int(font.get("/LastChar", -1)) - first + 1:
        yield "has not as many widths as codes (6.2.11.2)"
    for code in sorted(set(b"".join(use.codes))):
        glyph = glyphs.get(code, 0)
        if glyph == 0:
            yield "shows the glyph .notdef (6.2.11.8)"
            return
        told = widths[code - first] if 0 <= code - first < len(widths) else float(descriptor.get("/MissingWidth", 0))
        if glyph >= len(advances) or abs(told - advances[glyph]) > 1:
            yield f"has another width for code {code} than its program (6.2.11.5)"
            return


def simple_glyphs(data: bytes, codec: str | None) -> dict[int, int]:
    """Glyph of each one-byte code, by ISO 32000-1, 9.6.6.4; `codec` is that of its encoding, None if symbolic.

    Raises KeyError or struct.error for a program without usable tables.
    """
    cmaps = truetype_cmaps(data)
    codes = range(256)
    if codec is not None:
        table = cmaps[3, 1]
        letters = {code: bytes([code]).decode(codec, "replace") for code in codes}
        return {code: table.get(ord(letter), 0) for code, letter in letters.items()}
    if (3, 0) in cmaps:
        table = cmaps[3, 0]
        high = next(iter(table), 0) & 0xFF00
        return {code: table.get(high | code, 0) for code in codes}
    table = cmaps[1, 0]
    return {code: table.get(code, 0) for code in codes}


def truetype_cmaps(data: bytes) -> dict[tuple[int, int], dict[int, int]]:
    """The character maps of formats 0, 4 and 6, by platform and encoding."""
    cmap = _tables(data)[b"cmap"]
    maps = {}
    for i in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * i)
        maps[platform, encoding] = _cmap(cmap, offset)
    return maps


def _cmap(cmap: bytes, at: int) -> dict[int, int]:
    kind = struct.unpack_from(">H", cmap, at)[0]
    if kind == 0:
        return dict(enumerate(cmap[at + 6:at + 262]))
    if kind == 6:
        first, count = struct.unpack_from(">HH", cmap, at + 6)
        return {first + i: glyph for i, glyph in enumerate(struct.unpack_from(f">{count}H", cmap, at + 10))}
    if kind != 4:
        return {}
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", cmap, at + 14)
    starts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", cmap, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", cmap, ranges_at)
    glyphs: dict[int, int] = {}
    for i in range(count):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if ranges[i]:
                glyph = struct.unpack_from(">H", cmap, ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i]))[0]
                if glyph == 0:
                    continue
            glyphs[code] = (glyph + deltas[i]) & 0xFFFF
    return glyphs


def _tables(data: bytes) -> dict[bytes, bytes]:
    tables = {}
    for i in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * i)
        tables[tag] = data[offset:offset + length]
    return tables


def truetype_advances(data: bytes) -> list[float]:
    """Advance width of each glyph in 1/1000 em, from the tables head, hhea, maxp and hmtx.

    Raises KeyError or struct.error for a program that lacks them.
    """
    tables = _tables(data)
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
