"""Each fault of a page is measured, mended only where it is there, and the way back to the original holds."""

import cv2
import drawn
import numpy as np
import pytest

from pipeline.imaging import clean, light, marks, measure, sheet, streaks
from pipeline.imaging.images import Back
from pipeline.imaging.recognisers import Image


def done(cleaned: clean.Cleaned) -> dict[str, object]:
    return dict(cleaned.steps[0].detail["done"])


def test_a_good_page_is_left_as_it_is() -> None:
    page = drawn.text_page()
    cleaned = clean.clean(page, 150.0)
    assert set(done(cleaned)) <= {"scaled"}
    assert (cleaned.turn, cleaned.blank) == (0, False)
    assert 10 <= measure.measure(page).x_height <= 22


@pytest.mark.parametrize(("stated", "believed"), [(150.0, True), (100.0, True), (72.0, False), (36.0, False)])
def test_letters_as_large_as_a_poster_s_tell_that_the_resolution_is_wrong(stated: float, believed: bool) -> None:
    cleaned = clean.clean(drawn.text_page(), stated)
    size = cleaned.measures.x_height * cleaned.scale / clean.X_HEIGHT * 72 / cleaned.dpi
    assert (cleaned.dpi / cleaned.scale == stated) == believed
    assert believed or size == pytest.approx(13.5)


def test_a_blank_page_is_known() -> None:
    page = np.full((1754, 1240), 250, np.uint8)
    page[300, 300] = 0
    assert clean.clean(page, 150.0).blank
    assert not clean.clean(drawn.text_page(lines=1), 150.0).blank


@pytest.mark.parametrize("degrees", [-3.0, -0.8, 0.4, 2.2])
def test_tilt_is_measured_and_taken_out(degrees: float) -> None:
    cleaned = clean.clean(drawn.tilted(drawn.text_page(), degrees), 150.0)
    assert cleaned.measures.skew == pytest.approx(degrees, abs=0.1)
    again = measure.skew_angle(measure.ink_mask(cleaned.image))
    assert abs(again) < 0.15


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_every_way_up_is_told_by_the_looks_of_the_page(turn: int) -> None:
    # The page lies as if it had been turned; it must be turned on by what is missing to a full turn.
    lying = measure.turned(drawn.text_page(), turn)
    assert measure.turn_of(lying) == (360 - turn) % 360


def test_the_way_back_leads_to_the_same_ink() -> None:
    page = drawn.text_page(lines=10)
    page[900:912, 200:212] = 0
    for turn, degrees in ((0, 1.5), (90, 0.0), (180, -1.0), (270, 0.0)):
        lying = measure.turned(drawn.tilted(page, degrees), turn)
        cleaned = clean.clean(lying, 150.0)
        ys, xs = np.nonzero(cleaned.image < 90)
        sample = np.column_stack([xs, ys])[::97].astype(np.float64) + 0.5
        back = cleaned.back.points(sample)
        inked = cv2.erode(lying, np.ones((5, 5), np.uint8)) < 140
        x = np.clip(back[:, 0].astype(int), 0, lying.shape[1] - 1)
        y = np.clip(back[:, 1].astype(int), 0, lying.shape[0] - 1)
        assert inked[y, x].mean() > 0.97


def test_light_on_dark_is_inverted() -> None:
    cleaned = clean.clean(255 - drawn.text_page(), 150.0)
    assert done(cleaned)["inverted"] is True
    assert np.median(cleaned.image) > 200


def test_a_photograph_becomes_a_flat_white_page() -> None:
    picture, corners = drawn.photographed(drawn.text_page())
    found = sheet.corners(picture)
    assert found is not None
    assert np.abs(found - corners).max() < 26  # the bent edges leave the straight line by 14
    cleaned = clean.clean(picture, 150.0)
    assert {"sheet", "uncurled", "evened"} <= set(done(cleaned))
    paper = cleaned.image[40:-40, 40:-40]
    assert np.percentile(paper, 30) > 245
    straight = sheet.bend(measure.ink_mask(cleaned.image), (cleaned.image.shape[1], cleaned.image.shape[0]))
    assert straight is not None
    assert straight.depth < 4.0 < cleaned.measures.bend
    # A line end on the copy, brought back, lies on ink of the picture.
    ys, xs = np.nonzero(cleaned.image < 70)
    back = cleaned.back.points(np.column_stack([xs, ys])[::211].astype(np.float64) + 0.5)
    dark = cv2.erode(picture, np.ones((7, 7), np.uint8))
    values = dark[back[:, 1].astype(int), back[:, 0].astype(int)]
    assert (values < 110).mean() > 0.95


