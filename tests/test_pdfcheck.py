"""Each rule of the PDF/A check sees the fault it is for, and a sound file has none; mends take out what they may."""

import struct
import zlib
from importlib import resources

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.writers import pdfcheck, pdfmend
from pipeline.writers.pdfmedia import cid_widths, simple_glyphs, truetype_advances, truetype_cmaps
from pipeline.writers.pdftext import GlyphlessFont, srgb_profile
from pipeline.writers.searchable import write_searchable
from tests.pdfkit import a_document, a_page, a_plan, a_scan, a_word, image_object, rendered, scan_jpeg, text_of


@pytest.fixture
def sound(tmp_path):
    """A mended scan without faults, open."""
    with Pdf.open(a_scan(tmp_path / "in.pdf")) as pdf:
        del pdf.pages[0].Resources["/Font"]
        pdfmend.mend(pdf)
        assert pdfcheck.faults(pdf) == ()
        yield pdf


def content(data: bytes):
    def change(pdf):
        pdf.pages[0].Contents = pdf.make_stream(data)

    return change


def root(**entries):
    def change(pdf):
        for key, value in entries.items():
            pdf.Root[f"/{key}"] = value

    return change


def picture(**entries):
    def change(pdf):
        for key, value in entries.items():
            pdf.pages[0].Resources.XObject.Scan[f"/{key}"] = value

    return change


def state(**entries):
    def change(pdf):
        pdf.pages[0].Resources.ExtGState = Dictionary(G=Dictionary(**entries))
        pdf.pages[0].Contents = pdf.make_stream(b"/G gs")

    return change


def annotation(**entries):
    def change(pdf):
        mark = pdf.make_stream(b"")
        mark.Subtype = Name.Form
        given = Dictionary(Subtype=Name.Stamp, F=4, Rect=Array([0, 0, 9, 9]), AP=Dictionary(N=mark))
        for key, value in entries.items():
            if value is None:
                del given[f"/{key}"]
            else:
                given[f"/{key}"] = value
        pdf.pages[0].obj.Annots = Array([given])

    return change


def colour_space(space):
    def change(pdf):
        pdf.pages[0].Resources.ColorSpace = Dictionary(C=space(pdf))
        pdf.pages[0].Contents = pdf.make_stream(b"/C cs")

    return change


def profile(data: bytes, components: int):
    def make(pdf):
        stream = pdf.make_stream(data)
        stream.N = components
        return Array([Name.ICCBased, stream])

    return make


def lost_filter(pdf):
    pdf.pages[0].Resources.XObject.Scan.write(b"abc", filter=Name.LZWDecode)


def outside_stream(pdf):
    pdf.pages[0].Resources.XObject.Scan["/F"] = pikepdf.String("elsewhere.jpg")


def launch(pdf):
    action = pdf.make_indirect(Dictionary(Type=Name.Action, S=Name.Launch))
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, F=4, Rect=Array([0, 0, 9, 9]), A=action)])


def nested(pdf):
    pdf.pages[0].Contents = pdf.make_stream(b"q " * 29 + b"Q " * 29)


def inherited_form(pdf):
    form = pdf.make_stream(b"/Scan Do")
    form.Subtype = Name.Form
    pdf.pages[0].Resources.XObject.Form = form
    pdf.pages[0].Contents = pdf.make_stream(b"/Form Do")


def postscript(pdf):
    form = pdf.make_stream(b"")
    form.Subtype, form.Subtype2 = Name.Form, Name.PS
    pdf.pages[0].Resources.XObject.Form = form
    pdf.pages[0].Contents = pdf.make_stream(b"/Form Do")


def bare_font(pdf):
    font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/Nowhere"))
    pdf.pages[0].Resources.Font = Dictionary(F=font)
    pdf.pages[0].Contents = pdf.make_stream(b"BT /F 9 Tf (a) Tj ET")


def painted_glyphless(**changes):
    """Our own font, but painting, and with something about it wrong."""
    def change(pdf):
        maker = GlyphlessFont()
        code = maker.encode("a")
        font = maker.embed(pdf)
        for key, value in changes.items():
            font.DescendantFonts[0][f"/{key}"] = value
        pdf.pages[0].Resources.Font = Dictionary(F=font)
        pdf.pages[0].Contents = pdf.make_stream(f"BT /F 9 Tf {code} Tj ET".encode())

    return change


