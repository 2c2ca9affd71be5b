import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, LSTMRegressor, PersistenceRegressor, SequenceWindower, forecast_pairs
from sklstm.displays import ForecastDisplay

H = 4
DAYS = pd.date_range("2025-01-01", periods=100, freq="D", name="day")
WALK = pd.DataFrame(
    100 + np.random.default_rng(0).normal(size=(100, 2)).cumsum(axis=0),
    index=DAYS,
    columns=["open", "close"],
)


def ridge(X, y):
    return make_pipeline(SequenceWindower(5, flatten=True, pad="edge"), Ridge()).fit(X, y)


@pytest.fixture(scope="module")
def pairs():
    """Rows, targets and a model that is fitted to the first 60 of them."""
    X, y = forecast_pairs(WALK, horizon=H, target="close")
    return X, y, ridge(X[:60], y[:60])


def test_axis_and_baseline_are_those_of_the_horizon(pairs, is_tidy):
    X, y, model = pairs
    display = ForecastDisplay.from_estimator(model, X[60:], y[60:], horizon=H)
    assert display.index.equals(DAYS[60 + H :])
    truth, predicted = display.truth_line_, display.prediction_line_
    np.testing.assert_array_equal(truth.get_xdata(orig=True), DAYS[60 + H :].to_numpy())
    np.testing.assert_array_equal(truth.get_ydata(), WALK["close"][60 + H :])
    np.testing.assert_array_equal(predicted.get_ydata(), model.predict(X[60:]))
    windows = SequenceWindower(5).fit_transform(X)
    persistence = PersistenceRegressor(horizon=H, target_feature=1).fit(windows, y)
    np.testing.assert_array_equal(
        display.persistence_line_.get_ydata(), persistence.predict(windows)[60:]
    )
    assert display.history_line_ is None
    assert display.ax_.get_xlabel() == "Time"
    assert display.ax_.get_ylabel() == "close"
    assert is_tidy(display.figure_)


def test_without_horizon_the_axis_is_that_of_the_rows(pairs):
    X, y, model = pairs
    display = ForecastDisplay.from_estimator(model, X[60:], y[60:])
    assert display.index.equals(X.index[60:])
    assert display.ax_.get_xlabel() == "Time at which the forecast is made"
    np.testing.assert_array_equal(display.persistence, X["close"][60:])


@pytest.mark.parametrize("kind", ["frame", "array", "history as array", "polars"])
def test_without_a_column_persistence_comes_of_targets_and_history(pairs, kind):
    X, y, _ = pairs
    known, history = X["close"][60:].to_numpy(), WALK["close"][50 : 60 + H]
    X, y = X[["open"]][60:], y[60:]
    if kind == "frame":
        y = y.rename("later")
    elif kind == "polars":
        X, y = pl.DataFrame({"open": X["open"].to_numpy()}), pl.Series("later", y.to_numpy())
    else:
        X, y = X.to_numpy(), y.to_numpy()
    model = ridge(X, y)
    display = ForecastDisplay.from_estimator(model, X, y, horizon=H)
    assert np.isnan(display.persistence[:H]).all()
    np.testing.assert_array_equal(display.persistence[H:], known[H:])
    history = history if kind == "frame" else history.to_numpy()
    display = ForecastDisplay.from_estimator(model, X, y, horizon=H, history=history)
    np.testing.assert_array_equal(display.persistence, known)
    np.testing.assert_array_equal(display.history_line_.get_ydata(), history)
    assert len(display.history.index.union(display.index)) == 50  # no gap, nothing twice
    assert ForecastDisplay.from_estimator(model, X, y).persistence is None


def test_target_names_the_column(pairs):
    X, y, model = pairs
    display = ForecastDisplay.from_estimator(model, X, y, target="open")
    np.testing.assert_array_equal(display.persistence, X["open"])
    arrays = X.to_numpy(), y.to_numpy()
    display = ForecastDisplay.from_estimator(ridge(*arrays), *arrays, target=1)
    np.testing.assert_array_equal(display.persistence, X["close"])
    windows = SequenceWindower(5).fit_transform(X)
    network = LSTMRegressor(3, max_epochs=1).fit(windows, y)
    display = ForecastDisplay.from_estimator(network, windows, y, target=-1, horizon=H)
    np.testing.assert_array_equal(display.persistence, X["close"])
    assert display.index.equals(DAYS[H:])
    flat = SequenceWindower(5).set_output(transform="pandas").fit_transform(X)
    network.fit(flat, y)
    display = ForecastDisplay.from_estimator(network, flat, y)
    np.testing.assert_array_equal(display.persistence, X["close"])


