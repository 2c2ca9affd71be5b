"""One series to forecast a step ahead: four fifths to train on, the newest fifth is scored."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

N_EPOCHS = 100  # what darts, aeon and, up to 1280 windows, sklstm do by default
TRAINING_SHARE = 0.8


@dataclass(frozen=True)
class Task:
    """One series.

    Parameters
    ----------
    name : str
        Its name.
    values : ndarray of shape (n_rows,)
        Its values, the oldest first, none missing.
    lookback : int
        Values that a forecast may see.
    period : int, default=0
        Steps of a season; 0: none is known.
    """

    name: str
    values: np.ndarray
    lookback: int
    period: int = 0

    @property
    def n_train(self):
        """Number of values to train on."""
        return round(TRAINING_SHARE * len(self.values))

    @property
    def observed(self):
        """Values that the forecasts are scored against."""
        return self.values[self.n_train :]

    def windows(self):
        """Return windows and the values after them, to train on and to predict with.

        Returns
        -------
        X, y, X_test : ndarray
            Of shapes (n_samples, lookback), (n_samples,) and (n_test, lookback).
        """
        X = np.lib.stride_tricks.sliding_window_view(self.values[:-1], self.lookback)
        n = self.n_train - self.lookback
        return X[:n], self.values[self.lookback : self.n_train], X[n:]


def error_ratio(observed, predicted, last):
    """Return the root mean squared error as a part of that of persistence.

    Parameters
    ----------
    observed, predicted : ndarray of shape (n_values,)
        What was, and the forecasts.
    last : ndarray of shape (n_values,)
        The value before each one.

    Returns
    -------
    ratio : float
        Below 1 if the forecasts are better than the last values.
    """
    error, naive = (np.mean((observed - guess) ** 2) for guess in (predicted, last))
    return float(np.sqrt(error / naive))


def write_tasks(tasks, path):
    """Write tasks as JSON.

    Parameters
    ----------
    tasks : list of Task
        The tasks.
    path : pathlib.Path
        The file.
    """
    Path(path).write_text(json.dumps([vars(t) | {"values": list(t.values)} for t in tasks]))


def read_tasks(path):
    """Read what `write_tasks` wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    tasks : list of Task
        The tasks.
    """
    found = json.loads(Path(path).read_text())
    return [Task(**task | {"values": np.array(task["values"])}) for task in found]
