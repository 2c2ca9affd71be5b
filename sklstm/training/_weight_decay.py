"""How strongly weights are pulled to zero in an epoch: `weight_decay_of_epoch`."""

_SHARE = 1e-3  # of the loss


def weight_decay_of_epoch(weight_decay, last_loss):
    """Return the weight decay of an epoch.

    A Gaussian prior of the weights is worth as much as the data is uncertain: where the variance of
    the noise is unknown, its penalty is in proportion to that variance, of which the training loss
    is the estimate at hand. So a clean signal is learned without one, and noise not by heart.

    Parameters
    ----------
    weight_decay : float or "auto"
        As for the estimators; a number is that of every epoch.
    last_loss : float
        Mean training loss of the epoch before, 1 before the first one.

    Returns
    -------
    weight_decay : float
        For ``"auto"`` a thousandth of the loss, or of 1 if the loss is greater.

    References
    ----------
    D. J. C. MacKay, "Bayesian interpolation", Neural Computation 4(3), 1992.
    """
    return _SHARE * min(last_loss, 1.0) if weight_decay == "auto" else weight_decay
