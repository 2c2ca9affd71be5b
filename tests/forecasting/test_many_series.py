"""What is done for many series at once is that of each, and takes no step for each that grows."""

import io
import pickle
from itertools import repeat
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import skops.io as sio
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.preprocessing import FunctionTransformer

from sklstm import Forecaster, PanelTimeSeriesSplit
from sklstm.forecasting import (
    _all_errors,
    _bounds_around,
    _calendar_columns,
    _calibrations,
    _known_series,
)
from sklstm.forecasting._all_errors import AllErrors, Borrowed, sizes_at
from sklstm.forecasting._following_rows import following_rows, following_rows_of_all
from sklstm.forecasting._in_blocks import in_blocks
from sklstm.forecasting._intervals import IntervalMaker
from sklstm.forecasting._labels_of_rows import labels_of_rows
from sklstm.forecasting._packed_series import PackedSeries
from sklstm.forecasting._path import Path
from sklstm.forecasting._unused_futures import unused_futures

# With a calendar it repeats the newest day of the week.
pytestmark = pytest.mark.filterwarnings("ignore:Newest has learned nothing")

DAYS = pd.date_range("2024-01-01", periods=80, name="day")


class Newest(RegressorMixin, BaseEstimator):
    """Predicts a part of the newest value: bits do not depend on other rows."""

    def fit(self, X, y):
        self.n_targets_ = np.asarray(y).reshape(len(X), -1).shape[1]
        return self

    def predict(self, X):
        return 0.9 * np.repeat(X[:, -1:], self.n_targets_, axis=1)


def panel(lengths, *, late=(), seed=0):
    """Series of some lengths that end on the same day, but for the `late` ones, a week before."""
    rng, parts = np.random.default_rng(seed), {}
    for number, length in enumerate(lengths):
        end = len(DAYS) - 7 * (number in late)
        values = rng.normal(size=length).cumsum() + 50
        parts[f"s{number}"] = pd.DataFrame({"y": values}, DAYS[end - length : end])
    return pd.concat(parts, names=["series", "day"])


def forecaster(**options):
    asked = {"lookback": 4, "scaling": None, "by": "series", "calibration_size": 0.25}
    return Forecaster(Newest(), **(asked | options))


PANEL = panel([60] * 6 + [24, 30, 60, 31, 60, 24], late=(3, 7, 8))
OPTIONS = {
    "recursive": {},
    "direct": {"horizon": 3, "strategy": "direct"},
    "logarithm": {"transformer": FunctionTransformer(np.log, np.exp, check_inverse=False)},
}


@pytest.mark.parametrize("intervals", ["conformal", "adaptive"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_bounds_of_many_series_are_those_of_each(options, intervals, monkeypatch):
    fitted = forecaster(**options).fit(PANEL)
    whole = fitted.forecast(3, level=[0.6, 0.8], intervals=intervals)
    monkeypatch.setattr(_bounds_around, "_VALUES_AT_A_TIME", 1)
    pd.testing.assert_frame_equal(fitted.forecast(3, level=[0.6, 0.8], intervals=intervals), whole)
    for key in fitted.series_:
        alone = fitted.forecast(3, level=[0.6, 0.8], series=[key], intervals=intervals)
        pd.testing.assert_frame_equal(alone, whole.loc[[key]], check_freq=False)


def calibrations(fitted, steps):
    past = fitted._known.histories.values()
    paths = [Path(one, np.array([len(one) - 1])) for one in past]
    maker = IntervalMaker(fitted._model, fitted._calibrator, fitted._n_newest, {})
    return maker.calibrations(paths, steps)


@pytest.mark.parametrize("label", [DAYS[-1], DAYS[-8], DAYS[-12]])
def test_errors_of_all_series_are_those_of_each(label):
    steps = 3
    found = calibrations(forecaster().fit(PANEL), steps)
    relative, own = [], {}
    for key, one in found.items():
        origin = one.origin_at(label)
        known = one.known_at(origin)
        own[key] = known[~np.isnan(known).any(axis=(1, 2))]
        np.testing.assert_array_equal(found.complete_of(key, origin, steps), own[key])
        if origin > one.first:
            relative.append(known / one.size_at(origin))
    table = AllErrors(list(found.values()), [one.errors for one in found.values()])
    origins = np.array([one.origin_at(label) for one in found.values()])
    np.testing.assert_array_equal(table.relative(origins), np.concatenate(relative))
    complete = np.concatenate(relative)
    complete = complete[~np.isnan(complete).any(axis=(1, 2))]
    for key in ("s0", "s6"):
        origin = found[key].origin_at(label)
        borrowed = found.borrowed_at(label, steps, by=key, origin=origin)
        size = found[key].size_at(origin)
        assert borrowed.n == len(complete)
        np.testing.assert_array_equal(borrowed.taken(np.arange(borrowed.n)), complete * size)


def test_series_that_never_move_lend_no_errors():
    still = PANEL.copy()
    still.loc["s1"] = 7.0
    found = calibrations(forecaster().fit(still), 1)
    origins = {key: one.origin_at(DAYS[-1]) for key, one in found.items()}
    borrowed = found.borrowed_at(DAYS[-1], 1, by="s0", origin=origins["s0"])
    n_own = {key: len(found.complete_of(key, origin, 1)) for key, origin in origins.items()}
    assert borrowed.n == sum(n_own.values()) - n_own["s1"]
    assert np.isnan(sizes_at([found["s1"]], [59])).all()


def test_sizes_of_series_with_missing_rows_and_scales():
    gaps = PANEL.copy()
    gaps.loc[("s2", DAYS[70:73]), "y"] = np.nan
    for options in (OPTIONS["recursive"], OPTIONS["logarithm"]):
        found = list(calibrations(forecaster(**options).fit(gaps), 1).values())
        rows = [len(one.history) - 1 - place % 3 for place, one in enumerate(found)]
        expected = [one.size_at(row) for one, row in zip(found, rows, strict=True)]
        np.testing.assert_array_equal(sizes_at(found, rows), expected)


def n_calls(monkeypatch, owner, name, call):
    """Return how often something is called."""
    called, function = [], getattr(owner, name)
    with monkeypatch.context() as counted:
        counted.setattr(owner, name, lambda *a, **k: called.append(1) or function(*a, **k))
        call()
    return len(called)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(_bounds_around, "offsets"), (_calibrations, "offsets"), (_bounds_around, "known_errors"),
     (_all_errors, "sizes_at"), (Newest, "predict")],
)  # fmt: skip
def test_intervals_and_paths_take_as_many_calls_for_many_series_as_for_some(
    owner, name, monkeypatch
):
    calls = []
    for n_series in (4, 40):
        fitted = forecaster(calibration_size=10).fit(panel([40] * n_series))

        def forecast(fitted=fitted):
            fitted.forecast(3, level=[0.6, 0.95])
            fitted.forecast(3, level=0.6, intervals="adaptive")
            fitted.sample_paths(3, 20, random_state=0)

        calls.append(n_calls(monkeypatch, owner, name, forecast))
    assert calls[0] == calls[1] > 0


