"""Look a PDF over against PDF/A-2b (or 3b): one row a rule, what it finds in plain words.

This is what decides whether an export may call itself PDF/A. The rules are those of ISO 19005-2:2011 that
can be judged without a font engine; where a rule needs one (glyph widths of a font program that we cannot
read), the finding says so and no claim is made. A file whose text is our own invisible layer over a scan
meets no such rule. Clause numbers are those of the standard; clauses about the bytes of the file (header,
trailer, cross-reference table) are kept by the way `searchable` saves.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.pdfmend import ALLOWED_ACTIONS, signatures
from pipeline.pdfstrip import INVISIBLE, MAX_DEPTH, SHOW, shown

# ISO 32000-1, annex A: every operator of a content stream.
OPERATORS = frozenset((  # noqa: SIM905
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n "
    "q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
).split())
FILTERS = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
    "/DCTDecode", "/JPXDecode",
})
INLINE_FILTERS = FILTERS | {"/AHx", "/A85", "/Fl", "/RL", "/CCF", "/DCT"}
ANNOTATIONS = frozenset({
    "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline",
    "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment", "/Widget", "/PrinterMark",
    "/TrapNet", "/Watermark", "/Redact",
})
BLEND_MODES = frozenset({
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn",
    "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity",
})
INTENTS = frozenset({"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"})
MAX_NESTING = 28  # of q, clause 6.1.13
MAX_FINDINGS = 20  # of one rule; more of the same help nobody


@dataclass(slots=True)
class FontUse:
    """A font that paints glyphs somewhere, and the codes it shows."""

    font: pikepdf.Object
    codes: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class Survey:
    """What the content streams of a file use. Keys of the maps are object identities."""

    fonts: dict[Any, FontUse] = field(default_factory=dict)
    images: dict[Any, pikepdf.Object] = field(default_factory=dict)
    forms: dict[Any, pikepdf.Object] = field(default_factory=dict)
    states: dict[Any, pikepdf.Object] = field(default_factory=dict)
    spaces: list[pikepdf.Object] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def _key(thing: Any) -> Any:
    return thing.objgen if thing.is_indirect else id(thing)


def survey(pdf: Pdf) -> Survey:
    """Walk all page content, forms, patterns, glyph procedures and annotation appearances."""
    found = Survey(objects=list(reachable(pdf)))
    for number, page in enumerate(pdf.pages, start=1):
        _walk(found, page, page.obj.get("/Resources", Dictionary()), f"page {number}", 0, 0)
        for annotation in page.obj.get("/Annots", Array()):
            if not isinstance(annotation, Dictionary):
                continue
            appearance = annotation.get("/AP", Dictionary()).get("/N")
            states = [appearance] if isinstance(appearance, pikepdf.Stream) else [
                value for value in (appearance.values() if isinstance(appearance, Dictionary) else ())
            ]
            for state in states:
                if isinstance(state, pikepdf.Stream):
                    _form(found, state, f"annotation on page {number}", 0, 0)
    return found


def reachable(pdf: Pdf) -> Iterator[Any]:
    """The indirect objects that will be saved: those that something leads to."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [pdf.Root, pdf.trailer.get("/Info")]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Array):
            inside: Iterable[Any] = thing
        elif isinstance(thing, Dictionary | pikepdf.Stream):
            inside = thing.values()
        else:
            continue
        if thing.is_indirect:
            if thing.objgen in seen:
                continue
            seen.add(thing.objgen)
            yield thing
        waiting.extend(inside)


def _form(found: Survey, form: pikepdf.Object, place: str, mode: int, depth: int) -> None:
    if _key(form) in found.forms or depth > MAX_DEPTH:
        return
    found.forms[_key(form)] = form
    resources = form.get("/Resources")
    if resources is None:
        resources = Dictionary()
    _walk(found, form, resources, place, mode, depth)


