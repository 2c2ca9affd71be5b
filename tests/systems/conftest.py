"""Where the published data is."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_folder():
    """The folder of real data; tests that need it are skipped where there is none."""
    folder = os.environ.get("SKLSTM_DATA")
    if not folder:
        pytest.skip("needs the folder of real data: set SKLSTM_DATA to it")
    if not Path(folder).is_dir():
        pytest.skip(f"needs the folder of real data: SKLSTM_DATA={folder} is not there")
    return Path(folder)
