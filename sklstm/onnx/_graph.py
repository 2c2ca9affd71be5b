"""Nodes of a graph: operators by name, loops over steps, and types of outputs."""

from abc import ABC, abstractmethod

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, guess_proto_type

DOUBLE, FLOAT = TensorProto.DOUBLE, TensorProto.FLOAT
INT64 = TensorProto.INT64
OLDEST_OPSET = 18  # reductions that take their axes as an input


class Operations(ABC):
    """Base of what nodes are added to: a graph, or the body of a loop in it.

    Tensors go by their names. Where an operation takes a tensor, a number or array may stand; it
    becomes a constant: integers of 64 bits, numbers in double precision unless the array says
    otherwise.
    """

    def __call__(self, operation, *inputs, n_outputs=1, **attributes):
        """Add a node.

        Parameters
        ----------
        operation : str
            ONNX's name of the operator.
        *inputs : str, number or ndarray
            What it is applied to.
        n_outputs : int, default=1
            How many results it has.
        **attributes : dict
            Attributes of the operator.

        Returns
        -------
        name : str, or list of str
            Names of the results.
        """
        inputs = [item if isinstance(item, str) else self.constant(item) for item in inputs]
        outputs = [self._new_name(operation.lower()) for _ in range(n_outputs)]
        self._add_node(operation, inputs, outputs, attributes)
        return outputs[0] if n_outputs == 1 else outputs

    def constant(self, value):
        """Return the name of a constant tensor."""
        tensor = numpy_helper.from_array(np.asarray(value))
        tensor.name = self._new_name("constant")
        self._add_constant(tensor)
        return tensor.name

    def cast(self, name, to):
        """Return a tensor as another type, such as `DOUBLE`."""
        return self("Cast", name, to=to)

    @abstractmethod
    def _new_name(self, stem):
        """Return a name that nothing else has."""

    @abstractmethod
    def _add_node(self, operation, inputs, outputs, attributes):
        """Add a node whose inputs and outputs are names."""

    @abstractmethod
    def _add_constant(self, tensor):
        """Add a `TensorProto` that has a name."""


def output_type(operator, shape):
    """Return double numbers for double ones, otherwise single ones, of a shape."""
    doubles = isinstance(operator.inputs[0].type, DoubleTensorType)
    return (DoubleTensorType if doubles else FloatTensorType)(list(shape))


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


class Graph(Operations):
    """What skl2onnx collects the nodes of a model in.

    Parameters
    ----------
    scope : skl2onnx.common._topology.Scope
        Gives names.
    container : skl2onnx.common._container.ModelComponentContainer
        Takes nodes and constants.

    Raises
    ------
    ValueError
        If a version of ONNX is asked for that lacks operators.
    """

    def __init__(self, scope, container):
        if container.target_opset_onnx < OLDEST_OPSET:
            raise ValueError(
                f"target_opset={container.target_opset_onnx} is too old for sklstm's estimators: "
                f"they take ONNX's operators of version {OLDEST_OPSET} or newer."
            )
        self._scope, self._container = scope, container

    def finish(self, name, variable):
        """Make a tensor the value of a variable of skl2onnx, in the type of that variable."""
        output = [variable.full_name]
        to = guess_proto_type(variable.type)
        if to == TensorProto.STRING:
            self._add_node("Identity", [name], output, {})
        else:
            self._add_node("Cast", [name], output, {"to": to})

    def strings(self, values):
        """Return the name of a constant tensor of strings."""
        name = self._new_name("strings")
        content = [str(value).encode() for value in values]
        self._container.add_initializer(name, TensorProto.STRING, [len(content)], content)
        return name

    def _new_name(self, stem):
        return self._scope.get_unique_variable_name(stem)

    def _add_node(self, operation, inputs, outputs, attributes):
        name = self._scope.get_unique_operator_name(operation)
        self._container.add_node(operation, inputs, outputs, name=name, **attributes)

    def _add_constant(self, tensor):
        self._container.add_initializer(tensor.name, tensor.data_type, tensor.dims, tensor)
