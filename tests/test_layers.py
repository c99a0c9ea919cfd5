"""A module imports only from groups above its own; within a group, never one another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"

# From the ground up. A name ending in "/" is a package, whose modules may import one another.
GROUPS: tuple[tuple[str, ...], ...] = (
    # values and knowledge that need nothing
    (
        "document", "errors", "fuzzy", "numerals", "pdfstrip", "plan", "thumbnails", "tokens", "versions",
        "vietnamese", "xmltext",
    ),
    # what needs only those
    (
        "accuracy", "channel", "corrections", "dates", "disk", "encodings", "language", "lexicon", "markup",
        "messages", "numbering", "pdfimages", "pdfmeta", "pdfsurvey", "pdftext", "router", "settings",
        "settling", "tables", "tidy", "workers",
    ),
    # knowledge and parts of stages
    (
        "agreement", "candidates", "datelines", "discover", "doctypes", "gazetteer", "headings", "lattice",
        "passages", "pdfmedia", "pdfmend", "people", "quantities", "recognisers", "secrecy", "sequence",
        "symbols", "terms", "training", "truth", "wording",
    ),
    (
        "bodies", "foot", "joining", "measure", "outcomes", "pdfcheck", "placement", "placing",
        "restoration", "second", "store", "targets", "themes", "times", "titles",
    ),
    (
        "citations", "closing", "console", "desk", "doctor", "doubts", "duties", "images", "issuer", "jobs",
        "letterhead", "outline", "score", "searchable", "tally", "webreport",
    ),
    ("areas", "header", "index", "learn", "marks", "overview", "pdfpages", "report", "sheet"),
    ("clean", "flow", "handover", "ingest", "layout", "search"),
    ("checks", "export", "html", "pages", "sheets"),
    ("finding_aids", "record"),
    # the two drives
    ("letter", "run", "tt05"),
    ("archival", "package", "planning"),
    ("forms", "schedule"),
    # many documents; the desk in the browser
    ("batch", "review"),
    ("cluster", "desk_cli", "remote", "watch"),
    # people
    ("cli",),
)
RANK = {name.rstrip("/"): rank for rank, group in enumerate(GROUPS) for name in group}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(level=level) if level:
                yield "<relative import>"
            case ast.ImportFrom(module="pipeline", names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)) if module.startswith("pipeline."):
                yield module.split(".")[1]
            case ast.Import(names=names):
                yield from (alias.name.split(".")[1] for alias in names if alias.name.startswith("pipeline."))


def faults(path: Path, source: str) -> list[str]:
    own = module_of(path)
    tree = ast.parse(source)
    wrong = []
    for name in imported(tree):
        if name == own or name.startswith("__"):
            continue
        if name not in RANK:
            wrong.append(f"{own} imports {name}, which stands in no group")
        elif RANK[name] >= RANK[own]:
            wrong.append(f"{own} imports {name}")
    return wrong


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if module_of(path) not in ("__init__", "__main__")]


def test_every_module_stands_in_a_group() -> None:
    assert {module_of(path) for path in sources()} - set(RANK) == set()


def test_no_group_names_a_module_that_is_gone() -> None:
    assert set(RANK) - {module_of(path) for path in sources()} == set()


def test_imports_point_up_the_list() -> None:
    assert [fault for path in sources() for fault in faults(path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize("line", [
    "from pipeline import settings", "from pipeline.settings import Settings", "import pipeline.settings",
    "from . import errors", "def late():\n    from pipeline import document",
])
def test_a_wrong_import_is_seen_in_every_form(line: str) -> None:
    assert faults(PACKAGE / "errors.py", line) != []
