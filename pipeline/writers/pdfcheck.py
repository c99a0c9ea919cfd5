"""Look a PDF over against PDF/A-2b (or 3b): one row a rule, what it finds in plain words.

This is what decides whether an export may call itself PDF/A. The rules are those of ISO 19005-2:2011 that
can be judged without a font engine; where a rule needs one (glyph widths of a font program that we cannot
read), the finding says so and no claim is made. A file whose text is our own invisible layer over a scan
meets no such rule. Clause numbers are those of the standard; clauses about the bytes of the file (header,
trailer, cross-reference table) are kept by the way `searchable` saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.writers.pdfmedia import font_faults, jpeg2000_faults
from pipeline.writers.pdfmend import ALLOWED_ACTIONS, MALFORMED, signatures
from pipeline.writers.pdfstrip import MAX_DEPTH
from pipeline.writers.pdfsurvey import INTENTS, Survey, identity, survey

FILTERS = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
    "/DCTDecode", "/JPXDecode",
})
ANNOTATIONS = frozenset({
    "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline",
    "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment", "/Widget", "/PrinterMark",
    "/TrapNet", "/Watermark", "/Redact",
})
BLEND_MODES = frozenset({
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn",
    "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity",
})
MAX_FINDINGS = 20  # of one rule; more of the same help nobody


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
    groups = {identity(group) for group in properties.get("/OCGs", Array())}
    for config in [properties.get("/D", Dictionary()), *properties.get("/Configs", Array())]:
        if "/Order" in config and not groups <= set(_members(config.Order)):
            yield "a layer is missing from the order of layers"


def _members(order: Any) -> Iterator[Any]:
    for item in order:
        if isinstance(item, Array):
            yield from _members(item)
        elif isinstance(item, Dictionary):
            yield identity(item)


def fonts(pdf: Pdf, found: Survey) -> Iterator[str]:
    for use in found.fonts.values():
        name = str(use.font.get("/BaseFont", "/without name"))[1:]
        yield from (f"font {name} {fault}" for fault in font_faults(use))


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
    try:
        found = survey(pdf)
    except MALFORMED as error:
        return (f"6.1: the file is malformed ({str(error)[:80]})",)
    told: dict[str, None] = {}
    for rule in RULES:
        try:
            for i, fault in enumerate(dict.fromkeys(rule.find(pdf, found))):
                if i == MAX_FINDINGS:
                    told[f"{rule.clause}: and more of the kind"] = None
                    break
                told[f"{rule.clause}: {fault}"] = None
        except MALFORMED as error:
            told[f"{rule.clause}: cannot be judged, the file is malformed ({str(error)[:80]})"] = None
    return tuple(told)
