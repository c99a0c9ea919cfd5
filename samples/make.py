"""Make the samples: gold records and texts, the committed scans, and on demand every kind of every sample.

    python -m samples.make                         rewrite samples/gold, samples/scans and samples/gold/index.json
    python -m samples.make --check                 fail when the committed gold differs from its sources
    python -m samples.make --all --out build/samples   every sample in every kind, with its gold

For benchmarks: `renderings(names, kinds)` gives each aged document with its true words at their aged places.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from samples import age, bundle, garble, gold, legacy, source, typeset

HERE = Path(__file__).parent
SCANS = HERE / "scans"


@dataclass(frozen=True, slots=True)
class Committed:
    """One file of samples/scans: which sample, aged how, in what form.

    `form`: pdf, layer (PDF with the English reading under it), tiff, png (first page only), text (the English
    reading as a text file), legacy (PDF printed with fonts of the TCVN3 kind: its text layer is mis-encoded).
    """

    file: str
    sample: str
    kind: str
    form: str = "pdf"


COMMITTED = (
    Committed("thi-dua-xa-2024.pdf", "thi-dua-xa-2024", "seal"),
    Committed("cai-cach-hanh-chinh-tinh-2022.pdf", "cai-cach-hanh-chinh-tinh-2022", "office200"),
    Committed("chuyen-de-dang-uy-2021.pdf", "chuyen-de-dang-uy-2021", "photocopy"),
    Committed("tiem-chung-so-y-te-2019.pdf", "tiem-chung-so-y-te-2019", "photo"),
    Committed("chuyen-doi-so-xa-2023.pdf", "chuyen-doi-so-xa-2023", "office200grey", "layer"),
    Committed("hoi-phu-nu-huyen-2020.tif", "hoi-phu-nu-huyen-2020", "clean", "tiff"),
    Committed("thien-tai-huyen-2016.pdf", "thien-tai-huyen-2016", "rotated"),
    Committed("chuyen-de-dang-uy-2021-trang-1.png", "chuyen-de-dang-uy-2021", "lowres", "png"),
    Committed("thi-dua-xa-2024-ocr.txt", "thi-dua-xa-2024", "office200", "text"),
    Committed("nong-thon-moi-huyen-2018.pdf", "nong-thon-moi-huyen-2018", "punched"),
    Committed("so-hoa-tai-lieu-so-noi-vu-2024.pdf", "so-hoa-tai-lieu-so-noi-vu-2024", "lowres"),
    Committed("dich-vu-cong-xa-2025.pdf", "dich-vu-cong-xa-2025", "photo"),
    Committed("tinh-nguyen-he-doan-2006.pdf", "tinh-nguyen-he-doan-2006", "yellowed"),
    Committed("boi-duong-giao-vien-2012.pdf", "boi-duong-giao-vien-2012", "fax"),
    Committed("thu-ngan-sach-xa-1998.pdf", "thu-ngan-sach-xa-1998", "faint"),
    Committed("thu-ngan-sach-xa-1998-tcvn3.pdf", "thu-ngan-sach-xa-1998", "clean", "legacy"),
    Committed("boi-duong-giao-vien-2012-ocr.txt", "boi-duong-giao-vien-2012", "clean", "text"),
)

# May be looked at while developing; every other sample is only reported on.
DEV = frozenset(
    {
        "thi-dua-xa-2024",
        "cai-cach-hanh-chinh-tinh-2022",
        "chuyen-de-dang-uy-2021",
        "tiem-chung-so-y-te-2019",
        "chuyen-doi-so-xa-2023",
        "hoi-phu-nu-huyen-2020",
        "thien-tai-huyen-2016",
    }
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """One sample aged in one kind. `pages` has the form of words.json, its boxes moved to where the words now are."""

    sample: str
    kind: str
    scans: tuple[age.Scan, ...]
    meshes: tuple[list[list[list[float]]], ...]
    pages: tuple[dict[str, Any], ...]


@cache
def _clean(name: str) -> tuple[source.Source, list[typeset.Page], list[age.Pixels]]:
    sample = source.load(name)
    pages = typeset.set_pages(sample)
    family = sample.head.get("font", "Liberation Serif")
    return sample, pages, [np.asarray(typeset.draw(page, family)) for page in pages]


def moved_pages(pages: list[dict[str, Any]], scans: Iterable[age.Scan]) -> tuple[dict[str, Any], ...]:
    """The true words of each page with their boxes on the aged page (upright hulls), in points."""
    found = []
    for page, scan in zip(pages, scans, strict=True):
        scale = np.array([72 / scan.dpi[0], 72 / scan.dpi[1]])
        lines = []
        for line in page["lines"]:
            boxes = np.array([word[1:] for word in line["words"]], np.float64)
            corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2) * typeset.DPI / 72
            moved = (scan.move(corners) * scale).reshape(-1, 4, 2)
            low, high = moved.min(axis=1), moved.max(axis=1)
            words = [
                [word[0], *np.round([*a, *b], 1).tolist()] for word, a, b in zip(line["words"], low, high, strict=True)
            ]
            lines.append({**line, "words": words})
        height, width = scan.image.shape[:2]
        found.append({"width": round(width * scale[0], 2), "height": round(height * scale[1], 2), "lines": lines})
    return tuple(found)


def render(name: str, kind: str, count: int | None = None) -> Rendering:
    """Age one sample, or its first `count` pages; the same arguments give the same bytes."""
    sample, pages, images = _clean(name)
    pages = pages[:count]
    sheets = [
        age.Sheet(
            image,
            page,
            images[(index + 1) % len(images)] if images[(index + 1) % len(images)].shape == image.shape else image,
            sample.record.get("issuer", ""),
            age.generator(name, kind, index + 1),
            index + 1,
        )
        for index, (image, page) in enumerate(zip(images[: len(pages)], pages, strict=True))
    ]
    scans = tuple(age.KINDS[kind](sheet) for sheet in sheets)
    meshes = tuple(scan.mesh(page) for scan, page in zip(scans, pages, strict=True))
    return Rendering(name, kind, scans, meshes, moved_pages(gold.page_lines(pages), scans))


def renderings(names: Iterable[str] | None = None, kinds: Iterable[str] | None = None) -> Iterator[Rendering]:
    """Every asked sample in every asked kind (all by default), one at a time."""
    for name in names or source.names():
        for kind in kinds or age.KINDS:
            yield render(name, kind)


def write_scan(row: Committed, folder: Path = SCANS) -> Rendering:
    """Write one committed scan and say where its words are."""
    made = render(row.sample, row.kind)
    path = folder / row.file
    if row.form == "pdf":
        bundle.write_pdf(path, made.scans)
    elif row.form == "layer":
        bundle.write_pdf(path, made.scans, [garble.layer(scan) for scan in made.scans])
    elif row.form == "tiff":
        bundle.write_tiff(path, made.scans)
    elif row.form == "png":
        bundle.write_png(path, made.scans[0])
    elif row.form == "legacy":
        sample, pages, _ = _clean(row.sample)
        legacy.write_pdf(path, pages, sample.head.get("font", "Liberation Serif"))
    elif row.form == "text":
        path.write_text("\f".join(garble.text(scan) for scan in made.scans), "utf-8")
    else:
        raise ValueError(f"unknown form {row.form}")
    return made


def index_entry(row: Committed, made: Rendering | None) -> dict[str, Any]:
    """What gold/index.json says of a scan: its sample, set, kind, the pages it holds, where their points have gone."""
    meshes: list[Any] = [] if made is None or row.form == "text" else list(made.meshes)
    if row.form == "png":
        meshes = meshes[:1]
    return {
        "gold": row.sample,
        "set": "dev" if row.sample in DEV else "test",
        "kind": row.kind,
        "form": row.form,
        "meshes": meshes,
    }


def dump_index(entries: dict[str, dict[str, Any]]) -> str:
    """JSON with one page's mesh a line."""
    parts = []
    for file, entry in entries.items():
        meshes = ",\n   ".join(json.dumps(mesh, separators=(",", ":")) for mesh in entry["meshes"])
        plain = {key: value for key, value in entry.items() if key != "meshes"}
        parts.append(f' {json.dumps(file)}: {json.dumps(plain)[:-1]}, "meshes": [\n   {meshes}]}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def check() -> list[str]:
    """The samples whose committed gold differs from what their source says."""
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for name in source.names():
            sample, pages, _ = _clean(name)
            gold.write(sample, pages, Path(folder))
            for path in (Path(folder) / name).iterdir():
                there = gold.GOLD / name / path.name
                if not there.exists() or there.read_bytes() != path.read_bytes():
                    stale.append(f"{name}/{path.name}")
    return sorted(stale)


def write_all(out: Path, names: Iterable[str] | None, kinds: Iterable[str] | None) -> None:
    """Every asked sample in every asked kind: `scans` to run, and beside it `gold` to score the run with."""
    (out / "scans").mkdir(parents=True, exist_ok=True)
    entries = {}
    for made in renderings(names, kinds):
        row = Committed(f"{made.sample}.{made.kind}.pdf", made.sample, made.kind)
        bundle.write_pdf(out / "scans" / row.file, made.scans)
        entries[row.file] = index_entry(row, made)
        sample, pages, _ = _clean(made.sample)
        gold.write(sample, pages, out / "gold")
        print(row.file, file=sys.stderr)
    (out / "gold" / "index.json").write_text(dump_index(entries), "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m samples.make", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare the committed gold with its sources")
    parser.add_argument("--gold", action="store_true", help="only rewrite the gold, not the scans")
    parser.add_argument("--all", action="store_true", help="every sample in every kind, into --out")
    parser.add_argument("--out", type=Path, default=Path("build/samples"))
    parser.add_argument("--sample", action="append", help="only this sample (may be repeated)")
    parser.add_argument("--kind", action="append", choices=sorted(age.KINDS), help="only this kind (may be repeated)")
    options = parser.parse_args(arguments)
    if options.check:
        stale = check()
        print("\n".join(f"stale: {name}" for name in stale) or "samples: gold agrees with its sources")
        return 1 if stale else 0
    if options.all:
        write_all(options.out, options.sample, options.kind)
        return 0
    for name in options.sample or source.names():
        sample, pages, _ = _clean(name)
        gold.write(sample, pages)
    if options.gold:
        return 0
    SCANS.mkdir(exist_ok=True)
    index = gold.GOLD / "index.json"
    entries = json.loads(index.read_text("utf-8")) if index.exists() and options.sample else {}
    for row in COMMITTED:
        if not options.sample or row.sample in options.sample:
            entries[row.file] = index_entry(row, write_scan(row))
            print(row.file, (SCANS / row.file).stat().st_size // 1024, "kB", file=sys.stderr)
    ordered = {row.file: entries[row.file] for row in COMMITTED if row.file in entries}
    index.write_text(dump_index(ordered), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
