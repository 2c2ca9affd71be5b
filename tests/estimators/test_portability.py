"""What is not loaded, not written and not copied."""

import subprocess
import sys
import tracemalloc

import numpy as np
from sklearn.pipeline import make_pipeline

from sklstm import (
    BiLSTMClassifier,
    ExponentialSmoother,
    RNNRegressor,
    SequenceWindower,
)

SERIES = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0)


def run_python(code):
    """Run code in a fresh process; return what went wrong there."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stderr


def test_importing_does_not_load_torch():
    code = (
        "import sys\nfrom sklstm import *\n"
        "assert not {'torch', 'skorch', 'llvmlite', 'matplotlib'} & set(sys.modules)"
    )
    assert run_python(code) == ""


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = BiLSTMClassifier(4, max_epochs=2).fit(SERIES, SERIES[:, 0] > 0)
    model.predict(SERIES)
    assert list(tmp_path.iterdir()) == []


def test_memory_grows_with_rows_not_with_lookback():
    series = np.random.default_rng(0).normal(size=(100_000, 8))
    target = series[:, 0]
    model = make_pipeline(
        ExponentialSmoother(0.5),
        SequenceWindower(100),
        RNNRegressor(2, max_epochs=1, batch_size=1024, early_stopping=True, random_state=0),
    )
    model.fit(series[:600], target[:600])  # what is imported once is not counted
    tracemalloc.start()
    model.fit(series, target)
    model.predict(series)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * series.nbytes  # the windows as a copy: 100 times the series
