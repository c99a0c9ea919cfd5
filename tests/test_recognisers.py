"""The recognisers' own borders: Tesseract's table, recordings, hard timeouts, missing parts."""

import importlib.util
import pickle
import shutil
import stat
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import MissingPart, PageTimeout, RecognitionFailed, UsageError
from pipeline.imaging import recognisers
from pipeline.imaging.recognisers import SeenWord, tesseract
from pipeline.imaging.recognisers.recorded import RecordedRecogniser, RecordingRecogniser
from pipeline.imaging.recognisers.tesseract import TesseractRecogniser, parse_tsv
from pipeline.imaging.recognisers.tesserocr import TesserocrRecogniser
from pipeline.settings import Settings

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
PAGE = np.full((60, 80), 255, np.uint8)


def test_the_table_becomes_words() -> None:
    rows = [
        "1\t1\t0\t0\t0\t0\t0\t0\t80\t60\t-1\t",
        "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tKế",
        "5\t1\t1\t1\t1\t2\t45\t20\t20\t12\t81\thoạch",
        "5\t1\t1\t1\t2\t1\t10\t40\t30\t12\t0\t ",
        "5\t1\t2\t1\t1\t1\t10\t40\t30\t12\t-1\tnăm",
    ]
    assert parse_tsv(HEAD + "\n".join(rows)) == (
        SeenWord("Kế", 10, 20, 40, 32, 0.965, 0, 0),
        SeenWord("hoạch", 45, 20, 65, 32, 0.81, 0, 0),
        SeenWord("năm", 10, 40, 40, 52, 0.0, 1, 1),
    )


def test_what_is_no_table_is_a_failure() -> None:
    with pytest.raises(RecognitionFailed):
        parse_tsv("Segmentation fault")


def test_images_go_in_as_plain_maps() -> None:
    assert tesseract.portable_map(np.array([[1, 2, 3]], np.uint8)) == b"P5 3 1 255\n\x01\x02\x03"
    assert tesseract.portable_map(np.zeros((1, 1, 3), np.uint8)) == b"P6 1 1 255\n\0\0\0"


def test_every_engine_can_be_made_and_sent_to_a_worker() -> None:
    for name in recognisers.ENGINES:
        engine = recognisers.create(Settings(engine=name))
        assert pickle.loads(pickle.dumps(engine)) == engine
    assert recognisers.of_one_block(TesseractRecogniser()) == TesseractRecogniser(segmentation=6)
    with pytest.raises(UsageError, match="no engine"):
        recognisers.create(Settings(engine="abacus"))


class Fixed:
    @property
    def identity(self) -> dict[str, object]:
        return {"engine": "fixed", "version": "1"}

    def read(self, image: object, *, dpi: float, timeout: float | None = None) -> tuple[SeenWord, ...]:
        return (SeenWord("Kế", 1, 2, 3, 4, 0.9, 0, 0, bold=True),)


def test_recordings_answer_for_the_same_image_engine_and_settings_only(tmp_path: Path) -> None:
    said = RecordingRecogniser(tmp_path, Fixed()).read(PAGE, dpi=150.0)
    replay = RecordedRecogniser(tmp_path, (("engine", "fixed"), ("version", "1")))
    assert replay.read(PAGE, dpi=150.0) == said
    other = PAGE.copy()
    other[0, 0] = 0
    stranger = RecordedRecogniser(tmp_path, (("engine", "fixed"),))
    for engine, image, dpi in ((replay, other, 150.0), (replay, PAGE, 300.0), (stranger, PAGE, 150.0)):
        with pytest.raises(RecognitionFailed, match="no recording"):
            engine.read(image, dpi=dpi)


def fake_program(folder: Path, body: str) -> None:
    program = folder / "tesseract"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "tesseract 9.9"; exit; fi\n'
        'if [ "$1" = --list-langs ]; then echo "List:"; echo vie; exit; fi\n' + body
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    tesseract.installed.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    yield
    tesseract.installed.cache_clear()


