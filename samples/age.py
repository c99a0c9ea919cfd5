"""Age clean pages into scans of several kinds, always the same way.

Every kind is a function `Sheet -> Scan`: a page image of 300 dpi in, an image as a scanner, a copier, a fax machine
or a phone would give it out, and with it the way each point of the page has gone, so that the true place of every
word is known on the aged page too. All chance comes from a `numpy.random.Generator` seeded with the sample's
name, the kind and the page; the same versions of numpy, OpenCV and Pillow give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples import fonts
from samples.typeset import DPI, MM, Page

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
Move = Callable[[Points], Points]  # points of the 300-dpi page in pixels -> points of the scan in pixels

COLUMNS, ROWS = 9, 13  # nodes of the mesh that records where a page's points have gone
SEAL_RED, INK_BLUE = (198, 36, 48), (38, 52, 140)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One clean page: image (grey, 300 dpi), what stands on it, the back of the next sheet, and the chance."""

    image: Pixels
    page: Page
    back: Pixels
    issuer: str
    rng: np.random.Generator
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class Scan:
    """One aged page. `dpi` is (across, down); `bilevel` pages are stored as CCITT G4, others as JPEG."""

    image: Pixels
    dpi: tuple[float, float]
    move: Move
    bilevel: bool = False
    quality: int = 50

    def mesh(self, page: Page) -> list[list[list[float]]]:
        """Where a lattice of the page's points stands on the scan, both in PDF points."""
        across, down = np.meshgrid(np.linspace(0, page.width, COLUMNS), np.linspace(0, page.height, ROWS))
        moved = self.move(np.stack([across.ravel(), down.ravel()], axis=1) * DPI / 72)
        moved = moved * 72 / np.array(self.dpi)
        lattice: list[list[list[float]]] = np.round(moved, 1).reshape(ROWS, COLUMNS, 2).tolist()
        return lattice


def generator(*names: object) -> np.random.Generator:
    """The chance that belongs to these names."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big")))


# --- small tools ------------------------------------------------------------------------------------------


def noise(rng: np.random.Generator, shape: tuple[int, int], coarse: int) -> NDArray[np.float32]:
    """Smooth noise of mean 0 and deviation 1, with blobs about `coarse` pixels wide."""
    small = rng.standard_normal((shape[0] // coarse + 2, shape[1] // coarse + 2)).astype(np.float32)
    full = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((full - full.mean()) / (full.std() + 1e-6), np.float32)


def affine(
    image: Pixels,
    degrees: float,
    dpi: float,
    paper: int | tuple[int, int, int] = 255,
    shift: tuple[float, float] = (0.0, 0.0),
) -> tuple[Pixels, Move]:
    """Turn by a small angle about the centre and bring to `dpi`."""
    height, width = image.shape[:2]
    scale = dpi / DPI
    size = (round(width * scale), round(height * scale))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix = np.vstack([matrix, [0, 0, 1]])
    matrix = np.diag([scale, scale, 1]) @ np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1]]) @ matrix
    soft = cv2.GaussianBlur(image, (0, 0), 0.45 / scale) if scale < 1 else image  # what a coarser sensor averages
    fill = (paper,) * 3 if isinstance(paper, int) else paper
    out = cv2.warpAffine(soft, matrix[:2], size, flags=cv2.INTER_CUBIC, borderValue=fill)

    def move(points: Points) -> Points:
        return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2])

    return np.asarray(out, np.uint8), move


def clip(values: NDArray[np.floating]) -> Pixels:
    """To 8 bits."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def speckle(image: Pixels, rng: np.random.Generator, count: int, largest: float = 1.6) -> Pixels:
    """Dark specks at random places."""
    out = image.copy()
    for _ in range(count):
        x, y = int(rng.integers(0, image.shape[1])), int(rng.integers(0, image.shape[0]))
        radius = int(rng.uniform(0, largest))
        cv2.circle(out, (x, y), radius, int(rng.integers(0, 90)), -1)
    return out


