"""One page is found however its marks are typed, and the index always says what the outputs say."""

import office
import pytest

from pipeline.desk import changing, desk, index, noting, search
from pipeline.desk.search import Filters
from pipeline.errors import NoInput, UsageError
from pipeline.plan import DocumentType


@pytest.fixture
def db(out):
    index.update(out)
    with index.opened(out) as connection:
        yield connection


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("Tam Tiến", 2),
        ("tam tien", 2),
        ("TAM TIẾN", 2),
        ("thủy lợi", 3),
        ("thuỷ lợi", 3),
        ("thuy loi", 3),
        ('"thủy lợi"', 3),
        ('"lợi thủy"', 0),
        ("hòa bình", 3),
        ("hoà bình", 3),
        ("nghè*", 3),
        ('thuy -"bac giang"', 2),
        ("28/KH-UBND", 1),
        ("17/KH", 1),
        ("trống mới", 3),
        ("khongco", 0),
        ("", 0),
        ("***", 0),
    ],
)
def test_found_with_and_without_marks(db, query, pages):
    assert search.find(db, query).total == pages


def test_marks_that_stand_nowhere_fall_back_and_say_so(db):
    assert not search.find(db, "trồng mới").loose
    assert search.find(db, "trống mới").loose


@pytest.mark.parametrize(
    "query", ['"', "' OR 1=1 --", "NEAR(a b)", "marked:x", "a AND", "(", "*", 'a"b', "{x}", "^a", "\x00"]
)
def test_what_an_engine_takes_for_a_command_is_but_words_that_stand_nowhere(db, query):
    assert search.find(db, query).total == 0


def test_query_that_only_leaves_out(db):
    with pytest.raises(UsageError):
        search.find(db, "-xã")


def test_pieces_show_what_matched(db):
    (hit,) = search.find(db, "28/kh").hits
    assert "".join(piece for piece, found in hit.pieces if found) == "28/KH"
    assert "ỦY BAN NHÂN DÂN XÃ TAM TIẾN" in "".join(piece for piece, _ in hit.pieces)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 5),
        (Filters(issuer="tam tien"), 2),
        (Filters(level="province"), 1),
        (Filters(year=2024), 2),
        (Filters(year=2023, year_to=2024), 3),
        (Filters(type="KH"), 3),
        (Filters(type="kh"), 3),
        (Filters(type="Kế hoạch"), 3),
        (Filters(type="ke hoach"), 3),
        (Filters(indicator="ho ngheo"), 3),
        (Filters(state="held"), 1),
        (Filters(state="failed"), 1),
        (Filters(warning="value_unreadable"), 3),
        (Filters(issuer="khong co"), 0),
    ],
)
def test_filters(db, filters, count):
    assert len(search.documents(db, filters)) == count
    assert search.counts(db, filters)["all"] == count


def test_types_whose_names_or_codes_differ_by_a_mark_alone(out):
    item = desk.load(out, "huyen/tam-tien-2024.pdf")
    for name, kind in (("de-an.pdf", DocumentType(code="ĐA", name="Đề án")),
                       ("du-an.pdf", DocumentType(code="DA", name="Dự án"))):
        office.write(out, name, item.document, item.plan.model_copy(update={"document_type": kind}))
    index.update(out)
    with index.opened(out) as db:
        for asked in ("Đề án", "đề án", "de an", "ĐA", "đa"):
            assert [row.name for row in search.documents(db, Filters(type=asked))] == ["de-an.pdf"], asked
        assert [row.name for row in search.documents(db, Filters(type="da"))] == ["du-an.pdf"]


def test_text_and_filters_together(db):
    assert search.find(db, "thuy loi", Filters(level="commune", year=2024)).total == 1


def test_queue_begins_with_what_needs_attention(db):
    rows = search.documents(db)
    assert [row.state for row in rows[:2]] == ["failed", "held"]
    open_row = next(row for row in rows if row.state == "open")
    assert (open_row.doubtful_words, open_row.doubtful_fields, open_row.warning_codes) == (3, 2, ("value_unreadable",))
    assert "damaged" in search.document(db, office.FAILED).trouble


