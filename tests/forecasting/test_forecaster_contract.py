"""A Forecaster is an estimator of scikit-learn's."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

from sklstm import Forecaster, LSTMRegressor, SequenceWindower

WALK = np.cumsum(np.random.default_rng(0).normal(size=80))

EXPECTED = {
    "check_fit_score_takes_y": "the second argument are exogenous columns, not targets",
    "check_n_features_in_after_fitting": "messages speak of series, which X is not",
    "check_fit2d_1sample": "messages speak of rows of a series, which are no samples",
    "check_fit1d": "a series alone has one axis",
}


# A check scores training rows, which are none that follow.
@pytest.mark.filterwarnings("ignore:series has the .* rows that are known once more")
def test_check_estimator(monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it one check skips itself
    estimator = Forecaster(Ridge(), lookback=2, calibration_size=None, scaling=None)
    results = check_estimator(estimator, expected_failed_checks=EXPECTED, on_skip=None)
    failed = {result["check_name"] for result in results if result["status"] == "xfail"}
    assert failed == set(EXPECTED)
    assert {result["status"] for result in results} == {"passed", "xfail"}
    assert len(results) == len(list(estimator_checks_generator(estimator))) >= 41


def test_parameters_are_only_assigned():
    given = {name: object() for name in inspect.signature(Forecaster).parameters}
    forecaster = Forecaster(**given)
    assert vars(forecaster) == given
    assert set(Forecaster._parameter_constraints) == set(given)


def test_clones_and_nested_parameters():
    forecaster = Forecaster(
        make_pipeline(StandardScaler(), Ridge(2.0)), transformer=FunctionTransformer(), scaling=None
    )
    again = clone(forecaster.fit(WALK))
    assert not hasattr(again, "estimator_")
    assert again.get_params()["estimator__ridge__alpha"] == 2.0
    again.set_params(estimator__ridge__alpha=0.0, transformer=None, lookback=3).fit(WALK)
    windows = np.lib.stride_tricks.sliding_window_view(WALK, 4)
    expected = LinearRegression().fit(windows[:, :3], windows[:, 3]).predict(WALK[None, -3:])
    np.testing.assert_allclose(again.forecast(1)["prediction"], expected)
    assert forecaster.estimator[1].alpha == 2.0
    assert not hasattr(forecaster.estimator[1], "coef_")
    assert forecaster.estimator_ is not forecaster.estimator


@pytest.mark.parametrize("estimator", [Ridge(), LSTMRegressor(4, max_epochs=2)], ids=repr)
def test_pickles_forecast_the_same(estimator):
    forecaster = Forecaster(estimator, 5, transformer=StandardScaler(), scaling=None).fit(WALK[:70])
    again = pickle.loads(pickle.dumps(forecaster))
    for one in (forecaster, again):
        one.update(WALK[70:])
    pd.testing.assert_frame_equal(again.forecast(3, level=0.5), forecaster.forecast(3, level=0.5))


def test_repr_shows_what_is_not_the_default():
    forecaster = Forecaster(Ridge(), lookback=4, by="share", scaling=None)
    assert repr(forecaster) == "Forecaster(by='share', estimator=Ridge(), lookback=4, scaling=None)"


@pytest.mark.parametrize(
    "call",
    [
        lambda forecaster: forecaster.forecast(),
        lambda forecaster: forecaster.update(WALK),
        lambda forecaster: forecaster.score(WALK),
    ],
)
def test_methods_take_a_fitted_forecaster(call):
    with pytest.raises(NotFittedError, match="This Forecaster instance is not fitted"):
        call(Forecaster(Ridge(), scaling=None))


def test_a_backtest_takes_none_and_leaves_none():
    forecaster = Forecaster(Ridge(), scaling=None)
    before = dict(vars(forecaster))
    forecaster.backtest(WALK, 2, level=0.5, steps=2)
    assert vars(forecaster) == before


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("estimator", "ridge"),
        ("estimator", SequenceWindower()),
        ("lookback", 0),
        ("lookback", 2.0),
        ("horizon", 0),
        ("horizon", "all"),
        ("strategy", "multi"),
        ("transformer", "standard"),
        ("transformer", SequenceWindower()),
        ("transformer", make_pipeline(StandardScaler(), SequenceWindower())),
        ("known_exog", "x"),
        ("known_exog", 1),
        ("by", 0),
        ("freq", 1),
        ("gaps", "fill"),
        ("calibration_size", 0),
        ("calibration_size", 1.0),
        ("calibration_size", -0.1),
        ("calibration_size", "all"),
    ],
)
def test_wrong_parameters_are_named(name, wrong):
    forecaster = Forecaster(Ridge(), scaling=None).set_params(**{name: wrong})
    message = f"The '{name}' parameter of Forecaster must be"
    with pytest.raises(ValueError, match=message):
        forecaster.fit(WALK)
    with pytest.raises(ValueError, match=message):
        forecaster.backtest(WALK, 2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"estimator": Ridge}, TypeError, r"estimator instance.*got estimator class instead"),
        ({"transformer": StandardScaler}, TypeError, "instance of .*estimator instead of a class"),
        (
            {"estimator": LogisticRegression()},
            ValueError,
            "must be a regressor, got the classifier",
        ),
        (
            {"estimator": make_pipeline(StandardScaler(), LogisticRegression())},
            ValueError,
            "must be a regressor, got the classifier",
        ),
        (
            {"estimator": LSTMRegressor(output="sequence")},
            ValueError,
            "estimator must predict what follows a window, and output='sequence'",
        ),
        (
            {
                "transformer": FunctionTransformer(
                    np.diff, np.cumsum, kw_args={"axis": 0}, check_inverse=False
                )
            },
            ValueError,
            r"transformer must give one row for each row of the series, got shape \(79, 1\) for 80",
        ),
        ({"freq": "monthly", "series": "days"}, ValueError, "Invalid frequency: monthly"),
    ],
)
def test_what_cannot_forecast(options, error, message):
    series = WALK
    if options.pop("series", None):
        series = pd.Series(WALK, index=pd.date_range("2024-01-01", periods=80))
    with pytest.raises(error, match=message):
        Forecaster(**{"estimator": Ridge()} | options, scaling=None).fit(series)


class Averages(Ridge):
    """Predict a single number for windows that take two."""

    def predict(self, X):
        return super().predict(X).mean(axis=1)


def test_predictions_of_another_shape_are_refused():
    forecaster = Forecaster(Averages(), 4, 2, "direct", calibration_size=None, scaling=None).fit(
        WALK
    )
    with pytest.raises(ValueError, match=r"2 rows of 1 columns.*Averages gives.* \(1,\) for 1 win"):
        forecaster.forecast()


@pytest.mark.parametrize("pandas", [False, True])
def test_searches_go_through_score(pandas):
    wave = np.sin(np.arange(80) / 3) + 0.01 * np.random.default_rng(0).normal(size=80)
    series = pd.Series(wave, index=pd.date_range("2024-01-01", periods=80)) if pandas else wave
    grid = {"lookback": [1, 8], "estimator__alpha": [1e-3, 10.0]}
    cv = TimeSeriesSplit(3, test_size=5)
    search = GridSearchCV(Forecaster(Ridge(), scaling=None), grid, cv=cv).fit(series)
    assert search.best_params_ == {"lookback": 8, "estimator__alpha": 1e-3}
    expected = []
    for train, test in cv.split(wave):
        forecaster = Forecaster(Ridge(1e-3), 8, scaling=None).fit(wave[train])
        errors = np.abs(forecaster.forecast(5)["prediction"].to_numpy() - wave[test])
        expected.append(1 - errors.mean() / np.abs(wave[train[-1]] - wave[test]).mean())
    found = [search.cv_results_[f"split{k}_test_score"][search.best_index_] for k in range(3)]
    np.testing.assert_allclose(found, expected)
    assert len(search.best_estimator_.forecast(2)) == 2


def test_a_search_takes_exogenous_columns_where_others_take_targets():
    x = np.random.default_rng(1).normal(size=80)
    series = np.append(0.0, x[:-1]) + np.random.default_rng(2).normal(size=80) / 100
    cv = TimeSeriesSplit(2, test_size=5)
    search = GridSearchCV(Forecaster(Ridge(1e-3), scaling=None), {"lookback": [1, 3]}, cv=cv).fit(
        series, x
    )
    train, test = list(cv.split(series))[0]
    forecaster = Forecaster(Ridge(1e-3), 3, scaling=None).fit(series[train], x[train])
    expected = forecaster.score(series[test], x[test])
    assert search.cv_results_["split0_test_score"][1] == pytest.approx(expected)
    assert expected > 0.9
