"""State of a compiled optimiser as the arrays that torch's optimisers keep."""

import numpy as np

_ARRAYS = {
    "adam": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "adamw": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "nadam": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "rmsprop": {"square_avg": "square"},
    "sgd": {"momentum_buffer": "mean"},
}


def export_state(optimizer, layout):
    """Return the state as a list of dictionaries of arrays, one for each parameter.

    Parameters
    ----------
    optimizer : Optimizer
        A compiled optimiser.
    layout : Layout
        Where each parameter stands.

    Returns
    -------
    state : list of dict of str to ndarray
        Empty before the first step.
    """
    if not optimizer.n_steps:
        return []
    arrays = {
        name: layout.unpack(getattr(optimizer, own))
        for name, own in _ARRAYS[optimizer.name].items()
    }
    numbers = {} if optimizer.name == "sgd" else {"step": np.float32(optimizer.n_steps)}
    if optimizer.name == "nadam":
        numbers["mu_product"] = np.float32(optimizer.momenta)
    numbers = {name: np.asarray(number) for name, number in numbers.items()}
    return [
        numbers | {name: values[parameter] for name, values in arrays.items()}
        for parameter in layout.spec.parameter_shapes()
    ]


def import_state(optimizer, layout, state):
    """Load what `export_state` returned into a new optimiser; None or nothing leaves it new."""
    if not state:
        return
    for name, own in _ARRAYS[optimizer.name].items():
        values = [of_parameter[name] for of_parameter in state]
        parameters = dict(zip(layout.spec.parameter_shapes(), values, strict=True))
        getattr(optimizer, own)[:] = layout.pack(parameters, optimizer.weights.dtype)
    optimizer.n_steps = int(state[0].get("step", 1))
    optimizer.momenta = float(state[0].get("mu_product", 1.0))
