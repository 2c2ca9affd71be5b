"""Weights from a file go into compiled code only if they fit: `check_saved_network`."""

import numpy as np

from ._network_input import n_rows


def check_saved_network(estimator):
    """Raise a ValueError if arrays of a fitted estimator do not fit to its network.

    Parameters
    ----------
    estimator : RecurrentBase
        As it was read from a file.

    Raises
    ------
    ValueError
        If names, shapes or precision are not what its network has.
    """
    try:
        fits = _fits(estimator)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            f"The state of {type(estimator).__name__} is damaged: its arrays do not fit to its "
            "network. Load another copy of the file, or fit and save again."
        )


def _fits(estimator):
    spec, weights = estimator._spec, estimator.weights_
    precisions = {array.dtype for array in weights.values()}
    return (
        {name: array.shape for name, array in weights.items()} == spec.parameter_shapes()
        and precisions in ({np.dtype(np.float32)}, {np.dtype(np.float64)})
        and _inputs_fit(estimator, spec)
        and _references_fit(estimator)
    )


def _references_fit(estimator):
    """Tell whether what a regressor predicts changes of is there."""
    if not hasattr(estimator, "target_mean_"):
        return True
    references, n_features = estimator.differenced_targets_, estimator.window_shape_[1]
    relative = estimator.differenced_features_
    return (
        references.shape == estimator.target_mean_.shape == estimator.target_scale_.shape
        and references.dtype.kind == "i"
        and bool((references >= -1).all() and (references < n_features).all())
        and (relative.dtype, relative.shape) == (np.dtype(bool), (n_features,))
    )


def _inputs_fit(estimator, spec):
    if spec.n_tokens:
        tokens = estimator.tokens_
        known = tokens.dtype.kind == "i" and tokens.ndim == 1 and bool((np.diff(tokens) > 0).all())
        return known and tokens[0] > 0 and n_rows(tokens) == spec.n_tokens
    n_features = spec.n_features
    return (
        estimator.feature_mean_.shape == estimator.feature_scale_.shape == (n_features,)
        and estimator.window_shape_[1] == n_features
    )
