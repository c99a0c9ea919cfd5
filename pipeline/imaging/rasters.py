"""The border to Pillow: image files, their pages as pixels, and the resolution that is believed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import PIL
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from pipeline.document import Step
from pipeline.errors import EmptyFile, TooLarge, UnreadableFile
from pipeline.imaging import streaks
from pipeline.imaging.images import Affine, PageInput
from pipeline.imaging.recognisers import Image
from pipeline.imaging.sources import VERSION, Source, opened_image
from pipeline.settings import Settings

FINE_DPI = 450.0  # letters are read at 150 to 200 dots per inch; a JPEG beyond this is decoded at half its size
SQUARE_ENOUGH = 1.15  # scanners' own axes differ by a hundredth or two
ASSUMED_LONG_SIDE = 11.69  # inches: A4, for images that do not say their resolution
SANE_DPI = (90.0, 1300.0)  # cameras and screens write 72 or 96 without meaning it; 90 lets 96-dpi faxes through
DISPLAY_DPI = {72, 96}


@contextlib.contextmanager
def _pillow(source: Source) -> Iterator[Any]:
    """The image file, Pillow's exceptions made ours."""
    try:
        with opened_image(source.path) as image:
            yield image
    except Pillow.DecompressionBombError as error:
        most = 2 * (Pillow.MAX_IMAGE_PIXELS or 0)
        what = f"The image says of itself that it has more than {most // 1_000_000} million pixels."
        raise TooLarge(source.name, what, cure="If that is true, cut it into several images.") from error
    except UnidentifiedImageError as error:
        raise UnreadableFile(source.name, "The image is damaged (its head cannot be understood).") from error
    except (OSError, SyntaxError, ValueError, EOFError, TypeError) as error:
        raise UnreadableFile(source.name, f"The image is damaged ({str(error)[:100]}).") from error


