"""What a recurrent network consists of, in plain Python."""

from dataclasses import dataclass
from math import prod

import numpy as np

from sklstm.cells import CELLS

from ._per_layer import per_layer


@dataclass(frozen=True)
class NetworkSpec:
    """Shape of a stacked recurrent network with a linear head.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}
        Kind of recurrent layer.
    n_features : int
        Features of each step.
    hidden_size : int or tuple of int
        Units of each layer and direction; of a tuple each layer has its own.
    n_outputs : int
        Outputs of the head.
    num_layers : int, default=1
        Recurrent layers on top of each other.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards.
    activation : {"tanh", "relu"}, default="tanh"
        Function of the candidate and of the output of the cell; gates always use the logistic
        function.
    peephole : bool, default=False
        Whether the gates of an LSTM also see the cell state.
    every_step : bool, default=False
        Whether the head reads the states after every step; otherwise only those at the end, of
        the backward direction that after the first step of the sequence. Parameters are the same.
    n_tokens : int, default=0
        Inputs are whole numbers below it, one at each step; zero: they are `n_features` numbers.
    pooling : {"last", "mean", "max", "concat"}, default="last"
        What the head reads of all steps, unless it reads every one: the states at the end, for each
        unit the mean or the largest of the states after all steps, or these three side by side.
    embeds : bool, default=False
        Whether each token has a row of `n_features` numbers, which are parameters. Otherwise it is
        a one among ``n_features = n_tokens`` numbers, the others being zero.

    Notes
    -----
    Parameters are arrays in a dictionary, named ``layer0_forward_input`` and so on. The rows of the
    tokens are ``embedding_weight`` (n_tokens, n_features). Of the layers there are

    ``input`` (n_gates * hidden_size, n_inputs), ``recurrent`` (n_gates * hidden_size, hidden_size)
    and ``bias`` (n_gates * hidden_size,) for every layer and direction; ``peephole`` (3,
    hidden_size) for the input, forget and output gate; ``candidate_bias`` (hidden_size,) for the
    recurrent half of the candidate of a GRU. Gates stand in the order input, forget, candidate,
    output (LSTM) and reset, update, candidate (GRU). The head is ``head_weight`` (n_outputs,
    n_directions * hidden_size) and ``head_bias`` (n_outputs,); with ``"concat"`` it has three times
    as many columns.
    """

    cell: str
    n_features: int
    hidden_size: int | tuple
    n_outputs: int
    num_layers: int = 1
    bidirectional: bool = False
    activation: str = "tanh"
    peephole: bool = False
    every_step: bool = False
    n_tokens: int = 0
    embeds: bool = False
    pooling: str = "last"

    @property
    def directions(self):
        """Names of the directions in which each layer reads."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    @property
    def state_size(self):
        """Number of values that the head sees."""
        return self.units[-1] * len(self.directions) * len(self.poolings)

    @property
    def poolings(self):
        """What the head sees of all steps, in this order, each for all directions."""
        concat = self.pooling == "concat" and not self.every_step
        return ("last", "mean", "max") if concat else (self.pooling,)

    @property
    def units(self):
        """Units of each layer, the same in both directions."""
        return per_layer(self.hidden_size, self.num_layers)

    @property
    def n_parameters(self):
        """Number of parameters."""
        return sum(self.parameter_counts().values())

    def layers(self):
        """Yield the prefix of each layer and direction, its number of inputs and its units."""
        n_inputs = self.n_features
        for layer, units in enumerate(self.units):
            for direction in self.directions:
                yield f"layer{layer}_{direction}", n_inputs, units
            n_inputs = units * len(self.directions)

    def parameter_shapes(self):
        """Return the shape of every parameter by its name."""
        shapes = {}
        if self.embeds:
            shapes["embedding_weight"] = (self.n_tokens, self.n_features)
        for prefix, n_inputs, units in self.layers():
            found = CELLS[self.cell].parameter_shapes(n_inputs, units, peephole=self.peephole)
            shapes |= {f"{prefix}_{kind}": shape for kind, shape in found.items()}
        shapes["head_weight"] = (self.n_outputs, self.state_size)
        shapes["head_bias"] = (self.n_outputs,)
        return shapes

    def check(self, weights):
        """Raise a ValueError unless arrays are parameters of this network, in one precision.

        Parameters
        ----------
        weights : dict of str to ndarray
            The arrays by name.

        Raises
        ------
        ValueError
            If one is missing, none of the network's, of another shape, or not in the single or
            double precision of the others, in the byte order of this machine.
        """
        shapes = self.parameter_shapes()
        if weights.keys() != shapes.keys():
            raise ValueError(f"the network has the arrays {[*shapes]}, and there are {[*weights]}")
        for name, shape in shapes.items():
            if weights[name].shape != shape:
                raise ValueError(f"{name} must be of shape {shape}, got {weights[name].shape}")
        found = {array.dtype for array in weights.values()}
        if found not in ({np.dtype(np.float32)}, {np.dtype(np.float64)}):
            raise ValueError(
                "all arrays must be float32, or all float64, in the byte order of this machine, "
                f"got {', '.join(sorted(dtype.str for dtype in found))}"
            )

    def parameter_counts(self):
        """Return the number of parameters of each layer and of the head, by name."""
        counts = {}
        for name, shape in self.parameter_shapes().items():
            part = name.partition("_")[0]
            counts[part] = counts.get(part, 0) + prod(shape)
        return counts
