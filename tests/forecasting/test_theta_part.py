"""Forecasts that are averaged with those of the Theta method."""

import pickle
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import QuantileRegressor, Ridge
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from sklstm import Forecaster, GRURegressor, PersistenceRegressor
from sklstm.forecasting import _theta_part
from sklstm.forecasting._choose_theta_part import choose_theta_part
from sklstm.forecasting._known_series import KnownSeries
from sklstm.forecasting._prepared_fit import PreparedFit
from sklstm.forecasting._season import Season
from sklstm.forecasting._theta import theta_forecasts
from sklstm.persistence import trusted_types

LOG = FunctionTransformer(np.log, np.exp, check_inverse=False)


def months(rng, n_rows=96, start="2015-01", noise=3.0):
    rows = np.arange(n_rows)
    values = 100 + 0.5 * rows + 20 * np.sin(rows * np.pi / 6) + noise * rng.normal(size=n_rows)
    return pd.Series(values, pd.period_range(start, periods=n_rows, freq="M"), name="sales")


def panel(rng, lengths=(96, 70, 51, 96)):
    return pd.concat({k: months(rng, n) for k, n in enumerate(lengths)}, names=["id", "month"])


def both(series, horizon=6, **options):
    """Return forecasters without and with the Theta method."""
    return [
        Forecaster(Ridge(), horizon=horizon, theta_part=asked, **options).fit(series)
        for asked in (False, True)
    ]


def theta_of(values, steps, season=12, **options):
    return theta_forecasts(np.asarray(values, dtype=float)[np.newaxis], steps, season, **options)[0]


def test_forecasts_are_the_mean_of_both(rng):
    sales = months(rng)
    alone, averaged = both(sales)
    assert (alone.theta_weight_, averaged.theta_weight_) == (0.0, 0.5)
    automatic = Forecaster(Ridge(), horizon=6).fit(sales)
    assert automatic.theta_weight_ == 0.5
    pd.testing.assert_frame_equal(automatic.forecast(), averaged.forecast(), rtol=0, atol=0)
    expected = (alone.forecast()["prediction"] + theta_of(sales, 6)) / 2
    np.testing.assert_allclose(averaged.forecast()["prediction"], expected)


def test_a_cycle_that_is_found_counts_if_asked_for(rng):
    cycle = months(rng).to_numpy()  # of 12 rows, and no calendar tells it
    alone, averaged = both(cycle)
    expected = (alone.forecast()["prediction"] + theta_of(cycle, 6)) / 2
    np.testing.assert_allclose(averaged.forecast()["prediction"], expected)
    assert Forecaster(Ridge(), horizon=6).fit(cycle).theta_weight_ == 0.0


def test_each_series_of_a_panel_has_its_own(rng):
    rows = panel(rng)
    alone, averaged = both(rows, by="id")
    forecasts = averaged.forecast()
    expected = alone.forecast()
    for key in range(4):
        mean = (expected.loc[key, "prediction"] + theta_of(rows[key], 6)) / 2
        np.testing.assert_allclose(forecasts.loc[key, "prediction"], mean)


def test_no_bit_of_it_depends_on_which_other_series_are_asked_for(rng):
    last = PersistenceRegressor()  # products of linear models depend on how many rows they have
    fitted = Forecaster(last, horizon=6, theta_part=True, by="id").fit(panel(rng))
    forecasts = fitted.forecast()
    for key in range(4):
        pd.testing.assert_frame_equal(
            fitted.forecast(series=[key]), forecasts.loc[[key]], rtol=0, atol=0
        )


def test_the_season_is_that_of_the_calendar_whichever_series_is_first(rng):
    rows = {key: months(rng) for key in range(3)}
    for series in ({"new": months(rng, 2)} | rows, rows | {"new": months(rng, 2)}):
        whole = pd.concat(series, names=["id", "month"])
        with pytest.warns(UserWarning, match="1 of 4 series have fewer rows"):
            fitted = Forecaster(Ridge(), by="id", calibration_size=None).fit(whole)
        assert (fitted._model.theta.season, fitted.theta_weight_) == (12, 0.5)


