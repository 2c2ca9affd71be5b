"""Messages speak of the rows and columns that users have."""

import gc

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklstm import (
    Forecaster,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
)
from sklstm.data._row_names import _NAMES

HOURS = pd.date_range("2024-01-01", periods=30, freq="h")
FRAME = pd.DataFrame({"a": np.arange(30.0), "b": np.arange(30.0)}, index=HOURS)
NETWORK = LSTMRegressor(2, max_epochs=1, random_state=0)
LABEL = "2024-01-01 18:00:00"
PIPELINES = {
    "windows": lambda: make_pipeline(SequenceWindower(3), NETWORK),
    "scaled": lambda: make_pipeline(SequenceWindower(3), WindowScaler("last"), NETWORK),
    "around": lambda: make_pipeline(SequenceWindower(3), WindowScaledRegressor(NETWORK)),
    "frame": lambda: make_pipeline(
        SequenceWindower(3).set_output(transform="pandas"), NETWORK
    ),
    "baseline": lambda: make_pipeline(SequenceWindower(3), PersistenceRegressor(target_feature=0)),
    "gaps": lambda: make_pipeline(SequenceWindower(3, incomplete="nan"), NETWORK),
}  # fmt: skip


def put(value, frame=FRAME):
    frame = frame.copy()
    frame.iloc[18, frame.columns.get_loc("b")] = value
    return frame


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("method", ["fit", "predict"])
def test_a_partly_missing_step_has_the_label_and_the_column_of_the_frame(name, method):
    model = PIPELINES[name]()
    words = rf"only partly NaN \(row {LABEL}, column 'b'\)"
    if method == "predict":
        model.fit(FRAME, FRAME["a"])
    with pytest.raises(ValueError, match=words):
        model.fit(put(np.nan), FRAME["a"]) if method == "fit" else model.predict(put(np.nan))


def test_rows_of_an_outage_and_of_a_panel_have_their_labels():
    torn = put(np.nan).drop(HOURS[8:14])
    with pytest.raises(ValueError, match=rf"\(row {LABEL}, column 'b'\)"):
        PIPELINES["windows"]().fit(torn, torn["a"])
    panel = pd.concat({"x": FRAME, "y": put(np.nan)}, names=["name", "time"])
    model = make_pipeline(SequenceWindower(3, by="name"), NETWORK)
    with pytest.raises(ValueError, match=rf"\(row 'y', {LABEL}, column 'b'\)"):
        model.fit(panel, panel["a"])


@pytest.mark.parametrize("step", [SequenceWindower(3), WindowScaler(window_size=3)])
def test_infinity_in_a_series_has_label_and_column(step):
    with pytest.raises(ValueError, match=rf"infinity \(row {LABEL}, column 'b'\)"):
        step.fit(put(np.inf))


def test_a_forecaster_names_columns():
    forecaster = Forecaster(Ridge(), lookback=3)
    with pytest.raises(ValueError, match=rf"partly NaN at {LABEL}, columns \['b'\]"):
        forecaster.fit(put(np.nan))
    with pytest.raises(ValueError, match=rf"exog is NaN at {LABEL}, column 'b'"):
        forecaster.fit(FRAME[["a"]], put(np.nan)[["b"]])
    with pytest.raises(ValueError, match=rf"series contains infinity \(row {LABEL}, column 'b'\)"):
        forecaster.fit(put(np.inf))


def test_windows_without_names_are_counted():
    windows = SequenceWindower(3).fit_transform(put(np.nan).to_numpy())
    with pytest.raises(ValueError, match=r"\(sample 18, step 2, feature 1\)"):
        NETWORK.fit(windows, FRAME["a"])
    named = SequenceWindower(3).fit_transform(put(np.nan))
    with pytest.raises(ValueError, match=r"\(sample 8, step 2, feature 1\)"):
        NETWORK.fit(named[10:], FRAME["a"][10:])


def test_names_go_with_their_windows():
    windows = SequenceWindower(3).fit_transform(FRAME)
    key = id(windows)
    assert key in _NAMES
    del windows
    gc.collect()
    assert key not in _NAMES
