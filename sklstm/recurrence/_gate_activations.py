"""What gates and states are at every step: `gate_activations`."""

import numpy as np

from sklstm.cells import CELLS

from ._numpy_functions import numpy_functions
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
        For each layer and direction, such as ``"layer0_forward"``, by name the gates and states of
        the table of cells, the hidden state last. Each has the shape
        (n_samples, n_timesteps, units of this layer), in the order of the steps of `values` in
        either direction, NaN beyond the end of a window.
    """
    spec.check(weights)
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
            run = _Layer(spec, weights, prefix).run
            if direction == "forward":
                found = run(sequence, lengths)
            else:
                found = run(np.take_along_axis(sequence, backwards, axis=1), lengths)
                found = {k: np.take_along_axis(v, backwards, axis=1) for k, v in found.items()}
            states.append(found["hidden"].copy())
            for array in found.values():
                array[beyond] = np.nan
            activations[prefix] = found
        sequence = np.concatenate(states, axis=2)
    return activations


class _Layer:
    """One layer in one direction, samples as rows."""

    def __init__(self, spec, weights, prefix):
        self.spec, self.cell, self.weights = spec, CELLS[spec.cell], {}
        for name, array in weights.items():
            if name.startswith(f"{prefix}_"):
                self.weights[name.removeprefix(f"{prefix}_")] = array.astype(np.float64)
        self.units = len(self.weights["bias"]) // len(self.cell.gates)
        self.functions = numpy_functions(spec.activation)

    def run(self, sequence, lengths):
        """Return all gates and states by name, (n_samples, n_timesteps, units)."""
        n_samples, n_timesteps, _ = sequence.shape
        states = [np.zeros((n_samples, self.units)) for _ in self.cell.states]
        gates = sorted(self.cell.gates, key="candidate".__eq__)  # behind the gates proper
        names = dict.fromkeys([*gates, *self.cell.states[1:], self.cell.states[0]])
        found = {name: np.empty((n_samples, n_timesteps, self.units)) for name in names}
        for t in range(n_timesteps):
            new_states, gates = self._step(sequence[:, t], states)
            going_on = (t < lengths)[:, np.newaxis]
            pairs = zip(new_states, states, strict=True)
            states = [np.where(going_on, new, old) for new, old in pairs]
            arrays = [*gates, *states]
            for name, array in zip([*self.cell.gates, *self.cell.states], arrays, strict=True):
                found[name][:, t] = array
        return found

    def _step(self, x, states):
        cell, w = self.cell, self.weights
        blocks = np.split(x @ w["input"].T + w["bias"], len(cell.gates), axis=1)
        from_inputs, from_state = dict(zip(cell.gates, blocks, strict=True)), {}
        if cell.reads_state:
            blocks = np.split(states[0] @ w["recurrent"].T, len(cell.recurrent_gates), axis=1)
            from_state = dict(zip(cell.recurrent_gates, blocks, strict=True))
        for gate in cell.gates_apart:
            from_state[gate] = from_state[gate] + w[f"{gate}_bias"]
        peepholes = [w["peephole"]] if self.spec.peephole else []
        weighted = cell.weighted_inputs(from_inputs, from_state)
        return cell.equations(self.functions, weighted, states, *peepholes)
