"""What is known of a cell: `Cell`, a row of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, Protocol

#: What a gate reads: inputs and hidden state, added up; the two apart, so that the equations can
#: put something between them; or the inputs alone.
BOTH, APART, INPUTS = "both", "apart", "inputs"


class Functions(Protocol):
    """The functions that equations may call, besides ``+ - * /``.

    NumPy, torch, compiled code and ONNX have one object of these each.
    """

    def logistic(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))``."""

    def activation(self, x: Any) -> Any:
        """Return what the parameter ``activation`` says: tanh or relu."""

    def exp(self, x: Any) -> Any:
        """Return the exponential function of `x` up to 0; below -80 it is that of -80."""

    def log_logistic(self, x: Any) -> Any:
        """Return the logarithm of the logistic function."""

    def maximum(self, a: Any, b: Any) -> Any:
        """Return the larger one of two values."""


class Row(NamedTuple):
    """One of the weighted inputs that equations are given, for every unit.

    Parameters
    ----------
    gate : str
        Whose weights it has.
    inputs, state : bool
        Whether it reads the inputs, and the hidden state.
    """

    gate: str
    inputs: bool
    state: bool


class _Absent:
    """A peephole that is not there: ``ABSENT * c + x`` is `x`."""

    def __mul__(self, other):
        return self

    def __add__(self, other):
        return other


ABSENT = _Absent()


@dataclass(frozen=True, eq=False)
class Cell:
    """A recurrent cell: everything that the package knows of it.

    Parameters
    ----------
    equations : callable
        Called with `Functions`, the weighted inputs in the order of `rows`, the states before the
        step, and with peepholes their weights in the order of `peepholes`. It returns the new
        states and the gates, in the orders of `states` and `gates`. It is written once, and runs on
        NumPy arrays, on torch tensors, on names in ONNX, and on the nodes from which compiled code
        derives the step forward and the step backward.
    gates : dict of str to str
        What each gate reads: `BOTH`, `APART` or `INPUTS`. In this order the gates stand in the
        arrays of weights, one block of ``hidden_size`` rows each.
    states : tuple of str
        Names of the states, all of which begin with zeros. The first is the hidden state, which is
        what weights and the next layer read.
    peepholes : tuple of str
        Gates that may see another state through weights of their own, one for each unit.
    biases : dict of str to float
        Biases to begin training with, where they are not zero.
    """

    equations: Callable
    gates: Mapping[str, str]
    states: Sequence[str] = ("hidden",)
    peepholes: Sequence[str] = ()
    biases: Mapping[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Weighted inputs: of the state alone, then of both, then of the inputs alone."""
        gates = self.gates.items()
        return (
            *[Row(gate, False, True) for gate, reads in gates if reads == APART],
            *[Row(gate, True, True) for gate, reads in gates if reads == BOTH],
            *[Row(gate, True, False) for gate, reads in gates if reads != BOTH],
        )

    @property
    def blocks(self) -> list[tuple[int, int, bool, bool]]:
        """Rows that read the same: the first one, how many, whether inputs, whether the state."""
        blocks, first = [], 0
        for (inputs, state), rows in groupby(self.rows, key=lambda row: row[1:]):
            n_rows = len(list(rows))
            blocks.append((first, n_rows, inputs, state))
            first += n_rows
        return blocks

    @property
    def recurrent_gates(self) -> list[str]:
        """Gates that read the hidden state; their blocks stand in the recurrent weights."""
        return [gate for gate, reads in self.gates.items() if reads != INPUTS]

    @property
    def gates_apart(self) -> list[str]:
        """Gates with a second bias, which is added to what they read of the hidden state."""
        return [gate for gate, reads in self.gates.items() if reads == APART]

    @property
    def reads_state(self) -> bool:
        """Whether there is a recurrent product at all."""
        return bool(self.recurrent_gates)

    def weighted_inputs(self, from_inputs: Mapping, from_state: Mapping) -> list:
        """Return what `equations` are given, in the order of `rows`.

        Parameters
        ----------
        from_inputs : mapping of str to array
            By gate ``W x + b``.
        from_state : mapping of str to array
            By gate ``U h``, for those in `recurrent_gates`; with the second bias of those in
            `gates_apart`.

        Returns
        -------
        weighted : list of array
            One for each row.
        """
        return [
            from_inputs[row.gate] + from_state[row.gate]
            if row.inputs and row.state
            else (from_inputs if row.inputs else from_state)[row.gate]
            for row in self.rows
        ]

    def parameter_shapes(
        self, n_inputs: int, units: int, *, peephole: bool
    ) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the weights of a layer, by the last part of their names."""
        n_rows = len(self.gates) * units
        shapes: dict[str, tuple[int, ...]] = {"input": (n_rows, n_inputs)}
        if self.reads_state:
            shapes["recurrent"] = (len(self.recurrent_gates) * units, units)
        shapes["bias"] = (n_rows,)
        shapes |= {f"{gate}_bias": (units,) for gate in self.gates_apart}
        if peephole:
            shapes["peephole"] = (len(self.peepholes), units)
        return shapes
