"""Values known in advance of rows that nobody has given: `unused_futures`."""

from collections.abc import Sequence

import numpy as np

from ._calendar_columns import calendar_after
from ._forecast_model import ForecastModel
from ._histories import History


def unused_futures(
    model: ForecastModel, histories: Sequence[History], steps: int
) -> list[np.ndarray | None]:
    """Return values for rows after the ends of series: what is given repeats its last values.

    Only what is cut off afterwards depends on these; columns of the calendar are right.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts.
    histories : list of History
        The series.
    steps : int
        How many rows are to be forecast.

    Returns
    -------
    futures : list of ndarray of shape (n_rows, n_known) or None
        Of all rows that are predicted at once; None if nothing is known in advance.
    """
    features, n_rows = model.features, model.padded(steps)
    if not (len(features.known) and histories):
        return [None] * len(histories)
    last = np.array([past.exog[-1, features.known] for past in histories])
    futures = np.repeat(last[:, np.newaxis], n_rows, axis=1)
    if features.calendar is not None:
        columns = calendar_after(features.calendar, [past.index for past in histories], n_rows)
        for future, own in zip(futures, columns, strict=True):
            if own is not None:
                future[:, -own.shape[1] :] = own
    return list(futures)
