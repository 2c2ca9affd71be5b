"""The score of a forecaster, and what a backtest is asked for."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, PanelTimeSeriesSplit
from sklstm.model_selection import forecast_scorer

RNG = np.random.default_rng(0)
WAVE = np.sin(np.arange(80) / 4) + RNG.normal(size=80) / 10


@pytest.mark.parametrize(("strategy", "horizon"), [("recursive", 1), ("direct", 2)])
@pytest.mark.parametrize("transformer", [None, StandardScaler()])
def test_score_is_one_minus_the_ratio_of_absolute_errors(strategy, horizon, transformer):
    forecaster = Forecaster(Ridge(), 6, horizon, strategy, transformer, scaling=None).fit(WAVE[:60])
    forecast = forecaster.forecast(20)["prediction"]
    naive = np.full(20, WAVE[59])
    expected = 1 - mean_absolute_error(WAVE[60:], forecast) / mean_absolute_error(WAVE[60:], naive)
    assert forecaster.score(WAVE[60:]) == pytest.approx(expected)
    assert forecaster.score(WAVE[60:]) == pytest.approx(expected)  # it has not taken them in
    assert forecaster.forecast(1).index[0] == 60


def test_score_of_a_panel_counts_all_rows_alike():
    parts = {"A": WAVE, "B": WAVE[:70] ** 2, "C": -WAVE}
    frame = pd.concat({k: pd.Series(v) for k, v in parts.items()}, names=["n", "t"])
    first, rest = frame.groupby("n").head(60), frame.groupby("n").tail(-60).drop("C")
    forecaster = Forecaster(Ridge(), 6, by="n", scaling=None).fit(first)
    errors, naive = [], []
    for key, n in (("A", 20), ("B", 10)):
        actual = parts[key][60 : 60 + n]
        errors += list(np.abs(forecaster.forecast(n).loc[key, "prediction"] - actual))
        naive += list(np.abs(parts[key][59] - actual))
    expected = 1 - np.sum(errors) / np.sum(naive)
    assert forecaster.score(rest) == pytest.approx(expected)


def panel(*rows):
    """Return waves of two series on the same days, each of so many rows."""
    parts = {
        key: pd.Series(sign * WAVE[:n], pd.date_range("2025-01-01", periods=n))
        for key, sign, n in zip("AB", (1, -1), rows, strict=True)
    }
    return pd.concat(parts, names=["n", "t"])


@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error", forecast_scorer("mae")])
def test_scores_tell_of_folds_that_train_on_later_rows_of_other_series(scoring):
    frame = panel(80, 80)
    forecaster = Forecaster(Ridge(), 6, by="n", scaling=None)
    rows = np.arange(160)
    folds = [(rows[:120], rows[120:130])]  # all of A, the first half of B
    message = "'B' are scored from 2025-02-10 .* series 'A' up to 2025-03-21 .*PanelTimeSeriesSplit"
    with pytest.warns(UserWarning, match=message):
        cross_val_score(forecaster, frame, frame, cv=folds, scoring=scoring)
    in_time = PanelTimeSeriesSplit(2, test_size=5)  # a warning would be an error
    assert np.isfinite(cross_val_score(forecaster, frame, frame, cv=in_time, scoring=scoring)).all()


def test_numbers_of_stacked_rows_are_no_times_of_other_series():
    stacked = pd.DataFrame({"n": np.repeat(["A", "B"], 40), "y": WAVE})
    first = stacked.groupby("n").head(30)
    forecaster = Forecaster(Ridge(), 6, by="n", scaling=None).fit(first)
    assert np.isfinite(forecaster.score(stacked.drop(first.index)))


def test_a_score_of_none_but_unknown_series_is_refused():
    frame = panel(40, 40)
    forecaster = Forecaster(Ridge(), 6, by="n", scaling=None).fit(frame.groupby("n").head(30))
    rest = frame.groupby("n").tail(10)
    with pytest.raises(ValueError, match=r"those of \['a'\] were not in fit"):
        forecaster.score(rest.loc[["A"]].rename({"A": "a"}))
    a_series_each = [(np.arange(40), np.arange(40, 80))]  # the score was 0
    with pytest.warns(UserWarning, match="Scoring failed(.|\n)*No row can be scored"):
        assert np.isnan(cross_val_score(forecaster, frame, cv=a_series_each)).all()


def test_score_leaves_missing_steps_out():
    rest = WAVE[60:].copy()
    rest[[2, 7]] = np.nan
    forecaster = Forecaster(Ridge(), 6, scaling=None).fit(WAVE[:60])
    forecast = forecaster.forecast(20)["prediction"].to_numpy()
    there = ~np.isnan(rest)
    ratio = np.abs(forecast - rest)[there].sum() / np.abs(WAVE[59] - rest)[there].sum()
    assert forecaster.score(rest) == pytest.approx(1 - ratio)


def test_score_with_exogenous_rows(rng):
    x = rng.normal(size=81)
    series = x[:-1] * 2 + rng.normal(size=80) / 100
    forecaster = Forecaster(Ridge(1e-3), 3, scaling=None).fit(series[:60], x[:60])
    forecast = forecaster.forecast(20, x[60:])["prediction"]
    ratio = np.abs(forecast - series[60:]).sum() / np.abs(series[59] - series[60:]).sum()
    assert forecaster.score(series[60:], x[60:80]) == pytest.approx(1 - ratio)
    with pytest.raises(ValueError, match="exog is missing"):
        forecaster.score(series[60:])


def test_score_of_what_does_not_move():
    forecaster = Forecaster(Ridge(), 3, scaling=None).fit(np.full(30, 2.0))
    assert forecaster.score([2.0, 2.0]) == 0.0
    forecaster = Forecaster(Ridge(), 3, scaling=None).fit(WAVE)
    assert forecaster.score([WAVE[-1]]) == -np.inf


def test_a_backtest_changes_nothing():
    forecaster = Forecaster(Ridge(), 6, scaling=None).fit(WAVE[:60])
    expected = forecaster.forecast(3, level=0.5)
    forecaster.backtest(-WAVE, 3, level=0.5, steps=2)
    pd.testing.assert_frame_equal(forecaster.forecast(3, level=0.5), expected)


def test_without_a_level_nothing_is_calibrated():
    fits = []

    class Counter(Ridge):
        def fit(self, X, y):
            fits.append(len(X))
            return super().fit(X, y)

    forecaster = Forecaster(Counter(), 6, scaling=None)
    forecaster.backtest(WAVE, 3)
    assert fits == [14, 34, 54]
    fits.clear()
    forecaster.backtest(WAVE, 3, level=0.5, refit=False, steps=2)
    assert fits == [14, 5]
