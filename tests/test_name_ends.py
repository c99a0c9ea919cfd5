"""Who acts, and where the name of those who act ends."""

from __future__ import annotations

import time

import pytest

from pipeline.structure import actors, name_ends
from tests.leaf_cases import cases


@pytest.mark.parametrize("case", cases("name_ends", "wild", "keep"))
def test_where_a_name_ends(case):
    start = name_ends.task_start(case["text"])
    assert (None if start is None else case["text"][:start].rstrip()) == case["name"]


@pytest.mark.parametrize("case", cases("actors", "people"))
def test_names_of_those_who_act(case):
    assert actors.is_actor(case["text"])


@pytest.mark.parametrize("case", cases("actors", "keep"))
def test_what_is_no_name_of_anyone(case):
    assert not actors.is_actor(case["text"])


def test_a_long_text_without_a_task_takes_linear_time() -> None:
    begun = time.process_time()
    assert name_ends.boundary("ban, các tổ chức, " * 40_000) is None  # 0.3 s; in quadratic time minutes
    assert time.process_time() - begun < 5