def test_history_ends_where_the_targets_begin(pairs):
    X, y, model = pairs
    display = ForecastDisplay.from_estimator(
        model, X[60:], y[60:], horizon=H, history=WALK["close"]
    )
    assert display.history.index.equals(DAYS[: 60 + H])


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(1000, 1023),
        pd.Index(np.arange(0, 230, 10)),
        pd.period_range("2024-01", periods=23, freq="M"),
        pd.date_range("2024-01-31", periods=23, freq="ME"),
        pd.date_range("2025-03-10", periods=23, freq="D", tz="Europe/Berlin"),
        pd.bdate_range("2025-01-01", periods=23),
    ],
    ids=["range", "numbers", "months", "ends of months", "summer time", "weekdays"],
)
def test_labels_go_on_after_the_last_row(index, is_tidy):
    whole = pd.Series(np.arange(23.0), index=index, name="close")
    X, y = forecast_pairs(whole, horizon=3)
    if isinstance(index, pd.DatetimeIndex):
        X.index = pd.DatetimeIndex(X.index, freq=None)
    display = ForecastDisplay.from_estimator(ridge(X, y), X[14:], y[14:], horizon=3)
    assert list(display.index) == list(index[17:])
    assert is_tidy(display.figure_)


def test_trading_days_go_on_on_weekdays():
    days = pd.bdate_range("2025-01-01", periods=30).delete([7, 20])
    X = pd.DataFrame({"close": np.arange(28.0)}, index=days)
    y = X["close"] + 3
    display = ForecastDisplay.from_estimator(ridge(X, y), X, y, horizon=3)
    assert display.index[-4] == days[-1]
    assert list(display.index[-3:]) == list(pd.bdate_range(days[-1], periods=4)[1:])


def test_the_rows_of_one_series_of_a_panel():
    keys = ["A"] * 50 + ["B"] * 50
    index = pd.MultiIndex.from_arrays([keys, DAYS[:50].append(DAYS[:50])], names=["share", "day"])
    panel = WALK[["close"]].set_axis(index)
    windower = SequenceWindower(5, flatten=True, pad="edge", by="share")
    model = make_pipeline(windower, Ridge()).fit(panel, panel["close"])
    display = ForecastDisplay.from_estimator(model, panel.loc[["A"]], panel["close"].loc[["A"]])
    assert display.index.equals(DAYS[:50])
    with pytest.raises(ValueError, match=r"levels \['share', 'day'\].*Select the rows of one"):
        ForecastDisplay.from_estimator(model, panel, panel["close"])


def test_a_search_and_predictions_of_one_column(pairs):
    X, y, _ = pairs
    model = make_pipeline(SequenceWindower(flatten=True, pad="edge"), Ridge())
    grid = {"sequencewindower__lookback": [3, 5]}
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(2, gap=H - 1)).fit(X[:60], y[:60])
    display = ForecastDisplay.from_estimator(search, X[60:], y[60:], horizon=H)
    np.testing.assert_array_equal(display.y_pred, search.predict(X[60:]))
    column = ridge(X, y.to_frame())
    assert ForecastDisplay.from_estimator(column, X, y.to_frame()).y_pred.shape == (96,)


