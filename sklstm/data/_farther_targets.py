"""Targets of a panel that are more of its times ahead than their horizon: a warning."""

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import as_time_labels, kind_of

from ._panels import Panel

_SHOWN = 5  # names of series in a message


def warn_of_farther_targets(
    panel: Panel, index: pd.Index | None, rows: np.ndarray, targets: np.ndarray, horizon: int
) -> None:
    """Warn if a gap of ``horizon - 1`` times is too small, for series lack times of others.

    Parameters
    ----------
    panel : Panel
        Several series.
    index : pandas index or None
        Labels of all rows.
    rows, targets : ndarray of int
        Rows, and those that hold their farthest targets.
    horizon : int
        How many rows these are ahead.

    Warns
    -----
    UserWarning
        If targets lie behind rows that `PanelTimeSeriesSplit` would test with such a gap.
    """
    times = None if index is None else as_time_labels(index)
    kind = None if times is None else kind_of(times)
    if times is None or kind is None or kind.is_number:
        return  # numbers may count the rows of the frame
    places, _ = pd.factorize(times, sort=True)
    ahead = np.zeros(len(times), dtype=np.intp)
    ahead[rows] = places[targets] - places[rows]
    farthest = ahead.max()
    if farthest <= horizon:
        return
    far = [
        key for key, own in zip(panel.keys, panel.rows, strict=True) if ahead[own].max() > horizon
    ]
    shown = ", ".join(map(repr, far[:_SHOWN])) + (" and more" if len(far) > _SHOWN else "")
    warn_user(
        f"{len(far)} of {len(panel.keys)} series lack times that others have ({shown}): their "
        f"targets, {horizon} rows ahead, are up to {farthest} times of the panel ahead. So "
        f"PanelTimeSeriesSplit takes gap={farthest - 1}, or training sees targets of its test rows."
    )
