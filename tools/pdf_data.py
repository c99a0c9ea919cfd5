"""Make the two small files that every searchable PDF carries: `python tools/pdf_data.py`.

`pipeline/data/glyphless.ttf` is a TrueType font whose glyph 1 paints nothing; `pipeline/data/srgb.icc`
is an ICC version 2.1 display profile of the sRGB colour space. Both are written from public figures
alone, with fixed dates, so that a second run gives the same bytes; a test holds them equal.
"""

from __future__ import annotations

import struct
from pathlib import Path

DATA = Path(__file__).parent.parent / "pipeline" / "data"

# --- the font: OpenType specification 1.9, the tables that an embedded font needs ---------------------

ADVANCE = 500  # of 1000 units to the em
ASCENT, DESCENT = 800, -200


def table_checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def glyphless_font() -> bytes:
    """A TrueType font program: glyph 0 (.notdef) and glyph 1, 500 units wide, neither of which paints."""
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh", 0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0b1011, 1000, 0, 0,
        0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0,
    )
    hhea = struct.pack(">IhhhHhhhhhh8xhH", 0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 2)
    maxp = struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 2, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    hmtx = struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0)
    # Glyph 1 is a path from corner to corner and back: it encloses nothing and so paints nothing, but its
    # bounding box tells readers (pdfium) how high to draw a highlight.
    glyf = struct.pack(">hhhhhHH", 1, 0, DESCENT, ADVANCE, ASCENT, 1, 0) + bytes([1, 1])
    glyf += struct.pack(">hhhh", 0, ADVANCE, DESCENT, ASCENT - DESCENT)
    loca = struct.pack(">HHH", 0, 0, len(glyf) // 2)
    # One (3, 0) symbol subtable, U+F020 -> glyph 1; nothing uses it, but a font without a cmap is odd.
    segments = struct.pack(
        ">HHHHHHHHHhhHH", 4, 0, 1, 0, 0xF020, 0xFFFF, 0, 0xF020, 0xFFFF, _signed(1 - 0xF020), 1, 0, 0,
    )
    subtable = struct.pack(">HHH", 4, len(segments) + 6, 0) + segments
    cmap = struct.pack(">HHHHI", 0, 1, 3, 0, 12) + subtable
    tables = {
        b"cmap": cmap, b"glyf": glyf, b"head": head, b"hhea": hhea, b"hmtx": hmtx, b"loca": loca, b"maxp": maxp,
    }
    start = 12 + 16 * len(tables)
    directory, body = b"", b""
    for tag, data in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, table_checksum(data), start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    font = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, len(tables) * 16 - 64) + directory + body
    adjustment = (0xB1B0AFBA - table_checksum(font)) & 0xFFFFFFFF
    at = font.index(head) + 8
    return font[:at] + struct.pack(">I", adjustment) + font[at + 4:]


def _signed(value: int) -> int:
    """As a 16-bit number with sign."""
    return (value + 0x8000) % 0x10000 - 0x8000


# --- the profile: ICC.1:2001-04; primaries and curve of IEC 61966-2-1, adapted to D50 -----------------

PRIMARIES = {  # XYZ of red, green and blue, Bradford-adapted from D65 to D50
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
D50 = (0.9642, 1.0, 0.8249)


def srgb_curve(steps: int = 1024) -> bytes:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    points = [round(linear(i / (steps - 1)) * 65535) for i in range(steps)]
    return b"curv\0\0\0\0" + struct.pack(f">I{steps}H", steps, *points)


def xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def srgb_profile() -> bytes:
    name = b"sRGB (Sohoa)"
    description = (
        b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0"
        + struct.pack(">IIHB", 0, 0, 0, 0) + b"\0" * 67
    )
    rights = b"text\0\0\0\0" + b"No copyright, use freely (CC0)\0"
    curve = srgb_curve()
    tags = {b"desc": description, b"cprt": rights, b"wtpt": xyz(D50)}
    tags |= {tag: xyz(values) for tag, values in PRIMARIES.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    body = b""
    for data in tags.values():
        if data not in places:
            places[data] = start + len(body)
            body += data + b"\0" * (-len(data) % 4)
    index = struct.pack(">I", len(tags)) + b"".join(
        struct.pack(">4sII", tag, places[data], len(data)) for tag, data in tags.items()
    )
    header = (
        struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
        + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 4 + struct.pack(">I", 0) + b"\0" * 8
        + struct.pack(">QI", 0, 0) + xyz(D50)[8:] + b"\0" * 4
    )
    return header.ljust(128, b"\0") + index + body


def main() -> None:
    DATA.mkdir(exist_ok=True)
    (DATA / "glyphless.ttf").write_bytes(glyphless_font())
    (DATA / "srgb.icc").write_bytes(srgb_profile())


if __name__ == "__main__":
    main()
