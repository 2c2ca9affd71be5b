"""Where forecasts of a series begin: `Path`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ._features import Features
from ._histories import History
from ._joined import pieces

NO_ROWS = np.empty(0, dtype=int)  # from which forecasts begin, where none are asked for yet


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
    rng : numpy Generator, optional
        Where given, rows are drawn from the distribution that the regressor predicts.
    """

    history: History
    origins: np.ndarray
    future: np.ndarray | None = None
    noise: np.ndarray | None = None
    levels: np.ndarray | None = None
    rng: np.random.Generator | None = None

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
    features: Features,
    values: Sequence[np.ndarray],
    paths: Sequence[Path],
    firsts: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the windows of paths, one behind the other.

    Parameters
    ----------
    features : Features
        What stands in rows.
    values : list of ndarray of shape (n_steps - first, n_columns)
        The series of each path from some row on, transformed.
    paths : list of Path
        Whose rows these are.
    firsts : list of int, optional
        The first of these rows; by default that of the series.

    Returns
    -------
    rows : ndarray of shape (n_rows, n_features)
        As from `Features.rows`.
    ends : ndarray of shape (n_paths + 1,)
        Where those of each path begin, and where the last ones end.
    """
    exog = [path.history.exog for path in paths]
    if firsts is not None:
        exog = [own[first:] for own, first in zip(exog, firsts, strict=True)]
    futures, static = zip(*[(path.future, path.history.static) for path in paths], strict=True)
    return features.rows_of_all(values, exog, futures, static)


def tables_of_paths(
    features: Features, values: Sequence[np.ndarray], paths: Sequence[Path], firsts: Sequence[int]
) -> list[np.ndarray]:
    """Return what `rows_of_paths` does, the rows of each path by themselves."""
    whole, ends = rows_of_paths(features, values, paths, firsts)
    return pieces(whole, ends)