def looked_at(source: Source, settings: Settings) -> Source:
    """The file with its number of pages; an image alone is decoded once. Raises UnreadableFile, TooLarge, EmptyFile."""
    with _pillow(source) as image:
        # the second picture of a JPEG is a preview, or what the other eye sees
        pages = 1 if source.media_type == "image/jpeg" else int(getattr(image, "n_frames", 1))
        if pages > settings.max_pages:
            raise TooLarge(source.name, f"{pages} pages, over max_pages = {settings.max_pages}.")
        if pages == 1:
            _check_pixels(image, source.name, settings)
            if source.media_type == "image/jpeg":
                image.draft(image.mode, (image.width // 8, image.height // 8))
            image.load()  # a cut-off image should be told now and not when its page is read
    return replace(source, page_count=pages)


def _check_pixels(image: Any, name: str, settings: Settings, across: float = 1.0, down: float = 1.0) -> None:
    """`across` and `down` are how much wider and higher the image will be when its pixels are square."""
    width, height = round(image.size[0] * across), round(image.size[1] * down)
    if width * height > settings.max_page_pixels:
        raise TooLarge(
            name, f"The image has {width} x {height} pixels, over max_page_pixels = {settings.max_page_pixels}.",
        )
    if width < 8 or height < 8:
        raise EmptyFile(name, f"The image has {width} x {height} pixels.")


def page(source: Source, number: int, settings: Settings) -> PageInput:
    """Page `number` (from 1) of an image file, stood up as its EXIF mark says, pixels square.

    Raises UnreadableFile, TooLarge or EmptyFile.
    """
    with _pillow(source) as file:
        if source.page_count > 1:
            file.seek(number - 1)
        _check_pixels(file, source.name, settings)
        said = file.info.get("dpi")
        across, down = file.size
        dpi_x, dpi_y = _image_dpi(said, across, down)
        if source.media_type == "image/jpeg" and min(dpi_x, dpi_y) > FINE_DPI:
            file.draft(file.mode, (across // 2, down // 2))  # decoded at half size, a quarter of the memory
            dpi_x, dpi_y = dpi_x * file.size[0] / across, dpi_y * file.size[1] / down
        finest, coarsest = max(dpi_x, dpi_y), min(dpi_x, dpi_y)
        if finest > SQUARE_ENOUGH * coarsest:
            _check_pixels(file, source.name, settings, finest / dpi_x, finest / dpi_y)
        if source.media_type != "image/tiff":
            before = file.size
            ImageOps.exif_transpose(file, in_place=True)
            if file.size != before:
                dpi_x, dpi_y = dpi_y, dpi_x
        image = _pixels(file)
    height, width = image.shape[:2]
    to_points: Affine = (72 / dpi_x, 0.0, 0.0, 0.0, 72 / dpi_y, 0.0)
    detail: dict[str, Any] = {"image": source.media_type, "pixels": [width, height], "stated_dpi": _plain_dpi(said)}
    image, to_points, dpi = without_fax_faults(image, to_points, detail)
    return PageInput(
        number, width * 72 / dpi_x, height * 72 / dpi_y, "ocr", image, dpi, to_points,
        steps=(Step("ingest", f"{VERSION}, Pillow {PIL.__version__}", detail),),
    )


def _plain_dpi(said: Any) -> list[float] | None:
    try:
        stated = [round(float(value), 1) for value in said[:2]]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return stated if all(map(math.isfinite, stated)) else None  # a TIFF may say 0/0


def _image_dpi(said: Any, width: int, height: int) -> tuple[float, float]:
    """The stated resolution where it is believable for paper, else what makes the long side that of A4."""
    stated = _plain_dpi(said)
    if stated is not None and len(stated) == 2:
        low, high = SANE_DPI
        x, y = stated
        whole = round(x) in DISPLAY_DPI and round(y) in DISPLAY_DPI
        if low <= x <= high and low <= y <= high and not whole and 0.4 < x / y < 2.5:
            return x, y
    assumed = max(width, height) / ASSUMED_LONG_SIDE
    return assumed, assumed


def _pixels(frame: Any) -> Image:
    """8-bit grey or RGB; transparency on white, 16 bits scaled, bilevel as 0 and 255."""
    if frame.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        deep = np.asarray(frame, dtype=np.float32)
        # a scanner of 12 bits leaves the upper ones empty: white is the fullest number of as many bits as are used
        top = float(2 ** max(8, int(deep.max(initial=0.0)).bit_length()) - 1)
        eight: Image = np.clip(deep * (255.0 / top), 0, 255).astype(np.uint8)
        return eight
    if frame.mode in ("RGBA", "LA", "PA") or (frame.mode == "P" and "transparency" in frame.info):
        layered = frame.convert("RGBA")
        paper = Pillow.new("RGBA", layered.size, (255, 255, 255, 255))
        frame = Pillow.alpha_composite(paper, layered).convert("RGB")
    # `convert` copies even where there is nothing to convert.
    wanted = "L" if frame.mode in ("1", "L") else "RGB"
    return np.array(frame if frame.mode == wanted else frame.convert(wanted), dtype=np.uint8)


def without_fax_faults(image: Image, to_points: Affine, detail: dict[str, Any]) -> tuple[Image, Affine, float]:
    """The image with the lines that a fax lost carried on (told in `detail`) and pixels as wide as high, its map, and
    its resolution."""
    whole, lost = streaks.without_lost_lines(image)
    if lost:
        detail["lost_lines"] = lost
    return _square(whole, to_points)


def _square(image: Image, to_points: Affine) -> tuple[Image, Affine, float]:
    """The image with pixels as wide as high, its map, and its resolution.

    A fax in standard mode has 204 dots across and 98 down; letters half as high as wide are read by no model.
    """
    across, down = 72 / abs(to_points[0]), 72 / abs(to_points[4])
    if 1 / SQUARE_ENOUGH < across / down < SQUARE_ENOUGH:
        return image, to_points, math.sqrt(across * down)
    dpi = max(across, down)
    height, width = image.shape[:2]
    size = (round(width * dpi / across), round(height * dpi / down))
    a, _, c, _, e, f = to_points
    squared: Image = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
    return squared, (a * width / size[0], 0.0, c, 0.0, e * height / size[1], f), dpi