def painted_simple(text=b" ", flags=4, **changes):
    """A font of one-byte codes around the glyphless program, whose symbol map knows code 0x20 alone."""
    def change(pdf):
        program = resources.files("pipeline").joinpath("data", "glyphless.ttf").read_bytes()
        descriptor = Dictionary(Type=Name.FontDescriptor, Flags=flags, FontFile2=pdf.make_stream(program))
        font = Dictionary(
            Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/Simple"), FirstChar=32, LastChar=32,
            Widths=Array([500]), FontDescriptor=descriptor,
        )
        for key, value in changes.items():
            font[f"/{key}"] = value
        pdf.pages[0].Resources.Font = Dictionary(F=font)
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F 9 Tf (" + text + b") Tj ET")

    return change


def long_name(pdf):
    pdf.Root.PieceInfo = Dictionary({"/" + "x" * 128: 1})


def huge_page(pdf):
    pdf.pages[0].MediaBox = Array([0, 0, 20000, 400])


def layer_out_of_order(pdf):
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Dau"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(Name="All", Order=Array([])))


FAULTS = {
    "lzw": (lost_filter, "6.1.7: filter /LZWDecode"),
    "stream in another file": (outside_stream, "6.1.7: a stream lies in another file"),
    "long string": (root(Odd=pikepdf.String("x" * 40000)), "6.1.13: a string of more than 32767"),
    "long name": (long_name, "6.1.13: the name"),
    "big integer": (root(Odd=2**40), "6.1.13: the integer"),
    "huge page": (huge_page, "6.1.13: page 1: MediaBox"),
    "unknown operator": (content(b"1 2 foo"), "6.2.2: page 1: unknown operator 'foo'"),
    "undefined picture": (content(b"/No Do"), "6.2.2: page 1: XObject /No is used but not defined"),
    "nesting": (nested, "6.2.2: page 1: graphics states nested"),
    "form without resources": (inherited_form, "6.2.2: a form inherits"),
    "no output intent": (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "6.2.3: no single output intent"),
    "cmyk fill": (content(b"0 0 0 1 k 0 0 9 9 re f"), "6.2.4: device CMYK"),
    "cmyk picture": (picture(ColorSpace=Name.DeviceCMYK), "6.2.4: device CMYK"),
    "separation over cmyk": (
        colour_space(lambda pdf: Array([Name.Separation, Name.Spot, Name.DeviceCMYK, Dictionary()])),
        "6.2.4: device CMYK",
    ),
    "damaged profile": (colour_space(profile(b"no profile", 3)), "6.2.4: a colour profile is damaged"),
    "profile of another size": (colour_space(profile(srgb_profile(), 1)), "6.2.4: a colour profile and its /N"),
    "profile version 5": (
        colour_space(profile(srgb_profile()[:8] + b"\x05" + srgb_profile()[9:], 3)), "6.2.4: a colour profile is of",
    ),
    "transfer function": (state(TR=Name.Identity), "6.2.5: a transfer function"),
    "blend mode": (state(BM=Name.Dazzle), "6.2.5: blend mode"),
    "rendering intent": (content(b"/Odd ri"), "6.2.2: page 1: rendering intent"),
    "interpolation": (picture(Interpolate=True), "6.2.8: an image asks for interpolation"),
    "alternates": (picture(Alternates=Array([])), "6.2.8: an image with Alternates"),
    "odd bits": (picture(BitsPerComponent=3), "6.2.8: an image with an odd number"),
    "postscript form": (postscript, "6.2.9: a form with PostScript"),
    "font not embedded": (bare_font, "6.2.11: font Nowhere is not embedded"),
    "font of other widths": (painted_glyphless(DW=600), "6.2.11: font SohoaInvisible has another width"),
    "glyph not there": (painted_glyphless(CIDToGIDMap=Name.Identity, W=Array([1, Array([500])])), None),
    "notdef shown": (painted_glyphless(CIDToGIDMap="notdef"), "6.2.11: font SohoaInvisible shows the glyph .notdef"),
    "simple font": (painted_simple(), None),
    "simple font of other widths": (painted_simple(Widths=Array([400])), "6.2.11: font Simple has another width"),
    "simple font without the glyph": (painted_simple(b"a"), "6.2.11: font Simple shows the glyph .notdef"),
    "simple font of few widths": (painted_simple(LastChar=33), "6.2.11: font Simple has not as many widths"),
    "symbolic with encoding": (painted_simple(Encoding=Name.WinAnsiEncoding), "6.2.11: font Simple is symbolic"),
    "unknown encoding": (painted_simple(flags=32), "6.2.11: font Simple has glyph widths that are not checked"),
    "no map for the encoding": (
        painted_simple(flags=32, Encoding=Name.WinAnsiEncoding),
        "6.2.11: font Simple has a program that cannot be read",
    ),
    "movie": (annotation(Subtype=Name.Movie), "6.3: page 1: Movie annotation is not allowed"),
    "hidden note": (annotation(F=6), "6.3: page 1: Stamp annotation is hidden"),
    "note without looks": (annotation(AP=None), "6.3: page 1: Stamp annotation has no appearance"),
    "two looks": (annotation(AP=Dictionary(N=Dictionary(), D=Dictionary())), "6.3: page 1: Stamp annotation has more"),
    "launch": (launch, "6.4, 6.5: action /Launch"),
    "layer out of order": (layer_out_of_order, "6.9: a layer is missing"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(sound, name):
    change, wanted = FAULTS[name]
    change(sound)
    if name == "notdef shown":
        sound.pages[0].Resources.Font.F.DescendantFonts[0].CIDToGIDMap = sound.make_stream(b"\0\0\0\0")
    found = pdfcheck.faults(sound)
    if wanted is None:
        assert found == ()
    else:
        assert any(fault.startswith(wanted) for fault in found), found


def jp2(channels=3, depth=7, colr=((1, 0, 0, 16),), extra=b"") -> bytes:
    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(data), kind) + data

    colours = b"".join(box(b"colr", struct.pack(">BBBI", *item)) for item in colr)
    header = box(b"ihdr", struct.pack(">IIHBBBB", 4, 4, channels, depth, 7, 0, 0)) + colours + extra
    return box(b"jP  ", b"\r\n\x87\n") + box(b"jp2h", header) + box(b"jp2c", b"\xff\x4f")


@pytest.mark.parametrize(("data", "fault"), [
    (jp2(), None),
    (jp2(channels=1, colr=((1, 0, 0, 17),)), None),
    (jp2(channels=2), "2 colour channels"),
    (jp2(depth=255), "channels of different depth"),
    (jp2(depth=39), "40 bits a channel"),
    (jp2(colr=((1, 0, 0, 16), (1, 0, 0, 17))), "no single best"),
    (jp2(colr=((1, 0, 0, 16), (2, 0, 1, 0))), None),
    (jp2(colr=((1, 0, 0, 19),)), "CIEJab"),
    (jp2(channels=4, colr=((1, 0, 0, 12),)), "device CMYK"),
    (jp2(colr=((9, 0, 0, 16),)), "colour method 9"),
    (b"\xff\x4f\xff\x51....", "bare codestream"),
    (b"....", "cannot be read"),
])
def test_jpeg_2000_is_looked_into(sound, data, fault):
    image = image_object(sound, data)
    image.write(data, filter=Name.JPXDecode)
    del image["/ColorSpace"]
    sound.pages[0].Resources.XObject.Scan = image
    found = pdfcheck.faults(sound)
    assert (found == ()) if fault is None else any(fault in item for item in found), found


def with_script(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript, JS="1")])))
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="1"))


