"""Reading order of heads and feet, boxes on the page as displayed, page numbers, rules and stamps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.document import Reading
from pipeline.imaging import layout
from pipeline.imaging.images import Back, Cleaned, Mark, PageInput
from pipeline.imaging.measure import Measures
from pipeline.imaging.recognisers import SeenWord

CASES = json.loads((Path(__file__).parent / "cases" / "layout" / "made.json").read_text("utf-8"))
LETTER, HEIGHT = 10, 24  # pixels


def seen_words(case: dict[str, Any]) -> tuple[SeenWord, ...]:
    """Words of fixed pitch. All parts at one height are one line of the engine's, as engines like to have it."""
    words, blank = [], LETTER * case.get("spread", 1.0)
    for number, row in enumerate(case["lines"]):
        for text, left, top in row:
            x = float(left)
            for token in text.split():
                words.append(SeenWord(
                    token, round(x), top, round(x + LETTER * len(token)), top + HEIGHT, 0.95, 0, number,
                ))
                x += LETTER * len(token) + blank
    return tuple(words)


def page_input(**more: Any) -> PageInput:
    return PageInput(1, 595.0, 842.0, "ocr", np.zeros((1684, 1190), np.uint8), 144.0, (0.5, 0, 0, 0, 0.5, 0), **more)


def cleaned(marks: tuple[Mark, ...] = (), turn: Any = 0, back: Any = None) -> Cleaned:
    image = np.zeros((1684, 1190), np.uint8)
    return Cleaned(image, 144.0, turn, Back(np.eye(3) if back is None else back), Measures(1190, 1684), marks=marks)


def columns_of(page: Any) -> list[str]:
    return [" / ".join(line.raw for line in block.lines) for block in page.blocks]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_reading_order(case: dict[str, Any]) -> None:
    page = layout.layout(seen_words(case), page_input(), cleaned())
    assert columns_of(page) == case["columns"]


def test_beside_a_short_line_a_narrow_gutter_parts_no_words() -> None:
    """What stands before "Độc lập" in the row of "YÊN" is wide; the gutter is where the motto's other row has it."""
    head = {"spread": 1.8, "lines": [
        [["SỞ GIÁO DỤC VÀ ĐÀO TẠO HƯNG", 100, 100], ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 438, 100]],
        [["YÊN", 240, 132], ["Độc lập - Tự do - Hạnh phúc", 520, 132]], [["TRƯỜNG THPT TRIỆU QUANG", 120, 164]],
    ]}
    body = {"lines": [
        [["Căn cứ kế hoạch của huyện về phát triển sản xuất nông nghiệp trong năm nay và năm sau", 100, 300 + 32 * row]]
        for row in range(4)
    ]}
    words = (*seen_words(head), *(replace(word, line=word.line + 9) for word in seen_words(body)))
    assert columns_of(layout.layout(words, page_input(), cleaned()))[:2] == [
        "SỞ GIÁO DỤC VÀ ĐÀO TẠO HƯNG / YÊN / TRƯỜNG THPT TRIỆU QUANG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc",
    ]


def word(text: str, left: int, top: int, line: int, width: int = 60) -> SeenWord:
    return SeenWord(text, left, top, left + width, top + HEIGHT, 0.9, 0, line)


def test_boxes_are_points_of_the_page_as_displayed() -> None:
    page = layout.layout((word("một", 100, 200, 0),), page_input(), cleaned())
    box = next(iter(page.lines())).words[0].box
    assert box is not None
    assert box.rounded() == (50.0, 100.0, 80.0, 112.0)


def test_a_page_read_on_its_side_has_its_boxes_where_they_were() -> None:
    # The copy was turned clockwise by 90: its x is the image's height less y.
    back = np.array([[0, 1, 0], [-1, 0, 1684], [0, 0, 1]], float)
    page = layout.layout((word("một", 100, 200, 0),), page_input(), cleaned(turn=90, back=back))
    box = next(iter(page.lines())).words[0].box
    assert box is not None
    assert page.turn == 90
    assert box.rounded() == (100.0, (1684 - 160) / 2, 112.0, (1684 - 100) / 2)
    assert box.turned(90, page.width, page.height).rounded() == (50.0, 100.0, 80.0, 112.0)


def test_a_tilted_word_keeps_its_height() -> None:
    turn = np.radians(2.0)
    back = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    page = layout.layout((word("một", 500, 500, 0, 300),), page_input(), cleaned(back=back))
    box = next(iter(page.lines())).words[0].box
    assert box is not None
    assert box.height == pytest.approx(HEIGHT / 2, rel=0.1)


