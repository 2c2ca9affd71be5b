"""What all displays look like: in light and dark styles, alone and in a grid of 2 x 2."""

from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit

from sklstm import Forecaster, LSTMRegressor, SequenceWindower
from sklstm.displays import (
    ForecastDisplay,
    ForecastErrorDisplay,
    GateDisplay,
    LossCurveDisplay,
    ReliabilityDisplay,
    ResidualDisplay,
)

STYLES = ["default", "dark_background"]
DAYS = pd.date_range("2025-01-01", periods=200, name="day")
WAVE = pd.Series(
    50 + 10 * np.sin(np.arange(200) / 1.1) + np.random.default_rng(0).normal(size=200),
    index=DAYS,
    name="demand (MWh)",
)


@pytest.fixture(scope="module")
def drawn():
    """Functions that draw one picture each on axes, with everything that it can show."""
    forecaster = Forecaster(Ridge(), lookback=8).fit(WAVE[:170])
    forecast = forecaster.forecast(20, level=[0.5, 0.8, 0.9])
    result = forecaster.backtest(
        WAVE,
        cv=TimeSeriesSplit(3, test_size=20),
        steps=6,
        stride=3,
        refit=False,
        level=[0.5, 0.8, 0.9],
        season=7,
    )
    windows = SequenceWindower(8).fit_transform(WAVE.to_frame())[:-1]
    network = LSTMRegressor(8, max_epochs=2, early_stopping=True, random_state=0)
    network.fit(windows, WAVE[1:])
    truth, predicted = result.forecasts["actual"].to_numpy(), result.forecasts["prediction"]
    pit = np.random.default_rng(1).uniform(size=100)
    levels = np.array([0.1, 0.5, 0.9])
    observed = np.array([0.15, 0.5, 0.8])
    return {
        "forecast": lambda ax: ForecastDisplay.from_forecast(
            forecast, history=WAVE[120:170], actual=WAVE[170:], ax=ax
        ),
        "loss": lambda ax: LossCurveDisplay.from_estimator(network, ax=ax),
        "gates": lambda ax: GateDisplay.from_estimator(network, windows[-1:], ax=ax),
        "units": lambda ax: GateDisplay.from_estimator(network, windows[-1:], unit=[1, 2], ax=ax),
        "error": lambda ax: ForecastErrorDisplay.from_backtest(result, ax=ax),
        "coverage": lambda ax: ForecastErrorDisplay.from_backtest(result, metric="coverage", ax=ax),
        "reliability": lambda ax: ReliabilityDisplay(
            nominal=levels, observed=observed, n_samples=100
        ).plot(ax),
        "pit": lambda ax: ReliabilityDisplay(
            nominal=levels, observed=observed, n_samples=100, pit=pit
        ).plot(ax, kind="pit"),
        "residuals": lambda ax: ResidualDisplay.from_predictions(truth, predicted.array, ax=ax),
        "autocorrelation": lambda ax: ResidualDisplay.from_predictions(
            truth, predicted.array, horizon=3, ax=ax, kind="autocorrelation"
        ),
        "season": lambda ax: ResidualDisplay.from_predictions(
            truth, predicted.array, season=7, ax=ax, kind="season"
        ),
    }


PICTURES = [
    "forecast", "loss", "gates", "units", "error", "coverage", "reliability", "pit", "residuals",
    "autocorrelation", "season",
]  # fmt: skip
GRIDS = [("forecast", "loss", "gates", "error"), ("units", "reliability", "residuals", "season")]


