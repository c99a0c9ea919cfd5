"""A file that was cut off: what is left is read, what is lost is told, and nothing is passed off as a blank page."""

from pathlib import Path

import pytest

from pipeline import run
from pipeline.errors import RecognitionFailed
from pipeline.imaging import ingest, pdfpages
from pipeline.imaging.sources import Source
from pipeline.settings import Settings

SCAN = Path(__file__).parent.parent / "samples" / "scans" / "thi-dua-xa-2024.pdf"


def cut(folder: Path, share: float) -> Source:
    content = SCAN.read_bytes()
    path = folder / "cut.pdf"
    path.write_bytes(content[: int(len(content) * share)])
    pdfpages.forget()
    return ingest.open_source(path, path.name, Settings())


@pytest.mark.parametrize(("share", "readable"), [(1.0, 3), (0.9, 2), (0.5, 1), (0.1, 0)])
def test_pages_after_the_cut_fail_and_those_before_are_read(tmp_path: Path, share: float, readable: int) -> None:
    source = cut(tmp_path, share)
    assert source.page_count == 3
    for number in range(1, 4):
        if number <= readable:
            assert ingest.load_page(source, number, Settings()).image is not None
        else:
            with pytest.raises(RecognitionFailed, match="damaged file"):
                ingest.load_page(source, number, Settings())


def test_a_repaired_file_says_so_in_the_document(tmp_path: Path) -> None:
    whole, damaged = cut(tmp_path, 1.0), cut(tmp_path, 0.9)
    assert run.assemble(whole, [], Settings()).notices == ()
    assert [notice.message for notice in run.assemble(damaged, [], Settings()).notices] == [run.REPAIRED]
