"""Every kind of time label, of every library, at every place that takes labels."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge

from sklstm import (
    ExponentialSmoother,
    Forecaster,
    PanelTimeSeriesSplit,
    SequenceWindower,
    WindowScaler,
    forecast_pairs,
    mean_absolute_scaled_error,
)
from sklstm.displays import ForecastDisplay
from sklstm.persistence._plain_labels import index_from, plain_index
from sklstm.time_labels import LabelKind, _kinds, kind_of

N = 40
DAYS = pd.date_range("2024-03-01", periods=N)  # summer time begins on the 31st
HOURS = pd.date_range("2024-03-31", periods=N, freq="h", tz="Europe/Berlin")


def objects(labels):
    """Return an index of objects, as reading a file or a database gives it."""
    values = np.empty(len(labels), dtype=object)
    values[:] = list(labels)
    return pd.Index(values, dtype=object)


def arrow(labels, kind):
    return pd.Index(labels, dtype=pd.ArrowDtype(kind))


def offsets(times):
    """Return times as ISO 8601 text is read: with an offset from UTC, which changes in summer."""
    return objects([datetime.datetime.fromisoformat(time.isoformat()) for time in times])


# For each kind the labels, and what pandas itself has for them.
LABELS = {
    "row numbers": (pd.RangeIndex(N), None),
    "whole numbers": (pd.Index(np.arange(5, 5 + 3 * N, 3)), None),
    "nullable numbers": (pd.Index(np.arange(N), dtype="Int64"), None),
    "numbers in Arrow": (arrow(np.arange(N), pa.int64()), None),
    "floats": (pd.Index(np.arange(N) / 4), None),
    "days": (DAYS, None),
    "hours in a zone": (HOURS, None),
    "seconds": (pd.date_range("2024-01-01", periods=N, freq="s", unit="s"), None),
    "months": (pd.date_range("2020-01-31", periods=N, freq="ME"), None),
    "trading days": (pd.bdate_range("2024-01-01", periods=N), None),
    "time differences": (pd.timedelta_range("0s", periods=N, freq="1min"), None),
    "periods": (pd.period_range("2020-01", periods=N, freq="M"), None),
    "date objects": (objects(DAYS.date), DAYS),
    "datetime objects": (objects(DAYS.to_pydatetime()), DAYS),
    "Timestamp objects": (objects(DAYS), DAYS),
    "datetime64 objects": (objects(DAYS.to_numpy()), DAYS),
    "datetime objects in a zone": (objects(HOURS.to_pydatetime()), HOURS),
    "datetimes of changing offsets": (offsets(HOURS), HOURS.tz_convert("UTC")),
    "timedelta objects": (objects((DAYS - DAYS[0]).to_pytimedelta()), DAYS - DAYS[0]),
    "timedelta64 objects": (objects((DAYS - DAYS[0]).to_numpy()), DAYS - DAYS[0]),
    "Period objects": (objects(DAYS.to_period()), DAYS.to_period()),
    "dates in Arrow": (arrow(DAYS.date, pa.date32()), DAYS),
    "times in Arrow": (arrow(DAYS, pa.timestamp("us")), DAYS),
    "times in Arrow in a zone": (arrow(HOURS, pa.timestamp("us", tz="Europe/Berlin")), HOURS),
    "time differences in Arrow": (arrow(DAYS - DAYS[0], pa.duration("us")), DAYS - DAYS[0]),
}
LABELS = {name: (given, given if own is None else own) for name, (given, own) in LABELS.items()}


class Intervals(LabelKind):
    """A kind that is added: intervals such as [0, 1), [1, 2), of which the left end counts."""

    def matches(self, index):
        return isinstance(index, pd.IntervalIndex)

    def comparable_as(self, index):
        return f"interval {index.dtype}"

    def numbers(self, index):
        return index.left.to_numpy()

    def find_step(self, labels, freq=None):
        return labels[0].length, False

    def after(self, labels, last, step, n_steps):
        return pd.interval_range(last.right, periods=n_steps, freq=step, closed=last.closed)

    def between(self, labels, step):
        return pd.interval_range(labels[0].left, labels[-1].right, freq=step, closed=labels.closed)

    def drawn_at(self, index):
        return self.numbers(index)


@pytest.fixture(params=[*LABELS, "a new kind"])
def labels(request, monkeypatch):
    """Return labels, and pandas' own for them."""
    if request.param != "a new kind":
        return LABELS[request.param]
    monkeypatch.setattr(_kinds, "KINDS", (*_kinds.KINDS, Intervals()))
    return (pd.interval_range(0, periods=N, closed="left"),) * 2


