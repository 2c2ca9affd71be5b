"""Lines and bands of a forecast: `ForecastLines`."""

import numpy as np
from sklearn.utils._plotting import _validate_style_kwargs

from ._style import BLACK, BLUE, GREY, ORANGE, axes_to_draw_on, legend_above, tint
from ._time_axis import format_dates, has_dates, positions, row_times


class ForecastLines:
    """Base of `ForecastDisplay`: what it holds, and how that is drawn."""

    def __init__(
        self,
        *,
        y_pred,
        index=None,
        y_true=None,
        persistence=None,
        intervals=None,
        history=None,
        time_name=None,
        target_name=None,
    ):
        self.y_pred = y_pred
        self.index = index
        self.y_true = y_true
        self.persistence = persistence
        self.intervals = intervals
        self.history = history
        self.time_name = time_name
        self.target_name = target_name

    def plot(
        self,
        ax=None,
        *,
        prediction_kw=None,
        truth_kw=None,
        persistence_kw=None,
        history_kw=None,
        interval_kw=None,
    ):
        """Draw all that there is.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        prediction_kw, truth_kw, persistence_kw, history_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for each line.
        interval_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.fill_between` for the intervals.

        Returns
        -------
        display : ForecastDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = ax.figure
        n_rows = len(self.y_pred)
        times = row_times(self.index, n_rows, "index")
        x, marker = positions(times), "o" if n_rows <= 30 else ""

        def line(values, label, colour, user, x=x, **style):
            if values is None:
                return None
            style = {"label": label, "color": colour, "linewidth": 1.5} | style
            return ax.plot(x, values, **_validate_style_kwargs(style, user or {}))[0]

        self._draw_intervals(x, interval_kw or {})
        known = self.history is not None and len(self.history) > 0
        self.history_line_ = line(
            self.history.to_numpy() if known else None, "History", GREY, history_kw,
            x=positions(self.history.index) if known else None,
        )  # fmt: skip
        self.truth_line_ = line(self.y_true, "Actual", BLACK, truth_kw, marker=marker, ms=3)
        self.persistence_line_ = line(
            self.persistence, "Persistence", ORANGE, persistence_kw,
            linestyle="--", marker=marker and "s", ms=3,
        )  # fmt: skip
        self.prediction_line_ = line(
            self.y_pred, "Forecast", BLUE, prediction_kw, marker=marker, ms=4
        )
        if has_dates(times):
            format_dates(ax, times)
        ax.set_xlabel(self.time_name or ("Time" if has_dates(times) else "Row"))
        ax.set_ylabel(self.target_name or "Target")
        legend_above(ax, n_columns=4)
        return self

    def _draw_intervals(self, x, user):
        """Draw intervals, the widest first and palest."""
        intervals = self.intervals or {}
        by_width = sorted(intervals.items(), key=lambda item: -_width(*item[1]))
        strengths = np.linspace(0.2, 0.45, max(2, len(by_width)))
        self.interval_bands_ = []
        for (name, (lower, upper)), strength in zip(by_width, strengths, strict=False):
            style = {"label": name, "color": tint(BLUE, strength), "linewidth": 0, "zorder": 1}
            style = _validate_style_kwargs(style, user)
            self.interval_bands_.append(self.ax_.fill_between(x, lower, upper, **style))


def _width(lower, upper):
    return np.nan_to_num(np.asarray(upper) - np.asarray(lower)).mean()
