"""The two engines behind the estimators."""

import copy
import pickle
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    BiLSTMClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNRegressor,
    SequenceWindower,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6, 2))
X[::3, :2] = np.nan
Y = np.nansum(X[:, :, 0], axis=1)


@pytest.mark.parametrize("regressor", [LSTMRegressor, GRURegressor, RNNRegressor])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "quantile"])
def test_regressors_agree(regressor, loss):
    level = {"quantile": 0.8} if loss == "quantile" else {}
    model = regressor(12, batch_size=32, max_epochs=12, loss=loss, random_state=1, **level)
    fitted = [clone(model).set_params(engine=engine).fit(X, Y) for engine in ("auto", "torch")]
    np.testing.assert_allclose(fitted[0].loss_curve_, fitted[1].loss_curve_, rtol=1e-4)
    compiled, plain = [each.predict(X) for each in fitted]
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-3 * np.std(Y))


@pytest.mark.parametrize("classifier", [LSTMClassifier, GRUClassifier, BiLSTMClassifier])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_classifiers_agree(classifier, n_classes):
    labels = np.digitize(Y, np.quantile(Y, np.arange(1, n_classes) / n_classes))
    model = classifier(10, batch_size=32, max_epochs=12, class_weight="balanced", random_state=1)
    fitted = [clone(model).set_params(engine=engine).fit(X, labels) for engine in ("auto", "torch")]
    np.testing.assert_allclose(fitted[0].loss_curve_, fitted[1].loss_curve_, rtol=1e-4)
    compiled, plain = [each.predict_proba(X) for each in fitted]
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-4)


def test_training_goes_on_in_the_other_engine():
    model = LSTMRegressor(8, max_epochs=5, warm_start=True, random_state=0).fit(X, Y)
    other = copy.deepcopy(model).set_params(engine="torch")
    np.testing.assert_allclose(model.fit(X, Y).loss_curve_, other.fit(X, Y).loss_curve_, rtol=1e-4)


def test_torch_is_never_loaded_by_the_compiled_engine():
    code = (
        "import sys, numpy as np; from sklstm import LSTMRegressor\n"
        "LSTMRegressor(4, max_epochs=1).fit(np.eye(9), np.arange(9)).predict(np.eye(9))\n"
        "print(*sorted({'llvmlite', 'torch', 'skorch'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["llvmlite"]


@pytest.mark.parametrize("engine", ["numba", None])
def test_an_engine_that_is_not_there_is_named(engine):
    with pytest.raises(ValueError, match="'engine' parameter of LSTMRegressor must be.*'torch'"):
        LSTMRegressor(engine=engine).fit(X, Y)


def test_a_search_in_threads_gives_the_same_bits():
    def search(n_jobs):
        model = GRURegressor(max_epochs=3, random_state=0)
        grid = {"hidden_size": [4, 8], "learning_rate": [0.001, 0.01]}
        return GridSearchCV(model, grid, cv=TimeSeriesSplit(3), n_jobs=n_jobs).fit(X, Y)

    alone = search(1)
    with joblib.parallel_config(backend="threading"):
        in_threads = search(4)
    scores = [each.cv_results_["mean_test_score"] for each in (alone, in_threads)]
    np.testing.assert_array_equal(*scores)
    np.testing.assert_array_equal(alone.predict(X), in_threads.predict(X))


def test_threads_predict_at_the_same_time():
    model = LSTMRegressor(8, max_epochs=2, random_state=0).fit(X, Y)
    expected = model.predict(X)
    with ThreadPoolExecutor(8) as pool:
        singles = list(pool.map(lambda k: model.predict(X[k : k + 1])[0], [*range(120)] * 5))
    np.testing.assert_array_equal(singles, np.tile(expected, 5))


def test_changed_weights_are_noticed():
    model = LSTMRegressor(8, max_epochs=2, random_state=0).fit(X, Y)
    before = model.predict(X)
    with pytest.raises(ValueError, match="read-only"):
        model.weights_["head_bias"] += 1.0
    np.testing.assert_array_equal(model.predict(X), before)
    model.weights_["head_bias"].flags.writeable = True
    model.weights_["head_bias"] += 1.0
    expected = before + model.target_scale_
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5)
    model.weights_["head_bias"] = model.weights_["head_bias"] - 1.0
    np.testing.assert_allclose(model.predict(X), before, rtol=0, atol=1e-5)


def test_what_prediction_keeps_does_not_go_into_files():
    model = LSTMRegressor(8, max_epochs=2, random_state=0).fit(X, Y)
    fresh = pickle.dumps(model)
    expected = model.predict(X)
    assert pickle.dumps(model) == fresh
    for again in (pickle.loads(fresh), copy.deepcopy(model), copy.copy(model)):
        np.testing.assert_array_equal(again.predict(X), expected)
    assert "_predictor" not in model.__getstate__()


@pytest.fixture
def series_on_disk(tmp_path):
    path = tmp_path / "series.dat"
    memory = np.random.default_rng(1).normal(size=(60_000, 8))
    memory.tofile(path)
    return np.memmap(path, dtype=np.float64, mode="r", shape=memory.shape), memory


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_series_on_disk_stays_there(series_on_disk, engine):
    on_disk, in_memory = series_on_disk
    target = in_memory[:, 0]
    model = make_pipeline(
        SequenceWindower(30),
        RNNRegressor(2, max_epochs=1, batch_size=512, random_state=0, engine=engine),
    )
    expected = model.fit(in_memory[:900], target[:900]).predict(in_memory[900:2000])
    actual = model.fit(on_disk[:900], target[:900]).predict(on_disk[900:2000])
    np.testing.assert_array_equal(actual, expected)
    model.predict(on_disk[:100])
    tracemalloc.start()
    model.fit(on_disk, target)
    _, fit_peak = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    model.predict(on_disk)
    _, predict_peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Places of windows, targets and one batch; nothing as wide as the series.
    assert fit_peak < 2.5 * on_disk.nbytes
    if engine == "auto":  # blocks of the plain way are large
        assert predict_peak < 1.2 * on_disk.nbytes