def signing_place(page: Page) -> tuple[float, float] | None:
    """Middle of the gap between the signer's position and name, in points; None where nobody signs."""
    words = [word for word in page.words if word.area == "foot_right"]
    if not words:
        return None
    name = max(word.line for word in words)
    below = [word for word in words if word.line == name]
    above = [word for word in words if word.line < name] or below
    x = (min(word.box[0] for word in below) + max(word.box[2] for word in below)) / 2
    return x, (max(word.box[3] for word in above) + min(word.box[1] for word in below)) / 2


def stamped(sheet: Sheet) -> Pixels:
    """The page in colour, with the red seal and the signature where the page is signed."""
    colour = np.repeat(sheet.image[:, :, None], 3, axis=2)
    place = signing_place(sheet.page)
    if place is None:
        return colour
    rng, scale = sheet.rng, DPI / 72
    size = round(38 * MM * scale)
    seal = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(seal)
    thick = round(1.2 * scale)
    pen.ellipse((4, 4, size - 5, size - 5), outline=255, width=thick * 2)
    inner = round(size * 0.2)
    pen.ellipse((inner, inner, size - inner, size - inner), outline=255, width=thick)
    centre = size / 2
    star = [
        (
            centre + (size * 0.16 if k % 2 == 0 else size * 0.065) * np.sin(k * np.pi / 5),
            centre - (size * 0.16 if k % 2 == 0 else size * 0.065) * np.cos(k * np.pi / 5),
        )
        for k in range(10)
    ]
    pen.polygon([(float(x), float(y)) for x, y in star], fill=255)
    letters = sheet.issuer.upper()
    face = fonts.face("Liberation Sans", "b", 8.2 * scale)
    for index, letter in enumerate(letters):
        angle = -140 + 280 * index / max(1, len(letters) - 1)
        tile = Image.new("L", (round(14 * scale), round(14 * scale)), 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), letter, fill=255, font=face, anchor="mm")
        turned = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        x = centre + size * 0.385 * np.sin(np.radians(angle)) - tile.width / 2
        y = centre - size * 0.385 * np.cos(np.radians(angle)) - tile.height / 2
        seal.paste(255, (round(x), round(y)), turned)
    cover = np.asarray(seal.rotate(float(rng.uniform(-12, 12)), resample=Image.Resampling.BICUBIC), np.float32) / 255
    cover *= np.clip(0.8 + 0.14 * noise(rng, cover.shape[:2], 14), 0.35, 0.97)  # uneven ink pad
    x0 = round((place[0] - 62) * scale - size / 2)
    y0 = round(place[1] * scale - size / 2 + rng.uniform(-10, 10))
    lay(colour, cover, (max(0, x0), max(0, y0)), SEAL_RED)
    strokes = Image.new("L", (round(150 * scale), round(60 * scale)), 0)
    pen = ImageDraw.Draw(strokes)
    steps = np.linspace(0, 1, 160)
    for _ in range(3):
        phase, turns = rng.uniform(0, 6), rng.uniform(2.2, 4.5)
        xs = (0.1 + 0.8 * steps) * strokes.width + 22 * np.sin(steps * turns * 6.3 + phase)
        ys = (0.5 + 0.32 * np.sin(steps * turns * 5 + phase) * (1 - 0.6 * steps)) * strokes.height
        pen.line(
            [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)],
            fill=255,
            width=round(1.1 * scale),
            joint="curve",
        )
    cover = np.asarray(strokes, np.float32) / 255 * 0.9
    lay(
        colour,
        cover,
        (round(place[0] * scale - strokes.width / 2), round(place[1] * scale - strokes.height / 2)),
        INK_BLUE,
    )
    return colour


