"""Reverse-mode differentiation of the equations of a cell: `Tape`.

The equations run once on nodes in place of numbers, which note what is computed from what. From
these notes the forward step is written, and the backward step by the chain rule, from the last
operation to the first. What the way back looks at is kept only where it cannot be had again from
what is kept anyway by additions and multiplications.
"""

from itertools import count
from types import SimpleNamespace

from . import _elementary
from ._code import larger_lanes, product_added


class Node:
    """A value of the equations.

    Parameters
    ----------
    operation : str
        What it is: one of `OPERATIONS`, ``"row"``, ``"state"``, ``"peephole"``, or ``"number"``.
    *operands : Node, or for ``"number"`` a number
        What it is computed from.
    """

    _numbers = count()

    def __init__(self, operation, *operands):
        self.operation, self.operands = operation, operands
        self.number = next(self._numbers)

    @property
    def is_cheap(self):
        """Whether the backward step computes it once more rather than load it."""
        return self.operation in ("add", "subtract", "multiply", "number")

    def __add__(self, other):
        return Node("add", self, _node(other))

    def __sub__(self, other):
        return Node("subtract", self, _node(other))

    def __mul__(self, other):
        return Node("multiply", self, _node(other))

    def __truediv__(self, other):
        return self * Node("reciprocal", _node(other))

    def __radd__(self, other):
        return _node(other) + self

    def __rsub__(self, other):
        return _node(other) - self

    def __rmul__(self, other):
        return _node(other) * self

    def __rtruediv__(self, other):
        return _node(other) / self

    def __neg__(self):
        return 0.0 - self


def _node(value):
    return value if isinstance(value, Node) else Node("number", float(value))


class Operation:
    """An elementwise operation and its derivative.

    Parameters
    ----------
    value : callable
        Called with the operands, returns the result.
    gradients : callable
        Called with the gradient of the result, with the result and with the operands as the names
        in `needs` say, returns the gradients of the operands.
    needs : tuple of str
        What `gradients` looks at: ``"result"``, ``"first"``, ``"second"``.
    """

    def __init__(self, value, gradients, needs=("result",)):
        self.value, self.gradients, self.needs = value, gradients, needs


def _relu_gradient(d, y):
    return (d * y.compare(">", 0.0).choose(1.0, y.like(0.0)),)


def _maximum_gradients(d, y, a):
    # Where both are equal all goes to the first: any share between them is a subgradient.
    to_first = y.compare(">", a).choose(0.0, d)
    return to_first, d - to_first


OPERATIONS = {
    "add": Operation(lambda a, b: a + b, lambda d: (d, d), ()),
    "subtract": Operation(lambda a, b: a - b, lambda d: (d, -d), ()),
    "multiply": Operation(lambda a, b: a * b, lambda d, a, b: (d * b, d * a), ("first", "second")),
    "reciprocal": Operation(lambda x: 1.0 / x, lambda d, y: (-(d * y * y),)),
    "logistic": Operation(_elementary.logistic, lambda d, y: (d * y * (1.0 - y),)),
    "tanh": Operation(_elementary.tanh, lambda d, y: (d * (1.0 - y * y),)),
    "relu": Operation(_elementary.relu, _relu_gradient),
    "exp": Operation(_elementary.exp, lambda d, y: (d * y,)),
    "log_logistic": Operation(
        _elementary.log_logistic, lambda d, y: (d * (1.0 - _elementary.exp(y)),)
    ),
    "maximum": Operation(larger_lanes, _maximum_gradients, ("result", "first")),
}


