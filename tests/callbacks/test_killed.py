"""Fits whose process is killed at any moment, and started again until they end.

`SKLSTM_FULL=1` asks for more kills. The moments are drawn from a seed: a number of epochs or
writings that the child has told of, and a number of steps of a loop.
"""

import os
import signal
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from sklstm import LSTMRegressor
from sklstm.callbacks import Checkpoint, load_checkpoint

SCRIPT = Path(__file__).with_name("training_child.py")
FULL = os.environ.get("SKLSTM_FULL") == "1"
N_KILLS, N_INTERRUPTS = (60, 12) if FULL else (8, 1)
N_KILLS_OF_A_FIT = 4
MOMENTS = [
    "none", "half written", "none", "before it takes its place", "none", "just in its place",
]  # fmt: skip
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")


def start(path, name, moment="none", n_writings=0, max_epochs=150):
    return subprocess.Popen(
        [sys.executable, SCRIPT, path, name, moment, str(n_writings), str(max_epochs)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def finish(process):
    try:
        return process.communicate(timeout=300)[0]
    finally:
        process.kill()
        process.communicate()


def stop_some_time(path, name, moment, rng, number, max_epochs=150):
    """Start a child, send it a signal at some time, and return what it did until then."""
    n_epochs, n_writings = int(rng.integers(1, 12)), int(rng.integers(6))
    process = start(path, name, moment, n_writings, max_epochs)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "paused\n" or (moment == "none" and len(lines) == n_epochs):
            break
    for _ in range(rng.integers(400_000)):  # up to the time of some epochs
        pass
    process.send_signal(number)
    lines += finish(process).splitlines(keepends=True)
    return process.returncode, lines


def expected_model(name, max_epochs=150):
    folder = str(SCRIPT.parent)
    sys.path.insert(0, folder)
    try:
        import training_child
    finally:
        sys.path.remove(folder)
    model, y = training_child.FITS[name]()
    return model.set_params(max_epochs=max_epochs).fit(training_child.X, y)


def assert_whole(path, losses, n_epochs):
    """Check that a file holds an estimator that is on the way, and at least so many epochs."""
    assert path.exists() or n_epochs == 0
    if path.exists():
        model = load_checkpoint(path)
        assert model.n_iter_ >= n_epochs
        assert model.loss_curve_ == losses[: model.n_iter_]
        assert np.isfinite(model.predict(np.zeros((1, 10, 2)))).all()
        return model.n_iter_
    return 0


def run_to_the_end(path, name, max_epochs=150):
    process = start(path, name, max_epochs=max_epochs)
    lines = finish(process).splitlines()
    assert process.returncode == 0
    assert [*path.parent.iterdir()] == [path]
    return len(lines)


@pytest.fixture(scope="module", params=["regressor", "classifier"])
def uninterrupted(request):
    """The name of a fit, and its model without an interruption."""
    return request.param, expected_model(request.param)


def test_killed_at_any_moment(uninterrupted, tmp_path, fitted_bits):
    (name, expected), path = uninterrupted, tmp_path / "fit.checkpoint"
    rng, moments = np.random.default_rng(sum(name.encode())), cycle(MOMENTS)
    n_kills = n_unfinished = 0
    while n_kills < N_KILLS // 2:
        path.unlink(missing_ok=True)
        n_there = 0
        for _ in range(N_KILLS_OF_A_FIT):
            code, lines = stop_some_time(path, name, next(moments), rng, signal.SIGKILL)
            n_kills += code == -signal.SIGKILL
            assert code in (-signal.SIGKILL, 0)  # it may end first
            n_told = n_there + lines.count("epoch\n")
            lock = path.with_name(f".{path.name}.lock")  # what is left of it binds nobody
            others = set(path.parent.iterdir()) - {path, lock}
            n_unfinished += len(others)
            assert len(others) <= 1
            n_there = assert_whole(path, expected.loss_curve_, n_told)
        n_last = run_to_the_end(path, name)
        assert n_there + n_last == 150
        assert fitted_bits(load_checkpoint(path)) == fitted_bits(expected)
    assert n_unfinished > 0  # some were killed while they wrote
    print(f"{name}: {n_kills} kills, {n_unfinished} of them while the file was written")


def test_control_c_leaves_the_estimator_as_it_was(tmp_path, fitted_bits):
    path, rng = tmp_path / "fit.checkpoint", np.random.default_rng(0)
    for _ in range(N_INTERRUPTS):
        path.unlink(missing_ok=True)
        code, lines = stop_some_time(path, "regressor", "none", rng, signal.SIGINT, 100_000)
        assert (code, lines[-1]) == (0, "interrupted\n")
        assert [*tmp_path.iterdir()] == [path]
        n_there = load_checkpoint(path).n_iter_
        expected = expected_model("regressor", n_there + 3)
        assert_whole(path, expected.loss_curve_, lines.count("epoch\n"))
        assert load_checkpoint(path).stop_reason_ == "callback"
        assert run_to_the_end(path, "regressor", n_there + 3) == 3
        assert fitted_bits(load_checkpoint(path)) == fitted_bits(expected)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_error_in_the_middle_is_no_end(error, interrupt, fitted_bits):
    X = np.random.default_rng(0).normal(size=(60, 5))
    model = LSTMRegressor(4, max_epochs=9, tol=1e9, n_iter_no_change=3, random_state=0)
    before = fitted_bits(model.fit(X, X[:, -1]))
    model.set_callbacks(Checkpoint("a"), interrupt(2, error)).set_params(random_state=1)
    with pytest.raises(error):
        model.fit(X, X[:, -1])
    assert fitted_bits(model) == before
    assert load_checkpoint("a").stop_reason_ == "callback"  # neither patience nor max_epochs
    expected = LSTMRegressor(4, max_epochs=9, tol=1e9, n_iter_no_change=3, random_state=1)
    model.set_callbacks(Checkpoint("a")).fit(X, X[:, -1])
    assert fitted_bits(model) == fitted_bits(expected.fit(X, X[:, -1]))
    assert model.stop_reason_ == load_checkpoint("a").stop_reason_ == "training_loss"