def lay(colour: Pixels, cover: NDArray[np.floating], corner: tuple[int, int], ink: tuple[int, int, int]) -> None:
    """Lay ink over the page (multiplied, as ink is) at a corner, in place."""
    x, y = corner
    part = colour[y : y + cover.shape[0], x : x + cover.shape[1]]
    cover = cover[: part.shape[0], : part.shape[1], None]
    inked = part.astype(np.float32) * np.array(ink, np.float32) / 255
    part[:] = clip(part * (1 - cover) + inked * cover)


def grey(colour: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)


# --- kinds ------------------------------------------------------------------------------------------------


def clean(sheet: Sheet) -> Scan:
    """300 dpi, black and white, straight."""
    return Scan(clip(np.where(sheet.image > 140, 255.0, 0.0)), (DPI, DPI), lambda points: points, bilevel=True)


def office200(sheet: Sheet) -> Scan:
    """An office scanner at 200 dpi, black and white, slightly askew, a few specks; the seal goes black."""
    rng = sheet.rng
    image, move = affine(
        grey(stamped(sheet)), float(rng.uniform(-0.7, 0.7)), 200, shift=(rng.uniform(-12, 12), rng.uniform(-12, 12))
    )
    rough = image.astype(np.float32) + 9 * noise(rng, image.shape, 2)
    return Scan(speckle(clip(np.where(rough > 128, 255.0, 0.0)), rng, 60, 1.2), (200, 200), move, bilevel=True)


def office200grey(sheet: Sheet) -> Scan:
    """An office scanner at 200 dpi, grey, JPEG."""
    rng = sheet.rng
    image, move = affine(grey(stamped(sheet)), float(rng.uniform(-0.6, 0.6)), 200)
    soft = 245 - (255 - cv2.GaussianBlur(image, (0, 0), 0.5).astype(np.float32)) * 0.86
    return Scan(clip(soft + 2.0 * noise(rng, image.shape, 3)), (200, 200), move, quality=38)


def lowres(sheet: Sheet) -> Scan:
    """120 dpi, grey, strong JPEG: a scan made small for mail."""
    rng = sheet.rng
    image, move = affine(sheet.image, float(rng.uniform(-0.4, 0.4)), 120)
    return Scan(clip(250 - (255 - image.astype(np.float32)) * 0.92), (120, 120), move, quality=52)


def photocopy(sheet: Sheet) -> Scan:
    """A copy of a copy: strokes thickened and eaten away in patches, specks, dark edges, 200 dpi black and white."""
    rng = sheet.rng
    image, move = affine(
        grey(stamped(sheet)), float(rng.uniform(-1.4, 1.4)), 200, shift=(rng.uniform(-20, 20), rng.uniform(-10, 30))
    )
    values = cv2.GaussianBlur(image, (0, 0), 0.85).astype(np.float32)
    values += 14 * noise(rng, image.shape, 90) + 20 * noise(rng, image.shape, 2)
    out = speckle(clip(np.where(values > 142, 255.0, 0.0)), rng, 1100, 1.8)
    edge = np.arange(image.shape[1]) < 9 + 5 * noise(rng, (image.shape[0], 4), 60)[:, :1]
    out[edge] = 0
    return Scan(out, (200, 200), move, bilevel=True)


