"""Forecasts of windows that have a scale of their own."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, PoissonRegressor, QuantileRegressor, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, LSTMRegressor, PersistenceRegressor, WindowScaledRegressor
from sklstm.forecasting._scaling import wanted_scaling
from sklstm.preprocessing import SCALINGS, choose_representation

NETWORK = LSTMRegressor(4, max_epochs=3, random_state=0)


def seasonal(rng, n_steps=160, season=12, level=100.0):
    months = pd.period_range("2001-01", periods=n_steps, freq="M")
    pattern = np.sin(2 * np.pi * np.arange(n_steps) / season)
    walk = np.cumsum(rng.normal(size=n_steps))
    return pd.Series(level * np.exp(0.2 * pattern + 0.02 * walk), index=months, name="sales")


def by_hand(name, values, lookback, season, horizon):
    """Return the forecast of `horizon` rows by a linear regression, written out."""
    before = season if "seasonal" in name else 0
    x = np.log(values) if name.startswith("log_") else values
    scaled = "scaled" in name or name.endswith("standard")

    def scaled_window(end):
        rows = x[end - lookback - before : end]
        read = rows[before:]
        scale = read.std() if scaled else 1.0
        scale = read[-1] if name == "ratio" else scale
        center = {"standard": read.mean(), "level": 0.0}.get(name.removeprefix("log_"), x[end - 1])
        if before:
            ahead = np.array([x[end - season + h % season] for h in range(horizon)])
            return (read - rows[:lookback]) / scale, ahead, scale
        return (read - center) / scale, center, scale

    windows, targets = [], []
    for end in range(lookback + before, len(x) - horizon + 1):
        read, center, scale = scaled_window(end)
        windows.append(read)
        targets.append((x[end : end + horizon] - center) / scale)
    model = LinearRegression().fit(windows, np.array(targets))
    read, center, scale = scaled_window(len(x))
    forecast = model.predict(read[np.newaxis])[0] * scale + center
    return np.exp(forecast) if name.startswith("log_") else forecast


@pytest.mark.parametrize("name", SCALINGS)
def test_a_forecast_is_what_its_formula_says(name, rng):
    sales = seasonal(rng)
    forecaster = Forecaster(
        LinearRegression(), 6, 15, "direct", scaling=name, season=12, calibration_size=None
    )
    forecast = forecaster.fit(sales).forecast()["prediction"]
    expected = by_hand(name, sales.to_numpy(), 6, 12, 15)
    np.testing.assert_allclose(forecast, expected, rtol=1e-6)
    assert (forecaster.scaling_, forecaster.scaling_scores_) == (name, {})
    assert forecaster.season_ == (12 if "seasonal" in name else 1)


def test_recursive_forecasts_scale_every_window_anew(rng):
    sales = seasonal(rng)
    forecaster = Forecaster(LinearRegression(), 6, 1, scaling="scaled_difference")
    forecast = forecaster.fit(sales).forecast(3)["prediction"].to_numpy()
    model, values = forecaster.estimator_, sales.to_numpy()
    for _ in range(3):
        window = values[-6:]
        read = ((window - window[-1]) / window.std())[np.newaxis]
        values = np.append(values, model.predict(read) * window.std() + window[-1])
    np.testing.assert_allclose(forecast, values[-3:], rtol=1e-9)


def with_another_year(rng):
    """Return a series whose season differs from month to month, and changes slowly."""
    changes = 0.1 * rng.normal(size=(14, 12)) + (np.arange(14) == 0)[:, np.newaxis]
    year = np.exp(np.cumsum(changes * rng.normal(size=12), axis=0)).ravel()[:160]
    return seasonal(rng) * year


def test_the_season_is_found_and_chosen(rng):
    sales = with_another_year(rng)
    forecaster = Forecaster(Ridge(), horizon=6, strategy="direct").fit(sales)
    assert (forecaster.season_, forecaster.lookback_) == (12, 12)
    assert "seasonal_difference" in forecaster.scaling_
    assert set(forecaster.scaling_scores_) == set(SCALINGS)
    without = Forecaster(Ridge(), season=None).fit(seasonal(rng))
    assert (without.season_, without.lookback_) == (1, 20)
    assert not any("seasonal" in name for name in without.scaling_scores_)
    plain = Forecaster(Ridge(), scaling=None).fit(seasonal(rng))
    assert (plain.scaling_, plain.scaling_scores_) == (None, None)
    assert (plain.season_, plain.lookback_) == (1, 10)


@pytest.mark.parametrize(
    ("season", "horizon", "n_ahead"), [(12, 1, 12), (12, 18, 18), (None, 5, 5)]
)
def test_candidates_are_scored_on_the_rows_that_are_forecast(season, horizon, n_ahead, rng):
    sales = with_another_year(rng)
    fitted = Forecaster(Ridge(), 6, horizon, season=season, calibration_size=None).fit(sales)
    n_rows = 6 + (season or 0)
    view = np.lib.stride_tricks.sliding_window_view(sales.to_numpy(), n_rows + 1)
    asked = {"season": season or 1, "n_ahead": n_ahead, "saturates": False}
    asked["fixed_season"] = season is not None
    choice = choose_representation(view[:, :-1], view[:, -1:], **asked)
    assert fitted.scaling_ == choice.representation.name
    assert "seasonal" in fitted.scaling_ or season is None
    assert fitted.scaling_scores_ == pytest.approx(choice.scores)


@pytest.mark.parametrize("estimator", [Ridge(), NETWORK], ids=["Ridge", "LSTM"])
@pytest.mark.parametrize("name", ["scaled_difference", "log_scaled_seasonal_difference"])
def test_units_of_a_series_do_not_matter_in_a_panel(estimator, name, rng):
    parts = {key: seasonal(rng, 60 + 5 * k) for k, key in enumerate("ABC")}
    units = {"A": 1.0, "B": 1024.0, "C": 1 / 4096}
    forecasts = []
    for unit in ({}, units):
        frame = pd.concat({key: part * unit.get(key, 1.0) for key, part in parts.items()})
        frame = frame.rename_axis(["shop", "month"]).to_frame()
        forecaster = Forecaster(
            estimator, 6, by="shop", scaling=name, season=12, calibration_size=None
        )
        forecasts.append(forecaster.fit(frame).forecast(4)["prediction"])
    factor = forecasts[0].index.get_level_values(0).map(units).to_numpy(float)
    np.testing.assert_allclose(forecasts[1], forecasts[0] * factor, rtol=1e-3)


def test_exogenous_columns_are_not_scaled(rng):
    sales = seasonal(rng, 80).to_numpy()
    exog = rng.normal(size=(90, 2))
    seen = []

    class Watching(LinearRegression):
        def fit(self, X, y):
            seen.append(X)
            return super().fit(X, y)

    forecaster = Forecaster(
        Watching(), 4, 1, "recursive", scaling="log_seasonal_difference", season=12, known_exog=[1],
        calibration_size=None,
    ).fit(sales, exog[:80])  # fmt: skip
    windows = seen[0].reshape(-1, 4, 3)
    rows = np.arange(4) + np.arange(12, 12 + len(windows))[:, np.newaxis]
    np.testing.assert_allclose(windows[:, :, 0], np.log(sales[rows] / sales[rows - 12]), atol=1e-12)
    past = exog[rows, 0]
    past -= past[:, -1:] if forecaster.past_scaling_ == {0: "difference"} else 0.0
    np.testing.assert_array_equal(windows[:, :, 1], past)
    np.testing.assert_array_equal(windows[:, :, 2], exog[rows + 1, 1])
    assert np.isfinite(forecaster.forecast(5, exog=exog[80:, 1:])["prediction"]).all()


def test_columns_have_their_own_scaling(rng):
    walk = 1000 + np.cumsum(0.5 + rng.normal(size=300))
    frame = pd.DataFrame({"walk": walk, "noise": rng.normal(size=300)})
    forecaster = Forecaster(Ridge(), 8).fit(frame)
    assert forecaster.scaling_[0] in ("difference", "scaled_difference", "ratio")
    assert forecaster.scaling_[1] == "level"
    assert len(forecaster.scaling_scores_) == 2


@pytest.mark.parametrize("estimator", [Ridge(), NETWORK], ids=["Ridge", "LSTM"])
def test_forecasts_do_not_see_the_future(estimator, rng):
    """Rows after an origin change nothing, nor do other origins."""
    sales = seasonal(rng)
    forecaster = Forecaster(estimator, 6, scaling="scaled_seasonal_difference", season=12)
    fold = [(range(100), range(100, 160))]
    table = forecaster.backtest(sales, fold, steps=3, stride=7).forecasts
    changed = sales.copy()
    changed.iloc[130:] = 1.0
    other = forecaster.backtest(changed, fold, steps=3, stride=7).forecasts
    known = table.index.get_level_values("origin") < sales.index[130]
    np.testing.assert_array_equal(table["prediction"][known], other["prediction"][known])
    fitted = clone(forecaster).fit(sales[:100])
    fitted.update(sales[100:107])
    expected = table.xs(sales.index[106], level="origin")["prediction"]
    np.testing.assert_allclose(fitted.forecast(3)["prediction"], expected, rtol=1e-6)


def test_intervals_are_in_the_units_of_the_series(rng):
    sales = seasonal(rng)
    frames = [
        Forecaster(Ridge(), 6, scaling="scaled_difference").fit(unit * sales).forecast(2, level=0.8)
        for unit in (1.0, 1024.0)
    ]
    np.testing.assert_allclose(frames[1], 1024 * frames[0], rtol=1e-6)


@pytest.mark.parametrize("scaling", ["auto", "log_difference"])
def test_intervals_are_calibrated_in_the_representation_of_the_forecast(scaling, rng):
    frame = pd.DataFrame({"a": seasonal(rng), "b": rng.normal(size=160)}, seasonal(rng).index)
    frame["b"] += 10
    fitted = Forecaster(Ridge(), 6, scaling=scaling, season=12).fit(frame)
    names = [column.name for column in fitted._calibrator.scaling.columns]
    assert names == fitted.scaling_
    assert fitted._calibrator.scaling.columns[0].season == fitted.season_


def test_short_series_are_padded_where_the_regressor_takes_missing_steps(rng):
    parts = {key: seasonal(rng, n) for key, n in (("A", 60), ("B", 7), ("C", 2))}
    frame = pd.concat(parts).rename_axis(["shop", "month"]).to_frame()
    asked = {"by": "shop", "lookback": 12, "horizon": 4, "calibration_size": None}
    padded = Forecaster(NETWORK, **asked).fit(frame)
    with pytest.warns(UserWarning, match=r"1 of 3 series have fewer .* had 6: 'C' \(2\)"):
        forecast = padded.forecast()
    assert np.isfinite(forecast["prediction"]).all()
    assert len(forecast) == 12
    for estimator, scaling in ((Ridge(), "auto"), (NETWORK, None)):
        with pytest.warns(
            UserWarning, match=r"2 of 3 series .* left out of .*'B' \(7\), 'C' \(2\)"
        ):
            Forecaster(estimator, scaling=scaling, **asked).fit(frame)
    with pytest.raises(
        ValueError, match="series 'C', the longest of all, has 2 rows, and lookback"
    ):
        Forecaster(NETWORK, **asked).fit(
            pd.concat([frame.loc[["C"]], frame.loc[["C"]].rename({"C": "D"})])
        )


def test_missing_steps_stay_missing(rng):
    sales = seasonal(rng)
    sales.iloc[[70, 71, 140]] = np.nan
    forecaster = Forecaster(NETWORK, 6, scaling="scaled_seasonal_difference", season=12).fit(sales)
    assert np.isfinite(forecaster.forecast(4)["prediction"]).all()
    complete = Forecaster(Ridge(), 6, scaling="scaled_seasonal_difference", season=12).fit(sales)
    with pytest.raises(ValueError, match=r"The last 18 rows of series .* have 1 missing steps"):
        Forecaster(Ridge(), 6, scaling="seasonal_difference", season=12).fit(sales[:150]).forecast()
    assert np.isfinite(complete.forecast(4)["prediction"]).all()


def test_one_short_series_is_averaged_with_the_season_before(rng):
    """Each next row is, and what enters the window of the one after it."""
    sales = seasonal(rng)
    asked = {"lookback": 12, "horizon": 3, "calibration_size": 40, "theta_part": False}
    fitted = Forecaster(NETWORK, **asked).fit(sales)
    weight = fitted.regressor_weight_
    assert (fitted.scaling_, fitted.season_) == ("scaled_seasonal_difference", 12)
    assert 0 < weight < 1
    values = sales.to_numpy()
    for _ in range(3):
        window, before = values[-12:], values[-24:-12]
        read = ((window - before) / window.std())[np.newaxis, :, np.newaxis]
        change = fitted.estimator_.predict(read) * window.std()
        values = np.append(values, window[0] + weight * change)
    np.testing.assert_allclose(fitted.forecast()["prediction"], values[-3:], rtol=1e-6)
    assert fitted._calibrator.scaling.weights == weight  # so that errors are those of forecasts
    again = pickle.loads(pickle.dumps(fitted))
    assert again.regressor_weight_ == weight
    pd.testing.assert_frame_equal(again.forecast(5, level=0.8), fitted.forecast(5, level=0.8))


def test_whose_forecasts_are_averaged_with_the_season_before(rng):
    sales = seasonal(rng)

    def weight(estimator, series=sales, **named):
        named = {"lookback": 6, "calibration_size": None} | named
        return Forecaster(estimator, **named).fit(series).regressor_weight_

    assert weight(Ridge()) < 1
    assert weight(Ridge(), scaling="scaled_seasonal_difference") == 1
    assert weight(Ridge(), scaling=None) == 1
    assert weight(clone(NETWORK).set_params(loss="normal")) == 1
    assert weight(clone(NETWORK).set_params(loss="quantile")) == 1
    assert weight(QuantileRegressor(quantile=0.9, alpha=0.01)) == 1
    assert weight(PersistenceRegressor()) == 1
    # Without labels a cycle may be found, but no season that is known to be fixed.
    assert weight(Ridge(), sales.to_numpy()) == 1
    assert weight(Ridge(), sales.to_numpy(), season=12) == weight(Ridge())
    panel = pd.DataFrame({"sales": [*sales, *sales], "shop": ["a"] * 160 + ["b"] * 160})
    panel.index = sales.index.append(sales.index)
    assert weight(Ridge(), panel, by="shop") == 1
    frame = pd.DataFrame({"a": sales, "b": 10 + rng.normal(size=160)})
    weights = weight(Ridge(), frame)
    assert len(weights) == 2
    assert weights[0] < 1


def test_files(rng):
    sales = seasonal(rng)
    forecaster = Forecaster(Ridge()).fit(sales)
    again = pickle.loads(pickle.dumps(forecaster))
    pd.testing.assert_frame_equal(again.forecast(5), forecaster.forecast(5))
    assert again.scaling_ == forecaster.scaling_
    assert again.scaling_scores_ == forecaster.scaling_scores_


@pytest.mark.parametrize(("scaling", "loss"), [
    (None, "squared_error"),
    ("difference", "squared_error"),
    ("seasonal_difference", "squared_error"),
    ("scaled_difference", "absolute_error"),
    ("scaled_seasonal_difference", "absolute_error"),
    ("standard", "absolute_error"),
    ("ratio", "absolute_error"),
    ("log_difference", "absolute_error"),
])  # fmt: skip
def test_how_networks_are_trained_in_the_scale_of_windows(scaling, loss, rng):
    sales = seasonal(rng, 60)
    asked = {"lookback": 6, "scaling": scaling, "season": 12, "calibration_size": None}
    network = LSTMRegressor(2, random_state=0)
    schedule = "constant" if scaling is None else "cosine"
    models = [
        Forecaster(clone(network).set_params(**named), **asked).fit(sales)
        for named in ({}, {"loss": loss, "learning_rate_schedule": schedule})
    ]
    assert [model.estimator_.loss_ for model in models] == [loss] * 2
    pd.testing.assert_frame_equal(models[0].forecast(3), models[1].forecast(3))
    assert models[0].estimator.loss == "auto"
    named = clone(network).set_params(loss="huber", max_epochs=2)
    fitted = Forecaster(named, **asked).fit(sales).estimator_
    assert (fitted.loss_, fitted.learning_rate_schedule) == ("huber", "auto")


def test_the_loss_is_set_wherever_the_network_is(rng):
    sales = seasonal(rng, 60)
    asked = {"lookback": 6, "scaling": "scaled_difference", "calibration_size": None}
    network = LSTMRegressor(random_state=0)
    search = GridSearchCV(make_pipeline(network), {"lstmregressor__hidden_size": [2]}, cv=2)
    fitted = Forecaster(search, **asked).fit(sales)
    network = fitted.estimator_.best_estimator_[-1]
    assert network.loss_ == "absolute_error"
    assert network.learning_rate_schedule == "cosine"


def test_who_is_not_scaled():
    scaled = WindowScaledRegressor(Ridge())
    assert wanted_scaling(Forecaster(Ridge())) == "auto"
    assert wanted_scaling(Forecaster(Ridge(), scaling=None)) is None
    assert wanted_scaling(Forecaster(scaled)) is None
    for loss in ("poisson", "negative_binomial", "gamma"):
        assert wanted_scaling(Forecaster(LSTMRegressor(loss=loss))) is None
    assert wanted_scaling(Forecaster(LSTMRegressor(loss="student_t"))) == "auto"
    assert wanted_scaling(Forecaster(scaled, scaling="ratio")) == "ratio"


def test_counts_are_not_differenced(rng):
    counts = rng.poisson(3.0, size=120).astype(float)
    forecaster = Forecaster(PoissonRegressor(), 5).fit(counts)
    assert forecaster.scaling_ is None
    assert (forecaster.forecast(3)["prediction"] > 0).all()


def test_what_is_refused(rng):
    sales = seasonal(rng)
    with pytest.raises(ValueError, match="scaling='log_level' takes positive values only"):
        Forecaster(Ridge(), scaling="log_level").fit(-sales)
    with pytest.raises(ValueError, match="a season of 12 rows before each window: it takes 23"):
        Forecaster(Ridge(), 10, scaling="seasonal_difference", season=12).fit(np.arange(22.0))
    with pytest.raises(ValueError, match="takes a season, and there is none: name it"):
        Forecaster(Ridge(), scaling="seasonal_difference", season=None).fit(sales)
    for wrong in ({"scaling": "z"}, {"season": 1}, {"season": "year"}, {"lookback": "long"}):
        with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter"):
            Forecaster(Ridge(), **wrong).fit(sales)


def test_scaling_is_chosen_in_every_fold_from_its_own_rows(rng):
    """A series that turns into a random walk is one only for the folds that have seen it."""
    noise = rng.normal(size=200)
    walk = np.cumsum(1.0 + rng.normal(size=200))
    series = np.concatenate([noise, walk])
    splitter = TimeSeriesSplit(2, max_train_size=200, test_size=100)
    table = Forecaster(Ridge(), 5).backtest(series, splitter, steps=1).forecasts["prediction"]
    for (train, _), prediction in zip(splitter.split(series), table, strict=True):
        fitted = Forecaster(Ridge(), 5, calibration_size=None).fit(series[train])
        np.testing.assert_allclose(fitted.forecast(1)["prediction"], prediction, rtol=1e-9)
