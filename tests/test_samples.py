"""The samples hold what they promise: gold that follows from the sources, the same bytes twice, true places."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("fontTools", reason="the samples' own dependency, in the extra dev")

from samples import age, fonts, gold, legacy, make, source, typeset

SAMPLES = Path(__file__).parents[1] / "samples"
NAMES = source.names()
INDEX = json.loads((SAMPLES / "gold" / "index.json").read_text("utf-8"))


def need_fonts(*names: str) -> None:
    """Skip where the machine lacks the fonts that these samples are printed with."""
    for name in names:
        try:
            fonts.path(source.load(name).head["font"])
            fonts.path("Liberation Sans", "b")  # the seal
        except fonts.MissingFont as error:
            pytest.skip(str(error))


def test_there_are_enough_samples_in_both_sets() -> None:
    assert len(NAMES) >= 10
    assert set(NAMES) >= make.DEV
    assert len(make.DEV) >= 6
    assert len(set(NAMES) - make.DEV) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_the_gold_record_follows_from_its_source(name: str) -> None:
    committed = json.loads((SAMPLES / "gold" / name / "record.json").read_text("utf-8"))
    assert gold.record(source.load(name)) == committed


def test_a_value_that_is_not_in_the_text_is_refused() -> None:
    text = (source.SOURCES / "thi-dua-xa-2024.plan").read_text("utf-8")
    wrong = text.replace("Tỷ lệ hộ nghèo giảm còn 9,8%\n[", "Tỷ lệ hộ nghèo giảm còn 9,9%\n[")
    wrong = wrong.replace("¦ Tỷ lệ hộ nghèo giảm còn 9,8%", "¦ Tỷ lệ hộ nghèo giảm còn 9,9%")
    assert wrong != text
    with pytest.raises(source.SourceError, match="not in the text"):
        gold.record(source.parse(wrong, "changed"))


@pytest.mark.parametrize("name", NAMES)
def test_gold_records_are_plans(name: str) -> None:
    """The form of the contract, but for what only a run can say."""
    from pipeline.plan import Plan

    record = json.loads((SAMPLES / "gold" / name / "record.json").read_text("utf-8"))
    told = {"file": "a.pdf", "sha256": "0" * 64, "media_type": "application/pdf", "pages": 1, "text_origin": "ocr"}
    assert Plan.model_validate({**record, "source": told}).title == record["title"]


@pytest.mark.parametrize("file", sorted(INDEX))
def test_every_scan_is_committed_with_gold(file: str) -> None:
    assert (SAMPLES / "scans" / file).stat().st_size > 0
    assert (SAMPLES / "gold" / INDEX[file]["gold"] / "words.json").is_file()
    assert INDEX[file]["set"] == ("dev" if INDEX[file]["gold"] in make.DEV else "test")


def test_the_scans_stay_small() -> None:
    assert {path.name for path in (SAMPLES / "scans").iterdir()} == set(INDEX)
    assert sum(path.stat().st_size for path in (SAMPLES / "scans").iterdir()) < 6_500_000


@pytest.mark.parametrize("name", NAMES)
def test_the_true_words_follow_from_the_source(name: str) -> None:
    need_fonts(name)
    pages = gold.page_lines(typeset.set_pages(source.load(name)))
    assert gold.dump_pages(pages) == (SAMPLES / "gold" / name / "words.json").read_text("utf-8")
    assert gold.true_text(pages) == (SAMPLES / "gold" / name / "text.txt").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_word_stands_on_the_paper_and_on_no_other(name: str) -> None:
    need_fonts(name)
    for page in typeset.set_pages(source.load(name)):
        boxes = np.array([word.box for word in page.words])
        assert (boxes[:, :2] >= 15).all()
        assert (boxes[:, 2] <= page.width - 15).all()
        assert (boxes[:, 3] <= page.height - 15).all()
        lines: dict[int, list[typeset.Word]] = {}
        for word in page.words:
            lines.setdefault(word.line, []).append(word)
        for words in lines.values():
            ends = [word.box[2] for word in words[:-1]]
            starts = [word.box[0] for word in words[1:]]
            assert all(start > end for start, end in zip(starts, ends, strict=True))


@pytest.mark.parametrize("kind", sorted(age.KINDS))
def test_ageing_is_the_same_each_time_and_keeps_words_on_the_scan(kind: str) -> None:
    name = "thu-ngan-sach-xa-1998"
    need_fonts(name)
    first, again = make.render(name, kind, 1), make.render(name, kind, 1)
    assert all((a.image == b.image).all() for a, b in zip(first.scans, again.scans, strict=True))
    assert first.meshes == again.meshes
    for page in first.pages:
        boxes = np.array([word[1:] for line in page["lines"] for word in line["words"]])
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2] <= page["width"]).all()
        assert (boxes[:, 3] <= page["height"]).all()


def share_darker_than_the_gap_above(rendering: make.Rendering) -> float:
    """How many true boxes of the first page are darker inside than the paper just above them."""
    scan, page = rendering.scans[0], rendering.pages[0]
    image = scan.image if scan.image.ndim == 2 else age.grey(scan.image)
    scale = np.array([scan.dpi[0], scan.dpi[1]] * 2) / 72
    darker = []
    for line in page["lines"]:
        for word in line["words"]:
            if len(word[0]) > 2:  # a dash or a full stop is hardly darker than its paper
                left, top, right, low = (np.array(word[1:]) * scale).round().astype(int)
                gap = max(1, round(2 * scale[1]))
                darker.append(image[top:low, left:right].mean() < image[top - 2 * gap : top - gap, left:right].mean())
    return float(np.mean(darker))


@pytest.mark.parametrize("kind", ["clean", "office200", "photo", "punched", "fax", "faint"])
def test_the_moved_boxes_lie_on_the_ink(kind: str) -> None:
    need_fonts("thu-ngan-sach-xa-1998")
    assert share_darker_than_the_gap_above(make.render("thu-ngan-sach-xa-1998", kind, 1)) > 0.97


def test_the_mesh_says_the_same_as_the_moved_boxes() -> None:
    from pipeline.document import Box
    from pipeline.scoring.truth import moved

    need_fonts("thi-dua-xa-2024")
    rendering = make.render("thi-dua-xa-2024", "photo", 1)
    clean: list[dict[str, Any]] = gold.page_lines(typeset.set_pages(source.load("thi-dua-xa-2024"))[:1])
    for page, seen, mesh in zip(clean, rendering.pages, rendering.meshes, strict=True):
        for line, moved_line in zip(page["lines"], seen["lines"], strict=True):
            for word, there in zip(line["words"], moved_line["words"], strict=True):
                box = moved(Box(*word[1:]), mesh, page["width"], page["height"])
                assert max(abs(a - b) for a, b in zip(box.rounded(), there[1:], strict=True)) < 0.6


def test_the_tcvn3_table_has_its_74_letters() -> None:
    assert len(legacy.BYTES) == 74
    assert (legacy.BYTES["ư"], legacy.BYTES["ệ"], legacy.BYTES["Đ"]) == (0xAD, 0xD6, 0xA7)
    assert list(legacy.coded("Cộng")) == [(False, b"C\xe9ng")]
    assert list(legacy.coded("KẾ")) == [(True, b"k\xd5")]


def test_the_fonts_are_asked_for_146_letters() -> None:
    assert len(fonts.LETTERS) == 146
