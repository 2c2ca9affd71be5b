"""How errors grow with the horizon, over time and from series to series: `ForecastErrorDisplay`."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs

from ._backtest_errors import backtest_errors
from ._legend import legend_inside
from ._style import axes_to_draw_on, palette_of
from ._time_axis import format_dates, has_dates, positions, row_times
from ._value_label import label_values

_MOST_MARKED = 30
_MOST_SERIES = 30


class ForecastErrorDisplay:
    """Draw the errors of forecasts, or the coverage of their intervals, next to the naive forecast.

    Made by `from_backtest`. All parameters are stored as attributes.

    Parameters
    ----------
    errors : dict of str to ndarray of shape (n,)
        Errors, or shares of covered values, by what they are of.
    index : pandas index, default=None
        Steps ahead, times or keys of series; by default 1, 2 and so on.
    by : {"step", "time", "series"}, default="step"
        Which of them.
    baseline : ndarray of shape (n,), default=None
        Errors of the naive forecast.
    baseline_name : str, default=None
        What it is called; by default "Persistence".
    nominal : dict of str to float, default=None
        Levels that shares of covered values are to have.
    error_name : str, default=None
        What the errors are, with their unit.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the lines.
    figure_ : matplotlib Figure
        Figure of the axes.
    error_lines_ : list of matplotlib Line2D
        A line for each entry of `errors`; by series marks without a line.
    baseline_line_ : matplotlib Line2D
        Those of the naive forecast; None if there are none.
    nominal_lines_ : list of matplotlib Line2D
        The levels.

    See Also
    --------
    ForecastDisplay : Draws forecasts and actual values.
    ReliabilityDisplay : Draws how well predicted probabilities are met.
    ResidualDisplay : Draws what is left in the errors.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklstm import Forecaster, ForecastErrorDisplay
    >>> wave = np.sin(np.arange(300) / 5) + np.random.default_rng(0).normal(scale=0.1, size=300)
    >>> result = Forecaster(Ridge()).backtest(wave, steps=7, stride=1, refit=False)
    >>> display = ForecastErrorDisplay.from_backtest(result, metric="rmse")
    >>> display.ax_.get_ylabel()
    'Root mean squared error'
    """

    def __init__(
        self,
        *,
        errors,
        index=None,
        by="step",
        baseline=None,
        baseline_name=None,
        nominal=None,
        error_name=None,
    ):
        self.errors = errors
        self.index = index
        self.by = by
        self.baseline = baseline
        self.baseline_name = baseline_name
        self.nominal = nominal
        self.error_name = error_name

    @classmethod
    def from_backtest(
        cls,
        result: Any,
        *,
        metric: str = "mae",
        by: str = "step",
        column: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the errors of a backtest, and those of the naive forecast.

        Parameters
        ----------
        result : Bunch
            As from `Forecaster.backtest`.
        metric : str, default="mae"
            ``"mae"``, ``"rmse"``, ``"coverage"`` (of all intervals, next to their levels), or, by
            step and by series, another one that the backtest was given.
        by : {"step", "time", "series"}, default="step"
            Errors for each number of steps ahead, of each row forecast, or of each series, the
            largest at the top. By time and by series they are means over all steps.
        column : str, default=None
            Which column of the series, where there are several.
        target_name : str, default=None
            Unit of the errors.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ForecastErrorDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `result` is no result of a backtest.
        ValueError
            If there is no such metric, column or view.
        """
        check_matplotlib_support(f"{cls.__name__}.from_backtest")
        found = backtest_errors(result, metric, by, column)
        season = result.get("season", 1)
        unit = f" ({target_name})" if target_name and found.has_unit else ""
        display = cls(
            errors=found.lines,
            index=found.index,
            by=by,
            baseline=found.baseline,
            baseline_name=f"Seasonal naive ({season} rows)" if season > 1 else "Persistence",
            nominal=found.nominal,
            error_name=found.name + unit,
        )
        return display.plot(ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        error_kw: dict[str, Any] | None = None,
        baseline_kw: dict[str, Any] | None = None,
        nominal_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw all that there is.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        error_kw, baseline_kw, nominal_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for errors, those of the naive forecast, and
            levels.

        Returns
        -------
        display : ForecastErrorDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        by_series = self.by == "series"
        n = len(next(iter(self.errors.values())))
        size = (7.2, max(2.0, 1.0 + 0.24 * min(n, _MOST_SERIES))) if by_series else (7.2, 4.0)
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot", size)
        self.figure_ = ax.figure
        self.error_lines_: list[Any] = []
        self.nominal_lines_: list[Any] = []
        self.baseline_line_ = None
        users = error_kw or {}, baseline_kw or {}, nominal_kw or {}
        if by_series:
            self._plot_series(*users)
        else:
            self._plot_lines(*users)
        return self

    def _plot_lines(self, error_kw, baseline_kw, nominal_kw):
        ax, colours = self.ax_, palette_of(self.ax_)
        n = len(next(iter(self.errors.values())))
        index = pd.RangeIndex(1, n + 1) if self.index is None else self.index
        times = row_times(index, n, "index") if self.by == "time" else index
        x = positions(times) if self.by == "time" else np.asarray(times)
        marker = "o" if n <= _MOST_MARKED else ""
        for k, (name, values) in enumerate(self.errors.items()):
            colour = colours.lines[k % len(colours.lines)]
            style = {"label": name, "color": colour, "linewidth": 1.5, "marker": marker, "ms": 4}
            self.error_lines_ += ax.plot(x, values, **_validate_style_kwargs(style, error_kw))
            if name in (self.nominal or {}):
                style = {"color": colour, "linewidth": 1.0, "linestyle": "--"}
                style |= {"label": "_nominal" if self.nominal_lines_ else "Nominal level"}
                line = ax.axhline(self.nominal[name], **_validate_style_kwargs(style, nominal_kw))
                self.nominal_lines_.append(line)
        if self.baseline is not None:
            style = {"label": self.baseline_name or "Persistence", "color": colours.baseline}
            style |= {"linewidth": 1.5, "linestyle": "--", "marker": marker and "s", "ms": 3}
            style = _validate_style_kwargs(style, baseline_kw)
            self.baseline_line_ = ax.plot(x, self.baseline, **style)[0]
        self._finish(times)

    def _finish(self, times):
        from matplotlib.ticker import MaxNLocator

        ax = self.ax_
        if self.by == "time" and has_dates(times):
            format_dates(ax, times)
        elif self.by == "step":
            ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if not self.nominal:  # how large errors are is seen from zero
            ax.set_ylim(bottom=0, auto=None)
        kind = "Time forecast" if has_dates(times) else "Row forecast"
        ax.set_xlabel("Steps ahead" if self.by == "step" else kind)
        label_values(ax, self.error_name or "Error")
        legend_inside(ax)

    def _plot_series(self, error_kw, baseline_kw, nominal_kw):
        ax, colours = self.ax_, palette_of(self.ax_)
        n = len(next(iter(self.errors.values())))
        keys = [str(key) for key in (range(n) if self.index is None else self.index)]
        order = self._largest_last()
        places = np.arange(len(order))
        for k, (name, values) in enumerate(self.errors.items()):
            colour = colours.lines[k % len(colours.lines)]
            style = {"label": name, "color": colour, "linestyle": "", "marker": "o", "ms": 5}
            style = _validate_style_kwargs(style, error_kw)
            self.error_lines_ += ax.plot(np.asarray(values)[order], places, **style)
            if name in (self.nominal or {}):
                style = {"color": colour, "linewidth": 1.0, "linestyle": "--"}
                style |= {"label": "_nominal" if self.nominal_lines_ else "Nominal level"}
                line = ax.axvline(self.nominal[name], **_validate_style_kwargs(style, nominal_kw))
                self.nominal_lines_.append(line)
        if self.baseline is not None:
            naive = np.asarray(self.baseline)[order]
            best = np.asarray(next(iter(self.errors.values())))[order]
            ax.hlines(places, best, naive, color=colours.muted, linewidth=0.8, zorder=0.5)
            style = {"label": self.baseline_name or "Persistence", "color": colours.baseline}
            style |= {"linestyle": "", "marker": "s", "ms": 4}
            style = _validate_style_kwargs(style, baseline_kw)
            self.baseline_line_ = ax.plot(naive, places, **style)[0]
        ax.set_yticks(places, [keys[k] for k in order])
        ax.set_ylim(-0.7, len(order) - 0.3)
        self._finish_series(len(order), n)

    def _largest_last(self):
        """Return the places of the series that are drawn, the worst ones where there are many."""
        name, values = next(iter(self.errors.items()))
        values = np.asarray(values, dtype=float)
        badness = np.abs(values - (self.nominal or {}).get(name, 0.0))
        badness[np.isnan(badness)] = -1.0  # nothing is known of these
        worst = np.argsort(badness, kind="stable")[-_MOST_SERIES:]
        order = np.argsort(values, kind="stable")
        return order[np.isin(order, worst)]

    def _finish_series(self, n_shown, n):
        ax = self.ax_
        if not self.nominal:
            ax.set_xlim(left=0, auto=None)
        ax.set_xlabel(self.error_name or "Error")
        more = "" if n_shown == n else f" (worst {n_shown} of {n:,})"
        ax.set_ylabel(f"Series{more}")
        ax.set_autoscaley_on(True)
        legend_inside(ax)
