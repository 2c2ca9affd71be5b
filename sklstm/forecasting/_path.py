"""Where forecasts of a series begin: `Path`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ._features import Features
from ._histories import History
from ._joined import ends_of


@dataclass(frozen=True)
class Path:
    """Where forecasts of a series begin, and what is known of the time after its end.

    Parameters
    ----------
    history : History
        The series.
    origins : ndarray of shape (n_origins,)
        Last known row of each forecast; later rows of the history are not looked at, but for the
        exogenous values known in advance.
    future : ndarray of shape (n_future, n_known) or None
        Exogenous values known in advance of the rows after the history.
    noise : ndarray of shape (n_origins, steps, n_columns), optional
        Added to the predicted rows, before they enter windows.
    levels : ndarray of shape (n_origins, steps, n_columns, n_draws), optional
        Of the quantiles of predicted distributions that are to take the place of forecasts; of
        those that enter windows there is one draw. As many steps as blocks of `horizon` rows have.
    """

    history: History
    origins: np.ndarray
    future: np.ndarray | None = None
    noise: np.ndarray | None = None
    levels: np.ndarray | None = None

    @property
    def first_origin(self) -> int:
        """The first row from which there are forecasts; without any, the last row known."""
        return int(self.origins.min()) if len(self.origins) else len(self.history) - 1

    def portion(self, part: slice) -> "Path":
        """Return the path of some of the origins."""
        noise = None if self.noise is None else self.noise[part]
        levels = None if self.levels is None else self.levels[part]
        return replace(self, origins=self.origins[part], noise=noise, levels=levels)


def together(paths, name):
    """Return the arrays by a name of some paths in one; None if they have none."""
    parts = [getattr(path, name) for path in paths]
    return None if parts[0] is None else np.concatenate(parts)


def of_each(paths, found):
    """Cut what was found for all origins of some paths into that of each."""
    return np.split(found, np.cumsum([len(path.origins) for path in paths])[:-1])


def rows_of_paths(
    features: Features, values: Sequence[np.ndarray], paths: Sequence[Path], firsts: Sequence[int]
) -> list[np.ndarray]:
    """Return the rows of the windows of paths, which stand one behind the other in memory.

    Parameters
    ----------
    features : Features
        What stands in rows.
    values : list of ndarray of shape (n_steps - first, n_columns)
        The series of each path from some row on, transformed.
    paths : list of Path
        Whose rows these are.
    firsts : list of int
        The first of these rows.

    Returns
    -------
    rows : list of ndarray of shape (n_rows, n_features)
        As from `Features.rows`.
    """
    futures = [0 if path.future is None else len(path.future) for path in paths]
    ends = ends_of([len(own) + n_future for own, n_future in zip(values, futures, strict=True)])
    whole = np.empty((ends[-1], features.n_features(values[0].shape[1])))
    rows = [whole[begin:end] for begin, end in zip(ends[:-1], ends[1:], strict=True)]
    for path, own, first, out in zip(paths, values, firsts, rows, strict=True):
        past = path.history
        features.rows(own, past.exog[first:], path.future, past.static, out=out)
    return rows
