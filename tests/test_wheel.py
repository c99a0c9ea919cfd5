"""The built wheel works from any folder, dictionaries and models inside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = "Số: 29/KH-UBND\n\nKẾ HOẠCH\nTổ chức diễn tập phòng, chống thiên tai năm 2024\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-w", str(place)], check=True)
    (wheel,) = place.glob("sohoa-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(place / "site"), str(wheel)], check=True)
    return place / "site"


def run(installed: Path, folder: Path, code: str) -> str:
    # PYTHONPATH comes before the checkout that an editable install adds.
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True,
                          capture_output=True, text=True, timeout=120)
    return done.stdout


def test_the_wheel_parses_a_text_from_another_folder(installed: Path, tmp_path: Path) -> None:
    told = run(installed, tmp_path, f"""
import json, pipeline
from pipeline import parse
plan = parse({TEXT!r})
print(json.dumps([pipeline.__file__, plan.number.number, plan.number.symbol, plan.document_type.code]))
""")
    place, number, symbol, code = json.loads(told)
    assert Path(place).is_relative_to(installed)
    assert (number, symbol, code) == ("29", "KH-UBND", "KH")


def test_the_wheel_carries_the_command(installed: Path) -> None:
    entry = next(installed.glob("sohoa-*.dist-info")) / "entry_points.txt"
    assert "sohoa = pipeline.cli:main" in entry.read_text()


def test_the_wheel_has_dictionaries_and_no_samples(installed: Path) -> None:
    assert list((installed / "pipeline" / "dictionaries").glob("*.tsv"))
    assert not (installed / "samples").exists()
