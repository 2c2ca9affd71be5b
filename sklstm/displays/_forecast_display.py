"""Predictions beside what came: `ForecastDisplay`."""

from numbers import Integral

import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

from sklstm.data import index_of

from ._forecast_lines import ForecastLines
from ._forecast_parts import history_before, last_known, one_column
from ._from_forecaster import FromForecaster
from ._time_axis import has_dates, later_times, row_times


class ForecastDisplay(FromForecaster, ForecastLines):
    """Draw predictions, what came, and the last value known.

    Made by `from_estimator`, `from_predictions`, `from_forecast` or `from_backtest`. All
    parameters are stored as attributes.

    Parameters
    ----------
    y_pred : ndarray of shape (n_rows,)
        Predictions.
    index : pandas index, default=None
        Their times; by default 0, 1 and so on.
    y_true : ndarray of shape (n_rows,), default=None
        What came, NaN where it is unknown.
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
    sklearn.metrics.PredictionErrorDisplay : Draws predictions against what came.

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

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        horizon=None,
        target=None,
        history=None,
        target_name=None,
        ax=None,
        **plot_params,
    ):
        """Draw what an estimator predicts at rows, and what came.

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
        _check_regressor(estimator, caller)
        predicted = one_column(estimator.predict(X), "The prediction of the estimator")
        truth = one_column(y, "y", len(predicted))
        index = index_of(X) if index_of(X) is not None else index_of(y)
        rows = row_times(index, len(predicted), "X")
        times = rows if horizon is None else later_times(rows, _check_horizon(horizon))
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
        y_true,
        y_pred,
        *,
        persistence=None,
        lower=None,
        upper=None,
        index=None,
        history=None,
        target_name=None,
        ax=None,
        **plot_params,
    ):
        """Draw predictions that are at hand as numbers.

        Parameters
        ----------
        y_true : array-like of shape (n_rows,)
            What came.
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


def _check_regressor(estimator, caller):
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        hint = " Of a Forecaster draw from_forecast." if hasattr(estimator, "forecast") else ""
        got = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
        raise TypeError(f"{caller} takes a fitted estimator with predict, got {got}.{hint}")
    if is_classifier(estimator):
        raise TypeError(f"{caller} takes a regressor, got the classifier {estimator!r}.")
    check_is_fitted(estimator)


def _check_horizon(horizon):
    if not isinstance(horizon, Integral) or isinstance(horizon, bool) or horizon < 1:
        raise ValueError(f"horizon={horizon!r} is not possible: it takes an integer of at least 1.")
    return int(horizon)
