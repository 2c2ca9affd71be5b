"""Losses and their gradients with respect to the output of a network, in NumPy."""

import numpy as np


def loss_function(name, quantile):
    """Return a function of outputs, targets and weights.

    Parameters
    ----------
    name : {"squared_error", "absolute_error", "huber", "quantile", "log_loss"}
        Which loss. Errors are in units of the standardised target.
    quantile : float or None
        Level of the quantile loss.

    Returns
    -------
    loss : callable
        Called with outputs of shape (n_samples, n_outputs), targets of the same shape or class
        numbers of shape (n_samples,), and weights of shape (n_samples, 1) or a number, it returns
        the weighted sum over the samples, and its gradient with respect to the outputs.

    References
    ----------
    P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35,
    1964; R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.
    """
    if name == "log_loss":
        return _log_loss
    if name == "quantile":
        return lambda output, target, weight: _pinball(output, target, weight, quantile)
    return {
        "squared_error": _squared_error,
        "absolute_error": _absolute_error,
        "huber": _huber,
    }[name]


def _sum(values):
    return float(values.sum(dtype=np.float64))


def _squared_error(output, target, weight):
    error = output - target
    slopes = error * (weight * (1.0 / error.shape[1]))
    return _sum(error * slopes), slopes + slopes


def _absolute_error(output, target, weight):
    error = output - target
    slopes = np.sign(error) * (weight * (1.0 / error.shape[1]))
    return _sum(error * slopes), slopes


def _huber(output, target, weight):
    error = output - target
    clipped = np.clip(error, -1.0, 1.0)
    slopes = clipped * (weight * (1.0 / error.shape[1]))
    # x ** 2 / 2 within one, |x| - 1 / 2 beyond
    return _sum(slopes * (error - 0.5 * clipped)), slopes


def _pinball(output, target, weight, quantile):
    error = output - target
    slopes = np.where(error > 0, 1.0 - quantile, np.where(error < 0, -quantile, 0.0))
    slopes = slopes.astype(output.dtype) * (weight * (1.0 / error.shape[1]))
    return _sum(error * slopes), slopes


def _log_loss(output, target, weight):
    if output.shape[1] == 1:
        sign = np.where(target, -1.0, 1.0).astype(output.dtype)[:, np.newaxis]
        wrong = output * sign  # log odds of the other class
        size = np.exp(-np.abs(wrong))
        loss = np.maximum(wrong, 0) + np.log1p(size)
        share = np.where(wrong > 0, 1.0, size) / (1.0 + size)  # probability of the other class
        return _sum(loss * weight), share.astype(output.dtype) * sign * weight
    samples = np.arange(len(output))
    shifted = output - output.max(axis=1, keepdims=True)
    shares = np.exp(shifted)
    total = shares.sum(axis=1, keepdims=True)
    loss = np.log(total) - shifted[samples, target][:, np.newaxis]
    shares /= total
    shares[samples, target] -= 1.0
    return _sum(loss * weight), shares * weight
