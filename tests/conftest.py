import pytest

from pipeline.decoder.restoration import Restorer


@pytest.fixture(scope="session")
def restorer():
    """The decoder with the shipped model; decoding does not change it, and no test may `adapt` it."""
    return Restorer.load()