@pytest.fixture
def tells_what_follows(labels):
    """Whether the next label is known: not of floats, whose steps are rounded."""
    return not pd.api.types.is_float_dtype(labels[0].dtype)


VALUES = np.random.default_rng(0).normal(size=N).cumsum()


def test_forecast_pairs(labels):
    index, _ = labels
    X, y = forecast_pairs(pd.Series(VALUES, index=index, name="value"), horizon=2)
    assert X.index.equals(index[:-2])
    np.testing.assert_array_equal(y, VALUES[2:])
    with pytest.raises(ValueError, match="The index of series is not sorted"):
        forecast_pairs(pd.Series(VALUES, index=index[::-1]))
    with pytest.raises(ValueError, match="The index of series has duplicate labels"):
        forecast_pairs(pd.Series(VALUES, index=index[[0, *range(N - 1)]]))
    panel = pd.concat({key: pd.Series(VALUES, index=index) for key in "AB"}, names=["key", "time"])
    X, y = forecast_pairs(panel, horizon=2, by="key")
    np.testing.assert_array_equal(y, np.tile(VALUES[2:], 2))


@pytest.mark.parametrize(
    "transformer",
    [SequenceWindower(4), ExponentialSmoother(), WindowScaler(window_size=4)],
    ids=lambda transformer: type(transformer).__name__,
)
def test_context(transformer, labels):
    index, own = labels
    for first, rest in [(index, index), (index, own), (own, index)]:
        fitted = transformer.fit(pd.DataFrame({"value": VALUES[:30]}, index=first[:30]))
        whole = transformer.transform(pd.DataFrame({"value": VALUES}, index=index))
        found = fitted.transform(pd.DataFrame({"value": VALUES[30:]}, index=rest[30:]))
        np.testing.assert_array_equal(found, np.asarray(whole)[30:])
        gap = fitted.transform(pd.DataFrame({"value": VALUES[35:]}, index=rest[35:]))
        alone = transformer.fit_transform(pd.DataFrame({"value": VALUES[35:]}))
        np.testing.assert_array_equal(gap, alone)


def test_forecaster(labels, tells_what_follows):
    index, own = labels
    series, forecaster = (
        pd.Series(VALUES, index=index),
        Forecaster(Ridge(), lookback=3, scaling=None),
    )
    if not tells_what_follows:
        with pytest.raises(ValueError, match="which do not tell what comes next"):
            forecaster.fit(series)
        return
    forecast = forecaster.fit(series[:30]).forecast(5)
    assert list(forecast.index) == list(own[30:35])
    expected = Forecaster(Ridge(), lookback=3, scaling=None).fit(VALUES[:30]).forecast(5)
    np.testing.assert_array_equal(forecast, expected)
    forecaster.update(series[30:35])
    assert list(forecaster.forecast(5).index) == list(own[35:40])
    forecaster.fit(series[:30]).update(pd.Series(VALUES[30:35], index=own[30:35]))
    assert list(forecaster.forecast(5).index) == list(own[35:40])
    if index is LABELS["trading days"][0]:
        return  # absent ones are holidays
    with pytest.raises(ValueError, match="has a gap|not on its frequency"):
        forecaster.fit(series.drop(index[[4, 7, 11]]))
    filled = forecaster.set_params(gaps="missing").fit(series.drop(index[[4, 7, 11]])).forecast(1)
    absent = np.where(np.isin(np.arange(N), [4, 7, 11]), np.nan, VALUES)
    np.testing.assert_array_equal(filled, forecaster.fit(absent).forecast(1))


def test_exogenous_columns_and_backtest(labels, tells_what_follows):
    index, own = labels
    if not tells_what_follows:
        return
    series, exog = pd.Series(VALUES, index=index), pd.Series(np.arange(N) % 7, index=index)
    forecaster = Forecaster(
        Ridge(), lookback=3, known_exog="all", calibration_size=None, scaling=None
    )
    found = forecaster.fit(series[:30], exog[:30]).forecast(5, exog=exog[30:])
    expected = forecaster.fit(VALUES[:30], exog.to_numpy()[:30]).forecast(
        5, exog=exog.to_numpy()[30:]
    )
    np.testing.assert_array_equal(found, expected)
    forecaster = Forecaster(Ridge(), lookback=3, horizon=2, calibration_size=None, scaling=None)
    found, expected = (forecaster.backtest(one, cv=2).forecasts for one in (series, VALUES))
    np.testing.assert_array_equal(found["prediction"], expected["prediction"])
    assert set(found["time"]) <= set(own)


