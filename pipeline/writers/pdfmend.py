"""Bring a PDF towards PDF/A without touching what a page shows: one row a mend.

A mend may drop what PDF/A forbids and no page shows (scripts, actions, form machinery), complete what it
demands, and re-code a filter without loss. What could only be mended by changing the look of a page is
left, and `pdfcheck` reports it. The clause numbers are those of ISO 19005-2:2011.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.writers.pdfstrip import resources_of
from pipeline.writers.pdftext import srgb_profile

# What pikepdf raises when an object of a file is of another kind than it should be, or is damaged.
MALFORMED = (
    pikepdf.PdfError, TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError, NotImplementedError,
    RecursionError,
)

# Bits of an annotation's /F (ISO 32000-1, 12.5.3).
PRINT = 4
MAX_DEPTH = 100  # of a form's field tree


@dataclass(frozen=True, slots=True)
class Mend:
    """`apply` changes the file and says how many places it changed; `why` goes into the export's report."""

    name: str
    why: str
    apply: Callable[[Pdf], int]


def _annotations(pdf: Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if isinstance(annotations, Array):
            yield from (item for item in annotations if isinstance(item, Dictionary))


def _fields(pdf: Pdf) -> Iterator[tuple[pikepdf.Object, Any]]:
    """Every form field with its inherited type."""
    form = pdf.Root.get("/AcroForm", Dictionary())
    waiting: list[tuple[pikepdf.Object, Any, int]] = [(field, None, 0) for field in form.get("/Fields", Array())]
    while waiting:
        field, kind, depth = waiting.pop()
        if not isinstance(field, Dictionary) or depth > MAX_DEPTH:
            continue
        kind = field.get("/FT", kind)
        yield field, kind
        waiting += [(child, kind, depth + 1) for child in field.get("/Kids", Array())]


def signatures(pdf: Pdf) -> tuple[pikepdf.Object, ...]:
    """The signature values of a digitally signed file."""
    return tuple(
        field.V for field, kind in _fields(pdf) if kind == Name.Sig and isinstance(field.get("/V"), Dictionary)
    )


def _dropped(owner: pikepdf.Object, *keys: str) -> int:
    """How many of these entries a dictionary or stream had; they go."""
    there = [key for key in keys if key in owner]
    for key in there:
        del owner[key]
    return len(there)


def drop_signatures(pdf: Pdf) -> int:
    """Signature fields out; the mark that a signature leaves on the page stays, as a stamp annotation."""
    gone = {field.objgen for field, kind in _fields(pdf) if kind == Name.Sig}
    if not gone:
        return 0
    for annotation in _annotations(pdf):
        kind = annotation.get("/FT", annotation.get("/Parent", Dictionary()).get("/FT"))
        if annotation.get("/Subtype") != Name.Widget or kind != Name.Sig:
            continue
        _dropped(annotation, "/FT", "/Parent", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/DA", "/MK", "/Lock", "/SV",
                 "/Kids")
        annotation.Subtype = Name.Stamp
    form = pdf.Root.get("/AcroForm", Dictionary())
    form.Fields = Array([field for field in form.get("/Fields", Array()) if field.objgen not in gone])
    _dropped(form, "/SigFlags")
    if not len(form.Fields):
        del pdf.Root["/AcroForm"]
    _dropped(pdf.Root, "/Perms", "/DSS", "/Extensions")
    return len(gone)


def drop_empty_stamps(pdf: Pdf) -> int:
    """Annotations that show nothing (no appearance, or no area) where PDF/A asks for an appearance."""
    count = 0
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, Array):
            continue
        kept = [item for item in annotations if not (
            isinstance(item, Dictionary) and item.get("/Subtype") in (Name.Stamp, Name.Widget)
            and item.get("/FT") is None and "/Parent" not in item and _shows_nothing(item)
        )]
        if len(kept) != len(annotations):
            count += len(annotations) - len(kept)
            page.obj.Annots = Array(kept)
    return count


def _shows_nothing(annotation: pikepdf.Object) -> bool:
    return not isinstance(annotation.get("/AP", Dictionary()).get("/N"), pikepdf.Stream)


