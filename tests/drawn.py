"""Page images drawn for tests: lines of letters with marks above, as Vietnamese print has them; no font is needed."""

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
SENTENCE = "ke hoach phat trien kinh te xa hoi nam nay giao cho cac thon de thuc hien tot hon nam truoc"


def text_page(width: int = 1240, height: int = 1754, lines: int = 26, thickness: int = 2) -> Pixels:
    """A grey page of 150 dpi with long lines; letters about 14 pixels high, marks over most vowels."""
    page = np.full((height, width), 255, np.uint8)
    for i in range(lines):
        y = 160 + i * 52
        if y > height - 120:
            break
        end = SENTENCE if i % 4 != 3 else SENTENCE[:30]
        cv2.putText(page, end, (110, y), cv2.FONT_HERSHEY_SIMPLEX, 0.92, 20, thickness, cv2.LINE_AA)
        for k, letter in enumerate(end):
            if letter in "aeo":
                x = 114 + cv2.getTextSize(end[:k], cv2.FONT_HERSHEY_SIMPLEX, 0.92, thickness)[0][0]
                cv2.line(page, (x, y - 24), (x + 6, y - 30), 20, thickness, cv2.LINE_AA)
    return page


def tilted(page: Pixels, degrees: float) -> Pixels:
    """Turned clockwise by a few degrees about the middle, as a sheet fed askew."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255), np.uint8)


def photographed(page: Pixels, curl: float = 14.0) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """On a dark desk, in perspective, bent and half in shadow; and where the sheet's corners came to lie."""
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = np.array([[90, 120], [width + 40, 70], [width + 80, height + 90], [50, height + 40]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    size = (width + 160, height + 170)
    xs, ys = np.meshgrid(np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64))
    flat = cv2.perspectiveTransform(np.stack([xs, ys], -1).reshape(1, -1, 2), np.linalg.inv(matrix))[0]
    u = flat[:, 0].reshape(xs.shape)
    v = flat[:, 1].reshape(xs.shape) + curl * np.sin(np.pi * np.clip(u / width, 0, 1))
    picture = cv2.remap(page, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderValue=55)
    light = np.where(xs > 0.55 * size[0], 0.62, 0.95)
    light = cv2.GaussianBlur(light, (0, 0), 30)
    return np.clip(picture * light, 0, 255).astype(np.uint8), target.astype(np.float64)
