"""A sign between two words of one is a speck of a copy; one that parts words in other text too stays."""
from __future__ import annotations

import pytest

from pipeline.decoder.restoration import restore
from tests.papers import recognised_line


def restored(text, restorer, preset="balanced"):
    return restore(recognised_line(text), restorer, preset).pages[0].blocks[0].lines[0]


@pytest.mark.parametrize(("raw", "text"), [
    ("- Giai: đoạn chuẩn bị: từ ngày 05/4/2021", "- Giai đoạn chuẩn bị: từ ngày 05/4/2021"),
    ("tiếp tục xây, dựng nông thôn mới", "tiếp tục xây dựng nông thôn mới"),
    ("Thuyền, cha, mẹ và công, nghệ mới", "Thuyền, cha, mẹ và công, nghệ mới"),
    ("theo giai: Đoạn hai", "theo giai: Đoạn hai"),
])
def test_a_sign_within_a_word_goes(raw, text, restorer):
    line = restored(raw, restorer)
    assert " ".join(word.text for word in line.words) == text
    assert " ".join(word.raw for word in line.words) == raw
    changed = [word for word in line.words if word.text != word.raw]
    assert all(word.edits[-1].before == word.raw and word.confidence < 1 for word in changed)


def test_strict_and_the_text_of_an_author_keep_it(restorer):
    raw = "- Giai: đoạn chuẩn bị: từ ngày 05/4/2021"
    assert " ".join(word.text for word in restored(raw, restorer, "strict").words) == raw
    assert restorer.restore_text(raw).text == raw
