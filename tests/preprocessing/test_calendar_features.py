"""The calendar of rows is that of pandas, of datetime and of the package holidays."""

import datetime
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.estimator_checks import check_estimator

from sklstm import CalendarFeatures, Forecaster, SequenceWindower, forecast_pairs

HOURS = pd.date_range("2020-12-20", periods=3000, freq="7h")
FRAME = pd.DataFrame({"sold": np.arange(3000.0)}, index=HOURS)
NUMBERS = ["minute", "hour", "day_of_week", "day", "day_of_year", "month", "quarter"]
FLAGS = [
    "is_month_start", "is_month_end", "is_quarter_start", "is_quarter_end", "is_year_start",
    "is_year_end",
]  # fmt: skip


def calendar_of(features, index, **parameters):
    calendar = CalendarFeatures(features, passthrough=False, **parameters)
    return calendar.fit_transform(pd.DataFrame(index=index))


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("name", NUMBERS + FLAGS)
def test_numbers_are_those_of_pandas_in_local_time(name, zone):
    index = HOURS if zone is None else HOURS.tz_localize("UTC").tz_convert(zone)
    found = calendar_of([name], index, encoding="ordinal")
    assert list(found.columns) == [name]
    np.testing.assert_array_equal(found[name], getattr(index.to_series().dt, name).astype(float))


def test_weeks_are_those_of_iso_8601_and_years_of_53_weeks_are_one_cycle():
    found = calendar_of(["week"], HOURS, encoding="ordinal")["week"]
    assert found.tolist() == [day.isocalendar().week for day in HOURS]
    cyclic = calendar_of(["week"], HOURS)
    length = np.array(
        [datetime.date(day.isocalendar().year, 12, 28).isocalendar().week for day in HOURS]
    )
    assert set(length) == {52, 53}
    np.testing.assert_allclose(cyclic["week_sin"], np.sin(2 * np.pi * (found - 1) / length))


def test_cycles_close_at_the_end_of_week_month_and_year():
    index = pd.date_range("2023-12-01", "2025-01-31")
    for name, period in (("day_of_week", 7), ("month", 12), ("quarter", 4)):
        number = getattr(index, name) - (name != "day_of_week")
        found = calendar_of([name], index)
        np.testing.assert_allclose(found[f"{name}_sin"], np.sin(2 * np.pi * number / period))
        np.testing.assert_allclose(found[f"{name}_cos"], np.cos(2 * np.pi * number / period))
    day = calendar_of(["day", "day_of_year"], index)
    angle = 2 * np.pi * (index.day - 1) / index.days_in_month
    np.testing.assert_allclose(day["day_cos"], np.cos(angle))
    angle = 2 * np.pi * (index.day_of_year - 1) / np.where(index.is_leap_year, 366, 365)
    np.testing.assert_allclose(day["day_of_year_sin"], np.sin(angle))
    np.testing.assert_allclose((day**2).sum(axis=1), 2)


@pytest.mark.parametrize(("name", "n_columns"), [("hour", 24), ("day_of_week", 7), ("month", 12)])
def test_one_column_for_each_category_whatever_occurs(name, n_columns):
    found = calendar_of([name], HOURS[:500], encoding="one_hot")
    expected = pd.get_dummies(getattr(HOURS[:500], name), prefix=name, dtype=float)
    assert found.shape[1] == n_columns
    present = found.loc[:, found.any()]
    assert list(present.columns) == list(expected.columns)
    np.testing.assert_array_equal(present, expected)


def test_each_feature_may_have_its_encoding_and_flags_are_flags():
    found = calendar_of(
        ["hour", "day_of_week", "month", "is_weekend"],
        HOURS,
        encoding={"day_of_week": "ordinal", "is_weekend": "one_hot", "month": "one_hot"},
    )
    assert list(found.columns) == (
        ["hour_sin", "hour_cos", "day_of_week", *(f"month_{k}" for k in range(1, 13)), "is_weekend"]
    )
    np.testing.assert_array_equal(found["is_weekend"], HOURS.day_name().str.startswith("S"))


