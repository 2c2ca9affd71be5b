"""The cells: what happens between the matrix products, forward and backward.

Functions work on one tile of samples at one step. Rows of weighted inputs are overwritten by the
activations in the forward pass, and these by the gradients of the weighted inputs in the backward
pass. Of each step the hidden state is kept, and whatever else the way back needs.
"""

from ._code import loop
from ._elementary import logistic, relu, tanh
from ._registers import LANES


class Cell:
    """Base of the cells.

    Parameters
    ----------
    activation : {"tanh", "relu"}
        Function of the candidate and of what the cell shows; gates are always logistic.

    Attributes
    ----------
    n_kept : int
        Values kept of each unit and step; the first is the hidden state.
    """

    def __init__(self, activation):
        self.activation = activation

    def activate(self, x):
        """Return the activation of lanes."""
        return tanh(x) if self.activation == "tanh" else relu(x)

    def slope(self, y):
        """Return the derivative of the activation, from its value."""
        if self.activation == "tanh":
            return 1.0 - y * y
        return y.compare(">", 0.0).choose(1.0, y.like(0.0))

    def forward(self, n_units, rows, before, after, there):
        """Write one step forward.

        Parameters
        ----------
        n_units : Value
            Number of units.
        rows : Pointer
            Weighted inputs, replaced by activations.
        before, after : Pointer
            What is kept of the step before, and of this one; they may be the same memory, so that
            of each unit everything is read before anything is written.
        there : Value
            Lanes: one for a sample that has this step, zero for one that has not begun.
        """
        raise NotImplementedError

    def backward(self, n_units, rows, before, after, fed, carried, there):
        """Write one step backward.

        Parameters
        ----------
        n_units : Value
            Number of units.
        rows : Pointer
            Activations, replaced by gradients with respect to the weighted inputs.
        before, after : Pointer
            What was kept of the step before, and of this one.
        fed : Pointer
            Gradient with respect to the hidden state, as far as it came through weights.
        carried : Pointer
            Gradient that goes from step to step unweighted: of an LSTM that of the cell state, of
            a GRU the direct one of the hidden state. It is replaced by that of the step before.
        there : Value
            As in `forward`.
        """
        raise NotImplementedError


class LSTM(Cell):
    """Long short-term memory; rows are input, forget, candidate and output gate.

    Parameters
    ----------
    activation : {"tanh", "relu"}
        Function of the candidate and of the cell state.

    References
    ----------
    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction with
    LSTM", Neural Computation 12(10), 2000.
    """

    n_kept = 3  # hidden state, cell state, and its activation

    def forward(self, n_units, rows, before, after, there):
        """Write one step forward."""
        n = n_units * LANES
        for u in loop(0, n, LANES):
            input_ = logistic(rows.load(u))
            forget = logistic(rows.load(n + u))
            candidate = self.activate(rows.load(n * 2 + u))
            output = logistic(rows.load(n * 3 + u))
            memory = there * (forget * before.load(n + u) + input_ * candidate)
            shown = self.activate(memory)
            rows.store(u, input_)
            rows.store(n + u, forget)
            rows.store(n * 2 + u, candidate)
            rows.store(n * 3 + u, output)
            after.store(u, there * (output * shown))
            after.store(n + u, memory)
            after.store(n * 2 + u, shown)

    def backward(self, n_units, rows, before, after, fed, carried, there):
        """Write one step backward."""
        n = n_units * LANES
        for u in loop(0, n, LANES):
            input_, forget = rows.load(u), rows.load(n + u)
            candidate, output = rows.load(n * 2 + u), rows.load(n * 3 + u)
            shown = after.load(n * 2 + u)
            hidden = there * fed.load(u)
            memory = there * (hidden * output * self.slope(shown) + carried.load(u))
            rows.store(u, memory * candidate * input_ * (1.0 - input_))
            rows.store(n + u, memory * before.load(n + u) * forget * (1.0 - forget))
            rows.store(n * 2 + u, memory * input_ * self.slope(candidate))
            rows.store(n * 3 + u, hidden * shown * output * (1.0 - output))
            carried.store(u, memory * forget)


class GRU(Cell):
    """Gated recurrent unit; rows are recurrent candidate, reset, update, candidate of the inputs.

    Parameters
    ----------
    activation : {"tanh", "relu"}
        Function of the candidate.

    References
    ----------
    K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", EMNLP 2014, in the first of its two published forms.
    """

    n_kept = 1

    def forward(self, n_units, rows, before, after, there):
        """Write one step forward."""
        n = n_units * LANES
        for u in loop(0, n, LANES):
            reset = logistic(rows.load(n + u))
            update = logistic(rows.load(n * 2 + u))
            candidate = self.activate(rows.load(n * 3 + u) + reset * rows.load(u))
            rows.store(n + u, reset)
            rows.store(n * 2 + u, update)
            rows.store(n * 3 + u, candidate)
            after.store(u, there * (candidate + update * (before.load(u) - candidate)))

    def backward(self, n_units, rows, before, after, fed, carried, there):
        """Write one step backward."""
        n = n_units * LANES
        for u in loop(0, n, LANES):
            recurrent, reset = rows.load(u), rows.load(n + u)
            update, candidate = rows.load(n * 2 + u), rows.load(n * 3 + u)
            hidden = there * (fed.load(u) + carried.load(u))
            inner = hidden * (1.0 - update) * self.slope(candidate)
            change = before.load(u) - candidate
            rows.store(u, inner * reset)
            rows.store(n + u, inner * recurrent * reset * (1.0 - reset))
            rows.store(n * 2 + u, hidden * change * update * (1.0 - update))
            rows.store(n * 3 + u, inner)
            carried.store(u, hidden * update)


class RNN(Cell):
    """Simple recurrence; rows are the units.

    Parameters
    ----------
    activation : {"tanh", "relu"}
        Function of the units.

    References
    ----------
    J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990.
    """

    n_kept = 1

    def forward(self, n_units, rows, before, after, there):
        """Write one step forward."""
        for u in loop(0, n_units * LANES, LANES):
            after.store(u, there * self.activate(rows.load(u)))

    def backward(self, n_units, rows, before, after, fed, carried, there):
        """Write one step backward."""
        for u in loop(0, n_units * LANES, LANES):
            rows.store(u, there * fed.load(u) * self.slope(after.load(u)))


CELLS = {"lstm": LSTM, "gru": GRU, "rnn": RNN}
