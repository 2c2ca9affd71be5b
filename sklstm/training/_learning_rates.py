"""Learning-rate schedules: `learning_rates`."""

from __future__ import annotations

import numpy as np

SCHEDULES = ("constant", "cosine")
_WARM_UP = 0.05  # share of the steps over which the rate rises


def learning_rates(
    schedule: str, learning_rate: float, steps: np.ndarray, n_steps: int
) -> np.ndarray:
    """Return the learning rates of some optimiser steps of a training run.

    Parameters
    ----------
    schedule : {"constant", "cosine"}
        With ``"cosine"`` the rate rises linearly over the first twentieth of the steps (warm-up),
        and then falls along half a cosine to nearly zero [1]_.
    learning_rate : float
        The largest rate.
    steps : ndarray of int
        Numbers of the steps, the first of the run being 0.
    n_steps : int
        Number of steps of the whole run.

    Returns
    -------
    rates : ndarray of float64
        One for each step: ``learning_rate * min((k + 1) / w, (1 + cos(pi * p)) / 2)`` for step
        ``k``, where ``w`` is the number of steps of the warm-up, at least 1, and ``p = (k + 1 - w)
        / (n_steps + 1 - w)`` the progress since then, not below zero.

    References
    ----------
    .. [1] I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR
       2017.
    """
    if schedule == "constant":
        return np.full(len(steps), learning_rate)
    warm_up = max(1, round(_WARM_UP * n_steps))
    progress = np.maximum(steps + 1 - warm_up, 0) / (n_steps + 1 - warm_up)
    falling = (1.0 + np.cos(np.pi * progress)) / 2.0
    return learning_rate * np.minimum((steps + 1) / warm_up, falling)
