"""A recurrent network: its weights in ONNX's order, and its layers as operators or loops."""

from types import SimpleNamespace

import numpy as np

from sklstm.cells import CELLS

from ._graph import DOUBLE, FLOAT, scan
from ._input import ObservedSteps, token_rows, token_windows

#: Cells that ONNX has an operator for, and the order of its gates: iofc, zrh.
_OPERATORS = {"lstm": [0, 3, 1, 2], "gru": [1, 0, 2], "rnn": [0]}


def _operator_weights(spec, weights, prefix):
    """Return the weights of a direction as ONNX's operator has them.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction.

    Returns
    -------
    w : ndarray of shape (1, n_gates * units, n_inputs), float32
        Weights of the inputs.
    r : ndarray of shape (1, n_gates * units, units), float32
        Weights of the states.
    b : ndarray of shape (1, 2 * n_gates * units), float32
        Biases of the inputs, then of the states.
    """
    w, r, b = (
        _reordered(weights[f"{prefix}_{kind}"], spec.cell)
        for kind in ("input", "recurrent", "bias")
    )
    from_states = np.zeros_like(b)
    if spec.cell == "gru":
        candidate = weights[f"{prefix}_candidate_bias"]
        from_states[-len(candidate) :] = candidate
    arrays = w, r, np.concatenate([b, from_states])
    return [array[np.newaxis].astype(np.float32) for array in arrays]


def _reordered(array, cell):
    blocks = np.split(array, len(_OPERATORS[cell]))
    return np.concatenate([blocks[gate] for gate in _OPERATORS[cell]])


class Tensor:
    """A tensor by its name, of which equations of a cell or a likelihood compute others.

    Parameters
    ----------
    graph : Operations
        Where it is.
    name : str
        What it is called there.
    precision : type, default=numpy.float32
        That of its numbers.
    """

    def __init__(self, graph, name, precision=np.float32):
        self.graph, self.name, self.precision = graph, name, precision

    def apply(self, operation, *others):
        """Return the result of an operator."""
        names = [e.name if isinstance(e, Tensor) else np.asarray(e, self.precision) for e in others]
        return Tensor(self.graph, self.graph(operation, self.name, *names), self.precision)

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


def _log_logistic(x):
    if x.precision is np.float32:
        return -(-x).apply("Softplus")
    # ONNX Runtime has no softplus in double precision.
    return x.apply("Min", 0.0) - ((-x.apply("Abs")).apply("Exp") + 1.0).apply("Log")


def graph_functions(activation=None):
    """Return the functions that equations of cells and losses call, for tensors of a graph."""
    return SimpleNamespace(
        logistic=lambda x: x.apply("Sigmoid"),
        activation=lambda x: x.apply("Tanh" if activation == "tanh" else "Relu"),
        exp=lambda x: x.apply("Max", -80.0).apply("Exp"),
        log_logistic=_log_logistic,
        sqrt=lambda x: x.apply("Sqrt"),
        maximum=lambda a, b: a.apply("Max", b),
    )


def _run_layer(graph, spec, weights, layer, sequence, lengths, *, at_end):
    """Return what a layer makes of sequences whose observed steps stand at the front.

    Steps behind the end of a sequence are read like any others, and what comes of them is never
    looked at. So no operator has to know of lengths, which some runtimes leave out: the last state
    is gathered, and what reads backwards reads a reversed sequence.

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
        (n_samples,), int64: number of steps of each sequence.
    at_end : bool
        Whether the states that each direction ends with are wanted, or those of all steps.

    Returns
    -------
    states : str
        (n_samples, n_directions * units) at the end, otherwise
        (n_timesteps, n_samples, n_directions * units), anything beyond the end of a sequence.
    """
    # ONNX's LSTM has peepholes, but not every runtime heeds them.
    run = _operator if spec.cell in _OPERATORS and not spec.peephole else _loop
    states = []
    for direction in spec.directions:
        turned = {"time_axis": 0, "batch_axis": 1} if direction == "backward" else None
        read = graph("ReverseSequence", sequence, lengths, **turned) if turned else sequence
        found = run(graph, spec, weights, f"layer{layer}_{direction}", spec.units[layer], read)
        if at_end:
            found = _at_last(graph, found, lengths)
        elif turned:
            found = graph("ReverseSequence", found, lengths, **turned)
        states.append(found)
    return states[0] if len(states) == 1 else graph("Concat", *states, axis=-1)


