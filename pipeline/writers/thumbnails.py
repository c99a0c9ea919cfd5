"""Small pictures of pages for reports: cheap, never larger than asked, and only ever run in a worker."""

from __future__ import annotations

import io
from pathlib import Path

from pipeline.writers import drawing

LONG_SIDE = 260  # pixels: enough to tell an upside-down page or a black one from a plan, some 8 kB as JPEG
_QUALITY = 60


def thumbnail(path: Path, number: int) -> bytes:
    """Page `number` (from 1) as JPEG of at most `LONG_SIDE` pixels. Raises what is in `drawing.TROUBLE`."""
    with drawing.opened(path) as draw:
        image = draw(number, LONG_SIDE, LONG_SIDE)
        image.thumbnail((LONG_SIDE, LONG_SIDE))
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()
