"""Loops over sequences: `scan`, and `scan_rows` over the rows of a series."""

from onnx import helper

from ._operations import DOUBLE, Operations


class _Body(Operations):
    def __init__(self, prefix):
        self.nodes, self.constants, self._prefix, self._n_names = [], [], prefix, 0

    def _new_name(self, stem):
        self._n_names += 1
        return f"{self._prefix}_{stem}_{self._n_names}"

    def _add_node(self, operation, inputs, outputs, attributes):
        self.nodes.append(helper.make_node(operation, inputs, outputs, **attributes))

    def _add_constant(self, tensor):
        self.constants.append(tensor)


def scan(graph, step, states, sequences, *, name="row"):
    """Go through sequences from their first item on, with states from one item to the next.

    Parameters
    ----------
    graph : Graph
        Where the loop stands.
    step : callable
        Called once, with operations to add nodes to, the names of the states and those of one item
        of each sequence; returns the names of the new states and of what is kept of each item, two
        lists.
    states : list of (str or ndarray, (int, list))
        What the states are before the first item, with their types and shapes.
    sequences : list of (str, (int, list))
        Tensors whose first axis is gone through, with the types and shapes of their items.
    name : str, default="row"
        What an item is called.

    Returns
    -------
    states : list of str
        States after the last item.
    kept : list of str
        What was kept of all items, along the first axis.
    """
    body = _Body(name)
    before = [(f"{name}_state_{k}", *info) for k, (_, info) in enumerate(states)]
    items = [(f"{name}_item_{k}", *info) for k, (_, info) in enumerate(sequences)]
    new_states, kept = step(body, [info[0] for info in before], [info[0] for info in items])
    # The body's outputs are names of their own, since one tensor may be both state and result.
    outputs = [body("Identity", found) for found in [*new_states, *kept]]
    types = [info for _, info in states] + [states[0][1]] * len(kept)
    whole = helper.make_graph(
        body.nodes, name, [helper.make_tensor_value_info(*info) for info in [*before, *items]],
        [
            helper.make_tensor_value_info(found, *info)
            for found, info in zip(outputs, types, strict=True)
        ],
        body.constants,
    )  # fmt: skip
    inputs = [value for value, _ in [*states, *sequences]]
    results = graph(
        "Scan", *inputs, n_outputs=len(outputs), body=whole, num_scan_inputs=len(sequences)
    )
    return results[: len(states)], results[len(states) :]


def scan_rows(graph, step, first_states, rows):
    """Go through the rows of a series from the first on, with states that are carried along.

    Parameters
    ----------
    graph : Graph
        Where the loop stands.
    step : callable
        Called once, with operations to add nodes to, the names of the states and that of a row;
        returns the names of the new states and of what is kept of each row, two lists.
    first_states : list of ndarray of shape (n_features,)
        States before the first row.
    rows : str
        Tensor of shape (n_steps, n_features), in double precision.

    Returns
    -------
    kept : list of str
        Tensors of shape (n_steps, n_features).
    """
    info = DOUBLE, [len(first_states[0])]
    states = [(state, info) for state in first_states]

    def of_row(body, names, items):
        return step(body, names, *items)

    return scan(graph, of_row, states, [(rows, info)])[1]
