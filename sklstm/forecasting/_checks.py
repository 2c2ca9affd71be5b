"""Checks of what methods are given."""

from numbers import Integral


def check_count(value, name):
    """Return `value` if it is a whole number of at least one; raise a ValueError otherwise."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    return int(value)


def check_refit(refit):
    """Return every how many folds is fitted; None for the first one only."""
    if isinstance(refit, bool):
        return 1 if refit else None
    if not isinstance(refit, Integral) or refit < 1:
        raise ValueError(
            f"refit must be True, False or a whole number of folds of at least 1, got {refit!r}."
        )
    return int(refit)
