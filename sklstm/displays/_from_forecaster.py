"""Pictures of what a `Forecaster` returns: `FromForecaster`."""

import pandas as pd
from sklearn.utils._optional_dependencies import check_matplotlib_support

from sklstm.time_labels import as_time_labels

from ._forecast_parts import backtest_errors, check_forecast, history_before, one_column
from ._time_axis import row_times

_METRICS = {"mae": "Mean absolute error", "rmse": "Root mean squared error"}


class FromForecaster:
    """The constructors of `ForecastDisplay` that take results of a `Forecaster`."""

    @classmethod
    def from_forecast(
        cls, forecast, *, history=None, actual=None, target_name=None, ax=None, **plot_params
    ):
        """Draw what a `Forecaster` says of the future.

        Parameters
        ----------
        forecast : DataFrame
            As from `Forecaster.forecast`, of one column of one series.
        history : array-like or series, default=None
            Values before, oldest first, as many as are to be drawn.
        actual : array-like or series, default=None
            What came. A series is matched by its index, an array has a value for each row.
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
        cls, result, *, metric="mae", column=None, target_name=None, ax=None, **plot_params
    ):
        """Draw the error of forecasts for each number of steps ahead, beside persistence.

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
        errors, persistence = backtest_errors(result, metric, column)
        display = cls(
            y_pred=errors.to_numpy(),
            index=errors.index,
            persistence=persistence.to_numpy(),
            time_name="Steps ahead",
            target_name=_METRICS[metric] + (f" ({target_name})" if target_name else ""),
        )
        return display.plot(ax, **plot_params)
