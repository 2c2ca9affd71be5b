"""What other threads see of an estimator while it is fitted: the state before, or the one after.

Threads wait for each other by events, never by the clock.
"""

import pickle
import threading

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge, SGDRegressor

from sklstm import (
    Forecaster,
    GRULanguageModel,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
    TextSequencer,
    WindowScaledRegressor,
    WindowScaler,
)
from sklstm.forecasting import _update_mixin
from sklstm.persistence._one_state import FITS

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 4, 1)), RNG.normal(size=30)
OTHER_X, OTHER_Y = 100 + 10 * X, 50 + 20 * Y
TINY = {"hidden_size": 2, "max_epochs": 2, "random_state": 0}
LONGEST = 60  # seconds until a test that hangs fails


class Pausing:
    """Arguments of `fit` or `predict` that call a function when they are read."""

    def __init__(self, values, pause):
        self.values, self.pause = values, pause

    def __array__(self, dtype=None, copy=None):
        self.pause()
        return np.array(self.values, dtype=dtype)

    def __len__(self):
        return len(self.values)

    @property
    def shape(self):
        return self.values.shape


def in_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    thread.join(LONGEST)
    assert not thread.is_alive()


def result_in_thread(function, *args):
    results = []

    def call():
        try:
            results.append(function(*args))
        except Exception as error:
            results.append(error)

    in_thread(call)
    return results[0]


MODELS = {
    "LSTMRegressor": (LSTMRegressor(**TINY), "predict"),
    "LSTMRegressor-torch": (LSTMRegressor(**TINY, engine="torch"), "predict"),
    "LSTMRegressor-quantiles": (LSTMRegressor(**TINY, loss="normal"), "predict_quantiles"),
    "LSTMClassifier": (LSTMClassifier(**TINY), "predict_proba"),
    "WindowScaledRegressor": (
        WindowScaledRegressor(LSTMRegressor(**TINY), WindowScaler("standard")),
        "predict",
    ),
}


def fit_arguments(model, X, y):
    return X, (np.sign(y - y.mean()) if isinstance(model, LSTMClassifier) else y)


@pytest.fixture(params=MODELS)
def case(request):
    """A model, the name of a method, and predictions after each of two fits."""
    model, method = MODELS[request.param]
    expected = []
    for data in ((OTHER_X, OTHER_Y), (X, Y)):
        expected.append(getattr(model.fit(*fit_arguments(model, *data)), method)(X))
    assert not np.allclose(*expected)
    return model, method, *expected


def test_a_fit_in_the_middle_of_a_prediction(case):
    model, method, after, before = case
    refit = lambda: in_thread(model.fit, *fit_arguments(model, OTHER_X, OTHER_Y))  # noqa: E731
    np.testing.assert_array_equal(getattr(model, method)(Pausing(X, refit)), before)
    np.testing.assert_array_equal(getattr(model, method)(X), after)


def test_a_prediction_in_the_middle_of_a_fit(case):
    model, method, after, before = case
    found = []
    look = lambda: found.append(result_in_thread(getattr(model, method), X))  # noqa: E731
    other_X, other_y = fit_arguments(model, OTHER_X, OTHER_Y)
    model.fit(Pausing(other_X, look), other_y)
    assert found
    for result in found:
        np.testing.assert_array_equal(result, before)
    np.testing.assert_array_equal(getattr(model, method)(X), after)


def test_pickles_in_the_middle_of_a_fit(case):
    model, method, _, before = case
    found = []
    save = lambda: found.append(result_in_thread(pickle.dumps, model))  # noqa: E731
    other_X, other_y = fit_arguments(model, OTHER_X, OTHER_Y)
    model.fit(Pausing(other_X, save), other_y)
    for content in found:
        np.testing.assert_array_equal(getattr(pickle.loads(content), method)(X), before)


def test_a_first_fit_is_seen_when_it_ends():
    model = LSTMRegressor(**TINY)
    seen = []
    pause = lambda: seen.append(result_in_thread(model.predict, X))  # noqa: E731
    model.fit(Pausing(X, pause), Y)
    assert all(isinstance(error, NotFittedError) for error in seen)
    assert seen


def test_a_fit_that_fails_is_never_seen(case):
    model, method, _, before = case

    def fail():
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        model.fit(Pausing(X, fail), Y)
    np.testing.assert_array_equal(getattr(model, method)(X), before)


def test_transformers_texts_and_forecasters():
    rows, others = X[:, 0], OTHER_X[:12, 0]
    scaler = WindowScaler("standard").fit(rows)
    windower = SequenceWindower(3, context="always").fit(rows)
    forecaster = Forecaster(Ridge(), 3, 2).fit(rows)
    for model, method in ((scaler, "transform"), (windower, "transform")):
        before, found = getattr(model, method)(rows), []
        look = lambda m=model, n=method: found.append(result_in_thread(getattr(m, n), rows))  # noqa: E731, B023
        model.fit(Pausing(others, look))
        for result in found:
            np.testing.assert_array_equal(result, before)
    before, found = forecaster.forecast(), []
    forecaster.fit(Pausing(others, lambda: found.append(result_in_thread(forecaster.forecast))))
    for result in found:
        np.testing.assert_array_equal(result, before)
    sequencer = TextSequencer().fit(["a b"])
    texts = (sequencer.fit(["c d e"]) and text for text in ["b a"])  # fitted while it reads
    assert sequencer.transform(texts).tolist() == [[3, 2]]


def test_language_models_write_with_one_state():
    model = GRULanguageModel(2, max_epochs=1, random_state=0).fit(["to be or not to be"])
    before = model.score(["to be"])
    texts = (model.fit(["abc abc"]) and text for text in ["to be"])
    assert model.score(texts) == before


@pytest.mark.parametrize("method", ["fit", "update", "partial_fit"])
def test_what_changes_a_forecaster_happens_one_at_a_time(method):
    forecaster = Forecaster(SGDRegressor(tol=None, random_state=0), 3, 2).fit(X[:, 0])
    lock, is_free = FITS._locks[forecaster], []
    look = lambda: is_free.append(result_in_thread(lock.acquire, False))  # noqa: E731
    getattr(forecaster, method)(Pausing(OTHER_X[:12, 0], look))
    assert is_free
    assert not any(is_free)


def test_monitoring_looks_at_one_state(monkeypatch):
    forecaster = Forecaster(Ridge(), 3).fit(X[:, 0]).update(OTHER_X[:12, 0])
    before = forecaster.monitor()
    drift_of = _update_mixin.drift_of

    def interrupted(*args):
        in_thread(forecaster.update, 7 * OTHER_X[:12, 0])
        return drift_of(*args)

    monkeypatch.setattr(_update_mixin, "drift_of", interrupted)
    assert forecaster.monitor().relative_mae == before.relative_mae
