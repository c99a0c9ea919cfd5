"""A part of the house imports only from parts above its own, and no modules import one another in a circle."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"

# From the ground up: modules of the root and packages by area. Those of one row do not know of one another.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("document", "errors", "plan"),
    ("disk", "faults", "settings", "stored"),
    ("corrections",),
    ("attention", "notes"),
    ("correcting", "knowledge"),
    ("decoder", "imaging", "rewording", "scoring", "structure", "versions"),
    ("training", "writers"),
    ("run",),
    ("batches",),
    ("desk",),
    ("commands",),
    ("cli",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
ENTRIES = ("__init__", "__main__")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if part_of(path) not in ENTRIES]


MODULES = frozenset(dotted(path) for path in sources())


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of what a module takes from the house, wherever in the file it does so."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(level=level) if level:
                yield "pipeline.<relative import>"
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "pipeline":
                for name in (f"{module}.{alias.name}" for alias in names):
                    yield name if name in MODULES or module == "pipeline" else module
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.startswith("pipeline."))


def faults(path: Path, source: str) -> list[str]:
    own = part_of(path)
    wrong = []
    for name in imported(ast.parse(source)):
        part = name.split(".")[1]
        if part == own or part.startswith("__"):
            continue
        if part not in RANK:
            wrong.append(f"{own} imports {part}, which stands in no layer")
        elif RANK[part] >= RANK[own]:
            wrong.append(f"{own} imports {part}")
    return wrong


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_every_part_stands_in_a_layer() -> None:
    assert {part_of(path) for path in sources()} == set(RANK)


def test_imports_point_up_the_list() -> None:
    assert [fault for path in sources() for fault in faults(path, path.read_text("utf-8"))] == []


def test_no_modules_import_one_another_in_a_circle() -> None:
    arrows = {dotted(path): set(imported(ast.parse(path.read_text("utf-8")))) & MODULES for path in sources()}
    assert sum(map(len, arrows.values())) > len(arrows), "the imports were not seen at all"
    assert circle(arrows) == []


def test_a_circle_is_seen() -> None:
    assert circle({"dates": {"terms"}, "terms": {"fuzzy"}, "fuzzy": {"dates"}}) != []


@pytest.mark.parametrize("line", [
    "from pipeline import settings", "from pipeline.settings import Settings", "import pipeline.settings",
    "from pipeline.knowledge import dates", "from pipeline.knowledge.dates import Found",
    "from . import errors", "def late():\n    from pipeline.knowledge import dates",
])
def test_a_wrong_import_is_seen_in_every_form(line: str) -> None:
    assert faults(PACKAGE / "errors.py", line) != []


# Functions that remember every answer: what they are asked for is of a closed set (tables, code lists, classes, fonts).
REMEMBER_ALL = frozenset({
    "stored._members", "pdftext._data", "figures.letters", "figures._face", "symbol_codes._by_key",
    "lexicon.load_table", "lexicon.columns", "vietnamese.syllables",
})


def test_what_is_remembered_of_documents_is_bounded() -> None:
    """A worker reads hundreds of documents, the desk and a program that uses the package any number."""
    found = {
        f"{path.stem}.{node.name}"
        for path in sources() for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.args.args
        for told in map(ast.unparse, node.decorator_list)
        if told.rpartition(".")[2] == "cache" or "maxsize=None" in told
    }
    assert found == REMEMBER_ALL