def test_from_predictions(is_tidy):
    y = WALK["close"][:40]
    display = ForecastDisplay.from_predictions(
        y,
        y + 1,
        persistence=y - 1,
        lower=y - 2,
        upper=y + 2,
        history=WALK["close"][:10].set_axis(DAYS[:10] - pd.Timedelta(days=10)),
        target_name="close (USD)",
        level=0.9,
    )
    assert list(display.intervals) == ["90 % interval"]
    assert display.index.equals(y.index)
    np.testing.assert_array_equal(display.truth_line_.get_ydata(), y)
    np.testing.assert_array_equal(display.prediction_line_.get_ydata(), y + 1)
    np.testing.assert_array_equal(display.persistence_line_.get_ydata(), y - 1)
    (band,) = display.interval_bands_
    values = band.get_paths()[0].vertices[:, 1]
    assert values.max() == y.max() + 2
    assert values.min() == y.min() - 2
    assert display.ax_.get_ylabel() == "close (USD)"
    assert is_tidy(display.figure_)
    plain = ForecastDisplay.from_predictions([1, 2, 3], [2, 2, 2], history=[0, 1])
    assert list(plain.index) == [0, 1, 2]
    assert list(plain.history.index) == [-2, -1]
    assert plain.ax_.get_ylabel() == "Target"
    later = ForecastDisplay.from_predictions([1, 2], [2, 2], index=DAYS[:2])
    assert later.index.equals(DAYS[:2])


@pytest.mark.parametrize(
    "later",
    [
        WALK["close"][:10],
        WALK["close"][80:].tz_localize("UTC"),
        WALK["close"][80:].set_axis(range(20)),
    ],
)
def test_actual_values_of_other_times_are_refused(later):
    forecast = Forecaster(Ridge(), 5, scaling=None).fit(WALK["close"][:80]).forecast(3)
    with pytest.raises(ValueError, match=r"actual has no row at the times of the forecast.* 2025"):
        ForecastDisplay.from_forecast(forecast, actual=later)


def test_from_forecast(is_tidy):
    known, future = WALK["close"][:80], WALK["close"][80:]
    forecaster = Forecaster(Ridge(), lookback=5, scaling=None).fit(known)
    forecast = forecaster.forecast(10, level=[0.5, 0.8])
    display = ForecastDisplay.from_forecast(forecast, history=known[-30:], actual=future)
    assert display.index.equals(DAYS[80:90].rename(None)) or display.index.equals(DAYS[80:90])
    np.testing.assert_array_equal(display.y_pred, forecast["prediction"])
    np.testing.assert_array_equal(display.y_true, future[:10])
    assert [band.get_label() for band in display.interval_bands_] == [
        "80 % interval",
        "50 % interval",
    ]
    np.testing.assert_array_equal(display.intervals["50 % interval"][0], forecast["lower_0.5"])
    assert display.ax_.get_ylabel() == "close"
    assert is_tidy(display.figure_)
    single = ForecastDisplay.from_forecast(forecaster.forecast(3, level=0.8), actual=[1, 2, np.nan])
    assert [band.get_label() for band in single.interval_bands_] == ["80 % interval"]
    assert single.truth_line_.get_ydata()[1] == 2
    named = ForecastDisplay.from_forecast(forecaster.forecast(3, level=0.8), level=0.9)
    assert list(named.intervals) == ["90 % interval"]
    alone = ForecastDisplay.from_forecast(forecaster.forecast(3))
    assert alone.interval_bands_ == []
    assert alone.truth_line_ is alone.history_line_ is None


def test_a_frame_of_one_column_is_matched_as_a_series_is():
    forecast = pd.DataFrame({"prediction": np.arange(10.0)}, index=DAYS[60:70])
    later = WALK[["close"]].iloc[62:72]
    display = ForecastDisplay.from_forecast(forecast, actual=later)
    expected = WALK["close"].iloc[60:70].where(forecast.index >= DAYS[62])
    np.testing.assert_array_equal(display.y_true, expected)
    assert display.target_name == "close"


def test_rows_in_another_order_are_refused(pairs):
    X, y, model = pairs
    turned = y[60:][::-1]
    with pytest.raises(ValueError, match="y has the labels of X in another order"):
        ForecastDisplay.from_estimator(model, X[60:], turned)
    predicted = pd.Series(model.predict(X[60:]), index=X.index[60:])
    truth = pd.Series(turned.to_numpy(), index=X.index[60:][::-1])
    with pytest.raises(ValueError, match="y_true has the labels of y_pred in another order"):
        ForecastDisplay.from_predictions(truth, predicted)
    with pytest.raises(ValueError, match="lower has the labels of y_pred in another order"):
        ForecastDisplay.from_predictions(predicted, predicted, lower=truth, upper=truth)


