"""What is left in the errors of forecasts: `ResidualDisplay`."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs

from sklstm.data import check_same_labels, index_of

from ._autocorrelation import autocorrelation
from ._forecast_parts import check_regressor, count_or_none, one_column
from ._legend import legend_inside
from ._style import axes_to_draw_on, palette_of
from ._time_axis import format_dates, has_dates, later_times, positions, row_times
from ._value_label import label_values

_KINDS = ("time", "autocorrelation", "season")
_LEVEL = 0.95


class ResidualDisplay:
    """Draw residuals over time, their autocorrelation, or their spread by place in the season.

    Residuals of a good forecast have a mean of zero, no trend, no season, and no autocorrelation
    from the horizon on. Made by `from_estimator` or `from_predictions`. All parameters are stored
    as attributes.

    Parameters
    ----------
    residuals : ndarray of shape (n_rows,)
        Actual values minus predictions, NaN where one is missing.
    index : pandas index, default=None
        Times of the actual values; by default 0, 1 and so on.
    horizon : int, default=1
        How many rows ahead the predictions were made.
    season : int, default=None
        Rows in a season.
    target_name : str, default=None
        What is predicted, with its unit.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the picture.
    figure_ : matplotlib Figure
        Figure of the axes.
    lines_ : list of matplotlib Line2D
        The residuals, their mean by place in the season, or nothing.
    stems_ : matplotlib LineCollection
        The autocorrelation; None for other kinds.
    autocorrelation_, bounds_ : ndarray of shape (n_lags,)
        Its values from lag 1 on, and their bounds; None for other kinds.
    boxes_ : list of matplotlib BarContainer
        The middle halves and nine tenths of the residuals by place in the season.

    See Also
    --------
    ForecastErrorDisplay : Draws how large errors are.
    sklearn.metrics.PredictionErrorDisplay : Draws residuals against predictions.

    Notes
    -----
    The autocorrelation at lag k is r_k = sum_t e_t e_(t+k) / sum_t e_t^2 of the residuals e less
    their mean. Its 95 % bounds are those of Bartlett for residuals that are uncorrelated from lag k
    on, 1.96 sqrt((1 + 2 sum_(i<k) r_i^2) / n). Errors h rows ahead overlap, so that those of the
    best forecast, too, are correlated up to lag h - 1; the picture shows this range in grey.

    References
    ----------
    .. [1] G. E. P. Box, G. M. Jenkins, G. C. Reinsel and G. M. Ljung, "Time series analysis", 5th
       edition, 2015, sections 2.1.6 and 8.2.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import ResidualDisplay
    >>> y = np.sin(np.arange(200) / 4)
    >>> display = ResidualDisplay.from_predictions(y[1:], y[:-1], kind="autocorrelation")
    >>> bool(display.autocorrelation_[0] > display.bounds_[0])  # the last value leaves a wave
    True
    """

    def __init__(self, *, residuals, index=None, horizon=1, season=None, target_name=None):
        self.residuals = residuals
        self.index = index
        self.horizon = horizon
        self.season = season
        self.target_name = target_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        horizon: int = 1,
        season: int | None = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the residuals of an estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted regressor, pipeline or search.
        X : array-like or dataframe of shape (n_rows, n_features)
            Rows of one series that follow each other, or their windows, as of `forecast_pairs`.
        y : array-like of shape (n_rows,)
            The target of each row.
        horizon : int, default=1
            How many rows after its row each target lies.
        season : int, default=None
            Rows in a season, for ``kind="season"``.
        target_name : str, default=None
            What is predicted, with its unit; by default the name of `y`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ResidualDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If `estimator` is not fitted.
        TypeError
            If `estimator` is no regressor.
        ValueError
            If `X` and `y` are not rows of one series and one target for each.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        check_regressor(estimator, caller)
        check_same_labels({"X": X, "y": y})
        predicted = one_column(estimator.predict(X), "The prediction of the estimator")
        index = index_of(X) if index_of(X) is not None else index_of(y)
        rows = row_times(index, len(predicted), "X")
        return cls.from_predictions(
            y, predicted, index=later_times(rows, _at_least_one(horizon)), horizon=horizon,
            season=season, target_name=target_name, ax=ax, **plot_params,
        )  # fmt: skip

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        index: Any = None,
        horizon: int = 1,
        season: int | None = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the residuals of predictions given as numbers.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            Actual values of rows that follow each other; missing ones leave holes.
        y_pred : array-like of shape (n_rows,)
            Predictions.
        index : array-like of shape (n_rows,), default=None
            Times of the actual values; by default the index of `y_true`, if it has one.
        horizon : int, default=1
            How many rows ahead they were made.
        season : int, default=None
            Rows in a season, for ``kind="season"``.
        target_name : str, default=None
            What is predicted, with its unit; by default the name of `y_true`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ResidualDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the arrays are not of one column and length, or have no value in common.
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        check_same_labels({"y_true": y_true, "y_pred": y_pred})
        predicted = one_column(y_pred, "y_pred")
        residuals = one_column(y_true, "y_true", len(predicted)) - predicted
        if np.isnan(residuals).all():
            raise ValueError("y_true has no value that is known and predicted.")
        index = index_of(y_true) if index is None else index
        display = cls(
            residuals=residuals,
            index=row_times(index, len(predicted), "y_true"),
            horizon=_at_least_one(horizon),
            season=count_or_none(season, "season"),
            target_name=target_name or getattr(y_true, "name", None),
        )
        return display.plot(ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        kind: str = "time",
        n_lags: int | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the residuals.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        kind : {"time", "autocorrelation", "season"}, default="time"
            Residuals over time with their moving average, their autocorrelation with bounds, or
            their distribution at each place in the season.
        n_lags : int, default=None
            Lags of the autocorrelation; by default 30, or two seasons if they are more.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, or of `matplotlib.axes.Axes.vlines` for the
            autocorrelation.

        Returns
        -------
        display : ResidualDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no such kind, or ``kind="season"`` without a season of at least 2 rows.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind={kind!r} is not possible: it takes one of {list(_KINDS)}.")
        if kind == "season" and (self.season or 1) < 2:
            raise ValueError("kind='season' takes season=, the number of rows in a season.")
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = ax.figure
        self.lines_: list[Any] = []
        self.boxes_: list[Any] = []
        self.stems_ = self.autocorrelation_ = self.bounds_ = None
        ax.axhline(0, color=palette_of(ax).muted, linewidth=0.8, zorder=0.5)
        if kind == "time":
            self._plot_time(line_kw or {})
        elif kind == "autocorrelation":
            self._plot_autocorrelation(n_lags, line_kw or {})
        else:
            self._plot_season(line_kw or {})
        legend_inside(ax)
        return self

    @property
    def _unit(self):
        return f"Residual of {self.target_name}" if self.target_name else "Residual"

    def _plot_time(self, user):
        ax, colours, n = self.ax_, palette_of(self.ax_), len(self.residuals)
        times = row_times(self.index, n, "index")
        x = positions(times)
        style = {"label": "Residual", "color": colours.main, "linestyle": "", "marker": "o"}
        style = _validate_style_kwargs(style | {"ms": 3 if n < 500 else 1.5, "alpha": 0.6}, user)
        self.lines_ += ax.plot(x, self.residuals, **style)
        width = self.season or max(5, n // 20)
        mean = pd.Series(self.residuals).rolling(width, center=True, min_periods=1).mean()
        label = f"Mean of {width} rows"
        self.lines_ += ax.plot(x, mean, color=colours.other, linewidth=1.5, label=label)
        if has_dates(times):
            format_dates(ax, times)
        ax.set_xlabel("Time" if has_dates(times) else "Row")
        label_values(ax, self._unit)

    def _plot_autocorrelation(self, n_lags, user):
        from matplotlib.ticker import MaxNLocator

        ax, colours = self.ax_, palette_of(self.ax_)
        n_lags = count_or_none(n_lags, "n_lags") or max(30, 2 * (self.season or 1))
        values, bounds = autocorrelation(self.residuals, n_lags, _LEVEL)
        self.autocorrelation_, self.bounds_ = values, bounds
        lags = np.arange(1, len(values) + 1)
        style = {"color": colours.tint(colours.main, 0.25), "linewidth": 0, "zorder": 0.4}
        label = f"{100 * _LEVEL:g} % bounds"
        ax.fill_between(lags, -bounds, bounds, step="mid", label=label, **style)
        if self.horizon > 1:
            label = f"Expected {self.horizon} rows ahead"
            style = {"color": colours.tint(colours.muted, 0.3), "linewidth": 0, "zorder": 0.3}
            ax.axvspan(0.5, self.horizon - 0.5, label=label, **style)
        style = {"color": colours.main, "linewidth": 2.0, "label": "Autocorrelation"} | user
        self.stems_ = ax.vlines(lags, 0, values, **style)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.set_xlim(0.4, len(values) + 0.6)
        ax.set_xlabel("Lag (rows)")
        label_values(ax, "Autocorrelation of residuals")

    def _plot_season(self, user):
        from matplotlib.ticker import MaxNLocator

        ax, colours, season = self.ax_, palette_of(self.ax_), self.season
        whole = np.full(-(-len(self.residuals) // season) * season, np.nan)
        whole[: len(self.residuals)] = self.residuals
        by_place, places = whole.reshape(-1, season), np.arange(season)
        known = ~np.isnan(by_place).all(axis=0)
        places, by_place = places[known], by_place[:, known]
        edges = np.nanquantile(by_place, [0.05, 0.25, 0.75, 0.95], axis=0)
        for low, high, strength, share in ((0, 3, 0.2, "90"), (1, 2, 0.45, "50")):
            style = {"color": colours.tint(colours.main, strength), "zorder": 0.4, "width": 0.7}
            style |= {"bottom": edges[low], "label": f"{share} % of residuals"}
            self.boxes_.append(ax.bar(places, edges[high] - edges[low], **style))
        style = {"label": "Mean", "color": colours.ink, "linewidth": 1.5, "marker": "o", "ms": 4}
        style = _validate_style_kwargs(style, user)
        self.lines_ += ax.plot(places, np.nanmean(by_place, axis=0), **style)
        ax.use_sticky_edges = False  # there is a margin below the bars
        ax.autoscale_view()
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.set_xlabel(f"Place in the season of {season} rows (0: that of the first row)")
        label_values(ax, self._unit)


def _at_least_one(horizon):
    if horizon is None:
        raise ValueError("horizon=None is not possible: it takes an integer of at least 1.")
    return count_or_none(horizon, "horizon")
