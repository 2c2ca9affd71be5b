"""The baselines: `infer_baseline` and a converter for each."""

import numpy as np

from ._graph import Graph
from ._observed_steps import ObservedSteps
from ._operations import DOUBLE
from ._output_type import output_type
from ._windows_input import check_windows, windows_of


def infer_baseline(operator):
    """Set the type of the predictions of a baseline: one column for each output."""
    n_samples, n_timesteps, _ = check_windows(operator)
    baseline = operator.raw_operator
    if n_timesteps is not None:
        baseline._check_lookback(n_timesteps)
    operator.outputs[0].set_type(output_type(operator, [n_samples, baseline.n_outputs_]))


def convert_moving_average(scope, operator, container):
    """Add the nodes of an `SMARegressor`."""

    def forecast(graph, baseline, values, steps):
        taken = graph("LessOrEqual", steps.from_the_end(), baseline.window)
        taken = graph("And", taken, steps.observed)
        total = graph("ReduceSum", graph("Where", taken, values, 0.0), [1])
        return graph("Div", total, graph("ReduceSum", graph.cast(taken, DOUBLE), [1]))

    _convert(scope, operator, container, forecast)


def convert_exponential_average(scope, operator, container):
    """Add the nodes of an `EMARegressor`: the mean written out as a weighted sum."""

    def forecast(graph, baseline, values, steps):
        alpha, initial = float(baseline.alpha), baseline.initial
        number = steps.from_the_end()
        n_after = graph.cast(graph("Sub", number, 1), DOUBLE)
        weight = graph("Pow", 1 - alpha, graph("Max", n_after, 0.0))
        n_steps = graph("Unsqueeze", steps.lengths, [1])
        if initial == "first":
            # The first observed value is where the mean begins.
            begins = graph("Equal", number, n_steps)
            weight = graph("Mul", weight, graph("Where", begins, 1.0, alpha))
        else:
            weight = graph("Mul", weight, alpha)
        weighted = graph("Where", steps.observed, graph("Mul", weight, values), 0.0)
        total = graph("ReduceSum", weighted, [1])
        if initial == "first":
            return total
        before = graph("Pow", 1 - alpha, graph.cast(n_steps, DOUBLE))
        return graph("Add", total, graph("Mul", before, float(initial)))

    _convert(scope, operator, container, forecast)


def convert_persistence(scope, operator, container):
    """Add the nodes of a `PersistenceRegressor`."""

    def forecast(graph, baseline, values, steps):
        n_timesteps = graph("Squeeze", graph("Shape", values, start=1), [0])
        places = graph("Range", 0, n_timesteps, 1)
        last = _newest(graph, places, steps.observed)
        columns = []
        for lag in baseline._lags():
            earlier = graph("Sub", graph("Sub", n_timesteps, 1 + lag), places)
            # No place is later by a whole season: a lag is less than one.
            same_season = graph("Equal", graph("Mod", earlier, baseline.season), 0)
            newest = _newest(graph, places, graph("And", same_season, steps.observed))
            place = graph("Where", graph("Less", newest, 0), last, newest)
            columns.append(graph("GatherElements", values, graph("Max", place, 0), axis=1))
        return columns[0] if len(columns) == 1 else graph("Concat", *columns, axis=1)

    _convert(scope, operator, container, forecast)


def _convert(scope, operator, container, forecast):
    graph, baseline = Graph(scope, container), operator.raw_operator
    windows = windows_of(graph, operator)
    steps = ObservedSteps(graph, windows, baseline.window_shape_[1])
    values = graph("Gather", windows, baseline._position, axis=2)
    columns = forecast(graph, baseline, values, steps)
    usable = graph("Where", graph("Unsqueeze", steps.unusable, [1]), np.nan, columns)
    # A single column stands for all outputs.
    spread = graph("Mul", usable, np.ones(baseline.n_outputs_))
    graph.finish(spread, operator.outputs[0])


def _newest(graph, places, wanted):
    """Return the last step of each window that is wanted, (n_samples, 1); -1 if none is."""
    return graph("ReduceMax", graph("Where", wanted, places, -1), [1])
