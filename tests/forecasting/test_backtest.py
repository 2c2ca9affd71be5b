"""A backtest is a loop over folds that fits and forecasts."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from pandas.testing import assert_frame_equal, assert_series_equal
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

from sklstm import ExponentialSmoother, Forecaster, LSTMRegressor, PanelTimeSeriesSplit

RNG = np.random.default_rng(0)
N = 90
DAYS = pd.date_range("2024-01-01", periods=N, name="day")
EXOG = pd.DataFrame(RNG.normal(size=(N, 2)), index=DAYS, columns=["x", "z"])
SERIES = (EXOG["x"].shift(-1, fill_value=0.0) + np.cumsum(RNG.normal(size=N))).rename("close")
SPANS = {"A": (0, 90), "late": (50, 90), "ended": (0, 40), "B": (20, 90)}
PANEL = pd.concat(
    {key: SERIES[a:b] * scale for scale, (key, (a, b)) in enumerate(SPANS.items(), start=1)},
    names=["share"],
).to_frame()
SPLITS = [
    TimeSeriesSplit(4, test_size=7),
    TimeSeriesSplit(3, test_size=6, gap=3),
    TimeSeriesSplit(3, max_train_size=40, test_size=5),
]
TRANSFORMERS = [None, StandardScaler(), ExponentialSmoother(0.5)]


def small(**options):
    return Forecaster(Ridge(), 4, **options, scaling=None)


def known_rows(exog, rows):
    return {} if exog is None else {"exog": exog.iloc[rows]}


def ahead(exog, forecaster, origin):
    if exog is None or forecaster.known_exog is None:
        return {}
    return {"exog": exog.iloc[origin + 1 :]}


def by_hand(forecaster, series, cv, exog=None, refit=True, level=None):
    """Fit (or update) and forecast fold after fold; a row for each time."""
    frames, fitted, end = [], None, 0
    for train, test in cv.split(series):
        if refit or fitted is None:
            fitted = clone(forecaster).fit(series.iloc[train], **known_rows(exog, train))
        else:
            rows = np.arange(end, train[-1] + 1)
            fitted.update(series.iloc[rows], **known_rows(exog, rows))
        end = train[-1] + 1
        rest = ahead(exog, forecaster, train[-1])
        frames.append(fitted.forecast(test[-1] - train[-1], level=level, **rest)[-len(test) :])
    return pd.concat(frames)


@pytest.mark.parametrize("cv", SPLITS, ids=str)
@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 3)])
def test_a_series_alone(cv, refit, transformer, strategy, horizon):
    forecaster = small(horizon=horizon, strategy=strategy, transformer=transformer)
    found = forecaster.backtest(SERIES, cv, refit=refit, level=0.3).forecasts
    expected = by_hand(forecaster, SERIES, cv, refit=refit, level=0.3)
    np.testing.assert_allclose(found[["prediction", "lower", "upper"]], expected, rtol=1e-9)
    assert list(found["time"]) == list(expected.index)
    np.testing.assert_array_equal(found["actual"], SERIES[expected.index])
    origins = [DAYS[train[-1]] for train, test in cv.split(SERIES) for _ in test]
    assert list(found.index.get_level_values("origin")) == origins
    steps = [t - train[-1] for train, test in cv.split(SERIES) for t in test]
    assert list(found.index.get_level_values("step")) == steps
    np.testing.assert_array_equal(found["persistence"], SERIES[origins])


@pytest.mark.parametrize("known", ["all", None, ["x"]])
@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 2)])
def test_exogenous_columns(known, refit, strategy, horizon):
    cv = TimeSeriesSplit(4, test_size=4)
    forecaster = small(known_exog=known, horizon=horizon, strategy=strategy)
    options = {"refit": refit, "level": 0.6}
    found = forecaster.backtest(SERIES, cv, exog=EXOG, **options).forecasts
    expected = by_hand(forecaster, SERIES, cv, EXOG, **options)
    np.testing.assert_allclose(found[["prediction", "lower", "upper"]], expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("backend", "refit"), [("threading", True), ("threading", False), ("loky", 2)]
)
def test_folds_may_be_forecast_at_once(backend, refit):
    forecaster = Forecaster(LSTMRegressor(2, max_epochs=2, random_state=0), 4, scaling=None)
    options = {"exog": EXOG, "refit": refit, "level": 0.5}
    alone = forecaster.backtest(SERIES, SPLITS[0], **options)
    with parallel_config(backend=backend, n_jobs=2):
        result = forecaster.backtest(SERIES, SPLITS[0], **options)
    assert list(result) == list(alone)
    assert (alone.season, alone.levels) == (1, [0.5])
    for name in ("forecasts", "errors", "overall"):
        check = assert_series_equal if name == "overall" else assert_frame_equal
        check(result[name], alone[name], check_exact=True)


def test_refits_every_so_many_folds():
    cv = TimeSeriesSplit(5)
    found = small().backtest(SERIES, cv, refit=2).forecasts["prediction"].to_numpy()
    folds = list(cv.split(SERIES))
    parts = []
    for first in (0, 2, 4):
        fitted = small().fit(SERIES.iloc[folds[first][0]])
        for train, test in folds[first : first + 2]:
            if train[-1] > folds[first][0][-1]:
                fitted.update(SERIES.iloc[folds[first][0][-1] + 1 : train[-1] + 1])
            parts.append(fitted.forecast(len(test))["prediction"])
    np.testing.assert_allclose(found, np.concatenate(parts))
    whole = small().backtest(SERIES, cv, refit=9).forecasts
    pd.testing.assert_frame_equal(whole, small().backtest(SERIES, cv, refit=False).forecasts)


@pytest.mark.parametrize(("stride", "steps"), [(1, 3), (2, 4), (4, None), (None, 3), (50, None)])
@pytest.mark.parametrize("gap", [0, 2])
def test_origins_within_folds(stride, steps, gap):
    cv = TimeSeriesSplit(2, test_size=9, gap=gap)
    options = {"stride": stride, "steps": steps, "level": 0.2, "refit": False}
    found = small().backtest(SERIES, cv, **options).forecasts
    expected, keys = [], []
    n_first = len(next(cv.split(SERIES))[0])
    for train, test in cv.split(SERIES):
        for origin in range(train[-1], test[-1], stride or 1000):
            fitted = small().fit(SERIES.iloc[:n_first])
            if origin >= n_first:
                fitted.update(SERIES.iloc[n_first : origin + 1])
            last = min(test[-1], origin + (steps or 1000))
            if last < test[0]:
                continue
            forecast = fitted.forecast(last - origin, level=0.2)
            wanted = forecast.index >= DAYS[test[0]]
            expected.append(forecast[wanted])
            keys += [(DAYS[origin], step + 1) for step in np.flatnonzero(wanted)]
    expected = pd.concat(expected)
    assert list(found.index) == keys
    assert list(found["time"]) == list(expected.index)
    np.testing.assert_allclose(found[["prediction", "lower", "upper"]], expected)


@pytest.mark.parametrize("refit", [True, False])
@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)
def test_a_panel(refit, transformer):
    cv = PanelTimeSeriesSplit(3, test_size=8)
    forecaster = small(by="share", transformer=transformer, calibration_size=0.6)
    found = forecaster.backtest(PANEL, cv, refit=refit, level=0.5).forecasts
    fitted, done = None, set()
    for train, test in cv.split(PANEL):
        if refit or fitted is None:
            fitted = clone(forecaster).fit(PANEL.iloc[train])
        else:
            new = [row for row in train if row not in done]
            fitted.update(PANEL.iloc[new])
        done |= set(train)
        tested = list(dict.fromkeys(PANEL.index[test].get_level_values("share")))
        expected = fitted.forecast(8, level=0.5, series=tested)
        origin = PANEL.index[train].get_level_values("day").max()
        part = found.xs(origin, level="origin")
        assert list(part.index.get_level_values("share").unique()) == tested == ["A", "late", "B"]
        np.testing.assert_allclose(part[["prediction", "lower", "upper"]], expected, rtol=1e-9)


def test_series_that_begin_late_come_in_later_folds():
    cv = PanelTimeSeriesSplit(3, test_size=20)  # training ends at days 29, 49 and 69
    for transformer, refit, n_late in [
        (None, True, 1),
        (None, False, 1),
        (StandardScaler(), False, 0),
    ]:
        forecaster = small(by="share", transformer=transformer)
        unread = pytest.warns(UserWarning, match="no forecast from 1 of 8 origins, 'late', 2024-")
        with nullcontext() if n_late else unread:
            found = forecaster.backtest(PANEL, cv, refit=refit, steps=1).forecasts
        made = found[found["prediction"].notna()]
        shares = made.index.get_level_values("share").value_counts()
        assert shares.get("late", 0) == n_late
        assert (shares["A"], shares["B"], shares["ended"]) == (3, 3, 1)
    fitted = small(by="share").fit(PANEL.iloc[next(cv.split(PANEL))[0]])
    row = small(by="share").backtest(PANEL, cv, refit=False, steps=1).forecasts.loc["late"]
    window = PANEL.loc["late"].iloc[16:20].to_numpy().T
    np.testing.assert_allclose(row["prediction"], fitted.estimator_.predict(window))


def test_missing_steps():
    holes = SERIES.copy()
    holes.iloc[[30, 70, 71]] = np.nan
    network = LSTMRegressor(3, max_epochs=1, random_state=0)
    forecaster = Forecaster(network, 4, 1, "recursive", known_exog=["x"], scaling=None)
    cv = TimeSeriesSplit(3, test_size=9)
    options = {"refit": False, "level": 0.4}
    found = forecaster.backtest(holes, cv, exog=EXOG, **options).forecasts
    expected = by_hand(forecaster, holes, cv, EXOG, **options)
    np.testing.assert_allclose(found[["prediction", "lower", "upper"]], expected, rtol=1e-6)
    dropped = forecaster.set_params(gaps="missing").backtest(
        holes.dropna(), [(np.arange(62), np.arange(62, 87))], exog=EXOG[holes.notna()]
    )
    assert dropped.forecasts["actual"].isna().sum() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cv": [(range(50), range(50, 60)), (range(40), range(40, 50))]}, "fold 1 training rows"),
        ({"cv": [(range(4), range(4, 9))]}, "fold 0 fewer training rows than the 5 that"),
        ({"cv": TimeSeriesSplit(3, gap=3), "steps": 2}, r"leave no row to be f.*\(steps=2\)"),
        ({"cv": [(range(12), range(12, 60))], "level": 0.9}, "level=0.9 takes the errors of at"),
        ({"cv": [(range(5), range(5, 60))], "level": 0.9}, "level takes a calibration block"),
        ({"refit": 0}, "refit must be True, False or a whole number.*got 0"),
        ({"refit": 1.5}, "refit must be True, False or"),
        ({"stride": 0}, "stride must be a whole number of at least 1, got 0"),
        ({"steps": True}, "steps must be a whole number"),
        ({"season": 0}, "season must be a whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_done(options, message):
    with pytest.raises(ValueError, match=message):
        small().backtest(SERIES, **{"refit": False} | options)


@pytest.mark.parametrize("regressor", [Ridge(), LSTMRegressor(3, max_epochs=1, random_state=0)])
def test_rows_beyond_the_end_of_a_last_block_repeat_what_is_given(regressor):
    """Two blocks of four are more than the six rows after the last origin."""
    forecaster = Forecaster(regressor, 4, horizon=4, strategy="direct", scaling=None)
    folds = list(TimeSeriesSplit(2, test_size=6).split(SERIES))
    result = forecaster.backtest(SERIES, folds, exog=EXOG, level=0.5, metrics="crps")
    assert result.errors["n_forecasts"].tolist() == [2] * 6
    assert result.errors["crps"].notna().all()
    train, test = folds[-1]
    forecaster.fit(SERIES.iloc[train], EXOG.iloc[train])
    expected = forecaster.forecast(6, exog=EXOG.iloc[test], level=0.5)
    found = result.forecasts.xs(SERIES.index[train[-1]], level="origin")
    for column in expected:
        np.testing.assert_allclose(found[column], expected[column])


@pytest.mark.parametrize("level", [None, [0.3, 0.5]])
def test_backtests_of_all_regressors_have_the_same_rows(level):
    holes = SERIES.copy()
    holes.iloc[[30, 70]] = np.nan
    cv = [(np.arange(60), np.arange(60, 84))]
    options = {"refit": False, "steps": 2, "stride": 1, "level": level}
    network = LSTMRegressor(3, max_epochs=1, random_state=0)
    reads_holes = Forecaster(network, 4, scaling=None).backtest(holes, cv, **options)
    with pytest.warns(UserWarning, match="no forecast from 4 of 24 origins, 2024-03-11"):
        ridge = Forecaster(Ridge(), 4, scaling=None).backtest(holes, cv, **options)
    a, b = reads_holes.forecasts, ridge.forecasts
    assert_frame_equal(a[["time", "actual"]], b[["time", "actual"]])
    assert_series_equal(a["persistence"], b["persistence"])
    assert a["prediction"].notna().all()
    # Of lookback=4 the windows of row 70 and of the three after it hold the missing row.
    places = SERIES.index.get_indexer(b.index.get_level_values("origin"))
    without = (places >= 70) & (places < 74)
    made = b.drop(columns=["time", "actual"]).notna().all(axis=1)
    assert (made == ~without).all()
    scored = b[~without].dropna(subset="actual")
    error = (scored["persistence"] - scored["actual"]).abs().mean()
    assert ridge.overall["persistence_mae"] == pytest.approx(error)
    assert ridge.overall["n_forecasts"] == len(scored)


def test_a_backtest_without_any_forecast_is_refused():
    holes = SERIES.copy()
    holes.iloc[60] = np.nan
    with pytest.raises(ValueError, match="No forecast could be made from any origin"):
        Forecaster(Ridge(), 4, scaling=None).backtest(
            holes, [(np.arange(61), np.arange(61, 70))], refit=False
        )
