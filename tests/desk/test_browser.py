"""The desk in a real browser: what an archivist does, step by step, and nothing else than that happens.

With SOHOA_SCREENSHOTS=docs/images the same steps make the pictures of docs/desk.md anew.
"""

import io
import os
import shutil
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import office
import openpyxl
import pytest
from PIL import Image

from pipeline import correcting, corrections, rewording
from pipeline.desk import changing, desk, index, noting
from pipeline.desk.review import guard
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config

uvicorn = pytest.importorskip("uvicorn")
playwright_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
NAME = "huyen/tam-tien-2024.pdf"
KEY = desk.key_of(NAME)
PICTURES = os.environ.get("SOHOA_SCREENSHOTS", "")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with playwright_api.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=FLAGS,
            headless=True,
            viewport={"width": 1360, "height": 820},
            accept_downloads=True,
        )
        yield context
        context.close()


@pytest.fixture
def served(out):
    """The desk on a free port, for one test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    index.update(out)
    app = create_app(Config(out, office.read_again, hosts=guard.hosts_of("127.0.0.1", port)))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser, served):
    """A tab that knows the person's name; whatever a page's script complains of fails the test."""
    tab = browser.new_page()
    trouble = []
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    # The browser itself notes a refused change (409) as an error.
    tab.on("console", lambda message: trouble.append(message.text)
           if message.type == "error" and "409" not in message.text else None)
    tab.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    tab.on(
        "request",
        lambda request: trouble.append(request.url) if not request.url.startswith((served, "data:")) else None,
    )
    tab.set_default_timeout(15_000)
    tab.goto(served)
    tab.evaluate("localStorage.setItem('sohoa-who', 'Lan')")
    tab.reload()
    yield tab
    tab.close()
    assert trouble == []


def picture(tab, name):
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        tab.wait_for_load_state("networkidle")
        shot = Image.open(io.BytesIO(tab.screenshot()))
        shot.convert("RGB").resize((1020, 615), Image.Resampling.LANCZOS).quantize(96, Image.Quantize.FASTOCTREE).save(
            Path(PICTURES) / f"{name}.png", optimize=True
        )


def until(tab, told, seconds=15):
    """Wait until the expression holds (the page's own policy forbids evaluating it inside the page's loop)."""
    deadline = time.monotonic() + seconds
    while not tab.evaluate(f"() => Boolean({told})"):
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def open_document(tab, served, key=KEY, after=""):
    tab.goto(f"{served}/d/{key}{after}")
    tab.wait_for_selector("#panel-record .value, #held:not([hidden])", state="attached")


def expect(tab, selector, text):
    playwright_api.expect(tab.locator(selector)).to_have_text(text)


def test_from_the_queue_to_a_corrected_exported_record(page, served, out, scans):
    # the queue, with the keyboard
    assert page.locator("#queue tr").count() == 5
    picture(page, "queue")
    page.keyboard.press("j")
    while page.locator("#queue tr.chosen").get_attribute("data-key") != KEY:
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#inspector:not([hidden])")
    # the first doubt is a number: its picture beside its digits, its place lit on the scan
    expect(page, "#big", "28")
    expect(page, "#doubt-count", "1 / 5")
    until(page, "document.getElementById('snippet').naturalWidth > 50")
    until(page, "document.querySelector('#sheet img').naturalWidth > 500")
    lit = page.locator(".mark.lit").bounding_box()
    sheet = page.locator("#sheet").bounding_box()
    box = desk.load(out, NAME).plan.evidence["/number/number"].box
    assert lit["x"] - sheet["x"] == pytest.approx(box[0] / office.WIDTH * sheet["width"], abs=4)
    assert lit["y"] - sheet["y"] == pytest.approx(box[1] / office.HEIGHT * sheet["height"], abs=4)
    picture(page, "document")
    # type another number
    page.keyboard.press("e")
    page.keyboard.type("29")
    page.keyboard.press("Enter")
    expect(page, "#message", "Đã ghi.")
    expect(page, '#panel-record .value[data-pointer="/number/number"]', "29")
    assert desk.load(out, NAME).plan.number.number == "29"
    # accept the word "phát", take the alternative for "1O"
    expect(page, "#big", "phát")
    page.keyboard.press("Enter")
    expect(page, "#big", "nghèo")
    page.keyboard.press("n")
    page.keyboard.press("n")
    while page.locator("#big").inner_text() != "1O":
        page.keyboard.press("n")
    picture(page, "doubt")
    page.keyboard.press("1")
    expect(page, '#panel-record .value[data-pointer="/targets/2/value"]', "10")
    assert desk.load(out, NAME).plan.targets[2].value == "10"
    # undo and do it again
    page.locator("#inspector").click()
    page.keyboard.press("u")
    expect(page, '#panel-record .value[data-pointer="/targets/2/value"]', "(trống)")
    # the machine reads the scan again: what the person did stands
    log = corrections.load(out / NAME)
    document = rewording.apply_to_document(office.machine(scans, NAME), log)
    office.write(out, NAME, document, correcting.apply_to_plan(office.read_again(document), log))
    open_document(page, served)
    expect(page, '#panel-record .value[data-pointer="/number/number"]', "29")
    assert "person" in page.locator('#panel-record .value[data-pointer="/number/number"]').get_attribute("class")
    # declare it verified
    page.keyboard.press("v")
    until(page, "document.getElementById('state').textContent.includes('Lan')")
    assert desk.load(out, NAME).verified.who == "Lan"
    # search without marks, go to the hit on the scan
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.fill("#q", "thuy loi")
    page.keyboard.press("Enter")
    expect(page, "#found", "3 trang")
    assert page.locator(".hits mark").first.inner_text() == "thủy"
    picture(page, "search")
    page.locator(".hits a").first.click()
    page.wait_for_selector(".mark.hit")
    assert page.locator(".word.hit").count() == 2
    # export the workbook and read it back
    page.goto(f"{served}/handover")
    with page.expect_download() as waiting:
        page.locator('a[href="/export/xlsx"]').click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    names = [cell.value for cell in book["documents"][1]]
    row = next(row for row in book["documents"].iter_rows(min_row=3) if row[0].value == NAME)
    assert row[names.index("number")].value == "29"
    assert row[names.index("verified_by")].value == "Lan"
    # correct it in a spreadsheet and bring it back
    row[names.index("theme")].value = "Đoàn kết"
    content = io.BytesIO()
    book.save(content)
    page.set_input_files(
        "#workbook", {"name": "sohoa.xlsx", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    )
    page.click("#check")
    page.wait_for_selector("#differences tbody tr.changed")
    picture(page, "handover")
    page.click("#apply")
    until(page, "document.getElementById('import-note').textContent.includes('(1)')")
    assert desk.load(out, NAME).plan.theme == "Đoàn kết"


def test_scan_and_text_show_each_other(page, served, out):
    open_document(page, served)
    page.click('[data-tab="text"]')
    page.locator("#panel-text .word", has_text="KẾ").first.click()
    lit = page.locator(".mark.lit").bounding_box()
    word = next(word for word in desk.load(out, NAME).document.words() if word.text == "KẾ")
    sheet = page.locator("#sheet").bounding_box()
    scale = sheet["width"] / office.WIDTH
    assert lit["y"] + lit["height"] / 2 - sheet["y"] == pytest.approx(word.box.middle[1] * scale, abs=4)
    # and from a place on the scan to the word, at any turn of the page
    page.evaluate("document.activeElement.blur()")
    for _ in range(4):
        page.keyboard.press("r")
        place = page.locator(".mark.lit")
        place.evaluate("mark => mark.scrollIntoView({block: 'center', inline: 'center'})")
        box = place.bounding_box()
        page.locator("#panel-text .word", has_text="HOẠCH").first.click()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page, "#panel-text .chosen", "KẾ")
        page.evaluate("document.activeElement.blur()")
    page.click('[data-tab="record"]')
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    # deep zoom: sharper squares over the page
    for _ in range(7):
        page.keyboard.press("+")
    until(page, "[...document.querySelectorAll('.tiles img')].some(tile => tile.naturalWidth > 200)")
    assert "/tile/1/" in page.locator(".tiles img").first.get_attribute("src")
    page.keyboard.press("0")
    assert page.locator(".tiles img").count() == 0
    page.keyboard.press("]")
    expect(page, "#strip .here span", "2")
    picture(page, "text")


def panels(page):
    return [panel.get_attribute("id") for panel in page.locator(".panel").all() if panel.is_visible()]


def test_a_change_leaves_the_tab_open_and_shows_what_was_changed(page, served, out):
    """The record once came into sight above the text, and the word looked at kept what it had been."""
    open_document(page, served)
    page.click('[data-tab="text"]')
    page.locator("#panel-text .word", has_text="KẾ").first.click()
    page.keyboard.press("e")
    page.keyboard.type("KÉ")
    page.keyboard.press("Enter")
    expect(page, "#big", "KÉ")
    expect(page, "#doubt-count", "– / 5")
    until(page, "document.getElementById('message').textContent === 'Bản ghi đã được lập lại.'")
    assert panels(page) == ["panel-text"]
    page.click('[data-tab="history"]')
    page.keyboard.press("u")
    until(page, "document.querySelectorAll('.entry').length === 2")
    assert panels(page) == ["panel-history"]
    page.click('[data-tab="record"]')
    page.locator("#panel-record .paragraph").first.click()
    page.keyboard.press("e")
    page.keyboard.type("Một đoạn khác")
    page.keyboard.press("Enter")
    expect(page, "#big", "Một đoạn khác")


def test_dates_are_shown_and_typed_as_people_write_them(page, served, out):
    open_document(page, served)
    place = '#panel-record .value[data-pointer="/issued/date"]'
    expect(page, place, "23/01/2024")
    page.click(place)
    expect(page, "#big", "23/01/2024")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    expect(page, "#message", "Đã ghi.")
    assert desk.load(out, NAME).plan.issued.date == "2024-01-23"
    page.click('[data-tab="history"]')
    expect(page, ".entry ins", "23/01/2024")
    assert page.locator(".entry del").count() == 0, "what was found right is told once"


def test_rows_shelf_and_history(page, served, out):
    open_document(page, served)
    page.locator("#panel-record h3", has_text="Chỉ tiêu").locator("button").click()
    page.locator('.value[data-pointer="/targets/3/indicator"]').click()
    page.fill("#value", "Khai mương")
    page.click("#edit button:not([type])")
    expect(page, '.value[data-pointer="/targets/3/indicator"]', "Khai mương")
    page.click('[data-tab="shelf"]')
    page.fill("#shelf-box", "12")
    page.locator("#shelf-box").press("Tab")
    expect(page, "#message", "Đã ghi.")
    page.click('[data-tab="history"]')
    until(page, "document.querySelectorAll('.entry').length === 3")
    entries = page.locator(".entry small").all_inner_texts()
    assert [entry.split(" · ", 2)[2] for entry in entries] == ["Hộp số", "Chỉ tiêu 4 · Chỉ tiêu", "Chỉ tiêu · thêm"]
    assert corrections.shelf(desk.load(out, NAME).log) == {"box": "12"}
    page.keyboard.press("u")
    until(page, "document.querySelectorAll('.entry').length === 4")
    assert page.locator(".entry small").first.inner_text().endswith("Hộp số · hoàn tác")
    assert page.evaluate(LEGIBLE)["faults"] == []
    assert desk.load(out, NAME).plan.targets[3].indicator == "Khai mương"


def test_no_change_without_a_name(page, served, out):
    page.evaluate("localStorage.clear()")
    open_document(page, served)
    page.keyboard.press("Enter")
    expect(page, "#message", "Hãy ghi tên của bạn trước.")
    assert corrections.load(out / NAME) == ()
    page.keyboard.type("Lan")
    page.keyboard.press("Enter")  # ends the name, and is no word for the doubt
    page.keyboard.press("Enter")
    expect(page, "#message", "Đã ghi.")
    assert [entry.who for entry in corrections.load(out / NAME)] == ["Lan"]


def test_help_list_and_next_document(page, served, out):
    page.goto(f"{served}/?level=commune&order=name")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#inspector:not([hidden])")
    expect(page, "#place", "1 / 2")
    page.keyboard.press("v")
    expect(page, "#message", "Đã kiểm tra. Enter: văn bản sau.")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/d/{KEY}?**")
    page.wait_for_selector("#inspector:not([hidden])")
    expect(page, "#place", "2 / 2")
    page.keyboard.press("Escape")
    page.wait_for_url("**/?level=commune&order=name")
    assert corrections.load(out / NAME) == (), "Enter opened the next document and accepted nothing"


def test_second_of_two_people_sees_what_the_first_entered(page, served, out):
    open_document(page, served)
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.field_entry(item, "/number/number", "29", "Minh")], office.read_again)
    page.keyboard.press("e")
    page.keyboard.type("30")
    with page.expect_response(lambda answer: answer.status == 409):
        page.keyboard.press("Enter")
    expect(page, '#panel-record .value[data-pointer="/number/number"]', "29")
    assert "bad" in page.locator("#message").get_attribute("class")
    assert desk.load(out, NAME).plan.number.number == "29"


def test_held_document_is_released_by_a_person(page, served, out):
    open_document(page, served, desk.key_of(office.SECRET))
    assert page.locator("#held h2").inner_text() == "Văn bản được giữ lại: TUYỆT MẬT"
    assert "Rừng" not in page.content()
    assert page.locator("#panel-text").is_hidden()
    picture(page, "held")
    page.fill("#release-note", "Quyết định giải mật số 1")
    page.click("#release")
    page.wait_for_selector("#tabs:not([hidden])")
    assert desk.load(out, office.SECRET).mark is None


def test_text_without_a_scan(page, served, out):
    item = desk.load(out, NAME)
    pages = tuple(replace(one, origin="text-file") for one in item.document.pages)
    office.write(out, "x/old.txt", replace(item.document, pages=pages), item.plan)
    index.update(out)
    open_document(page, served, desk.key_of("x/old.txt"))
    assert page.locator("#no-scan").is_visible()
    until(page, "document.querySelector('#as-read').textContent.includes('KẾ HOẠCH')")
    page.click('[data-tab="text"]')
    page.locator("#panel-text .word", has_text="KẾ").first.click()
    expect(page, "#big", "KẾ")
    assert page.locator("#as-read .lit").all_inner_texts() == ["KẾ"]
    page.click('[data-tab="record"]')
    page.locator('[data-pointer="/issuer/name"]').click()
    raw = item.plan.evidence["/issuer/name"].raw
    assert " ".join(page.locator("#as-read .lit").all_inner_texts()) == raw


def test_held_text_shows_nothing_and_says_so(page, served, out):
    item = desk.load(out, office.SECRET)
    pages = tuple(replace(one, origin="text-file") for one in item.document.pages)
    office.write(out, "x/mat.txt", replace(item.document, pages=pages), item.plan)
    index.update(out)
    page.goto(f"{served}/d/{desk.key_of('x/mat.txt')}")
    page.wait_for_selector("#held:not([hidden])")
    expect(page, "#no-scan", "Không có ảnh của trang này.")
    assert page.locator("#as-read").is_hidden()
    assert panels(page) == []


def test_compare_with_a_plot(page, served):
    page.goto(f"{served}/compare?indicator=ngheo")
    assert page.locator("figure rect").count() == 3
    tall = [bar.bounding_box()["height"] for bar in page.locator("figure rect").all()]
    assert max(tall) == tall[0], "the province's bar is the tallest"
    assert page.locator("#compare thead th").count() == 5
    page.goto(f"{served}/compare?issuer=tam+tien")
    assert page.locator("figure").count() == 2
    picture(page, "compare")


def test_english(page, served):
    page.click(".lang")
    expect(page, "nav .here", "Queue")
    open_document(page, served)
    expect(page, "#verify", "Mark as verified (v)")
    page.click(".lang")
    page.wait_for_selector("#panel-record .value")


SCRIPT = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def test_script_in_text_and_names_is_never_run(page, served, out, scans):
    name = f"x/{SCRIPT.replace('/', '∕')}.pdf"
    item = desk.load(out, NAME)
    entries = [
        noting.field_entry(item, "/title", SCRIPT, "Lan"),
        noting.field_entry(item, "/targets/0/indicator", SCRIPT, "Lan"),
        noting.field_entry(item, "/sections/0/heading", SCRIPT, "Lan"),
        noting.word_entry(item, "/pages/0/blocks/0/lines/3/words/0", f"zebra {SCRIPT}", SCRIPT),
        noting.shelf_entry(item, "box", SCRIPT, "Lan"),
    ]
    item = changing.change(out, NAME, entries, lambda document: item.plan)
    office.write(out, name, item.document, item.plan)
    index.update(out)
    with index.opened(out, write=True) as db:  # its scan is that of the other
        db.execute("CREATE TEMP TABLE one AS SELECT * FROM inputs WHERE name = ?", (NAME,))
        db.execute("UPDATE one SET name = ?, folded = ?", (name, name))
        db.execute("INSERT INTO inputs SELECT * FROM one")
    for path in ("/", "/search?q=zebra", "/compare?year=2024", "/handover", f"/d/{KEY}", f"/d/{desk.key_of(name)}"):
        page.goto(served + path)
        page.wait_for_load_state("networkidle")
        assert page.title() != "taken"
        assert page.locator("img[src='x']").count() == 0
    open_document(page, served)
    for tab in ("text", "shelf", "history"):
        page.click(f'[data-tab="{tab}"]')
        page.wait_for_load_state("networkidle")
    assert page.title() != "taken"
    assert page.locator("img[src='x']").count() == 0


@pytest.mark.parametrize("place", ["/", "/search", f"/d/{KEY}"])
def test_the_keyboard_reaches_everything_in_the_order_of_the_page_and_shows_where_it_is(page, served, place):
    page.goto(served + place)
    page.wait_for_load_state("networkidle")
    page.evaluate("""() => {
        const shown = one => one.getBoundingClientRect().width > 0 && !one.disabled && one.tabIndex === 0
            && getComputedStyle(one).visibility !== "hidden";
        const all = document.querySelectorAll("a[href], button, input, select, textarea, [tabindex]");
        window.inOrder = [...all].filter(shown);
    }""")
    # The search begins in its field; everything else at the top, also where the page went to its first doubt.
    page.evaluate("""() => {
        if (document.activeElement !== document.body) return;
        document.body.tabIndex = -1;
        document.body.focus();
        document.body.removeAttribute("tabindex");
    }""")
    count, start = page.evaluate("() => [window.inOrder.length, window.inOrder.indexOf(document.activeElement) + 1]")
    assert count - start > 5
    for at in range(start, min(count, start + 40)):
        page.keyboard.press("Tab")
        here = page.evaluate("""() => { const one = document.activeElement, style = getComputedStyle(one);
            return [window.inOrder.indexOf(one), style.outlineStyle, parseFloat(style.outlineWidth)]; }""")
        assert here == [at, "solid", 2], page.evaluate("() => document.activeElement.outerHTML")


LEGIBLE = (Path(__file__).parent / "legible.js").read_text("utf-8")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_text_stands_out_and_every_control_has_a_name(page, served, language):
    page.goto(f"{served}/language?to={language}")
    faults = []
    places = ["/", "/?state=open", "/search?q=thi+đua", "/compare?level=commune", "/handover",
              f"/d/{desk.key_of(office.SECRET)}"]
    for place in places:
        page.goto(served + place)
        page.wait_for_load_state("networkidle")
        seen = page.evaluate(LEGIBLE)
        assert seen["texts"] > 3, place
        faults += [f"{place}: {fault}" for fault in seen["faults"]]
    open_document(page, served)
    for tab in page.locator(".side .tabs button").all():
        tab.click()
        page.wait_for_load_state("networkidle")
        faults += [f"document, {tab.inner_text()}: {fault}" for fault in page.evaluate(LEGIBLE)["faults"]]
    assert faults == [], "\n".join(faults)
