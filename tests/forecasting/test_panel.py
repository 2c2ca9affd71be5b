"""Several series in one frame, one model for all of them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from sklstm import ExponentialSmoother, Forecaster, WindowScaledRegressor

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=40)
SPANS = {"B": (0, 40), "A": (10, 40), "D": (0, 30), "C": (5, 25)}  # begin late, end early
SERIES = {
    key: pd.Series(np.cumsum(RNG.normal(size=end - begin)), index=DAYS[begin:end])
    for key, (begin, end) in SPANS.items()
}
LONG = pd.concat(SERIES, names=["share", "day"]).to_frame("close")
FORMS = {
    "level, series by series": LONG,
    "level, by date": LONG.sort_index(level="day", kind="stable", sort_remaining=False),
    "level behind the days": LONG.swaplevel(),
    "column": LONG.reset_index("share"),
    "column, by date": LONG.reset_index("share").sort_index(kind="stable"),
    "a series": LONG["close"],
}


class Recorder(Ridge):
    """A regressor that shows what it was given."""

    def fit(self, X, y):
        self.seen_ = X.copy(), y.copy()
        return super().fit(X, y)


def forecaster(**options):
    return Forecaster(
        Recorder(),
        **{"lookback": 3, "by": "share", "calibration_size": None} | options,
        scaling=None,
    )


def pairs_by_hand(series, lookback=3):
    """Windows of each series alone, in the order of time, then of series."""
    pairs = [
        (values.index[end], number, values[end - lookback + 1 : end + 1], values.iloc[end + 1])
        for number, values in enumerate(series)
        for end in range(lookback - 1, len(values) - 1)
    ]
    pairs.sort(key=lambda pair: pair[:2])
    return np.array([pair[2] for pair in pairs]), np.array([pair[3] for pair in pairs])


def forecast_by_hand(fitted, values, steps):
    rows = list(values)
    for _ in range(steps):
        rows.append(fitted.predict([rows[-3:]])[0])
    return np.array(rows[-steps:])


@pytest.mark.parametrize("frame", FORMS.values(), ids=FORMS.keys())
def test_the_model_of_all_series_forecasts_each(frame):
    fitted = forecaster().fit(frame)
    order = list(dict.fromkeys(frame.reset_index()["share"]))
    assert fitted.series_ == order
    windows, targets = pairs_by_hand([SERIES[key] for key in order])
    seen_windows, seen_targets = fitted.estimator_.seen_
    np.testing.assert_array_equal(seen_windows, windows)
    np.testing.assert_array_equal(seen_targets, targets)
    forecast = fitted.forecast(4)
    time_first = list(frame.index.names) == ["day", "share"]
    assert list(forecast.index.names) == (["day", "share"] if time_first else ["share", "day"])
    assert list(dict.fromkeys(forecast.index.get_level_values("share"))) == order
    for key, values in SERIES.items():
        one = forecast.xs(key, level="share")["prediction"]
        np.testing.assert_allclose(one, forecast_by_hand(fitted.estimator_, values, 4))
        assert list(one.index) == list(pd.date_range(values.index[-1], periods=5)[1:])


@pytest.mark.parametrize("transformer", [StandardScaler(), ExponentialSmoother(0.4)], ids=repr)
def test_each_series_has_its_own_transformer(transformer):
    fitted = forecaster(transformer=transformer).fit(LONG)
    own, scaled = {}, []
    for key, values in SERIES.items():
        own[key] = clone(transformer).fit(values.to_numpy()[:, np.newaxis])
        rows = own[key].transform(values.to_numpy()[:, np.newaxis])
        scaled.append(pd.Series(rows[:, 0], index=values.index))
    np.testing.assert_allclose(fitted.estimator_.seen_[0], pairs_by_hand(scaled)[0])
    for (key, transformed), past in zip(own.items(), scaled, strict=True):
        rows = np.append(past, forecast_by_hand(fitted.estimator_, past, 4))[:, np.newaxis]
        expected = transformed.inverse_transform(rows)[-4:]
        np.testing.assert_allclose(fitted.forecast(4).loc[key], expected)


@pytest.mark.parametrize("strategy", ["recursive", "direct"])
def test_series_are_forecast_together_as_alone(strategy):
    fitted = forecaster(horizon=2, strategy=strategy).fit(LONG)
    together = fitted.forecast(5)
    for key in SERIES:
        alone = fitted.forecast(5, series=key)
        assert list(alone.index.names) == ["share", "day"]
        pd.testing.assert_frame_equal(alone, together.loc[[key]], check_freq=False)
    some = fitted.forecast(5, series=["D", "B"])
    expected = pd.concat([together.loc[["D"]], together.loc[["B"]]])
    pd.testing.assert_frame_equal(some, expected, check_freq=False)
    for names in (
        np.array(["D", "B"]), pd.Series(["D", "B"]), pd.Series(["D", "B"]).unique(),
        pd.Categorical(["D", "B"]), dict.fromkeys("DB").keys(),
    ):  # fmt: skip
        pd.testing.assert_frame_equal(fitted.forecast(5, series=names), some)
    with pytest.raises(ValueError, match="series names 'D' twice"):
        fitted.forecast(5, series=["D", "B", "D"])
    for names in ({"D"}, [["D"]]):
        with pytest.raises(TypeError, match="series takes the name of a series, or a list of"):
            fitted.forecast(5, series=names)


def test_frames_without_index_count_the_rows_of_each_series():
    rows = LONG.reset_index("day", drop=True).reset_index()
    forecast = forecaster().fit(pl.DataFrame(rows.to_dict("list"))).forecast(2)
    assert list(forecast.index) == [
        (key, len(SERIES[key]) + step) for key in SERIES for step in (0, 1)
    ]
    by_hand = forecaster().fit(rows.set_index(rows.groupby("share").cumcount())).forecast(2)
    np.testing.assert_allclose(forecast, by_hand)


def test_several_columns():
    frame = LONG.assign(open=LONG["close"] ** 2)
    fitted = forecaster(calibration_size=0.3).fit(frame)
    forecast = fitted.forecast(2, level=0.5)
    quantities = ["prediction", "lower", "upper"]
    assert list(forecast.columns) == [(c, q) for c in ("close", "open") for q in quantities]
    window = frame.loc["A"].to_numpy()[-3:].reshape(1, -1)
    first = forecast.xs("prediction", axis=1, level=1).loc["A"].iloc[0]
    np.testing.assert_allclose(first, fitted.estimator_.predict(window)[0])


EXOG = pd.concat({key: values.shift(1).fillna(0.0) for key, values in SERIES.items()})
EXOG = EXOG.rename_axis(["share", "day"]).to_frame("x")


def test_each_series_has_its_exogenous_rows():
    fitted = forecaster(known_exog=None).fit(LONG, EXOG.reset_index("share").sort_index())
    window = np.column_stack([SERIES["C"], EXOG.loc["C"]])[-3:].reshape(1, -1)
    expected = fitted.estimator_.predict(window)
    np.testing.assert_allclose(fitted.forecast(1, series="C")["prediction"], expected)
    known = forecaster().fit(LONG, EXOG)
    future = known.forecast(2, future_of({key: 0.5 for key in SERIES}))
    window = np.column_stack([SERIES["C"], np.append(EXOG.loc["C", "x"][1:], 0.5)])
    expected = known.estimator_.predict(window[-3:].reshape(1, -1))
    np.testing.assert_allclose(future.loc["C", "prediction"].iloc[:1], expected)


def future_of(values):
    parts = {
        key: pd.DataFrame({"x": value}, index=pd.date_range(SERIES[key].index[-1], periods=3)[1:])
        for key, value in values.items()
    }
    return pd.concat(parts, names=["share", "day"])


def test_exogenous_rows_of_wrong_series():
    with pytest.raises(ValueError, match="exog has no rows of series 'D'; it takes the same rows"):
        forecaster().fit(LONG, EXOG.drop("D"))
    rows = pd.MultiIndex.from_product([["D", "E"], range(30)], names=["share", "row"])
    counted = pd.DataFrame({"x": np.arange(60.0)}, rows)
    with pytest.raises(ValueError, match="exog has rows of a series 'E', of which series has none"):
        forecaster().fit(counted.loc[["D"]], counted)
    with pytest.raises(ValueError, match="exog has no row at 2024-01-30 00:00:00 of series 'D'"):
        forecaster().fit(LONG, EXOG.drop(("D", DAYS[29])))
    known = forecaster().fit(LONG, EXOG)
    with pytest.raises(ValueError, match="no rows of series 'A'; series=.* names those"):
        known.forecast(2, future_of({"B": 0.0}))
    one = known.forecast(2, future_of({"B": 0.0, "A": 0.0}), series="B")
    pd.testing.assert_frame_equal(one, known.forecast(2, future_of({"B": 0.0}), series="B"))
    with pytest.raises(
        ValueError, match=r"no row at .* of series 'B', columns \['x'\]: the 3 rows"
    ):
        known.forecast(3, future_of({"B": 0.0}), series="B")


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (LONG.drop("C"), {"series": "C"}, r"series 'C' is unknown: fit had \['B', 'A', 'D'\]"),
        (LONG, {"series": []}, r"series names no series"),
        (LONG, {"series": ["A", "X"]}, "series 'X' is unknown"),
    ],
)
def test_series_asked_for(frame, options, message):
    with pytest.raises(ValueError, match=message):
        forecaster().fit(frame).forecast(**options)


def test_series_that_cannot_be_fitted():
    with pytest.raises(ValueError, match=r"series 'B', the longest of all, has \d+ rows"):
        forecaster(lookback=2000).fit(LONG)
    with pytest.raises(ValueError, match="by='name' is neither a column of series"):
        forecaster(by="name").fit(LONG)
    with pytest.raises(ValueError, match="by='share' names a column.*got ndarray"):
        forecaster().fit(LONG.to_numpy())
    with pytest.raises(ValueError, match="series must not be empty"):
        forecaster().fit(LONG[:0])
    repeated = pd.concat([LONG, LONG.loc[["A"]]])
    with pytest.raises(ValueError, match=r"\(series 'A'\) has duplicate.*by takes them as a list"):
        forecaster().fit(repeated)


@pytest.fixture(scope="module")
def shares(data_folder):
    """Closing prices of 505 shares, with a few holes."""
    columns = ["date", "close", "Name"]
    frame = pd.read_csv(data_folder / "all_stocks_5yr.csv.gz", usecols=columns)
    return frame.assign(date=pd.to_datetime(frame["date"])).set_index("date")


@pytest.mark.data
def test_all_shares(shares):
    assert len(shares) == 619_040
    regressor = WindowScaledRegressor(Ridge())
    options = {"by": "Name", "calibration_size": None}
    with pytest.raises(ValueError, match="The index of series '[A-Z]+' has a gap: 201"):
        Forecaster(regressor, **options, scaling=None).fit(shares)
    fitted = Forecaster(regressor, **options, gaps="missing", scaling=None).fit(shares)
    forecast = fitted.forecast(30)
    assert forecast.shape == (15_150, 1)
    assert np.isfinite(forecast["prediction"]).all()
    for key in ("AAL", "MSFT", "ZTS", fitted.series_[-1]):
        rows = shares.loc[shares["Name"] == key, "close"]
        window = list(rows)[-10:]
        for _ in range(30):
            window.append(fitted.estimator_.predict(np.array(window[-10:])[None, :, None])[0])
        one = forecast.loc[key, "prediction"]
        np.testing.assert_allclose(one, window[10:])
        expected = pd.bdate_range(rows.index[-1], periods=31)[1:]
        assert list(one.index) == list(expected)