def test_a_scan_is_no_photograph() -> None:
    assert sheet.corners(drawn.text_page()) is None
    assert sheet.corners(drawn.tilted(drawn.text_page(), 2.0)) is None


def test_what_shines_through_is_made_paper_and_print_stays() -> None:
    page = drawn.text_page().astype(np.float32)
    back = cv2.GaussianBlur(drawn.text_page()[:, ::-1], (0, 0), 1.2).astype(np.float32)
    back = np.roll(back, 26, axis=0)
    old = 200 * (1 - 0.22 * (255 - back) / 255) * (page / 255 * 0.75 + 0.25)
    evened = light.even_out(old.astype(np.uint8), pale=False)
    only_back = (back < 100) & (cv2.erode(page.astype(np.uint8), np.ones((9, 9), np.uint8)) > 200)
    assert np.median(evened[only_back]) > 215
    assert np.median(evened[page < 60]) < 40


@pytest.mark.parametrize(("right", "above", "stays"), [(12, 0, True), (12, 8, False), (30, 0, False)],
                         ids=["behind a letter on its line", "between the lines", "far behind"])
def test_the_point_of_a_typewriter_stays(right: int, above: int, stays: bool) -> None:
    page = np.full((300, 400), 255, np.uint8)
    for row in range(3):
        for at in range(8):
            page[60 + 70 * row : 78 + 70 * row, 40 + 20 * at : 48 + 20 * at] = 0  # letters, 18 high
    end, base = 188, 78
    point = np.s_[base - 4 - above : base - above, end + right : end + right + 4]
    page[point] = 0
    assert bool((light.without_specks(page, 18.0)[point] == 0).all()) is stays


@pytest.mark.parametrize(("tail", "stays"), [(8, True), (0, False)], ids=["behind y", "over the line"])
def test_the_point_behind_a_letter_with_a_tail_stays(tail: int, stays: bool) -> None:
    page = np.full((120, 400), 255, np.uint8)
    for at in range(8):
        page[60:78, 40 + 20 * at : 48 + 20 * at] = 0  # letters, 18 high
    page[60 - (8 - tail) : 78 + tail, 180:188] = 0  # y or h
    base = 78 if tail else 70
    point = np.s_[base - 4 : base, 200:204]
    page[point] = 0
    assert bool((light.without_specks(page, 18.0)[point] == 0).all()) is stays


def test_specks_go_and_dots_stay() -> None:
    page = np.where(drawn.text_page() < 128, 0, 255).astype(np.uint8)
    dotted = page.copy()
    dotted[165:169, 127:131] = 0  # under a letter, as the dot of nặng
    dotted[1650:1653, 300:303] = 0  # alone on the paper
    out = light.without_specks(dotted, 16.0)
    assert (out[165:169, 127:131] == 0).all()
    assert (out[1650:1653, 300:303] == 255).all()
    assert np.array_equal(out[:1600][page[:1600] == 0], page[:1600][page[:1600] == 0])


def test_commas_colons_and_dashes_a_little_off_stay_and_specks_there_go() -> None:
    page = np.full((200, 400), 255, np.uint8)
    page[100:116, 200:216] = 0  # a letter of 16 pixels
    marks = {"comma": (112, 228, 6, 4), "colon's other half": (101, 228, 4, 4), "dash": (108, 180, 3, 7)}
    specks = {"before": (112, 182, 4, 4), "above": (80, 230, 4, 4), "far behind": (112, 244, 4, 4)}
    for top, left, high, wide in (*marks.values(), *specks.values()):
        page[top : top + high, left : left + wide] = 0
    out = light.without_specks(page, 16.0)
    for found, there in ((marks, 0), (specks, 255)):
        for name, (top, left, high, wide) in found.items():
            assert (out[top : top + high, left : left + wide] == there).all(), name


