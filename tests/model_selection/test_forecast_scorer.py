"""Searches over forecasters score what a user would score by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import max_error, mean_absolute_error, median_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score

from sklstm import Forecaster, PanelTimeSeriesSplit, mean_absolute_scaled_error
from sklstm.metrics import mean_interval_score, root_mean_squared_scaled_error
from sklstm.model_selection import forecast_scorer

DAYS = pd.date_range("2024-01-01", periods=150)
NOISE = np.random.default_rng(0).normal(scale=0.2, size=150)
WAVE = pd.Series(np.sin(np.arange(150) / 3) + NOISE, index=DAYS, name="wave")
FOLDS = TimeSeriesSplit(3, test_size=10)
PLAIN = Forecaster(Ridge(), 8, calibration_size=None, scaling=None)


def by_hand(metric, forecaster=PLAIN):
    scores = []
    for train, test in FOLDS.split(WAVE):
        forecast = forecaster.fit(WAVE.iloc[train]).forecast(len(test))["prediction"]
        scores.append(metric(WAVE.iloc[test], forecast, WAVE.iloc[train]))
    return scores


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("mae", lambda y, p, _: mean_absolute_error(y, p)),
        (max_error, lambda y, p, _: max_error(y, p)),
        ("mase", lambda y, p, t: mean_absolute_scaled_error(y, p, y_train=t, season=4)),
        (
            "root_mean_squared_scaled_error",
            lambda y, p, t: root_mean_squared_scaled_error(y, p, y_train=t, season=4),
        ),
    ],
)
def test_scores_are_those_by_hand(name, metric):
    scorer = forecast_scorer(name, season=4)
    np.testing.assert_allclose(
        -cross_val_score(PLAIN, WAVE, cv=FOLDS, scoring=scorer), by_hand(metric)
    )


def test_names_of_scikit_learn_are_scored_against_the_series_as_y():
    scores = cross_val_score(PLAIN, WAVE, WAVE, cv=FOLDS, scoring="neg_median_absolute_error")
    np.testing.assert_allclose(-scores, by_hand(lambda y, p, _: median_absolute_error(y, p)))
    search = GridSearchCV(PLAIN, {"lookback": [1, 12]}, cv=FOLDS, scoring="neg_mean_absolute_error")
    search.fit(WAVE, WAVE)
    assert search.best_params_ == {"lookback": 12}
    assert search.best_estimator_.n_features_in_ == 1
    assert not search.best_estimator_._known.n_exog  # the series is no column of its own
    assert search.predict(WAVE[-3:].shift(freq="3D")).shape == (3,)


def test_the_series_as_y_changes_nothing_else():
    forecaster = Forecaster(Ridge(), 8, scaling=None).fit(WAVE[:120], WAVE[:120])
    assert forecaster.score(WAVE[120:], WAVE[120:]) == PLAIN.fit(WAVE[:120]).score(WAVE[120:])
    forecaster.update(WAVE[120:], WAVE[120:])
    assert forecaster.forecast(1).equals(PLAIN.update(WAVE[120:]).forecast(1))
    renamed = WAVE.rename("other")  # a column of another name is one
    assert Forecaster(Ridge(), 8, scaling=None).fit(WAVE, renamed)._known.n_exog == 1


def test_predict_is_for_scorers_only():
    assert not hasattr(PLAIN.fit(WAVE), "predict")
    with pytest.raises(AttributeError, match="has no attribute 'predict'") as error:
        PLAIN.fit(WAVE).predict(WAVE)
    assert "after fit(series, series), where the second is y" in str(error.value.__cause__)


@pytest.mark.parametrize("as_level", [True, False])
def test_predictions_of_a_panel_stand_in_the_order_of_the_rows(as_level):
    parts = {"b": WAVE, "a": 10 - 3 * WAVE[:140]}
    frame = pd.concat({k: v.to_frame() for k, v in parts.items()}, names=["shop", "day"])
    frame = frame.sort_index(level="day", sort_remaining=False)
    last = frame.index.get_level_values("day") >= DAYS[130]
    train, test = frame[~last], frame[last].sample(frac=1, random_state=0).sort_index(level="day")
    same = Forecaster(Ridge(), 8, by="shop", scaling=None)
    expected = same.fit(train).forecast(20)["prediction"]
    expected = expected.loc[test.index].to_numpy()
    if not as_level:
        train, test = train.reset_index("shop"), test.reset_index("shop")
    forecaster = Forecaster(Ridge(), 8, by="shop", scaling=None).fit(train, train["wave"])
    np.testing.assert_allclose(forecaster.predict(test), expected)


def test_a_panel_in_a_search():
    frame = pd.concat({"a": WAVE, "b": 100 * WAVE}, names=["shop", "day"]).to_frame()
    folds = PanelTimeSeriesSplit(2, test_size=6)
    panel = Forecaster(Ridge(), 8, by="shop", calibration_size=None, scaling=None)
    scores = cross_val_score(panel, frame, cv=folds, scoring=forecast_scorer("mase"))
    strings = cross_val_score(panel, frame, frame["wave"], cv=folds, scoring="r2")
    assert np.isfinite(strings).all()
    for score, (train, test) in zip(scores, folds.split(frame), strict=True):
        forecast = panel.fit(frame.iloc[train]).forecast(6)["prediction"]
        known = frame["wave"].iloc[train]
        options = {"y_train": known, "series": "shop"}
        expected = mean_absolute_scaled_error(frame["wave"].iloc[test], forecast, **options)
        assert -score == pytest.approx(expected)


def test_many_origins_are_those_of_a_backtest():
    scorer = forecast_scorer("mae", steps=3, stride=2)
    (train, test), *_ = FOLDS.split(WAVE)
    result = PLAIN.backtest(WAVE, [(train, test)], steps=3, stride=2)
    score = scorer(PLAIN.fit(WAVE.iloc[train]), WAVE.iloc[test])
    assert -score == pytest.approx(result.overall["mae"])


def test_intervals_are_scored():
    forecaster = Forecaster(Ridge(), 8, scaling=None).fit(WAVE[:140])
    bounds = forecaster.forecast(10, level=0.8)
    expected = mean_interval_score(WAVE[140:], bounds["lower"], bounds["upper"], level=0.8)
    score = forecast_scorer("interval_score", level=0.8)(forecaster, WAVE[140:])
    assert -score == pytest.approx(expected)


@pytest.mark.parametrize("test_size", [1, 3, 4, 7, 9])
def test_direct_forecasts_with_columns_known_in_advance_have_finite_scores(test_size):
    exog = pd.DataFrame({"day": DAYS.day_of_week.astype(float)}, index=DAYS)
    direct = Forecaster(Ridge(), 8, 4, "direct", calibration_size=None, scaling=None)
    folds = TimeSeriesSplit(2, test_size=test_size)
    scores = cross_val_score(direct, WAVE, exog, cv=folds, scoring=forecast_scorer("mae"))
    assert np.isfinite(scores).all()
    assert np.isfinite(cross_val_score(direct, WAVE, exog, cv=folds)).all()
    # The last block of four rows ends with the last row whose column is known.
    *_, (train, test) = folds.split(WAVE)
    older = -test_size % 4
    fitted = direct.fit(WAVE.iloc[train], exog.iloc[train])
    score = forecast_scorer("mae")(fitted, WAVE.iloc[test], exog.iloc[test])
    history = fitted._model, WAVE.to_numpy()[:, np.newaxis], exog.to_numpy()
    predicted = direct_by_hand(*history, train[-1] - older, test_size + older)[older:]
    assert -score == pytest.approx(mean_absolute_error(WAVE.iloc[test], predicted))


def direct_by_hand(model, values, exog, origin, steps):
    known = values[: origin + 1]
    for first in range(origin, origin + steps, 4):
        # Each row of a window holds the column four rows later.
        window = np.column_stack([known[-8:, 0], exog[first - 3 : first + 5, 0]])
        known = np.concatenate(
            [known, model.regressor.predict(window.reshape(1, -1)).reshape(4, 1)]
        )
    return known[origin + 1 :, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric": "mea"}, "'mae', 'rmse', 'mase'.*got 'mea'"),
        ({"metric": "coverage", "level": 0.9}, "no score by itself"),
        ({"metric": "interval_score"}, "takes a level, such as level=0.9"),
        ({"metric": "wql", "level": []}, "takes a level, such as level=0.9"),
        ({"metric": "mae", "greater_is_better": True}, "less is better"),
    ],
)
def test_wrong_metrics(arguments, message):
    with pytest.raises(ValueError, match=message):
        forecast_scorer(**arguments)


def test_a_series_of_less_than_a_season_does_not_end_a_search():
    panel = pd.concat({"a": WAVE, "late": WAVE[-35:] + 3}, names=["name", "day"]).to_frame()
    folds = PanelTimeSeriesSplit(2, test_size=10)
    forecaster = Forecaster(Ridge(), 8, calibration_size=None, scaling=None, by="name")

    def scores(season):
        scorer = forecast_scorer("mase", season=season)
        return cross_val_score(forecaster, panel, cv=folds, scoring=scorer, error_score="raise")

    expected = []
    for n_rows in (130, 140):
        train = panel[panel.index.get_level_values("day") < DAYS[n_rows]]
        forecast = forecaster.fit(train).forecast(10, series="a")["prediction"]
        y_true, y_train = WAVE[n_rows : n_rows + 10], WAVE[:n_rows]
        expected.append(mean_absolute_scaled_error(y_true, forecast, y_train=y_train, season=30))
    with pytest.warns(UserWarning, match=r"leave out forecasts of 1 of 2 series \(late\)"):
        np.testing.assert_allclose(-scores(season=30), expected)
    with pytest.raises(ValueError, match=r"is nan for name a, origin .*Leave such a series out"):
        scores(season=140)


def test_other_estimators_are_refused():
    with pytest.raises(TypeError, match="scores a Forecaster, or a search of one; got Ridge"):
        forecast_scorer()(Ridge(), WAVE)