def drop_form_machinery(pdf: Pdf) -> int:
    form = pdf.Root.get("/AcroForm")
    count = _dropped(form, "/XFA", "/NeedAppearances") if isinstance(form, Dictionary) else 0
    return count + _dropped(pdf.Root, "/NeedsRendering")


ALLOWED_ACTIONS = frozenset({"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"})
ALLOWED_NAMED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})


def _allowed(action: pikepdf.Object) -> bool:
    if not isinstance(action, Dictionary):
        return True  # a destination
    kind = str(action.get("/S", ""))
    following = action.get("/Next", Array())
    chain = list(following) if isinstance(following, Array) else [following]
    named = kind != "/Named" or str(action.get("/N", "")) in ALLOWED_NAMED
    return kind in ALLOWED_ACTIONS and named and all(_allowed(item) for item in chain[:MAX_DEPTH])


def drop_actions(pdf: Pdf) -> int:
    """Scripts, launches and triggers; links and bookmarks that lead to a place stay."""
    names = pdf.Root.get("/Names")
    count = _dropped(names, "/JavaScript", "/AlternatePresentations") if isinstance(names, Dictionary) else 0
    owners: list[pikepdf.Object] = [pdf.Root, *(page.obj for page in pdf.pages), *_annotations(pdf)]
    owners += [field for field, _ in _fields(pdf)]
    owners += list(_bookmarks(pdf))
    for owner in owners:
        count += _dropped(owner, "/AA")
        widget = owner.get("/Subtype") == Name.Widget
        for key in ("/A", "/OpenAction"):
            if key in owner and (not _allowed(owner[key]) or (widget and key == "/A")):
                count += _dropped(owner, key)
    return count


def _bookmarks(pdf: Pdf) -> Iterator[pikepdf.Object]:
    outlines = pdf.Root.get("/Outlines")
    waiting = [outlines.get("/First")] if isinstance(outlines, Dictionary) else []
    seen: set[tuple[int, int]] = set()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        yield item
        waiting += [item.get("/Next"), item.get("/First")]


def drop_presentation(pdf: Pdf) -> int:
    return _dropped(pdf.Root, "/Requirements") + sum(_dropped(page.obj, "/PresSteps") for page in pdf.pages)


def mend_annotations(pdf: Pdf) -> int:
    """Flag for printing set, and no second appearances for a mouse that hovers or clicks."""
    count = 0
    for annotation in _annotations(pdf):
        if annotation.get("/Subtype") == Name.Popup:
            continue
        flags = int(annotation.get("/F", 0))
        if not flags & PRINT:
            annotation.F = flags | PRINT
            count += 1
        appearance = annotation.get("/AP")
        if isinstance(appearance, Dictionary):
            count += _dropped(appearance, "/D", "/R")
    return count


def drop_interpolation(pdf: Pdf) -> int:
    """A wish to smooth on screen; the samples stay as they are."""
    return sum(_dropped(thing, "/Interpolate") for thing in pdf.objects
               if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Image)


def recode_lzw(pdf: Pdf) -> int:
    """LZW to Flate, the same bytes when decoded."""
    count = 0
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and "LZW" in str(thing.get("/Filter", "")):
            try:
                data = thing.read_bytes()
            except pikepdf.PdfError:
                continue  # damaged; the check reports the filter
            thing.write(zlib.compress(data, 9), filter=Name.FlateDecode)
            count += 1
    return count


def own_resources(pdf: Pdf) -> int:
    """Each page names its resources itself instead of inheriting them."""
    count = 0
    for page in pdf.pages:
        if "/Resources" not in page.obj:
            page.obj.Resources = resources_of(page)
            count += 1
    return count