def test_a_lone_number_at_the_top_is_the_page_number() -> None:
    body = tuple(word("dòng", 100 + 70 * i, 400, 1) for i in range(10))
    kinds = [block.kind for block in layout.layout((word("2", 590, 60, 0, 14), *body), page_input(), cleaned()).blocks]
    assert kinds == ["page_number", "text"]
    kinds = [block.kind for block in layout.layout((word("2", 590, 700, 0, 14), *body), page_input(), cleaned()).blocks]
    assert "page_number" not in kinds


def test_a_rule_read_as_dashes_is_a_rule_and_no_word() -> None:
    rule = Mark("rule", 90.0, 232.0, 180.0, 235.0)
    seen = (word("XÃ", 100, 200, 0), SeenWord("___", 95, 230, 175, 236, 0.4, 0, 1), word("-", 300, 200, 2, 10))
    page = layout.layout(seen, page_input(), cleaned((rule,)))
    assert sorted(w.raw for line in page.lines() for w in line.words) == ["-", "XÃ"]
    assert [(o.kind, o.box.rounded()) for o in page.objects] == [("rule", (45.0, 116.0, 90.0, 117.5))]


def test_a_bar_parts_the_cells_of_a_row() -> None:
    bar = Mark("vertical_rule", 168.0, 180.0, 170.0, 260.0)
    page = layout.layout((word("STT", 100, 200, 0), word("Tên", 176, 200, 0)), page_input(), cleaned((bar,)))
    assert columns_of(page) == ["STT", "Tên"]


def test_no_word_is_lost_and_readings_stay_with_their_word() -> None:
    seen = seen_words(CASES[0])
    readings = {3: (Reading("second", "DÂM", 0.4),)}
    page = layout.layout(seen, page_input(), cleaned(), readings)
    words = [w for line in page.lines() for w in line.words]
    assert sorted(w.raw for w in words) == sorted(w.text for w in seen)
    assert [w.raw for w in words if w.readings] == [seen[3].text]


def test_stamps_stand_apart() -> None:
    stamp = (SeenWord("Ký", 10, 10, 30, 20, 1.0), SeenWord("bởi", 32, 10, 50, 20, 1.0))
    page = layout.layout((word("một", 100, 200, 0),), page_input(stamps=(stamp,)), cleaned())
    assert [(block.kind, block.lines[0].raw) for block in page.blocks] == [("text", "một"), ("stamp_text", "Ký bởi")]


def test_a_text_file_has_blocks_between_empty_lines() -> None:
    source = PageInput(1, 595.0, 842.0, "text-file", lines=("KẾ HOẠCH", "năm  2024", "", "Căn cứ"))
    page = layout.text_page(source)
    assert columns_of(page) == ["KẾ HOẠCH / năm 2024", "Căn cứ"]
    assert layout.text_page(PageInput(1, 595.0, 842.0, "text-file", lines=("",))).status == "blank"


def typed(text: str, left: int, top: int, line: int, letter: int = 17, blank: int = 17) -> list[SeenWord]:
    """The words of a typewriter: every letter and every blank as wide, lines stretched to one edge."""
    words = []
    for part in text.split():
        words.append(SeenWord(part, left, top, left + letter * len(part), top + 24, 0.95, 0, line))
        left += letter * len(part) + blank
    return words


def test_the_dashes_of_a_typewritten_page_part_no_columns() -> None:
    rows = [
        "- Công chức Văn phòng - Thống kê tổng hợp đăng ký", "thi đua, tham mưu chấm điểm từng quý một lần",
        "- Công chức Văn hóa - Xã hội viết bài, phát trên", "hệ thống loa truyền thanh về gương người tốt",
        "- Công chức Tài chính - Kế toán cân đối Quỹ thi", "đua, khen thưởng, chi trả tiền thưởng ngay sau",
    ]
    words: list[SeenWord] = []
    for number, row in enumerate(rows):
        words += typed(row, 170, 100 + 40 * number, number, blank=19 + number)
    page = layout.layout(tuple(words), page_input(), cleaned())
    assert [" ".join(word.raw for word in line.words) for block in page.blocks for line in block.lines] == rows


def test_a_speck_read_as_a_dash_before_the_motto_joins_no_columns() -> None:
    rows = ("ỦY BAN NHÂN DÂN - CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "TỈNH YÊN BÁI - Độc lập - Tự do")
    words: list[SeenWord] = []
    for row, text in enumerate(rows):
        words += typed(text, 100, 100 + 40 * row, row, letter=12, blank=9)
    dash = next(at for at, word in enumerate(words) if word.text == "-")
    words[dash + 1 :] = [replace(word, left=word.left + 8, right=word.right + 8) for word in words[dash + 1 :]]
    page = layout.layout(tuple(words), page_input(), cleaned())
    assert not any("BÁI - Độc" in column or "DÂN - CỘNG" in column for column in columns_of(page))