def _walk(found: Survey, source: Any, resources: Any, place: str, mode: int, depth: int) -> None:
    try:
        steps = pikepdf.parse_content_stream(source)
    except pikepdf.PdfError as error:
        found.faults.append(f"{place}: the content cannot be parsed ({str(error)[:80]})")
        return
    font: Any = None
    stack: list[tuple[int, Any]] = []
    for step in steps:
        operator, operands = str(step.operator), step.operands
        if isinstance(step, pikepdf.ContentStreamInlineImage):
            _inline(found, step, resources, place)
            continue
        first = operands[0] if len(operands) else None
        match operator:
            case "q":
                stack.append((mode, font))
                if len(stack) == MAX_NESTING + 1:
                    found.faults.append(f"{place}: graphics states nested deeper than {MAX_NESTING}")
            case "Q" if stack:
                mode, font = stack.pop()
            case "Tr" if first is not None:
                mode = int(first)
            case "Tf" if first is not None:
                font = _named(found, resources, "/Font", first, place)
            case "gs" if first is not None:
                state = _named(found, resources, "/ExtGState", first, place)
                if state is not None:
                    found.states[_key(state)] = state
                    if isinstance(state.get("/Font"), Array):
                        font = state["/Font"][0]
            case "k" | "K":
                found.spaces.append(Name.DeviceCMYK)
            case "cs" | "CS" if first is not None:
                _space(found, resources, first, place)
            case "ri" if str(first) not in INTENTS:
                found.faults.append(f"{place}: rendering intent {first} is not allowed (6.2.6)")
            case "scn" | "SCN" if len(operands) and isinstance(operands[-1], Name):
                _pattern(found, resources, operands[-1], place, depth)
            case "sh" if first is not None:
                shading = _named(found, resources, "/Shading", first, place)
                if shading is not None:
                    _space(found, resources, shading.get("/ColorSpace"), place)
            case "Do" if first is not None:
                _do(found, resources, first, place, mode, depth)
            case _ if operator in SHOW:
                if mode != INVISIBLE and font is not None:
                    use = found.fonts.setdefault(_key(font), FontUse(font))
                    use.codes.update(shown(operator, list(operands)))
                    _glyph_procedures(found, font, place, depth)
            case _ if operator not in OPERATORS:
                found.faults.append(f"{place}: unknown operator {operator!r} (6.2.2)")


def _named(found: Survey, resources: Any, kind: str, name: Any, place: str) -> Any:
    thing = resources.get(kind, Dictionary()).get(str(name))
    if thing is None:
        found.faults.append(f"{place}: {kind[1:]} {name} is used but not defined (6.2.2)")
    return thing


def _do(found: Survey, resources: Any, name: Any, place: str, mode: int, depth: int) -> None:
    thing = _named(found, resources, "/XObject", name, place)
    if not isinstance(thing, pikepdf.Stream):
        return
    if thing.get("/Subtype") == Name.Image:
        found.images[_key(thing)] = thing
        if "/ColorSpace" in thing and not bool(thing.get("/ImageMask", False)):
            _space(found, resources, thing["/ColorSpace"], place)
        mask = thing.get("/SMask")
        if isinstance(mask, pikepdf.Stream):
            found.images[_key(mask)] = mask
    else:
        _form(found, thing, place, mode, depth + 1)


def _space(found: Survey, resources: Any, space: Any, place: str) -> None:
    if isinstance(space, Name):
        name = str(space)
        if name in ("/DeviceGray", "/DeviceRGB", "/Pattern", "/G", "/RGB"):
            return
        if name not in ("/DeviceCMYK", "/CMYK"):
            space = resources.get("/ColorSpace", Dictionary()).get(name)
            if space is None:
                found.faults.append(f"{place}: colour space {name} is used but not defined (6.2.2)")
    if space is not None:
        found.spaces.append(space)


def _pattern(found: Survey, resources: Any, name: Any, place: str, depth: int) -> None:
    pattern = _named(found, resources, "/Pattern", name, place)
    if isinstance(pattern, pikepdf.Stream):
        _form(found, pattern, place, 0, depth + 1)
    elif isinstance(pattern, Dictionary) and "/Shading" in pattern:
        _space(found, resources, pattern["/Shading"].get("/ColorSpace"), place)