def test_what_failed_stands_before_the_most_doubtful_document(out, db):
    """Fifty doubtful fields once stood above an input that nobody had read."""
    with index.opened(out, write=True) as writer:
        writer.execute("UPDATE search_documents SET attention = 900000 WHERE state = 'open'")
    assert [row.state for row in search.documents(db)[:2]] == ["failed", "held"]


def test_failed_page_weighs_more_than_doubts(out, scans):
    name = "huyen/tam-tien-2023.pdf"
    document = office.failed_page_document(scans, name)
    office.write(out, name, document, desk.load(out, name).plan)
    index.update(out)
    with index.opened(out) as db:
        worst = search.documents(db, Filters(state="open"))[0]
    assert (worst.name, worst.failed_pages) == (name, 1)


def test_targets_side_by_side(db):
    rows = search.targets(db, Filters(indicator="số hộ nghèo"))
    assert [(row.document.year, row.number, row.unit) for row in rows] == [
        (2024, 4100.0, "hộ"),
        (2023, 40.0, "hộ"),
        (2024, 36.0, "hộ"),
    ]
    assert all(row.page == 1 for row in rows)
    one = search.targets(db, keys=[desk.key_of("huyen/tam-tien-2023.pdf")])
    assert [row.value for row in one] == ["40", "7", None]


def test_index_follows_changes_and_is_rebuilt_the_same(out):
    assert index.update(out) == (5, 0)
    assert index.update(out) == (0, 0)
    name = "huyen/tam-tien-2024.pdf"
    item = desk.load(out, name)
    item = changing.change(out, name, [noting.field_entry(item, "/number/number", "29", "Lan")], office.read_again)
    assert index.update(out) == (1, 0)
    index.put(out, item)
    assert index.update(out) == (0, 0)

    def dump(table):
        with index.opened(out) as db:
            return sorted(db.execute(f"SELECT * FROM {table}"), key=str)

    with index.opened(out) as db:
        assert search.document(db, name).number == "29"
        assert db.execute("SELECT who, before, after FROM search_corrections").fetchall() == [("Lan", "28", "29")]
    before = {row[2]: row[3:] for row in dump("search_documents")}
    assert index.rebuild(out) == 5
    assert {row[2]: row[3:] for row in dump("search_documents")} == before
    assert search.search(out, "tam tien").total == 2
    for file in (out / name).iterdir():
        file.unlink()
    assert index.update(out) == (0, 1)
    assert search.search(out, "tam tien").total == 1


def test_ledger_tables_are_left_alone(out):
    index.update(out)
    with index.opened(out) as db:
        assert db.execute("SELECT count(*) FROM inputs").fetchone() == (5,)


def test_document_that_cannot_be_read_is_listed_with_its_trouble(out):
    (out / "huyen/tam-tien-2023.pdf/record.json").write_text("{}")
    index.update(out)
    with index.opened(out) as db:
        row = search.document(db, "huyen/tam-tien-2023.pdf")
    assert row.state == "failed"
    assert "record" in row.trouble or "output" in row.trouble


def test_no_such_folder(tmp_path):
    with pytest.raises(NoInput):
        index.update(tmp_path / "nothing")


def test_folder_without_a_ledger(tmp_path):
    out = office.build(tmp_path, ledger=False)
    assert index.update(out) == (4, 0)
    assert search.search(out, "tam tien").total == 2
    assert desk.inputs(out) == {}


@pytest.mark.parametrize(("query", "found"), [
    ("thuy loi", ["thủy lợi", "Thuỷ Lợi"]),
    ("thủy lợi", ["thủy lợi", "Thuỷ Lợi"]),
    ("thúy", []),
    ("thu*", ["thủy", "thu", "Thuỷ"]),
    ("thu", ["thu"]),
    ('"thu thuỷ"', ["thu. Thuỷ"]),
    ("rừng -thu", []),
])
def test_places_of_words_in_a_text(query, found):
    text = "Công trình thủy lợi; kinh phí thu. Thuỷ Lợi"
    terms = search.parse_query(query)
    spans = search.spans_in(text, terms)
    merged = " ".join(text[left:right] for left, right in spans)
    assert merged == " ".join(found)
    assert list(spans) == sorted(spans)


def test_a_text_without_the_words_is_shown_from_its_beginning_and_unmarked():
    text = "Kế hoạch " * 60
    assert search._pieces(text, search.parse_query("rừng")) == ((text[:300], False),)