def test_panel_time_series_split(labels):
    index, own = labels
    keys, rows = np.repeat(["A", "B"], N), np.tile(np.arange(N), 2)
    times = index.append(index)
    X = pd.DataFrame({"value": rows}, index=pd.MultiIndex.from_arrays([keys, times]))
    split = PanelTimeSeriesSplit(3)
    expected = list(split.split(X, groups=rows))
    for folds in (
        PanelTimeSeriesSplit(3, level=1).split(X),
        split.split(X, groups=times),
        split.split(X.set_axis(times), groups=None),
        [] if kind_of(own).is_number else split.split(X),
    ):
        for found, fold in zip(folds, expected, strict=False):
            np.testing.assert_array_equal(found[0], fold[0])
            np.testing.assert_array_equal(found[1], fold[1])


@pytest.fixture
def _no_screen():
    import matplotlib.pyplot as plt

    with plt.rc_context({"backend": "agg"}):
        yield
        plt.close("all")


@pytest.mark.usefixtures("_no_screen")
def test_displays(labels, tells_what_follows):
    index, own = labels
    x = {}
    for name, times in (("given", index), ("own", own)):
        y = pd.Series(VALUES, index=times)
        display = ForecastDisplay.from_predictions(y.iloc[30:], VALUES[30:], history=y.iloc[:30])
        lines = display.prediction_line_, display.history_line_
        x[name] = [line.get_xdata(orig=False).astype(float) for line in lines]
        assert display.ax_.get_xlabel() == ("Time" if kind_of(own).is_date else "Row")
    for given, expected in zip(x["given"], x["own"], strict=True):
        np.testing.assert_array_equal(given, expected)
    if kind_of(own).is_date:
        assert x["given"][1].max() < x["given"][0].min()
    if tells_what_follows:
        forecast = Forecaster(Ridge(), lookback=3, scaling=None).fit(
            pd.Series(VALUES[:30], index=index[:30])
        )
        actual = pd.Series(VALUES, index=index)
        display = ForecastDisplay.from_forecast(forecast.forecast(5), history=actual, actual=actual)
        np.testing.assert_array_equal(display.y_true, VALUES[30:35])
        assert len(display.history) == 30
    X, y = forecast_pairs(pd.DataFrame({"value": VALUES}, index=index), horizon=4, target="value")
    display = ForecastDisplay.from_estimator(Ridge().fit(X, y), X, y, horizon=4)
    assert list(display.index) == list(own[4:])


def test_mean_absolute_scaled_error(labels):
    index, _ = labels
    y, predicted = pd.Series(VALUES, index=index), VALUES[30:] + 0.5
    found = mean_absolute_scaled_error(y.iloc[30:], predicted, y_train=y.iloc[:30])
    assert found == pytest.approx(0.5 / np.abs(np.diff(VALUES[:30])).mean())


def test_files(labels):
    _, own = labels
    if isinstance(own, pd.IntervalIndex):
        assert plain_index(own) is None  # pickled as they are
    else:
        assert index_from(**plain_index(own)).identical(own)


def test_times_with_and_without_a_zone_are_refused_everywhere():
    index = objects([*DAYS[:30], *HOURS[-10:]])
    series = pd.Series(VALUES, index=index)
    message = r"has times with a time zone and times without.*pd\.to_datetime\(\.\.\., utc=True\)"
    for call in (
        lambda: forecast_pairs(series),
        lambda: SequenceWindower().fit(series.to_frame()),
        lambda: Forecaster(Ridge(), lookback=3, scaling=None).fit(series),
        lambda: next(PanelTimeSeriesSplit(3).split(series.to_frame())),
        lambda: ForecastDisplay.from_predictions(series, series),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_frequency_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"freq='H' is no frequency of pandas: .*Did you mean h"):
        kind_of(HOURS).find_step(HOURS, "H")


@pytest.mark.parametrize(
    ("index", "freq"),
    [
        (pd.date_range("2024-01-01", periods=N), "1d"),
        (pd.date_range("2024-01-01", periods=N, freq="B"), "b"),
        (pd.period_range("2024-01-01", periods=N, freq="W"), "w"),
        (pd.timedelta_range("0D", periods=N, freq="D"), "d"),
    ],
)
def test_names_of_frequencies_that_pandas_deprecates_are_read(index, freq):
    series = pd.Series(np.arange(float(N)), index)
    expected = Forecaster(Ridge(), 3).fit(series).forecast(2)
    found = Forecaster(Ridge(), 3, freq=freq).fit(series).forecast(2)
    pd.testing.assert_frame_equal(found, expected)