def _at_last(graph, states, lengths):
    """Return the last state of each sequence."""
    n_samples = graph("Squeeze", graph("Shape", lengths), [0])
    steps = graph("Unsqueeze", graph("Sub", lengths, 1), [1])
    samples = graph("Unsqueeze", graph("Range", 0, n_samples, 1), [1])
    return graph("GatherND", states, graph("Concat", steps, samples, axis=1))


def _operator(graph, spec, weights, prefix, units, sequence):
    """Return the hidden states of all steps, by ONNX's operator."""
    w, r, b = _operator_weights(spec, weights, prefix)
    activation = spec.activation.capitalize()
    activations = {"lstm": ["Sigmoid", activation, activation], "gru": ["Sigmoid", activation]}
    attributes = {
        "hidden_size": units,
        "activations": activations.get(spec.cell, [activation]),
    }
    if spec.cell == "gru":
        attributes["linear_before_reset"] = 1
    states = graph(spec.cell.upper(), sequence, w, r, b, **attributes)
    return graph("Squeeze", states, [1])


def _loop(graph, spec, weights, prefix, units, sequence):
    """Return the hidden states of all steps, by a loop over the equations of the cell."""
    cell, functions = CELLS[spec.cell], graph_functions(spec.activation)
    w = {
        name.removeprefix(f"{prefix}_"): array.astype(np.float32)
        for name, array in weights.items()
        if name.startswith(f"{prefix}_")
    }
    from_inputs = graph("Add", graph("MatMul", sequence, w["input"].T), w["bias"])
    n_samples = graph("Shape", sequence, start=1, end=2)
    zeros = graph("Expand", np.float32(0), graph("Concat", n_samples, [units], axis=0))

    def step(body, states, items):
        old = [Tensor(body, state) for state in states]
        weighted = _weighted_inputs(body, cell, w, *items, old[0])
        peepholes = [[Tensor(body, body.constant(row)) for row in w.get("peephole", [])]]
        new, _ = cell.equations(functions, weighted, old, *peepholes if spec.peephole else ())
        names = [state.name for state in new]
        return names, names[:1]

    n_rows = len(cell.gates) * units
    states = [(zeros, (FLOAT, [None, units])) for _ in cell.states]
    sequences = [(from_inputs, (FLOAT, [None, n_rows]))]
    _, (found,) = scan(graph, step, states, sequences, name=prefix)
    return found


def _weighted_inputs(body, cell, w, from_inputs, hidden):
    """Return the weighted inputs of a step."""
    by_gate, from_state = _by_gate(body, cell.gates, from_inputs), {}
    if cell.reads_state:
        product = body("MatMul", hidden.name, w["recurrent"].T)
        from_state = _by_gate(body, cell.recurrent_gates, product)
    for gate in cell.gates_apart:
        bias = Tensor(body, body.constant(w[f"{gate}_bias"]))
        from_state[gate] = from_state[gate] + bias
    return cell.weighted_inputs(by_gate, from_state)


def _by_gate(body, gates, name):
    """Return the blocks of columns of a tensor by gate."""
    if len(gates) == 1:
        return {gate: Tensor(body, name) for gate in gates}
    n_gates = len(gates)
    blocks = body("Split", name, n_outputs=n_gates, axis=1, num_outputs=n_gates)
    return {gate: Tensor(body, block) for gate, block in zip(gates, blocks, strict=True)}


