"""Outputs of a network by compiled code."""

from functools import partial

import numpy as np

from sklstm.kernels import LANES, Pass, Plan, tiles_at_a_time

from ._batch_order import are_uneven, by_length
from ._cores import CORES

_LARGE = 1e8  # multiplications, from which on idle cores are worth asking for
_PASS_VALUES = 1 << 18  # that a pass keeps in memory, unless a single tile needs more
_READ_VALUES = 1 << 15  # of rows that a thread prepares in one go, unless a block needs more
_FIRST_ROW = np.zeros(1, dtype=np.int64)


class CompiledNetwork:
    """A network ready to be run, with the memory for its passes.

    Rows are asked for block by block; they need be no array.

    Predictions are those of the forward pass that also trains. Each window is one lane of the
    processor's vectors, so that its prediction is the same to the last bit alone, among others
    and in any order. Threads may predict at the same time.

    Parameters
    ----------
    layout : Layout
        The network.
    weights : ndarray of shape (n_weights,)
        Its weights.
    """

    def __init__(self, layout, weights):
        self.layout, self.weights = layout, weights
        self._idle = []  # passes of one tile, which single predictions use again

    def output(self, windows):
        """Return the output for a `WindowSet`, shape (n_samples, n_outputs).

        Where the head reads every step, the shape is (lengths.sum(), n_outputs), the steps of one
        window after those of the other.
        """
        n_samples, n_steps = len(windows), int(windows.lengths.max())
        if n_samples <= LANES:
            return self._output_of_few(windows, n_steps)
        if not self.layout.spec.every_step and are_uneven(windows.lengths):
            return by_length(windows, self._output_of_many)
        return self._output_of_many(windows)

    def _output_of_many(self, windows):
        n_samples, n_steps = len(windows), int(windows.lengths.max())
        plan = Plan(self.layout, self._n_tiles(n_samples, n_steps), n_steps)
        block = plan.n_tiles * LANES
        size = block * max(1, _READ_VALUES // (block * n_steps * windows.n_features))
        parts = [windows.take(slice(k, k + size)) for k in range(0, n_samples, size)]
        idle = []
        tasks = [partial(self._output_of_part, plan, idle, part) for part in parts]
        if self.layout.n_multiplied * n_samples * n_steps < _LARGE:
            return np.concatenate([task() for task in tasks])
        with CORES.fit():
            return np.concatenate(CORES.run(tasks))

    def _n_tiles(self, n_samples, n_steps):
        """Return how many tiles a pass takes at a time, so that their memory stays in the cache."""
        room = max(1, _PASS_VALUES // Plan(self.layout, 1, n_steps).size)
        return min(room, tiles_at_a_time(self.layout), -(-n_samples // LANES))

    def _output_of_part(self, plan, idle, windows):
        """Return the output for some windows, by one of the passes that no thread uses."""
        try:
            pass_ = idle.pop()
        except IndexError:
            pass_ = Pass(plan, self.weights)
        output = pass_.run(*self._set_inputs(pass_, windows))
        idle.append(pass_)
        return output

    def carried_output(self, windows, batches):
        """Return a function that gives the output of batches, states carried between them.

        Parameters
        ----------
        windows : WindowSet
            All samples.
        batches : BatchOrder
            Its batches are to be asked for in their order.

        Returns
        -------
        output : callable
            Takes a batch as a `WindowSet`, returns its output.
        """
        plan = Plan(self.layout, -(-int(batches.sizes.max()) // LANES), int(windows.lengths.max()))
        pass_ = Pass(plan, self.weights)
        continues = iter([batches.continues[samples] for samples in batches.slices()])

        def output(windows):
            pass_.carry_states(next(continues))
            return pass_.run(*self._set_inputs(pass_, windows))

        return output

    def _output_of_few(self, windows, n_steps):
        try:
            pass_ = self._idle.pop()
        except IndexError:
            pass_ = None
        if pass_ is None or pass_.n_steps < n_steps:
            pass_ = Pass(Plan(self.layout, 1, n_steps), self.weights)
        output = pass_.run(*self._set_inputs(pass_, windows))
        pass_.set_inputs(None)
        self._idle.append(pass_)
        return output

    @staticmethod
    def _set_inputs(pass_, windows):
        """Hand over the rows of a few windows; return starts and lengths among these rows."""
        starts, lengths = windows.starts, windows.lengths
        if len(starts) == 1:  # as below, without the many small calls
            first = int(starts[0])
            rows = windows.rows[first : first + int(lengths[0])]
            pass_.set_inputs(rows, windows.differenced)
            return _FIRST_ROW, lengths
        first, end = int(starts.min()), int((starts + lengths).max())
        if end - first <= 2 * lengths.sum():
            pass_.set_inputs(windows.rows[first:end], windows.differenced)
            return starts - first, lengths
        apart = windows.compact(slice(None))
        pass_.set_inputs(apart.rows)
        return apart.starts, apart.lengths
