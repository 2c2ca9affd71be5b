"""One fit at a time writes a checkpoint; others are told, and leave its files alone."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from sklstm import LSTMRegressor
from sklstm.callbacks import Checkpoint, load_checkpoint
from sklstm.callbacks._path_lock import PathLock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks and pipes of POSIX")
X = np.random.default_rng(0).normal(size=(30, 5))
Y = X[:, -1]

HOLD = """
    import sys
    from pathlib import Path
    from sklstm.callbacks._path_lock import PathLock
    lock = PathLock(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "fit.checkpoint"


def model(path):
    return LSTMRegressor(3, max_epochs=3, random_state=0).set_callbacks(Checkpoint(path))


def test_a_second_one_is_told_the_file_and_the_process(path):
    child = [sys.executable, "-c", textwrap.dedent(HOLD), str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(child, **pipes) as process:
        assert process.stdout.readline() == b"held\n"
        unfinished = path.with_name(f".{path.name}.0123abcd.part")
        unfinished.write_bytes(b"of the first fit")
        words = f"{path.name}' is being written by another fit, in process {process.pid}: wait"
        with pytest.raises(BlockingIOError, match=words):
            model(path).fit(X, Y)
        assert unfinished.exists()
        process.kill()
    # A lock ends with its process, and what that left goes.
    again = model(path).fit(X, Y)
    assert sorted(path.parent.iterdir()) == [path]
    np.testing.assert_array_equal(load_checkpoint(path).predict(X), again.predict(X))


def test_in_one_process(path):
    lock = PathLock(path)
    with pytest.raises(BlockingIOError, match=rf"in process {os.getpid()} \(this one\)"):
        model(path).fit(X, Y)
    lock.release()
    model(path).fit(X, Y)


def test_a_fit_that_fails_lets_go(path, interrupt):
    network = LSTMRegressor(3, max_epochs=3, random_state=0)
    with pytest.raises(RuntimeError, match="on purpose") as held:  # with its frames
        network.set_callbacks(Checkpoint(path), interrupt(2, RuntimeError("on purpose"))).fit(X, Y)
    assert sorted(path.parent.iterdir()) == [path]
    assert model(path).fit(X, Y).n_iter_ == 3
    assert held.value is not None


def test_through_a_link_it_is_the_same_file(path, tmp_path):
    link = tmp_path / "link"
    model(path).fit(X, Y)
    link.symlink_to(path)
    lock = PathLock(path)
    with pytest.raises(BlockingIOError, match="is being written by another fit"):
        model(link).fit(X, Y)
    lock.release()


@pytest.mark.parametrize("use", [lambda path: model(path).fit(X, Y), load_checkpoint])
def test_pipes_and_folders_are_refused_and_not_waited_for(use, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"pipe' is no file, but a pipe"):
        use(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder' is a folder: name a file in it"):
        use(tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "pipe"]