def mend_layers(pdf: Pdf) -> int:
    """Optional content: configurations need a name of their own, and no automatic states."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return 0
    count = 0
    names: set[str] = set()
    for number, config in enumerate([properties.get("/D"), *properties.get("/Configs", Array())]):
        if not isinstance(config, Dictionary):
            continue
        count += _dropped(config, "/AS")
        name = str(config.get("/Name", ""))
        if not name or name in names:
            config.Name = pikepdf.String(f"Configuration {number}")
            count += 1
        names.add(str(config.Name))
    return count


def mend_attachments(pdf: Pdf) -> int:
    """Attached files get the entries that PDF/A-3 asks for; their bytes stay."""
    count = 0
    associated = []
    for file in _file_specifications(pdf):
        embedded = file.EF
        stream = embedded.get("/F", embedded.get("/UF"))
        if not isinstance(stream, pikepdf.Stream):
            continue
        name = file.get("/UF", file.get("/F"))
        for key in ("/F", "/UF"):
            if key not in file and name is not None:
                file[key] = name
                count += 1
        if "/AFRelationship" not in file:
            file.AFRelationship = Name.Unspecified
            count += 1
        if "/Subtype" not in stream:
            stream.Subtype = Name("/application/octet-stream")
            count += 1
        associated.append(file)
    if associated and "/AF" not in pdf.Root:
        pdf.Root.AF = Array(associated)
        count += 1
    return count


def _file_specifications(pdf: Pdf) -> list[pikepdf.Object]:
    # Those of the name tree may be direct objects, which the walk over all objects does not see.
    listed: list[pikepdf.Object] = [item.obj for item in pdf.attachments.values()]
    seen = {item.objgen for item in listed if item.is_indirect}
    return listed + [
        thing for thing in pdf.objects
        if isinstance(thing, Dictionary) and isinstance(thing.get("/EF"), Dictionary) and thing.objgen not in seen
    ]


def has_attachments(pdf: Pdf) -> bool:
    """Whether files are attached: PDF/A-3 allows any, PDF/A-2 only PDF/A files."""
    return bool(_file_specifications(pdf))


def set_output_intent(pdf: Pdf) -> int:
    """sRGB as the meaning of device colours, unless the file states one for PDF/A already."""
    intents = pdf.Root.get("/OutputIntents", Array())
    for intent in intents:
        profile = intent.get("/DestOutputProfile")
        if intent.get("/S") != Name.GTS_PDFA1 or not isinstance(profile, pikepdf.Stream):
            continue
        if int(profile.get("/N", 0)) == 3:
            pdf.Root.OutputIntents = Array([intent])
            return 0
    profile = pdf.make_stream(zlib.compress(srgb_profile(), 9))
    profile.Filter = Name.FlateDecode
    profile.N = 3
    pdf.Root.OutputIntents = Array([pdf.make_indirect(Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=pikepdf.String("sRGB"),
        RegistryName=pikepdf.String("http://www.color.org"), Info=pikepdf.String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    ))])
    return 1


def clean_catalog(pdf: Pdf) -> int:
    """/Version would contradict the header that we write."""
    return _dropped(pdf.Root, "/Version")


# In the order they run: signatures first, since they turn fields into plain annotations.
MENDS = (
    Mend("signatures", "6.4.3: a rewritten file breaks its digital signature, so the copy does not carry it",
         drop_signatures),
    Mend("form_machinery", "6.4: no XFA and no appearances made on the fly", drop_form_machinery),
    Mend("actions", "6.5: no scripts, launches, media or triggers", drop_actions),
    Mend("presentation", "6.10, 6.11: no alternate presentations, no requirements", drop_presentation),
    Mend("empty_stamps", "6.3.3: an annotation needs an appearance", drop_empty_stamps),
    Mend("annotations", "6.3: annotations print and have one appearance", mend_annotations),
    Mend("interpolation", "6.2.8: no image interpolation", drop_interpolation),
    Mend("lzw", "6.1.7.2: no LZW", recode_lzw),
    Mend("resources", "6.2.2: a page names its resources itself", own_resources),
    Mend("layers", "6.9: named configurations without automatic states", mend_layers),
    Mend("attachments", "6.8 and ISO 19005-3: attached files state name, type and relation", mend_attachments),
    Mend("output_intent", "6.2.3: device colours need an output intent", set_output_intent),
    Mend("catalog", "6.1.2: the header alone tells the version", clean_catalog),
)


def mend(pdf: Pdf) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Run every mend.

    Returns the names of those that changed something with the number of places, and in words what could not
    be mended because the file's objects are not what they should be.
    """
    done, failed = [], []
    for row in MENDS:
        try:
            count = row.apply(pdf)
        except MALFORMED as error:
            clause = row.why.split(":")[0]
            failed.append(f"{clause}: {row.name} could not be mended, the file is malformed ({_short(error)})")
            continue
        if count:
            done.append((row.name, count))
    return tuple(done), tuple(failed)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:80]