def test_no_series_that_borrows_copies_the_errors_of_all(monkeypatch):
    fitted = forecaster(calibration_size=10).fit(panel([40] * 40))
    n_rows, taken = [], Borrowed.taken
    monkeypatch.setattr(
        Borrowed, "taken", lambda self, rows: n_rows.append(np.size(rows)) or taken(self, rows)
    )
    fitted.sample_paths(2, 5, random_state=0)
    assert n_rows == [10] * 40  # five paths of two steps, of 360 errors


def test_paths_of_many_series_that_end_at_different_times_keep_few_errors(monkeypatch):
    fitted = forecaster(calibration_size=10).fit(panel([40] * 12, late=(3, 4, 9)))
    at = Borrowed.at
    assert n_calls(monkeypatch, Borrowed, "at", lambda: fitted.sample_paths(2, 5)) == 2
    assert Borrowed.at == at


def test_calendars_of_rows_to_come_are_found_once(monkeypatch):
    later = panel([40] * 30).groupby("series").tail(5)
    before = panel([40] * 30).drop(later.index)
    fitted = forecaster(calendar=["day_of_week"], strategy="direct", horizon=2).fit(before)
    fitted.update(later)
    after = _calendar_columns, "labels_after"
    assert n_calls(monkeypatch, *after, fitted.monitor) == 2  # of older rows, and of all
    unfitted, cv = forecaster(calendar=["day_of_week"]), PanelTimeSeriesSplit(2, test_size=3)
    asked = {"level": 0.6, "refit": False}
    assert n_calls(monkeypatch, *after, lambda: unfitted.backtest(before, cv, **asked)) <= 5


def test_rows_to_come_repeat_what_was_given_last():
    x = PANEL.assign(x=np.arange(len(PANEL)) % 5.0)[["x"]]
    fitted = forecaster(calendar=["day_of_week"]).fit(PANEL, x)
    histories = list(fitted._known.histories.values())
    futures = unused_futures(fitted._model, histories, 3)
    for past, future in zip(histories, futures, strict=True):
        days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=3)
        expected = fitted._known.calendar_features.calendar_of(days)
        np.testing.assert_array_equal(future[:, 1:], expected)
        assert (future[:, 0] == past.exog[-1, 0]).all()
    assert unused_futures(fitted._model, histories[:1], 3)[0].shape == futures[0].shape


