"""One page from file to `Page`: the order of the stages, the turn decided by reading, and the plain retry."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import drawn
import numpy as np
import pytest
from PIL import Image as Pillow

from pipeline.errors import RecognitionFailed
from pipeline.imaging import ingest, measure, pages
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.imaging.sources import Source
from pipeline.settings import Settings

SETTINGS = Settings()
GOOD = ["Ủy", "ban", "nhân", "dân", "xã", "giao", "kế", "hoạch", "cho", "các", "thôn"]
BAD = ["qsj", "wkd", "xzzv", "pqo", "jkw", "fqx", "zzw", "wqp", "kjx"]


@dataclass
class Looking:
    """Reads well only what stands upright: the drawn page has its marks above the letters."""

    wrong_first: bool = False
    asked: list[Image] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, Any]:
        return {"engine": "looking"}

    def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        self.asked.append(image)
        upright = measure.turn_of(image) == 0
        words = GOOD if upright and not (self.wrong_first and len(self.asked) == 1) else BAD
        return tuple(
            SeenWord(word, 100 + 60 * i, 100, 150 + 60 * i, 120, 0.95 if words is GOOD else 0.3, 0, 0)
            for i, word in enumerate(words)
        )


def source_of(tmp_path: Path, image: Image) -> Source:
    Pillow.fromarray(image).save(tmp_path / "a.png", dpi=(150, 150))
    return ingest.open_source(tmp_path / "a.png", "a.png", SETTINGS)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(tmp_path: Path, turn: int) -> None:
    source = source_of(tmp_path, measure.turned(drawn.text_page(), turn))
    page = pages.read_page(source, 1, SETTINGS, Looking())
    assert page.raw == " ".join(GOOD)
    assert page.turn == (360 - turn) % 360
    assert (page.status, page.origin, page.number) == ("ok", "ocr", 1)


def test_a_bad_reading_makes_the_other_ways_up_be_tried(tmp_path: Path) -> None:
    engine = Looking(wrong_first=True)
    page = pages.read_page(source_of(tmp_path, drawn.text_page()), 1, Settings(second_reading=False), engine)
    assert len(engine.asked) == 4  # as it lies, then the three others on a small copy
    assert page.turn == 0


def test_lines_that_an_engine_reads_up_the_page_do_not_tell_which_way_it_lies(tmp_path: Path) -> None:
    class UpThePage(Looking):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            self.asked.append(image)
            if measure.turn_of(image) in (90, 270):  # sure of every word, in boxes taller than wide
                return tuple(SeenWord(w, 100 + 30 * i, 100, 120 + 30 * i, 150, 0.95) for i, w in enumerate(GOOD[::-1]))
            return super().read(image, dpi=dpi, timeout=timeout)

    engine = UpThePage()
    lying = measure.turned(drawn.text_page(lines=3), 90)
    page = pages.read_page(source_of(tmp_path, lying), 1, Settings(second_reading=False), engine)
    assert page.raw == " ".join(GOOD)


def test_sound_words_tell_the_way_up_whatever_debris_stands_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stained:
        """Finds the page's words where it is upright, and debris with them; on its side debris alone, half legal."""

        identity: ClassVar[dict[str, Any]] = {"engine": "stained"}

        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            upright = image.shape[0] > image.shape[1] > 600  # the page, and no cell of it
            debris = ["qz", "kw", "xj"] * 15 if upright else ["qz", "ô", "a", "ý"] * 4
            found = (GOOD if upright else []) + debris
            return tuple(
                SeenWord(w, 40 * i, 300, 40 * i + 30, 320, 0.9 if w in GOOD else 0.5) for i, w in enumerate(found)
            )

    monkeypatch.setattr(measure, "turn_of", lambda flat: 90)
    page = pages.read_page(source_of(tmp_path, drawn.text_page()), 1, Settings(second_reading=False), Stained())
    assert page.turn == 0
    assert page.raw.startswith(" ".join(GOOD))


def test_a_page_that_is_surely_read_but_foreign_is_not_turned_about(tmp_path: Path) -> None:
    class Foreign(Looking):
        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            self.asked.append(image)
            return tuple(SeenWord("the", 100 + 60 * i, 100, 150 + 60 * i, 120, 0.95, 0, 0) for i in range(9))

    engine = Foreign()
    pages.read_page(source_of(tmp_path, drawn.text_page()), 1, SETTINGS, engine)
    assert len(engine.asked) == 1


def test_a_blank_page_is_not_read(tmp_path: Path) -> None:
    engine = Looking()
    page = pages.read_page(source_of(tmp_path, np.full((1754, 1240), 255, np.uint8)), 1, SETTINGS, engine)
    assert (page.status, engine.asked) == ("blank", [])


def test_the_plain_way_reads_the_page_as_it_is(tmp_path: Path) -> None:
    engine = Looking()
    tilted = drawn.tilted(drawn.text_page(), 2.0)
    pages.read_page(source_of(tmp_path, tilted), 1, SETTINGS, engine, plain=True)
    assert len(engine.asked) == 1
    assert np.array_equal(engine.asked[0], tilted)


def test_the_steps_tell_what_was_measured_and_done(tmp_path: Path) -> None:
    page = pages.read_page(source_of(tmp_path, drawn.tilted(drawn.text_page(), 1.2)), 1, SETTINGS, Looking())
    steps = {step.stage: step.detail for step in page.steps}
    assert set(steps) == {"ingest", "clean", "recognise"}
    assert steps["clean"]["measured"]["skew"] == pytest.approx(1.2, abs=0.1)
    assert steps["clean"]["done"]["deskewed"] == pytest.approx(1.2, abs=0.1)
    assert steps["recognise"]["engine"] == "looking"


def test_text_files_need_no_recogniser(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kế hoạch\n\nnăm 2024", "utf-8")
    source = ingest.open_source(tmp_path / "a.txt", "a.txt", SETTINGS)

    class Never:
        identity: dict[str, Any] = {}  # noqa: RUF012

        def read(self, image: Image, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
            raise RecognitionFailed("", "not to be asked")

    page = pages.read_page(source, 1, SETTINGS, Never())
    assert [block.lines[0].raw for block in page.blocks] == ["Kế hoạch", "năm 2024"]
    assert page.origin == "text-file"


def test_the_score_of_a_reading() -> None:
    def words(texts: list[str], confidence: float) -> tuple[SeenWord, ...]:
        return tuple(SeenWord(text, 0, 0, 1, 1, confidence) for text in texts)

    assert pages.score(words(GOOD, 0.9)) == pytest.approx(0.9)
    assert pages.score(words(BAD, 0.9)) < 0.1
    assert pages.score(words(GOOD[:2], 0.9)) == 0.0
