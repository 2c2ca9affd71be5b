"""Predictions and actual values: `ForecastDisplay`."""

from __future__ import annotations

from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support

from ._forecast_drawing import Newest, draw_beginning, draw_intervals, draw_line, draw_paths
from ._forecast_frames import read_forecast, read_paths
from ._forecast_inputs import parts_after, parts_of_estimator, parts_of_predictions
from ._forecast_parts import count_or_none
from ._legend import legend_inside
from ._style import axes_to_draw_on, palette_of
from ._time_axis import before, format_dates, has_dates, row_times
from ._value_label import label_values


class ForecastDisplay:
    """Draw predictions, actual values, and the last value known.

    Made by `from_estimator`, `from_predictions`, `from_forecast` or `from_paths`. All parameters
    are stored as attributes.

    Parameters
    ----------
    y_pred : ndarray of shape (n_rows,)
        Predictions.
    index : pandas index, default=None
        Their times; by default 0, 1 and so on.
    y_true : ndarray of shape (n_rows,), default=None
        Actual values, NaN where they are unknown.
    persistence : ndarray of shape (n_rows,), default=None
        The last value that was known when each prediction was made.
    intervals : dict of str to (ndarray, ndarray), default=None
        Lower and upper bounds by what the interval is called.
    paths : ndarray of shape (n_rows, n_paths), default=None
        Draws, the first of which are drawn as thin lines.
    history : Series, default=None
        Values before.
    time_name : str, default=None
        What the axis of time is called.
    target_name : str, default=None
        What is predicted, with its unit.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the lines.
    figure_ : matplotlib Figure
        Figure of the axes.
    prediction_line_, truth_line_, persistence_line_, history_line_ : matplotlib Line2D
        The lines; None for those that are not drawn.
    interval_bands_ : list of matplotlib PolyCollection
        The intervals, the widest first.
    path_lines_ : list of matplotlib Line2D
        The paths that are drawn.
    begin_line_ : matplotlib Line2D
        Mark of the last value known, where there is a history.

    See Also
    --------
    ForecastErrorDisplay : Draws errors by step, over time or by series.
    LossCurveDisplay : Draws how training went.
    sklearn.metrics.PredictionErrorDisplay : Draws predictions against actual values.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklstm import ForecastDisplay, SequenceWindower, forecast_pairs
    >>> days = pd.date_range("2025-01-01", periods=200)
    >>> wave = pd.Series(np.sin(np.arange(200) / 5), index=days, name="wave")
    >>> X, y = forecast_pairs(wave, horizon=4)
    >>> model = make_pipeline(SequenceWindower(8, flatten=True, pad="edge"), Ridge())
    >>> model = model.fit(X[:150], y[:150])
    >>> display = ForecastDisplay.from_estimator(model, X[150:], y[150:], horizon=4)
    >>> display.ax_.get_ylabel()
    'wave'
    """

    def __init__(
        self,
        *,
        y_pred,
        index=None,
        y_true=None,
        persistence=None,
        intervals=None,
        paths=None,
        history=None,
        time_name=None,
        target_name=None,
    ):
        self.y_pred = y_pred
        self.index = index
        self.y_true = y_true
        self.persistence = persistence
        self.intervals = intervals
        self.paths = paths
        self.history = history
        self.time_name = time_name
        self.target_name = target_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        horizon: int | None = None,
        target: Any = None,
        history: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the predictions of an estimator and the actual values.

        Rows and targets are those of `forecast_pairs`: what `estimator` predicts at a row comes
        `horizon` rows later. Persistence, the baseline to beat, predicts the value at the row.

        Parameters
        ----------
        estimator : estimator
            A fitted regressor, pipeline or search.
        X : array-like or dataframe of shape (n_rows, n_features)
            Rows of one series that follow each other, or their windows.
        y : array-like of shape (n_rows,)
            The target of each row.
        horizon : int, default=None
            How many rows after its row each target lies. The axis then shows the times of the
            targets, by default those of the rows.
        target : str or int, default=None
            Column of `X` that `y` holds later values of, from which persistence is read. By
            default the one with the name of `y`. Where there is none, persistence is made of
            `history` and `y` if `horizon` is given, else it is not drawn.
        history : array-like or series, default=None
            Known values of the target before the first one of `y`, oldest first.
        target_name : str, default=None
            What is predicted, with its unit; by default the name of `y`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ForecastDisplay
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
        parts = parts_of_estimator(estimator, X, y, horizon, target, history, caller)
        parts["target_name"] = target_name or parts["target_name"]
        return cls(**parts).plot(ax, **plot_params)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        persistence: ArrayLike | None = None,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
        level: float | None = None,
        index: Any = None,
        history: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw predictions given as numbers.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            Actual values.
        y_pred : array-like of shape (n_rows,)
            Predictions.
        persistence : array-like of shape (n_rows,), default=None
            The last value that was known when each prediction was made.
        lower, upper : array-like of shape (n_rows,), default=None
            Bounds of an interval, such as predicted quantiles.
        level : float in (0, 1), default=None
            Level of the interval, for the legend.
        index : array-like of shape (n_rows,), default=None
            Times of what was predicted; by default the index of `y_true`, if it has one.
        history : array-like or series, default=None
            Values before the first one of `y_true`, oldest first.
        target_name : str, default=None
            What is predicted, with its unit; by default the name of `y_true`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ForecastDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the arrays are not of one column and length, or there is one bound only.
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        parts = parts_of_predictions(
            y_true, y_pred, persistence, lower, upper, level, index, history
        )
        parts["target_name"] = target_name or parts["target_name"]
        return cls(**parts).plot(ax, **plot_params)

    @classmethod
    def from_forecast(
        cls,
        forecast: Any,
        *,
        level: float | None = None,
        history: Any = None,
        actual: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw a forecast of a `Forecaster`.

        Parameters
        ----------
        forecast : DataFrame
            As from `Forecaster.forecast`, of one column of one series.
        level : float in (0, 1), default=None
            Level of the interval between ``lower`` and ``upper``, for the legend; by default the
            one that `Forecaster.forecast` was given.
        history : array-like or series, default=None
            Values before, oldest first, as many as are to be drawn.
        actual : array-like or series, default=None
            Actual values. A series is matched by its index, an array has a value for each row.
        target_name : str, default=None
            What is predicted, with its unit; by default the name of `history` or `actual`.
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ForecastDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `forecast` is no frame.
        ValueError
            If it holds several series or columns, or is NaN throughout, or `history` or `actual`
            does not fit to it.
        """
        check_matplotlib_support(f"{cls.__name__}.from_forecast")
        prediction, intervals = read_forecast(forecast, level)
        parts = parts_after(prediction, intervals, history, actual, target_name)
        return cls(**parts).plot(ax, **plot_params)

    @classmethod
    def from_paths(
        cls,
        paths: Any,
        *,
        level: float | list[float] = (0.5, 0.8, 0.95),  # type: ignore[assignment]
        history: Any = None,
        actual: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw paths of a `Forecaster`: their median, their intervals and some of them.

        Parameters
        ----------
        paths : DataFrame
            As from `Forecaster.sample_paths`, of one column of one series.
        level : float in (0, 1) or list of them, default=(0.5, 0.8, 0.95)
            Levels of the intervals: shares of the paths, at each step, that lie in between.
        history, actual, target_name, ax : optional
            As in `from_forecast`.
        **plot_params : dict
            Further parameters of `plot`.

        Returns
        -------
        display : ForecastDisplay
            The display.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `paths` is no frame.
        ValueError
            If it holds several series or columns, if a level is out of bounds, or `history` or
            `actual` does not fit.
        """
        check_matplotlib_support(f"{cls.__name__}.from_paths")
        median, intervals = read_paths(paths, level)
        parts = parts_after(median, intervals, history, actual, target_name)
        return cls(**parts, paths=paths.to_numpy()).plot(ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        max_rows: int | None = 150,
        prediction_kw: dict[str, Any] | None = None,
        truth_kw: dict[str, Any] | None = None,
        persistence_kw: dict[str, Any] | None = None,
        history_kw: dict[str, Any] | None = None,
        path_kw: dict[str, Any] | None = None,
        interval_kw: dict[str, Any] | None = None,
        begin_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw all that there is.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; by default on a new figure.
        max_rows : int, default=150
            Most rows to draw, the newest, of the history as well; the axis of time says if there
            are more. None draws all, however dense the lines become.
        prediction_kw, truth_kw, persistence_kw, history_kw, path_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot` for each line.
        interval_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.fill_between` for the intervals.
        begin_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.axvline` for the mark where the forecast begins.

        Returns
        -------
        display : ForecastDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `max_rows` is not at least 1.
        """
        self.ax_ = ax = axes_to_draw_on(ax, f"{type(self).__name__}.plot")
        self.figure_ = ax.figure
        colours, times = palette_of(ax), row_times(self.index, len(self.y_pred), "index")
        rows = Newest.of(times, count_or_none(max_rows, "max_rows"))
        self.interval_bands_ = draw_intervals(ax, rows, self.intervals, colours, interval_kw)
        self.path_lines_ = draw_paths(ax, rows, self.paths, colours, path_kw)
        self.history_line_ = self.begin_line_ = None
        if self.history is not None and len(self.history) and not rows.first:
            # Where older predictions are left out there would be a hole after the history.
            past = Newest.of(self.history.index, max_rows)
            x = before(past.x, rows.x[0])
            self.history_line_ = draw_line(
                ax, x, past.part(self.history), history_kw, label="History",
                color=colours.muted,
            )  # fmt: skip
            self.begin_line_ = draw_beginning(ax, x[-1], colours, begin_kw)
        self.truth_line_ = draw_line(
            ax, rows.x, rows.part(self.y_true), truth_kw, label="Actual", color=colours.ink,
            marker="o", ms=3,
        )  # fmt: skip
        self.persistence_line_ = draw_line(
            ax, rows.x, rows.part(self.persistence), persistence_kw, label="Persistence",
            color=colours.baseline, linestyle="--", marker="s", ms=3,
        )  # fmt: skip
        self.prediction_line_ = draw_line(
            ax, rows.x, rows.part(self.y_pred), prediction_kw, label="Forecast",
            color=colours.main, marker="o", ms=4,
        )  # fmt: skip
        if has_dates(times):
            format_dates(ax, times)
        ax.set_xlabel(rows.axis_label(self.time_name))
        label_values(ax, self.target_name or "Target")
        legend_inside(ax)
        return self
