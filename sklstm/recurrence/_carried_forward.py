"""The forward pass piece by piece, the state carried from one to the next: `CarriedForward`."""

import numpy as np

from ._forward import LANES, Layer, read_states, tiles_of
from ._one_thread import one_blas_thread
from ._token_rows import token_rows


class CarriedForward:
    """Run sequences through a network that reads forward, a few steps at a time, in NumPy.

    Parameters
    ----------
    spec : NetworkSpec
        The network; one that reads tokens forward, and whose head reads every step.
    weights : dict of str to ndarray
        Its parameters.
    n_sequences : int
        The largest number of sequences side by side.
    """

    def __init__(self, spec, weights, n_sequences):
        self.spec, self.weights = spec, weights
        self.layers = [
            Layer(spec, weights, f"layer{number}_forward") for number in range(spec.num_layers)
        ]
        self.n_tiles = -(-n_sequences // LANES)
        self.restart()

    def restart(self):
        """Begin anew: all states are zero."""
        dtype = self.weights["head_bias"].dtype
        self.states = [layer.first_states(self.n_tiles, dtype) for layer in self.layers]

    def read(self, ids):
        """Read the next steps of the sequences.

        Parameters
        ----------
        ids : ndarray of shape (n, n_steps)
            Tokens of the first so many sequences; the others read the token 0.

        Returns
        -------
        output : ndarray of shape (n, n_steps, n_outputs)
            What the head makes of every step.
        """
        n_sequences, n_steps = ids.shape
        every = np.zeros((self.n_tiles * LANES, n_steps), dtype=np.int64)
        every[:n_sequences] = ids
        lengths = np.full(len(every), n_steps)
        with one_blas_thread():
            sequence, lengths = tiles_of(token_rows(self.spec, self.weights, every), lengths)
            for number, layer in enumerate(self.layers):
                sequence, self.states[number] = layer.run(
                    sequence, lengths, self.states[number], keep_steps=True
                )
            output = read_states(self.weights, sequence)
        return output[:n_sequences]