def test_black_edges_and_holes_go() -> None:
    page = drawn.text_page()
    page[:, :14] = 0
    cv2.circle(page, (60, 700), 26, 10, -1)
    out, taken = light.without_borders(page, 16.0)
    assert taken == 2
    assert (out[100:, :14] == 255).all()
    assert (out[680:720, 40:80] == 255).all()
    assert np.array_equal(out[:, 105:], page[:, 105:])


@pytest.mark.parametrize("level", [False, True])
@pytest.mark.parametrize("depth", [90, 255])
def test_lines_of_dust_on_the_glass_go_and_print_under_them_stays(depth: int, level: bool) -> None:
    sound = drawn.text_page()
    page = sound.copy()
    for x in (333, 700, 1190):  # through letters, and in the margin
        page[:, x : x + 2] = np.minimum(page[:, x : x + 2], 255 - depth)
    picture = np.ascontiguousarray(page.T) if level else page
    out, count = streaks.without_streaks(picture, picture, 150)
    out = out.T if level else out
    assert count == 3
    assert (out[:110] > 240).all()  # above the first line there was nothing else
    away = np.abs(out.astype(int) - sound)
    assert np.count_nonzero(away > 100) < 0.01 * np.count_nonzero(sound < 128)
    untouched = np.ones(page.shape[1], bool)
    for x in (333, 700, 1190):
        untouched[x - 3 : x + 6] = False
    assert np.array_equal(out[:, untouched], sound[:, untouched])


def test_rules_that_end_at_the_margins_are_no_dust() -> None:
    page = drawn.text_page()
    cv2.rectangle(page, (90, 70), (1160, 1684), 0, 2)  # a frame around the text
    cv2.line(page, (620, 100), (620, 1650), 0, 2)  # between two columns
    assert streaks.without_streaks(page, page, 150) == (page, 0)


def test_ruled_paper_is_no_dust() -> None:
    page = drawn.text_page()
    page[::40] = 0
    assert streaks.without_streaks(page, page, 150)[1] == 0


