"""Which steps of windows are observed, and the windows without the others: `ObservedSteps`."""

import numpy as np

from ._operations import INT32, INT64


class ObservedSteps:
    """Missing steps of windows.

    Parameters
    ----------
    graph : Graph
        Where nodes are added.
    windows : str
        Tensor of shape (n_samples, n_timesteps, n_features), in double precision.
    n_features : int
        Features of each step.

    Attributes
    ----------
    observed : str
        (n_samples, n_timesteps), bool: False where all features are NaN.
    lengths : str
        (n_samples,), int64: number of observed steps, but at least one.
    unusable : str
        (n_samples,), bool: windows that the estimators refuse: without any observed step, with
        infinity, or with a step that is only partly NaN.
    """

    def __init__(self, graph, windows, n_features):
        self._graph, self._windows = graph, windows
        missing = graph("IsNaN", windows)
        n_missing = graph("ReduceSum", graph.cast(missing, INT64), [2], keepdims=0)
        self.observed = graph("Less", n_missing, n_features)
        self._observed = graph.cast(self.observed, INT64)
        counts = graph("ReduceSum", self._observed, [1], keepdims=0)
        self.lengths = graph("Max", counts, 1)
        wrong = graph("Or", missing, graph("IsInf", windows))
        wrong = graph("And", wrong, graph("Unsqueeze", self.observed, [2]))
        n_wrong = graph("ReduceSum", graph.cast(wrong, INT64), [1, 2], keepdims=0)
        self.unusable = graph("Or", graph("Equal", counts, 0), graph("Greater", n_wrong, 0))

    @property
    def lengths_of_sequences(self):
        """The lengths as recurrent operators take them."""
        return self._graph.cast(self.lengths, INT32)

    def to_front(self, values):
        """Move what belongs to observed steps to the front, in its order.

        Parameters
        ----------
        values : str
            (n_samples, n_timesteps, n_columns).

        Returns
        -------
        moved : str
            The same values, those of missing steps behind the others.
        """
        graph = self._graph
        n_timesteps = graph("Shape", values, start=1, end=2)
        places = graph("Range", 0, graph("Squeeze", n_timesteps, [0]), 1)
        # The sum is the step itself where it is observed, otherwise larger than any step.
        behind = graph("Mul", graph("Sub", 1, self._observed), n_timesteps)
        keys = graph("Add", places, behind)
        _, order = graph("TopK", keys, n_timesteps, n_outputs=2, axis=1, largest=0)
        return self._take(values, order)

    def to_their_places(self, values):
        """Undo `to_front`; missing steps hold the values of another step."""
        graph = self._graph
        places = graph("Sub", graph("CumSum", self._observed, np.array(1)), 1)
        return self._take(values, graph("Max", places, 0))

    def at_last(self, values):
        """Return, of values moved to the front, those of the last observed step."""
        graph = self._graph
        last = graph("Unsqueeze", graph("Sub", self.lengths, 1), [1])
        return graph("GatherND", values, last, batch_dims=1)

    def from_the_end(self):
        """Return the number of each observed step counted from the end, the last being 1."""
        return self._graph("CumSum", self._observed, np.array(1), reverse=1)

    def _take(self, values, order):
        graph = self._graph
        return graph("GatherND", values, graph("Unsqueeze", order, [2]), batch_dims=1)