def test_business_months_end_where_months_end():
    index = pd.date_range("2024-01-31", periods=12, freq="BME")
    found = calendar_of(["is_month_end"], index)["is_month_end"]
    assert found.tolist() == [float(day + pd.Timedelta(days=1) == day + pd.offsets.MonthBegin())
                              for day in index]  # fmt: skip


def test_periods_count_by_their_beginning():
    months = pd.period_range("2024-01", periods=30, freq="M")
    found = calendar_of(["month", "quarter"], months, encoding="ordinal")
    np.testing.assert_array_equal(found["month"], months.month)
    np.testing.assert_array_equal(found["quarter"], months.quarter)
    later = calendar_of(["month"], months, encoding="ordinal", ahead=5)
    np.testing.assert_array_equal(later["month"], (months + 5).month)


@pytest.mark.parametrize(
    ("index", "features"),
    [
        (pd.date_range("2024-01-01", periods=60), ["day_of_week", "day"]),
        (pd.date_range("2024-03-25", periods=200, freq="h", tz="Europe/Berlin"), ["hour", "day"]),
        (pd.date_range("2024-03-25", periods=20, freq="D", tz="Europe/Berlin"), ["hour", "day"]),
        (pd.date_range("2024-01-31", periods=40, freq="ME"), ["month", "day"]),
        (pd.bdate_range("2024-01-01", periods=60), ["day_of_week", "day"]),
        (pd.bdate_range("2024-01-01", periods=60, freq="C", holidays=["2024-01-10"]), ["day"]),
    ],
    ids=lambda value: getattr(value, "freqstr", None),
)
@pytest.mark.parametrize("keeps_freq", [True, False])
def test_ahead_is_the_calendar_of_the_row_so_many_rows_later(index, features, keeps_freq):
    if not keeps_freq and index.freqstr == "C":
        pytest.skip("nothing tells days off without their list")
    given = index if keeps_freq else pd.DatetimeIndex(index, freq=None)
    now = calendar_of(features, given, encoding="ordinal")
    later = calendar_of(features, given, encoding="ordinal", ahead=4)
    np.testing.assert_array_equal(later[:-4], now[4:])
    assert later.index.equals(index)


def test_fit_remembers_the_frequency_so_that_a_single_row_will_do():
    calendar = CalendarFeatures(["day"], encoding="ordinal", ahead=3, passthrough=False)
    calendar.fit(FRAME.resample("D").sum())
    newest = calendar.transform(
        pd.DataFrame({"sold": [1.0]}, index=pd.DatetimeIndex(["2026-02-26"]))
    )
    assert newest["day"].tolist() == [1]
    single = FRAME[:1].set_axis(pd.DatetimeIndex(FRAME.index[:1], freq=None))
    with pytest.raises(ValueError, match="ahead=3 moves labels .* give freq"):
        clone(calendar).fit(single)
    assert clone(calendar).set_params(freq="D").fit_transform(single)["day"].item() == 23


@pytest.mark.parametrize("order", [["day", "shop"], ["shop", "day"]])
def test_rows_of_a_panel_have_the_calendar_of_their_day(order):
    days = pd.date_range("2024-02-20", periods=20, name="day")
    index = pd.MultiIndex.from_product([["2024-01-01", "B"], days], names=["shop", "day"])
    panel = pd.DataFrame({"sold": np.arange(40.0)}, index=index).reorder_levels(order)
    found = CalendarFeatures(["month"], encoding="ordinal", ahead=1).fit_transform(panel)
    assert found.index.equals(panel.index)
    expected = (panel.index.get_level_values("day") + pd.Timedelta(days=1)).month
    np.testing.assert_array_equal(found["month"], expected)
    assert list(found.columns) == ["sold", "month"]


