"""Weights from a file go into compiled code only if they fit: `check_saved_language_model`."""

import numpy as np


def check_saved_language_model(model):
    """Raise a ValueError if arrays of a fitted language model do not fit to its network.

    Parameters
    ----------
    model : LanguageModelBase
        As it was read from a file.

    Raises
    ------
    ValueError
        If names, shapes or precision are not what its network has, or the network is none for its
        tokens.
    """
    try:
        fits = _fits(model._spec, model.weights_, model._tokens.n_ids, model.token_counts_)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            f"The state of {type(model).__name__} is damaged: its arrays do not fit to its "
            "network. Load another copy of the file, or fit and save again."
        )


def _fits(spec, weights, n_ids, counts):
    shapes = {name: array.shape for name, array in weights.items()}
    reads_tokens = spec.n_tokens == spec.n_outputs == n_ids
    reads_tokens &= spec.every_step and not spec.bidirectional
    return (
        shapes == spec.parameter_shapes()
        and {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
        and reads_tokens
        and (bool(spec.embeds) or spec.n_features == n_ids)
        and counts.shape == (n_ids,)
        and counts.dtype.kind == "i"
        and bool((counts >= 0).all())
    )
