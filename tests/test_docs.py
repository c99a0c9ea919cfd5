"""The documents keep up with the house: every module is on the map, every link leads somewhere."""

import re
from pathlib import Path

import pytest

from pipeline import cli

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])


def test_the_map_names_every_module_once() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    text = text.split("## The modules")[1].split("## Choices")[0]
    named = re.findall(r"^\| `(\w+)/?` \|", text, re.MULTILINE)
    package = ROOT / "pipeline"
    areas = {"", "knowledge", "decoder", "imaging", "structure", "writers", "batches", "desk", "scoring", "commands"}
    modules = [path.stem for area in areas for path in (package / area).glob("*.py") if path.stem[:2] != "__"]
    modules += [path.parent.name for path in package.rglob("*/__init__.py") if path.parent.name not in areas]
    assert sorted(named) == sorted(modules)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert broken == []


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    names = re.findall(r"^    ([a-z]+) {2,}\S", cli.build_parser().format_help(), re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"`sohoa {name}" not in text] == []


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = {name for document in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)", document.read_text("utf-8"))}
    assert told <= targets