def yellowed(sheet: Sheet) -> Scan:
    """Old thin paper: yellow, stained, the back of the sheet showing through, ink faded; 200 dpi colour."""
    rng = sheet.rng
    image, move = affine(grey(stamped(sheet)), float(rng.uniform(-0.9, 0.9)), 200)
    back = cv2.resize(sheet.back[:, ::-1], (image.shape[1], image.shape[0]), interpolation=cv2.INTER_AREA)
    back = cv2.GaussianBlur(back, (0, 0), 1.5).astype(np.float32)
    shape = image.shape
    ink = (255 - image.astype(np.float32)) / 255 * np.clip(0.78 + 0.07 * noise(rng, shape, 50), 0.5, 0.95)
    through = (255 - back) / 255 * np.clip(0.19 + 0.05 * noise(rng, shape, 120), 0.06, 0.32)
    age = noise(rng, shape, 220)[..., None] + 0.4 * noise(rng, shape, 30)[..., None]
    paper = np.array([228, 208, 164], np.float32) + age * np.array([6, 8, 12], np.float32)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    for _ in range(3):  # water stains with a darker rim
        x, y, radius = rng.uniform(0, shape[1]), rng.uniform(0, shape[0]), rng.uniform(90, 260)
        away = np.hypot(columns - x, rows - y) + 14 * noise(rng, shape, 40)
        stain = 0.07 / (1 + np.exp(np.clip((away - radius) / 12, -50, 50))) + 0.10 * np.exp(
            -(((away - radius) / 9) ** 2)
        )
        paper *= 1 - stain[..., None] * np.array([0.5, 0.8, 1.0], np.float32)
    dark = np.array([52, 44, 40], np.float32)
    page = paper * (1 - through[..., None] * np.array([0.55, 0.62, 0.7], np.float32))
    page = page * (1 - ink[..., None]) + dark * ink[..., None] + 2.5 * noise(rng, shape, 2)[..., None]
    return Scan(clip(page), (200, 200), move, quality=34)


def seal(sheet: Sheet) -> Scan:
    """A colour scan at 200 dpi with the round red seal over the signature."""
    rng = sheet.rng
    image, move = affine(stamped(sheet), float(rng.uniform(-0.5, 0.5)), 200)
    values = 248 - (255 - image.astype(np.float32)) * 0.93
    return Scan(clip(values + 1.5 * noise(rng, image.shape[:2], 3)[..., None]), (200, 200), move, quality=36)


