"""Nothing that comes after an origin changes the forecasts and bounds from it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from sklstm import ExponentialSmoother, Forecaster, LSTMRegressor

RNG = np.random.default_rng(0)
N = 80
DAYS = pd.date_range("2024-01-01", periods=N, name="day")
EXOG = pd.DataFrame(RNG.normal(size=(N, 2)), index=DAYS, columns=["x", "z"])
SERIES = (EXOG["x"].shift(-1, fill_value=0.0) + np.cumsum(RNG.normal(size=N))).rename("close")
FOLDS = [(np.arange(50), np.arange(50, 58)), (np.arange(58), np.arange(58, 68))]
MODES = [
    {"refit": True},
    {"refit": False, "stride": 1, "steps": 3},
    {"refit": 2, "stride": 3},
    {"refit": True, "stride": 2, "steps": 4},
]
KNOWN = [None, "all", ["x"]]
TRANSFORMERS = [None, StandardScaler(), ExponentialSmoother(0.5)]
STRATEGIES = ["recursive", "direct"]


def panel_of(frame, others=(2.0, -1.0)):
    parts = {"A": frame} | {f"B{k}": k * frame + 1 for k in others}
    return pd.concat(parts, names=["share"])


def origins_of(forecasts):
    return forecasts.index.get_level_values("origin").unique()


def check_same(found, expected, origin):
    """Compare what was forecast at `origin` or before."""
    for forecasts in (found, expected):
        assert (forecasts.index.get_level_values("origin") <= origin).any()
    columns = ["prediction", "persistence", "lower", "upper"]
    parts = [
        f.loc[f.index.get_level_values("origin") <= origin, columns] for f in (found, expected)
    ]
    pd.testing.assert_frame_equal(*parts, rtol=0, atol=0)


# Every mode, transformer and kind of known columns meets each other, with one strategy for a single
# series and the other one for a panel, which are swapped from case to case.
@pytest.mark.parametrize(
    ("mode", "transformer", "known", "strategy", "panel"),
    [
        (mode, TRANSFORMERS[(m + k) % 3], KNOWN[k], STRATEGIES[(m + panel) % 2], bool(panel))
        for m, mode in enumerate(MODES)
        for k in range(3)
        for panel in range(2)
    ],
    ids=str,
)
def test_later_values_change_nothing(mode, transformer, strategy, known, panel):
    forecaster = Forecaster(Ridge(), 4, 2, strategy, transformer, known_exog=known, scaling=None)
    form, folds = lambda frame: frame, FOLDS
    if panel:
        forecaster.set_params(by="share")
        form = panel_of
        shift = np.arange(3)[:, np.newaxis] * N
        folds = [tuple((rows + shift).ravel() for rows in fold) for fold in FOLDS]

    def backtest(series, exog):
        options = mode | {"level": 0.4, "exog": form(exog)}
        return forecaster.backtest(form(series.to_frame()), folds, **options).forecasts

    expected = backtest(SERIES, EXOG)
    rng = np.random.default_rng(1)
    past_columns = [c for c in EXOG if known is None or (known != "all" and c not in known)]
    origins = origins_of(expected)
    for origin in origins[[0, len(origins) // 2]]:
        later = origin < DAYS
        series, exog = SERIES.copy(), EXOG.copy()
        series[later] = 1e3 * rng.normal(size=later.sum())
        exog.loc[later, past_columns] = 1e3
        # Values known in advance are looked at as far as rows are predicted.
        exog[origin + 10 * DAYS.freq < DAYS] = -1e3
        check_same(backtest(series, exog), expected, origin)


@pytest.mark.filterwarnings("ignore:.* rows are forecast one by one")
@pytest.mark.parametrize("known", KNOWN, ids=str)
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_whether_later_steps_are_missing_changes_nothing(known, mode):
    network = LSTMRegressor(3, max_epochs=1, random_state=0)
    forecaster = Forecaster(network, 4, known_exog=known, calibration_size=0.5, scaling=None)
    options = mode | {"level": 0.4, "exog": EXOG}
    expected = forecaster.backtest(SERIES, FOLDS, **options).forecasts
    origin = origins_of(expected)[0]
    series = SERIES.copy()
    series[origin < DAYS] = np.where(np.arange(30) % 3, np.nan, 7.0)
    check_same(forecaster.backtest(series, FOLDS, **options).forecasts, expected, origin)


def test_other_series_change_nothing_later():
    forecaster = Forecaster(Ridge(), 4, by="share", scaling=None)
    shift = np.arange(3)[:, np.newaxis] * N
    folds = [tuple((rows + shift).ravel() for rows in fold) for fold in FOLDS]
    frame = panel_of(SERIES.to_frame())
    for refit in (True, False):
        options = {"refit": refit, "stride": 2, "steps": 3, "level": 0.4}
        expected = forecaster.backtest(frame, folds, **options).forecasts
        for origin in origins_of(expected):
            changed = frame.copy()
            others = changed.index.get_level_values("share") != "A"
            changed[others & (changed.index.get_level_values("day") > origin)] = 1e4
            found = forecaster.backtest(changed, folds, **options).forecasts
            check_same(found.loc[["A"]], expected.loc[["A"]], origin)


@pytest.mark.filterwarnings("ignore:.* rows are forecast one by one")
def test_what_is_known_at_the_origin_counts():
    forecaster = Forecaster(Ridge(), 4, known_exog=["x"], scaling=None)
    expected = forecaster.backtest(SERIES, FOLDS, exog=EXOG, refit=False).forecasts
    for column, day in (("x", 50), ("z", 49)):
        exog = EXOG.copy()
        exog.loc[DAYS[day], column] += 9.0
        found = forecaster.backtest(SERIES, FOLDS, exog=exog, refit=False).forecasts
        assert (found["prediction"] != expected["prediction"]).iloc[:8].any()