def test_text_that_is_dates_and_frames_of_polars_and_a_mere_index_are_read():
    index = pd.date_range("2024-05-30", periods=5)
    expected = calendar_of(["day"], index)
    frame = pd.DataFrame({"sold": 1.0}, index=index.strftime("%Y-%m-%d"))
    np.testing.assert_array_equal(calendar_of(["day"], frame.index), expected)
    table = pl.DataFrame({"day": index.to_numpy(), "sold": np.ones(5)})
    found = CalendarFeatures(["day"], passthrough=False).fit_transform(table)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(CalendarFeatures(["day"]).fit_transform(index), expected)


def test_a_pipeline_knows_the_weekday_of_the_row_that_it_predicts():
    days = pd.date_range("2024-01-01", periods=140)
    by_weekday = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0])
    noise = np.random.default_rng(0).normal(size=140)
    sales = pd.DataFrame({"sold": by_weekday[days.day_of_week], "noise": noise}, days)
    X, y = forecast_pairs(sales, horizon=3, target="sold")
    X = X[["noise"]]

    def error(ahead):
        calendar = CalendarFeatures(["day_of_week"], encoding="one_hot", ahead=ahead)
        windower = SequenceWindower(1, flatten=True)
        model = make_pipeline(calendar, windower, LinearRegression()).fit(X[:100], y[:100])
        return np.abs(model.predict(X[100:130]) - np.ravel(y[100:130])).max()

    assert error(3) < 1e-9


def test_names_and_frames():
    calendar = CalendarFeatures(["hour", "is_weekend"]).fit(FRAME)
    names = ["sold", "hour_sin", "hour_cos", "is_weekend"]
    assert list(calendar.get_feature_names_out()) == names == list(calendar.transform(FRAME))
    frame = calendar.set_output(transform="pandas").transform(FRAME[::-1])
    assert list(frame.columns) == names
    assert frame.index.equals(FRAME.index[::-1])
    assert isinstance(calendar.set_output(transform="polars").transform(FRAME), pl.DataFrame)
    union = make_union("passthrough", CalendarFeatures(["hour"], passthrough=False))
    union.set_output(transform="pandas")
    assert union.fit_transform(FRAME).shape == (3000, 3)
    text = FRAME.assign(shop="A")
    assert calendar.set_output(transform="default").fit_transform(text)["shop"].eq("A").all()


def test_columns_named_by_numbers_are_renamed_for_estimators():
    index = pd.date_range("2025-01-01", periods=10)
    frame = pd.DataFrame(np.arange(20.0).reshape(10, 2), index=index)
    columns = CalendarFeatures(["is_month_end"]).fit(frame)
    found = columns.transform(frame)
    assert list(found) == list(columns.get_feature_names_out()) == ["x0", "x1", "is_month_end"]
    np.testing.assert_array_equal(found[["x0", "x1"]], frame)
    assert LinearRegression().fit(found, frame[0]).n_features_in_ == 3


@pytest.mark.parametrize("ahead", [0, 1])
def test_later_rows_in_another_zone_have_the_calendar_of_the_zone_of_fit(ahead):
    days = pd.date_range("2025-03-20", periods=30, freq="D", tz="Europe/Berlin")  # summer time
    features = ["hour", "day_of_week", "day"]
    calendar = CalendarFeatures(features, encoding="ordinal", ahead=ahead, holidays=["2025-04-01"])
    rows = pd.DataFrame({"sold": np.arange(30.0)}, index=days)
    calendar.fit(rows[:5])
    expected = calendar.transform(rows)
    np.testing.assert_array_equal(expected["hour"], 0)
    for fitted in (calendar, pickle.loads(pickle.dumps(calendar)), clone(calendar).fit(rows)):
        for zone in ("UTC", "Asia/Kolkata", datetime.timezone(datetime.timedelta(hours=-5))):
            elsewhere = rows.tz_convert(zone)
            found = fitted.transform(elsewhere)
            assert found.index.equals(elsewhere.index)
            np.testing.assert_array_equal(found, expected)