def network_output(graph, estimator, windows, *, every_step=False):
    """Return the output of the network of an estimator.

    Parameters
    ----------
    graph : Graph
        Where nodes are added, one recurrent operator for each layer and direction among them.
    estimator : RecurrentBase
        A fitted estimator.
    windows : str
        Tensor of shape (n_samples, n_timesteps, n_features), in double precision, of a sample at
        least. Tokens are of one feature.
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
    sequence, lengths = _sequence(graph, estimator, windows, steps)
    at_end = not (every_step or of_last_step)
    states = _states(graph, spec, weights, sequence, lengths, at_end=at_end)
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
    """Return what the network reads of windows, observed steps at the front, and how many."""
    if estimator._spec.n_tokens:
        return token_rows(graph, estimator, windows, steps), steps.lengths
    values = graph("Sub", windows, estimator.feature_mean_)
    values = graph("Div", values, estimator.feature_scale_)
    there = graph("Unsqueeze", steps.observed, [2])
    values = steps.to_front(graph("Where", there, values, np.float64(0)))
    lengths, inputs = steps.lengths, estimator._fitted.inputs
    differenced = inputs.differenced
    if differenced is not None and differenced.any():
        first = graph("Slice", values, [0], [1], [1])
        values = graph("Sub", values, graph("Mul", first, differenced.astype(np.float64)))
    if inputs.patch_size > 1:
        values, lengths = _in_patches(graph, values, lengths, inputs.patch_size, len(inputs.mean))
    return graph.cast(values, FLOAT), lengths


def _in_patches(graph, values, lengths, size, n_features):
    """Return windows in patches that end with the newest step, and how many patches each has."""
    n_timesteps = graph("Shape", values, start=1, end=2)
    n_patches = graph("Div", graph("Add", n_timesteps, size - 1), [size])
    of_each = graph("Div", graph("Add", lengths, size - 1), [size])
    filling = graph("Sub", graph("Mul", of_each, size), lengths)
    places = graph("Range", 0, graph("Squeeze", graph("Mul", n_patches, size), [0]), 1)
    steps = graph("Sub", places, graph("Unsqueeze", filling, [1]))
    inside = graph("Max", graph("Min", steps, graph("Sub", n_timesteps, 1)), 0)
    values = graph("GatherND", values, graph("Unsqueeze", inside, [2]), batch_dims=1)
    there = graph("Unsqueeze", graph("GreaterOrEqual", steps, 0), [2])
    values = graph("Where", there, values, np.float64(0))
    shape = graph("Concat", [0], n_patches, [size * n_features], axis=0)
    return graph("Reshape", values, shape), of_each


def _states(graph, spec, weights, sequence, lengths, *, at_end):
    """Return the states at the end, (n_samples, n), or those after every step, with three axes."""
    sequence = graph("Transpose", sequence, perm=[1, 0, 2])
    longest = graph("ReduceMax", lengths, keepdims=1)
    sequence = graph("Slice", sequence, [0], longest, [0])  # nothing stands behind it
    pools = at_end and spec.pooling != "last"
    for layer in range(spec.num_layers):
        ends = at_end and not pools and layer == spec.num_layers - 1
        sequence = _run_layer(graph, spec, weights, layer, sequence, lengths, at_end=ends)
    if pools:
        parts = [_pooled(graph, kind, sequence, lengths, spec) for kind in spec.poolings]
        sequence = parts[0] if len(parts) == 1 else graph("Concat", *parts, axis=1)
    return sequence if at_end else graph("Transpose", sequence, perm=[1, 0, 2])


def _pooled(graph, kind, states, lengths, spec):
    """Return the last, the mean or the largest of states (n_timesteps, n_samples, n)."""
    if kind == "last":
        return _last(graph, states, lengths, spec)
    n_timesteps = graph("Squeeze", graph("Shape", states, start=0, end=1), [0])
    steps = graph("Unsqueeze", graph("Range", 0, n_timesteps, 1), [1])
    there = graph("Unsqueeze", graph("Less", steps, lengths), [2])
    if kind == "max":
        return graph(
            "ReduceMax", graph("Where", there, states, np.float32(-np.inf)), [0], keepdims=0
        )
    total = graph("ReduceSum", graph("Where", there, states, np.float32(0)), [0], keepdims=0)
    return graph("Div", total, graph("Unsqueeze", graph.cast(lengths, FLOAT), [1]))


def _last(graph, states, lengths, spec):
    """Return the states after the last step that each direction reads, (n_samples, n)."""
    last = _at_last(graph, states, lengths)
    if not spec.bidirectional:
        return last
    oldest = graph("Gather", states, 0, axis=0)
    units = spec.units[-1]
    forward = graph("Slice", last, [0], [units], [1])
    return graph("Concat", forward, graph("Slice", oldest, [units], [2 * units], [1]), axis=1)
