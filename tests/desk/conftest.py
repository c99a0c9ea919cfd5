import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import office


@pytest.fixture(scope="session")
def office_made(tmp_path_factory):
    root = tmp_path_factory.mktemp("office")
    office.build(root)
    return root


@pytest.fixture
def out(office_made, tmp_path):
    """An output folder of its own for each test; the scans are shared, nothing writes to them."""
    import shutil

    shutil.copytree(office_made / "out", tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def scans(office_made):
    return office_made / "scans"