def test_times_that_may_be_of_another_zone_are_refused():
    berlin = FRAME.tz_localize("Europe/Berlin", ambiguous=True, nonexistent="shift_forward")
    for fitted, other, advice in (
        (berlin, FRAME, r"time zone Europe/Berlin.*X.tz_localize\('Europe/Berlin'\)"),
        (FRAME, berlin, r"no time zone.*X.tz_localize\(None\)"),
    ):
        calendar = CalendarFeatures(["hour"]).fit(fitted)
        with pytest.raises(ValueError, match=advice):
            calendar.transform(other)
    periods = FRAME[:5].to_period("h")
    np.testing.assert_array_equal(calendar.transform(periods), calendar.transform(FRAME[:5]))


def test_holidays_are_dates_in_the_zone_of_the_labels():
    dates = [datetime.date(2021, 1, 1), "2021-12-25", pd.Timestamp("2022-01-01 15:00")]
    for zone in (None, "Asia/Tokyo"):
        index = HOURS.tz_localize("UTC").tz_convert(zone) if zone else HOURS
        found = calendar_of([], index, holidays=dates)
        days = index.strftime("%Y-%m-%d")
        assert list(found.columns) == ["is_holiday"]
        expected = days.isin(["2021-01-01", "2021-12-25", "2022-01-01"])
        np.testing.assert_array_equal(found["is_holiday"], expected)


def test_holidays_are_text_as_labels_are():
    days = pd.date_range("2025-01-01", periods=60, freq="D")
    for dates in (
        ["31.01.2025", "02.02.2025"],
        ["20250131", "20250202"],
        ["31 Jan 2025", "2 Feb 2025"],
    ):
        found = calendar_of([], days, holidays=dates)["is_holiday"]
        assert found[found == 1].index.strftime("%m-%d").tolist() == ["01-31", "02-02"]


def test_holidays_of_a_country():
    package = pytest.importorskip("holidays")
    days = pd.date_range("2023-12-20", "2025-01-10", freq="12h")
    for code, known in (
        ("DE", package.Germany()), ("DE-BY", package.Germany(subdiv="BY")),
        (package.France(), package.France()), (package.NYSE(), package.NYSE()),
        (package.NYSE() + package.France(), package.NYSE() + package.France()),
    ):  # fmt: skip
        found = calendar_of([], days, holidays=code)["is_holiday"]
        np.testing.assert_array_equal(found, [day.date() in known for day in days])
        assert found.any()
    with pytest.raises(ValueError, match="holidays='XX' is no country"):
        calendar_of([], days, holidays="XX")


def test_a_country_needs_the_package(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    with pytest.raises(ImportError, match="pip install 'sklstm.holidays.'"):
        calendar_of([], HOURS[:5], holidays="DE")


def test_files():
    calendar = CalendarFeatures(["day"], ahead=2, holidays=["2021-01-01"]).fit(FRAME)
    again = pickle.loads(pickle.dumps(calendar))
    pd.testing.assert_frame_equal(again.transform(FRAME), calendar.transform(FRAME))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"features": ["weekday"]}, "features has 'weekday'; it takes any of .*'day_of_week'"),
        ({"features": ["day", "day"]}, "features has 'day' twice"),
        ({"features": "day"}, "The 'features' parameter"),
        ({"encoding": "sine"}, "The 'encoding' parameter"),
        ({"encoding": {"hour": "ordinal"}}, r"encoding has 'hour', and features is \['day'\]"),
        ({"encoding": {"day": "sine"}}, "encoding of 'day' must be one of"),
        ({"holidays": ["Christmas"]}, "holidays must be a country.* or dates"),
        ({"holidays": [20250101]}, r"or dates, got \[20250101\]"),
        ({"holidays": ["2025-01-01", np.nan]}, "holidays must be a country.* or dates"),
        ({"holidays": ["01/02/2025"]}, "holidays has .*day and month cannot be told apart"),
        ({"ahead": -1}, "The 'ahead' parameter"),
    ],
)
def test_bad_parameters(parameters, message):
    calendar = CalendarFeatures(**{"features": ["day"]} | parameters)
    with pytest.raises(ValueError, match=message):
        calendar.fit(FRAME).transform(FRAME)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((4, 1)), "reads the index of a frame"),
        (pd.DataFrame({"a": [1.0, 2.0]}), "index of times, in one level.*first label is 0"),
        (pd.DataFrame({"day": [1.0]}, index=HOURS[:1]), None),
        (pd.DataFrame({"a": [1.0, 2.0]}, index=[HOURS[0], pd.NaT]), "no time in row 1"),
    ],
)
def test_bad_input(X, message):
    calendar = CalendarFeatures(["day"], encoding="ordinal")
    message = message or "X has a column 'day' already"
    with pytest.raises(ValueError, match=message):
        calendar.fit_transform(X)