def test_a_score_predicts_all_series_at_once(monkeypatch):
    scores, calls = [], []
    for n_series in (3, 30):
        whole = panel([40] * n_series)
        later = whole.groupby("series").tail(4)
        fitted = forecaster(horizon=4).fit(whole.drop(later.index))
        calls.append(
            n_calls(monkeypatch, Newest, "predict", lambda: scores.append(fitted.score(later)))  # noqa: B023
        )
        forecast = fitted.forecast(4)["prediction"]
        last = fitted._known.histories
        naive = np.repeat([last[key].values[-1, 0] for key in fitted.series_], 4)
        error = np.abs(forecast.to_numpy() - later["y"].to_numpy()).sum()
        assert scores[-1] == pytest.approx(1 - error / np.abs(naive - later["y"]).sum())
    assert calls == [4, 4]


def test_files_have_as_many_arrays_for_many_series_as_for_some():
    n_files = []
    for n_series in (3, 30):
        x = panel([40] * n_series).assign(x=1.0)[["x"]]
        fitted = forecaster(strategy="recursive", known_exog=None).fit(panel([40] * n_series), x)
        file = sio.dumps(fitted)
        n_files.append(len(ZipFile(io.BytesIO(file)).namelist()))
    assert n_files[0] == n_files[1]
    loaded = sio.loads(file, trusted=sio.get_untrusted_types(data=file))
    for one in (loaded, pickle.loads(pickle.dumps(fitted))):
        pd.testing.assert_frame_equal(one.forecast(3, level=0.6), fitted.forecast(3, level=0.6))
        assert len({id(past.index) for past in one._known.histories.values()}) == 1
        assert one.series_ == list(one._known.histories) == fitted.series_


def test_series_that_are_packed_come_back_as_they_were():
    x = PANEL.assign(x=np.arange(len(PANEL)) / 7.0, size=1.0)[["x", "size"]]
    for options in ({}, {"static_exog": ["size"]}):
        histories = forecaster(known_exog=None, **options).fit(PANEL, x)._known.histories
        packed = PackedSeries.of(histories)
        assert len(packed.indexes) == len({id(past.index) for past in histories.values()}) < 12
        for key, past in packed.histories().items():
            assert past.index.equals(histories[key].index)
            np.testing.assert_array_equal(past.values, histories[key].values)
            np.testing.assert_array_equal(past.exog, histories[key].exog)
            np.testing.assert_array_equal(past.static, histories[key].static)
        assert list(packed.histories()) == list(histories)


@pytest.mark.parametrize("regular", [True, False])
def test_series_that_are_read_one_by_one_have_the_same_intervals(regular, monkeypatch):
    expected = forecaster().fit(PANEL).forecast(2, level=0.7)
    if not regular:
        monkeypatch.setattr(_known_series, "read_regular_panel", lambda *asked: None)
    shuffled = PANEL.loc[sorted(set(PANEL.index.get_level_values(0)), reverse=True)]
    found = forecaster().fit(shuffled).forecast(2, level=0.7)
    pd.testing.assert_frame_equal(found.loc[forecaster().fit(PANEL).series_], expected)


def test_labels_of_rows_of_several_series():
    number = pd.RangeIndex(5)
    for indexes in ([DAYS[:9], DAYS[3:], DAYS[:9]], [number, number, number + 3], [DAYS]):
        rows = [np.array([4, 0, 2])[: 3 - k] for k in range(len(indexes))]
        first, *others = [index[own] for index, own in zip(indexes, rows, strict=True)]
        expected = first.append(others) if others else first
        pd.testing.assert_index_equal(labels_of_rows(indexes, rows), expected)


def test_rows_that_follow_in_several_series(rng):
    values = [rng.normal(size=(n, 2)) for n in (5, 1, 8)]
    origins = [np.array([0, 4, 2]), np.empty(0, dtype=int), np.array([7, 3])]
    each = [following_rows(own, rows, 3) for own, rows in zip(values, origins, strict=True)]
    found = following_rows_of_all(values, origins, 3)
    np.testing.assert_array_equal(found, np.concatenate(each))


def test_blocks_of_parts():
    assert list(in_blocks("abcdef", [2, 2, 9, 1, 1, 1], 4)) == [["a", "b"], ["c"], list("def")]
    assert list(in_blocks("abc", repeat(1), 2)) == [["a", "b"], ["c"]]
    assert list(in_blocks([], repeat(1), 2)) == []


def test_adaptive_backtests_of_series_that_are_tested_over_fewer_steps():
    whole = panel([60, 60])
    parts = [whole.loc[["s0"]], whole.loc[["s1"]][:-4]]  # the second one is tested over four rows
    days = DAYS[:72]
    both = pd.concat(parts)
    is_training = both.index.get_level_values("day").isin(days)
    folds = [(np.flatnonzero(is_training), np.flatnonzero(~is_training))]
    asked = {"level": 0.6, "intervals": "adaptive", "stride": 1}
    found = forecaster().backtest(both, folds, **asked).forecasts
    for part in parts:
        is_training = part.index.get_level_values("day").isin(days)
        folds = [(np.flatnonzero(is_training), np.flatnonzero(~is_training))]
        alone = forecaster().backtest(part, folds, **asked).forecasts
        pd.testing.assert_frame_equal(found.loc[alone.index], alone)
