"""The order of the stages, and nothing else.

Two drives meet in a stored `Document`: `recognise` is slow, goes page by page and runs in workers;
`read` is quick, takes the whole document and is pure. When a rule changes, only `read` runs again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pipeline
from pipeline import correcting, corrections, rewording
from pipeline.corrections import Correction
from pipeline.decoder.restoration import RestoredText, Restorer
from pipeline.decoder.restoration import restore as restore_document
from pipeline.document import Box, Document, Notice, Page, Step, reset, upright
from pipeline.errors import MissingReference, PageError, SohoaError, TooLarge
from pipeline.imaging import ingest, layout, pages, recognisers
from pipeline.imaging.images import PageInput
from pipeline.imaging.recognisers import Recogniser
from pipeline.imaging.sources import Source
from pipeline.knowledge import encodings, secrecy, vietnamese
from pipeline.knowledge.secrecy import Mark
from pipeline.plan import Evidence, Plan
from pipeline.settings import Preset, Settings
from pipeline.structure import record, splitting, tables
from pipeline.writers import export, held, html, markup, searchable


@dataclass(frozen=True, slots=True)
class Reading:
    """What one input came to: the restored document, and a record for each document found in it.

    `plans` has one entry, or with `Settings.split` one for each part in `parts`; `marks` says of each by which
    mark of secrecy it is held, None where it may be read.
    """

    document: Document
    plans: tuple[Plan, ...]
    parts: tuple[Document, ...]
    marks: tuple[Mark | None, ...] = ()

    @property
    def plan(self) -> Plan:
        return self.plans[0]


# --- the slow half ----------------------------------------------------------------------------------


def open_source(path: Path, name: str, settings: Settings) -> Source:
    """Check and open one input; `name` is its name relative to the scan folder. Raises InputError."""
    return ingest.open_source(path, name, settings)


def recognise_page(
    source: Source, number: int, settings: Settings, plain: bool = False, recogniser: Recogniser | None = None
) -> Page:
    """Read page `number` (from 1). `plain` leaves out cleaning and second looks. Raises PageError."""
    return pages.read_page(source, number, settings, recogniser or _recogniser(settings), plain=plain)


@lru_cache(maxsize=4)
def _recogniser(settings: Settings) -> Recogniser:
    return recognisers.create(settings)


# A file that was cut off may have lost pages without a trace of how many there were.
REPAIRED = "the file is damaged and was repaired; pages at its end may be missing"


def failed_page(number: int, error: SohoaError) -> Page:
    """The place of a page that could not be read: it keeps its number and says why."""
    notice = Notice("ocr_page_failed", f"{error.what} {error.cure}".strip(), number)
    return Page(number, 595.0, 842.0, status="failed", notices=(notice,))  # A4 where the size is not known


def assemble(source: Source, read: Iterable[Page], settings: Settings) -> Document:
    """Pages in page order, whatever order the workers gave them in."""
    step = Step("recognise", pipeline.__version__, {
        "settings": settings.recognition_fingerprint(), "engine": settings.engine,
        "languages": list(settings.languages), "text_layer": settings.text_layer,
    })
    ordered = tuple(sorted(read, key=lambda page: page.number))
    notices = (Notice("low_confidence", REPAIRED),) if source.repaired else ()
    return Document(source.name, source.sha256, source.media_type, ordered, notices, (step,))


def recognise(path: Path, settings: Settings | None = None) -> Document:
    """A file to a document as recognised, in this process. A page that fails is kept as failed."""
    settings = settings or Settings()
    source = open_source(path, path.name, settings)

    def page_of(number: int) -> Page:
        try:
            return recognise_page(source, number, settings)
        except (PageError, TooLarge) as error:
            return failed_page(number, error)

    return assemble(source, map(page_of, range(1, source.page_count + 1)), settings)


# --- the quick half ---------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _restorer(references: tuple[str, ...], digests: tuple[str, ...]) -> Restorer:
    """The restorer with these texts. `digests` name their content: a text that was edited is read anew."""
    restorer = Restorer.load()
    if references:
        restorer.adapt([_reference(Path(name)) for name in references])
    return restorer


def _reference(path: Path) -> str:
    """The text of a reference. Raises MissingReference."""
    try:
        return encodings.decode(path.read_bytes()).text
    except OSError as error:
        raise MissingReference(path, f"this reference cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise MissingReference(path, f"this is no text ({error}).") from error


def read(document: Document, settings: Settings | None = None, log: Sequence[Correction] = ()) -> Reading:
    """A recognised document to its restored text and records. What a person corrected (`log`) stands."""
    settings = settings or Settings()
    # Tables first: their cells bound what may be one paragraph, and a document read again has them already.
    document = reset(document)
    if settings.split:
        document = splitting.part_text_pages(document)
    document = tables.tables(document)
    document = restore_document(document, _restorer(settings.references, settings.reference_digests()), settings.preset)
    document, reports = rewording.report_on_document(document, log)
    document = replace(document, steps=(
        *(step for step in document.steps if step.stage != "read"),
        Step("read", pipeline.__version__, {"preset": settings.preset, "references": list(settings.references)}),
    ))
    standing = upright(document)
    found = splitting.borders(standing) if settings.split else ((),)
    parts = splitting.split_documents(standing, found=found)
    lying = splitting.split_documents(standing, document, found)
    own = tuple(corrections.of_part(log, part, is_first=not at) for at, part in enumerate(lying))
    plans = []
    for part, said in zip(parts, own, strict=True):
        plan, more = correcting.report_on_plan(_with_original_boxes(record.read_record(part), part), said)
        reports += more
        plans.append(plan)
    if log:
        document = correcting.with_reports(document, log, reports)
        lying = splitting.split_documents(standing, document, found)
    marks = tuple(secrecy.held(part, said) for part, said in zip(lying, own, strict=True))
    return Reading(document, tuple(plans), lying, marks)


def reread(document: Document) -> Plan:
    """The record of a document whose words stand as they are, for the desk after a person corrected one."""
    standing = upright(document)
    return _with_original_boxes(record.read_record(standing), standing)


def _with_original_boxes(plan: Plan, document: Document) -> Plan:
    """Evidence from upright pages back to pages as displayed."""
    by_number = {page.number: page for page in document.pages if page.turn or page.shrunk != 1.0}
    if not by_number:
        return plan

    def back(evidence: Evidence) -> Evidence:
        page = by_number.get(evidence.page or 0)
        if page is None or evidence.box is None:
            return evidence
        box = page.original_box(Box(*evidence.box)).rounded()
        return evidence.model_copy(update={"box": box})

    return plan.model_copy(update={"evidence": {key: back(item) for key, item in plan.evidence.items()}})


# --- outputs ----------------------------------------------------------------------------------------


def write_outputs(reading: Reading, source: Source, folder: Path, settings: Settings) -> tuple[str, ...]:
    """Write every chosen format into `folder` and give the names written, in the order of the settings.

    Of a file that holds several documents each has its own outputs under `parts/`. What is held for secrecy is
    written for the owner's eyes only; see `writers/held.py`.
    """
    document = reading.document
    names = _write_formats(document, reading.plan, folder, settings.formats, source)
    if len(reading.parts) > 1:
        names += _write_parts(reading, source, folder, settings)
    mark = secrecy.gravest(reading.marks)
    if mark is not None:
        names.append(held.close(folder, mark))
    return tuple(names)


def _write_formats(
    document: Document, plan: Plan, folder: Path, formats: Sequence[str], source: Source
) -> list[str]:
    if "pdf" in formats and not source.media_type.startswith("text/"):
        # First, since document.json tells what came of it.
        made = searchable.write_searchable(source.path, document, plan, folder / "searchable.pdf")
        document = replace(document, steps=(
            *(step for step in document.steps if step.stage != "searchable"),
            Step("searchable", pipeline.__version__, made.as_json()),
        ))
    writers: dict[str, tuple[str, Callable[[], str]]] = {
        "html": ("document.html", lambda: html.to_html(document, plan, source.path)),
        "record": ("record.json", lambda: export.record_json(plan)),
        "text": ("text.txt", lambda: export.to_text(upright(document))),
        "raw": ("raw.txt", lambda: document.raw + "\n"),
        "document": ("document.json", lambda: export.document_json(document)),
        "alto": ("alto.xml", lambda: markup.to_alto(document)),
        "hocr": ("document.hocr", lambda: markup.to_hocr(document)),
        "markdown": ("document.md", lambda: export.to_markdown(upright(document), plan)),
    }
    names: list[str] = []
    for wanted in formats:
        match wanted:
            case "pdf" if source.media_type.startswith("text/"):
                continue
            case "pdf":
                names.append("searchable.pdf")
            case "page":
                for number, content in enumerate(markup.to_page_xml(document), start=1):
                    name = f"page-{number:04}.xml"
                    (folder / name).write_text(content, "utf-8")
                    names.append(name)
            case _:
                name, make = writers[wanted]
                (folder / name).write_text(make(), "utf-8")
                names.append(name)
    return names


def _write_parts(reading: Reading, source: Source, folder: Path, settings: Settings) -> list[str]:
    """The outputs of each document found in one file, as parts/01/record.json and so on.

    `record` and `document` are always among them, since the desk shows the parts and not the file.
    """
    formats = tuple(dict.fromkeys(("record", "document", *(name for name in settings.formats if name != "pdf"))))
    whole = folder / "searchable.pdf"
    names = []
    for number, (part, plan, mark) in enumerate(zip(reading.parts, reading.plans, reading.marks, strict=True), 1):
        name = f"parts/{number:02}"
        place = folder / name
        place.mkdir(parents=True)
        written = _write_formats(part, plan, place, formats, source)
        if "pdf" in settings.formats and whole.is_file():
            searchable.write_part(whole, [page.number for page in part.pages], plan, place / "searchable.pdf")
            written.append("searchable.pdf")
        if mark is not None:
            written.append(held.close(place, mark))
        names += [f"{name}/{one}" for one in written]
    return names


# --- one call from Python ---------------------------------------------------------------------------


def digitise(path: str | Path, settings: Settings | None = None) -> Reading:
    """Read one file: scan, PDF, image or text.

    >>> from pipeline import digitise
    >>> reading = digitise("samples/scans/example.pdf")   # doctest: +SKIP
    >>> reading.plan.number.symbol                          # doctest: +SKIP
    'KH-UBND'

    Raises InputError for a file that cannot be read; a page that cannot be read is kept as failed.
    """
    settings = settings or Settings()
    return read(recognise(Path(path), settings), settings)


def parse(text: str, settings: Settings | None = None, name: str = "text.txt") -> Plan:
    """The record of a text, one printed line a line, a form feed between pages.

    >>> from pipeline import parse
    >>> parse("Số: 29/KH-UBND\\n\\nKẾ HOẠCH\\nTổ chức diễn tập năm 2024\\n").number.number
    '29'
    """
    pages_of = (
        layout.text_page(PageInput(number, 595.0, 842.0, "text-file", lines=tuple(page.split("\n"))))
        for number, page in enumerate(vietnamese.compose(text).split("\f"), start=1)
    )
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return read(Document(name, digest, "text/plain", tuple(pages_of)), settings).plan


def restore(text: str, preset: Preset = "balanced", references: Sequence[str] = ()) -> RestoredText:
    """The restored spelling of a text, line by line, with a confidence for every word.

    `references` are verified texts that the damaged one may have copied from.

    >>> from pipeline import restore
    >>> restore("Thuc hien nhiem vu").text
    'Thực hiện nhiệm vụ'
    """
    return Restorer.load().restore_text(text, preset, references)