def test_from_paths(is_tidy):
    known, future = WALK["close"][:80], WALK["close"][80:]
    forecaster = Forecaster(Ridge(), lookback=5).fit(known)
    paths = forecaster.sample_paths(10, n_paths=50, random_state=0)
    display = ForecastDisplay.from_paths(paths, history=known[-30:], actual=future)
    np.testing.assert_array_equal(display.y_pred, paths.median(axis=1))
    assert [band.get_label() for band in display.interval_bands_] == [
        "95 % interval",
        "80 % interval",
        "50 % interval",
    ]
    lower, upper = display.intervals["80 % interval"]
    np.testing.assert_allclose(lower, paths.quantile(0.1, axis=1))
    np.testing.assert_allclose(upper, paths.quantile(0.9, axis=1))
    for line, path in zip(display.path_lines_, paths.to_numpy().T, strict=False):
        np.testing.assert_array_equal(line.get_ydata(), path)
    assert 5 < len(display.path_lines_) < 20
    assert is_tidy(display.figure_)
    one = ForecastDisplay.from_paths(paths, level=0.9)
    assert list(one.intervals) == ["90 % interval"]
    with pytest.raises(TypeError, match="the frame that Forecaster.sample_paths returns, got nda"):
        ForecastDisplay.from_paths(paths.to_numpy())
    with pytest.raises(ValueError, match="level=95 is not possible"):
        ForecastDisplay.from_paths(paths, level=95)


def test_a_mark_stands_where_the_forecast_begins():
    known = WALK["close"][:80]
    forecast = Forecaster(Ridge(), lookback=5).fit(known).forecast(3)
    display = ForecastDisplay.from_forecast(forecast, history=known, begin_kw={"color": "red"})
    assert pd.Timestamp(display.begin_line_.get_xdata(orig=True)[0]) == DAYS[79]
    assert display.begin_line_.get_color() == "red"
    assert display.begin_line_.get_label() == "Forecast begins"
    assert ForecastDisplay.from_forecast(forecast).begin_line_ is None


def test_the_newest_of_many_rows_are_drawn_and_the_axis_says_so():
    y = np.arange(1300.0)
    many = ForecastDisplay.from_predictions(y, y + 1, lower=y, upper=y + 2, history=[1, 2])
    np.testing.assert_array_equal(many.prediction_line_.get_ydata(), y[-150:] + 1)
    np.testing.assert_array_equal(many.truth_line_.get_xdata(), np.arange(1150, 1300))
    assert many.ax_.get_xlabel() == "Row (newest 150 of 1,300 rows)"
    assert many.history_line_ is many.begin_line_ is None
    assert len(many.y_pred) == 1300
    whole = ForecastDisplay.from_predictions(y, y + 1, history=[1, 2], max_rows=None)
    assert len(whole.prediction_line_.get_ydata()) == 1300
    assert len(whole.history_line_.get_ydata()) == 2
    assert whole.ax_.get_xlabel() == "Row"
    past = ForecastDisplay.from_predictions([1, 2], [1, 2], history=y, max_rows=20)
    np.testing.assert_array_equal(past.history_line_.get_ydata(), y[-20:])
    with pytest.raises(ValueError, match="max_rows must be a whole number of at least 1, got 0"):
        ForecastDisplay.from_predictions(y, y, max_rows=0)


def test_looks_and_axes_are_the_users(pairs):
    import matplotlib.pyplot as plt

    X, y, model = pairs
    figure, ax = plt.subplots()
    display = ForecastDisplay.from_estimator(
        model, X[60:], y[60:], ax=ax, history=WALK["close"][50:60], prediction_kw={"c": "red"},
        truth_kw={"lw": 4}, persistence_kw={"ls": ":"}, history_kw={"color": "blue"},
    )  # fmt: skip
    assert display.figure_ is figure
    assert display.prediction_line_.get_color() == "red"
    assert display.truth_line_.get_linewidth() == 4
    assert display.persistence_line_.get_linestyle() == ":"
    assert display.history_line_.get_color() == "blue"
    display = ForecastDisplay.from_predictions(
        [1, 2], [1, 2], lower=[0, 0], upper=[3, 3], interval_kw={"color": "green"}
    )
    assert display.interval_bands_[0].get_facecolor()[0, 1] > 0.4


