"""Settings: which half of a run a change re-does, and what a settings file may say."""

import dataclasses
from pathlib import Path

import pytest

from pipeline import settings as module
from pipeline.errors import UsageError
from pipeline.settings import Settings, load_settings


def test_every_setting_belongs_to_exactly_one_kind() -> None:
    kinds = (*module._RECOGNITION, *module._READING, *module._NEITHER)
    assert sorted(kinds) == sorted(field.name for field in dataclasses.fields(Settings))


@pytest.mark.parametrize(("change", "images_again", "text_again"), [
    ({"jobs": 7}, False, False),
    ({"preset": "strict"}, False, True),
    ({"references": ("a.txt",)}, False, True),
    ({"languages": ("vie", "eng")}, True, True),
    ({"text_layer": "redo"}, True, True),
])
def test_a_change_redoes_only_its_half(change: dict, images_again: bool, text_again: bool) -> None:
    old, new = Settings(), dataclasses.replace(Settings(), **change)
    assert (old.recognition_fingerprint() != new.recognition_fingerprint()) is images_again
    assert (old.reading_fingerprint() != new.reading_fingerprint()) is text_again


def test_a_reference_counts_by_what_it_says(tmp_path: Path) -> None:
    first, moved = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("Kế hoạch của huyện.", "utf-8")
    moved.write_text("Kế hoạch của huyện.", "utf-8")
    before = Settings(references=(str(first),)).reading_fingerprint()
    assert Settings(references=(str(moved),)).reading_fingerprint() == before
    first.write_text("Kế hoạch của tỉnh.", "utf-8")
    edited = Settings(references=(str(first),)).reading_fingerprint()
    first.unlink()
    gone = Settings(references=(str(first),)).reading_fingerprint()
    assert len({before, edited, gone, Settings().reading_fingerprint()}) == 4


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "sohoa.toml"
    file.write_text('preset = "full"\nlanguages = ["vie", "eng"]\npage_timeout_seconds = 60\n')
    loaded = load_settings(file)
    assert loaded == dataclasses.replace(
        Settings(), preset="full", languages=("vie", "eng"), page_timeout_seconds=60)


@pytest.mark.parametrize("content", [
    "colour = 'red'", "jobs = 'many'", "jobs = true", "languages = 'vie'", "not toml", "preset = 3",
    "preset = 'bold'", "engine = 'abacus'", "formats = ['docx']", "formats = []", "languages = []", "nice = 20",
    "render_dpi = 0", "max_failed_share = 1.5", "page_timeout_seconds = nan", "page_timeout_seconds = 0",
])
def test_a_faulty_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "sohoa.toml"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"sohoa\.toml"):
        load_settings(file)


def test_formats_of_a_file_are_what_the_command_line_takes(tmp_path: Path) -> None:
    file = tmp_path / "sohoa.toml"
    file.write_text('formats = ["html", "text"]\n')
    assert load_settings(file).formats == ("record", "text", "document", "html")
    file.write_text('formats = ["default", "alto"]\n')
    assert load_settings(file).formats == (*module.DEFAULT_FORMATS, "alto")
