"""Windows that go on into the rows to come, for networks that read those step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from sklstm.preprocessing import mean_of_known, newest_of_known

from ._features import Features


@dataclass(frozen=True)
class FutureSteps:
    """How windows go on into the rows that are predicted at once.

    A network that has read a window predicts all rows at once from its last state, and what is
    known of each of them in advance has to find its way through this state. With steps for these
    rows it reads what is known of a row where it predicts it: it is the decoder of its own encoder.

    Parameters
    ----------
    horizon : int
        Rows that are predicted at once.
    n_columns : int
        Columns of the series, which come first in windows.
    n_past, n_known : int
        Exogenous columns that are known up to now, and in advance.
    n_leads : int
        How often the latter stand in windows, moved forward by some rows; at last at their own.
    """

    horizon: int
    n_columns: int
    n_past: int
    n_known: int
    n_leads: int

    @classmethod
    def of(cls, features: Features, n_columns: int) -> Self:
        """Return the steps that windows of some features have beyond the newest row."""
        n_past, n_known = len(features.past), len(features.known)
        return cls(features.horizon, n_columns, n_past, n_known, len(features.leads))

    @property
    def own(self) -> slice:
        """Where columns known in advance stand in windows at their own rows."""
        begin = self.n_columns + self.n_past + self.n_known * (self.n_leads - 1)
        return slice(begin, begin + self.n_known)

    def windows(self, windows: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Return windows with steps for the rows to come.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, lookback, n_features)
            In their scale; missing steps are NaN.
        ahead : ndarray of shape (n_samples, horizon, n_known)
            What is known of the rows to come.

        Returns
        -------
        longer : ndarray of shape (n_samples, lookback + horizon, n_read)
            Columns known in advance stand once, at their own rows. In the rows to come the series
            has the mean of its window, columns of the past their newest value, and a last column
            is one.
        """
        n_samples, lookback, n_features = windows.shape
        n_values, own = self.n_columns + self.n_past, self.own
        n_read = n_values + self.n_known + n_features - own.stop + 1
        longer = np.empty((n_samples, lookback + self.horizon, n_read), dtype=windows.dtype)
        past, future = longer[:, :lookback], longer[:, lookback:]
        known = slice(n_values, n_values + self.n_known)
        past[:, :, :n_values] = windows[:, :, :n_values]
        past[:, :, known] = windows[:, :, own]
        past[:, :, known.stop : -1] = windows[:, :, own.stop :]
        past[:, :, -1] = np.where(np.isnan(windows[:, :, 0]), np.nan, 0.0)
        future[:] = newest_of_known(past)[:, np.newaxis]
        future[:, :, : self.n_columns] = mean_of_known(past[:, :, : self.n_columns])[:, np.newaxis]
        future[:, :, known] = ahead
        future[:, :, -1] = 1.0
        return longer

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
