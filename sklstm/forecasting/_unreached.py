"""Forecasts that the inverse of a transformer makes no numbers of: `warn_of_unreached`."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import label_text

from ._in_blocks import in_blocks

UNREACHED = "what is predicted lies where the inverse of transformer gives no number"


def warn_of_unreached(
    forecasts: Mapping[Hashable, np.ndarray], labels: Mapping[Hashable, pd.Index]
) -> None:
    """Warn of forecasts that are NaN or infinite: regressors predict numbers, inverses may not.

    Parameters
    ----------
    forecasts : dict
        By series arrays of shape (..., steps, n_columns).
    labels : dict
        By series the times of the steps.
    """
    keys = [
        key
        for block in in_blocks(forecasts.items(), (one.size for one in forecasts.values()))
        if not np.isfinite(np.concatenate([values.ravel() for _, values in block])).all()
        for key, values in block
        if not np.isfinite(values).all()
    ]
    if not keys:
        return
    steps, times = ~np.isfinite(forecasts[keys[0]]).all(axis=-1), labels[keys[0]]
    first = int(steps.reshape(-1, len(times)).any(axis=0).argmax())
    of = "" if keys[0] is None else f" of {len(keys)} of {len(forecasts)} series, {keys[0]!r},"
    warn_user(
        f"The forecast{of} is no number at {label_text(times[first])}: {UNREACHED}. Take a "
        "transformer whose inverse reaches everywhere, such as a logarithm, or a scaling in its "
        "place."
    )
