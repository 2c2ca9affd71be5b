"""Losses: value, gradient, prediction and label of each in one object."""

from ._functions import NUMPY, torch_functions
from ._likelihood import Likelihood, inverse_softplus
from ._log_loss import log_loss
from ._loss import Loss
from ._quantile import Quantile
from ._regression import LOSSES, ErrorLoss, make_loss, parameters_of

__all__ = [
    "LOSSES", "NUMPY", "ErrorLoss", "Likelihood", "Loss", "Quantile", "log_loss", "make_loss",
    "inverse_softplus", "parameters_of", "torch_functions",
]  # fmt: skip
