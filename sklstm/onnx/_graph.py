"""The graph that a model is converted to: `Graph`."""

from onnx import TensorProto
from skl2onnx.common.data_types import guess_proto_type

from ._operations import Operations

_OLDEST_OPSET = 18  # reductions that take their axes as an input


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
        if container.target_opset_onnx < _OLDEST_OPSET:
            raise ValueError(
                f"target_opset={container.target_opset_onnx} is too old for sklstm's estimators: "
                f"they take ONNX's operators of version {_OLDEST_OPSET} or newer."
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