def bilevel_page() -> Image:
    return np.where(drawn.text_page() < 128, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("height", [1, 2])
def test_strokes_are_carried_on_over_lines_that_a_fax_lost(height: int) -> None:
    page = bilevel_page()
    inked = (page == 0).sum(axis=1)
    middle = max(range(4, len(page) - 4), key=lambda row: int(inked[row - 4 : row + 4].min()))
    cut = page.copy()
    cut[middle : middle + height] = 255
    cut[middle, 700] = 0  # a speck
    out, count = streaks.without_lost_lines(cut)
    assert count == 1
    assert ((out != page).sum() - 1) < 0.5 * (cut != page).sum()
    assert np.array_equal(np.delete(out, [middle, middle + 1], axis=0), np.delete(page, [middle, middle + 1], axis=0))


def test_no_line_was_lost_where_none_was() -> None:
    grey, dots = drawn.text_page(), np.full((400, 600), 255, np.uint8)
    dots[::2, ::2] = 0  # a picture in dots has white lines, and no strokes that go on
    for page in (bilevel_page(), grey, dots):
        assert streaks.without_lost_lines(page) == (page, 0)


def test_stripes_of_a_highlighter_go_and_print_under_them_stays_dark() -> None:
    page = np.repeat(drawn.text_page()[:, :, None], 3, axis=2)
    striped = page.astype(np.float32)
    striped[300:360, 200:900] *= np.array([180, 255, 120]) / 255
    striped[700:760, 100:600] *= np.array([255, 246, 90]) / 255
    out = light.without_stripes(striped.astype(np.uint8))
    assert out is not None
    assert np.abs(out.astype(int) - page).mean() < 0.1
    cleaned = clean.clean(striped.astype(np.uint8), 150)
    assert done(cleaned)["stripes_taken_out"] is True
    assert not [mark for mark in cleaned.marks if mark.kind == "rule"]


def test_coloured_paper_seals_and_grey_pages_have_no_stripes() -> None:
    page = np.repeat(drawn.text_page()[:, :, None], 3, axis=2)
    yellow = (page * (np.array([250, 235, 120]) / 255)).astype(np.uint8)
    sealed = page.copy()
    cv2.circle(sealed, (700, 900), 110, (198, 36, 48), 6)
    cv2.circle(sealed, (700, 900), 30, (198, 36, 48), -1)
    for picture in (page, yellow, sealed):
        assert light.without_stripes(picture) is None


def test_the_copy_is_without_the_lines_of_dust() -> None:
    page = drawn.text_page()
    page[:, 620:622] = 120
    cleaned = clean.clean(page, 150)
    assert done(cleaned)["streaks_taken_out"] == 1
    assert not [mark for mark in cleaned.marks if mark.kind == "vertical_rule"]


def sealed_page() -> tuple[np.ndarray, tuple[int, int]]:
    colour = np.repeat(drawn.text_page(lines=12)[:, :, None], 3, axis=2)
    centre = (800, 1300)
    cv2.putText(colour, "tran van binh", (720, 1310), cv2.FONT_HERSHEY_SIMPLEX, 0.92, (20, 20, 20), 2, cv2.LINE_AA)
    ring = np.full_like(colour, 255)
    cv2.circle(ring, centre, 108, (205, 40, 50), 7)
    cv2.circle(ring, centre, 60, (205, 40, 50), 4)
    cv2.circle(ring, centre, 26, (205, 40, 50), -1)
    return np.minimum(colour, ring), centre


def test_a_red_seal_is_found_and_leaves_the_copy() -> None:
    colour, centre = sealed_page()
    cleaned = clean.clean(colour, 150.0)
    seals = [mark for mark in cleaned.marks if mark.kind == "seal"]
    assert len(seals) == 1
    middle = np.array([[(seals[0].left + seals[0].right) / 2, (seals[0].top + seals[0].bottom) / 2]])
    assert np.abs(cleaned.back.points(middle)[0] - centre).max() < 8
    scale = cleaned.image.shape[0] / colour.shape[0]
    ring = cleaned.image[round((1300 - 111) * scale) : round((1300 - 104) * scale), round(800 * scale)]
    assert ring.mean() > 165
    name = cleaned.image[round(1290 * scale) : round(1312 * scale), round(725 * scale) : round(890 * scale)]
    assert (name < 90).sum() > 60


def test_in_the_light_that_makes_the_paper_white_a_dim_seal_is_red() -> None:
    """A photograph in poor light: the signature is looked at in its colours, and half of the ink had none."""
    colour, centre = sealed_page()
    ring = np.zeros(colour.shape[:2], np.uint8)
    cv2.circle(ring, centre, 108, 255, 5)
    shade = np.linspace(0.2, 0.45, colour.shape[1])[None, :, None] * np.array([1.0, 0.94, 0.84])
    dim = np.clip((0.35 * colour + 0.65 * 255) * shade, 0, 255).astype(np.uint8)
    red = {name: marks.colour_masks(picture)[0][ring > 0].mean()
           for name, picture in (("before", dim), ("after", light.on_white(dim)))}
    assert red["before"] < 0.1 < 0.9 < red["after"]
    cleaned = clean.clean((colour * np.array([0.84, 0.77, 0.62])).astype(np.uint8), 150.0)
    assert cleaned.colours is not None
    assert np.median(cleaned.colours, axis=(0, 1)).min() > 245


def test_red_words_in_a_square_stamp_stay() -> None:
    colour = np.repeat(drawn.text_page(lines=12)[:, :, None], 3, axis=2)
    cv2.putText(colour, "HOA TOC", (150, 1300), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (205, 40, 50), 4, cv2.LINE_AA)
    cv2.rectangle(colour, (130, 1250), (400, 1330), (205, 40, 50), 4)
    cleaned = clean.clean(colour, 150.0)
    assert [mark.kind for mark in cleaned.marks if mark.kind in ("seal", "stamp")] == ["stamp"]
    scale = cleaned.image.shape[0] / colour.shape[0]
    words = cleaned.image[round(1265 * scale) : round(1310 * scale), round(150 * scale) : round(380 * scale)]
    assert (words < 140).any()


def test_rules_of_a_table_are_found_where_they_are() -> None:
    page = drawn.text_page(lines=6)
    for y in (800, 900, 1000):
        cv2.line(page, (120, y), (1100, y), 0, 2)
    for x in (120, 500, 1100):
        cv2.line(page, (x, 800), (x, 1000), 0, 2)
    cleaned = clean.clean(page, 150.0)
    level = sorted(round(m.top) for m in cleaned.marks if m.kind == "rule")
    upright = sorted(round(m.left) for m in cleaned.marks if m.kind == "vertical_rule")
    scale = cleaned.image.shape[0] / page.shape[0]
    assert level == pytest.approx([800 * scale, 900 * scale, 1000 * scale], abs=4)
    assert upright == pytest.approx([120 * scale, 500 * scale, 1100 * scale], abs=4)


def test_a_plain_copy_is_the_page_itself() -> None:
    page = drawn.text_page()
    assert np.array_equal(clean.plain(page, 150.0).image, page)
    assert clean.plain(page, 150.0, 90).image.shape == page.T.shape


def test_points_go_back_through_a_mesh() -> None:
    mesh = np.stack(np.meshgrid(np.arange(4.0) * 10, np.arange(3.0) * 10), axis=2).astype(np.float32)
    mesh[..., 1] += 5
    back = Back(np.diag([2.0, 2.0, 1.0]), mesh, 10.0, np.eye(3))
    assert back.points(np.array([[5.0, 2.5]])).tolist() == [[10.0, 10.0]]


def test_yellow_paper_is_no_coloured_ink() -> None:
    paper = np.full((400, 300, 3), (228, 208, 164), np.uint8)
    red, blue = marks.colour_masks(paper)
    assert not red.any()
    assert not blue.any()


def shadowed(picture: np.ndarray, left: float = 0.35, right: float = 1.0) -> np.ndarray:
    """Half of it in a soft shadow, from top right to bottom left."""
    height, width = picture.shape
    xs, ys = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light_of = left + (right - left) / (1 + np.exp(-(xs + 0.4 * ys - 0.7) / 0.02))
    return np.clip(picture * light_of, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("desk", [40, 110, 170])
def test_a_sheet_is_found_on_a_desk_lighter_than_the_shadow_on_it(desk: int) -> None:
    picture, corners = drawn.photographed(drawn.text_page())
    outside = cv2.fillPoly(np.ones(picture.shape, np.uint8), [corners.astype(np.int32)], 0)
    picture = np.where((outside > 0) & (picture < 70), picture * (desk / 55), picture)
    found = sheet.corners(shadowed(picture))
    assert found is not None
    assert np.abs(found - corners).max() < 40


def test_a_page_in_shadow_keeps_its_text() -> None:
    page = drawn.text_page()
    cleaned = clean.clean(shadowed(page, 0.25), 150.0)
    assert "borders_taken_out" not in done(cleaned)
    kept = cv2.resize(cleaned.image, page.shape[::-1], interpolation=cv2.INTER_AREA)
    assert (kept[page < 60] < 140).mean() > 0.95


def test_a_dim_page_is_no_negative() -> None:
    dim = (drawn.text_page() * 0.3).astype(np.uint8)
    cleaned = clean.clean(dim, 150.0)
    assert "inverted" not in done(cleaned)
    assert np.median(cleaned.image) > 200


@pytest.mark.parametrize("degrees", [-13.0, 10.0])
def test_a_page_far_askew_is_levelled(degrees: float) -> None:
    assert clean.clean(drawn.tilted(drawn.text_page(), degrees), 150.0).measures.skew == pytest.approx(degrees, abs=0.1)


def test_the_grain_of_a_pale_copy_is_no_print() -> None:
    page = drawn.text_page()
    rng = np.random.default_rng(5)
    pale = 205 - (255 - page.astype(np.float32)) * 0.26 + 5 * rng.standard_normal(page.shape)
    evened = light.even_out(np.clip(pale, 0, 255).astype(np.uint8), pale=True)
    far = cv2.erode(page, np.ones((15, 15), np.uint8)) == 255
    assert (evened[far] < 200).mean() < 0.001
    assert (evened[page < 60] < 128).mean() > 0.95


def test_the_soft_back_goes_and_pale_sharp_print_stays() -> None:
    page, rng = drawn.text_page(), np.random.default_rng(5)
    back = cv2.GaussianBlur(np.roll(page[:, ::-1], 26, axis=0), (0, 0), 1.6)
    for behind, stays in ((back, False), (np.roll(page, 26, axis=0), True)):
        both = 235 - 0.5 * (255 - behind.astype(np.float32))
        both = np.where(page < 200, 0.85 * page + 20, both) + 2 * rng.standard_normal(page.shape)
        evened = light.even_out(np.clip(both, 0, 255).astype(np.uint8), pale=False)
        far = (cv2.erode(page, np.ones((9, 9), np.uint8)) == 255) & (behind < 60)
        assert bool((evened[far] < 230).mean() > 0.5) is stays
        assert (evened[page < 60] < 100).mean() > 0.95


def test_sharp_marks_stay_where_the_back_is_as_deep_as_they() -> None:
    """Thin marks over vowels are no deeper than the back of a page that is full on both sides: they are sharper."""
    page, rng = drawn.text_page(), np.random.default_rng(5)
    back = cv2.GaussianBlur(np.roll(page[:, ::-1], 26, axis=0), (0, 0), 1.6).astype(np.float32)
    marks = np.zeros(page.shape, np.uint8)
    for x in range(150, 1000, 40):
        cv2.line(marks, (x, 1560), (x + 4, 1555), 1, 2)
    both = 230 - 0.4 * (255 - page.astype(np.float32)) - 0.2 * (255 - back) - 60.0 * marks
    both += 2 * rng.standard_normal(page.shape)
    evened = light.even_out(np.clip(both, 0, 255).astype(np.uint8), pale=True)
    behind = (cv2.erode(page, np.ones((9, 9), np.uint8)) == 255) & (back < 60)
    assert (evened[behind] > 200).mean() > 0.9
    assert np.median(evened[marks > 0]) < 140
    assert (evened[page < 60] < 100).mean() > 0.95


@pytest.mark.parametrize("through", [0.2, 0.3])
def test_the_back_of_a_full_page_goes_from_one_with_few_lines(through: float) -> None:
    """What shines through has most of the ink, and letters of its own: neither depth nor size is told by it."""
    few, full = drawn.text_page(lines=3), drawn.text_page()
    back = cv2.GaussianBlur(np.roll(full[:, ::-1], 26, axis=0), (0, 0), 1.6)
    grain = 4 * np.random.default_rng(3).standard_normal(few.shape)
    page = 236 - 0.7 * (255.0 - few) - through * (255.0 - back) + grain
    cleaned = clean.clean(np.clip(page, 0, 255).astype(np.uint8), 150)
    assert cleaned.measures.x_height == pytest.approx(clean.clean(full, 150).measures.x_height, abs=2)
    inked = cv2.resize(cleaned.image, few.shape[::-1]) < 128
    lines = cv2.dilate(255 - few, np.ones((9, 9), np.uint8)) > 0
    assert np.count_nonzero(inked & ~lines) < 0.03 * np.count_nonzero(few < 128)
    assert np.count_nonzero(inked & (few < 128)) > 0.8 * np.count_nonzero(few < 128)


def with_ink(page: np.ndarray, ink: tuple[int, int, int], draw: np.ndarray) -> np.ndarray:
    """A page in colour with ink where `draw` is set; black print shows through it."""
    colour = np.repeat(page[:, :, None], 3, axis=2)
    colour[draw > 0] = np.minimum(colour[draw > 0], np.array(ink, np.uint8))
    return colour


@pytest.mark.parametrize("ink", [(205, 40, 60), (50, 60, 175)])
def test_a_stamp_over_print_leaves_the_print(ink: tuple[int, int, int]) -> None:
    page, draw = drawn.text_page(), np.zeros((1754, 1240), np.uint8)
    cv2.rectangle(draw, (200, 300), (560, 480), 1, 6)
    for y in (340, 392, 444):
        cv2.putText(draw, "DEN so 123 ngay 4", (225, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1, 3)
    cleaned = clean.clean(with_ink(page, ink, draw), 150.0)
    assert done(cleaned)["marks_taken_out"] == ["stamp"]
    assert [mark.kind for mark in cleaned.marks if mark.kind != "rule"] == ["stamp"]
    copy = cv2.resize(cleaned.image, page.shape[::-1])
    only_ink = (draw > 0) & (cv2.erode(page, np.ones((7, 7), np.uint8)) > 200)
    assert (copy[only_ink] < 150).mean() < 0.02
    assert (copy[(page < 60) & (draw > 0)] < 150).mean() > 0.9


def test_rings_and_lines_of_a_red_pen_over_print_go_and_the_print_stays() -> None:
    page, draw = drawn.text_page(), np.zeros((1754, 1240), np.uint8)
    cv2.ellipse(draw, (420, 670), (140, 30), 4, 0, 352, 1, 4, cv2.LINE_AA)
    cv2.polylines(draw, [np.array([[300, 895], [420, 899], [540, 893], [640, 898]])], False, 1, 4, cv2.LINE_AA)
    cleaned = clean.clean(with_ink(page, (205, 40, 60), draw), 150.0)
    assert done(cleaned)["pen_strokes_taken_out"] == 2
    assert not [mark for mark in cleaned.marks if mark.kind == "stamp"]
    copy = cv2.resize(cleaned.image, page.shape[::-1])
    only_ink = (draw > 0) & (cv2.erode(page, np.ones((7, 7), np.uint8)) > 200)
    assert (copy[only_ink] < 150).mean() < 0.05
    assert (copy[(page < 60) & (draw > 0)] < 150).mean() > 0.9


def test_a_seal_is_no_stroke_of_a_pen() -> None:
    page, _ = sealed_page()
    cleaned = clean.clean(page, 150.0)
    assert "pen_strokes_taken_out" not in done(cleaned)
    assert [mark.kind for mark in cleaned.marks if mark.kind in ("seal", "stamp")] == ["seal"]


@pytest.mark.parametrize("ink", [(205, 40, 60), (50, 60, 175)])
def test_the_form_of_a_registry_goes_where_it_touches_nothing(ink: tuple[int, int, int]) -> None:
    page, draw = drawn.text_page(lines=8), np.zeros((1754, 1240), np.uint8)
    cv2.rectangle(draw, (200, 900), (560, 1070), 1, 6)
    for y, words in ((940, "CONG VAN DEN"), (990, "So: 123"), (1040, "Chuyen:")):
        cv2.putText(draw, words, (225, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1, 3)
    cleaned = clean.clean(with_ink(page, ink, draw), 150.0)
    assert done(cleaned)["marks_taken_out"] == ["stamp"]
    assert (cv2.resize(cleaned.image, page.shape[::-1])[draw > 0] < 150).mean() < 0.02


def test_a_stamp_beside_the_print_is_text() -> None:
    page, draw = drawn.text_page(lines=8), np.zeros((1754, 1240), np.uint8)
    cv2.putText(draw, "NGUYEN VAN A", (600, 1200), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 1, 4)
    cleaned = clean.clean(with_ink(page, (205, 40, 60), draw), 150.0)
    assert "marks_taken_out" not in done(cleaned)
    copy = cv2.resize(cleaned.image, page.shape[::-1])
    assert (copy[draw > 0] < 150).mean() > 0.8


def test_corners_that_leave_the_print_askew_are_no_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    page = drawn.text_page(lines=30)
    high, wide = page.shape
    lean = 0.06 * wide  # a leaning quadrilateral, as black borders of a scanner now and then make
    wrong = np.array([[0, 0], [wide, -lean], [wide, high - lean], [0, high]], dtype=np.float64)
    monkeypatch.setattr(clean.sheet, "corners", lambda flat: wrong)
    done = dict(clean.clean(page, 150.0).steps[0].detail["done"])
    assert "sheet" not in done
    assert abs(done.get("deskewed", 0.0)) < 0.3


@pytest.mark.parametrize("turn", [0, 180])
def test_a_place_is_cut_out_of_the_pages_own_pixels(turn: int) -> None:
    page = np.ascontiguousarray(np.rot90(drawn.tilted(drawn.text_page(), 1.2), turn // 90))
    small = clean.clean(page, 150.0, turn, x_height=8.0)  # type: ignore[arg-type]
    area = (round(small.image.shape[1] * 0.2), round(small.image.shape[1] * 0.7),
            round(small.image.shape[0] * 0.2), round(small.image.shape[0] * 0.4))
    cut = clean.cut_out(page, small, area, 2.0)
    own = small.image[area[2] : area[3], area[0] : area[1]]
    assert cut.shape == (2 * own.shape[0], 2 * own.shape[1])
    shrunk = cv2.resize(cut, own.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.corrcoef(shrunk.ravel(), own.ravel())[0, 1] > 0.8  # a line higher it is under 0.3
    assert own.std() > 20


def test_beyond_the_edge_of_a_dark_page_there_is_paper() -> None:
    page = np.ascontiguousarray(255 - drawn.text_page())
    small = clean.clean(page, 150.0)
    assert small.measures.dark_background
    cut = clean.cut_out(page, small, (-30, 30, -30, 30), 1.0)
    assert cut[:20, :20].min() > 200