def _glyph_procedures(found: Survey, font: Any, place: str, depth: int) -> None:
    if font.get("/Subtype") != Name.Type3 or depth > MAX_DEPTH:
        return
    resources = font.get("/Resources", Dictionary())
    for procedure in font.get("/CharProcs", Dictionary()).values():
        if _key(procedure) not in found.forms:
            found.forms[_key(procedure)] = procedure
            _walk(found, procedure, resources, place, 0, depth + 1)


def _inline(found: Survey, step: Any, resources: Any, place: str) -> None:
    image = step.iimage
    for name in image.filters:
        if str(name) not in INLINE_FILTERS:
            found.faults.append(f"{place}: inline image with filter {name} (6.1.10)")
    if bool(image.obj.get("/Interpolate", image.obj.get("/I", False))):
        found.faults.append(f"{place}: inline image asks for interpolation (6.2.8)")
    if not image.image_mask:
        space = image.obj.get("/CS", image.obj.get("/ColorSpace"))
        if isinstance(space, Name):
            _space(found, resources, space, place)


# --- the rules --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` yields what breaks the rule of `clause`, each in words that name the place."""

    clause: str
    find: Callable[[Pdf, Survey], Iterable[str]]


def content_faults(pdf: Pdf, found: Survey) -> Iterator[str]:
    yield from found.faults
    for form in found.forms.values():
        if form.get("/Subtype") == Name.Form and "/Resources" not in form and _needs_resources(form):
            yield "a form inherits its resources (6.2.2)"


def _needs_resources(form: pikepdf.Object) -> bool:
    named = {"Tf", "Do", "gs", "sh", "cs", "CS"}
    return any(str(step.operator) in named for step in pikepdf.parse_content_stream(form))


def _leaves(value: Any, depth: int = 0) -> Iterator[Any]:
    """Values inside an object, without following references to other objects."""
    if depth > MAX_DEPTH or (depth and getattr(value, "is_indirect", False)):
        return
    if isinstance(value, Array):
        for item in value:
            yield from _leaves(item, depth + 1)
    elif isinstance(value, Dictionary | pikepdf.Stream):
        for key, item in value.items():
            yield Name(key)
            yield from _leaves(item, depth + 1)
    else:
        yield value


def _name_faults(name: Any) -> Iterator[str]:
    try:
        text = str(name)
    except UnicodeDecodeError:
        yield "a name that is not UTF-8 (6.1.8)"
        return
    if len(text.encode()) > 128:  # with its slash
        yield f"the name {text[:40]}... of more than 127 bytes"


def limits(pdf: Pdf, found: Survey) -> Iterator[str]:
    for thing in found.objects:
        for leaf in _leaves(thing):
            if isinstance(leaf, pikepdf.String) and len(bytes(leaf)) > 32767:
                yield "a string of more than 32767 bytes"
            elif isinstance(leaf, Name):
                yield from _name_faults(leaf)
            elif isinstance(leaf, int) and not isinstance(leaf, bool) and not -(2**31) <= leaf < 2**31:
                yield f"the integer {leaf}"
            elif isinstance(leaf, Decimal) and abs(leaf) > Decimal("3.403e38"):
                yield f"the real {leaf}"
    for number, page in enumerate(pdf.pages, start=1):
        for key in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
            box = page.obj.get(key)
            if isinstance(box, Array) and len(box) == 4:
                left, bottom, right, top = (float(value) for value in box)
                if not (3 <= abs(right - left) <= 14400 and 3 <= abs(top - bottom) <= 14400):
                    yield f"page {number}: {key[1:]} is smaller than 3 or larger than 14400 units"


def streams(pdf: Pdf, found: Survey) -> Iterator[str]:
    for thing in found.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        if "/F" in thing:
            yield "a stream lies in another file (6.1.7.1)"
        filters = thing.get("/Filter", Array())
        for name in filters if isinstance(filters, Array) else [filters]:
            if str(name) not in FILTERS:
                yield f"filter {name} (6.1.7.2)"


