"""Weights as ONNX's recurrent operators take them: `layer_weights`."""

import numpy as np

#: Cells that ONNX has an operator for, and the order of its gates: iofc, zrh.
OPERATORS = {"lstm": [0, 3, 1, 2], "gru": [1, 0, 2], "rnn": [0]}


def layer_weights(spec, weights, layer):
    """Return the weights of all directions of a layer.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    layer : int
        Number of the layer.

    Returns
    -------
    w : ndarray of shape (n_directions, n_gates * units, n_inputs), float32
        Weights of the inputs.
    r : ndarray of shape (n_directions, n_gates * units, units), float32
        Weights of the states.
    b : ndarray of shape (n_directions, 2 * n_gates * units), float32
        Biases of the inputs, then of the states.
    p : ndarray of shape (n_directions, 3 * units), float32, or None
        Peepholes of the input, output and forget gate.
    """
    parts = [_of_direction(spec, weights, f"layer{layer}_{name}") for name in spec.directions]
    w, r, b, p = zip(*parts, strict=True)
    stacked = [np.stack(part).astype(np.float32) for part in (w, r, b)]
    return *stacked, np.stack(p).astype(np.float32) if spec.peephole else None


def _of_direction(spec, weights, prefix):
    w, r, b = (
        _reordered(weights[f"{prefix}_{kind}"], spec.cell)
        for kind in ("input", "recurrent", "bias")
    )
    from_states = np.zeros_like(b)
    if spec.cell == "gru":
        candidate = weights[f"{prefix}_candidate_bias"]
        from_states[-len(candidate) :] = candidate
    p = weights[f"{prefix}_peephole"][[0, 2, 1]].reshape(-1) if spec.peephole else None
    return w, r, np.concatenate([b, from_states]), p


def _reordered(array, cell):
    blocks = np.split(array, len(OPERATORS[cell]))
    return np.concatenate([blocks[gate] for gate in OPERATORS[cell]])