def test_wrong_estimators(pairs):
    X, y, model = pairs
    with pytest.raises(NotFittedError):
        ForecastDisplay.from_estimator(make_pipeline(SequenceWindower(), Ridge()), X, y)
    with pytest.raises(
        TypeError, match="takes a fitted estimator with predict, got Forecaster. Of"
    ):
        ForecastDisplay.from_estimator(Forecaster(Ridge(), scaling=None).fit(y), X, y)
    with pytest.raises(TypeError, match="got Ridge"):
        ForecastDisplay.from_estimator(Ridge, X, y)
    classifier = LogisticRegression().fit(X, y > 100)
    with pytest.raises(TypeError, match="takes a regressor, got the classifier LogisticRegression"):
        ForecastDisplay.from_estimator(classifier, X, y > 100)


def test_wrong_shapes(pairs):
    X, y, model = pairs
    with pytest.raises(ValueError, match="y must have 36 rows, one for each prediction, got 96"):
        ForecastDisplay.from_estimator(model, X[60:], y)
    X2, y2 = forecast_pairs(WALK, horizon=[1, 2], target="close")
    with pytest.raises(
        ValueError, match=r"prediction of the estimator must be one column.*\(98, 2"
    ):
        ForecastDisplay.from_estimator(ridge(X2, y2), X2, y2)
    with pytest.raises(ValueError, match="lower and upper belong together"):
        ForecastDisplay.from_predictions([1, 2], [1, 2], lower=[0, 0])
    with pytest.raises(ValueError, match="index must have a label for each of 2 rows, got 3"):
        ForecastDisplay.from_predictions([1, 2], [1, 2], index=DAYS[:3])
    with pytest.raises(ValueError, match="y_true must be rows of one series.* is not in order"):
        ForecastDisplay.from_predictions([1, 2], [1, 2], index=DAYS[[1, 0]])
    for horizon in (0, 1.5, True):
        with pytest.raises(ValueError, match="must be a whole number of at least 1"):
            ForecastDisplay.from_estimator(model, X, y, horizon=horizon)
    with pytest.raises(ValueError, match=r"target='low' is no column of X.*\['open', 'close'\]"):
        ForecastDisplay.from_estimator(model, X, y, target="low")
    with pytest.raises(
        ValueError, match="target=2 is no column of X, which has the columns 0 to 1"
    ):
        ForecastDisplay.from_estimator(ridge(X.to_numpy(), y), X.to_numpy(), y, target=2)


def test_wrong_times(pairs):
    X, y, _ = pairs
    with pytest.raises(ValueError, match="history must be a pandas Series with an index like"):
        ForecastDisplay.from_predictions(y, y, history=[1.0, 2.0])
    with pytest.raises(ValueError, match="labels such as 0.*they are not of one kind"):
        ForecastDisplay.from_predictions(y, y, history=pd.Series([1.0, 2.0]))
    named = X.set_axis([f"row {k:02}" for k in range(96)])
    model = ridge(named, y)
    assert ForecastDisplay.from_estimator(model, named, y).ax_.get_xlabel().startswith("Row")
    with pytest.raises(ValueError, match="Nothing tells which labels follow on 'row 95'"):
        ForecastDisplay.from_estimator(model, named, y, horizon=H)


@pytest.mark.parametrize(
    "labels", [pd.timedelta_range(0, periods=100, freq="h"), [f"row {k:02}" for k in range(100)]]
)
def test_a_history_of_labels_that_have_no_places_is_drawn_before_the_forecast(labels):
    y = pd.Series(WALK["close"].to_numpy(), index=pd.Index(labels))
    display = ForecastDisplay.from_predictions(y[60:], y[60:], history=y[:60])
    np.testing.assert_array_equal(display.history_line_.get_xdata(), np.arange(-60, 0))
    np.testing.assert_array_equal(display.truth_line_.get_xdata(), np.arange(40))
    assert set(display.begin_line_.get_xdata()) == {-1}


