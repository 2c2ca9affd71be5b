"""A loop over the rows of a series: `scan_rows`."""

from onnx import helper

from ._operations import DOUBLE, Operations


class _Body(Operations):
    def __init__(self):
        self.nodes, self.constants, self._n_names = [], [], 0

    def _new_name(self, stem):
        self._n_names += 1
        return f"row_{stem}_{self._n_names}"

    def _add_node(self, operation, inputs, outputs, attributes):
        self.nodes.append(helper.make_node(operation, inputs, outputs, **attributes))

    def _add_constant(self, tensor):
        self.constants.append(tensor)


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
    n_features = len(first_states[0])
    body = _Body()
    states = [f"state_{k}" for k in range(len(first_states))]
    new_states, kept = step(body, states, "row")
    # The body's outputs are names of their own, since one tensor may be both state and result.
    outputs = [body("Identity", name) for name in [*new_states, *kept]]

    def row_infos(names):
        return [helper.make_tensor_value_info(name, DOUBLE, [n_features]) for name in names]

    whole = helper.make_graph(
        body.nodes, "rows", row_infos([*states, "row"]), row_infos(outputs), body.constants
    )
    results = graph(
        "Scan", *first_states, rows, n_outputs=len(outputs), body=whole, num_scan_inputs=1
    )
    return results[len(states) :]
