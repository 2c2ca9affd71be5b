"""Tokens as inputs of a network: `token_windows` and `token_rows`."""

import numpy as np

from sklstm.data._shapes import LARGEST_TOKEN, PADDING

from ._operations import INT64


def token_windows(graph, windows):
    """Return windows of tokens as windows of one feature.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        Tensor of shape (n_samples, n_timesteps, 1), in double precision.

    Returns
    -------
    windows : str
        The same with NaN for padding, a missing step, and infinity for what is no token: both are
        then told from tokens as they are from measured values.
    """
    wrong = graph("Not", graph("Equal", windows, graph("Floor", windows)))
    for out_of_range in (
        graph("Less", windows, 0.0),
        graph("Greater", windows, LARGEST_TOKEN + 0.0),
    ):
        wrong = graph("Or", wrong, out_of_range)
    # NaN equals nothing, so what is missing comes last.
    missing = graph("Or", graph("IsNaN", windows), graph("Equal", windows, PADDING + 0.0))
    return graph("Where", missing, np.nan, graph("Where", wrong, np.inf, windows))


def token_rows(graph, estimator, windows, steps):
    """Return the rows of the tokens of each window, those of its padding behind the others.

    Parameters
    ----------
    graph : Graph
        Where nodes are added, and a table as large as that of the estimator.
    estimator : RecurrentBase
        A fitted estimator whose inputs are tokens.
    windows : str
        What `token_windows` returns.
    steps : ObservedSteps
        Its steps.

    Returns
    -------
    rows : str
        (n_samples, n_timesteps, embedding_dim), in single precision.
    """
    weight = estimator.weights_["embedding_weight"].astype(np.float32)
    n_rows = len(weight)
    # One more row stands for all larger numbers; unknown ones have that of out of vocabulary.
    table = weight[estimator._fitted.inputs.known(np.arange(n_rows + 1))]
    there = graph("Unsqueeze", steps.observed, [2])
    # What padding reads stands behind all others; what is no token makes the output NaN.
    tokens = graph("Where", there, graph("Min", windows, n_rows + 0.0), PADDING + 0.0)
    tokens = steps.to_front(graph.cast(tokens, INT64))
    return graph("Gather", table, graph("Squeeze", tokens, [2]), axis=0)
