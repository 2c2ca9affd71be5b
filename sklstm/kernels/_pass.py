"""Forward passes through a network, and the memory of passes."""

from functools import cache

import numpy as np

from ._blocks import make_run_blocks
from ._functions import compile_functions
from ._layout import aligned_zeros
from ._passes import make_forward
from ._registers import LANES


@cache
def _compiled(code, dtype, tiles_together):
    forward = make_forward(code)
    functions = [forward, make_run_blocks(forward)]
    return compile_functions(functions, dtype, tiles_together=tiles_together)


class Pass:
    """Forward passes, with memory for a number of samples at a time.

    Parameters
    ----------
    plan : Plan
        Where everything stands.
    weights : ndarray of shape (n_weights,)
        All weights, in the precision of the pass; they may change between passes.

    Attributes
    ----------
    n_samples, n_steps : int
        The numbers of samples at a time, and the largest number of steps.
    """

    def __init__(self, plan, weights):
        self._plan, spec = plan, plan.layout.spec
        self.n_samples, self.n_steps = plan.n_tiles * LANES, plan.n_steps
        self._n_outputs = spec.n_outputs
        self._forward, self._run_blocks = _compiled(*plan.kind_of_code(weights.dtype))
        self._network = plan.network.copy()
        self._allocate(weights)
        self._write_ones()
        records = self._network, plan.layers, plan.layout.parts
        self._addresses = [array.ctypes.data for array in records]

    def set_inputs(self, rows, differenced=None):
        """Set the rows that windows are slices of, shape (n_rows, n_features); None for none.

        Tokens are of shape (n_rows, 1), whole numbers below that of the network. Features for which
        `differenced` is true, shape (n_features,), are measured from the first row of each window.
        """
        self._inputs = None
        if rows is None:
            return
        spec = self._plan.layout.spec
        n_tokens, n_columns = spec.n_tokens, 1 if spec.n_tokens else spec.n_features
        if rows.ndim != 2 or rows.shape[1] != n_columns:
            raise ValueError(f"rows must have {n_columns} columns, got shape {rows.shape}")
        self._from_first[:] = 0.0 if differenced is None else differenced
        self._inputs = np.ascontiguousarray(rows, np.int64 if n_tokens else self._weights.dtype)
        if n_tokens and self._inputs.size:
            smallest, largest = self._inputs.min(), self._inputs.max()
            if smallest < 0 or largest >= n_tokens:
                raise ValueError(f"tokens lie in [0, {n_tokens}), got {smallest} and {largest}")
        self._network["inputs"] = self._inputs.ctypes.data

    def carry_states(self, continues):
        """Let the next pass begin with the states that the last one ended with.

        Once this was called, shorter sequences begin together instead of ending together, and
        every pass is to be told. The head must read every step, and layers forward.

        Parameters
        ----------
        continues : ndarray of shape (n_samples,), bool
            Which samples continue a sequence; others begin with zeros, as all do in the first pass.
        """
        spec = self._plan.layout.spec
        if spec.bidirectional or not spec.every_step:
            raise ValueError("states are carried by networks that read forward, at every step")
        self._network["carried_from"] = max(0, self._network["n_steps"][0])
        self._continues[:] = 0.0
        self._continues[: len(continues)] = continues

    def run(self, starts, lengths):
        """Make forward passes.

        Parameters
        ----------
        starts, lengths : ndarray of shape (n,), int64
            First row and number of rows of each window, of any number of windows unless states are
            carried.

        Returns
        -------
        output : ndarray of shape (n, n_outputs)
            What the head makes of each; where it reads every step, shape (lengths.sum(),
            n_outputs), the steps of one window after those of the other.
        """
        n = len(starts)
        carries = self._network["carried_from"][0] >= 0
        self._check_room(n if carries else min(n, self.n_samples), int(lengths.max()))
        check_slices(starts, lengths, len(self._inputs), "rows")
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        lengths = np.ascontiguousarray(lengths, dtype=np.int64)
        n_rows = int(lengths.sum()) if self._plan.layout.spec.every_step else n
        output = np.empty((n_rows, self._n_outputs), dtype=self._weights.dtype)
        addresses = [array.ctypes.data for array in (starts, lengths, output)]
        self._run_blocks(*self._addresses, *addresses, n)
        return output

    def _check_room(self, n_samples, n_steps):
        """Raise an error before compiled code reads or writes where nothing is."""
        if self._inputs is None:
            raise RuntimeError("set_inputs has set no rows")
        if n_samples > self.n_samples or n_steps > self.n_steps:
            raise ValueError(
                f"there is room for {self.n_samples} samples of {self.n_steps} steps, got "
                f"{n_samples} of {n_steps}"
            )

    def _allocate(self, weights):
        plan, dtype = self._plan, weights.dtype
        self._weights, self._inputs = weights, None
        self._memory = aligned_zeros(plan.size, dtype)
        self._starts = np.zeros(self.n_samples, dtype=np.int64)
        self._lengths = np.zeros(self.n_samples, dtype=np.int64)
        self._continues = aligned_zeros(self.n_samples, dtype)
        self._from_first = aligned_zeros(plan.layout.spec.n_features, dtype)
        self._set_addresses(
            self._network, weights=weights, memory=self._memory, starts=self._starts,
            lengths=self._lengths, continues=self._continues, differenced=self._from_first,
        )  # fmt: skip

    @staticmethod
    def _set_addresses(record, **arrays):
        for name, array in arrays.items():
            record[name] = array.ctypes.data

    def _write_ones(self):
        """Write the inputs that are always one."""
        plan, layout = self._plan, self._plan.layout
        for places, layer in zip(plan.layers, layout.layers, strict=True):
            n_rows = int(places["stack_size"]) // LANES
            stack = self._view(places, "stack", n_rows, plan.n_steps)
            stack[:, :, layer.n_inputs] = 1.0
            if layer.second_one >= 0:
                stack[:, :, layer.second_one] = 1.0
        head = self._network[0]
        n_rows = int(head["head_stack_size"]) // LANES
        stack = self._view(head, "head_stack", n_rows, plan.n_head_steps)
        stack[:, :, layout.head.n_columns - 1] = 1.0

    def _view(self, places, name, n_rows, n_steps):
        size = n_steps * self._plan.n_tiles * n_rows * LANES
        first = int(places[name])
        return self._memory[first : first + size].reshape(n_steps, -1, n_rows, LANES)


def check_slices(starts, lengths, n_rows, what):
    """Raise a ValueError if a slice of rows is empty, or begins or ends where there are none.

    Parameters
    ----------
    starts, lengths : ndarray of shape (n,)
        First row and number of rows of each slice.
    n_rows : int
        How many rows there are.
    what : str
        What they are, for the error.
    """
    if len(starts) == 1:  # as below, without the small calls
        good = starts[0] >= 0 and lengths[0] >= 1 and starts[0] + lengths[0] <= n_rows
    else:
        good = starts.min() >= 0 and lengths.min() >= 1 and (starts + lengths).max() <= n_rows
    if not good:
        raise ValueError(f"windows must be slices of the {n_rows} {what} there are")
