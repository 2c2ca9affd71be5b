"""Where each parameter of a network stands in the flat vector that compiled code works on."""

from dataclasses import dataclass
from math import prod

import numpy as np

from ._places import PART, records
from ._registers import LANES, ROWS


def round_up(number, step):
    """Return the next multiple of `step`."""
    return -(-number // step) * step


@dataclass(frozen=True)
class Layer:
    """One layer and direction.

    Parameters
    ----------
    prefix : str
        Beginning of the names of its parameters.
    units : int
        Number of hidden units.
    n_inputs : int
        Number of inputs; the stacked inputs are these, a one, the hidden state and, for a GRU,
        another one.
    parts : ndarray of PART
        Blocks of its weight matrix.
    n_rows : int
        Rows of all parts together.
    n_columns : int
        Number of stacked inputs.
    """

    prefix: str
    units: int
    n_inputs: int
    parts: np.ndarray
    n_rows: int
    n_columns: int

    @property
    def state_column(self):
        """Where the hidden state begins among the stacked inputs."""
        return self.n_inputs + 1


class Layout:
    """The places of all parameters.

    Parameters
    ----------
    spec : NetworkSpec
        The network; without peepholes.

    Attributes
    ----------
    layers : list of Layer
        Each layer and direction.
    head : Layer
        The linear head, whose only part reads the last states and a one.
    parts : ndarray of PART
        All parts of the layers and of the head.
    embedding : int
        Where the rows of the tokens begin, one after the other; -1 if there are none.
    n_weights : int
        Length of the vector.
    n_multiplied : int
        How many of them stand in matrices; the rows of tokens are only looked up.
    """

    def __init__(self, spec):
        self.spec = spec
        self.n_weights = 0
        self.layers = [self._layer(*layer) for layer in spec.layers()]
        n_columns = spec.state_size + 1
        head = self._parts([(0, spec.n_outputs, 0, n_columns, True, False)])
        self.head = Layer("head", 0, spec.state_size, head, spec.n_outputs, n_columns)
        self.parts = np.concatenate([layer.parts for layer in [*self.layers, self.head]])
        self.n_multiplied = self.n_weights
        self.embedding = self.n_weights if spec.embeds else -1
        if spec.embeds:
            self.n_weights += round_up(spec.n_tokens * spec.n_features, LANES)
        self._places = self._all_places()

    def _layer(self, prefix, n_inputs, n):
        state = n_inputs + 1
        if self.spec.cell == "gru":
            # The reset gate comes between the two halves of the candidate. In this order the parts
            # that read the state follow each other, and so do those that read the inputs.
            blocks = [
                (0, n, state, n + 1, False, True),
                (n, 2 * n, 0, state + n, True, True),
                (3 * n, n, 0, state, True, False),
            ]
            return Layer(prefix, n, n_inputs, self._parts(blocks), 4 * n, state + n + 1)
        n_rows = {"lstm": 4, "rnn": 1}[self.spec.cell] * n
        blocks = [(0, n_rows, 0, state + n, True, True)]
        return Layer(prefix, n, n_inputs, self._parts(blocks), n_rows, state + n)

    def _parts(self, blocks):
        parts = records(PART, len(blocks))
        for k, (row, n_rows, column, n_columns, *reads) in enumerate(blocks):
            depth = round_up(n_columns, ROWS)
            parts[k] = (self.n_weights, row, n_rows, column, n_columns, depth, *reads)
            self.n_weights += depth * round_up(n_rows, LANES)
        return parts

    def pack(self, arrays, dtype):
        """Return the vector of the parameters.

        Parameters
        ----------
        arrays : dict of str to ndarray
            Parameters by name, or anything else of their shapes.
        dtype : numpy dtype
            Precision of the vector.

        Returns
        -------
        vector : ndarray of shape (n_weights,)
            With zeros where no parameter stands.
        """
        vector = aligned_zeros(self.n_weights, dtype)
        for name, places in self._places.items():
            vector[places] = arrays[name]
        return vector

    def unpack(self, vector):
        """Return the arrays that `pack` was given."""
        return {name: vector[places] for name, places in self._places.items()}

    def _all_places(self):
        """Return the index of each number of each parameter in the vector, by name."""
        places = {}
        for layer in self.layers:
            places |= self._layer_places(layer)
        part = self.head.parts[0]
        rows = np.arange(self.spec.n_outputs)
        places["head_weight"] = _places(part, rows, np.arange(self.spec.state_size))
        places["head_bias"] = _places(part, rows, [self.spec.state_size])[:, 0]
        if self.spec.embeds:
            shape = self.spec.n_tokens, self.spec.n_features
            places["embedding_weight"] = self.embedding + np.arange(prod(shape)).reshape(shape)
        return {name: places[name] for name in self.spec.parameter_shapes()}

    def _layer_places(self, layer):
        n, prefix = layer.units, layer.prefix
        inputs, one = np.arange(layer.n_inputs), [layer.n_inputs]
        state = layer.state_column + np.arange(n)
        if self.spec.cell == "gru":
            from_state, gates, from_inputs = layer.parts
            first, last = np.arange(2 * n), np.arange(n)
            return {
                f"{prefix}_input": np.vstack(
                    [_places(gates, first, inputs), _places(from_inputs, last, inputs)]
                ),
                f"{prefix}_recurrent": np.vstack(
                    [_places(gates, first, state), _places(from_state, last, state)]
                ),
                f"{prefix}_bias": np.vstack(
                    [_places(gates, first, one), _places(from_inputs, last, one)]
                )[:, 0],
                f"{prefix}_candidate_bias": _places(from_state, last, state[-1:] + 1)[:, 0],
            }
        (part,), rows = layer.parts, np.arange(layer.n_rows)
        return {
            f"{prefix}_input": _places(part, rows, inputs),
            f"{prefix}_recurrent": _places(part, rows, state),
            f"{prefix}_bias": _places(part, rows, one)[:, 0],
        }


def _places(part, rows, columns):
    """Return the index of rows and columns of a part in the vector."""
    panel, row = np.divmod(rows, LANES)
    column = np.asarray(columns) - part["column"]
    return part["weights"] + (panel[:, None] * part["depth"] + column) * LANES + row[:, None]


def aligned_zeros(size, dtype):
    """Return a vector of zeros that begins at the beginning of a cache line."""
    line = 64
    memory = np.zeros(size * np.dtype(dtype).itemsize + line, dtype=np.uint8)
    first = -memory.ctypes.data % line
    return memory[first : first + size * np.dtype(dtype).itemsize].view(dtype)
