"""How long to train, by the amount of data."""

from __future__ import annotations

from math import ceil

_FEWEST, _MOST = 10, 1000  # epochs
_PATIENCE = 10, 200  # epochs and optimiser steps, whichever takes longer


def n_batches(n_samples: int, batch_size: int) -> int:
    """Return the number of mini-batches, and so of optimiser steps, of an epoch."""
    return ceil(n_samples / batch_size)


def epochs_of_budget(n_steps: int, steps_per_epoch: int) -> int:
    """Return the number of epochs that take a number of optimiser steps.

    Parameters
    ----------
    n_steps : int
        Optimiser steps to take.
    steps_per_epoch : int
        Optimiser steps of an epoch.

    Returns
    -------
    n_epochs : int
        ``ceil(n_steps / steps_per_epoch)``, at least 10 and at most 1000: every sample is seen some
        times, and a handful of samples is not repeated for ever.
    """
    return min(max(ceil(n_steps / steps_per_epoch), _FEWEST), _MOST)


def patience_of_budget(steps_per_epoch: int) -> int:
    """Return the epochs without an improvement after which a loss has stopped falling.

    Parameters
    ----------
    steps_per_epoch : int
        Optimiser steps of an epoch.

    Returns
    -------
    n_epochs : int
        10, but as many as take 200 optimiser steps: where an epoch is a step or two, ten of them
        without progress say nothing.
    """
    n_epochs, n_steps = _PATIENCE
    return max(n_epochs, ceil(n_steps / steps_per_epoch))
