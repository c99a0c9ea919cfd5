"""Take an old, rejected text layer out of a PDF page, leaving what the eye sees as it is.

Three kinds of text are told apart, each with its own treatment:

* invisible text (rendering mode 3), as OCR programs write it: its show operators are taken out;
* text painted first and then covered by an opaque picture of the page: taken out likewise;
* text that is really seen (a legacy font, a stamp): it stays painted, but its fonts get a ToUnicode map
  that makes every code a space, so that searching and copying no longer find the wrong letters.
"""

from __future__ import annotations

import copy as copying
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pikepdf
from pikepdf import Dictionary, Name, Operator, Pdf

# A picture that covers this share of the page hides what was painted before it. Scanners leave margins.
COVERING_SHARE = 0.8
MAX_DEPTH_OF_TREE = 50  # of the page tree, likewise
MAX_DEPTH = 12  # of forms within forms; a deeper file is a loop or an attack

SHOW = frozenset({"Tj", "TJ", "'", '"'})
# All that is of use to text alone; goes where no text is left to show.
TEXT_ONLY = SHOW | {"BT", "ET", "Tf", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Tr", "Ts"}
INVISIBLE = 3

Step = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage
Six = tuple[float, float, float, float, float, float]
IDENTITY: Six = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Stripped:
    """What became of a page's own text: how many show operators were taken out, how many fonts muted."""

    removed: int = 0
    muted: int = 0


def inherited(page: pikepdf.Page, key: str) -> Any:
    """A page's entry, its own or that of a node above it; None where there is none.

    (`pikepdf.Page.resources` would put an empty dictionary over what a page inherits.)
    """
    node: Any = page.obj
    for _ in range(MAX_DEPTH_OF_TREE):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def resources_of(page: pikepdf.Page) -> pikepdf.Object:
    """The resources that a page's content names, an empty dictionary where it has none."""
    found = inherited(page, "/Resources")
    return found if isinstance(found, Dictionary) else Dictionary()


def multiply(first: Six, then: Six) -> Six:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _six(values: Sequence[pikepdf.Object]) -> Six:
    numbers = [float(value) for value in values]
    return IDENTITY if len(numbers) != 6 else tuple(numbers)  # type: ignore[return-value]


def _shadow(matrix: Six, box: tuple[float, float, float, float]) -> float:
    """Share of `box` (left, bottom, right, top) that the unit square covers under `matrix`."""
    corners = [(0, 0), (1, 0), (0, 1), (1, 1)]
    xs = [matrix[0] * x + matrix[2] * y + matrix[4] for x, y in corners]
    ys = [matrix[1] * x + matrix[3] * y + matrix[5] for x, y in corners]
    width = min(max(xs), box[2]) - max(min(xs), box[0])
    height = min(max(ys), box[3]) - max(min(ys), box[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(width, 0) * max(height, 0) / area if area > 0 else 0.0


def _opaque(image: pikepdf.Object) -> bool:
    return "/SMask" not in image and "/Mask" not in image and not bool(image.get("/ImageMask", False))


def _xobject(resources: pikepdf.Object, name: pikepdf.Object) -> pikepdf.Object | None:
    found = resources.get("/XObject", Dictionary()).get(str(name))
    return found if isinstance(found, pikepdf.Stream) else None


def last_cover(
    instructions: Sequence[Step], resources: pikepdf.Object, matrix: Six,
    box: tuple[float, float, float, float], depth: int = 0,
) -> int:
    """Index of the last instruction that paints an opaque picture over the page; -1 where none does."""
    stack: list[Six] = []
    found = -1
    for i, step in enumerate(instructions):
        match str(step.operator):
            case "q":
                stack.append(matrix)
            case "Q":
                matrix = stack.pop() if stack else matrix
            case "cm":
                matrix = multiply(_six(list(step.operands)), matrix)
            case "Do":
                thing = _xobject(resources, step.operands[0]) if step.operands else None
                if thing is None:
                    continue
                if thing.get("/Subtype") == Name.Image:
                    if _opaque(thing) and _shadow(matrix, box) >= COVERING_SHARE:
                        found = i
                elif depth < MAX_DEPTH:
                    within = multiply(_six(list(thing.get("/Matrix", []))), matrix)
                    inner = thing.get("/Resources", resources)
                    if last_cover(pikepdf.parse_content_stream(thing), inner, within, box, depth + 1) >= 0:
                        found = i
    return found


@dataclass(slots=True)
class _State:
    mode: int = 0
    font: str = ""


@dataclass(slots=True)
class _Change:
    """What becomes of one content stream: new content (None: as it was), and resources to replace by kind and name."""

    content: bytes | None = None
    entries: dict[str, dict[str, pikepdf.Object]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.content is not None or bool(self.entries)


class _Silencer:
    def __init__(self, pdf: Pdf, box: tuple[float, float, float, float]) -> None:
        self.pdf = pdf
        self.box = box
        self.removed = 0
        self.muted = 0

    def change(
        self, source: pikepdf.Object | pikepdf.Page, resources: pikepdf.Object, matrix: Six, state: _State,
        covered: bool, depth: int,
    ) -> _Change:
        """Take the hidden text out of a page or form and mute what is seen, forms within it included."""
        instructions = list(pikepdf.parse_content_stream(source))
        cover = len(instructions) if covered else last_cover(instructions, resources, matrix, self.box, depth)
        kept: list[Step | tuple[list[pikepdf.Object], Operator]] = []
        forms: dict[str, pikepdf.Object] = {}
        seen: dict[str, set[bytes]] = {}
        stack: list[tuple[_State, Six]] = []
        removed = 0
        for i, step in enumerate(instructions):
            operator = str(step.operator)
            operands: list[Any] = list(step.operands)
            match operator:
                case "q":
                    stack.append((_State(state.mode, state.font), matrix))
                case "Q" if stack:
                    state, matrix = stack.pop()
                case "cm":
                    matrix = multiply(_six(operands), matrix)
                case "Tr" if operands:
                    state.mode = int(operands[0])
                case "Tf" if operands:
                    state.font = str(operands[0])
                case "Do" if operands and depth < MAX_DEPTH:
                    name = str(operands[0])
                    form = self._form(name, resources, matrix, state, i < cover, depth)
                    if form is not None:
                        forms[name] = form
            if operator not in SHOW:
                kept.append(step)
            elif state.mode == INVISIBLE or i < cover:
                removed += 1
                kept += _moves(operator, operands)
            else:
                seen.setdefault(state.font, set()).update(shown(operator, operands))
                kept.append(step)
        self.removed += removed
        change = _Change()
        if removed:
            if not seen:
                kept = [s for s in kept if not isinstance(s, tuple) and str(s.operator) not in TEXT_ONLY]
            change.content = pikepdf.unparse_content_stream(cast("list[Any]", kept))
        silent = self._silent(resources, seen)
        change.entries = {kind: made for kind, made in (("/XObject", forms), ("/Font", silent)) if made}
        return change

    def _form(
        self, name: str, resources: pikepdf.Object, matrix: Six, state: _State, covered: bool, depth: int,
    ) -> pikepdf.Object | None:
        """A copy of the form `name` that says nothing; None where it says nothing already or is no form."""
        form = _xobject(resources, Name(name))
        if form is None or form.get("/Subtype") != Name.Form:
            return None
        own = form.get("/Resources", resources)
        within = multiply(_six(list(form.get("/Matrix", []))), matrix)
        change = self.change(form, own, within, _State(state.mode, state.font), covered, depth + 1)
        if not change:
            return None
        left_out = {"/Length"} if change.content is None else {"/Length", "/Filter", "/DecodeParms"}
        entries = {key: value for key, value in form.items() if key not in left_out}
        if change.content is None:
            copy = self.pdf.make_stream(b"", entries)
            coding: dict[str, Any] = {"filter": form.get("/Filter"), "decode_parms": form.get("/DecodeParms")}
            copy.write(form.read_raw_bytes(), **coding)
        else:
            copy = self.pdf.make_stream(change.content, entries)
        copy.Resources = _with_all(own, change)
        return copy

    def _silent(self, resources: pikepdf.Object, seen: dict[str, set[bytes]]) -> dict[str, pikepdf.Object]:
        """Copies of the fonts whose text is seen, with every code they show meaning a space."""
        fonts = resources.get("/Font", Dictionary())
        silent: dict[str, pikepdf.Object] = {}
        for name, codes in seen.items():
            font = fonts.get(name)
            if isinstance(font, Dictionary):
                # Not by way of Python: a damaged file holds numbers that do not come back from it.
                copy = copying.copy(font)
                copy.ToUnicode = self.pdf.make_stream(_spaces(codes, 2 if font.get("/Subtype") == Name.Type0 else 1))
                silent[name] = self.pdf.make_indirect(copy)
                self.muted += 1
        return silent


def _with_all(resources: pikepdf.Object, change: _Change) -> pikepdf.Object:
    for kind, entries in change.entries.items():
        resources = with_entries(resources, kind, entries)
    return resources


def _moves(operator: str, operands: list[Any]) -> list[tuple[list[pikepdf.Object], Operator]]:
    """What a removed show operator does besides showing: ' and " go to the next line and set spacing."""
    if operator == "'":
        return [([], Operator("T*"))]
    if operator == '"' and len(operands) == 3:
        return [([operands[0]], Operator("Tw")), ([operands[1]], Operator("Tc")), ([], Operator("T*"))]
    return []


def shown(operator: str, operands: Sequence[Any]) -> list[bytes]:
    """The strings that a show operator shows."""
    if not operands:
        return []
    last = operands[-1]
    items = list(last) if operator == "TJ" else [last]
    return [bytes(item) for item in items if isinstance(item, pikepdf.String)]


def with_entries(resources: pikepdf.Object, kind: str, entries: Mapping[str, pikepdf.Object]) -> pikepdf.Object:
    """A copy of a resource dictionary with `entries` put into its `kind`; the original may be shared by others."""
    copy = Dictionary(dict(resources.items()))
    group = Dictionary(dict(resources.get(kind, Dictionary()).items()))
    for name, value in entries.items():
        group[name] = value
    if len(group.keys()):
        copy[kind] = group
    return copy


def silence(pdf: Pdf, page: pikepdf.Page) -> Stripped:
    """Make the page's own text silent: what is hidden is taken out, what is seen stays painted and means spaces.

    The page gets new content only where something was taken out of it.
    """
    box = [float(value) for value in page.cropbox]
    left, right = sorted((box[0], box[2]))
    bottom, top = sorted((box[1], box[3]))
    silencer = _Silencer(pdf, (left, bottom, right, top))
    resources = resources_of(page)
    change = silencer.change(page, resources, IDENTITY, _State(), False, 0)
    if change.entries:
        page.obj.Resources = _with_all(resources, change)
    if change.content is not None:
        page.obj.Contents = pdf.make_stream(change.content)
        _drop_unused_fonts(page)
    return Stripped(silencer.removed, silencer.muted)


def _drop_unused_fonts(page: pikepdf.Page) -> None:
    """Fonts that only the removed text used would stand in the way of PDF/A for nothing."""
    used = {
        str(step.operands[0]) for step in pikepdf.parse_content_stream(page)
        if str(step.operator) == "Tf" and len(step.operands)
    }
    resources = Dictionary(dict(resources_of(page).items()))
    fonts = resources.get("/Font", Dictionary())
    resources.Font = Dictionary({key: value for key, value in fonts.items() if key in used})
    page.obj.Resources = resources


def _spaces(strings: set[bytes], width: int) -> bytes:
    """A ToUnicode map from every code of `width` bytes in `strings` to U+0020."""
    codes = sorted({text[i:i + width] for text in strings for i in range(0, len(text) - width + 1, width)})
    lines = [f"<{code.hex()}> <0020>" for code in codes]
    blocks = [lines[i:i + 100] for i in range(0, len(lines), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<{'00' * width}> <{'FF' * width}>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
