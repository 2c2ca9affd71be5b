"""A forecaster that goes on is its regressor going on, on the windows of the new rows."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, GRURegressor

DAYS = pd.date_range("2025-01-01", periods=80, name="day")
RNG = np.random.default_rng(5)
WAVE = pd.Series(np.sin(np.arange(80) / 3) + 0.1 * RNG.normal(size=80), DAYS, name="sold")
STEPS = SGDRegressor(learning_rate="constant", eta0=0.01, shuffle=False, random_state=0)


def last_windows(values, lookback, n_new):
    """Return the windows whose next row is new, and these rows."""
    n_old = len(values) - n_new
    windows = [values[end - lookback : end] for end in range(n_old, len(values))]
    return np.array(windows), values[n_old:]


def test_it_learns_from_the_windows_before_new_rows():
    model = Forecaster(STEPS, 4, scaling=None).fit(WAVE[:60])
    by_hand = deepcopy(model.estimator_)
    windows, targets = last_windows(WAVE[:65].to_numpy(), 4, 5)
    for _ in range(3):
        by_hand.partial_fit(windows, targets)
    model.partial_fit(WAVE[58:65], n_epochs=3)
    np.testing.assert_allclose(model.estimator_.coef_, by_hand.coef_, rtol=1e-12)
    forecast = model.forecast(1)
    assert forecast.index[0] == DAYS[65]
    expected = by_hand.predict(WAVE[61:65].to_numpy()[np.newaxis])
    np.testing.assert_allclose(forecast["prediction"], expected)


def test_a_network_goes_on_in_the_scale_of_its_fit():
    network = GRURegressor(3, max_epochs=2, random_state=0)
    model = Forecaster(network, 4, 2, "direct", scaling="difference", transformer=StandardScaler())
    model.fit(WAVE[:60])
    by_hand = deepcopy(model.estimator_)
    values = (WAVE[:63].to_numpy() - WAVE[:60].mean()) / WAVE[:60].std(ddof=0)
    ends = [58, 59, 60]  # of two rows that follow one is new, or both
    windows = np.array([values[end + 1 - 4 : end + 1] - values[end] for end in ends])
    targets = np.array([values[end + 1 : end + 3] - values[end] for end in ends])
    by_hand.partial_fit(windows[:, :, np.newaxis], targets)
    before = model.forecast(2, level=0.5)
    model.partial_fit(WAVE[60:63])
    window = (values[-4:] - values[-1])[np.newaxis, :, np.newaxis]
    expected = (by_hand.predict(window)[0] + values[-1]) * WAVE[:60].std(ddof=0) + WAVE[:60].mean()
    np.testing.assert_allclose(model.forecast(2)["prediction"], expected, rtol=1e-6)
    assert model.scaling_ == "difference"
    assert (model.forecast(2, level=0.5).index == before.index + pd.Timedelta(days=3)).all()


def test_series_of_a_panel_known_and_new():
    parts = {key: WAVE.iloc[:50] + shift for key, shift in (("a", 0.0), ("b", 5.0), ("c", 2.0))}
    table = pd.concat(parts, names=["shop"]).to_frame()
    times = table.index.get_level_values("day")
    kind = table[[]].assign(
        size=table.index.get_level_values("shop").map({"a": 1.0, "b": 3, "c": 9})
    )
    first = (times < DAYS[40]) & (table.index.get_level_values("shop") != "c")
    model = Forecaster(STEPS, 4, scaling=None, by="shop", static_exog=["size"])
    model.fit(table[first], kind[first])
    by_hand = deepcopy(model.estimator_)
    rows = []
    for key, n_new in (("a", 10), ("b", 10), ("c", 46)):
        windows, targets = last_windows(parts[key].to_numpy(), 4, n_new)
        size = {"a": -1.0, "b": 1.0, "c": 7.0}[key]  # (size - 2) / 1
        rows += [
            (50 - n_new + number, np.append(window, size), target)
            for number, (window, target) in enumerate(zip(windows, targets, strict=True))
        ]
    rows.sort(key=lambda row: row[0])  # in the order of time
    by_hand.partial_fit(np.array([row[1] for row in rows]), np.array([row[2] for row in rows]))
    model.partial_fit(table[~first], kind[~first])
    np.testing.assert_allclose(model.estimator_.coef_, by_hand.coef_, rtol=1e-9)
    assert model.series_ == ["a", "b", "c"]


def test_the_first_call_fits_and_an_error_leaves_all_as_it_is():
    network = GRURegressor(3, max_epochs=2, random_state=0, early_stopping=True)
    model = Forecaster(network, 4).partial_fit(WAVE[:60])
    expected = clone(model).fit(WAVE[:60]).forecast(2, level=0.5)
    pd.testing.assert_frame_equal(model.forecast(2, level=0.5), expected)
    with pytest.raises(ValueError, match="early_stopping"):
        model.partial_fit(WAVE[60:62])
    pd.testing.assert_frame_equal(model.forecast(2, level=0.5), expected)
    with pytest.raises(ValueError, match="n_epochs"):
        model.partial_fit(WAVE[60:62], n_epochs=0)


def test_without_new_rows_nothing_is_learned():
    model = Forecaster(STEPS, 4, scaling=None).fit(WAVE[:60])
    before = model.estimator_.coef_.copy()
    np.testing.assert_array_equal(model.partial_fit(WAVE[50:60]).estimator_.coef_, before)


@pytest.mark.parametrize("first", [60, 64])
def test_rows_that_update_brought_are_learned_once(first):
    model = Forecaster(STEPS, 4, scaling=None).fit(WAVE[:60])
    expected = deepcopy(model).partial_fit(WAVE[60:65]).estimator_.coef_
    model.update(WAVE[60:64]).partial_fit(WAVE[first:65])
    np.testing.assert_array_equal(model.estimator_.coef_, expected)
    np.testing.assert_array_equal(model.partial_fit(WAVE[60:65]).estimator_.coef_, expected)


def test_a_series_that_update_brought_is_learned():
    table = pd.concat({"a": WAVE[:40], "b": WAVE[:40] + 1, "c": WAVE[:40] + 5}, names=["shop"])
    table, times = table.to_frame(), np.tile(np.arange(40), 3)
    model = Forecaster(STEPS, 4, scaling=None, by="shop").fit(table.loc[["a", "b"]])
    expected = deepcopy(model).partial_fit(table.loc[["c"]]).estimator_.coef_
    model.update(table.loc[["c"]][:30]).partial_fit(table[times >= 20].loc[["c"]])
    np.testing.assert_array_equal(model.estimator_.coef_, expected)


def test_not_of_regressors_that_cannot():
    assert not hasattr(Forecaster(Ridge()), "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit") as caught:
        Forecaster(Ridge()).partial_fit(WAVE)
    assert "Ridge has no partial_fit" in str(caught.value.__cause__)
