"""What a worker needs, loaded once in the fork server: every worker has it from its first moment, in shared memory.

Imported for its effect (the list of modules to load is all that a fork server takes). Without it each new worker
loads model and dictionaries for itself: 0.9 s of processor time, as much as a quarter of a page.
"""

from __future__ import annotations

import contextlib
import gc

from pipeline import run
from pipeline.decoder import trained
from pipeline.imaging.recognisers import tesseract

# Nothing that starts threads may run here, OpenCV above all: a fork keeps their locks without their threads.
_PLAN = "Số: 1/KH-UBND\n\nXã A, ngày 5 tháng 1 năm 2024\n\nKẾ HOẠCH\nDiễn tập năm 2024\n\nI. MỤC ĐÍCH\n1. Đạt 90%.\n"

# Whatever is wrong shows itself in the first task, where it can be told; here it would end the fork server.
with contextlib.suppress(Exception):
    run.parse(_PLAN)
    trained.load(trained.MODEL).make_all()
with contextlib.suppress(Exception):
    tesseract.installed()
# Nothing loaded here will ever be garbage: collections leave it alone, and its memory stays shared after the fork.
gc.collect()
gc.freeze()
