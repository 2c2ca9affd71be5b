"""The steps of a cell in compiled code, forward and backward: `CellCode`.

Functions work on one tile of samples at one step. Of the weighted inputs and of each step remains
what the backward step needs; in it gradients take the place of the weighted inputs.
"""

from functools import cache

from sklstm.cells import CELLS

from ._code import loop, side_by_side, spread
from ._registers import LANES, UNITS
from ._tape import Tape


class CellCode:
    """What happens between the matrix products of a layer.

    Parameters
    ----------
    cell : Cell
        The cell.
    activation : {"tanh", "relu"}
        Its activation.
    peephole : bool, default=False
        Whether it has peepholes.

    Attributes
    ----------
    cell : Cell
        The cell.
    peephole : bool
        Whether it has peepholes.
    n_kept : int
        Values kept of each unit and step: the states, and what else the backward step needs that
        finds no room among the weighted inputs.
    n_grad_states : int
        How many states have a gradient that goes from step to step without weights.
    """

    def __init__(self, cell, activation, *, peephole=False):
        self.cell, self.peephole = cell, peephole
        self._tape = tape = Tape(cell, activation, peephole=peephole)
        self.n_grad_states = len(tape.direct_states)
        # A weighted input that is needed stays where it is, other values take the other rows.
        free = [k for k, row in enumerate(tape.rows) if row not in tape.saved]
        behind = [(False, k) for k in range(len(cell.states), len(cell.states) + len(tape.saved))]
        places = iter([*[(True, k) for k in free], *behind])
        self._places = {
            node: (True, tape.rows.index(node)) if node in tape.rows else next(places)
            for node in tape.saved
        }
        kept = [k for in_rows, k in self._places.values() if not in_rows]
        self.n_kept = max([len(cell.states) - 1, *kept]) + 1

    def forward(self, n_units, rows, before, after, mask, peepholes=None):
        """Write one step forward.

        Parameters
        ----------
        n_units : Value
            Number of units.
        rows : Pointer
            Weighted inputs, of which some are replaced by what the backward step needs.
        before, after : Pointer
            What is kept of the step before, and of this one; they may be the same memory, so that
            of each unit everything is read before anything is written.
        mask : Value
            Lanes: one for a sample that has this step, zero for one that has not begun.
        peepholes : Pointer or None
            Their weights.
        """
        whole = n_units - n_units % UNITS
        arguments = n_units, rows, before, after, mask, peepholes
        for unit in loop(0, whole, UNITS):
            self._forward(unit, UNITS, *arguments)
        for unit in loop(whole, n_units):
            self._forward(unit, 1, *arguments)

    def _forward(self, unit, together, n_units, rows, before, after, mask, peepholes):
        """Write one step forward of some units side by side."""
        tape, n, u = self._tape, n_units * LANES, unit * LANES
        values = {node: rows.load(n * k + u, together) for k, node in enumerate(tape.rows)}
        values |= self._before(n_units, before, unit, peepholes, together)
        tape.run_forward(values)
        for node, (in_rows, k) in self._places.items():
            if node not in tape.rows:
                (rows if in_rows else after).store(n * k + u, values[node])
        mask = side_by_side([mask] * together)
        for k, node in enumerate(tape.new_states):
            after.store(n * k + u, mask * values[node])

    def backward(
        self, n_units, rows, before, after, grad_hidden, grad_state, mask, peepholes=None,
        grad_peepholes=None,
    ):  # fmt: skip
        """Write one step backward.

        Parameters
        ----------
        n_units : Value
            Number of units.
        rows : Pointer
            What the forward step left, replaced by gradients of the weighted inputs.
        before, after : Pointer
            What was kept of the step before, and of this one.
        grad_hidden : Pointer
            Gradient of the hidden state, as far as it came through weights.
        grad_state : Pointer
            Gradients of the states that go from step to step without weights: of an LSTM that of
            the cell state, of a GRU another one of the hidden state. They are replaced by those of
            the step before.
        mask : Value
            As in `forward`.
        peepholes : Pointer or None
            Their weights.
        grad_peepholes : Pointer or None
            Their gradients, to which those of this step are added, lane by lane.
        """
        tape, n = self._tape, n_units * LANES
        for unit in loop(n_units):
            u = unit * LANES
            values = self._before(n_units, before, unit, peepholes)
            values |= {node: after.load(n * k + u) for k, node in enumerate(tape.new_states)}
            for node, (in_rows, k) in self._places.items():
                values[node] = (rows if in_rows else after).load(n * k + u)
            outside = self._outside(n, u, grad_hidden, grad_state)
            gradients = tape.run_backward(values, outside, mask)
            for k, node in enumerate(tape.rows):
                rows.store(n * k + u, gradients.get(node, mask.like(0.0)))
            for k, node in enumerate(tape.direct_states):
                grad_state.store(n * k + u, gradients.get(node, mask.like(0.0)))
            for k, node in enumerate(tape.peepholes):
                total = grad_peepholes.load(n * k + u) + gradients[node]
                grad_peepholes.store(n * k + u, total)

    def _before(self, n_units, before, unit, peepholes, together=1):
        """Return the values of the states before the step, and of the peepholes."""
        tape = self._tape
        values = {
            node: before.load((n_units * k + unit) * LANES, together)
            for k, node in enumerate(tape.states)
        }
        for k, node in enumerate(tape.peepholes):
            weights = [peepholes[n_units * k + unit + each] for each in range(together)]
            values[node] = side_by_side([spread(weight) for weight in weights])
        return values

    def _outside(self, n, u, grad_hidden, grad_state):
        """Return the gradients of the new states that come from other layers and later steps."""
        tape, outside = self._tape, {}
        found = {0: grad_hidden.load(u)}
        for slot, node in enumerate(tape.direct_states):
            k, d = tape.states.index(node), grad_state.load(n * slot + u)
            found[k] = found[k] + d if k in found else d
        for k, d in found.items():
            node = tape.new_states[k]
            outside[node] = outside[node] + d if node in outside else d
        return outside


@cache
def _cell_code(cell, activation, peephole):
    return CellCode(cell, activation, peephole=peephole)


def cell_code(spec):
    """Return the code of the cell of a network, the same object for equal cells."""
    return _cell_code(CELLS[spec.cell], spec.activation, spec.peephole)
