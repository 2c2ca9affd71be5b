"""Losses: one value per sample, then their weighted mean."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class WeightedLoss(nn.Module):
    """Weighted mean over the samples of a batch of one of the losses below.

    Parameters
    ----------
    name : {"squared_error", "absolute_error", "huber", "quantile", "log_loss"}
        Which loss. Errors are in units of the standardised target.
    quantile : float or ndarray of shape (n_outputs,), default=0.5
        Level of the quantile loss, for all outputs or for each of them.
    """

    def __init__(self, name, quantile=0.5):
        super().__init__()
        self.name = name
        self.pointwise = {
            "squared_error": _squared_error,
            "absolute_error": _absolute_error,
            "huber": _huber,
            "quantile": _Pinball(quantile),
            "log_loss": _log_loss,
        }[name]

    def forward(self, output, target, weight=None):
        """Return the mean loss.

        Parameters
        ----------
        output : Tensor of shape (n_samples, n_outputs)
            What the network returned; also (n_samples, n_timesteps, n_outputs).
        target : Tensor of shape (n_samples, n_outputs), or (n_samples,) of class numbers
            What it should have returned, with the axis of steps if outputs have it. Rows that are
            NaN and class numbers that are negative are no targets.
        weight : Tensor of shape (n_samples,), optional
            Weights of the samples, equal by default. A sample has its weight at every target.

        Returns
        -------
        loss : Tensor of shape ()
            Their mean.
        """
        if output.ndim == 3:
            there = ~target[..., 0].isnan() if target.is_floating_point() else target >= 0
            output, target = output[there], target[there]
            if weight is not None:
                weight = weight[:, None].expand(there.shape)[there]
        loss = self.pointwise(output, target)
        if weight is None:
            return loss.mean()
        return (loss * weight).sum() / weight.sum()


def _squared_error(output, target):
    return (output - target).square().mean(dim=1)


def _absolute_error(output, target):
    return (output - target).abs().mean(dim=1)


def _huber(output, target):
    """Quadratic up to one standard deviation of the target, linear beyond (Huber 1964)."""
    return functional.huber_loss(output, target, reduction="none").mean(dim=1)


class _Pinball(nn.Module):
    """Quantile loss (R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978)."""

    def __init__(self, quantile):
        super().__init__()
        self.level = np.asarray(0.5 if quantile is None else quantile, dtype=np.float64)

    def forward(self, output, target):
        error = target - output
        above, below = error.new_tensor(self.level), error.new_tensor(self.level - 1)
        return torch.maximum(above * error, below * error).mean(dim=1)


def _log_loss(output, target):
    if output.shape[1] == 1:
        target = target.to(output.dtype)
        return functional.binary_cross_entropy_with_logits(output[:, 0], target, reduction="none")
    return functional.cross_entropy(output, target, reduction="none")
