"""The image of one PDF page.

It is the scan itself where the page is one plain full-page image (14 ms against 42 ms for a render of the same page,
and no resampling), else a render.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.errors import RecognitionFailed, TooLarge
from pipeline.imaging.images import Affine, compose
from pipeline.imaging.pdfpages import Frame, Opened, covered, load, render_dpi, short
from pipeline.imaging.recognisers import Image

# Share of the page that one image must cover to be "the scan"; scanners leave a point or two at the edges.
FULL_PAGE = 0.90


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The page as pixels, standing as a viewer shows it. `to_points` maps pixel corners to points."""

    image: Image
    dpi: float
    to_points: Affine
    how: str  # "embedded" or "rendered"
    lowered: bool = False  # drawn below the resolution asked for, because of the guard


def picture(file: Opened, number: int, area: Frame, wanted_dpi: float, max_pixels: int) -> Picture:
    """The embedded scan of a page that is one plain full-page image, else a render of the page."""
    page = load(file, number)
    try:
        images, others = [], 0
        for item in page.get_objects(max_depth=4):
            if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                images.append(item)
            elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw)
                others += mode != pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
            elif item.type in (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING):
                others += 1
        dpi = _native_dpi(images, area)
        if len(images) == 1 and not others and covered(images[0], area) >= FULL_PAGE:
            taken = _embedded(file, number, images[0], area, max_pixels)
            if taken is not None:
                return taken
        return _rendered(page, number, area, dpi or wanted_dpi, max_pixels)
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The page cannot be drawn ({short(error)}).") from error
    except MemoryError as error:
        raise TooLarge(f"page {number}", "The page does not fit into memory.") from error
    finally:
        page.close()


def _native_dpi(images: list[Any], area: Frame) -> float | None:
    """The resolution of the scan where images cover the page (strips included); None for other pages."""
    if sum(covered(item, area) for item in images) < FULL_PAGE:
        return None
    found = []
    for item in images:
        left, bottom, right, top = item.get_bounds()
        across, down = item.get_px_size()
        if right - left > 1 and top - bottom > 1:
            found.append(math.sqrt(across * down / ((right - left) * (top - bottom))) * 72)
    return min(600.0, max(150.0, max(found))) if found else None


def _is_plain(file: Opened, number: int, size: tuple[int, int]) -> bool:
    """Whether the page's image of that size is grey or RGB without mask, stencil or changed decoding."""
    try:
        found = [image for image in _xobject_images(file.structure.pages[number - 1].obj.get("/Resources"), 0)
                 if (int(image.get("/Width", 0)), int(image.get("/Height", 0))) == size]
        if len(found) != 1:
            return False
        image = found[0]
        if any(key in image for key in ("/SMask", "/Mask", "/Decode")) or bool(image.get("/ImageMask", False)):
            return False
        space = image.get("/ColorSpace")
        if space is None:
            return "/JPXDecode" in str(image.get("/Filter"))
        if isinstance(space, pikepdf.Array):
            if space[0] == "/ICCBased":
                return int(space[1].get("/N", 0)) in (1, 3)
            return space[0] in ("/CalGray", "/CalRGB")
        return str(space) in ("/DeviceGray", "/DeviceRGB")
    except (AttributeError, KeyError, TypeError, ValueError, pikepdf.PdfError):
        return False


def _xobject_images(resources: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    if resources is None or depth > 4 or "/XObject" not in resources:
        return found
    for item in resources["/XObject"].values():
        if item.get("/Subtype") == "/Image":
            found.append(item)
        elif item.get("/Subtype") == "/Form":
            found.extend(_xobject_images(item.get("/Resources"), depth + 1))
    return found


def _embedded(file: Opened, number: int, item: Any, area: Frame, max_pixels: int) -> Picture | None:
    """The scan as it is, stood up as the page shows it; None where only a render gives the true look."""
    size = item.get_px_size()
    if size[0] * size[1] > max_pixels or not _is_plain(file, number, size):
        return None
    a, b, c, d, e, f = item.get_matrix().get()
    if not (abs(b) + abs(c) < 0.002 * (abs(a) + abs(d)) or abs(a) + abs(d) < 0.002 * (abs(b) + abs(c))):
        return None
    bitmap = item.get_bitmap(render=False)  # freed with its last reference
    if bitmap.mode not in ("L", "BGR", "BGRX", "BGRA"):
        return None
    image: Image = np.array(bitmap.to_numpy(), dtype=np.uint8)
    if image.shape[:2] != (size[1], size[0]):
        return None
    if image.ndim == 3:
        # Grey as L where the file says so; three equal channels of a "colour" scan stay three.
        image = image[..., 0] if image.shape[2] == 1 else np.ascontiguousarray(image[..., 2::-1])
    # Pixels (y down) to the unit square (y up), to user space, to the shown page.
    unit = (1 / size[0], 0.0, 0.0, 0.0, -1 / size[1], 1.0)
    across = compose(compose(unit, (a, c, e, b, d, f)), area.to_display)
    image, across = _stand_up(image, across)
    # Pixels far from square are stretched before they are read: so few as 1 x 40,000 would become a thousand million.
    longer, shorter = sorted((abs(across[0]), abs(across[4])), reverse=True)
    if image.shape[0] * image.shape[1] * longer > max_pixels * shorter:
        return None
    return Picture(image, 72 / math.sqrt(abs(across[0] * across[4])), across, "embedded")


def _stand_up(image: Image, across: Affine) -> tuple[Image, Affine]:
    """Pixels in the order of the shown page, so that the map has no turn or mirror left."""
    a, b, c, d, e, f = across
    if abs(b) > abs(a):
        image = np.ascontiguousarray(np.swapaxes(image, 0, 1))
        a, b, d, e = b, a, e, d
    height, width = image.shape[:2]
    if a < 0:
        image = np.ascontiguousarray(image[:, ::-1])
        a, c = -a, c + a * width
    if e < 0:
        image = np.ascontiguousarray(image[::-1])
        e, f = -e, f + e * height
    return image, (a, 0.0, c, 0.0, e, f)


def _rendered(page: Any, number: int, area: Frame, wanted: float, max_pixels: int) -> Picture:
    try:
        dpi = render_dpi(area, wanted, max_pixels)
    except TooLarge as error:
        raise TooLarge(f"page {number}", error.what) from None
    # RGB and not grey: pdfium's grey costs twice as much.
    bitmap = page.render(scale=dpi / 72, rev_byteorder=True)
    image: Image = np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)
    del bitmap
    height, width = image.shape[:2]
    return Picture(
        image, dpi, (area.width / width, 0.0, 0.0, 0.0, area.height / height, 0.0), "rendered", dpi < wanted * 0.99,
    )
