"""Every form of hand-over by its name: one row each, the same for the command line and the desk's buttons."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pipeline.batches.discover import free_name, name_key
from pipeline.desk import archival, desk, finding_aids, handover, letter, package, sheets, tt05
from pipeline.desk.desk import Item
from pipeline.desk.handover import Collection, Entry, Shelving
from pipeline.desk.tt05 import Agency
from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Job:
    """What a form is made from. `created` is ISO 8601 with milliseconds and offset; `folder` names one hồ sơ."""

    out: Path
    collection: Collection
    agency: Agency
    created: str
    folder: str = ""


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {".xlsx": _XLSX, ".docx": _DOCX, ".zip": "application/zip", ".csv": "text/csv; charset=utf-8",
               ".xml": "application/xml"}


def _zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            archive.writestr(name, member)
    return content.getvalue()


def _csv(job: Job) -> tuple[str, bytes]:
    made = handover.tables(job.collection)
    return "tables-csv.zip", _zip((f"{table.name}.csv", sheets.to_csv(table).encode()) for table in made)


def _parquet(job: Job) -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        members = []
        for table in handover.tables(job.collection):
            path = Path(folder) / f"{table.name}.parquet"
            sheets.to_parquet(table, path)
            members.append((path.name, path.read_bytes()))
    return "tables-parquet.zip", _zip(members)


def _tt05_files(job: Job) -> tuple[str, bytes]:
    made = tt05.metadata(job.collection, job.agency)
    members = [(name, text.encode()) for name, text in tt05.to_csv(made).items()]
    for file in made.files:
        for number, (entry, values) in enumerate(file.documents, 1):
            own = values["docCode"] or f"{file.folder.number or 'khong-ho-so'}.{number:07}.{desk.key_of(entry.name)}"
            members.append((f"EAD_doc_{safe_name(own)}.xml", tt05.to_xml(values)))
    return "tt05.zip", _zip(members)


def _letters(job: Job) -> tuple[str, bytes]:
    return "letters.zip", _zip((f"{own}.docx", letter.to_docx(entry, desk.load(job.out, entry.name).document))
                               for own, entry in _named(job.collection))


def _mets(job: Job) -> tuple[str, bytes]:
    return "mets.zip", _zip((f"{own}.mets.xml", package.to_mets(entry, job.created))
                            for own, entry in _named(job.collection))


def _named(collection: Collection) -> Iterable[tuple[str, Entry]]:
    return zip(safe_names(entry.name for entry in collection.entries), collection.entries, strict=True)


# How each form is made (file name, bytes), by its name (`form_names.py`).
FORMS: dict[str, Callable[[Job], tuple[str, bytes]]] = {
    "xlsx": lambda job: ("sohoa.xlsx", sheets.to_xlsx(job.collection)),
    "csv": _csv,
    "parquet": _parquet,
    "aids-xlsx": lambda job: ("muc-luc.xlsx", finding_aids.to_xlsx(job.collection)),
    "aids-docx": lambda job: ("muc-luc.docx", finding_aids.to_docx(
        job.collection, job.agency.name, job.agency.fonds, job.agency.catalogue)),
    "tt05": lambda job: ("tt05.xlsx", tt05.to_xlsx(tt05.metadata(job.collection, job.agency))),
    "tt05-csv": _tt05_files,
    "sip": lambda job: package.to_sip(job.out, job.collection, job.agency, job.folder, job.created),
    "annex-vi": lambda job: ("nd30-phu-luc-vi.xml", archival.to_annex_vi(job.collection, job.agency)),
    "atom": lambda job: ("atom.csv", archival.to_atom(job.collection, job.agency).encode()),
    "dc": lambda job: ("dublin-core.xml", archival.to_dublin_core(job.collection)),
    "ead": lambda job: ("ead3.xml", archival.to_ead(job.collection, job.agency, job.created[:10])),
    "mets": _mets,
    "docx": _letters,
}


def make(name: str, job: Job) -> tuple[str, bytes]:
    """One form as (file name, content). Raises UsageError for a form that is none, and what the form raises."""
    if name not in FORMS:
        raise UsageError(name, "There is no such form.", cure=f"Known: {', '.join(FORMS)}.")
    return FORMS[name](job)


def make_letter(item: Item, shelving: Shelving) -> tuple[str, bytes]:
    """One document as Word: (file name, content)."""
    return f"{safe_name(item.name)}.docx", letter.to_docx(handover.entry_of(item, shelving), item.document)


def timestamp() -> str:
    """Now, ISO 8601 with milliseconds and the offset of Vietnam, as packages have it."""
    return datetime.now(timezone(timedelta(hours=7))).isoformat(timespec="milliseconds")


LONGEST = 180  # bytes of a name in a ZIP, its ending not counted: file systems take 255


def safe_name(name: str) -> str:
    """A name for a file in a ZIP or a download: no folders, nothing that a shell or a browser reads otherwise.

    >>> safe_name("../huyện/a b.pdf")
    'huyện_a_b.pdf'

    The end of a long name is kept, which tells more than the folders before it.
    """
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._-") or "document"
    while len(safe.encode()) > LONGEST:
        safe = safe[1:]
    return safe.lstrip("._-")


def safe_names(names: Iterable[str]) -> list[str]:
    """The same for the members of one ZIP: names that would meet ("a/b.pdf", "a_b.pdf") get "~2", "~3" ..."""
    taken: set[str] = set()
    made = []
    for name in names:
        own = free_name(safe_name(name), taken)
        taken.add(name_key(own))
        made.append(own)
    return made