def with_form(pdf):
    mark = pdf.make_stream(b"")
    mark.Subtype = Name.Form
    widget = pdf.make_indirect(Dictionary(
        Subtype=Name.Widget, FT=Name.Tx, T="a", F=4, Rect=Array([0, 0, 9, 9]), AP=Dictionary(N=mark, D=mark),
        A=Dictionary(S=Name.ResetForm),
    ))
    pdf.pages[0].obj.Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), XFA=Array([]), NeedAppearances=True)


def with_lzw(pdf):
    # "-----A---B" by the example of ISO 32000-1, 7.4.4.2.
    image = pdf.pages[0].Resources.XObject.Scan
    image.write(bytes.fromhex("800B6050220C0C8501"), filter=Name.LZWDecode)
    image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = 3, 3, 8, Name.DeviceGray


def with_layers(pdf):
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary(AS=Array([])))


def with_other_intent(pdf):
    pdf.Root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFX, OutputConditionIdentifier="x")])


@pytest.mark.parametrize("change", [
    with_script, with_form, with_lzw, with_layers, with_other_intent, picture(Interpolate=True),
    root(Requirements=Array([]), Version=Name("/1.3")),
])
def test_what_can_be_mended_is(tmp_path, change):
    with Pdf.open(a_scan(tmp_path / "in.pdf")) as pdf:
        del pdf.pages[0].Resources["/Font"]
        change(pdf)
        done, failed = pdfmend.mend(pdf)
        assert (bool(done), failed, pdfcheck.faults(pdf)) == (True, (), ())
        again, _ = pdfmend.mend(pdf)
        assert again == ()


