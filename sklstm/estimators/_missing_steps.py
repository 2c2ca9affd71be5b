"""Sequences too short for slices, for classifiers that take no missing steps."""

from typing import Any

import numpy as np

from sklstm._warn import warn_user
from sklstm.meta_estimators import takes_missing_steps

FEWEST_STEPS = 4  # of a slice: shorter ones show no shape


def shares_without_padding(
    shares: list[float], n_steps: np.ndarray, samples: np.ndarray, estimator: Any
) -> list[float]:
    """Return shares of the longest sequence of which each sequence has as many steps.

    Parameters
    ----------
    shares : list of float
        Shares of the longest sequence that slices are to have.
    n_steps : ndarray of shape (n_sequences,)
        Observed steps of each sequence.
    samples : ndarray of shape (n_sequences,)
        Their numbers in `X`.
    estimator : classifier
        What takes no missing steps.

    Returns
    -------
    shares : list of float
        Those that fit, or that of the shortest sequence.

    Raises
    ------
    ValueError
        If what is left is shorter than `FEWEST_STEPS`.

    Warns
    -----
    UserWarning
        If some are left out.
    """
    longest, shortest = int(n_steps.max()), int(n_steps.min())
    fitting = [share for share in shares if round(share * longest) <= shortest]
    if len(fitting) == len(shares):
        return shares
    left_out = ", ".join(str(round(share * longest)) for share in shares if share not in fitting)
    told = (
        f"X has a sequence of {shortest} observed steps (sample {samples[n_steps.argmin()]}), the "
        f"longest has {longest}, and {type(estimator).__name__} takes no missing steps"
    )
    advice = (
        "Remove or fill sequences that are short or have gaps, or take an estimator that takes "
        "missing steps, such as GRUClassifier."
    )
    if not fitting and shortest < FEWEST_STEPS <= longest:
        raise ValueError(f"{told}: slices of {left_out} steps do not fit into it. {advice}")
    instead = "" if fitting else f", and slices of {shortest} steps are taken instead"
    warn_user(f"{told}: slices of {left_out} steps are left out{instead}. {advice}")
    return fitting or [shortest / longest]


def tell_short(
    error: ValueError, n_steps: np.ndarray, samples: np.ndarray, needed: int, estimator: Any
) -> None:
    """Raise a ValueError that names a short sequence, if that is why a classifier failed.

    Parameters
    ----------
    error : ValueError
        What the classifier said.
    n_steps : ndarray of shape (n_sequences,)
        Observed steps of each sequence.
    samples : ndarray of shape (n_sequences,)
        Their numbers in `X`.
    needed : int
        Steps of the longest slices.
    estimator : classifier
        The classifier.

    Raises
    ------
    ValueError
        If a sequence has less steps, and the classifier takes no missing ones.
    """
    if n_steps.min() < needed and not takes_missing_steps(estimator):
        raise ValueError(
            f"X has a sequence of {n_steps.min()} observed steps (sample "
            f"{samples[n_steps.argmin()]}), and slices of {needed} steps are needed by "
            f"{type(estimator).__name__}, which takes no missing steps. Remove or fill sequences "
            "that are short or have gaps."
        ) from error
