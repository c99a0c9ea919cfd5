"""ALTO 4, hOCR and PAGE XML: the document for other programs, restored text with the raw reading beside it.

All three count in pixels of the page as displayed, at the resolution of the scan (`Page.dpi`; 300 where it
is not known); a page's width and height in the file are those of the same raster, so a reader can scale. In each
format the main text is the restored one; where the recogniser read something else, that stands with it:

* ALTO 4.4 (Library of Congress): `ALTERNATIVE PURPOSE="raw"`, other possible texts with PURPOSE="alternative";
* hOCR 1.2: the attribute `data-raw` of the word, confidence as `x_wconf`;
* PAGE 2019-07-15 (PRImA), one file a page: a `TextEquiv` of index 0 restored, index 1 raw, then alternatives.

The files hold no date of their making, so that the same document gives the same bytes. PAGE demands one;
there the start of 1970 stands for "not recorded".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pipeline
from pipeline.document import Block, Box, Cell, Document, FoundObject, Line, Page, Table, Word, union
from pipeline.writers.xmltext import attributes, escaped

DEFAULT_DPI = 300.0
LANGUAGE = "vi"
SOFTWARE = "Sohoa"


@dataclass(frozen=True, slots=True)
class _Raster:
    """Points of one page to whole pixels, kept within the page."""

    scale: float
    width: int
    height: int

    def corners(self, box: Box) -> tuple[int, int, int, int]:
        left, right = (min(max(round(x * self.scale), 0), self.width) for x in (box.left, box.right))
        top, bottom = (min(max(round(y * self.scale), 0), self.height) for y in (box.top, box.bottom))
        return left, top, right, bottom


def _raster(page: Page) -> _Raster:
    scale = (page.dpi or DEFAULT_DPI) / 72
    return _Raster(scale, max(round(page.width * scale), 1), max(round(page.height * scale), 1))


def _box_of(block: Block | Cell | Line) -> Box | None:
    if block.box is not None or not isinstance(block, Block | Cell):
        return block.box
    return union([line.box for line in block.lines])


def _table_of(page: Page, block: Block) -> Table | None:
    """The table that a table block stands for: the one that shares its lines."""
    if block.kind != "table":
        return None
    own = {id(line) for line in block.lines} | set(block.lines)
    return next((t for t in page.tables if any(id(x) in own or x in own for c in t.cells for x in c.lines)), None)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


# --- ALTO -------------------------------------------------------------------------------------------

ALTO_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
ALTO_SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
ALTO_TAGS = {
    "page_number": "page number", "running_head": "running head", "stamp_text": "text of a stamp", "footer": "footer",
}
# Kinds of found objects that ALTO calls an illustration; rules are graphical elements.
ALTO_ILLUSTRATIONS = frozenset({"seal", "signature", "stamp", "picture", "barcode"})


def to_alto(document: Document) -> str:
    """The document as one ALTO 4.4 file."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<alto xmlns="{ALTO_NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{ALTO_NAMESPACE} {ALTO_SCHEMA}" SCHEMAVERSION="4.4">\n'
        " <Description>\n  <MeasurementUnit>pixel</MeasurementUnit>\n"
        f"  <sourceImageInformation><fileName>{escaped(document.file)}</fileName>"
        f"<fileIdentifier>sha256:{escaped(document.sha256)}</fileIdentifier></sourceImageInformation>\n"
        + "".join(_alto_step(i, step.stage, step.version) for i, step in enumerate(document.steps, start=1))
        + " </Description>\n <Tags>\n"
        + "".join(f'  <LayoutTag ID="{kind}" LABEL="{label}"/>\n' for kind, label in ALTO_TAGS.items())
        + " </Tags>\n <Layout>\n"
    )
    body = "\n".join(line for page in document.pages for line in _alto_page(page))
    return f"{head}{body}\n </Layout>\n</alto>\n"


def _alto_step(number: int, stage: str, version: str) -> str:
    return (
        f'  <Processing ID="step{number}"><processingStepDescription>{escaped(stage)}</processingStepDescription>'
        f"<processingSoftware><softwareName>{SOFTWARE}</softwareName>"
        f"<softwareVersion>{escaped(version or pipeline.__version__)}</softwareVersion></processingSoftware>"
        "</Processing>\n"
    )


def _alto_place(box: Box | None, raster: _Raster) -> str:
    if box is None:
        return ""
    left, top, right, bottom = raster.corners(box)
    return attributes(HPOS=left, VPOS=top, WIDTH=right - left, HEIGHT=bottom - top)


