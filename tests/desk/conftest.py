import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import office
from starlette.testclient import TestClient

from pipeline.desk import index
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config


@pytest.fixture(scope="session")
def office_made(tmp_path_factory):
    root = tmp_path_factory.mktemp("office")
    office.build(root)
    return root


@pytest.fixture
def out(office_made, tmp_path):
    """An output folder of its own for each test; the scans are shared, nothing writes to them."""
    shutil.copytree(office_made / "out", tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def scans(office_made):
    return office_made / "scans"


@pytest.fixture
def client(out):
    """A browser at the desk over `out`, past its guards."""
    index.update(out)
    app = create_app(Config(out, office.read_again))
    with TestClient(app, base_url="http://127.0.0.1:8080") as made:
        made.headers["x-csrf"] = app.state.secret
        yield made
