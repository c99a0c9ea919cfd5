"""A small output folder as `sohoa run` leaves it, of our own writing: scans drawn here, words where they were drawn."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline import cli, rewording
from pipeline.batches.ledger import InputRow
from pipeline.batches.store import Store
from pipeline.document import Alternative, Block, Box, Document, Edit, Line, Notice, Page, Word
from pipeline.document import union as box_union
from pipeline.plan import DocumentType as Type
from pipeline.plan import (
    Evidence,
    Issued,
    Issuer,
    Number,
    Plan,
    Recipient,
    Section,
    Signature,
    Source,
    Target,
    Warning_,
)
from pipeline.settings import Settings
from pipeline.stored import to_json

DPI = 100
WIDTH, HEIGHT = 595.0, 842.0
FONTS = (
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)

# raw reading -> (restored text, confidence, alternatives)
DOUBTS = {
    "phat": ("phát", 0.55, ("phất", "phạt")),
    "1O": ("1O", 0.40, ("10",)),
    "nghè0": ("nghèo", 0.62, ("nghề",)),
}

PLANS = {
    "huyen/tam-tien-2023.pdf": {
        "issuer": "Ủy ban nhân dân xã Tam Tiến",
        "level": "commune",
        "commune": "Tam Tiến",
        "year": 2023,
        "number": "17",
        "date": "2023-02-14",
        "box": "12",
        "households": "40",
        "greenery": "7",
    },
    "huyen/tam-tien-2024.pdf": {
        "issuer": "Ủy ban nhân dân xã Tam Tiến",
        "level": "commune",
        "commune": "Tam Tiến",
        "year": 2024,
        "number": "28",
        "date": "2024-01-23",
        "box": "12",
        "households": "36",
        "greenery": "9",
    },
    "tinh/ke-hoach-2024.pdf": {
        "issuer": "Ủy ban nhân dân tỉnh Bắc Giang",
        "level": "province",
        "commune": None,
        "year": 2024,
        "number": "5",
        "date": "2024-01-05",
        "box": "13",
        "households": "4100",
        "greenery": "320",
    },
}
SECRET = "mat/phuong-an.pdf"
FAILED = "hong/cut.pdf"


def page_lines(facts):
    """The printed lines of the two pages, as the recogniser read them."""
    first = [
        facts["issuer"].upper(),
        f"Số: {facts['number']}/KH-UBND",
        f"Ngày {facts['date']}",
        "KẾ HOẠCH",
        f"Phát triển thủy lợi và giảm nghèo năm {facts['year']}",
        "I. MỤC ĐÍCH",
        "Phong trào thi đua phat triển kinh tế ở Hoà Bình",
        "II. CHỈ TIÊU",
        f"1. Số hộ nghè0 còn {facts['households']} hộ",
        f"2. Trồng mới {facts['greenery']} ha cây xanh",
        "3. Mở 1O lớp dạy nghề",
    ]
    second = [
        "III. TỔ CHỨC THỰC HIỆN",
        "Văn phòng theo dõi, báo cáo hằng quý ./.",
        "Nơi nhận:",
        "- Như trên;",
        "CHỦ TỊCH",
        "Nguyễn Văn Tâm",
    ]
    return first, second


def font_file():
    return next(path for path in FONTS if Path(path).exists())


def draw_page(lines, number):
    """An image of the lines and the page with each word where it was drawn."""
    scale = DPI / 72
    image = Image.new("L", (round(WIDTH * scale), round(HEIGHT * scale)), 245)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(font_file(), round(13 * scale))
    made = []
    for index, text in enumerate(lines):
        left, top = 70.0, 70.0 + 28 * index
        words = []
        for raw in text.split():
            shown, confidence, others = DOUBTS.get(raw, (raw, 0.97, ()))
            drawn = shown if raw != "1O" else "10"
            pen.text((left * scale, top * scale), drawn, font=font, fill=20)
            width = pen.textlength(drawn, font=font) / scale
            box = Box(*Box(left, top, left + width, top + 16).rounded())
            edits = (Edit("decode", raw, shown),) if shown != raw else ()
            words.append(
                Word(
                    raw,
                    shown,
                    box,
                    confidence,
                    confidence,
                    alternatives=tuple(Alternative(o, 0.2) for o in others),
                    edits=edits,
                )
            )
            left += width + 5
        made.append(Line(tuple(words), box_union(tuple(word.box for word in words)), 13.0))
    return image, Page(number, WIDTH, HEIGHT, dpi=DPI, blocks=(Block(tuple(made)),))


def place_of(document, wanted):
    for page in document.pages:
        for line in page.lines():
            if wanted in line.text:
                return page.number, line
    raise AssertionError(wanted)


def read_again(document):
    """A small stand-in for the record's reader: number, year, targets, sections from the words as they are now."""
    text = "\n".join(page.text for page in document.pages)
    facts = next((facts for name, facts in PLANS.items() if document.file == name), None)
    if facts is None:
        return Plan(source=source_of(document))
    evidence = {}

    def seen(pointer, wanted, confidence=0.95):
        page, line = place_of(document, wanted)
        evidence[pointer] = Evidence(
            page=page, box=line.box.rounded(), raw=line.raw, text=line.text, confidence=confidence
        )

    number = re.search(r"Số: (\S*)/KH", text)[1]
    seen("/number/number", "Số:", 0.70)
    seen("/number/symbol", "Số:")
    seen("/issuer/name", "ỦY BAN" if "ỦY BAN" in text else "BAN NHÂN DÂN")
    seen("/title", "thủy lợi")
    targets = []
    for label, indicator, value, unit, line in re.findall(
        r"(?m)^(?=(\d)\. (Số hộ nghèo|Trồng mới|Mở) (?:còn )?(\S+) (\S+))(.*)$", text
    ):
        good = value.isdecimal()
        seen(f"/targets/{len(targets)}/value", line, 0.9 if good else 0.3)
        seen(f"/targets/{len(targets)}/indicator", line)
        targets.append(
            Target(
                label=label,
                indicator=indicator,
                comparator="=" if good else None,
                value=value if good else None,
                unit=unit,
                text=line,
            )
        )
    notices = (
        ()
        if all(t.value for t in targets)
        else (Warning_(code="value_unreadable", message="number: number read as 1O", page=1),)
    )
    return Plan(
        source=source_of(document),
        document_type=Type(code="KH", name="Kế hoạch"),
        number=Number(number=number, symbol="KH-UBND"),
        issuer=Issuer(name=facts["issuer"], level=facts["level"], commune=facts["commune"], province="Bắc Giang"),
        issued=Issued(place="Tam Tiến", date=facts["date"]),
        title=f"Phát triển thủy lợi và giảm nghèo năm {facts['year']}",
        year=facts["year"],
        sections=(
            Section(
                label="I",
                heading="MỤC ĐÍCH",
                kind="purpose",
                paragraphs=("Phong trào thi đua phát triển kinh tế ở Hoà Bình",),
            ),
            Section(label="II", heading="CHỈ TIÊU", kind="targets"),
            Section(
                label="III",
                heading="TỔ CHỨC THỰC HIỆN",
                kind="organisation",
                paragraphs=("Văn phòng theo dõi, báo cáo hằng quý ./.",),
            ),
        ),
        targets=tuple(targets),
        recipients=(Recipient(name="Như trên"),),
        archive="VT",
        signature=Signature(authority="TM. ỦY BAN NHÂN DÂN", title="CHỦ TỊCH", name="Nguyễn Văn Tâm"),
        warnings=notices,
        confidence=0.9,
        evidence=evidence,
    )


