"""From tokens to the numbers that a network reads: `token_rows`."""

import numpy as np


def token_rows(spec, weights, tokens):
    """Return what a network reads for some tokens.

    Parameters
    ----------
    spec : NetworkSpec
        The network, whose inputs are tokens.
    weights : dict of str to ndarray
        Its parameters.
    tokens : ndarray of int
        Whole numbers below ``spec.n_tokens``, of any shape.

    Returns
    -------
    rows : ndarray of shape (*tokens.shape, n_features)
        In the precision of the weights.
    """
    if spec.embeds:
        return weights["embedding_weight"][tokens]
    rows = np.zeros((*tokens.shape, spec.n_tokens), dtype=weights["head_bias"].dtype)
    np.put_along_axis(rows, tokens[..., np.newaxis], 1.0, axis=-1)
    return rows
