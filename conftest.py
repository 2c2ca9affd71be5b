"""Settings for the tests and for the code in README.md."""

import pytest


@pytest.fixture(autouse=True)
def _empty_working_folder(tmp_path, monkeypatch):
    """Run each test in a folder of its own, so that what it writes is never left here."""
    monkeypatch.chdir(tmp_path)