def source_of(document):
    return Source(
        file=document.file,
        sha256=document.sha256,
        media_type="application/pdf",
        pages=len(document.pages),
        text_origin="ocr",
    )


def build(root, *, ledger=True):
    """Make `root`/scans and `root`/out; gives the latter."""
    scans, out = root / "scans", root / "out"
    rows = []
    for name, facts in PLANS.items():
        rows.append(add(scans, out, name, page_lines(facts)))
    secret = (["ỦY BAN NHÂN DÂN TỈNH", "TUYỆT MẬT", "Số: 3/PA-UBND", "PHƯƠNG ÁN", "Diễn tập khu vực Rừng Thông"],)
    rows.append(add(scans, out, SECRET, secret))
    (scans / "hong").mkdir(parents=True, exist_ok=True)
    (scans / FAILED).write_bytes(b"%PDF-1.4 cut")
    rows.append(
        InputRow(
            FAILED,
            str(scans / FAILED),
            12,
            0,
            "failed",
            "00" * 32,
            code="unreadable_file",
            what="The file is damaged and could not be repaired.",
            cure="Scan the paper again.",
        )
    )
    if ledger:
        with Store(out) as store:
            store.start_run(Settings(), {})
            for row in rows:
                store.record_input(row)
            store.end_run(True)
    return out


