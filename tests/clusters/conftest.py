"""Work for two worker processes, and what it gives without them."""

import os
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import (
    Forecaster,
    GRURegressor,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SequenceWindower,
    forecast_pairs,
)


@dataclass(frozen=True)
class Work:
    """A series, its folds, and what is done with them.

    Parameters
    ----------
    X, y : DataFrame, Series
        Rows and their targets.
    folds : list of tuple of ndarray
        Training and test rows.
    notes : pathlib.Path
        File in which each fit writes a line.
    """

    X: pd.DataFrame
    y: pd.Series
    folds: list
    notes: Path

    def shared_by(self, search):
        """Return all that the tasks of a search have in common; it holds the folds itself too."""
        return [self.X, self.y, search, *(rows for fold in self.folds for rows in fold)]

    def search(self, n_jobs, *, dies_at=None):
        """Return a search of four networks; with one of its fits the process may die."""
        note = FunctionTransformer(noting_fits(self.notes, dies_at))
        model = make_pipeline(note, SequenceWindower(), small(LSTMRegressor))
        grid = [
            {
                "functiontransformer__kw_args": [{"candidate": lookback}],
                "sequencewindower__lookback": [lookback],
            }
            for lookback in (2, 3, 5, 8)
        ]
        return GridSearchCV(model, grid, cv=self.folds, n_jobs=n_jobs, refit=False)

    def fit(self, search):
        """Return the fitted search."""
        return search.fit(self.X, self.y)

    def cross_validate(self, n_jobs):
        """Return the fitted networks of all folds, and their scores."""
        model = make_pipeline(SequenceWindower(lookback=4), small(GRURegressor))
        return cross_validate(
            model, self.X, self.y, cv=self.folds, n_jobs=n_jobs, return_estimator=True
        )

    def backtest(self):
        """Return the forecasts of all folds."""
        forecaster = Forecaster(small(LSTMRegressor), lookback=4, scaling=None)
        return forecaster.backtest(self.X["a"], TimeSeriesSplit(3, test_size=5)).forecasts

    def noted_fits(self):
        """Return process and name of each fit that was begun, in order."""
        return [line.split(maxsplit=1) for line in self.notes.read_text().splitlines()]


@dataclass(frozen=True)
class PanelWork:
    """A search of forecasters over a panel, whose rows outweigh all else.

    Parameters
    ----------
    sales : DataFrame
        Forty series of 300 days, one behind the other.
    """

    sales: pd.DataFrame

    def search(self, n_jobs, cv=None):
        """Return a search of two lookbacks."""
        model = Forecaster(Ridge(), by="id", scaling="difference", calibration_size=None)
        cv = PanelTimeSeriesSplit(3, test_size=14) if cv is None else cv
        return GridSearchCV(model, {"lookback": [3, 7]}, cv=cv, n_jobs=n_jobs, refit=False)


@pytest.fixture
def panel(rng):
    days = pd.date_range("2024-01-01", periods=300)
    index = pd.MultiIndex.from_product([range(40), days], names=["id", "day"])
    return PanelWork(pd.DataFrame({"sold": rng.normal(20, 1, len(index))}, index=index))


def small(network):
    return network(2, max_epochs=2, batch_size=200, random_state=0)


def noting_fits(path, dies_at):
    """Return a function that notes a fit; with the line of number `dies_at` its process dies.

    Being made in here, it goes to other processes as code: they cannot import the tests.
    """

    def note(X, candidate=None):
        if len(X) % 10 == 0:  # training rows; there are always 11 test rows
            with open(path, "a") as file:
                file.write(f"{os.getpid()} {candidate} {len(X)}\n")
            with open(path) as file:
                if len(file.readlines()) == dies_at:
                    os.kill(os.getpid(), signal.SIGKILL)
        return X

    return note


@pytest.fixture(params=[300], ids=lambda n_rows: f"{n_rows}-rows")
def work(request, tmp_path):
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(request.param + 1) / 5)
    series = pd.DataFrame({"a": wave, "b": wave**2}) + rng.normal(0, 0.1, (len(wave), 2))
    X, y = forecast_pairs(series, horizon=1, target="a")
    folds = [
        (np.arange(n_rows), np.arange(n_rows, n_rows + 11))
        for n_rows in range(request.param // 2, request.param - 20, request.param // 6)
    ]
    return Work(X, y, folds, tmp_path / "notes")


@pytest.fixture
def assert_same_search():
    """A function that compares all that two searches found."""

    def compare(one, other):
        for name, values in one.cv_results_.items():
            if "time" not in name:
                np.testing.assert_array_equal(values, other.cv_results_[name], err_msg=name)

    return compare


@pytest.fixture
def assert_same_fits():
    """A function that compares the scores and the networks of two cross validations."""

    def compare(one, other):
        np.testing.assert_array_equal(one["test_score"], other["test_score"])
        for a, b in zip(one["estimator"], other["estimator"], strict=True):
            for name, weights in a[-1].weights_.items():
                np.testing.assert_array_equal(weights, b[-1].weights_[name])

    return compare


@pytest.fixture
def assert_only_lost_fits_again():
    """A function that checks who fitted what, if a process died in the middle of its fit."""

    def check(notes, dies_at, n_fits):
        dead = notes[dies_at - 1][0]
        by_survivors = Counter(fit for process, fit in notes if process != dead)
        by_dead = Counter(fit for process, fit in notes if process == dead)
        assert len({process for process, _ in notes}) >= 2
        assert by_survivors | by_dead == Counter(dict.fromkeys(by_survivors | by_dead, 1))
        assert len(by_survivors | by_dead) == n_fits
        assert notes[dies_at - 1][1] in by_survivors  # it did not end, so somebody did it again

    return check
