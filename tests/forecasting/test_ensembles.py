"""Ensembles and regressors of several targets in a forecaster."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingRegressor,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, RANSACRegressor, Ridge, SGDRegressor
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklstm import Forecaster, GRURegressor, LSTMRegressor

WALK = pd.DataFrame({"x": np.sin(np.arange(90) / 4) + np.arange(90) / 30})
WALK["y"] = np.cos(np.arange(90) / 4)
GRU, LSTM = (cls(3, max_epochs=2, random_state=0) for cls in (GRURegressor, LSTMRegressor))
OPTIONS = {"lookback": 8, "linear_part": False, "calibration_size": None}


def forecast(estimator, series=WALK["x"], **options):
    return Forecaster(estimator, **OPTIONS | options).fit(series).forecast(5).to_numpy()


@pytest.mark.parametrize("around", [MultiOutputRegressor, RegressorChain])
def test_regressors_of_several_targets_take_one(around):
    expected = forecast(Ridge())
    np.testing.assert_allclose(forecast(around(Ridge())), expected, rtol=1e-9)
    piped = make_pipeline(StandardScaler(), around(Ridge()))
    np.testing.assert_allclose(forecast(piped), forecast(make_pipeline(StandardScaler(), Ridge())))
    direct = {"horizon": 5, "strategy": "direct"}
    at_once = forecast(MultiOutputRegressor(Ridge()), **direct)
    np.testing.assert_allclose(at_once, forecast(Ridge(), **direct), rtol=1e-9)
    # Least squares on what is a linear function of the windows is the same least squares.
    plain = forecast(LinearRegression(), WALK, scaling="level", **direct)
    chained = forecast(RegressorChain(LinearRegression()), WALK, scaling="level", **direct)
    np.testing.assert_allclose(chained, plain, rtol=1e-6)


def test_networks_of_several_targets_take_one():
    found = forecast(MultiOutputRegressor(GRU), scaling=None)
    np.testing.assert_array_equal(found, forecast(GRU, scaling=None))


def test_they_go_on_learning():
    model = Forecaster(MultiOutputRegressor(SGDRegressor(random_state=0)), **OPTIONS)
    plain = Forecaster(SGDRegressor(random_state=0), **OPTIONS)
    found, expected = (
        one.fit(WALK["x"][:60]).partial_fit(WALK["x"][60:]).forecast(3) for one in (model, plain)
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("scaling", ["standard", "level", None])
@pytest.mark.parametrize("exog", [None, WALK[["y"]]], ids=["alone", "exog"])
def test_votes_of_networks_are_the_mean_of_what_each_forecasts(exog, scaling):
    vote = VotingRegressor([("gru", GRU), ("lstm", LSTM), ("none", "drop")])
    found, *each = (
        Forecaster(one, **OPTIONS, scaling=scaling, known_exog=None).fit(WALK["x"], exog)
        for one in (vote, GRU, LSTM)
    )
    alone = [one.forecast(1).to_numpy() for one in each]
    np.testing.assert_allclose(found.forecast(1), np.mean(alone, axis=0), rtol=1e-6)
    shapes = {one.window_shape_ for one in found.estimator_.estimators_}
    assert shapes == {(8, 1 if exog is None else 2)}


@pytest.mark.parametrize("series", [WALK["x"], WALK], ids=["column", "columns"])
def test_votes_on_several_targets_are_fitted_to_each(series):
    vote = VotingRegressor([("gru", GRU), ("lstm", LSTM)])
    model = Forecaster(vote, **OPTIONS, horizon=3, strategy="direct").fit(series)
    n_columns = len(model.columns_)
    assert len(model.estimator_.estimators_) == 3 * n_columns
    shapes = {one.window_shape_ for own in model.estimator_.estimators_ for one in own.estimators_}
    assert shapes == {(8, n_columns)}


def test_stacks_of_networks_read_windows():
    stack = StackingRegressor([("gru", GRU), ("lstm", LSTM)], Ridge(), cv=2)
    model = Forecaster(stack, **OPTIONS, known_exog=None).fit(WALK["x"], WALK[["y"]])
    assert [one.window_shape_ for one in model.estimator_.estimators_] == [(8, 2), (8, 2)]


def test_ensembles_of_flat_windows_and_boosted_networks_work():
    members = [("ridge", Ridge()), ("forest", RandomForestRegressor(3, random_state=0))]
    for estimator in (
        StackingRegressor(members, cv=2),
        VotingRegressor(members),
        BaggingRegressor(Ridge(), 2, random_state=0),
        RANSACRegressor(random_state=0),
        AdaBoostRegressor(GRU, n_estimators=2, random_state=0),
        VotingRegressor([("gru", GRU), ("ridge", Ridge())]),  # of one feature, flat or not
    ):
        assert np.isfinite(forecast(estimator)).all()
        assert np.isfinite(forecast(estimator, horizon=2, strategy="direct")).all()


def test_a_step_may_bring_the_axis_back():
    axis = FunctionTransformer(lambda flat: flat.reshape(len(flat), 8, 2))
    piped = make_pipeline(StandardScaler(), axis, GRU)
    model = Forecaster(piped, **OPTIONS, known_exog=None).fit(WALK["x"], WALK[["y"]])
    assert model.estimator_[-1].window_shape_ == (8, 2)
    assert Forecaster(make_pipeline(StandardScaler(), GRU), **OPTIONS).fit(WALK["x"]) is not None