def _alto_page(page: Page) -> Iterator[str]:
    raster, own = _raster(page), f"p{page.number}"
    told = [word.confidence for line in page.lines() for word in line.words if word.text]
    sure = _number(sum(told) / len(told)) if told else None
    detail = page.status if page.status != "ok" else None
    yield "  <Page" + attributes(
        ID=own, PHYSICAL_IMG_NR=page.number, WIDTH=raster.width, HEIGHT=raster.height, LANG=LANGUAGE, PC=sure,
        ROTATION=page.turn or None, QUALITY="OK" if page.status != "failed" else None, QUALITY_DETAIL=detail,
    ) + ">"
    yield "   <PrintSpace" + attributes(
        ID=f"{own}_space", HPOS=0, VPOS=0, WIDTH=raster.width, HEIGHT=raster.height,
    ) + ">"
    for b, block in enumerate(page.blocks):
        name, table = f"{own}_b{b + 1}", _table_of(page, block)
        if table is not None:
            yield f'    <ComposedBlock ID="{name}" TYPE="table"{_alto_place(table.box or _box_of(block), raster)}>'
            for cell in table.cells:
                place = f"{name}_r{cell.row + 1}_c{cell.column + 1}"
                yield from _alto_block(place, cell.lines, _box_of(cell), "", page, raster)
            yield "    </ComposedBlock>"
        else:
            tag = attributes(TAGREFS=block.kind if block.kind in ALTO_TAGS else None)
            yield from _alto_block(name, block.lines, _box_of(block), tag, page, raster)
    for o, thing in enumerate(page.objects, start=1):
        place = _alto_place(thing.box, raster)
        if thing.kind in ALTO_ILLUSTRATIONS:
            yield f'    <Illustration ID="{own}_o{o}" TYPE="{thing.kind}"{place}/>'
        else:
            yield f'    <GraphicalElement ID="{own}_o{o}"{place}/>'
    yield "   </PrintSpace>\n  </Page>"


def _alto_block(
    name: str, lines: Sequence[Line], box: Box | None, more: str, page: Page, raster: _Raster,
) -> Iterator[str]:
    turn = attributes(ROTATION=page.turn or None)
    yield f'    <TextBlock ID="{name}"{_alto_place(box, raster)}{turn}{more}>'
    for i, line in enumerate((line for line in lines if line.words), start=1):
        yield f'     <TextLine ID="{name}_l{i}"{_alto_place(line.box, raster)}>'
        for w, word in enumerate(line.words):
            yield from _alto_word(f"{name}_l{i}_w{w + 1}", word, raster)
            if w + 1 < len(line.words):
                yield "      <SP/>"
        yield "     </TextLine>"
    yield "    </TextBlock>"


def _alto_word(name: str, word: Word, raster: _Raster) -> Iterator[str]:
    style = " ".join(kind for kind, is_set in (("bold", word.bold), ("italics", word.italic)) if is_set)
    place = _alto_place(word.box, raster)
    own = attributes(ID=name) + place + attributes(CONTENT=word.text, WC=_number(word.confidence), STYLE=style or None)
    inside = [("raw", word.raw)] if word.raw != word.text else []
    inside += [("alternative", other.text) for other in word.alternatives if other.text != word.text]
    if not inside:
        yield f"      <String{own}/>"
        return
    told = "".join(f'<ALTERNATIVE PURPOSE="{purpose}">{escaped(text)}</ALTERNATIVE>' for purpose, text in inside)
    yield f"      <String{own}>{told}</String>"


# --- hOCR -------------------------------------------------------------------------------------------

HOCR_BLOCKS = {"page_number": "ocr_pageno", "running_head": "ocr_header", "footer": "ocr_footer", "table": "ocr_table"}
HOCR_OBJECTS = {"rule": "ocr_separator", "vertical_rule": "ocr_separator"}
HOCR_CAPABILITIES = (
    "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_table ocr_image ocr_separator ocr_pageno ocr_header ocr_footer"
    " ocrp_wconf ocrp_font"
)