def luminance(colour):
    """Relative luminance by WCAG 2.1."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(colour, background):
    """Return the ratio of contrast by WCAG 2.1, from 1 to 21."""
    low, high = sorted([luminance(colour), luminance(background)])
    return (high + 0.05) / (low + 0.05)


def assert_lines_stand_out(figure):
    for axes in figure.axes:
        lines = [line for line in axes.lines if line.get_visible()]
        for line in lines:
            ratio = contrast(line.get_color(), axes.get_facecolor())
            assert ratio > 2, (line.get_label(), line.get_color())
        for text in axes.get_legend().get_texts() if axes.get_legend() else []:
            assert contrast(text.get_color(), axes.get_facecolor()) > 4.5, text.get_text()


def legends_of(figure):
    """Return the legends of a figure that is drawn, and their boxes."""
    legends = [axes.get_legend() for axes in figure.axes]
    return [(legend, legend.get_window_extent()) for legend in legends if legend is not None]


@pytest.mark.parametrize("name", PICTURES)
def test_alone(drawn, name, is_tidy):
    import matplotlib.pyplot as plt

    figure = drawn[name](None).figure_
    assert is_tidy(figure)
    assert_lines_stand_out(figure)
    for legend, box in legends_of(figure):
        around = legend.axes.get_window_extent()
        assert box.x0 >= around.x0 - 1
        assert box.y1 <= around.y1 + 1
        assert box.x1 <= figure.bbox.x1
    with plt.style.context("dark_background"):
        assert_lines_stand_out(drawn[name](None).figure_)


@pytest.mark.parametrize("layout", ["constrained", None])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("names", GRIDS, ids=["first", "second"])
def test_in_a_grid(drawn, names, style, layout, recwarn):
    import matplotlib.pyplot as plt

    with plt.style.context(style):
        figure, grid = plt.subplots(2, 2, figsize=(10, 7), layout=layout)
        displays = [drawn[name](ax) for name, ax in zip(names, grid.flat, strict=True)]
        figure.canvas.draw()
        legends = legends_of(figure)
        for display in displays:
            words, room = display.ax_.yaxis.label, display.ax_.get_window_extent().height
            assert words.get_window_extent().height < 1.1 * room, words.get_text()
        assert not recwarn.list  # such as that of a layout that has collapsed
        assert_lines_stand_out(figure)
    for (_, box), (_, other) in combinations(legends, 2):
        assert not box.overlaps(other)
    for legend, box in legends:
        if legend.axes.axison:  # those of GateDisplay stand beside its panels
            around = legend.axes.get_window_extent()
            assert box.width <= around.width + 1
            assert around.y0 <= box.y0 <= box.y1 <= around.y1 + 1
    for display in displays:
        assert display.ax_.get_window_extent().width > 0.15 * figure.bbox.width


@pytest.mark.parametrize("name", ["forecast", "loss", "error", "season", "pit"])
def test_legends_stand_above_what_is_drawn_and_below_the_title(drawn, name):
    import matplotlib.pyplot as plt

    for size in ((7, 4), (3.5, 3)):
        figure, ax = plt.subplots(figsize=size)
        display = drawn[name](ax)
        ax.set_title("A title")
        figure.canvas.draw()
        box = ax.get_legend().get_window_extent()
        assert box.y1 <= ax.title.get_window_extent().y0
        for line in ax.lines:
            if len(line.get_xdata()) > 2:  # no axvline
                points = line.get_transform().transform(line.get_xydata())
                assert np.nanmax(points[:, 1]) <= box.y0 + 3, line.get_label()
        assert display.figure_ is figure


def test_long_labels_are_broken_in_narrow_axes(drawn):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(2.8, 3))
    drawn["loss"](ax)
    legend = ax.get_legend()
    assert any("\n" in text.get_text() for text in legend.get_texts())
    assert legend.get_window_extent().width <= ax.get_window_extent().width


def test_limits_of_the_user_stay():
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    ax.set_ylim(0, 200)
    ForecastDisplay.from_predictions([1, 2], [1, 2], ax=ax)
    assert ax.get_ylim() == (0, 200)
    free = ForecastDisplay.from_predictions([1, 2], [1, 2])
    free.ax_.plot([0, 1], [5, 9])
    assert free.ax_.get_ylim()[1] > 9


def test_colours_follow_the_background():
    import matplotlib.pyplot as plt

    for face, light in (("#202020", True), ("white", False), ("#EEEEEE", False)):
        _, ax = plt.subplots(facecolor=face)
        ax.set_facecolor("none")
        line = ForecastDisplay.from_predictions([1, 2], [1, 2], ax=ax).truth_line_
        assert (luminance(line.get_color()) > 0.5) is light
    with plt.rc_context({"axes.labelcolor": "white", "figure.facecolor": "none"}):
        _, ax = plt.subplots()
        ax.set_facecolor("none")
        line = ForecastDisplay.from_predictions([1, 2], [1, 2], ax=ax).truth_line_
        assert luminance(line.get_color()) == 1.0