def output_intent(pdf: Pdf, found: Survey) -> Iterator[str]:
    intents = pdf.Root.get("/OutputIntents", Array())
    profiles = [i.DestOutputProfile for i in intents if i.get("/S") == Name.GTS_PDFA1 and "/DestOutputProfile" in i]
    if len(profiles) != 1:
        yield "no single output intent for PDF/A"
        return
    yield from _profile_faults(profiles[0], (b"prtr", b"mntr"), (b"RGB ", b"GRAY", b"CMYK"))


def _profile_faults(stream: Any, classes: tuple[bytes, ...], spaces: tuple[bytes, ...]) -> Iterator[str]:
    try:
        data = stream.read_bytes()
    except pikepdf.PdfError:
        yield "a colour profile cannot be read"
        return
    if len(data) < 128 or data[36:40] != b"acsp":
        yield "a colour profile is damaged"
        return
    if data[12:16] not in classes or data[16:20] not in spaces or data[8] >= 5:
        yield f"a colour profile is of class {data[12:16]!r}, space {data[16:20]!r}, version {data[8]}"
    wanted = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4, b"Lab ": 3}.get(data[16:20])
    if wanted is not None and int(stream.get("/N", 0)) != wanted:
        yield "a colour profile and its /N disagree"


def colours(pdf: Pdf, found: Survey) -> Iterator[str]:
    """With an RGB output intent, device CMYK has no meaning; gray and RGB have."""
    for space in found.spaces:
        yield from _space_faults(space, 0)


def _space_faults(space: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(space, Name):
        if str(space) in ("/DeviceCMYK", "/CMYK"):
            yield "device CMYK colour under an sRGB output intent (6.2.4.3)"
        return
    if not isinstance(space, Array) or not len(space):
        return
    match str(space[0]):
        case "/ICCBased":
            yield from _profile_faults(
                space[1], (b"prtr", b"mntr", b"scnr", b"spac"), (b"RGB ", b"GRAY", b"CMYK", b"Lab "),
            )
        case "/Indexed" | "/I" | "/Pattern" if len(space) > 1:
            yield from _space_faults(space[1], depth + 1)
        case "/Separation" | "/DeviceN" if len(space) > 2:
            yield from _space_faults(space[2], depth + 1)


def graphics_states(pdf: Pdf, found: Survey) -> Iterator[str]:
    for state in found.states.values():
        if "/TR" in state or "/HTP" in state or str(state.get("/TR2", "/Default")) != "/Default":
            yield "a transfer function or halftone phase (6.2.5)"
        modes = state.get("/BM", Name.Normal)
        for mode in modes if isinstance(modes, Array) else [modes]:
            if str(mode) not in BLEND_MODES:
                yield f"blend mode {mode} (6.2.10)"
        if str(state.get("/RI", "/Perceptual")) not in INTENTS:
            yield "a rendering intent (6.2.6)"


def images(pdf: Pdf, found: Survey) -> Iterator[str]:
    for image in found.images.values():
        for key in ("/Alternates", "/OPI"):
            if key in image:
                yield f"an image with {key[1:]}"
        if bool(image.get("/Interpolate", False)):
            yield "an image asks for interpolation"
        if str(image.get("/Intent", "/Perceptual")) not in INTENTS:
            yield "an image with an unknown rendering intent (6.2.6)"
        if "/JPXDecode" in str(image.get("/Filter", "")):
            yield from (f"JPEG 2000: {fault} (6.2.8.3)" for fault in jpeg2000_faults(image))
        elif "/ImageMask" not in image and int(image.get("/BitsPerComponent", 1)) not in (1, 2, 4, 8, 16):
            yield "an image with an odd number of bits per component"


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


def forms(pdf: Pdf, found: Survey) -> Iterator[str]:
    for form in found.forms.values():
        if "/OPI" in form or "/Ref" in form or "/PS" in form or form.get("/Subtype2") == Name.PS:
            yield "a form with PostScript, a reference or OPI"
    for thing in found.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.PS:
            yield "a PostScript object"


def annotation_faults(pdf: Pdf, found: Survey) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, start=1):
        for item in page.obj.get("/Annots", Array()):
            if not isinstance(item, Dictionary):
                continue
            kind = str(item.get("/Subtype", ""))
            place = f"page {number}: {kind[1:] or 'nameless'} annotation"
            if kind not in ANNOTATIONS:
                yield f"{place} is not allowed (6.3.1)"
            if kind == "/Popup":
                continue
            flags = int(item.get("/F", 0))
            if not flags & 4 or flags & (1 | 2 | 32 | 256):
                yield f"{place} is hidden or does not print (6.3.2)"
            box = [float(value) for value in item.get("/Rect", Array([0, 0, 0, 0]))]
            flat = len(box) == 4 and box[0] == box[2] and box[1] == box[3]
            appearance = item.get("/AP")
            if appearance is None:
                if kind != "/Link" and not flat:
                    yield f"{place} has no appearance (6.3.3)"
                continue
            if set(appearance.keys()) != {"/N"}:
                yield f"{place} has more than one appearance (6.3.3)"
            button = kind == "/Widget" and item.get("/FT", item.get("/Parent", Dictionary()).get("/FT")) == Name.Btn
            if isinstance(appearance.get("/N"), pikepdf.Stream) == button:
                yield f"{place} has an appearance of the wrong kind (6.3.3)"


