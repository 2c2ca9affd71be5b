"""Where each parameter of a network stands in the flat vector that compiled code works on."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from sklstm.cells import CELLS

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
        Number of inputs; the stacked inputs are these, a one, the hidden state if the cell reads
        it, and another one if a gate has a bias apart.
    parts : ndarray of PART
        Blocks of its weight matrix.
    n_rows : int
        Rows of all parts together.
    n_columns : int
        Number of stacked inputs.
    second_one : int
        Where the other one stands among the stacked inputs; -1 if there is none.
    peepholes : int
        Where the weights of the peepholes begin, one row after the other; -1 if there are none.
    """

    prefix: str
    units: int
    n_inputs: int
    parts: np.ndarray
    n_rows: int
    n_columns: int
    second_one: int = -1
    peepholes: int = -1

    @property
    def state_column(self):
        """Where the hidden state begins among the stacked inputs."""
        return self.n_inputs + 1


class Layout:
    """The places of all parameters.

    Parameters
    ----------
    spec : NetworkSpec
        The network.

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
        How many of them stand in matrices, which peepholes and the rows of tokens do not.
    """

    def __init__(self, spec):
        self.spec, self._cell = spec, CELLS[spec.cell]
        self.n_weights = 0
        self.layers = [self._layer(*layer) for layer in spec.layers()]
        n_columns = spec.state_size + 1
        head = self._parts([(0, spec.n_outputs, 0, n_columns)])
        self.head = Layer("head", 0, spec.state_size, head, spec.n_outputs, n_columns)
        self.parts = np.concatenate([layer.parts for layer in [*self.layers, self.head]])
        self.n_multiplied = self.n_weights
        if spec.peephole:
            self.layers = [self._with_peepholes(layer) for layer in self.layers]
        self.embedding = self.n_weights if spec.embeds else -1
        if spec.embeds:
            self.n_weights += round_up(spec.n_tokens * spec.n_features, LANES)
        self._places = self._all_places()

    def _layer(self, prefix, n_inputs, n):
        cell, state = self._cell, n_inputs + 1
        n_columns = state + n if cell.reads_state else state
        second_one = n_columns if cell.gates_apart else -1
        blocks = []
        for first, n_rows, inputs, reads_state in cell.blocks:
            column = 0 if inputs else state
            # What reads the state alone also reads the second one, which stands behind it.
            end = (n_columns if inputs else n_columns + 1) if reads_state else state
            blocks.append((first * n, n_rows * n, column, end - column))
        return Layer(
            prefix, n, n_inputs, self._parts(blocks), len(cell.rows) * n,
            n_columns + bool(cell.gates_apart), second_one,
        )  # fmt: skip

    def _with_peepholes(self, layer):
        layer = replace(layer, peepholes=self.n_weights)
        self.n_weights += round_up(len(self._cell.peepholes) * layer.units, LANES)
        return layer

    def _parts(self, blocks):
        parts = records(PART, len(blocks))
        for k, (row, n_rows, column, n_columns) in enumerate(blocks):
            depth = round_up(n_columns, ROWS)
            parts[k] = (self.n_weights, row, n_rows, column, n_columns, depth)
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

        Raises
        ------
        ValueError
            If an array is not of the shape of its parameter.
        """
        # What compiled code reads is in the byte order of the machine, whatever arrays came from.
        vector = aligned_zeros(self.n_weights, np.dtype(dtype).newbyteorder("="))
        for name, places in self._places.items():
            if np.shape(arrays[name]) != places.shape:
                raise ValueError(
                    f"{name} must be of shape {places.shape}, got {np.shape(arrays[name])}"
                )
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
        cell, n, prefix = self._cell, layer.units, layer.prefix
        inputs, one = np.arange(layer.n_inputs), [layer.n_inputs]
        state = layer.state_column + np.arange(n)

        def block(gate, columns, *, inputs):
            """Return the places of a gate in the row that reads the inputs, or the state."""
            reads = [
                row.gate == gate and (row.inputs if inputs else row.state) for row in cell.rows
            ]
            part, row = self._part_of(layer, reads.index(True))
            return _places(part, row * n + np.arange(n), columns)

        places = {
            f"{prefix}_input": np.vstack([block(g, inputs, inputs=True) for g in cell.gates]),
            f"{prefix}_bias": np.vstack([block(g, one, inputs=True) for g in cell.gates])[:, 0],
        }
        if cell.reads_state:
            blocks = [block(gate, state, inputs=False) for gate in cell.recurrent_gates]
            places[f"{prefix}_recurrent"] = np.vstack(blocks)
        for gate in cell.gates_apart:
            bias = block(gate, [layer.second_one], inputs=False)
            places[f"{prefix}_{gate}_bias"] = bias[:, 0]
        if layer.peepholes >= 0:
            n_peepholes = len(cell.peepholes)
            numbers = np.arange(n_peepholes * n).reshape(n_peepholes, n)
            places[f"{prefix}_peephole"] = layer.peepholes + numbers
        return places

    def _part_of(self, layer, row):
        """Return the part that holds a row of the cell, and the number of the row in it."""
        for part, (first, n_rows, _, _) in zip(layer.parts, self._cell.blocks, strict=True):
            if first <= row < first + n_rows:
                return part, row - first
        raise IndexError(row)


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
