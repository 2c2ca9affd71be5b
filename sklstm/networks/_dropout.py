"""Dropout that draws from a generator of its own, never from torch's global one."""

import numpy as np
import torch

from sklstm.recurrence import dropout_mask as numpy_mask


def dropout_mask(like, probability, generator):
    """Return a mask that keeps each value with probability ``1 - probability``, scaled to mean 1.

    Parameters
    ----------
    like : Tensor
        Gives shape, precision and device.
    probability : float in [0, 1)
        Share of the values that are set to zero.
    generator : numpy.random.Generator or torch.Generator
        Where the mask is drawn from. Those of NumPy give the masks of compiled code; one of torch
        draws on the device.

    Returns
    -------
    mask : Tensor
        Zeros and ``1 / (1 - probability)``.
    """
    if isinstance(generator, np.random.Generator):
        dtype = np.dtype(str(like.dtype).removeprefix("torch."))
        mask = numpy_mask(generator, tuple(like.shape), probability, dtype)
        return torch.from_numpy(mask).to(like.device)
    keep = 1.0 - probability
    return torch.empty_like(like).bernoulli_(keep, generator=generator).div_(keep)