def interaction(pdf: Pdf, found: Survey) -> Iterator[str]:
    """Forms, signatures and actions; the mends have taken most of them out."""
    if signatures(pdf):
        yield "a digital signature that no longer fits (6.4.3)"
    for thing in found.objects:
        if isinstance(thing, Dictionary) and "/S" in thing and ("/JS" in thing or thing.get("/Type") == Name.Action):
            kind = str(thing.get("/S"))
            if kind not in ALLOWED_ACTIONS:
                yield f"action {kind} (6.5.1)"


def attachments(pdf: Pdf, found: Survey) -> Iterator[str]:
    for name, item in pdf.attachments.items():
        if "/F" not in item.obj or "/UF" not in item.obj:
            yield f"attachment {name} lacks its name"


def layers(pdf: Pdf, found: Survey) -> Iterator[str]:
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return
    groups = {_key(group) for group in properties.get("/OCGs", Array())}
    for config in [properties.get("/D", Dictionary()), *properties.get("/Configs", Array())]:
        if "/Order" in config and not groups <= set(_members(config.Order)):
            yield "a layer is missing from the order of layers"


def _members(order: Any) -> Iterator[Any]:
    for item in order:
        if isinstance(item, Array):
            yield from _members(item)
        elif isinstance(item, Dictionary):
            yield _key(item)


def fonts(pdf: Pdf, found: Survey) -> Iterator[str]:
    for use in found.fonts.values():
        name = str(use.font.get("/BaseFont", "/without name"))[1:]
        yield from (f"font {name} {fault}" for fault in font_faults(use))


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


RULES = (
    Rule("6.1.7", streams),
    Rule("6.1.13", limits),
    Rule("6.2.2", content_faults),
    Rule("6.2.3", output_intent),
    Rule("6.2.4", colours),
    Rule("6.2.5", graphics_states),
    Rule("6.2.8", images),
    Rule("6.2.9", forms),
    Rule("6.2.11", fonts),
    Rule("6.3", annotation_faults),
    Rule("6.4, 6.5", interaction),
    Rule("6.8", attachments),
    Rule("6.9", layers),
)


def faults(pdf: Pdf) -> tuple[str, ...]:
    """Everything that stands against calling `pdf` PDF/A, each once, as "clause: what"; empty where nothing does."""
    found = survey(pdf)
    told: dict[str, None] = {}
    for rule in RULES:
        for i, fault in enumerate(dict.fromkeys(rule.find(pdf, found))):
            if i == MAX_FINDINGS:
                told[f"{rule.clause}: and more of the kind"] = None
                break
            told[f"{rule.clause}: {fault}"] = None
    return tuple(told)
