import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit

from sklstm import Forecaster, PanelTimeSeriesSplit
from sklstm.displays import ForecastErrorDisplay

DAYS = pd.date_range("2025-01-01", periods=100, freq="D", name="day")
WALK = pd.DataFrame(
    100 + np.random.default_rng(0).normal(size=(100, 2)).cumsum(axis=0),
    index=DAYS,
    columns=["open", "close"],
)
FOLDS = TimeSeriesSplit(2, test_size=10)


@pytest.fixture(scope="module")
def result():
    """A backtest of one series with everything."""
    forecaster = Forecaster(Ridge(), lookback=5)
    return forecaster.backtest(
        WALK["close"], cv=FOLDS, steps=6, stride=2, season=7, level=[0.5, 0.9], metrics=["mase"]
    )


@pytest.fixture(scope="module")
def panel_result():
    """A backtest of three series."""
    parts = {"A": WALK[["close"]], "B": 2 * WALK[["open"]].set_axis(["close"], axis=1)}
    panel = pd.concat(parts | {"C": 5 * WALK[["close"]]}, names=["share", "day"])
    cv = PanelTimeSeriesSplit(2, test_size=10)
    return Forecaster(Ridge(), lookback=5, by="share").backtest(panel, cv=cv, level=0.8)


def test_errors_by_step_next_to_the_seasonal_naive_forecast(result, is_tidy):
    display = ForecastErrorDisplay.from_backtest(result, target_name="USD")
    (line,) = display.error_lines_
    np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 7))
    np.testing.assert_array_equal(line.get_ydata(), result.errors["mae"])
    baseline = display.baseline_line_
    np.testing.assert_array_equal(baseline.get_ydata(), result.errors["persistence_mae"])
    assert baseline.get_label() == "Seasonal naive (7 rows)"
    assert display.ax_.get_ylabel() == "Mean absolute error (USD)"
    assert display.ax_.get_xlabel() == "Steps ahead"
    assert display.ax_.get_ylim()[0] == 0
    assert is_tidy(display.figure_)
    display = ForecastErrorDisplay.from_backtest(result, metric="mase", target_name="USD")
    np.testing.assert_array_equal(display.errors["Forecast"], result.errors["mase"])
    assert display.baseline_line_ is None
    assert display.ax_.get_ylabel() == "Mean absolute scaled error"  # without a unit


def test_coverage_next_to_its_levels(result, is_tidy):
    display = ForecastErrorDisplay.from_backtest(result, metric="coverage")
    for line, name in zip(display.error_lines_, ["0.5", "0.9"], strict=True):
        np.testing.assert_array_equal(line.get_ydata(), result.errors[f"coverage_{name}"])
    assert [line.get_label() for line in display.error_lines_] == ["50 % interval", "90 % interval"]
    assert [line.get_ydata()[0] for line in display.nominal_lines_] == [0.5, 0.9]
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words.count("Nominal level") == 1
    assert display.baseline_line_ is None
    assert is_tidy(display.figure_)


def test_over_time(result, is_tidy):
    forecasts = result.forecasts
    for metric, power in (("mae", 1), ("rmse", 2)):
        display = ForecastErrorDisplay.from_backtest(result, metric=metric, by="time")
        for line, name in ((display.error_lines_[0], "prediction"), (None, "persistence")):
            error = (forecasts[name] - forecasts["actual"]).abs() ** power
            expected = error.groupby(forecasts["time"]).mean() ** (1 / power)
            line = display.baseline_line_ if line is None else line
            np.testing.assert_allclose(line.get_ydata(), expected)
            np.testing.assert_array_equal(line.get_xdata(orig=True), expected.index)
    assert display.ax_.get_xlabel() == "Time forecast"
    assert is_tidy(display.figure_)
    display = ForecastErrorDisplay.from_backtest(result, metric="coverage", by="time")
    inside = forecasts["actual"].between(forecasts["lower_0.9"], forecasts["upper_0.9"])
    expected = inside.groupby(forecasts["time"]).mean()
    np.testing.assert_allclose(display.errors["90 % interval"], expected)
    with pytest.raises(ValueError, match=r"'mase' is not possible by time.*\['mae', 'rmse', 'cov"):
        ForecastErrorDisplay.from_backtest(result, metric="mase", by="time")


