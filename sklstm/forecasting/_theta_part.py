"""The average of forecasts with those of the Theta method: `ThetaPart`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import numpy as np

from ._in_blocks import in_blocks
from ._joined import ends_of, joined
from ._path import Path
from ._theta import theta_forecasts

MOST_ROWS = 400  # that are read; a series of more is not short
_LANES = 16
_VALUES_AT_A_TIME = 1 << 16  # of rows: what stays in the cache is quicker


@dataclass(frozen=True)
class ThetaPart:
    """What forecasts are averaged with: those of the Theta method, of each series by itself.

    It has no state: from any row the rows up to it are read, 400 at most. A series of less than two
    seasons has no such forecast, and keeps that of the regressor.

    Parameters
    ----------
    season : int
        Rows in a season; 1 for none.
    weights : list of float
        Weight of the Theta method for each column of the series.
    """

    season: int
    weights: list[float]

    def forecasts(
        self, paths: Sequence[Path], values: Sequence[np.ndarray], steps: int
    ) -> np.ndarray:
        """Return forecasts from all origins, one path after the other.

        Parameters
        ----------
        paths : list of Path
            Where they begin.
        values : list of ndarray of shape (n_steps, n_columns)
            The transformed series of each.
        steps : int
            How many rows to forecast.

        Returns
        -------
        forecasts : ndarray of shape (n_all_origins, steps, n_columns)
            NaN where rows are too few, and in columns without weight.
        """
        series = np.repeat(np.arange(len(paths)), [len(path.origins) for path in paths])
        origins = np.concatenate([path.origins for path in paths])
        whole, begins = joined(values), ends_of([len(own) for own in values])[series]
        counts = np.minimum(origins + 1, MOST_ROWS)
        widths = -(-counts // _LANES) * _LANES  # so that no bit depends on what stands beside
        found = np.full((len(origins), steps, len(self.weights)), np.nan)
        for width in np.unique(widths).tolist():
            alike = np.flatnonzero(widths == width).tolist()
            back = np.arange(width)[::-1]
            for some in in_blocks(alike, repeat(width), _VALUES_AT_A_TIME):
                before = back >= counts[some, np.newaxis]
                places = np.maximum((begins + origins)[some, np.newaxis] - back, 0)
                for column in np.flatnonzero(self.weights):
                    rows = np.where(before, np.nan, whole[places, column])
                    found[some, :, column] = theta_forecasts(rows, steps, self.season)
        return found


def average_with_theta(
    model: Any, paths: Sequence[Path], values: Sequence[np.ndarray], found: np.ndarray
) -> None:
    """Average forecasts with those of the Theta method, in place.

    Paths to which errors are added move as their forecasts without errors do, so that their spread
    is kept.

    Parameters
    ----------
    model : ForecastModel
        That has a `ThetaPart`.
    paths : list of Path
        Where forecasts begin.
    values : list of ndarray of shape (n_steps, n_columns)
        The transformed series of each.
    found : ndarray of shape (n_all_origins, steps, n_columns)
        What the regressor forecasts, on the scale of transformers.
    """
    steps = found.shape[1]
    begun = [np.unique(path.origins, return_inverse=True) for path in paths]
    plain = [Path(p.history, own, p.future) for p, (own, _) in zip(paths, begun, strict=True)]
    theta = model.theta.forecasts(plain, values, steps)
    ends = np.cumsum([0] + [len(own) for own, _ in begun])
    places = [first + back for first, (_, back) in zip(ends[:-1], begun, strict=True)]
    each = np.concatenate(places)
    if any(path.noise is not None for path in paths):
        alone = replace(model, theta=None).forecast(plain, steps, restored=False)
        by_regressor = np.concatenate(alone)[each]
    else:
        by_regressor = found
    moved = model.theta.weights * (theta[each] - by_regressor)
    found += np.where(np.isnan(moved), 0.0, moved)
