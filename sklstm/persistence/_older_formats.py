"""What becomes of the state of an older format in the next one."""

import numpy as np


def nothing_is_relative(cls, state):
    """Return a state of format 1 in format 2: a regressor of then predicts no changes.

    Parameters
    ----------
    cls : type
        Class of the estimator.
    state : dict
        Its state.

    Returns
    -------
    state : dict
        With what `differencing` has chosen, if it is that of a fitted recurrent regressor.
    """
    if not {"target_mean_", "window_shape_"} <= state.keys():
        return state
    n_outputs, n_features = len(state["target_mean_"]), state["window_shape_"][1]
    return state | {
        "differenced_targets_": np.full(n_outputs, -1),
        "differenced_features_": np.zeros(n_features, dtype=bool),
    }
