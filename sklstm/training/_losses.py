"""The loss of each sample, from the outputs of a network."""

import numpy as np

from ._records import is_target


def step_losses(lengths, output, target, losses):
    """Return the sum of the losses of the steps of each sample that have a target.

    Parameters
    ----------
    lengths : ndarray of shape (n_samples,)
        Number of steps of each sample.
    output : ndarray of shape (n_steps, n_outputs)
        What the network returned at all steps of the first sample, of the second, and so on.
    target : ndarray of shape (n_steps, n_outputs), or (n_steps,) of class numbers
        What it should have returned, NaN or negative where nothing is known.
    losses : callable
        Called with outputs and targets, returns their losses.

    Returns
    -------
    losses : ndarray of shape (n_samples,), float64
        Zero for a sample without any target.
    """
    each, there = np.zeros(len(output)), is_target(target)
    each[there] = losses(output[there], target[there])
    return np.add.reduceat(each, np.cumsum(lengths) - lengths)


def sample_losses(name, output, target, quantile=None):
    """Return the loss of each sample.

    Parameters
    ----------
    name : {"squared_error", "absolute_error", "huber", "quantile", "log_loss"}
        Which loss. Errors are in units of the standardised target.
    output : ndarray of shape (n_samples, n_outputs)
        What the network returned.
    target : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        What it should have returned.
    quantile : float or ndarray of shape (n_outputs,), optional
        Level of the quantile loss, for all outputs or for each of them.

    Returns
    -------
    losses : ndarray of shape (n_samples,), float64
        Means over the outputs.

    References
    ----------
    P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35,
    1964; R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.
    """
    output = output.astype(np.float64)
    if name == "log_loss":
        return _log_loss(output, target)
    error = output - target
    if name == "squared_error":
        losses = error * error
    elif name == "absolute_error":
        losses = np.abs(error)
    elif name == "huber":
        clipped = np.clip(error, -1.0, 1.0)
        losses = clipped * (error - 0.5 * clipped)  # x ** 2 / 2 within one, |x| - 1 / 2 beyond
    else:
        losses = np.maximum((1.0 - quantile) * error, -quantile * error)
    return losses.mean(axis=1)


def _log_loss(output, target):
    if output.shape[1] == 1:
        wrong = np.where(target, -output[:, 0], output[:, 0])  # log odds of the other class
        return np.logaddexp(0.0, wrong)
    largest = output.max(axis=1, keepdims=True)
    total = np.exp(output - largest).sum(axis=1)
    return np.log(total) + largest[:, 0] - output[np.arange(len(output)), target]
