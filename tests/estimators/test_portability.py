"""Fitted state is NumPy and plain Python."""

import pickle
import subprocess
import sys
import tracemalloc

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklstm import (
    BiLSTMClassifier,
    ExponentialSmoother,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
)

SERIES = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0)


def fitted(**options):
    model = make_pipeline(
        ExponentialSmoother(0.5),
        SequenceWindower(8),
        LSTMRegressor(32, max_epochs=1, random_state=0, **options),
    )
    return model.fit(SERIES[:-1], SERIES[1:, 0])


def run_python(code):
    """Run code in a fresh process; return what went wrong there."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stderr


@pytest.mark.parametrize("options", [{}, {"warm_start": True}, {"dropout": 0.5}])
def test_a_pickle_holds_neither_torch_nor_skorch(options):
    content = pickle.dumps(fitted(**options))
    assert b"torch" not in content
    assert b"skorch" not in content


def test_a_file_is_its_weights_and_little_more():
    model = fitted()
    weights = sum(array.nbytes for array in model[-1].weights_.values())
    assert len(pickle.dumps(model)) < weights + 50_000


def test_a_fresh_process_predicts_the_same_without_torch(tmp_path):
    model = fitted()
    joblib.dump((model, SERIES, model.predict(SERIES)), tmp_path / "model.joblib")
    code = f"""
import sys
import joblib
model, X, expected = joblib.load({str(tmp_path / "model.joblib")!r})
assert (model.predict(X) == expected).all()
assert "torch" not in sys.modules and "skorch" not in sys.modules
"""
    assert run_python(code) == ""


def test_importing_does_not_load_torch():
    code = (
        "import sys, sklstm\n"
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
