"""Values that are the same, a missing one being the same as another: `same_values`."""

import numpy as np


def same_values(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Tell value by value whether two arrays are the same; NaN equals NaN."""
    return (before == now) | (np.isnan(before) & np.isnan(now))
