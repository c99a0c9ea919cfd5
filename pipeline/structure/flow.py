"""From a restored document to its paragraphs and outline: the stages tidy, areas, joining and outline in a row.

`paragraphs` is what the text exports print; `structure` is what the record is read from. Both take the document
after restoration, upright, with its tables found; both are pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.document import Document, Notice, Table
from pipeline.structure import areas, joining, outline, placing
from pipeline.structure.passages import Node, Paragraph, PlacedLine, walk
from pipeline.structure.tidy import tidy


@dataclass(frozen=True, slots=True)
class Structure:
    """A document in its parts. `lines` and `paragraphs` are in reading order and hold every word once."""

    document: Document
    lines: tuple[PlacedLine, ...]
    paragraphs: tuple[Paragraph, ...]
    nodes: tuple[Node, ...]
    notices: tuple[Notice, ...]


def structure(document: Document) -> Structure:
    """Areas, paragraphs and outline of a restored, upright document."""
    document, notices = tidy(document)
    lines = areas.label(placing.place_lines(document))
    tables: dict[tuple[int, int], Table] = {
        (page.number, index): table for page in document.pages for index, table in enumerate(page.tables)
    }
    joined = joining.join_lines(lines, tables)
    nodes = outline.build(joined)
    return Structure(document, lines, _with_levels(joined, nodes), nodes, notices)


def paragraphs(document: Document) -> tuple[Paragraph, ...]:
    """The document's text in paragraphs, joined over lines and pages, artefacts out.

    Each has its area, and where it opens a section its mark and (for a heading) its level from 1; one that stands
    for a table carries it.
    """
    return structure(document).paragraphs


def _with_levels(joined: Iterable[Paragraph], nodes: tuple[Node, ...]) -> tuple[Paragraph, ...]:
    opened = {
        id(step.node.title.lines): (step.node.title.marker, step.node.depth if step.node.heading is not None else 0)
        for step in walk(nodes)
        if step.node.title is not None
    }
    result = []
    for paragraph in joined:
        found = opened.get(id(paragraph.lines))
        result.append(replace(paragraph, marker=found[0], level=found[1]) if found else paragraph)
    return tuple(result)