def test_from_any_row_only_rows_up_to_it_count(rng):
    sales = months(rng)
    _, averaged = both(sales, 3)
    folds = [(np.arange(72), np.arange(72, 96))]
    found = averaged.backtest(sales, folds, stride=1, refit=False).forecasts["prediction"]
    changed = sales.copy()
    changed.iloc[84:] = rng.normal(size=12)
    again = averaged.backtest(changed, folds, stride=1, refit=False).forecasts["prediction"]
    before = found.index.get_level_values("origin") < sales.index[84]
    assert 0 < before.sum() < len(found)
    np.testing.assert_array_equal(found[before], again[before])
    origin = sales.index[80]
    older = Forecaster(Ridge(), horizon=3, theta_part=False).fit(sales[:72])
    by_regressor = older.forecast(history=sales[:81])["prediction"]
    expected = (by_regressor + theta_of(sales[:81], 3)) / 2
    np.testing.assert_allclose(found.loc[origin][:3], expected)


@pytest.mark.parametrize("transformer", [LOG, StandardScaler()])
def test_the_mean_is_taken_on_the_scale_of_transformers(rng, transformer):
    sales = months(rng)
    alone, averaged = both(sales, transformer=transformer)
    fitted = transformer.fit(sales.to_frame().to_numpy())
    values = fitted.transform(sales.to_frame().to_numpy())[:, 0]
    by_regressor = fitted.transform(alone.forecast().to_numpy())[:, 0]
    mean = (by_regressor + theta_of(values, 6, amounts=False)) / 2
    np.testing.assert_allclose(averaged.forecast(), fitted.inverse_transform(mean[:, np.newaxis]))


def test_a_scaler_changes_nothing(rng):
    """The least value is zero for it, and no bound of a series that falls."""
    falling = pd.Series(-100.0 - np.arange(60), pd.period_range("1960", periods=60, freq="Y"))
    falling += rng.normal(size=60)
    found = [
        Forecaster(Ridge(0.0), scaling="level", transformer=scaler, theta_part=True)
        .fit(falling)
        .forecast(10)
        for scaler in (None, MinMaxScaler(), StandardScaler())
    ]
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0])


def test_paths_move_with_the_forecast_and_keep_their_spread(rng):
    sales = months(rng)
    alone, averaged = both(sales)
    paths, others = (one.sample_paths(6, 400, random_state=0) for one in (averaged, alone))
    moved = averaged.forecast()["prediction"] - alone.forecast()["prediction"]
    # Errors of one step differ, and so does what is drawn; by its mean and size at the first step.
    errors = paths.sub(averaged.forecast()["prediction"], axis=0)
    assert abs(errors.mean(axis=1)).max() < 2.5
    assert (abs(moved) > 0.1).all()
    assert 0.4 < (paths.std(axis=1) / others.std(axis=1)).mean() < 2.0


def test_intervals_are_those_of_the_errors_of_the_mean(rng):
    sales = months(rng)
    _, averaged = both(sales)
    bounds = averaged.forecast(level=0.8)
    assert (bounds["lower"] < bounds["prediction"]).all()
    assert (bounds["prediction"] < bounds["upper"]).all()
    assert averaged._calibrator.theta == averaged._model.theta


def test_columns_are_averaged_by_themselves(rng):
    table = pd.DataFrame({"a": months(rng), "b": months(rng) ** 2})
    alone, averaged = both(table)
    assert averaged.theta_weight_ == [0.5, 0.5]
    for name in table:
        mean = (alone.forecast()[name] + theta_of(table[name], 6)[:, np.newaxis]) / 2
        np.testing.assert_allclose(averaged.forecast()[name], mean)


def test_automatically_columns_without_a_seasonal_scale_are_left_alone(rng):
    table = pd.DataFrame({"a": months(rng), "b": months(rng)})
    seasonal, other = (SimpleNamespace(name=f"{k}difference") for k in ("seasonal_", ""))
    forecaster = Forecaster(Ridge())
    known = KnownSeries.read(table, None, by=None, freq=None, gaps="raise", known_exog=None)
    season = Season.of(forecaster, known)

    def part_of(known, *columns):
        return choose_theta_part(forecaster, known, season, SimpleNamespace(columns=columns), None)

    part = part_of(known, seasonal, other)
    assert (part.season, part.weights) == (12, [0.5, 0.0])
    assert part_of(known, other, other) is None
    known = replace(known, histories=known.histories | {"another": known.histories[None]})
    part = part_of(known, seasonal, other)
    assert part.weights == [0.5, 0.5]  # of several series in any scale
    part = replace(part, weights=[0.5, 0.0])
    theta = part.forecasts([np.array([95])], [table.to_numpy()], 2)
    np.testing.assert_array_equal(np.isnan(theta[0]), [[False, True]] * 2)


