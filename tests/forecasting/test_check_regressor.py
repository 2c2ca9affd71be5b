"""Regressors that would read something else than windows are refused by name."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor, StackingRegressor, VotingRegressor
from sklearn.linear_model import RANSACRegressor, Ridge
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import (
    CalendarFeatures,
    CausalImputer,
    ExponentialSmoother,
    Forecaster,
    GRURegressor,
    LagFeatures,
    LSTMRegressor,
    SeasonalDifferencer,
    SequenceWindower,
    WindowScaler,
)

WALK = pd.DataFrame({"x": np.sin(np.arange(90) / 4), "y": np.cos(np.arange(90) / 4)})
GRU, LSTM = GRURegressor(2, max_epochs=1), LSTMRegressor(2, max_epochs=1)
OPTIONS = {"lookback": 8, "calibration_size": None}


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        (SequenceWindower(3, flatten=True), "leave it out, for the Forecaster cuts windows itself"),
        (ExponentialSmoother(), "give it as transformer="),
        (SeasonalDifferencer(7), "give it as transformer="),
        (CalendarFeatures(), "give it as calendar="),
        (CausalImputer(), "apply it to the series before fit"),
    ],
)
def test_transformers_of_series_are_no_steps_between_windows_and_regressor(step, advice):
    # Rows of flat windows would be smoothed, filled or cut as if they were rows of one series.
    for inside in (make_pipeline(step, Ridge()), make_pipeline(StandardScaler(), step, Ridge())):
        for estimator in (inside, TransformedTargetRegressor(inside)):
            with pytest.raises(ValueError, match=f"(?s)which are no rows of a series.*{advice}"):
                Forecaster(estimator, 8).fit(np.arange(60.0))


def test_transformers_of_windows_are():
    wave = np.sin(np.arange(60))
    for step in (WindowScaler("last"), LagFeatures([1, 3], ahead=1, passthrough=False)):
        network = GRURegressor(2, max_epochs=1, random_state=0)
        forecaster = Forecaster(make_pipeline(step, network), 8).fit(wave)
        assert np.isfinite(forecaster.forecast()["prediction"]).all()


@pytest.mark.parametrize(
    "estimator",
    [
        RegressorChain(GRU),
        BaggingRegressor(LSTM, 2),
        RANSACRegressor(GRU),
        MultiOutputRegressor(BaggingRegressor(GRU)),
        RegressorChain(VotingRegressor([("gru", GRU), ("lstm", LSTM)])),
    ],
    ids=lambda one: type(one).__name__,
)
def test_networks_where_flat_windows_are_handed_on_are_refused(estimator):
    words = (
        r"(?s)estimator must take windows, and \w+ hands on flat ones alone .* in a VotingRegressor"
    )
    with pytest.raises(ValueError, match=words):
        Forecaster(estimator, **OPTIONS).fit(WALK["x"])


@pytest.mark.parametrize("series", ["columns", "exog", "calendar"])
@pytest.mark.parametrize(
    "estimator",
    [
        VotingRegressor([("gru", GRU), ("ridge", Ridge())]),
        StackingRegressor([("gru", GRU), ("lstm", LSTM)], Ridge(), passthrough=True),
        make_pipeline(StandardScaler(), "passthrough", GRU),
        MultiOutputRegressor(make_pipeline(StandardScaler(), VotingRegressor([("gru", GRU)]))),
    ],
    ids=lambda one: type(one).__name__,
)
def test_features_are_not_read_as_steps(estimator, series):
    days = WALK.set_axis(pd.date_range("2024-01-01", periods=90))
    given, options = {
        "columns": ((days,), {}),
        "exog": ((days["x"], days[["y"]]), {}),
        "calendar": ((days["x"],), {"calendar": ["day_of_week"]}),
    }[series]
    words = r"hands flat windows on to (GRU|Voting)Regressor, which would read the \d features of"
    with pytest.raises(ValueError, match=words):
        Forecaster(estimator, **OPTIONS | options).fit(*given)


def test_transformers_of_series_inside_members_are_refused():
    member = make_pipeline(ExponentialSmoother(), Ridge())
    with pytest.raises(ValueError, match=r"which are no rows of a series, and ExponentialSmoother"):
        Forecaster(VotingRegressor([("smoothed", member)]), **OPTIONS).fit(WALK["x"])
