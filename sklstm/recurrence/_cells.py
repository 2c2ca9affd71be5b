"""One step of each cell in NumPy, on tiles of samples.

A *tile* holds `LANES` samples side by side in the last axis, arrays are (n_tiles, units, LANES).
Each sample is then one lane of the processor's vector registers: whatever a matrix product does,
it does to all lanes alike. So a sample's result cannot depend, not by one bit, on the lane it
stands in, on its neighbours or on how many tiles there are. (Ordinary products, with samples as
rows, round the rows of a block differently.)

All inputs of a step, ``[x_t, h_{t-1}, 1]``, are stacked, so that a step is one matrix product.
"""

import numpy as np

LANES = 16


def packed_cell(spec, weights, prefix):
    """Return the step function of one layer and direction, with its weights packed.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction, ``"layer0_forward"``.

    Returns
    -------
    cell : LSTMStep, GRUStep or RNNStep
        Its ``matrix`` has shape (n_rows, n_inputs + hidden_size + 1); called with the product of
        that matrix and the stacked inputs, it returns the new hidden state.
    """
    return {"lstm": LSTMStep, "gru": GRUStep, "rnn": RNNStep}[spec.cell](spec, weights, prefix)


class LSTMStep:
    """Long short-term memory, with or without peepholes.

    ``c = f * c + i * g``, ``h = o * a(c)``; i, f, o are logistic, the candidate g and a are tanh
    or relu [1]_. With peepholes i and f also see the old cell state and o the new one [2]_.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8),
       1997; the forget gate: F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget",
       Neural Computation 12(10), 2000.
    .. [2] F. A. Gers and J. Schmidhuber, "Recurrent nets that time and count", IJCNN 2000.
    """

    n_states = 2

    def __init__(self, spec, weights, prefix):
        self.units = _units(weights, prefix)
        self.activation = np.tanh if spec.activation == "tanh" else _relu
        i, f, g, o = np.split(_stacked(weights, prefix), 4)
        # logistic(z) = (tanh(z / 2) + 1) / 2: halving is exact, and one function serves all gates.
        self.matrix = np.vstack([i / 2, f / 2, o / 2, g])
        peephole = weights.get(f"{prefix}_peephole")
        self.peephole = None if peephole is None else peephole[:, :, np.newaxis] / 2

    def __call__(self, z, hidden, cell):
        """Return (hidden, cell) after one step.

        Parameters
        ----------
        z : ndarray of shape (n_tiles, 4 * hidden_size, LANES)
            Weighted inputs, overwritten.
        hidden : ndarray of shape (n_tiles, hidden_size, LANES)
            State before the step.
        cell : ndarray of shape (n_tiles, hidden_size, LANES)
            Cell state before the step.
        """
        n = self.units
        candidate = self.activation(z[:, 3 * n :])
        if self.peephole is None:
            gates = _logistic_of_half(z[:, : 3 * n])
            input_, forget, output = gates[:, :n], gates[:, n : 2 * n], gates[:, 2 * n :]
            cell = forget * cell + input_ * candidate
        else:
            input_ = _logistic_of_half(z[:, :n] + self.peephole[0] * cell)
            forget = _logistic_of_half(z[:, n : 2 * n] + self.peephole[1] * cell)
            cell = forget * cell + input_ * candidate
            output = _logistic_of_half(z[:, 2 * n : 3 * n] + self.peephole[2] * cell)
        return output * self.activation(cell), cell


class GRUStep:
    """Gated recurrent unit, the reset gate applied after the recurrent product.

    ``h = (1 - z) * n + z * h`` with the update gate z and the candidate
    ``n = a(W x + b + r * (U h + c))`` [1]_.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction.

    References
    ----------
    .. [1] K. Cho et al., "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP 2014, in the first of its two published forms.
    """

    n_states = 1

    def __init__(self, spec, weights, prefix):
        n = self.units = _units(weights, prefix)
        self.activation = np.tanh if spec.activation == "tanh" else _relu
        stacked = _stacked(weights, prefix)
        n_inputs = stacked.shape[1] - n - 1
        # The two halves of the candidate are kept apart, since the reset gate comes between them.
        from_input, from_state = stacked[2 * n :].copy(), stacked[2 * n :].copy()
        from_input[:, n_inputs:-1] = 0.0
        from_state[:, :n_inputs] = 0.0
        from_state[:, -1] = weights[f"{prefix}_candidate_bias"]
        self.matrix = np.vstack([stacked[: 2 * n] / 2, from_input, from_state])

    def __call__(self, z, hidden):
        """Return (hidden,) after one step.

        Parameters
        ----------
        z : ndarray of shape (n_tiles, 4 * hidden_size, LANES)
            Weighted inputs, overwritten.
        hidden : ndarray of shape (n_tiles, hidden_size, LANES)
            State before the step.
        """
        n = self.units
        gates = _logistic_of_half(z[:, : 2 * n])
        reset, update = gates[:, :n], gates[:, n:]
        candidate = self.activation(z[:, 2 * n : 3 * n] + reset * z[:, 3 * n :])
        return (candidate + update * (hidden - candidate),)


class RNNStep:
    """Simple recurrence, ``h = a(W x + U h + b)`` [1]_.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction.

    References
    ----------
    .. [1] J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.
    """

    n_states = 1

    def __init__(self, spec, weights, prefix):
        self.units = _units(weights, prefix)
        self.activation = np.tanh if spec.activation == "tanh" else _relu
        self.matrix = _stacked(weights, prefix)

    def __call__(self, z, hidden):
        """Return (hidden,) after one step.

        Parameters
        ----------
        z : ndarray of shape (n_tiles, hidden_size, LANES)
            Weighted inputs.
        hidden : ndarray of shape (n_tiles, hidden_size, LANES)
            State before the step; not looked at, it is already in `z`.
        """
        return (self.activation(z),)


def _units(weights, prefix):
    return weights[f"{prefix}_recurrent"].shape[1]


def _stacked(weights, prefix):
    return np.hstack(
        [
            weights[f"{prefix}_input"],
            weights[f"{prefix}_recurrent"],
            weights[f"{prefix}_bias"][:, np.newaxis],
        ]
    )


def _logistic_of_half(z):
    gate = np.tanh(z)
    gate *= 0.5
    gate += 0.5
    return gate


def _relu(z):
    return np.maximum(z, 0)