def test_by_series_the_largest_at_the_top(panel_result, is_tidy):
    display = ForecastErrorDisplay.from_backtest(panel_result, by="series")
    errors = panel_result.by_series["mae"].sort_values()
    (marks,) = display.error_lines_
    np.testing.assert_array_equal(marks.get_xdata(), errors)
    shown = [tick.get_text() for tick in display.ax_.get_yticklabels()]
    assert shown == list(errors.index)
    naive = panel_result.by_series["persistence_mae"][errors.index]
    np.testing.assert_array_equal(display.baseline_line_.get_xdata(), naive)
    assert display.baseline_line_.get_label() == "Persistence"
    assert display.ax_.get_ylim()[1] > 2.5
    assert is_tidy(display.figure_)
    display = ForecastErrorDisplay.from_backtest(panel_result, metric="coverage", by="series")
    assert list(display.errors) == ["80 % interval"]
    assert display.nominal_lines_[0].get_xdata()[0] == 0.8
    many = ForecastErrorDisplay(errors={"Forecast": np.arange(40.0)}, by="series").plot()
    assert many.error_lines_[0].get_xdata().tolist() == list(range(10, 40))
    assert many.ax_.get_ylabel() == "Series (worst 30 of 40)"
    assert is_tidy(many.figure_)


def test_of_many_series_those_are_drawn_that_are_worst_and_known():
    errors = np.arange(40.0)
    errors[38:] = np.nan
    (line,) = ForecastErrorDisplay(errors={"Forecast": errors}, by="series").plot().error_lines_
    np.testing.assert_array_equal(line.get_xdata(), np.arange(8.0, 38.0))
    covered = np.linspace(0.4, 0.82, 40)  # of intervals of 80 %: the worst cover too little
    display = ForecastErrorDisplay(
        errors={"80 % interval": covered}, nominal={"80 % interval": 0.8}, by="series"
    ).plot()
    np.testing.assert_array_equal(display.error_lines_[0].get_xdata(), covered[:30])


def test_columns_and_errors(result, panel_result):
    both = Forecaster(Ridge(), lookback=5).backtest(WALK, cv=FOLDS)
    display = ForecastErrorDisplay.from_backtest(both, metric="rmse", column="open")
    expected = both.errors.xs("open", level="column")["rmse"]
    np.testing.assert_array_equal(display.errors["Forecast"], expected)
    by_time = ForecastErrorDisplay.from_backtest(both, by="time", column="open")
    forecasts = both.forecasts.xs("open", level="column")
    error = (forecasts["prediction"] - forecasts["actual"]).abs()
    np.testing.assert_allclose(by_time.errors["Forecast"], error.groupby(forecasts["time"]).mean())
    draw = ForecastErrorDisplay.from_backtest
    with pytest.raises(ValueError, match=r"one of the columns forecast, \['open', 'close'\]"):
        draw(both)
    with pytest.raises(ValueError, match="column='open' must be left out"):
        draw(result, column="open")
    with pytest.raises(ValueError, match="metric='mape' is not possible by step"):
        draw(result, metric="mape")
    with pytest.raises(ValueError, match="Coverage takes a backtest with level="):
        draw(both, metric="coverage", column="open")
    with pytest.raises(ValueError, match=r"by='origin' is not possible: it takes one of \['step'"):
        draw(result, by="origin")
    with pytest.raises(ValueError, match="a backtest of several series"):
        draw(result, by="series")
    with pytest.raises(TypeError, match="takes the result of Forecaster.backtest.* got DataFrame"):
        draw(result.forecasts)


def test_looks_are_the_users(result):
    display = ForecastErrorDisplay.from_backtest(
        result, error_kw={"c": "red"}, baseline_kw={"ls": ":"}
    )
    assert display.error_lines_[0].get_color() == "red"
    assert display.baseline_line_.get_linestyle() == ":"
    assert ForecastErrorDisplay(errors={"Forecast": [1.0, 2.0]}).plot().ax_.get_ylabel() == "Error"


def test_says_that_matplotlib_is_missing(no_matplotlib):
    with pytest.raises(ImportError, match="ForecastErrorDisplay.from_backtest requires matplotlib"):
        ForecastErrorDisplay.from_backtest(None)
    with pytest.raises(ImportError, match="ForecastErrorDisplay.plot requires matplotlib"):
        ForecastErrorDisplay(errors={"Forecast": np.zeros(2)}).plot()
