"""How long to train, by the amount of data."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

_PATIENCE = 10, 200  # epochs and optimiser steps, whichever takes longer


def n_batches(n_samples: int, batch_size: int) -> int:
    """Return the number of mini-batches, and so of optimiser steps, of an epoch."""
    return ceil(n_samples / batch_size)


@dataclass(frozen=True)
class Budget:
    """How many epochs ``max_epochs="auto"`` means.

    Parameters
    ----------
    fewest, most : int
        Bounds of the number of epochs: every sample is seen some times, and a handful of samples
        is not repeated for ever.
    n_steps : int, default=2000
        Optimiser steps to take within these bounds.
    decays : bool, default=True
        Whether the learning rate decays also in a fit of the most epochs, which takes fewer steps
        than wanted.
    """

    fewest: int
    most: int
    n_steps: int = 2000
    decays: bool = True

    def epochs(self, steps_per_epoch: int) -> int:
        """Return ``ceil(n_steps / steps_per_epoch)`` within the bounds."""
        return min(max(ceil(self.n_steps / steps_per_epoch), self.fewest), self.most)

    def schedule(self, steps_per_epoch: int) -> Literal["constant", "cosine"]:
        """Return the learning-rate schedule of so many epochs."""
        whole = self.epochs(steps_per_epoch) == self.most and not self.decays
        return "constant" if whole else "cosine"


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
