"""What the content of a PDF uses: fonts and the codes they show, pictures, colour spaces, graphics states.

Every page is walked with its forms, patterns, glyph procedures and annotation appearances. What cannot be
walked, or names what is not there, is a fault of the file and noted on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.writers.pdfstrip import INVISIBLE, MAX_DEPTH, SHOW, shown

# ISO 32000-1, annex A: every operator of a content stream.
OPERATORS = frozenset((  # noqa: SIM905
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n "
    "q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
).split())
INLINE_FILTERS = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/DCTDecode",
    "/AHx", "/A85", "/Fl", "/RL", "/CCF", "/DCT",
})
INTENTS = frozenset({"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"})
MAX_NESTING = 28  # of q, ISO 19005-2, 6.1.13


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


def identity(thing: Any) -> Any:
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
    if identity(form) in found.forms or depth > MAX_DEPTH:
        return
    found.forms[identity(form)] = form
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
                    found.states[identity(state)] = state
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
                    use = found.fonts.setdefault(identity(font), FontUse(font))
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
        found.images[identity(thing)] = thing
        if "/ColorSpace" in thing and not bool(thing.get("/ImageMask", False)):
            _space(found, resources, thing["/ColorSpace"], place)
        mask = thing.get("/SMask")
        if isinstance(mask, pikepdf.Stream):
            found.images[identity(mask)] = mask
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
        if identity(procedure) not in found.forms:
            found.forms[identity(procedure)] = procedure
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