class Tape:
    """What the equations of a cell compute, in order, and what the backward step needs of it.

    Parameters
    ----------
    cell : Cell
        The cell.
    activation : {"tanh", "relu"}
        Its activation.
    peephole : bool
        Whether it has peepholes.

    Attributes
    ----------
    rows, states, peepholes : list of Node
        What the equations were given.
    new_states : tuple of Node
        What they returned.
    nodes : list of Node
        Everything that the new states are computed from, operands first.
    saved : list of Node
        What the backward step needs, besides the states before and after the step.
    direct_states : list of Node
        States before the step that have a gradient other than by weights.
    """

    def __init__(self, cell, activation, *, peephole=False):
        self.rows = [Node("row") for _ in cell.rows]
        self.states = [Node("state") for _ in cell.states]
        self.peepholes = [Node("peephole") for _ in cell.peepholes] if peephole else []
        functions = SimpleNamespace(
            logistic=lambda x: Node("logistic", x),
            activation=lambda x: Node(activation, x),
            exp=lambda x: Node("exp", x),
            log_logistic=lambda x: Node("log_logistic", x),
            maximum=lambda a, b: Node("maximum", a, b),
        )
        weights = [self.peepholes] if peephole else []
        self.new_states, _ = cell.equations(functions, self.rows, self.states, *weights)
        self.nodes, self.saved = [], []
        for node in self.new_states:
            self._visit(node)
        self.nodes.sort(key=lambda node: node.number)  # in the order of the equations
        for node in self.nodes:
            for needed in self._needs(node):
                self._save(needed)
        self.direct_states = [node for node in self.states if node in self.nodes]

    def _visit(self, node):
        if node not in self.nodes:
            if node.operation in OPERATIONS:
                for operand in node.operands:
                    self._visit(operand)
            self.nodes.append(node)

    @staticmethod
    def _needs(node):
        if node.operation not in OPERATIONS:
            return []
        found = dict(zip(("first", "second"), node.operands, strict=False)) | {"result": node}
        return [found[name] for name in OPERATIONS[node.operation].needs]

    def _save(self, node):
        """Have a value kept, or what it is cheaply computed from."""
        known = [*self.states, *self.new_states, *self.peepholes, *self.saved]
        if node in known or node.operation == "number":
            return
        if node.is_cheap:
            for operand in node.operands:
                self._save(operand)
        else:
            self.saved.append(node)

    def run_forward(self, values):
        """Write all operations; `values` holds the given nodes, and everything afterwards."""
        for node in self.nodes:
            if node not in values:
                values[node] = self._compute(node, values)

    def run_backward(self, values, outside, mask):
        """Write the chain rule.

        Parameters
        ----------
        values : dict of Node to Value
            Those of states, peepholes and all that was saved.
        outside : dict of Node to Value
            Gradients of the new states that come from other layers and later steps.
        mask : Value
            What the new states were multiplied by.

        Returns
        -------
        gradients : dict of Node to Value
            Those of rows, states and peepholes, where they are not zero.
        """
        gradients = {}

        def add(node, d):
            gradients[node] = gradients[node] + d if node in gradients else d

        for node in reversed(self.nodes):
            if node in outside:
                add(node, outside[node])
                gradients[node] = mask * gradients[node]
            if node in gradients and node.operation in OPERATIONS:
                needed = [self._value(each, values) for each in self._needs(node)]
                found = OPERATIONS[node.operation].gradients(gradients[node], *needed)
                for operand, d in zip(node.operands, found, strict=True):
                    if operand.operation != "number":
                        add(operand, d)
        return gradients

    def _value(self, node, values):
        if node not in values:
            for operand in node.operands if node.is_cheap else ():
                if isinstance(operand, Node):
                    self._value(operand, values)
            values[node] = self._compute(node, values)
        return values[node]

    @staticmethod
    def _compute(node, values):
        if node.operation == "number":
            return node.operands[0]
        if node.operation == "add":
            return _sum(*node.operands, values)
        return OPERATIONS[node.operation].value(*[values[each] for each in node.operands])


def _sum(first, second, values):
    """Write a sum; of two products the second is not rounded, so the order decides all bits."""
    if second.operation == "multiply":
        return product_added(*[values[each] for each in second.operands], values[first])
    if first.operation == "multiply":
        return product_added(*[values[each] for each in first.operands], values[second])
    return values[first] + values[second]