def photo(sheet: Sheet) -> Scan:
    """Photographed by phone on a desk: perspective, a curling sheet, a shadow, uneven light; about 170 dpi."""
    rng = sheet.rng
    colour = stamped(sheet)
    height, width = colour.shape[:2]
    scale = 170 / DPI
    out_size = (round(width * scale * 1.12), round(height * scale * 1.10))
    margin_x, margin_y = out_size[0] * 0.06, out_size[1] * 0.05
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = corners * scale + [margin_x, margin_y]
    target = (target + rng.uniform(-0.028, 0.028, (4, 2)) * out_size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    curl = float(rng.uniform(10, 22))  # pixels of the 300-dpi page, upward in the middle

    def bend(xs: NDArray[np.floating]) -> NDArray[np.floating]:
        bent: NDArray[np.floating] = curl * np.sin(np.pi * np.clip(xs / width, 0, 1))
        return bent

    xs, ys = np.meshgrid(np.arange(out_size[0], dtype=np.float64), np.arange(out_size[1], dtype=np.float64))
    flat = cv2.perspectiveTransform(np.stack([xs, ys], -1).reshape(1, -1, 2), np.linalg.inv(matrix))[0]
    from_x = flat[:, 0].reshape(xs.shape)
    from_y = flat[:, 1].reshape(xs.shape) + bend(from_x)
    soft = cv2.GaussianBlur(colour, (0, 0), 0.5 / scale)
    desk = (74, 58, 46)
    page = cv2.remap(
        soft,
        from_x.astype(np.float32),
        from_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=desk,
    ).astype(np.float32)
    shape = page.shape[:2]
    outside = (from_x < 0) | (from_x > width) | (from_y < 0) | (from_y > height)
    page[outside] += (9 * noise(rng, shape, 6)[..., None] * [1, 0.9, 0.8])[outside]
    page = page * np.array([0.93, 0.91, 0.85], np.float32)
    u, v = xs / out_size[0], ys / out_size[1]
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.86 + 0.22 * (np.cos(angle) * (u - 0.5) + np.sin(angle) * (v - 0.5))
    side = rng.uniform(0.25, 0.75)
    shadow = 1 / (1 + np.exp(-(u - side + 0.35 * (v - 0.5) * rng.choice([-1, 1])) / 0.035))  # the hand and the phone
    light *= 1 - 0.34 * shadow
    page = page * light[..., None] + 3.5 * rng.standard_normal((*shape, 1))
    page = cv2.GaussianBlur(clip(page), (0, 0), 0.6)

    def move(points: Points) -> Points:
        straight = points.copy()
        straight[:, 1] -= bend(points[:, 0])
        return np.asarray(cv2.perspectiveTransform(straight.reshape(1, -1, 2), matrix)[0])

    return Scan(np.asarray(page, np.uint8), (170, 170), move, quality=42)


def rotated(sheet: Sheet) -> Scan:
    """Fed the wrong way round: pages turned by 90, 180 or 270 degrees, 200 dpi black and white."""
    scan = office200(sheet)
    quarters = (1, 2, 3, 0)[(sheet.number - 1) % 4]
    height, width = scan.image.shape[:2]

    def move(points: Points) -> Points:
        moved = scan.move(points)
        x, y = moved[:, 0], moved[:, 1]
        turned = ((x, y), (height - y, x), (width - x, height - y), (y, width - x))[quarters]  # clockwise quarters
        return np.stack(turned, axis=1)

    return Scan(np.ascontiguousarray(np.rot90(scan.image, -quarters)), (200, 200), move, bilevel=True)


def fax(sheet: Sheet) -> Scan:
    """Fax in standard mode: 204 dots across, 98 down, black and white, broken lines."""
    rng = sheet.rng
    height, width = sheet.image.shape[:2]
    size = (round(width * 204 / DPI), round(height * 98 / DPI))
    image = cv2.resize(sheet.image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    out = clip(np.where(image + 10 * noise(rng, image.shape, 2) > 150, 255.0, 0.0))
    for _ in range(5):
        out[int(rng.integers(0, size[1]))] = 255  # a lost scan line
    factors = np.array([204, 98]) / DPI
    return Scan(speckle(out, rng, 120, 1.0), (204, 98), lambda points: points * factors, bilevel=True)


def faint(sheet: Sheet) -> Scan:
    """A worn ribbon or an empty toner: pale, patchy print; 200 dpi grey."""
    rng = sheet.rng
    image, move = affine(sheet.image, float(rng.uniform(-0.5, 0.5)), 200)
    strength = np.clip(0.40 + 0.10 * noise(rng, image.shape, 70) + 0.06 * noise(rng, image.shape, 3), 0.16, 0.7)
    values = 240 - (255 - image.astype(np.float32)) * strength
    return Scan(clip(values + 3.0 * noise(rng, image.shape, 2)), (200, 200), move, quality=48)


def punched(sheet: Sheet) -> Scan:
    """From a binder: askew by two degrees, black borders, punch holes, the shadow of a staple; 200 dpi grey."""
    rng = sheet.rng
    degrees = float(rng.uniform(1.4, 2.4) * rng.choice([-1, 1]))
    page = sheet.image.copy()
    for y in (0.36, 0.64):
        cv2.circle(page, (round(11 * MM * DPI / 72), round(page.shape[0] * y)), round(3 * MM * DPI / 72), 12, -1)
    cv2.line(page, (90, 130), (180, 85), 70, 9)
    image, move = affine(page, degrees, 200, paper=20)
    values = 244 - (255 - image.astype(np.float32)) * 0.93
    ramp = np.clip(np.arange(image.shape[1]) / 70, 0, 1) ** 0.5
    values *= (0.62 + 0.38 * ramp)[None, :]  # the fold at the binding
    return Scan(clip(values + 2.5 * noise(rng, image.shape, 3)), (200, 200), move, quality=40)


KINDS: dict[str, Callable[[Sheet], Scan]] = {
    kind.__name__: kind
    for kind in (
        clean,
        office200,
        office200grey,
        lowres,
        photocopy,
        yellowed,
        seal,
        photo,
        rotated,
        fax,
        faint,
        punched,
    )
}
