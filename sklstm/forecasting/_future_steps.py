"""Windows that go on into the rows to come, for networks that read those step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ._features import Features


@dataclass(frozen=True)
class FutureSteps:
    """How windows go on into the rows that are predicted at once.

    A network that has read a window predicts all rows at once from its last state, and what is
    known of each of them in advance has to find its way through this state. With steps for these
    rows it reads what is known of a row where it predicts it: it is the decoder of its own encoder.
    Everything about the rows to come stands in windows already, in columns that are moved forward.

    Parameters
    ----------
    horizon : int
        Rows that are predicted at once.
    n_columns : int
        Columns of the series, which come first in windows.
    n_past, n_known : int
        Exogenous columns that are known up to now, and in advance.
    leads : tuple of int
        By how many rows those known in advance are moved forward; the last one is none.
    """

    horizon: int
    n_columns: int
    n_past: int
    n_known: int
    leads: tuple[int, ...]

    @classmethod
    def of(cls, features: Features, n_columns: int) -> Self:
        """Return the steps that windows of some features have beyond the newest row."""
        leads = tuple(features.leads)
        return cls(features.horizon, n_columns, len(features.past), len(features.known), leads)

    def windows(self, windows: np.ndarray) -> np.ndarray:
        """Return windows with steps for the rows to come.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, lookback, n_features)
            In their scale; missing steps are NaN.

        Returns
        -------
        longer : ndarray of shape (n_samples, lookback + horizon, n_read)
            Columns known in advance stand once, at their own rows. In the rows to come the series
            has the mean of its window, columns of the past their newest value, and a last column
            is one.
        """
        n_samples, lookback, _ = windows.shape
        n_values = self.n_columns + self.n_past
        end = n_values + self.n_known * len(self.leads)
        own = slice(end - self.n_known, end)
        n_read = n_values + self.n_known + windows.shape[2] - end + 1
        longer = np.empty((n_samples, lookback + self.horizon, n_read), dtype=windows.dtype)
        past, future = longer[:, :lookback], longer[:, lookback:]
        past[:, :, :n_values] = windows[:, :, :n_values]
        past[:, :, n_values : n_values + self.n_known] = windows[:, :, own]
        past[:, :, n_values + self.n_known : -1] = windows[:, :, end:]
        past[:, :, -1] = np.where(np.isnan(windows[:, :, 0]), np.nan, 0.0)
        future[:] = _newest(past)[:, np.newaxis]
        future[:, :, : self.n_columns] = _mean(past[:, :, : self.n_columns])[:, np.newaxis]
        for step in range(self.horizon):
            place = n_values, n_values + self.n_known
            self._put_known(future[:, step, slice(*place)], windows, step + 1)
        future[:, :, -1] = 1.0
        return longer

    def _put_known(self, to, windows, step):
        """Write what is known of a row to come where it is, and else leave what stands there."""
        lookback = windows.shape[1]
        number = next(k for k in range(len(self.leads) - 2, -1, -1) if self.leads[k] >= step)
        row = lookback - 1 - (self.leads[number] - step)
        begin = self.n_columns + self.n_past + number * self.n_known
        found = windows[:, row, begin : begin + self.n_known]
        np.copyto(to, found, where=~np.isnan(found))

    def targets(self, targets: np.ndarray, lookback: int) -> np.ndarray:
        """Return targets of every step, (n_samples, lookback + horizon, n_columns).

        Those of the steps that have been observed are NaN: nothing is learned there.
        """
        rows = targets.reshape(len(targets), self.horizon, self.n_columns)
        before = np.full((len(targets), lookback, self.n_columns), np.nan)
        return np.concatenate([before, rows], axis=1)

    def ahead(self, outputs: Any) -> np.ndarray:
        """Return the part of outputs of every step that is of the rows to come."""
        return np.asarray(outputs)[:, -self.horizon :]


@dataclass(frozen=True)
class AheadRegressor:
    """A fitted network of which the outputs for the rows to come are asked.

    Parameters
    ----------
    regressor : estimator
        Gives an output at every step.
    steps : FutureSteps
        The steps of its windows.
    """

    regressor: Any
    steps: FutureSteps

    def predict(self, windows: np.ndarray) -> np.ndarray:
        """Return predictions, (n_samples, horizon, n_columns)."""
        return self.steps.ahead(self.regressor.predict(windows))

    def predict_quantiles(self, windows: np.ndarray, levels: float | Sequence[float]) -> np.ndarray:
        """Return quantiles, those of several levels in a last axis."""
        return self.steps.ahead(self.regressor.predict_quantiles(windows, levels))

    def predict_distribution(self, windows: np.ndarray) -> Any:
        """Return the frozen distributions of the rows to come."""
        whole = self.regressor.predict_distribution(windows)
        parts = [*whole.args, *whole.kwds.values()]
        shape = np.broadcast_shapes(*(np.shape(part) for part in parts))

        def part(values):
            return self.steps.ahead(np.broadcast_to(values, shape))

        kwds = {name: part(values) for name, values in whole.kwds.items()}
        return whole.dist(*(part(values) for values in whole.args), **kwds)

    def sample(self, windows: np.ndarray, **options: Any) -> np.ndarray:
        """Return draws, which stand in a last axis."""
        return self.steps.ahead(self.regressor.sample(windows, **options))


def _newest(windows):
    """Return the newest value of each column of windows, zero where none is known."""
    newest = windows[:, -1].copy()
    for step in range(windows.shape[1] - 2, -1, -1):
        missing = np.isnan(newest)
        if not missing.any():
            break
        newest[missing] = windows[:, step][missing]
    return np.nan_to_num(newest)


def _mean(windows):
    """Return the mean of each column of windows over the steps that are known."""
    known = ~np.isnan(windows)
    return np.where(known, windows, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def reads_future(estimator: Any, features: Features) -> bool:
    """Return whether an estimator is a network that can read the rows to come step by step.

    Parameters
    ----------
    estimator : estimator
        Not yet fitted.
    features : Features
        What stands in windows.

    Returns
    -------
    reads_future : bool
        Whether rows are predicted at once, something is known of them in advance, and the
        estimator is a network of numbers that may give an output at every step.
    """
    if features.horizon == 1 or not len(features.known) or not features.keeps_past:
        return False
    if not hasattr(estimator, "_fit_gathered") or estimator.embedding_dim is not None:
        return False
    plain = estimator.pooling in ("auto", "last") and estimator.patch_size in ("auto", 1)
    return plain and estimator.output == "last"
