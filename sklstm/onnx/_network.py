"""A recurrent network: its weights in ONNX's order, and its layers as operators or loops."""

from types import SimpleNamespace

import numpy as np

from sklstm.cells import CELLS

from ._graph import BOOL, DOUBLE, FLOAT, INT64, scan
from ._input import ObservedSteps, token_rows, token_windows

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


class _Tensor:
    """A tensor by its name, of which the equations of a cell compute others."""

    def __init__(self, graph, name):
        self.graph, self.name = graph, name

    def apply(self, operation, *others):
        """Return the result of an operator."""
        names = [each.name if isinstance(each, _Tensor) else np.float32(each) for each in others]
        return _Tensor(self.graph, self.graph(operation, self.name, *names))

    def __add__(self, other):
        return self.apply("Add", other)

    def __sub__(self, other):
        return self.apply("Sub", other)

    def __mul__(self, other):
        return self.apply("Mul", other)

    def __truediv__(self, other):
        return self.apply("Div", other)

    def __neg__(self):
        return self.apply("Neg")

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self.apply("Reciprocal") * other

    __radd__, __rmul__ = __add__, __mul__


def _functions(activation):
    """Return the functions that equations of cells call, for tensors of a graph."""
    return SimpleNamespace(
        logistic=lambda x: x.apply("Sigmoid"),
        activation=lambda x: x.apply("Tanh" if activation == "tanh" else "Relu"),
        exp=lambda x: x.apply("Max", -80.0).apply("Exp"),
        log_logistic=lambda x: -(-x).apply("Softplus"),
        maximum=lambda a, b: a.apply("Max", b),
    )


def loop_layer(graph, spec, weights, layer, sequence, lengths):
    """Return what ONNX's recurrent operators return, of a layer of any cell.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    layer : int
        Number of the layer.
    sequence : str
        (n_timesteps, n_samples, n_inputs), in single precision.
    lengths : str
        (n_samples,), number of steps of each sequence.

    Returns
    -------
    states : str
        (n_timesteps, n_directions, n_samples, units); beyond the end of a sequence the last one.
    last : str
        (n_directions, n_samples, units).
    """
    lengths = graph.cast(lengths, INT64)
    n_timesteps = graph("Squeeze", graph("Shape", sequence, start=0, end=1), [0])
    steps = graph("Unsqueeze", graph("Range", 0, n_timesteps, 1), [1])
    going_on = graph("Unsqueeze", graph("Less", steps, lengths), [2])
    states, last = [], []
    for direction in spec.directions:
        turned = {"time_axis": 0, "batch_axis": 1} if direction == "backward" else None
        read = graph("ReverseSequence", sequence, lengths, **turned) if turned else sequence
        prefix = f"layer{layer}_{direction}"
        found, end = _run(graph, spec, weights, prefix, spec.units[layer], read, going_on)
        found = graph("ReverseSequence", found, lengths, **turned) if turned else found
        states.append(graph("Unsqueeze", found, [1]))
        last.append(graph("Unsqueeze", end, [0]))
    return graph("Concat", *states, axis=1), graph("Concat", *last, axis=0)


def _run(graph, spec, weights, prefix, units, sequence, going_on):
    """Return the hidden states of all steps, and those after the last one."""
    cell, functions = CELLS[spec.cell], _functions(spec.activation)
    w = {
        name.removeprefix(f"{prefix}_"): array.astype(np.float32)
        for name, array in weights.items()
        if name.startswith(f"{prefix}_")
    }
    from_inputs = graph("Add", graph("MatMul", sequence, w["input"].T), w["bias"])
    n_samples = graph("Shape", sequence, start=1, end=2)
    zeros = graph("Expand", np.float32(0), graph("Concat", n_samples, [units], axis=0))

    def step(body, states, items):
        from_inputs, going_on = items
        old = [_Tensor(body, state) for state in states]
        weighted = _weighted_inputs(body, cell, w, from_inputs, old[0])
        peepholes = [[_Tensor(body, body.constant(row)) for row in w.get("peephole", [])]]
        new, _ = cell.equations(functions, weighted, old, *peepholes if spec.peephole else ())
        pairs = zip(new, old, strict=True)
        new = [body("Where", going_on, now.name, before.name) for now, before in pairs]
        return new, new[:1]

    info = FLOAT, [None, units]
    n_rows = len(cell.gates) * units
    sequences = [(from_inputs, (FLOAT, [None, n_rows])), (going_on, (BOOL, [None, 1]))]
    states = [(zeros, info) for _ in cell.states]
    (last, *_), (found,) = scan(graph, step, states, sequences, name=prefix)
    return found, last


def _weighted_inputs(body, cell, w, from_inputs, hidden):
    """Return the weighted inputs of a step."""
    by_gate, from_state = _by_gate(body, cell.gates, from_inputs), {}
    if cell.reads_state:
        product = body("MatMul", hidden.name, w["recurrent"].T)
        from_state = _by_gate(body, cell.recurrent_gates, product)
    for gate in cell.gates_apart:
        bias = _Tensor(body, body.constant(w[f"{gate}_bias"]))
        from_state[gate] = from_state[gate] + bias
    return cell.weighted_inputs(by_gate, from_state)


def _by_gate(body, gates, name):
    """Return the blocks of columns of a tensor by gate."""
    if len(gates) == 1:
        return {gate: _Tensor(body, name) for gate in gates}
    n_gates = len(gates)
    blocks = body("Split", name, n_outputs=n_gates, axis=1, num_outputs=n_gates)
    return {gate: _Tensor(body, block) for gate, block in zip(gates, blocks, strict=True)}