def test_a_history_of_another_order_or_of_several_series():
    forecast = pd.DataFrame({"prediction": np.arange(10.0)}, index=DAYS[60:70])
    past = WALK["close"][:60]
    for wrong in (past[::-1], pd.concat([past, past])):
        with pytest.raises(ValueError, match="history must be rows of one series in the order of"):
            ForecastDisplay.from_forecast(forecast, history=wrong)
    one = pd.concat({"A": past}, names=["share", "day"])
    display = ForecastDisplay.from_forecast(forecast, history=one)
    np.testing.assert_array_equal(display.history_line_.get_ydata(), past)
    with pytest.raises(ValueError, match="actual has the label 2025-03-02.* twice: select the"):
        ForecastDisplay.from_forecast(forecast, actual=pd.concat([WALK["close"][60:]] * 2))


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="nothing to draw: y_true has no rows"):
        ForecastDisplay.from_predictions([], [])
    forecast = pd.DataFrame({"prediction": np.arange(3.0)}, index=DAYS[:3])
    with pytest.raises(ValueError, match="nothing to draw: forecast has no rows"):
        ForecastDisplay.from_forecast(forecast[:0], history=WALK["close"])
    assert ForecastDisplay.from_forecast(forecast, history=[]).history_line_ is None
    with pytest.raises(ValueError, match="nothing to draw: the forecast is NaN at all steps"):
        ForecastDisplay.from_forecast(forecast * np.nan, history=WALK["close"])
    with pytest.raises(ValueError, match="nothing to draw: the forecast is NaN at all steps"):
        ForecastDisplay.from_paths(pd.DataFrame(np.full((3, 9), np.nan), index=DAYS[:3]))


def test_forecasts_of_several_series_or_columns():
    both = Forecaster(Ridge(), lookback=5, scaling=None).fit(WALK).forecast(3)
    with pytest.raises(ValueError, match=r"several columns, \['open', 'close'\].*forecast\['open'"):
        ForecastDisplay.from_forecast(both)
    ForecastDisplay.from_forecast(both["open"])
    panel = pd.concat({"A": WALK[["close"]], "B": WALK[["close"]]}, names=["share", "day"])
    forecast = Forecaster(Ridge(), lookback=5, by="share", scaling=None).fit(panel).forecast(3)
    with pytest.raises(ValueError, match=r"several series.*forecast.xs\(key, level='share'\)"):
        ForecastDisplay.from_forecast(forecast)
    ForecastDisplay.from_forecast(forecast.xs("A", level="share"))
    with pytest.raises(TypeError, match="the frame that Forecaster.forecast returns, got Series"):
        ForecastDisplay.from_forecast(forecast["prediction"])
    with pytest.raises(ValueError, match=r"with a column 'prediction', got the columns \['open'"):
        ForecastDisplay.from_forecast(WALK)


def test_says_that_matplotlib_is_missing(pairs, no_matplotlib):
    X, y, model = pairs
    with pytest.raises(ImportError, match=r"ForecastDisplay.from_estimator requires matplotlib"):
        ForecastDisplay.from_estimator(model, X, y)
    with pytest.raises(ImportError, match=r"ForecastDisplay.from_predictions requires matplotlib"):
        ForecastDisplay.from_predictions(y, y)
    with pytest.raises(ImportError, match=r"ForecastDisplay.from_forecast requires matplotlib"):
        ForecastDisplay.from_forecast(WALK)
    with pytest.raises(ImportError, match=r"ForecastDisplay.from_paths requires matplotlib"):
        ForecastDisplay.from_paths(None)
    with pytest.raises(ImportError, match=r"ForecastDisplay.plot requires matplotlib"):
        ForecastDisplay(y_pred=np.zeros(2)).plot()


@pytest.mark.parametrize("time_first", [False, True])
def test_keys_of_several_levels_are_all_named(time_first):
    panel = pd.concat({("n", 1): WALK[["close"]]}, names=["store", "item"])
    panel = panel.reorder_levels(["day", "store", "item"]) if time_first else panel
    forecast = Forecaster(Ridge(), 5, by=["store", "item"]).fit(panel).forecast(3)
    message = r"forecast.xs\(key, level=\['store', 'item'\]\)"
    with pytest.raises(ValueError, match=message):
        ForecastDisplay.from_forecast(forecast)
    one = forecast.xs(("n", 1), level=["store", "item"])
    assert ForecastDisplay.from_forecast(one).index.equals(one.index)
