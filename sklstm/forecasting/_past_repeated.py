"""Columns known up to now whose last values are repeated in rows to come."""

from typing import Any

from sklstm._warn import warn_user

from ._abilities import is_baseline
from ._past_columns import listed_past


def warn_of_repeated(forecaster: Any, steps: int) -> None:
    """Warn where rows are forecast one by one, and columns are known up to now only.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted; of one that names a strategy the user has decided, and a baseline reads no columns.
    steps : int
        How many rows are forecast.

    Warns
    -----
    UserWarning
        It names the columns, and what to do.
    """
    message = told_of_repeated(forecaster, steps)
    if message:
        warn_user(message)


def told_of_repeated(forecaster: Any, steps: int) -> str:
    """Return what `warn_of_repeated` tells; nothing if it is silent."""
    shown = listed_past(forecaster._known)
    one_by_one = steps > 1 and forecaster._model.features.horizon == 1
    if not shown or not one_by_one or forecaster.strategy != "auto":
        return ""
    if is_baseline(forecaster.estimator):
        return ""
    asked = forecaster._as_fitted().horizon
    fitted = "strategy='direct'" if asked >= steps else f"horizon={steps}"
    return (
        f"{steps} rows are forecast one by one, and columns of exog are known up to now only "
        f"({shown}): their last values are repeated in all rows to come, and forecasts may be far "
        f"worse than without. Fit with {fitted}, to forecast them at once from known rows, or "
        "leave these columns out; strategy='recursive' means it."
    )
