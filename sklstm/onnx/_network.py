"""A recurrent network in ONNX's own operators: `network_output`."""

import numpy as np

from ._cell_loop import loop_layer
from ._observed_steps import ObservedSteps
from ._operations import DOUBLE, FLOAT, INT64
from ._tokens import token_rows, token_windows
from ._weights import OPERATORS, layer_weights


def network_output(graph, estimator, windows, *, every_step=False):
    """Return the output of the network of an estimator.

    Parameters
    ----------
    graph : Graph
        Where nodes are added, one recurrent operator for each layer among them.
    estimator : RecurrentBase
        A fitted estimator.
    windows : str
        Tensor of shape (n_samples, n_timesteps, n_features), in double precision. Tokens are of
        one feature.
    every_step : bool, default=False
        Whether the output of every step is wanted, or that at the end.

    Returns
    -------
    output : str
        (n_samples, n_outputs) or (n_samples, n_timesteps, n_outputs), in double precision. NaN at
        missing steps, and for windows that the estimator refuses.
    """
    spec, weights = estimator._spec, estimator.weights_
    if spec.n_tokens:
        windows = token_windows(graph, windows)
    steps = ObservedSteps(graph, windows, estimator.window_shape_[1])
    # Of a network that learned targets of every step, what reads backwards has seen one step only.
    of_last_step = spec.every_step and spec.bidirectional and not every_step
    sequence = _sequence(graph, estimator, windows, steps)
    states = _states(graph, spec, weights, sequence, steps, at_end=not (every_step or of_last_step))
    head = weights["head_weight"].T.astype(np.float32), weights["head_bias"].astype(np.float32)
    output = graph.cast(graph("Add", graph("MatMul", states, head[0]), head[1]), DOUBLE)
    if of_last_step:
        output = steps.at_last(output)
    nowhere = graph("Unsqueeze", steps.unusable, [1])
    if every_step:
        output = steps.to_their_places(output)
        nowhere = graph("Or", nowhere, graph("Not", steps.observed))
        nowhere = graph("Unsqueeze", nowhere, [2])
    return graph("Where", nowhere, np.nan, output)


def _sequence(graph, estimator, windows, steps):
    """Return what the network reads of windows, their observed steps at the front."""
    if estimator._spec.n_tokens:
        return token_rows(graph, estimator, windows, steps)
    values = graph("Sub", windows, estimator.feature_mean_)
    values = graph("Div", values, estimator.feature_scale_)
    there = graph("Unsqueeze", steps.observed, [2])
    values = steps.to_front(graph("Where", there, values, np.float64(0)))
    differenced = estimator._fitted.inputs.differenced
    if differenced is not None and differenced.any():
        first = graph("Slice", values, [0], [1], [1])
        values = graph("Sub", values, graph("Mul", first, differenced.astype(np.float64)))
    return graph.cast(values, FLOAT)


def _states(graph, spec, weights, sequence, steps, *, at_end):
    """Return the states at the end, (n_samples, n), or those after every step, with three axes."""
    sequence = graph("Transpose", sequence, perm=[1, 0, 2])
    n_samples = graph("Shape", sequence, start=1, end=2)
    sequence, lengths = _not_empty(graph, sequence, steps.lengths_of_sequences, n_samples)
    for layer in range(spec.num_layers):
        states, last = _run_layer(graph, spec, weights, layer, sequence, lengths)
        if layer < spec.num_layers - 1 or not at_end:
            sequence = _directions_joined(graph, states)
    if at_end:
        last = graph("Transpose", last, perm=[1, 0, 2])
        found = graph("Reshape", last, [-1, spec.state_size])
    else:
        found = graph("Transpose", sequence, perm=[1, 0, 2])
    return graph("Slice", found, [0], n_samples, [0])


def _directions_joined(graph, states):
    """Make (n_timesteps, n_samples, n) of (n_timesteps, n_directions, n_samples, units)."""
    return graph("Reshape", graph("Transpose", states, perm=[0, 2, 1, 3]), [0, 0, -1])


def _not_empty(graph, sequence, lengths, n_samples):
    """Add a sample where there is none: onnxruntime crashes in a recurrent operator otherwise."""
    n_added = graph.cast(graph("Equal", n_samples, 0), INT64)
    around = graph("Concat", [0, 0, 0, 0], n_added, [0], axis=0)
    sequence = graph("Pad", sequence, around, np.float32(0))
    return sequence, graph("Pad", lengths, graph("Concat", [0], n_added, axis=0), np.int32(1))


def _run_layer(graph, spec, weights, layer, sequence, lengths):
    """Return states (n_timesteps, n_directions, n_samples, units) and (n_directions, ...)."""
    if spec.cell not in OPERATORS:
        return loop_layer(graph, spec, weights, layer, sequence, lengths)
    units, n_directions = spec.units[layer], len(spec.directions)
    *arrays, peepholes = layer_weights(spec, weights, layer)
    inputs = [sequence, *arrays, lengths]
    activation = spec.activation.capitalize()
    activations = {"lstm": ["Sigmoid", activation, activation], "gru": ["Sigmoid", activation]}
    attributes = {
        "hidden_size": units,
        "direction": "bidirectional" if spec.bidirectional else "forward",
        "activations": activations.get(spec.cell, [activation]) * n_directions,
    }
    if spec.cell == "gru":
        attributes["linear_before_reset"] = 1
    if peepholes is not None:
        shape = graph("Concat", [n_directions], graph("Shape", lengths), [units], axis=0)
        zeros = graph("Expand", np.float32(0), shape)
        inputs += [zeros, zeros, peepholes]
    return graph(spec.cell.upper(), *inputs, n_outputs=2, **attributes)
