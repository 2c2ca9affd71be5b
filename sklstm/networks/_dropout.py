"""Dropout that draws from a generator of its own, never from torch's global one."""

import torch


def dropout_mask(like, probability, generator):
    """Return a mask that keeps each value with probability ``1 - probability``, scaled to mean 1.

    Parameters
    ----------
    like : Tensor
        Gives shape, precision and device.
    probability : float in [0, 1)
        Share of the values that are set to zero.
    generator : torch.Generator
        Where the mask is drawn from.

    Returns
    -------
    mask : Tensor
        Zeros and ``1 / (1 - probability)``.
    """
    keep = 1.0 - probability
    return torch.empty_like(like).bernoulli_(keep, generator=generator).div_(keep)
