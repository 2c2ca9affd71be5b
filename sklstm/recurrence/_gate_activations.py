"""What gates and states are at every step: `gate_activations`."""

import numpy as np

from ._token_rows import token_rows


def gate_activations(spec, weights, values, lengths):
    """Return the gates and states of every layer and direction at every step.

    This is the arithmetic of the equations as they stand in the literature, in double precision
    and apart from the passes that train and predict.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    values : ndarray of shape (n_samples, n_timesteps, n_features)
        What the network reads, each window at its beginning; beyond its end finite numbers.
        Tokens are of shape (n_samples, n_timesteps, 1).
    lengths : ndarray of shape (n_samples,)
        Number of steps of each window.

    Returns
    -------
    activations : dict of str to dict of str to ndarray
        For each layer and direction, such as ``"layer0_forward"``, by name: ``input``, ``forget``,
        ``output``, ``candidate``, ``cell`` and ``hidden`` of an LSTM; ``reset``, ``update``,
        ``candidate`` and ``hidden`` of a GRU; ``hidden`` of a simple network. Each has the shape
        (n_samples, n_timesteps, units of this layer), in the order of the steps of `values` in
        either direction, NaN beyond the end of a window.
    """
    if spec.n_tokens:
        values = token_rows(spec, weights, values[:, :, 0])
    sequence = values.astype(np.float64)
    steps = np.arange(values.shape[1])
    beyond = steps >= lengths[:, np.newaxis]
    # From the last step to the first, and the first over and over. Taken twice it is the way back.
    backwards = np.maximum(lengths[:, np.newaxis] - 1 - steps, 0)[:, :, np.newaxis]
    activations = {}
    for layer in range(spec.num_layers):
        states = []
        for direction in spec.directions:
            prefix = f"layer{layer}_{direction}"
            cell = _Cell(spec, weights, prefix)
            if direction == "forward":
                found = cell.run(sequence, lengths)
            else:
                found = cell.run(np.take_along_axis(sequence, backwards, axis=1), lengths)
                found = {k: np.take_along_axis(v, backwards, axis=1) for k, v in found.items()}
            states.append(found["hidden"].copy())
            for array in found.values():
                array[beyond] = np.nan
            activations[prefix] = found
        sequence = np.concatenate(states, axis=2)
    return activations


class _Cell:
    """One layer in one direction."""

    def __init__(self, spec, weights, prefix):
        def array(kind):
            return weights[f"{prefix}_{kind}"].astype(np.float64)

        self.input, self.recurrent, self.bias = array("input"), array("recurrent"), array("bias")
        self.units = self.recurrent.shape[1]
        self.peephole = array("peephole") if spec.peephole else np.zeros((3, self.units))
        self.candidate_bias = array("candidate_bias") if spec.cell == "gru" else None
        self.activation = np.tanh if spec.activation == "tanh" else _relu
        self.step = {"lstm": self._lstm, "gru": self._gru, "rnn": self._rnn}[spec.cell]

    def run(self, sequence, lengths):
        """Return all gates and states by name, (n_samples, n_timesteps, units)."""
        n_samples, n_timesteps, _ = sequence.shape
        last = {name: np.zeros((n_samples, self.units)) for name in ("hidden", "cell")}
        found = {}
        for t in range(n_timesteps):
            now = self.step(sequence[:, t], last["hidden"], last["cell"])
            going_on = (t < lengths)[:, np.newaxis]
            for name in last.keys() & now.keys():
                last[name] = np.where(going_on, now[name], last[name])
            for name, array in (now | {"hidden": last["hidden"]}).items():
                steps = found.setdefault(name, np.empty((n_samples, n_timesteps, self.units)))
                steps[:, t] = array
        return found

    def _lstm(self, x, hidden, cell):
        z = x @ self.input.T + self.bias + hidden @ self.recurrent.T
        i, f, g, o = np.split(z, 4, axis=1)
        gates = {"input": _logistic(i + self.peephole[0] * cell)}
        gates["forget"] = _logistic(f + self.peephole[1] * cell)
        candidate = self.activation(g)
        cell = gates["forget"] * cell + gates["input"] * candidate
        gates["output"] = _logistic(o + self.peephole[2] * cell)
        hidden = gates["output"] * self.activation(cell)
        return gates | {"candidate": candidate, "cell": cell, "hidden": hidden}

    def _gru(self, x, hidden, _):
        from_input = np.split(x @ self.input.T + self.bias, 3, axis=1)
        from_state = np.split(hidden @ self.recurrent.T, 3, axis=1)
        reset = _logistic(from_input[0] + from_state[0])
        update = _logistic(from_input[1] + from_state[1])
        candidate = self.activation(from_input[2] + reset * (from_state[2] + self.candidate_bias))
        hidden = (1 - update) * candidate + update * hidden
        return {"reset": reset, "update": update, "candidate": candidate, "hidden": hidden}

    def _rnn(self, x, hidden, _):
        z = x @ self.input.T + self.bias + hidden @ self.recurrent.T
        return {"hidden": self.activation(z)}


def _logistic(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)  # 1 / (1 + exp(-z)), without its overflow


def _relu(z):
    return np.maximum(z, 0.0)
