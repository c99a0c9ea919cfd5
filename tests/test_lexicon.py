"""Every table of dictionaries/ is well formed and says where it comes from."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.errors import MissingPart
from pipeline.knowledge import lexicon

TABLES = sorted(path.stem for path in lexicon.dictionary_folder().glob("*.tsv"))
SORTED = ("bodies", "body_codes", "laws", "surnames", "provinces")


@pytest.mark.parametrize("name", TABLES)
def test_head_says_what_source_licence_and_date(name):
    head = [
        line
        for line in lexicon.dictionary_path(f"{name}.tsv").read_text("utf-8").splitlines()
        if line.startswith("#")
    ]
    for word in ("# What:", "# Source:", "# Licence:", "# Date:", "# columns:"):
        assert any(line.startswith(word) for line in head), word


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_nfc_full_and_unique(name):
    text = lexicon.dictionary_path(f"{name}.tsv").read_text("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert text.endswith("\n")
    rows = lexicon.load_table(name)
    assert rows
    assert len(set(rows)) == len(rows)
    assert {len(row) for row in rows} == {len(lexicon.columns(name))}


@pytest.mark.parametrize("name", SORTED)
def test_sorted_tables(name):
    keys = [row[0] for row in lexicon.load_table(name)]
    assert keys == sorted(keys)


def test_readme_names_every_file():
    readme = (lexicon.dictionary_folder() / "README.md").read_text("utf-8")
    missing = [
        path.name
        for path in lexicon.dictionary_folder().iterdir()
        if path.is_file() and path.name not in readme + "README.md"
    ]
    assert missing == []


def test_a_missing_table_is_named():
    with pytest.raises(MissingPart, match=r"no_such\.tsv"):
        lexicon.load_table("no_such")


def test_a_table_with_too_many_cells_is_refused(tmp_path, monkeypatch):
    (tmp_path / "bad_table.tsv").write_text("# columns: one\na\tb\n", "utf-8")
    monkeypatch.setattr(lexicon, "dictionary_folder", lambda: tmp_path)
    with pytest.raises(MissingPart, match="2 cells"):
        lexicon.load_table("bad_table")
