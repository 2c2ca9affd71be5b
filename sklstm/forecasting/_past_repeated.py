"""Columns known up to now whose last values are repeated in rows to come."""

from typing import Any

from sklstm._warn import warn_user

from ._past_columns import names_of_past

_SHOWN = 3  # names of columns in a message


def warn_of_repeated(forecaster: Any, steps: int) -> None:
    """Warn where rows are forecast one by one, and columns are known up to now only.

    Parameters
    ----------
    forecaster : Forecaster
        Fitted; of one that names a strategy the user has decided.
    steps : int
        How many rows are forecast.

    Warns
    -----
    UserWarning
        It names the columns, and what to do.
    """
    features, names = forecaster._model.features, names_of_past(forecaster._known)
    if not names or forecaster.strategy != "auto" or features.horizon > 1 or steps == 1:
        return
    shown = ", ".join(map(repr, names[:_SHOWN])) + (" and others" if len(names) > _SHOWN else "")
    asked = forecaster._as_fitted().horizon
    fitted = "strategy='direct'" if asked >= steps else f"horizon={steps}"
    warn_user(
        f"{steps} rows are forecast one by one, and exog is known up to now only ({shown}): in all "
        f"rows to come it has its last values, and forecasts may be far worse than without. Fit "
        f"with {fitted}, to forecast them at once from known rows, or leave these columns out; "
        "strategy='recursive' means it."
    )
