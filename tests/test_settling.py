"""Figures are settled only among what was read; nothing is made up, doubt is told."""
import json
from pathlib import Path

import pytest

from pipeline.decoder.settling import settle
from pipeline.document import Reading

CASES = json.loads((Path(__file__).parent / "cases" / "settling" / "figures.json").read_text("utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_settles(case):
    readings = tuple(Reading(**reading) for reading in case["readings"])
    found = settle(case["raw"], case["recognised"], readings)
    assert (found.text if found else None) == case["text"]
    if found is None:
        return
    read = {case["raw"], *(reading.text for reading in readings)}
    assert {found.text, *(other.text for other in found.alternatives)} == read
    sure = {case["raw"]: case["recognised"], **{reading.text: reading.confidence for reading in readings}}
    assert found.confidence < sure[found.text], "readers that disagree leave a doubt"
