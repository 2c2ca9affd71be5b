"""Nodes of a graph, one call a node."""

from abc import ABC, abstractmethod

import numpy as np
from onnx import TensorProto, numpy_helper

DOUBLE, FLOAT = TensorProto.DOUBLE, TensorProto.FLOAT
INT64, INT32, BOOL = TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL


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
