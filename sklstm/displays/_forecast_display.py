"""Predictions and actual values: `ForecastDisplay`."""

from typing import Any, Self

import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._plotting import _validate_style_kwargs

from sklstm.data import index_of
from sklstm.time_labels import as_time_labels

from ._forecast_parts import (
    backtest_errors,
    check_forecast,
    check_horizon,
    check_regressor,
    draw_intervals,
    history_before,
    last_known,
    one_column,
)
from ._style import BLACK, BLUE, GREY, ORANGE, axes_to_draw_on, legend_above
from ._time_axis import format_dates, has_dates, later_times, positions, row_times


class ForecastDisplay:
    """Draw predictions, actual values, and the last value known.

    Made by `from_estimator`, `from_predictions`, `from_forecast` or `from_backtest`. All
    parameters are stored as attributes.

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

    See Also
    --------
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
        check_regressor(estimator, caller)
        predicted = one_column(estimator.predict(X), "The prediction of the estimator")
        truth = one_column(y, "y", len(predicted))
        index = index_of(X) if index_of(X) is not None else index_of(y)
        rows = row_times(index, len(predicted), "X")
        times = rows if horizon is None else later_times(rows, check_horizon(horizon))
        y_name = getattr(y, "name", None)
        known = last_known(X, target, y_name)
        history = history_before(history, times, labelled=index is not None)
        if known is None and horizon is not None:
            values = pd.concat([history, pd.Series(truth, index=times)])
            known = values.reindex(rows).to_numpy()
        kind = "Time" if has_dates(rows) else "Row"
        display = cls(
            y_pred=predicted,
            index=times,
            y_true=truth,
            persistence=known,
            history=history,
            time_name=kind if horizon is not None else f"{kind} at which the forecast is made",
            target_name=target_name or y_name,
        )
        return display.plot(ax, **plot_params)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        persistence: ArrayLike | None = None,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
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
        predicted = one_column(y_pred, "y_pred")
        given = {"y_true": y_true, "persistence": persistence, "lower": lower, "upper": upper}
        columns = {
            name: None if values is None else one_column(values, name, len(predicted))
            for name, values in given.items()
        }
        if (lower is None) != (upper is None):
            raise ValueError("lower and upper belong together: one of them was given alone.")
        index = index_of(y_true) if index is None else index
        times = row_times(index, len(predicted), "y_true")
        display = cls(
            y_pred=predicted,
            index=times,
            y_true=columns["y_true"],
            persistence=columns["persistence"],
            intervals={} if lower is None else {"Interval": (columns["lower"], columns["upper"])},
            history=history_before(history, times, labelled=index is not None),
            target_name=target_name or getattr(y_true, "name", None),
        )
        return display.plot(ax, **plot_params)

    @classmethod
    def from_forecast(
        cls,
        forecast: Any,
        *,
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
            If it holds several series or columns, or `history` or `actual` does not fit to it.
        """
        check_matplotlib_support(f"{cls.__name__}.from_forecast")
        prediction, intervals = check_forecast(forecast)
        times = row_times(prediction.index, len(prediction), "forecast")
        names = (getattr(values, "name", None) for values in (history, actual))
        if isinstance(actual, pd.Series):
            actual = actual.set_axis(as_time_labels(actual.index, "The index of actual"))
            actual = actual.reindex(times)
        display = cls(
            y_pred=prediction.to_numpy(),
            index=times,
            y_true=None if actual is None else one_column(actual, "actual", len(times)),
            intervals=intervals,
            history=history_before(history, times, labelled=True),
            target_name=target_name or next(filter(None, names), None),
        )
        return display.plot(ax, **plot_params)

    @classmethod
    def from_backtest(
        cls,
        result: Any,
        *,
        metric: str = "mae",
        column: Any = None,
        target_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Draw the error of forecasts for each number of steps ahead, and that of persistence.

        Parameters
        ----------
        result : Bunch
            As from `Forecaster.backtest`.
        metric : {"mae", "rmse"}, default="mae"
            Mean absolute error, or root of the mean squared error.
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
        display : ForecastDisplay
            The display, with errors as predictions and steps as times.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If `result` is no result of a backtest.
        ValueError
            If there is no such metric or column.
        """
        check_matplotlib_support(f"{cls.__name__}.from_backtest")
        errors, persistence, name = backtest_errors(result, metric, column)
        display = cls(
            y_pred=errors.to_numpy(),
            index=errors.index,
            persistence=persistence.to_numpy(),
            time_name="Steps ahead",
            target_name=name + (f" ({target_name})" if target_name else ""),
        )
        return display.plot(ax, **plot_params)

    def plot(
        self,
        ax: Any = None,
        *,
        prediction_kw: dict[str, Any] | None = None,
        truth_kw: dict[str, Any] | None = None,
        persistence_kw: dict[str, Any] | None = None,
        history_kw: dict[str, Any] | None = None,
        interval_kw: dict[str, Any] | None = None,
    ) -> Self:
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

        self.interval_bands_ = draw_intervals(ax, x, self.intervals or {}, interval_kw or {})
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
