"""Columns known up to now: as they are, or less their newest value."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skops.io as sio
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor
from sklstm.forecasting._past_scale import choose_past
from sklstm.forecasting._scaling import Scaling
from sklstm.preprocessing import Representation

N_STEPS = 6


def windows_of(columns, before=0):
    """Return windows of some columns, the first of which is forecast, and what follows in it."""
    view = np.lib.stride_tricks.sliding_window_view(columns, N_STEPS + before, axis=0)[:-1]
    return view.swapaxes(1, 2), columns[N_STEPS + before :, :1, np.newaxis]


def led(leader, rng):
    """Return a series that follows a column one row later, and that column."""
    return np.column_stack([2 * leader[:-1] + 0.1 * rng.normal(size=len(leader) - 1), leader[1:]])


def names(columns, n_past=1, season=1, **options):
    windows, after = windows_of(columns, before=season if season > 1 else 0)
    name = "seasonal_difference" if season > 1 else "difference"
    representations = [Representation.fit(name, windows[:, :, 0], season)]
    groups = np.zeros(len(windows), dtype=int)
    return choose_past(representations, windows, after, groups, n_past, **options)


@pytest.mark.parametrize("season", [1, 12])
def test_what_wanders_is_read_as_changes(season, rng):
    walk = led(rng.normal(0.3, 1.0, size=601).cumsum(), rng)
    assert names(walk, season=season) == ["difference"]


def test_what_returns_is_read_as_it_is(rng):
    noise = rng.normal(size=1200)
    flag = (noise > 1).astype(float)
    series = np.cumsum(np.roll(noise, 1) + rng.normal(size=1200))
    assert names(np.column_stack([series, noise, flag]), 2) == ["level", "level"]


def test_columns_with_missing_values_stay_as_they_are(rng):
    columns = led(rng.normal(0.3, 1.0, size=601).cumsum(), rng)
    holes = np.where(np.arange(600) % 50 == 7, np.nan, columns[:, 1])
    assert names(np.column_stack([columns, holes]), 2) == ["difference", "level"]


def test_too_few_windows_tell_nothing(rng):
    assert names(led(rng.normal(size=17).cumsum(), rng)) == ["level"]


def test_changes_are_relative_to_the_newest_value_that_is_known(rng):
    windows = rng.normal(size=(4, 5, 4))
    windows[1, :2] = np.nan  # begins before its series
    windows[2, 4] = np.nan
    columns = [Representation.fit("difference", windows[:, :, 0])]
    read, _ = Scaling(columns, [{}], past=["level", "difference"]).represent(windows, 1)
    np.testing.assert_array_equal(read[:, :, [1, 3]], windows[:, :, [1, 3]])
    newest = np.array([windows[0, 4, 2], windows[1, 4, 2], windows[2, 3, 2], windows[3, 4, 2]])
    np.testing.assert_array_equal(read[:, :, 2], windows[:, :, 2] - newest[:, np.newaxis])


@pytest.fixture
def wandering(rng):
    """Return a series and a column that drives it, 30 rows later ones with other levels."""
    columns = led(rng.normal(0.5, 1.0, size=301).cumsum(), rng)
    days = pd.date_range("2025-01-01", periods=300)
    return pd.DataFrame(columns, days, ["y", "x"])


def fitted(table, estimator, n_rows=250, **options):
    options = {"lookback": 6, "horizon": 2, "known_exog": None, "scaling": "difference"} | options
    return Forecaster(estimator, **options).fit(table[["y"]][:n_rows], table[["x"]][:n_rows])


def test_forecasts_do_not_depend_on_the_level_of_such_a_column(wandering):
    network = GRURegressor(4, max_epochs=3, random_state=0)
    ours = fitted(wandering, network)
    assert ours.past_scaling_ == {"x": "difference"}
    moved = fitted(wandering.assign(x=wandering["x"] + 1e3), network)
    pd.testing.assert_frame_equal(
        ours.forecast(4, level=0.5), moved.forecast(4, level=0.5), rtol=1e-4
    )


def test_windows_of_training_calibration_and_forecasts_are_written_alike(wandering):
    """A linear model of the differences, by hand: columns of the past are read as changes."""
    ours = fitted(wandering, Ridge(1e-6), calibration_size=None)
    assert ours.past_scaling_ == {"x": "difference"}
    rows = wandering[:250].to_numpy()
    windows = np.lib.stride_tricks.sliding_window_view(rows, 6, axis=0).swapaxes(1, 2)
    read = (windows - windows[:, -1:]).reshape(len(windows), -1)
    after = np.stack([rows[k : len(rows) - 7 + k, 0] for k in (6, 7)], axis=1)
    model = Ridge(1e-6).fit(read[:-2], after - rows[5:-2, :1])
    expected = rows[-1, 0] + model.predict(read[-1:])[0]
    np.testing.assert_allclose(ours.forecast(2)["prediction"], expected, rtol=1e-6)


def test_it_is_saved_and_goes_on(wandering):
    network = GRURegressor(4, max_epochs=3, random_state=0)
    ours = fitted(wandering, network)
    file = sio.dumps(ours)
    loaded = sio.loads(file, trusted=sio.get_untrusted_types(data=file))
    assert loaded.past_scaling_ == {"x": "difference"}
    later = wandering[["y"]][250:260], wandering[["x"]][250:260]
    for one in (ours, loaded):
        one.partial_fit(*later)
    forecasts = [one.forecast(2, level=0.5) for one in (ours, loaded)]
    pd.testing.assert_frame_equal(*forecasts)


def test_another_fit_that_goes_on_reads_them_as_the_last_one(wandering):
    few = wandering[-16:]
    assert fitted(few, Ridge(), calibration_size=None).past_scaling_ == {"x": "level"}
    network = GRURegressor(4, max_epochs=2, random_state=0, warm_start=True)
    ours = fitted(wandering, network, calibration_size=None).fit(few[["y"]], few[["x"]])
    assert ours.past_scaling_ == {"x": "difference"}


def test_without_a_scale_of_windows_they_are_as_they_are(wandering):
    assert fitted(wandering, Ridge(), scaling=None).past_scaling_ == {"x": "level"}
    older = fitted(wandering, Ridge())
    older._model = replace(older._model, scaling=replace(older._model.scaling, past=()))
    assert older.past_scaling_ == {"x": "level"}  # in whose files there is no choice
    known = fitted(wandering, Ridge(), known_exog="all")
    assert known.past_scaling_ == {}
