"""What `ForecastDisplay` stores, from what its class methods are given."""

from typing import Any

import pandas as pd

from sklstm.data import check_same_labels, index_of
from sklstm.time_labels import as_time_labels, label_text

from ._forecast_frames import interval_name
from ._forecast_parts import check_regressor, count_or_none, history_before, last_known, one_column
from ._time_axis import has_dates, later_times, row_times


def parts_of_estimator(
    estimator: Any, X: Any, y: Any, horizon: int | None, target: Any, history: Any, caller: str
) -> dict[str, Any]:
    """Return the parameters of a display of what an estimator predicts.

    Parameters
    ----------
    estimator, X, y, horizon, target, history : object
        As of `ForecastDisplay.from_estimator`.
    caller : str
        Who draws; named in errors.

    Returns
    -------
    parts : dict
        Parameters by name.

    Raises
    ------
    TypeError, ValueError
        As of `ForecastDisplay.from_estimator`.
    """
    check_regressor(estimator, caller)
    check_same_labels({"X": X, "y": y})
    predicted = one_column(estimator.predict(X), "The prediction of the estimator")
    truth = one_column(y, "y", len(predicted))
    index = index_of(X) if index_of(X) is not None else index_of(y)
    rows = row_times(index, len(predicted), "X")
    steps = count_or_none(horizon, "horizon")
    times = rows if steps is None else later_times(rows, steps)
    y_name = getattr(y, "name", None)
    known = last_known(X, target, y_name)
    history = history_before(history, times, labelled=index is not None)
    if known is None and horizon is not None:
        values = pd.concat([history, pd.Series(truth, index=times)])
        known = values.reindex(rows).to_numpy()
    kind = "Time" if has_dates(rows) else "Row"
    return {
        "y_pred": predicted,
        "index": times,
        "y_true": truth,
        "persistence": known,
        "history": history,
        "time_name": kind if horizon is not None else f"{kind} at which the forecast is made",
        "target_name": y_name,
    }


def parts_of_predictions(
    y_true: Any,
    y_pred: Any,
    persistence: Any,
    lower: Any,
    upper: Any,
    level: Any,
    index: Any,
    history: Any,
) -> dict[str, Any]:
    """Return the parameters of a display of numbers.

    Parameters
    ----------
    y_true, y_pred, persistence, lower, upper, level, index, history : object
        As of `ForecastDisplay.from_predictions`.

    Returns
    -------
    parts : dict
        Parameters by name.

    Raises
    ------
    ValueError
        As of `ForecastDisplay.from_predictions`.
    """
    predicted = one_column(y_pred, "y_pred")
    given = {"y_true": y_true, "persistence": persistence, "lower": lower, "upper": upper}
    check_same_labels({"y_pred": y_pred} | given)
    columns = {
        name: None if values is None else one_column(values, name, len(predicted))
        for name, values in given.items()
    }
    if (lower is None) != (upper is None):
        raise ValueError("lower and upper belong together: one of them was given alone.")
    bounds = columns["lower"], columns["upper"]
    index = index_of(y_true) if index is None else index
    times = row_times(index, len(predicted), "y_true")
    return {
        "y_pred": predicted,
        "index": times,
        "y_true": columns["y_true"],
        "persistence": columns["persistence"],
        "intervals": {} if lower is None else {interval_name(level): bounds},
        "history": history_before(history, times, labelled=index is not None),
        "target_name": getattr(y_true, "name", None),
    }


def parts_after(
    prediction: pd.Series, intervals: dict, history: Any, actual: Any, target_name: str | None
) -> dict[str, Any]:
    """Return the parameters of a display of a forecast that follows on a history.

    Parameters
    ----------
    prediction : Series
        The forecast, with its times.
    intervals : dict
        Lower and upper bounds by what to call the interval.
    history, actual, target_name : object
        As of `ForecastDisplay.from_forecast`.

    Returns
    -------
    parts : dict
        Parameters by name.

    Raises
    ------
    ValueError
        If `history` or `actual` does not fit to the forecast, or this has no number.
    """
    times = row_times(prediction.index, len(prediction), "forecast")
    if prediction.isna().all():
        raise ValueError(
            "There is nothing to draw: the forecast is NaN at all steps, as of a series that "
            "cannot be forecast (a warning of the forecaster says why)."
        )
    if isinstance(actual, pd.DataFrame) and actual.shape[1] == 1:
        actual = actual.iloc[:, 0]
    names = (getattr(values, "name", None) for values in (history, actual))
    if isinstance(actual, pd.Series):
        actual = _at(times, actual)
    return {
        "y_pred": prediction.to_numpy(),
        "index": times,
        "y_true": None if actual is None else one_column(actual, "actual", len(times)),
        "intervals": intervals,
        "history": history_before(history, times, labelled=True),
        "target_name": target_name or next(filter(None, names), None),
    }


def _at(times, actual):
    """Return actual values at the times of a forecast, NaN where they are not known yet."""
    labels = as_time_labels(actual.index, "The index of actual")
    if len(labels) and not labels.isin(times).any():
        raise ValueError(
            "actual has no row at the times of the forecast: its labels are from "
            f"{label_text(labels[0])} to {label_text(labels[-1])}, and those of the forecast from "
            f"{label_text(times[0])} to {label_text(times[-1])}."
        )
    if not labels.is_unique:
        twice = label_text(labels[labels.duplicated()][0])
        raise ValueError(f"actual has the label {twice} twice: select the rows of one series.")
    return actual.set_axis(labels).reindex(times)