def test_lzw_becomes_flate_with_the_same_bytes(sound):
    with_lzw(sound)
    pdfmend.mend(sound)
    image = sound.pages[0].Resources.XObject.Scan
    assert (image.Filter, image.read_bytes()) == (Name.FlateDecode, b"-----A---B")


def test_links_and_their_places_stay(tmp_path):
    with Pdf.open(a_scan(tmp_path / "in.pdf", pages=2)) as pdf:
        to_page = Dictionary(S=Name.GoTo, D=Array([pdf.pages[1].obj, Name.Fit]))
        to_site = Dictionary(S=Name.URI, URI="https://example.org/")
        pdf.pages[0].obj.Annots = Array([
            Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action) for action in (to_page, to_site)
        ])
        pdfmend.mend(pdf)
        assert [str(item.A.S) for item in pdf.pages[0].Annots] == ["/GoTo", "/URI"]
        assert all(item.F == 4 for item in pdf.pages[0].Annots)


def test_a_file_with_faults_is_written_but_makes_no_claim(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=b"0 0 0 1 k 10 10 20 20 re f\n")
    target = tmp_path / "out.pdf"
    words = [[a_word("Ủy", (60, 40, 85, 52))]]
    result = write_searchable(source, a_document(a_page(words)), a_plan(), target)
    assert (result.conformance, result.pdfa) == ("", False)
    assert result.reasons == ("6.2.4: device CMYK colour under an sRGB output intent (6.2.4.3)",)
    assert text_of(target).split() == ["Ủy"]
    assert (rendered(source) == rendered(target)).all()
    with Pdf.open(target) as pdf:
        assert b"pdfaid:part" not in pdf.Root.Metadata.read_bytes()


def test_fonts_are_measured():
    font = GlyphlessFont()
    font.encode("ab")
    with Pdf.new() as pdf:
        program = font.embed(pdf).DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    assert truetype_advances(program) == [500, 500]
    assert cid_widths(Array([1, Array([500, 600]), 7, 9, 250])) == {1: 500, 2: 600, 7: 250, 8: 250, 9: 250}


def character_maps(*subtables: tuple[int, int, bytes]) -> bytes:
    """A font program of one table, `cmap`."""
    index, body = b"", b""
    start = 4 + 8 * len(subtables)
    for platform, encoding, data in subtables:
        index += struct.pack(">HHI", platform, encoding, start + len(body))
        body += data
    table = struct.pack(">HH", 0, len(subtables)) + index + body
    return struct.pack(">IHHHH", 0x10000, 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, len(table)) + table


def test_character_maps_are_read():
    bytewise = struct.pack(">HHH", 0, 262, 0) + bytes(range(256))
    trimmed = struct.pack(">HHHHH3H", 6, 16, 0, 65, 3, 7, 8, 9)
    # Two segments: A-B by delta to 10-11, a-b by the array to 21 and 22; then the closing one.
    by_segment = struct.pack(">7H", 4, 44, 0, 6, 0, 0, 0) + struct.pack(
        ">3H H 3H 3h 3H 2H", 66, 98, 0xFFFF, 0, 65, 97, 0xFFFF, -55, 1, 1, 0, 4, 0, 20, 21,
    )
    maps = truetype_cmaps(character_maps((1, 0, bytewise), (1, 1, trimmed), (3, 1, by_segment), (3, 10, b"\0\x0c")))
    assert maps[1, 0][200] == 200
    assert maps[1, 1] == {65: 7, 66: 8, 67: 9}
    assert maps[3, 1] == {65: 10, 66: 11, 97: 21, 98: 22}
    assert maps[3, 10] == {}


def test_codes_lead_to_glyphs_by_encoding():
    plain = struct.pack(">HHHHH2H", 6, 14, 0, 65, 2, 7, 8)
    data = character_maps((3, 1, plain))
    assert simple_glyphs(data, "cp1252")[65] == 7
    assert simple_glyphs(data, "cp1252")[67] == 0
    assert simple_glyphs(character_maps((1, 0, plain)), None)[66] == 8


def test_pictures_of_scans_are_not_touched_by_mends(sound):
    assert sound.pages[0].Resources.XObject.Scan.read_raw_bytes() == scan_jpeg()
    assert zlib.decompress(sound.Root.OutputIntents[0].DestOutputProfile.read_raw_bytes()) == srgb_profile()