def years(rng, n_series, *, reverts):
    """Return series whose best forecast is the last value, or a mean of many."""
    noise = rng.normal(size=(n_series, 30))
    values = 100 + (3 * noise if reverts else noise.cumsum(axis=1))
    when = pd.period_range("1990", periods=30, freq="Y")
    return pd.concat({k: pd.Series(v, when) for k, v in enumerate(values)}, names=["id", "year"])


class LastValue(Ridge):
    """Forecasts no change."""

    def predict(self, X):
        return np.zeros_like(super().predict(X))


@pytest.mark.filterwarnings("ignore:LastValue has learned nothing")  # it forecasts zero of levels
def test_without_a_season_the_weight_is_what_a_horizon_ago_was_best(rng):
    forecaster = Forecaster(LastValue(), 4, horizon=3, by="id", calibration_size=None)
    weights = {}
    for reverts in (False, True):
        series = years(rng, 60, reverts=reverts)
        weights[reverts] = forecaster.fit(series).theta_weight_
        alone = clone(forecaster).set_params(theta_part=False).fit(series).forecast()["prediction"]
        theta = [theta_of(series[key], 3, 1) for key in range(60)]
        mean = alone + weights[reverts] * (np.concatenate(theta) - alone)
        np.testing.assert_allclose(forecaster.forecast()["prediction"], mean)
    assert weights[False] < weights[True] == 0.3  # the mean of old rows says nothing of a walk
    few = years(rng, 30, reverts=True)
    assert forecaster.fit(few).theta_weight_ == 0.0


class Explodes(LastValue):
    """Forecasts infinity, once it has been fitted to older rows."""

    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        Explodes.n_fits += 1
        self.explodes_ = Explodes.n_fits > 1
        return super().fit(X, y, sample_weight)

    def predict(self, X):
        return super().predict(X) + (np.inf if self.explodes_ else 0.0)


@pytest.mark.filterwarnings(
    "ignore:(Explodes|LastValue) has learned nothing"
)  # it forecasts zero of levels
def test_no_older_model_is_no_reason_to_fail(rng):
    series = years(rng, 60, reverts=True)
    asked = {"horizon": 3, "by": "id", "calibration_size": None}
    fitted = Forecaster(Explodes(), 4, **asked).fit(series)
    assert (fitted.theta_weight_, Explodes.n_fits) == (0.0, 2)
    short = series[series.index.get_level_values("year") < pd.Period("1996", "Y")]
    assert Forecaster(LastValue(), 4, **asked).fit(short).theta_weight_ == 0.0


def test_of_long_series_few_rows_are_read(rng, monkeypatch):
    """And the forecasts are the same to the bit, whatever stands before them."""
    long, short = months(rng, 1200, "1900-01"), months(rng, 96)
    fitted = Forecaster(Ridge(), horizon=3, theta_part=True, calibration_size=None).fit(short)
    found = fitted.forecast(history=long)
    pd.testing.assert_frame_equal(found, fitted.forecast(history=long[-500:]), rtol=0, atol=0)
    lengths = []
    joined = _theta_part.joined
    monkeypatch.setattr(
        _theta_part, "joined", lambda parts: lengths.extend(map(len, parts)) or joined(parts)
    )
    fitted.forecast(history=long)
    assert lengths == [400]


def test_new_series_are_averaged_if_they_have_two_seasons(rng):
    alone, averaged = both(panel(rng), by="id")
    new = {key: months(rng, n) for key, n in {"long": 40, "short": 20}.items()}
    rows = pd.concat(new, names=["id", "month"])
    expected, found = (one.forecast(history=rows)["prediction"] for one in (alone, averaged))
    np.testing.assert_array_equal(found["short"], expected["short"])
    mean = (expected["long"] + theta_of(new["long"], 6)) / 2
    np.testing.assert_allclose(found["long"], mean)


def test_files_and_new_rows_keep_it(rng):
    sales = months(rng, 108)
    _, averaged = both(sales[:96])
    by_skops = skops.io.loads(skops.io.dumps(averaged), trusted=trusted_types())
    for again in (by_skops, pickle.loads(pickle.dumps(averaged))):
        assert again.theta_weight_ == 0.5
        pd.testing.assert_frame_equal(again.forecast(), averaged.forecast(), rtol=0, atol=0)
    averaged.update(sales[96:])
    by_history = both(sales[:96])[1].forecast(history=sales)
    np.testing.assert_allclose(averaged.forecast(), by_history)


