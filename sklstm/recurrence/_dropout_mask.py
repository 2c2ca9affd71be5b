"""Masks of dropout."""

import numpy as np


def dropout_mask(generator, shape, probability, dtype):
    """Return a mask that keeps each value with probability ``1 - probability``, scaled to mean 1.

    Parameters
    ----------
    generator : numpy.random.Generator
        Where the mask is drawn from.
    shape : tuple of int
        Its shape.
    probability : float in [0, 1)
        Share of the values that are set to zero.
    dtype : numpy dtype
        Precision of the mask.

    Returns
    -------
    mask : ndarray
        Zeros and ``1 / (1 - probability)``.
    """
    keep = 1.0 - probability
    return (generator.random(shape, dtype=np.float32) < keep).astype(dtype) / dtype.type(keep)
