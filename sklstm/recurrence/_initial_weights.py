"""Weights to begin training from."""

import numpy as np

from sklstm.cells import CELLS

_EMBEDDING_LIMIT = 0.05


def initial_weights(spec, seed, dtype, scale=1.0):
    """Draw the weights of a network.

    Input and head weights are uniform within Glorot's limits [1]_, recurrent ones orthogonal
    [2]_, each gate a matrix of its own, where Keras draws one for all gates; biases are zero but
    for those that the table of cells names: a forget gate begins open with a bias of one [3]_.
    Rows of tokens are uniform within a twentieth, as in Keras.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    seed : int
        Seed of the generator; equal seeds give equal weights.
    dtype : numpy dtype
        Precision of the weights.
    scale : float, default=1.0
        By what all weights are multiplied, but for biases and the rows of tokens.

    Returns
    -------
    weights : dict of str to ndarray
        One array for each of ``spec.parameter_shapes()``.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
       neural networks", AISTATS 2010.
    .. [2] A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics
       of learning in deep linear neural networks", ICLR 2014.
    .. [3] R. Jozefowicz, W. Zaremba and I. Sutskever, "An empirical exploration of recurrent
       network architectures", ICML 2015.
    """
    generator, cell = np.random.default_rng(seed), CELLS[spec.cell]
    weights = {}
    for name, shape in spec.parameter_shapes().items():
        kind, units = name.split("_", 2)[-1], shape[0] // len(cell.gates)
        if name == "embedding_weight":
            values = generator.uniform(-_EMBEDDING_LIMIT, _EMBEDDING_LIMIT, shape)
        elif kind == "input":
            values = _glorot(generator, shape, n_outputs=units)
        elif kind == "weight":
            values = _glorot(generator, shape, n_outputs=spec.n_outputs)
        elif kind == "recurrent":
            values = np.vstack([_orthogonal(generator, shape[1]) for _ in cell.recurrent_gates])
        else:
            values = np.zeros(shape)
        if name != "embedding_weight":
            values *= scale
        if name.startswith("layer") and kind == "bias":
            for gate, block in zip(cell.gates, np.split(values, len(cell.gates)), strict=True):
                block += cell.biases.get(gate, 0.0)
        weights[name] = values.astype(dtype)
    return weights


def _glorot(generator, shape, n_outputs):
    limit = np.sqrt(6.0 / (shape[1] + n_outputs))
    return generator.uniform(-limit, limit, shape)


def _orthogonal(generator, size):
    q, r = np.linalg.qr(generator.standard_normal((size, size)))
    return q * np.sign(np.diag(r))  # uniform over the orthogonal group only with these signs