@pytest.mark.filterwarnings("ignore:Can't test estimator CalendarFeatures")  # with arrays
def test_check_estimator():
    results = check_estimator(CalendarFeatures(), on_skip=None)
    assert {result["status"] for result in results} <= {"passed", "skipped"}


def test_the_frequency_of_periods_is_their_own():
    months = pd.DataFrame(index=pd.period_range("2024-01", periods=30, freq="M"))
    with pytest.raises(ValueError, match="freq='D' is another frequency than that of the periods"):
        CalendarFeatures(["month"], ahead=1, freq="D").fit(months)


ROWS_OF_WEEKS = {
    "weeks": (pd.date_range("2025-01-06", periods=30, freq="W-MON"), "7 days apart, 2025-01-07 "),
    "months": (pd.date_range("2025-01-01", periods=12, freq="MS"), "31 days apart, 2025-01-07 "),
    "periods": (pd.period_range("2025-01", periods=12, freq="M"), "31 days apart, 2025-01-07 "),
    "zone": (
        pd.date_range("2025-01-06", periods=9, freq="7D", tz="UTC"),
        "7 days apart, 2025-01-0",
    ),
}


@pytest.mark.filterwarnings("ignore:1 of 2 series have fewer rows")
@pytest.mark.parametrize("rows", ROWS_OF_WEEKS)
def test_holidays_between_the_labels_of_rows_are_told(rows):
    index, message = ROWS_OF_WEEKS[rows]
    frame = pd.DataFrame({"x": 1.0}, index)
    calendar = CalendarFeatures([], holidays=["2024-05-01", "2025-01-07", "2025-02-01"])
    with pytest.warns(UserWarning, match=message + ".*a row is flagged if its label is a holiday"):
        calendar.fit(frame)
    panel = pd.concat({"a": frame.cumsum(), "b": frame.cumsum()}, names=["shop", "t"])
    with pytest.warns(UserWarning, match=message):
        Forecaster(Ridge(), lookback=2, by="shop", calendar=calendar).fit(panel)
    with pytest.warns(UserWarning, match=message):  # whichever series is the first
        Forecaster(Ridge(), lookback=2, by="shop", calendar=calendar).fit(panel[len(frame) - 1 :])


@pytest.mark.parametrize(
    ("index", "dates"),
    [
        (pd.date_range("2025-01-06", periods=30, freq="W-MON"), ["2025-01-13", "2025-12-25"]),
        (pd.bdate_range("2025-01-01", periods=30), ["2025-01-04"]),  # a Saturday
        (pd.date_range("2025-01-01", periods=60, freq="h"), ["2025-01-02"]),
        (pd.date_range("2025-01-01", periods=1), ["2025-01-02"]),
        (pd.date_range("2025-01-01", periods=9, freq="2D"), ["2025-01-02"]),  # a row is its day
    ],
    ids=["labels", "weekdays", "hours", "one", "every second day"],
)
def test_nothing_is_told_of_holidays_on_labels_or_closed_days(index, dates):
    CalendarFeatures([], holidays=dates).fit(pd.DataFrame({"x": 1.0}, index))
