"""A zoo of bad inputs, and files broken at random: none may stop the batch, none may go without an answer.

    python -m bench.zoo build FOLDER            write the animals and look at them
    python -m bench.zoo run [--fuzzed 2000] [--seed 1] [--work FOLDER] [--blank]

`run` reads them all with the real pipeline and checks that every input has an outcome, that every
failure is an error of ours with a cure, and that no process ever held 1.5 GB. `--blank` leaves out the
engine alone (`bench.blank`): what opens, decodes, cleans and writes is the same.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import struct
import sys
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from bench import blank
from bench.observe import Observer
from pipeline import errors
from pipeline.batches import batch
from pipeline.batches.outcomes import Event, RunSummary
from pipeline.settings import Settings

LIMIT_BYTES = 1_500_000_000
GOOD = ("done", "duplicate")


@dataclass(frozen=True)
class Animal:
    """One bad input: its name, how to make it, and the states it may end in."""

    name: str
    make: Callable[[Path], None]
    may_be: tuple[str, ...] = ("failed",)


# --- well-formed parts ------------------------------------------------------------------------------


def page_image(text: str = "KẾ HOẠCH") -> Image.Image:
    """A small page with a word on it."""
    image = Image.new("L", (500, 160), 255)
    ImageDraw.Draw(image).text((20, 40), text, fill=0, font_size=48)
    return image


def pdf_bytes(pages: int = 1, **options: object) -> bytes:
    images = [page_image(f"KẾ HOẠCH {number}") for number in range(1, pages + 1)]
    data = io.BytesIO()
    images[0].save(data, "PDF", save_all=True, append_images=images[1:], resolution=150, **options)
    return data.getvalue()


def image_bytes(kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    page_image().save(data, kind, **options)
    return data.getvalue()


def raw_pdf(*objects: str | bytes, root: int = 1) -> bytes:
    """A PDF of the given objects, numbered from 1, with a correct cross-reference table."""
    data = io.BytesIO()
    data.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(data.tell())
        data.write(b"%d 0 obj\n" % number + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n")
    start = data.tell()
    data.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        data.write(b"%010d 00000 n \n" % place)
    data.write(b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start))
    return data.getvalue()


def stream(content: bytes, entries: str = "") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), entries.encode()) + content + b"\nendstream"


CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
TREE = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def one_page(page: str, *more: str | bytes) -> bytes:
    return raw_pdf(CATALOG, TREE, page, *more)


def put(data: bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data if isinstance(data, bytes) else data())

    return make


def zeros(megabytes: int) -> bytes:
    """`megabytes` of zeros, deflated to a thousandth; put together from one deflated megabyte."""
    size = 1_000_000
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b"\0" * size) + packer.flush(zlib.Z_FULL_FLUSH)
    check = (megabytes * size % 65521) << 16 | 1  # Adler-32 of that many zeros
    return b"\x78\xda" + block * megabytes + b"\x03\x00" + struct.pack(">I", check)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, data: bytes, *extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


# --- the animals ------------------------------------------------------------------------------------


def encrypted(path: Path, owner_only: bool = False) -> None:
    with pikepdf.open(io.BytesIO(pdf_bytes())) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user="" if owner_only else "secret", R=6))


def many_pages(path: Path, count: int) -> None:
    kids = " ".join("3 0 R" for _ in range(count))
    path.write_bytes(raw_pdf(CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
                             "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"))


def deep_tree(path: Path) -> None:
    depth = 4000
    nodes = [f"<< /Type /Pages /Kids [{number + 3} 0 R] /Count 1 >>" for number in range(depth)]
    path.write_bytes(raw_pdf(CATALOG, *nodes, f"<< /Type /Page /Parent {depth + 1} 0 R /MediaBox [0 0 200 200] >>"))


def many_objects(path: Path) -> None:
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"
    path.write_bytes(raw_pdf(CATALOG, TREE, page, *(f"<< /N {number} >>" for number in range(200_000))))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(3_000_000_000)


def nested_filters() -> bytes:
    data = b"0 0 m " * 100
    for _ in range(40):
        data = zlib.compress(data)
    return one_page("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
                    stream(data, f"/Filter [{' '.join(['/FlateDecode'] * 40)}]"))


def tiff_pages(path: Path, count: int) -> None:
    """A TIFF whose pages all show the same white strip; written by hand, as a library takes minutes."""
    width, height, strip = 200, 80, b"\xff" * (200 // 8 * 80)
    entries = ((256, 3, width), (257, 3, height), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8),
               (277, 3, 1), (278, 3, height), (279, 4, len(strip)))
    size = 2 + 12 * len(entries) + 4
    first = 8 + len(strip)
    parts = [b"II*\0" + struct.pack("<I", first), strip]
    for number in range(count):
        rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        following = first + size * (number + 1) if number + 1 < count else 0
        parts.append(struct.pack("<H", len(entries)) + rows + struct.pack("<I", following))
    path.write_bytes(b"".join(parts))


def tiff_loop() -> bytes:
    data = bytearray(image_bytes("TIFF"))
    first = struct.unpack("<I", data[4:8])[0]
    entries = struct.unpack("<H", data[first:first + 2])[0]
    data[first + 2 + 12 * entries:first + 6 + 12 * entries] = struct.pack("<I", first)
    return bytes(data)


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    return data.getvalue()


def form_loop() -> bytes:
    return one_page(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R"
        " /Resources << /XObject << /F 5 0 R >> >> >>",
        stream(b"/F Do"),
        stream(b"/F Do /F Do", "/Type /XObject /Subtype /Form /BBox [0 0 300 300]"
                               " /Resources << /XObject << /F 5 0 R >> >>"),
    )


def page_with_image(width: int, height: int, data: bytes, entries: str) -> bytes:
    return one_page(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /XObject << /I 5 0 R >> >> >>",
        stream(b"595 0 0 842 0 0 cm /I Do"),
        stream(data, f"/Type /XObject /Subtype /Image /Width {width} /Height {height} {entries}"),
    )


def _pdf_of_box(box: str) -> bytes:
    return one_page(f"<< /Type /Page /Parent 2 0 R /MediaBox {box} >>")


def _halves(data: bytes, share: float = 0.5) -> bytes:
    return data[:int(len(data) * share)]


def _named(name: str, data: bytes) -> Animal:
    return Animal(name, put(data), GOOD)


ANY = ("done", "partial", "failed", "duplicate")
GREY = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"


def animals() -> tuple[Animal, ...]:
    """All of them; the built files are small, whatever they claim to be."""
    good = pdf_bytes(2)
    return (
        Animal("empty.pdf", put(b"")),
        Animal("zeros.pdf", put(b"\0" * 5000)),
        Animal("header-only.pdf", put(b"%PDF-1.7\n")),
        Animal("noise.pdf", put(random.Random(1).randbytes(20_000))),
        Animal("text-named.pdf", put(b"This is no PDF at all.\n" * 20)),
        Animal("html-named.pdf", put(b"<!doctype html><html><body>404</body></html>")),
        Animal("word-named.pdf", put(archive)),
        Animal("half.pdf", put(_halves(good)), ANY),
        Animal("tenth.pdf", put(_halves(good, 0.1)), ANY),
        Animal("tail-cut.pdf", put(good[:-200]), ANY),
        Animal("zeros-before.pdf", put(b"\0" * 2000 + good), ANY),
        Animal("wrong-xref.pdf", put(good.replace(b"startxref\n", b"startxref\n9")), ANY),
        Animal("encrypted.pdf", encrypted),
        Animal("owner-only.pdf", lambda path: encrypted(path, owner_only=True), ANY),
        Animal("no-pages.pdf", put(raw_pdf(CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>"))),
        Animal("giant-page.pdf", put(_pdf_of_box("[0 0 14400 14400]"))),
        Animal("endless-page.pdf", put(_pdf_of_box("[0 0 1e30 1e30]")), ANY),
        Animal("inside-out-box.pdf", put(_pdf_of_box("[612 792 0 0]")), ANY),
        Animal("no-box.pdf", put(one_page("<< /Type /Page /Parent 2 0 R >>")), ANY),
        Animal("words-for-box.pdf", put(_pdf_of_box("[(a) (b) /c null]")), ANY),
        Animal("zero-box.pdf", put(_pdf_of_box("[0 0 0 0]")), ANY),
        Animal("tree-loop.pdf", put(raw_pdf(CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>")), ANY),
        Animal("tree-lies.pdf", put(raw_pdf(CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 999999999 >>",
                                            "<< /Type /Page /MediaBox [0 0 200 200] >>")), ANY),
        Animal("deep-tree.pdf", deep_tree, ANY),
        Animal("10000-pages.pdf", lambda path: many_pages(path, 10_000)),
        Animal("objects.pdf", many_objects, ANY),
        Animal("content-bomb.pdf", put(lambda: one_page(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>",
            stream(zeros(3000), "/Filter /FlateDecode"))), ANY),
        Animal("nested-filters.pdf", put(nested_filters), ANY),
        Animal("image-bomb.pdf", put(lambda: page_with_image(40_000, 40_000, zeros(1600), GREY)), ANY),
        Animal("bilevel-bomb.pdf", put(lambda: page_with_image(
            60_000, 60_000, zeros(450), "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode")), ANY),
        Animal("image-lies.pdf", put(page_with_image(60_000, 60_000, zlib.compress(b"\0" * 100), GREY)), ANY),
        Animal("jbig2-noise.pdf", put(page_with_image(
            2000, 2000, random.Random(2).randbytes(3000), "/BitsPerComponent 1 /ColorSpace /DeviceGray"
            " /Filter /JBIG2Decode")), ANY),
        Animal("jpx-noise.pdf", put(page_with_image(
            2000, 2000, random.Random(3).randbytes(3000), "/Filter /JPXDecode")), ANY),
        Animal("form-loop.pdf", put(form_loop), ANY),
        Animal("length-lies.pdf", put(good.replace(b"/Length", b"/Length 99999999 /Was")), ANY),
        Animal("previous-loop.pdf", put(good.replace(b"trailer\n<<", b"trailer\n<< /Prev 9")), ANY),
        Animal("sparse-3gb.pdf", sparse),
        Animal("bomb.png", put(lambda: png(60_000, 60_000, 1, zeros(450)))),
        Animal("half.png", put(_halves(image_bytes("PNG")))),
        Animal("wrong-sum.png", put(image_bytes("PNG").replace(b"IDAT", b"IDAU")), ANY),
        Animal("no-size.png", put(png(0, 0, 8, zlib.compress(b"")))),
        Animal("text-bomb.png", put(lambda: png(
            200, 100, 8, zlib.compress(b"\0\xff" * 10_100),
            chunk(b"zTXt", b"a\0\0" + zeros(500)))), ANY),
        Animal("one-pixel.png", put(png(1, 1, 8, zlib.compress(b"\0\xff")))),
        Animal("hair.png", put(png(30_000, 1, 8, zlib.compress(b"\0" * 30_001)))),
        Animal("half.jpg", put(_halves(image_bytes("JPEG"))), ANY),
        Animal("head.jpg", put(image_bytes("JPEG")[:20])),
        Animal("jpeg-named.png", put(image_bytes("JPEG")), GOOD),
        Animal("giant.jpg", put(image_bytes("JPEG").replace(
            struct.pack(">HH", 160, 500), struct.pack(">HH", 65_000, 65_000))), ANY),
        Animal("half.tif", put(_halves(image_bytes("TIFF"))), ANY),
        Animal("loop.tif", put(tiff_loop), ANY),
        Animal("600-pages.tif", lambda path: tiff_pages(path, 600), ANY),
        Animal("6000-pages.tif", lambda path: tiff_pages(path, 6_000)),
        Animal("half.webp", put(_halves(image_bytes("WEBP")))),
        Animal("half.jp2", put(_halves(image_bytes("JPEG2000"))), ANY),
        Animal("half.gif", put(_halves(image_bytes("GIF"), 0.3)), ANY),
        Animal("short.bmp", put(_halves(image_bytes("BMP"), 0.3)), ANY),
        Animal("empty.txt", put(b""), ANY),
        Animal("noise.txt", put(random.Random(4).randbytes(50_000)), ANY),
        Animal("zeros.txt", put(b"\0" * 50_000), ANY),
        Animal("endless.txt", put(lambda: b"Ke hoach so 1 " * 6_000_000)),
        Animal("one-line.txt", put(b"ke hoach " * 200_000), ANY),
        Animal("feeds.txt", put(b"\x0c" * 100_000), ANY),
        Animal("utf16.txt", put("Kế hoạch số 5\n".encode("utf-16")), ANY),
        Animal("cut-utf8.txt", put("Kế hoạch số 5\n".encode()[:5]), ANY),
        Animal("marks.txt", put(("a" + "\u0301" * 100_000).encode()), ANY),
        Animal("scanner.001", put(good), GOOD),
        _named("Kế hoạch (bản quét).pdf", pdf_bytes(1)),
        _named(unicodedata.normalize("NFD", "Quyết định.pdf"), pdf_bytes(1, title="2")),
        _named("HOA.pdf", pdf_bytes(1, title="3")),
        _named("hoa.pdf", pdf_bytes(1, title="4")),
        _named("x" * 251 + ".pdf", pdf_bytes(1, title="5")),
        _named("new\nline.pdf", pdf_bytes(1, title="6")),
        _named("-rf.pdf", pdf_bytes(1, title="7")),
        _named(os.fsdecode(b"bytes\xff.pdf"), pdf_bytes(1, title="8")),
        _named("twin one.pdf", pdf_bytes(1, title="twin")),
        _named("twin two.pdf", pdf_bytes(1, title="twin")),
        Animal("pipe.pdf", lambda path: os.mkfifo(path)),
        Animal("nowhere.pdf", lambda path: path.symlink_to("is-not-there.pdf")),
        Animal("loop", lambda path: path.symlink_to(path.parent)),
        Animal("device.pdf", lambda path: path.symlink_to("/dev/zero")),
    )


def build(folder: Path) -> tuple[Animal, ...]:
    """Writes every animal into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    every = animals()
    for animal in every:
        animal.make(folder / animal.name)
    return every


