"""A network that reads on where it stopped: `CarriedNetwork`."""

import numpy as np

from sklstm.recurrence import CarriedForward


class CarriedNetwork:
    """Read sequences of tokens a few steps at a time, the state carried from one to the next.

    Parameters
    ----------
    spec : NetworkSpec
        The network; one that reads tokens forward, and whose head reads every step.
    weights : dict of str to ndarray
        Its parameters.
    n_sequences : int
        The largest number of sequences side by side.
    n_steps : int
        The largest number of steps at a time.
    engine : {"auto", "torch"}
        As for training; with ``"torch"`` it is plain NumPy that reads.
    """

    def __init__(self, spec, weights, n_sequences, *, n_steps, engine="auto"):
        self._forward, self._pass = None, None
        spec.check(weights)
        if engine == "torch":
            self._forward = CarriedForward(spec, weights, n_sequences)
            return
        from sklstm.kernels import LANES, Layout, Pass, Plan

        layout = Layout(spec)
        plan = Plan(layout, -(-n_sequences // LANES), n_steps)
        self._pass = Pass(plan, layout.pack(weights, weights["head_bias"].dtype))
        self.restart()

    def restart(self):
        """Begin anew: all states are zero."""
        if self._forward is not None:
            self._forward.restart()
        self._goes_on = False

    def read(self, ids):
        """Read the next steps of the sequences.

        Parameters
        ----------
        ids : ndarray of shape (n, n_steps), int
            Tokens of the first so many sequences; of the others the states are lost.

        Returns
        -------
        output : ndarray of shape (n, n_steps, n_outputs)
            What the head makes of every step, in the precision of the weights.
        """
        if self._forward is not None:
            return self._forward.read(ids)
        n_sequences, n_steps = ids.shape
        self._pass.carry_states(np.full(n_sequences, self._goes_on))
        self._goes_on = True
        self._pass.set_inputs(ids.reshape(-1, 1))
        starts = np.arange(n_sequences, dtype=np.int64) * n_steps
        output = self._pass.run(starts, np.full(n_sequences, n_steps, dtype=np.int64))
        return output.reshape(n_sequences, n_steps, -1)
