"""Baselines in a forecaster are the forecasts that textbooks define, whatever the series."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import (
    EMARegressor,
    Forecaster,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    WindowScaledRegressor,
    forecast_pairs,
)

MONTHS = pd.date_range("2010-01-01", periods=120, freq="MS")
STEP = np.arange(120)
SALES = pd.Series(
    50 + STEP / 2 + 10 * np.sin(STEP * np.pi / 6) + np.random.default_rng(0).normal(size=120),
    index=MONTHS,
)


def forecast(baseline, **asked):
    return Forecaster(baseline, 24, **asked).fit(SALES).forecast(level=0.8)["prediction"]


@pytest.mark.parametrize("horizon", [5, 12, 30])
@pytest.mark.parametrize("season", [1, 12])
def test_the_seasonal_naive_forecast(season, horizon):
    expected = np.tile(SALES[-season:], 30)[:horizon]
    np.testing.assert_array_equal(forecast(PersistenceRegressor(season), horizon=horizon), expected)
    inside = make_pipeline(FunctionTransformer(), PersistenceRegressor(season))
    np.testing.assert_array_equal(forecast(inside, horizon=horizon), expected)
    asked = {"horizon": horizon, "strategy": "direct"}
    at_once = PersistenceRegressor(season, horizon=list(range(1, horizon + 1)))
    np.testing.assert_array_equal(forecast(at_once, **asked), expected)


@pytest.mark.parametrize("horizon", [3, 30])
def test_moving_averages(horizon):
    mean = SALES[-6:].mean()
    direct = {"horizon": horizon, "strategy": "direct"}
    np.testing.assert_allclose(forecast(SMARegressor(6), **direct), mean)
    fed_back = [*SALES[-6:]]
    for _ in range(horizon):
        fed_back.append(np.mean(fed_back[-6:]))
    np.testing.assert_allclose(forecast(SMARegressor(6), horizon=horizon), fed_back[6:])
    smoothed = SALES.ewm(alpha=0.9, adjust=False).mean().iloc[-1]
    np.testing.assert_allclose(forecast(EMARegressor(0.9), **direct), smoothed)


def test_the_lookback_is_what_baselines_read():
    def alone(baseline, n_rows=120):
        return Forecaster(baseline).fit(SALES[:n_rows])

    assert alone(SMARegressor(60)).forecast().iloc[0, 0] == pytest.approx(SALES[-60:].mean())
    smoothed = SALES.ewm(alpha=0.1, adjust=False).mean().iloc[-1]
    assert alone(EMARegressor(0.1)).forecast().iloc[0, 0] == pytest.approx(smoothed, rel=1e-3)
    assert alone(PersistenceRegressor(24)).lookback_ == 48  # where a value is missing
    with pytest.warns(UserWarning, match=r"window=60 asks for .* n_timesteps=19,.*window=19\."):
        short = alone(SMARegressor(60), 20)
    assert short.forecast().iloc[0, 0] == pytest.approx(SALES[1:20].mean())
    with pytest.warns(UserWarning, match=r"window=60 .* n_timesteps=24,.*\(lookback=60\)"):
        Forecaster(SMARegressor(60), 24).fit(SALES)
    with pytest.raises(ValueError, match="takes a lookback of at least 24"):
        alone(PersistenceRegressor(24), 20)


@pytest.mark.parametrize(
    ("inside", "asked"), [(WindowScaledRegressor, {}), (lambda own: own, {"scaling": None})]
)
def test_so_it_is_where_the_forecaster_scales_nothing(inside, asked):
    forecaster = Forecaster(inside(SMARegressor(60)), **asked).fit(SALES)
    assert forecaster.forecast().iloc[0, 0] == pytest.approx(SALES[-60:].mean())
    naive = Forecaster(inside(PersistenceRegressor(24)), **asked).fit(SALES)
    assert naive.forecast().iloc[0, 0] == pytest.approx(SALES.iloc[-24])


@pytest.mark.filterwarnings("ignore:3 of 4 series have fewer rows")
def test_short_series_do_not_shorten_the_averages_of_long_ones():
    parts = {"a": SALES[-20:], "b": SALES[-20:] + 3, "c": SALES[-20:] + 5, "long": SALES}
    panel = pd.concat(parts, names=["name", "month"]).reset_index("name", name="value")
    averages = Forecaster(SMARegressor(60), by="name").fit(panel).forecast()["prediction"]
    expected = [part[-60:].mean() for part in parts.values()]
    np.testing.assert_allclose(averages, expected)
    naive = Forecaster(PersistenceRegressor(24), by="name").fit(panel).forecast()["prediction"]
    assert naive.loc["long"].tolist() == [SALES.iloc[-24]]


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        (SMARegressor("a"), r"The 'window' parameter of SMARegressor must be .* Got 'a'"),
        (EMARegressor(0), r"The 'alpha' parameter of EMARegressor must be .* Got 0"),
        (EMARegressor(2), r"The 'alpha' parameter of EMARegressor must be .* Got 2"),
        (PersistenceRegressor(0), r"The 'season' parameter of PersistenceRegressor must be"),
        (PersistenceRegressor(7, horizon=[]), r"horizon=\[\] must have one number"),
        (PersistenceRegressor(7, horizon=["a"]), r"horizon=\['a'\] is not possible"),
    ],
)
def test_parameters_of_baselines_are_checked_before_the_lookback_is_chosen(baseline, words):
    with pytest.raises(ValueError, match=words):
        Forecaster(baseline).fit(SALES)


@pytest.mark.parametrize("feature", [1, -1])
def test_exogenous_columns_are_not_forecast_as_if_they_were_the_series(feature):
    model = Forecaster(SMARegressor(3, target_feature=feature))
    with pytest.raises(ValueError, match=r"estimator takes target_feature=0, got SMARegressor"):
        model.fit(SALES, exog=STEP[:, np.newaxis])


def test_what_is_missing_is_taken_a_season_before():
    holes = SALES.copy()
    holes.iloc[[-3, -1]] = np.nan
    expected = SALES[-12:].to_numpy(copy=True)
    expected[[-3, -1]] = SALES[-24:-12].iloc[[-3, -1]]
    for season, values in ((12, expected), (1, [SALES.iloc[-2]] * 12)):
        forecaster = Forecaster(PersistenceRegressor(season), horizon=12).fit(holes)
        np.testing.assert_array_equal(forecaster.forecast()["prediction"], values)


def test_a_scale_that_is_named_is_taken():
    last, before = SALES[-12:].to_numpy(), SALES.iloc[-13]
    asked = {"horizon": 2, "scaling": "seasonal_difference", "season": 12}
    change = last[-1] - before
    np.testing.assert_allclose(forecast(PersistenceRegressor(), **asked), last[:2] + change)


def test_seasonal_persistence_of_many_steps_without_their_horizons_is_warned_of():
    model = Forecaster(PersistenceRegressor(12), 24, horizon=3, strategy="direct")
    with pytest.warns(UserWarning, match=r"y has 3 columns, and horizon=1 predicts the same for"):
        model.fit(SALES)


def test_one_column_at_a_time():
    frame = SALES.to_frame("a").assign(b=1.0)
    words = r"forecasts one column, target_feature=0, and series has 2, \['a', 'b'\]"
    with pytest.raises(ValueError, match=words):
        Forecaster(SMARegressor(3)).fit(frame)
    stacked = frame.rename_axis("month").melt(ignore_index=False, var_name="name")
    panel = Forecaster(PersistenceRegressor(), 6, horizon=2, by="name").fit(stacked)
    assert panel.forecast().loc["b", "prediction"].tolist() == [1.0, 1.0]


def test_baselines_learn_no_rest():
    model = Forecaster(SMARegressor(3), horizon=2, linear_part=True)
    with pytest.raises(ValueError, match=r"linear_part=True .* learns nothing"):
        model.fit(SALES)


def test_means_of_windows_are_not_geometric_ones():
    X, y = forecast_pairs(np.exp(np.random.default_rng(0).normal(size=150)))
    windows = SequenceWindower(8).fit_transform(X)
    model = WindowScaledRegressor(SMARegressor(8), "auto").fit(windows, y)
    assert model.scaling_ == "level"
    expected = SMARegressor(8).fit(windows, y).predict(windows)
    np.testing.assert_allclose(model.predict(windows), expected)


class Counts(SMARegressor):
    def fit(self, X, y):
        self.n_samples_ = len(X)
        return super().fit(X, y)


def test_of_many_windows_a_few_are_enough_for_what_learns_nothing(rng):
    walk = rng.normal(size=15_000).cumsum()
    fitted = Forecaster(Counts(300), calibration_size=None).fit(walk)
    assert fitted.estimator_.n_samples_ == 100
    assert fitted.forecast().iloc[0, 0] == pytest.approx(walk[-300:].mean())
