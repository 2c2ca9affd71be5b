"""What equations of cells call, in NumPy: `numpy_functions`."""

from types import SimpleNamespace

import numpy as np

from sklstm.cells import Functions


def numpy_functions(activation: str) -> Functions:
    """Return the functions that equations of cells call, for arrays.

    Parameters
    ----------
    activation : {"tanh", "relu"}
        Activation of the cell.

    Returns
    -------
    functions : Functions
        For NumPy arrays of any shape.
    """
    return SimpleNamespace(
        logistic=_logistic,
        activation=np.tanh if activation == "tanh" else lambda x: np.maximum(x, 0),
        exp=lambda x: np.exp(np.maximum(x, -80.0)),
        log_logistic=lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
        maximum=np.maximum,
    )


def _logistic(x):
    gate = np.tanh(x * 0.5)  # 1 / (1 + exp(-x)), without its overflow
    gate *= 0.5
    gate += 0.5
    return gate
