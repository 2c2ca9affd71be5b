"""Windows that are scaled a few at a time: the same network, in memory of the rows."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRURegressor,
    LSTMRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)
from sklstm.forecasting import _scaled_windows, _training_pairs
from sklstm.preprocessing import _window_statistics
from sklstm.training import _compiled_engine

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=90, name="day")
PANEL = pd.concat(
    {
        name: pd.DataFrame(100 * np.exp(RNG.normal(0, 0.02, (90, 2)).cumsum(axis=0)), DAYS)
        for name in "AB"
    },
    names=["share"],
).set_axis(["open", "close"], axis=1)
X, Y = forecast_pairs(PANEL, target="close", by="share")
WINDOWS = SequenceWindower(12, by="share").fit_transform(X)
ARRAY = np.asarray(WINDOWS)
MISSING = Y.where(np.arange(len(Y)) % 7 > 0)


def a_few_at_a_time(monkeypatch):
    monkeypatch.setattr(_training_pairs, "_MANY_VALUES", 1)
    monkeypatch.setattr(_scaled_windows, "_VALUES_AT_A_TIME", 500)
    monkeypatch.setattr(_compiled_engine, "_GATHERED_STEPS", 300)


def scaled(network=GRURegressor, method="standard", **options):
    options = {"max_epochs": 3, "batch_size": 16, "random_state": 0} | options
    return WindowScaledRegressor(network(4, **options), WindowScaler(method), target_feature=1)


@pytest.mark.parametrize("windows", [WINDOWS[11:], ARRAY[11:90]], ids=["gathered", "array"])
@pytest.mark.parametrize(
    ("model", "y"),
    [
        (scaled(), Y),
        (scaled(method="last"), MISSING),
        (scaled(LSTMRegressor, early_stopping=True), Y),
        (scaled(loss="normal"), Y),
        (scaled(quantile=[0.1, 0.5], loss="quantile"), np.column_stack([Y, Y + 1])),
    ],
    ids=lambda value: str(value)[22:80].replace("\n", ""),
)
def test_the_network_is_that_of_all_windows_at_once(model, y, windows, monkeypatch):
    y = np.asarray(y)[11 : 11 + len(windows)]
    whole = np.arange(len(windows)) % 90 < 60  # windows that no series begins with
    windows, y = windows[whole], y[whole]
    expected = model.fit(windows, y).predict(windows)
    a_few_at_a_time(monkeypatch)
    found = model.fit(windows, y)
    np.testing.assert_array_equal(found.predict(windows), expected)


def test_weights_and_sequences_are_given_all_windows(monkeypatch):
    a_few_at_a_time(monkeypatch)
    weight = RNG.uniform(size=len(Y))
    sequence = scaled(output="sequence")
    sequence.fit(WINDOWS, ARRAY[:, :, 1])
    weighted = scaled().fit(WINDOWS, Y, sample_weight=weight)
    monkeypatch.undo()
    again = scaled().fit(WINDOWS, Y, sample_weight=weight)
    np.testing.assert_array_equal(weighted.predict(WINDOWS), again.predict(WINDOWS))


def test_validation_data_are_scaled_too(monkeypatch):
    held_out = {"X_val": WINDOWS[150:], "y_val": Y[150:]}
    model = scaled(early_stopping=True)
    expected = model.fit(WINDOWS[11:80], Y[11:80], **held_out).predict(WINDOWS)
    a_few_at_a_time(monkeypatch)
    found = model.fit(WINDOWS[11:80], Y[11:80], **held_out)
    np.testing.assert_array_equal(found.predict(WINDOWS), expected)


def test_memory_grows_with_the_rows(monkeypatch):
    a_few_at_a_time(monkeypatch)
    monkeypatch.setattr(_training_pairs, "SOME_PAIRS", 100)
    monkeypatch.setattr(_scaled_windows, "_VALUES_AT_A_TIME", 1 << 14)
    monkeypatch.setattr(_window_statistics, "_CHUNK_VALUES", 1 << 14)
    monkeypatch.setattr(_compiled_engine, "_GATHERED_STEPS", 5000)
    index = pd.MultiIndex.from_product([range(5), range(800)], names=["name", "day"])
    values = RNG.normal(size=(4000, 8)).cumsum(axis=0)
    panel, y = pd.DataFrame(values, index, columns=list("abcdefgh")), values[:, 0]
    network = GRURegressor(2, max_epochs=1, batch_size=16, early_stopping=True, random_state=0)
    model = make_pipeline(
        SequenceWindower(100, by="name"), WindowScaledRegressor(network, WindowScaler("standard"))
    )
    model.fit(panel[:800], y[:800])  # what is imported once is not counted
    tracemalloc.start()
    try:
        model.fit(panel, y)
        model.predict(panel)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * values.nbytes  # the windows as a copy: 100 times, and scaled again
