"""Networks that predict rows at once read what is known of each of them where they predict it."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import VotingRegressor
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import BiLSTMRegressor, Forecaster, GRURegressor, LSTMRegressor, RNNRegressor
from sklstm.forecasting._features import Features
from sklstm.forecasting._future_steps import AheadRegressor, FutureSteps, reads_future
from sklstm.forecasting._prepared_fit import PreparedFit
from sklstm.persistence import trusted_types

DAYS = pd.date_range("2024-01-01", periods=400)
NETWORK = GRURegressor(8, max_epochs=15, learning_rate=0.02, random_state=0)


def longer_windows(features, values, exog, static=None):
    """Return windows at each row of a series with steps for the rows to come, and as they were."""
    rows = features.rows(values, exog, None, static)
    first, last = features.lookback - 1, len(values) - features.horizon
    windows = np.array([rows[k + 1 - features.lookback : k + 1] for k in range(first, last)])
    return _longer(features, windows, exog, values.shape[1]), windows


def _longer(features, windows, exog, n_columns):
    ends = np.arange(len(windows))[:, np.newaxis] + features.lookback
    ahead = exog[ends + np.arange(features.horizon)][:, :, features.known]
    return FutureSteps.of(features, n_columns).windows(windows, ahead)


@pytest.mark.parametrize(("lookback", "horizon"), [(5, 3), (3, 3), (2, 7), (4, 6)])
def test_columns_known_in_advance_stand_at_their_own_rows(rng, lookback, horizon):
    past, known = np.array([1]), np.array([0, 2])
    features = Features(lookback, horizon, past, known, keeps_past=True, n_static=1)
    values, exog = rng.normal(size=(30, 2)), rng.normal(size=(30, 3))
    longer, _ = longer_windows(features, values, exog, np.array([7.0]))

    for k, window in enumerate(longer):
        newest = k + lookback - 1
        rows = np.arange(k, newest + horizon + 1)
        np.testing.assert_array_equal(window[:, 3:5], exog[rows][:, known])
        np.testing.assert_array_equal(window[:, 5], 7.0)
        np.testing.assert_array_equal(window[:, 6], rows > newest)
        np.testing.assert_array_equal(window[:lookback, :2], values[k : newest + 1])
        np.testing.assert_array_equal(window[:lookback, 2:3], exog[k : newest + 1][:, past])
        mean = values[k : newest + 1].mean(axis=0)
        np.testing.assert_allclose(window[lookback:, :2], np.tile(mean, (horizon, 1)))
        np.testing.assert_array_equal(window[lookback:, 2], exog[newest, 1])


def test_of_rows_that_are_missing_nothing_enters_those_to_come(rng):
    features = Features(6, 2, np.array([0]), np.array([1]), keeps_past=True)
    exog = rng.normal(size=(12, 2))
    _, windows = longer_windows(features, rng.normal(size=(12, 1)), exog)
    windows[0, :3] = windows[1, -1] = windows[2] = np.nan
    longer = _longer(features, windows, exog, 1)

    assert np.isnan(longer[0, :3]).all()
    assert np.isnan(longer[1, 5]).all()
    assert np.isfinite(longer[:, 6:]).all()
    assert longer[0, 6, 0] == pytest.approx(windows[0, 3:, 0].mean())
    assert longer[1, 6, 1] == windows[1, 4, 1]
    np.testing.assert_array_equal(longer[1, 6:, 2], exog[7:9, 1])
    np.testing.assert_array_equal(longer[2, 6:, :2], 0.0)


def test_targets_of_steps_that_have_been_are_missing(rng):
    steps = FutureSteps(3, 2, 0, 1, 2)
    flat = rng.normal(size=(4, 6))
    targets = steps.targets(flat, lookback=5)
    assert np.isnan(targets[:, :5]).all()
    np.testing.assert_array_equal(steps.ahead(targets).reshape(4, 6), flat)


def offers(rng, n_rows=400):
    """Return sales that follow offers on random days, and the offers."""
    offer = (rng.random(n_rows) < 0.3).astype(float)
    sales = 10 + 5 * offer + rng.normal(scale=0.3, size=n_rows)
    return pd.Series(sales, DAYS[:n_rows]), pd.DataFrame({"offer": offer}, DAYS[:n_rows])


def direct(network=NETWORK, **options):
    options = {"scaling": "standard", "linear_part": False} | options
    return Forecaster(network, lookback=14, horizon=14, strategy="direct", **options)


def test_a_network_finds_what_is_known_of_each_row(rng):
    sales, offer = offers(rng)
    forecaster = direct(calibration_size=None).fit(sales[:-28], offer[:-28])
    assert forecaster.estimator_.output == "sequence"
    assert forecaster.estimator_.window_shape_ == (28, 3)
    assert forecaster.estimator.output == "last"
    forecast = forecaster.forecast(28, exog=offer)["prediction"]
    assert np.abs(forecast - sales[-28:]).mean() < 0.8

    turned = forecaster.forecast(28, exog=1 - offer)["prediction"]
    difference = (forecast - turned) * (2 * offer["offer"][-28:] - 1)
    assert difference.min() > 2  # of every row


def test_what_is_known_of_rows_to_come_does_not_depend_on_rows_that_were(rng):
    sales, offer = offers(rng)
    forecaster = direct(calibration_size=None).fit(sales[:-14], offer[:-14])
    short = sales[-23:-14]  # fewer rows than are to come, one of them missing
    short.iloc[2] = np.nan
    forecast, turned = (
        forecaster.forecast(exog=exog, history=short, history_exog=offer[-23:-14])["prediction"]
        for exog in (offer, 1 - offer)
    )
    assert ((forecast - turned) * (2 * offer["offer"][-14:] - 1)).min() > 2


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(clone(NETWORK)),
        VotingRegressor([("gru", clone(NETWORK))]),
        clone(NETWORK).set_params(pooling="mean"),
        clone(NETWORK).set_params(patch_size=7),
    ],
)
def test_others_than_plain_networks_read_windows_as_they_are(rng, estimator):
    sales, offer = offers(rng, 120)
    forecaster = direct(estimator, calibration_size=None).fit(sales, offer)
    assert forecaster._model.future is None


def test_where_nothing_is_known_or_rows_follow_each_other_windows_stay_as_they_are(rng):
    sales, offer = offers(rng, 120)
    network = clone(NETWORK).set_params(max_epochs=1)
    assert direct(network, known_exog=None).fit(sales, offer)._model.future is None
    assert direct(network).fit(sales)._model.future is None
    seasonal = direct(network, season=7, scaling="seasonal_difference")
    assert seasonal.fit(sales, offer)._model.future is None
    one_by_one = Forecaster(network, lookback=14).fit(sales, offer)
    assert one_by_one._model.future is None
    features = Features(4, 3, np.array([]), np.array([0]), keeps_past=True)
    assert reads_future(network, features)


@pytest.mark.parametrize(
    "network",
    [
        LSTMRegressor(6, max_epochs=3, early_stopping=True, random_state=0),
        BiLSTMRegressor(4, max_epochs=3, random_state=0),
        RNNRegressor(4, max_epochs=3, engine="torch", random_state=0),
        GRURegressor(4, max_epochs=3, loss="normal", random_state=0),
        GRURegressor(4, max_epochs=3, loss="quantile", quantile=[0.1, 0.5, 0.9], random_state=0),
    ],
)
def test_all_that_a_forecaster_does_works_with_steps_to_come(rng, network):
    sales, offer = offers(rng)
    both = pd.DataFrame({"one": sales, "two": 2 * sales})
    both.iloc[50:55] = np.nan
    for series in (sales, both):
        forecaster = direct(network).fit(series[:-60], offer[:-60])
        forecast = forecaster.forecast(20, exog=offer, level=0.8)
        assert np.isfinite(forecast.to_numpy()).all()
        paths = forecaster.sample_paths(14, exog=offer, n_paths=5, random_state=0)
        assert np.isfinite(paths.to_numpy()).all()
        table = forecaster.backtest(
            series, exog=offer, cv=TimeSeriesSplit(2, test_size=28), steps=14, stride=14,
            level=0.8, refit=False,
        )  # fmt: skip
        assert np.isfinite(table.forecasts["prediction"]).all()
        forecaster.update(series[-60:-30], offer[-60:-30])
        assert len(forecaster.forecast(exog=offer)) == 14


@pytest.mark.parametrize("n_columns", [1, 2])
def test_outputs_are_those_of_the_steps_to_come(rng, n_columns):
    windows, targets = rng.normal(size=(40, 8, 3)), rng.normal(size=(40, 8, n_columns))
    network = GRURegressor(3, output="sequence", loss="normal", max_epochs=2, random_state=0)
    network.fit(windows, targets)
    ahead = AheadRegressor(network, FutureSteps(3, n_columns, 0, 1, 2))
    np.testing.assert_array_equal(ahead.predict(windows), network.predict(windows)[:, 5:])
    for levels in (0.5, [0.1, 0.9]):
        np.testing.assert_array_equal(
            ahead.predict_quantiles(windows, levels),
            network.predict_quantiles(windows, levels)[:, 5:],
        )
    whole = network.predict_distribution(windows)
    np.testing.assert_array_equal(ahead.predict_distribution(windows).std(), whole.std()[:, 5:])
    draws = {"n_samples": 2, "random_state": 0}
    np.testing.assert_array_equal(
        ahead.sample(windows, **draws), network.sample(windows, **draws)[:, 5:]
    )


def test_gathered_a_few_at_a_time_windows_teach_the_same(rng, monkeypatch):
    sales, offer = offers(rng)
    network = clone(NETWORK).set_params(max_epochs=3)
    at_once = direct(network, calibration_size=None).fit(sales[:-14], offer[:-14])
    monkeypatch.setattr("sklstm.forecasting._training_pairs._MANY_VALUES", 100)
    gathered = direct(network, calibration_size=None).fit(sales[:-14], offer[:-14])
    np.testing.assert_allclose(
        gathered.forecast(exog=offer), at_once.forecast(exog=offer), rtol=1e-3
    )


def test_training_goes_on_and_files_keep_the_steps(rng):
    sales, offer = offers(rng)
    shops = pd.concat({"A": sales, "B": 3 * sales}, names=["shop"]).to_frame("sales")
    exog = pd.concat({"A": offer, "B": offer}, names=["shop"]).assign(size=1.0)
    exog.loc["B", "size"] = 2.0
    before = shops.index.get_level_values(1) < DAYS[-30]
    forecaster = direct(by="shop", static_exog=["size"]).fit(shops[before], exog[before])
    expected = forecaster.forecast(exog=exog, level=0.8)
    for again in (
        pickle.loads(pickle.dumps(forecaster)),
        skops.io.loads(skops.io.dumps(forecaster), trusted=trusted_types()),
    ):
        pd.testing.assert_frame_equal(again.forecast(exog=exog, level=0.8), expected)
    forecaster.partial_fit(shops[~before], exog[~before])
    assert forecaster.estimator_.n_iter_ == 16


QUICK = {"max_epochs": 1, "samples_per_epoch": 64, "random_state": 0}


@pytest.mark.parametrize(
    ("estimator", "options", "more"),
    [
        (GRURegressor(**QUICK), {}, True),
        (LSTMRegressor(**QUICK), {}, True),
        (GRURegressor(32, **QUICK), {}, False),
        (GRURegressor([8, 4], **QUICK), {}, False),
        (GRURegressor(**QUICK), {"known_exog": None}, False),
        (GRURegressor(**QUICK), {"scaling": "seasonal_difference", "season": 7}, False),
    ],
)
def test_networks_that_read_rows_to_come_may_have_more_units(
    rng, monkeypatch, estimator, options, more
):
    sales, offer = offers(rng)
    forecaster = direct(estimator, calibration_size=None).set_params(**options)
    found, train = [], PreparedFit.train
    monkeypatch.setattr(PreparedFit, "train", lambda self: found.append(self) or train(self))
    forecaster.fit(sales, offer)
    (prepared,) = found
    assert prepared.may_choose_units == more
    if more:
        assert prepared.with_units(64).regressor.hidden_size == 64
    assert prepared.regressor.hidden_size == forecaster.estimator_.hidden_size
    assert forecaster.estimator_.hidden_size == estimator.hidden_size  # a named scale tries nothing