def network_output(graph, estimator, windows, *, every_step=False):
    """Return the output of the network of an estimator.

    Parameters
    ----------
    graph : Graph
        Where nodes are added, one recurrent operator for each layer among them.
    estimator : RecurrentBase
        A fitted estimator.
    windows : str
        Tensor of shape (n_samples, n_timesteps, n_features), in double precision. Tokens are of
        one feature.
    every_step : bool, default=False
        Whether the output of every step is wanted, or that at the end.

    Returns
    -------
    output : str
        (n_samples, n_outputs) or (n_samples, n_timesteps, n_outputs), in double precision. NaN at
        missing steps, and for windows that the estimator refuses.
    """
    spec, weights = estimator._spec, estimator.weights_
    if spec.n_tokens:
        windows = token_windows(graph, windows)
    steps = ObservedSteps(graph, windows, estimator.window_shape_[1])
    # Of a network that learned targets of every step, what reads backwards has seen one step only.
    of_last_step = spec.every_step and spec.bidirectional and not every_step
    sequence = _sequence(graph, estimator, windows, steps)
    states = _states(graph, spec, weights, sequence, steps, at_end=not (every_step or of_last_step))
    head = weights["head_weight"].T.astype(np.float32), weights["head_bias"].astype(np.float32)
    output = graph.cast(graph("Add", graph("MatMul", states, head[0]), head[1]), DOUBLE)
    if of_last_step:
        output = steps.at_last(output)
    nowhere = graph("Unsqueeze", steps.unusable, [1])
    if every_step:
        output = steps.to_their_places(output)
        nowhere = graph("Or", nowhere, graph("Not", steps.observed))
        nowhere = graph("Unsqueeze", nowhere, [2])
    return graph("Where", nowhere, np.nan, output)


def _sequence(graph, estimator, windows, steps):
    """Return what the network reads of windows, their observed steps at the front."""
    if estimator._spec.n_tokens:
        return token_rows(graph, estimator, windows, steps)
    values = graph("Sub", windows, estimator.feature_mean_)
    values = graph("Div", values, estimator.feature_scale_)
    there = graph("Unsqueeze", steps.observed, [2])
    values = steps.to_front(graph("Where", there, values, np.float64(0)))
    differenced = estimator._fitted.inputs.differenced
    if differenced is not None and differenced.any():
        first = graph("Slice", values, [0], [1], [1])
        values = graph("Sub", values, graph("Mul", first, differenced.astype(np.float64)))
    return graph.cast(values, FLOAT)


def _states(graph, spec, weights, sequence, steps, *, at_end):
    """Return the states at the end, (n_samples, n), or those after every step, with three axes."""
    sequence = graph("Transpose", sequence, perm=[1, 0, 2])
    n_samples = graph("Shape", sequence, start=1, end=2)
    sequence, lengths = _not_empty(graph, sequence, steps.lengths_of_sequences, n_samples)
    for layer in range(spec.num_layers):
        states, last = _run_layer(graph, spec, weights, layer, sequence, lengths)
        if layer < spec.num_layers - 1 or not at_end:
            sequence = _directions_joined(graph, states)
    if at_end:
        last = graph("Transpose", last, perm=[1, 0, 2])
        found = graph("Reshape", last, [-1, spec.state_size])
    else:
        found = graph("Transpose", sequence, perm=[1, 0, 2])
    return graph("Slice", found, [0], n_samples, [0])


def _directions_joined(graph, states):
    """Make (n_timesteps, n_samples, n) of (n_timesteps, n_directions, n_samples, units)."""
    return graph("Reshape", graph("Transpose", states, perm=[0, 2, 1, 3]), [0, 0, -1])


def _not_empty(graph, sequence, lengths, n_samples):
    """Add a sample where there is none: onnxruntime crashes in a recurrent operator otherwise."""
    n_added = graph.cast(graph("Equal", n_samples, 0), INT64)
    around = graph("Concat", [0, 0, 0, 0], n_added, [0], axis=0)
    sequence = graph("Pad", sequence, around, np.float32(0))
    return sequence, graph("Pad", lengths, graph("Concat", [0], n_added, axis=0), np.int32(1))


def _run_layer(graph, spec, weights, layer, sequence, lengths):
    """Return states (n_timesteps, n_directions, n_samples, units) and (n_directions, ...)."""
    if spec.cell not in OPERATORS:
        return loop_layer(graph, spec, weights, layer, sequence, lengths)
    units, n_directions = spec.units[layer], len(spec.directions)
    *arrays, peepholes = layer_weights(spec, weights, layer)
    inputs = [sequence, *arrays, lengths]
    activation = spec.activation.capitalize()
    activations = {"lstm": ["Sigmoid", activation, activation], "gru": ["Sigmoid", activation]}
    attributes = {
        "hidden_size": units,
        "direction": "bidirectional" if spec.bidirectional else "forward",
        "activations": activations.get(spec.cell, [activation]) * n_directions,
    }
    if spec.cell == "gru":
        attributes["linear_before_reset"] = 1
    if peepholes is not None:
        shape = graph("Concat", [n_directions], graph("Shape", lengths), [units], axis=0)
        zeros = graph("Expand", np.float32(0), shape)
        inputs += [zeros, zeros, peepholes]
    return graph(spec.cell.upper(), *inputs, n_outputs=2, **attributes)
