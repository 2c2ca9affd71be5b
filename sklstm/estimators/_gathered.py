"""Training on more samples than memory should hold: `SampleSource`, `gathered_data`."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sklstm.data import WindowSet
from sklstm.training import GatheredData, TrainingData

from ._fitted_state import FittedState
from ._samples import Samples
from ._steps import align_step_targets


class SampleSource(Protocol):
    """Makes windows and their targets when they are asked for."""

    @property
    def n_steps(self) -> int:
        """Number of steps of the windows."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def gather(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows and the targets of the samples of some numbers.

        Parameters
        ----------
        samples : ndarray of int of shape (n,)
            Numbers from 0 on, in any order.

        Returns
        -------
        windows : ndarray of shape (n, n_steps, n_features)
            Missing steps are NaN.
        targets : ndarray of shape (n,) or (n, n_targets)
            Without missing ones; or (n, n_steps, n_targets) of every step, as many of each sample,
            and NaN elsewhere.
        """

    def some(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows and the targets of samples that stand for all."""


def gathered_data(source: SampleSource, state: FittedState) -> GatheredData:
    """Return the samples of a source as the network reads them.

    Parameters
    ----------
    source : SampleSource
        Of any number of samples.
    state : FittedState
        Standardises them.

    Returns
    -------
    data : GatheredData
        A few of them are in memory at a time.
    """

    def gather(numbers: np.ndarray) -> TrainingData:
        windows, targets = source.gather(numbers)
        window_set = WindowSet.from_array(windows)
        of_steps = targets.ndim == 3
        targets = targets if of_steps else targets.reshape(len(numbers), -1)
        state.targets.loss.check_targets(targets, "y")
        if of_steps:
            targets = align_step_targets(targets, windows, window_set)
        return state.training_data(Samples(window_set, targets, None))

    return GatheredData(len(source), source.n_steps, gather)