@pytest.mark.usefixtures("_programs")
def test_a_program_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    fake_program(tmp_path, "exec sleep 30\n")
    began = time.monotonic()
    with pytest.raises(PageTimeout):
        TesseractRecogniser().read(PAGE, dpi=150.0, timeout=0.3)
    assert time.monotonic() - began < 15


@pytest.mark.usefixtures("_programs")
def test_a_program_that_gives_up_is_told(tmp_path: Path) -> None:
    fake_program(tmp_path, "cat > /dev/null; echo 'Image too small' >&2; exit 7\n")
    with pytest.raises(RecognitionFailed, match=r"code 7.*Image too small"):
        TesseractRecogniser().read(PAGE, dpi=150.0)


@pytest.mark.usefixtures("_programs")
def test_a_program_killed_from_outside_reads_the_page_again(tmp_path: Path) -> None:
    kill_once = f'[ -e {tmp_path}/killed ] || {{ touch {tmp_path}/killed; kill -9 $$; }}; printf "level\\t\\n"\n'
    fake_program(tmp_path, "cat > /dev/null; " + kill_once)
    assert TesseractRecogniser().read(PAGE, dpi=150.0) == ()
    fake_program(tmp_path, "cat > /dev/null; kill -9 $$\n")
    with pytest.raises(RecognitionFailed, match="code -9"):
        TesseractRecogniser().read(PAGE, dpi=150.0)


@pytest.mark.usefixtures("_programs")
def test_one_thread_and_the_right_words_on_the_command_line(tmp_path: Path) -> None:
    fake_program(tmp_path, f'cat > /dev/null; echo "$OMP_THREAD_LIMIT $@" > {tmp_path}/said; printf "level\\t\\n"\n')
    TesseractRecogniser(segmentation=6).read(PAGE, dpi=151.6)
    said = (tmp_path / "said").read_text().split()
    assert said[0] == "1"
    assert " ".join(said[1:]).startswith("- - -l vie --psm 6 --dpi 152")


@pytest.mark.usefixtures("_programs")
def test_a_missing_language_names_its_cure(tmp_path: Path) -> None:
    fake_program(tmp_path, "exit 1\n")
    with pytest.raises(MissingPart, match="tesseract-ocr-vie"):
        TesseractRecogniser(("xyz",)).read(PAGE, dpi=150.0)


def test_a_missing_program_names_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract.installed.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPart, match="apt-get install"):
        TesseractRecogniser().read(PAGE, dpi=150.0)
    tesseract.installed.cache_clear()


@pytest.mark.tesseract
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_the_real_engine_reads_vietnamese() -> None:
    if "vie" not in tesseract.installed()[2]:
        pytest.skip("needs the Vietnamese language data")
    from samples import fonts

    try:
        face = ImageFont.truetype(str(fonts.path("Liberation Serif")), 44)
    except fonts.MissingFont as missing:
        pytest.skip(str(missing))
    page = Image.new("L", (1400, 260), 255)
    pen = ImageDraw.Draw(page)
    pen.text((80, 60), "Kế hoạch phát triển kinh tế của xã", fill=0, font=face)
    pen.text((80, 140), "được giao cho các thôn trong năm", fill=0, font=face)
    engines: list[recognisers.Recogniser] = [
        TesseractRecogniser(segmentation=6), TesseractRecogniser(("vie",), 6, "pytesseract"),
    ]
    if importlib.util.find_spec("tesserocr") is not None:
        engines.append(TesserocrRecogniser(("vie",), 6))
    for engine in engines:
        words = engine.read(np.asarray(page), dpi=300.0, timeout=60.0)
        assert " ".join(word.text for word in words) == (
            "Kế hoạch phát triển kinh tế của xã được giao cho các thôn trong năm"
        )
        assert {word.line for word in words} == {0, 1}
        assert min(word.confidence for word in words) > 0.7