def to_hocr(document: Document) -> str:
    """The document as one hOCR 1.2 file (XHTML)."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{LANGUAGE}" lang="{LANGUAGE}">\n <head>\n'
        f'  <meta charset="utf-8"/>\n  <title>{escaped(document.file)}</title>\n'
        f'  <meta name="ocr-system" content="{SOFTWARE.lower()} {pipeline.__version__}"/>\n'
        f'  <meta name="ocr-capabilities" content="{HOCR_CAPABILITIES}"/>\n'
        f'  <meta name="ocr-number-of-pages" content="{len(document.pages)}"/>\n'
        f'  <meta name="ocr-langs" content="{LANGUAGE}"/>\n  <meta name="ocr-scripts" content="Latn"/>\n'
        " </head>\n <body>\n"
    )
    body = "\n".join(line for page in document.pages for line in _hocr_page(document, page))
    return f"{head}{body}\n </body>\n</html>\n"


def _hocr_place(box: Box | None, raster: _Raster, *more: str) -> str:
    parts = [] if box is None else ["bbox " + " ".join(map(str, raster.corners(box)))]
    return attributes(title="; ".join([*parts, *more]) or None)


def _hocr_page(document: Document, page: Page) -> Iterator[str]:
    raster, own = _raster(page), f"page_{page.number}"
    dpi = round(page.dpi or DEFAULT_DPI)
    name = document.file.replace('"', "").replace(";", "")  # both part the properties of a title
    title = f'image "{name}"; bbox 0 0 {raster.width} {raster.height}; ppageno {page.number - 1}; scan_res {dpi} {dpi}'
    yield f'  <div class="ocr_page" id="{own}"{attributes(title=title)}>'
    for b, block in enumerate(page.blocks, start=1):
        kind = HOCR_BLOCKS.get(block.kind, "ocr_carea")
        yield f'   <div class="{kind}" id="block_{page.number}_{b}"{_hocr_place(_box_of(block), raster)}>'
        yield f'    <p class="ocr_par" id="par_{page.number}_{b}"{_hocr_place(_box_of(block), raster)}>'
        for i, line in enumerate(block.lines, start=1):
            yield from _hocr_line(f"{page.number}_{b}_{i}", line, page, raster)
        yield "    </p>\n   </div>"
    for o, thing in enumerate(page.objects, start=1):
        kind = HOCR_OBJECTS.get(thing.kind, "ocr_image")
        place = _hocr_place(thing.box, raster)
        yield f'   <div class="{kind}" id="object_{page.number}_{o}"{place} data-kind="{thing.kind}"></div>'
    yield "  </div>"


def _hocr_line(name: str, line: Line, page: Page, raster: _Raster) -> Iterator[str]:
    more = [f"textangle {page.turn}"] if page.turn else []
    if line.size:
        more.append(f"x_fsize {_number(line.size)}")
    yield f'     <span class="ocr_line" id="line_{name}"{_hocr_place(line.box, raster, *more)}>'
    for w, word in enumerate(line.words, start=1):
        raw = word.raw if word.raw != word.text else None
        place = _hocr_place(word.box, raster, f"x_wconf {round(100 * word.confidence)}")
        text = escaped(word.text)
        if word.italic:
            text = f"<em>{text}</em>"
        if word.bold:
            text = f"<strong>{text}</strong>"
        known = "" if raw is None else f' data-raw="{escaped(raw)}"'
        yield f'      <span class="ocrx_word" id="word_{name}_{w}"{place}{known}>{text}</span>'
    yield "     </span>"


# --- PAGE -------------------------------------------------------------------------------------------

PAGE_NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
NO_DATE = "1970-01-01T00:00:00"
PAGE_TEXT = {
    "text": "paragraph", "page_number": "page-number", "running_head": "header", "footer": "footer",
    "stamp_text": "other", "table": "other",
}
PAGE_GRAPHICS = {"seal": "stamp", "stamp": "stamp", "signature": "signature", "barcode": "barcode"}


def to_page_xml(document: Document) -> tuple[str, ...]:
    """The document as PAGE XML files, one a page in page order (the format knows no document)."""
    return tuple(_page_file(document, page) for page in document.pages)


def _page_file(document: Document, page: Page) -> str:
    raster = _raster(page)
    dpi = _number(page.dpi or DEFAULT_DPI)
    own = attributes(
        imageFilename=document.file, imageWidth=raster.width, imageHeight=raster.height, imageXResolution=dpi,
        imageYResolution=dpi, imageResolutionUnit="PPI", primaryLanguage="Vietnamese", primaryScript="Latn - Latin",
        orientation=_clockwise(page.turn),
    )
    order = "".join(
        f'<RegionRefIndexed index="{i}" regionRef="b{i + 1}"/>' for i, block in enumerate(page.blocks)
    )
    items = [
        ("page", str(page.number)), ("sha256", document.sha256), ("status", page.status), ("origin", page.origin),
    ]
    body = "\n".join(_page_regions(page, raster))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<PcGts xmlns="{PAGE_NAMESPACE}" pcGtsId="page{page.number}">\n'
        f" <Metadata><Creator>{SOFTWARE} {pipeline.__version__}</Creator><Created>{NO_DATE}</Created>"
        f"<LastChange>{NO_DATE}</LastChange>"
        + "".join(f'<MetadataItem type="other"{attributes(name=name, value=value)}/>' for name, value in items)
        + f"</Metadata>\n <Page{own}>\n"
        + (f'  <ReadingOrder><OrderedGroup id="order">{order}</OrderedGroup></ReadingOrder>\n' if order else "")
        + (f"{body}\n" if body else "")
        + " </Page>\n</PcGts>\n"
    )


def _clockwise(turn: int) -> str | None:
    """How far to turn the page for reading, in the range of PAGE (-180 to 180, clockwise positive)."""
    return {0: None, 90: "90", 180: "180", 270: "-90"}[turn]


def _coords(box: Box | None, raster: _Raster) -> str:
    """Where a thing is; the whole page where no more is known, since PAGE demands a place."""
    left, top, right, bottom = (0, 0, raster.width, raster.height) if box is None else raster.corners(box)
    return f'<Coords points="{left},{top} {right},{top} {right},{bottom} {left},{bottom}"/>'


def _page_regions(page: Page, raster: _Raster) -> Iterator[str]:
    for b, block in enumerate(page.blocks, start=1):
        table = _table_of(page, block)
        if table is None:
            yield from _text_region(f"b{b}", block.lines, _box_of(block), PAGE_TEXT[block.kind], "", raster)
            continue
        size = attributes(rows=table.rows, columns=table.columns, lineSeparators=str(table.ruled).lower())
        yield f'  <TableRegion id="b{b}"{size}>{_coords(table.box or _box_of(block), raster)}'
        for cell in table.cells:
            role = attributes(
                rowIndex=cell.row, columnIndex=cell.column, rowSpan=cell.row_span, colSpan=cell.column_span,
            )
            name = f"b{b}_r{cell.row + 1}_c{cell.column + 1}"
            roles = f"<Roles><TableCellRole{role}/></Roles>"
            yield from _text_region(name, cell.lines, _box_of(cell), "paragraph", roles, raster)
        yield "  </TableRegion>"
    for o, thing in enumerate(page.objects, start=1):
        yield _object_region(f"o{o}", thing, raster)


def _object_region(name: str, thing: FoundObject, raster: _Raster) -> str:
    place = _coords(thing.box, raster)
    if thing.kind in ("rule", "vertical_rule"):
        return f'  <SeparatorRegion id="{name}">{place}</SeparatorRegion>'
    if thing.kind == "picture":
        return f'  <ImageRegion id="{name}">{place}</ImageRegion>'
    return f'  <GraphicRegion id="{name}" type="{PAGE_GRAPHICS[thing.kind]}">{place}</GraphicRegion>'


def _text_region(
    name: str, lines: Sequence[Line], box: Box | None, kind: str, roles: str, raster: _Raster,
) -> Iterator[str]:
    yield f'  <TextRegion id="{name}" type="{kind}">{_coords(box, raster)}{roles}'
    for i, line in enumerate(lines, start=1):
        yield f'   <TextLine id="{name}_l{i}">{_coords(line.box or box, raster)}'
        for w, word in enumerate(line.words, start=1):
            yield (
                f'    <Word id="{name}_l{i}_w{w}">{_coords(word.box or line.box or box, raster)}'
                f"{''.join(_word_equivs(word))}{_text_style(word)}</Word>"
            )
        yield f"    {''.join(_equivs([(line.text, line.confidence, None), (line.raw, None, 'raw')]))}"
        yield "   </TextLine>"
    text, raw = ("\n".join(getattr(line, kind) for line in lines) for kind in ("text", "raw"))
    yield f"   {''.join(_equivs([(text, None, None), (raw, None, 'raw')]))}"
    yield "  </TextRegion>"


def _word_equivs(word: Word) -> Iterator[str]:
    others = [(other.text, other.confidence, "alternative") for other in word.alternatives]
    return _equivs([(word.text, word.confidence, None), (word.raw, word.recognised, "raw"), *others])


def _equivs(texts: Iterable[tuple[str, float | None, str | None]]) -> Iterator[str]:
    for i, (text, sure, comment) in enumerate(texts):
        own = attributes(index=i, conf=None if sure is None else _number(sure), comments=comment)
        yield f"<TextEquiv{own}><Unicode>{escaped(text)}</Unicode></TextEquiv>"


def _text_style(word: Word) -> str:
    told = (("bold", word.bold), ("italic", word.italic))
    style = attributes(**{name: str(value).lower() for name, value in told if value is not None})
    return f"<TextStyle{style}/>" if style else ""
