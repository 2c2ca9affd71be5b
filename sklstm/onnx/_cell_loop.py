"""Layers of cells that ONNX has no operator for, as a loop over their equations: `loop_layer`."""

from types import SimpleNamespace

import numpy as np

from sklstm.cells import CELLS

from ._operations import BOOL, FLOAT, INT64
from ._scan import scan


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