# --- files broken at random -------------------------------------------------------------------------


def fuzz(folder: Path, count: int, seed: int) -> None:
    """`count` files: sound ones of every type with bits turned, pieces cut, doubled, moved or overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    random_ = random.Random(seed)
    bases = [
        ("pdf", pdf_bytes(1)), ("pdf", pdf_bytes(2)), ("pdf", _compressed()), ("png", image_bytes("PNG")),
        ("jpg", image_bytes("JPEG")), ("tif", image_bytes("TIFF", compression="tiff_lzw")),
        ("tif", image_bytes("TIFF")), ("webp", image_bytes("WEBP")), ("jp2", image_bytes("JPEG2000")),
        ("pdf", _fax()), ("pdf", _with_text()), ("tif", image_bytes("TIFF", compression="jpeg")),
        ("gif", image_bytes("GIF")), ("bmp", image_bytes("BMP")), ("txt", "Kế hoạch số 5\n".encode() * 40),
    ]
    for number in range(count):
        ending, data = bases[number % len(bases)]
        (folder / f"{number:05}.{ending}").write_bytes(mutated(data, random_))


def _compressed() -> bytes:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_bytes(1))) as pdf:
        pdf.save(data, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    return data.getvalue()


def _fax() -> bytes:
    """A page of CCITT G4, as office scanners write it."""
    data = io.BytesIO()
    page_image().convert("1").save(data, "PDF", resolution=150)
    return data.getvalue()


def _with_text() -> bytes:
    """A page with a text layer and nothing packed, so that what is broken is the text of the file itself."""
    words = b"BT /F 18 Tf 40 120 Td (KE HOACH so 5 nam 2024 cua xa) Tj 0 -30 Td (Thuc hien nhiem vu) Tj ET"
    return one_page("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R"
                    " /Resources << /Font << /F 5 0 R >> >> >>", stream(words),
                    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")


def mutated(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 4, 16))):
        start = random_.randrange(len(changed))
        end = min(len(changed), start + random_.choice((1, 2, 4, 16, 64, 512)))
        match random_.randrange(7):
            case 0:
                changed[start] ^= 1 << random_.randrange(8)
            case 1:
                changed[start:end] = random_.randbytes(end - start)
            case 2:
                del changed[start:end]
            case 3:
                changed[start:start] = changed[start:end]
            case 4:
                changed[start:end] = random_.choice((b"\0", b"\xff")) * (end - start)
            case 5:
                # A number in a text format: the classic of parsers.
                changed[start:end] = random_.choice((b"-1", b"0", b"99999999999", b"1e99", b"<<", b"]]", b"/A"))
            case _:
                del changed[start:]
        if not changed:
            return b"%PDF"
    return bytes(changed)


# --- reading them -----------------------------------------------------------------------------------


def our_codes() -> set[str]:
    """The codes of every error class that an input may end with."""
    kinds = [errors.InputError, errors.PageError, errors.DocumentError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return {kind().code for kind in kinds}


def check(summary: RunSummary, inputs: int, most: Counter[str]) -> list[str]:
    """What is wrong with a finished run over bad inputs."""
    wrong = []
    counts = summary.counts
    if len(summary.outcomes) != inputs:
        wrong.append(f"{inputs} inputs but {len(summary.outcomes)} outcomes")
    if sum(counts.get(state, 0) for state in ("done", "partial", "failed", "duplicate")) != inputs:
        wrong.append(f"not every input is done, partial or failed: {counts}")
    codes = our_codes()
    for outcome in summary.outcomes:
        if outcome.state == "failed" and (outcome.code not in codes or not outcome.what or not outcome.cure):
            wrong.append(f"{outcome.name}: failed without an error of ours ({outcome.code}, {outcome.what!r})")
    for role, held in most.items():
        if held > LIMIT_BYTES:
            wrong.append(f"a {role} held {held / 1e6:.0f} MB")
    if summary.stopped is not None:
        wrong.append(f"the run was stopped: {summary.stopped}")
    return wrong


def run(work: Path, fuzzed: int, seed: int, jobs: int, without_engine: bool) -> int:
    scans = work / "scans"
    zoo = build(scans / "zoo")
    fuzz(scans / "fuzzed", fuzzed, seed)
    crashes: list[Event] = []

    def progress(event: Event) -> None:
        if event.detail:
            crashes.append(event)
        if event.kind == "document" and event.progress.files_done % 100 == 0:
            print(f"  {event.progress.files_done} of {event.progress.files_total}", file=sys.stderr, flush=True)

    began = time.monotonic()
    settings = Settings(jobs=jobs, page_timeout_seconds=60.0)
    with Observer() as observer:
        summary = batch.run_batch([scans], work / "out", settings, progress=progress,
                                  drives=blank.drives() if without_engine else None)
    wrong = check(summary, len(zoo) + fuzzed, observer.most_bytes)
    allowed = {animal.name: animal.may_be for animal in zoo}
    for outcome in summary.outcomes:
        name = outcome.path.name
        if outcome.name.startswith("zoo/") and name in allowed and outcome.state not in allowed[name]:
            wrong.append(f"{name} came out {outcome.state}: {outcome.code} {outcome.what}")
    unforeseen = Counter(event.detail.strip().splitlines()[-1][:100] for event in crashes)
    print(json.dumps({
        "inputs": len(summary.outcomes), "states": summary.counts,
        "errors": dict(Counter(outcome.code for outcome in summary.outcomes if outcome.code).most_common()),
        "unforeseen": dict(unforeseen.most_common(20)),
        "most_memory_megabytes": {role: round(held / 1e6) for role, held in observer.most_bytes.items()},
        "seconds": round(time.monotonic() - began, 1), "wrong": wrong,
    }, indent=1, ensure_ascii=False))
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("build", "run"))
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--fuzzed", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--blank", action="store_true")
    options = parser.parse_args()
    if options.command == "build":
        print(len(build(options.folder)))
        return 0
    work = Path(options.work or tempfile.mkdtemp(prefix="zoo-")).resolve()  # some of its links are absolute
    try:
        return run(work, options.fuzzed, options.seed, options.jobs, options.blank)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