def add(scans, out, name, pages):
    """One more document; gives its row of the ledger."""
    drawn = [draw_page(lines, number) for number, lines in enumerate(pages, 1)]
    path = scans / name
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [image for image, _ in drawn]
    images[0].save(path, format="PDF", save_all=True, append_images=images[1:], resolution=DPI)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    document = Document(name, sha, "application/pdf", tuple(page for _, page in drawn))
    write(out, name, document, read_again(document))
    return InputRow(name, str(path), path.stat().st_size, 0, "done", sha, "application/pdf", len(pages))


def write(out, name, document, plan):
    """The outputs that the desk reads, as a run writes them (corrections.json is left alone)."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "document.json").write_text(json.dumps(to_json(document), ensure_ascii=False), "utf-8")
    (folder / "record.json").write_text(json.dumps(plan.as_json(), ensure_ascii=False), "utf-8")
    (folder / "text.txt").write_text("\n".join(page.text for page in document.pages), "utf-8")


def machine(scans, name):
    """The document as the machine reads it again: what a second run gives before corrections."""
    facts = PLANS[name]
    pages = tuple(draw_page(lines, number)[1] for number, lines in enumerate(page_lines(facts), 1))
    sha = hashlib.sha256((scans / name).read_bytes()).hexdigest()
    return Document(name, sha, "application/pdf", pages)


def machine_of(name):
    """The document of one plan without its scan."""
    pages = tuple(draw_page(lines, number)[1] for number, lines in enumerate(page_lines(PLANS[name]), 1))
    return Document(name, "00" * 32, "application/pdf", pages)


def empty_plan():
    return Plan(source=Source(file="x.pdf", sha256="00" * 32, media_type="application/pdf", pages=2,
                              text_origin="ocr"))


def failed_page_document(scans, name="huyen/tam-tien-2024.pdf"):
    document = machine(scans, name)
    lost = Page(2, WIDTH, HEIGHT, status="failed", notices=(Notice("ocr_page_failed", "timeout", 2),))
    return Document(name, document.sha256, document.media_type, (document.pages[0], lost))


def word_pointer(item, text):
    """Where the first word that reads so stands."""
    for p, page in enumerate(item.document.pages):
        for b, block in enumerate(page.blocks):
            for n, line in enumerate(block.lines):
                for w, word in enumerate(line.words):
                    if word.text == text:
                        return rewording.word_pointer(p, b, n, w)
    raise AssertionError(text)


def change(client, *changes, who="Lan", key):
    """What the page of a document sends when a person changes something."""
    return client.post(f"/d/{key}/change", json={"who": who, "changes": list(changes)})


def run(root, *more):
    """Read the folder `scans` by the real pipeline."""
    assert cli.main(["run", str(root / "scans"), "--out", str(root / "out"), "--jobs", "1", *more]) == 0