def test_a_network_learns_no_otherwise(rng):
    sales = months(rng, 60)
    network = GRURegressor(4, max_epochs=2, random_state=0)
    fitted = [
        Forecaster(network, horizon=3, calibration_size=None, theta_part=asked).fit(sales)
        for asked in (False, "auto")
    ]
    assert fitted[1].theta_weight_ == 0.5
    windows = rng.normal(size=(5, fitted[0].lookback_, 1))
    expected, found = (one.estimator_.predict(windows) for one in fitted)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (Ridge(), {"scaling": "scaled_seasonal_difference"}),
        (Ridge(), {"scaling": None}),
        (Ridge(), {"season": None}),
        (Ridge(), {"calendar": ["month"]}),
        (RandomForestRegressor(5, random_state=0), {}),
        (PersistenceRegressor(), {}),
        (QuantileRegressor(quantile=0.9, alpha=0.0), {}),
        (GRURegressor(2, max_epochs=1, loss="normal", random_state=0), {}),
    ],
    ids=str,
)
def test_automatically_others_are_left_alone(rng, estimator, options):
    fitted = Forecaster(estimator, calibration_size=None, **options).fit(months(rng))
    assert fitted.theta_weight_ == 0.0


def test_automatically_long_series_and_those_with_other_columns_are_left_alone(rng):
    sales = months(rng, 401)
    assert Forecaster(Ridge(), calibration_size=None).fit(sales).theta_weight_ == 0.0
    sales = sales[:96]
    beside = pd.DataFrame({"promotion": rng.normal(size=96)}, index=sales.index)
    fitted = Forecaster(Ridge(), calibration_size=None).fit(sales, beside)
    assert fitted.theta_weight_ == 0.0
    assert Forecaster(Ridge(), calibration_size=None).fit(sales.to_numpy()).theta_weight_ == 0.0


def test_it_can_be_asked_for(rng):
    forest = RandomForestRegressor(5, random_state=0)
    sales = months(rng, 450)
    fitted = [
        Forecaster(forest, horizon=4, calibration_size=None, theta_part=asked).fit(sales)
        for asked in (False, True)
    ]
    assert [one.theta_weight_ for one in fitted] == [0.0, 0.5]
    alone, averaged = (one.forecast()["prediction"] for one in fitted)
    newest = theta_of(sales[-400:], 4)  # all that are read
    np.testing.assert_allclose(averaged, (alone + newest) / 2)


class Draws(Ridge):
    """Has a distribution, of which a Forecaster draws paths, but no quantiles."""

    def sample(self, X, n_samples=1, random_state=None):
        raise NotImplementedError


def test_of_distributions_and_quantiles_it_is_refused(rng, monkeypatch):
    sales = months(rng)
    monkeypatch.setattr(PreparedFit, "of", None)  # nothing is learned before
    for estimator in (
        QuantileRegressor(quantile=0.9),
        GradientBoostingRegressor(loss="quantile", alpha=0.9),
        GRURegressor(loss="normal"),
        Draws(),
    ):
        with pytest.raises(ValueError, match="theta_part=True averages forecasts of means"):
            Forecaster(estimator, theta_part=True).fit(sales)


def test_a_season_of_more_rows_than_are_read_is_refused(rng):
    sales = months(rng, 250)
    with pytest.raises(ValueError, match="two seasons of 200 are as many or more"):
        Forecaster(Ridge(), season=200, theta_part=True).fit(sales)
    assert Forecaster(Ridge(), season=200, calibration_size=None).fit(sales).theta_weight_ == 0.0


def test_holidays_shift_the_rows_of_a_season(rng):
    days = pd.date_range("2024-01-01", periods=140)
    days = days[days.day_of_week < 6].delete([20, 51, 52])  # shops, with three holidays
    sales = pd.Series(np.array([1.0, 2, 3, 4, 5, 9])[days.day_of_week], days) + rng.normal(size=117)
    fitted = Forecaster(Ridge(), calibration_size=None).fit(sales)
    assert (fitted.season_, fitted.theta_weight_) == (6, 0.0)
    with pytest.raises(ValueError, match="counts the 6 rows of a season.*holidays"):
        clone(fitted).set_params(theta_part=True).fit(sales)
    without = clone(fitted).set_params(theta_part=True, season=None).fit(sales)
    assert without.theta_weight_ == 0.5
