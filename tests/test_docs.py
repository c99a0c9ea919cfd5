"""The documents keep up with the house: every module is on the map, every link leads somewhere."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from pipeline.commands.doctor import EXTRAS
from pipeline.commands.options import build_parser

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md"),
                    *ROOT.glob("pipeline/*/README.md")])


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
    links = re.findall(r"\]\(([^)#]*)(#[^)]*)?\)", document.read_text("utf-8"))
    own = [(document.parent / link if link else document, place) for link, place in links if "://" not in link]
    assert [str(link) for link, _ in own if not link.exists()] == []
    assert [f"{link}{place}" for link, place in own if place and place not in places_in(link)] == []


def places_in(document: Path) -> set[str]:
    """The addresses of the headings of a document, as web sites of repositories make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_list_of_shipped_data_is_whole() -> None:
    folder = ROOT / "pipeline" / "data"
    named = set(re.findall(r"`([\w.]+\.\w+)`", (folder / "README.md").read_text("utf-8")))
    assert {path.name for path in folder.iterdir()} - {"README.md"} <= named


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    names = re.findall(r"^    ([a-z]+) {2,}\S", build_parser().format_help(), re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"`sohoa {name}" not in text] == []


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = {name for document in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)", document.read_text("utf-8"))}
    assert told <= targets


def test_the_figures_of_the_readme_are_those_on_file() -> None:
    on_file = json.loads((ROOT / "samples/scores.json").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d\.\d+) \| (\d\.\d+) \|$", readme, re.MULTILINE)
    told = {name.split(" (F1)")[0].split(",")[0]: figures for name, *figures in rows}
    names = {"character error rate": "text/characters", "number": "record/scalars", "right values shown at their right "
             "place": "evidence"}
    assert len(told) == 10
    for name, figures in told.items():
        key = names.get(name) or f"record/{name.replace(' ', '_')}"
        right = [on_file[f"{kind}/{key}"] for kind in ("dev", "test")]
        share = [1 - value for value in right] if "error" in name else right
        places = len(figures[0].split(".")[1])
        assert [f"{value:.{places}f}" for value in share] == list(figures), name


def test_every_extra_is_told() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    told = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## Dependencies")[1]
    assert [name for name in extras if name != "dev" and f"`{name}`" not in told] == []
    assert set(EXTRAS) == set(extras) - {"dev", "tesserocr"}


def code_of(document: Path) -> list[str]:
    """The lines of the code blocks of a document, without their comments, and what stands in backticks elsewhere."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", document.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [line.split(" #")[0] for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_in_the_documents_work(document: Path) -> None:
    for line in code_of(document):
        if line.startswith(("from pipeline", "import pipeline")):
            exec(line, {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_options_in_the_documents_exist(document: Path) -> None:
    commands = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr, index]
    told = [(command, option) for line in code_of(document)
            for command, rest in re.findall(r"\bsohoa ([a-z]+)\b([^|;&]*)", line)
            for option in re.findall(r" (--[a-z-]+)", rest)]
    unknown = [pair for pair in told if pair[0] not in commands or pair[1] not in commands[pair[0]].format_help()]
    assert unknown == []
