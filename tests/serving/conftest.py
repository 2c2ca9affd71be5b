"""A model, and the example's server that answers with it."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import joblib
import pytest

SERVING = Path(__file__).resolve().parents[2] / "examples" / "serving"
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


@contextmanager
def running(model, log):
    """Start a server with this model; end it, and see that nothing went wrong meanwhile."""
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(SERVING), "--port", "0", "app:app"]
    environment = os.environ | ONE_THREAD | {"MODEL": str(model)}
    with log.open("w") as words:
        process = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
    try:
        address = address_of(process, log)
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            yield SimpleNamespace(address=address, client=client)
        assert process.poll() is None, f"The server died:\n{log.read_text()}"
        process.terminate()
        assert process.wait(timeout=20) in (0, -15)
    finally:
        process.kill()
        process.wait()
    said = log.read_text()
    assert "Finished server process" in said
    assert "Traceback" not in said, said
    assert " 500 " not in said, said


def address_of(process, log, patience=60):
    """Wait until the server says at which port it listens; the system has chosen one."""
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"running on (http://[\d.]+:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(f"The server does not run:\n{log.read_text()}")


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The file that the example's script for training makes, and the pipeline in it."""
    path = tmp_path_factory.mktemp("model") / "model.joblib"
    command = [sys.executable, SERVING / "train.py", path]
    subprocess.run(command, check=True, env=os.environ | ONE_THREAD)
    assert list(path.parent.iterdir()) == [path], "something unfinished is left behind"
    content = joblib.load(path)
    return SimpleNamespace(path=path, content=content, pipeline=content["model"])


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    """The server of the example's model: its address, and a client of it."""
    with running(model.path, tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def start():
    """The function that starts a server of a model file, to be used by ``with``."""
    return running


@pytest.fixture
def servers(tmp_path):
    """A function that makes a server of any model file, to be used by ``with``."""
    return lambda path: running(path, tmp_path / "log")
