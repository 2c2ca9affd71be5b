"""Oracles and data that several test files share."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from sklstm.recurrence import NetworkSpec, initial_weights


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Look for no garbage while tests are collected, and later for none among them.

    They are a million objects, all of them needed to the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def logistic(z):
    return 1 / (1 + np.exp(-z))


def plain_recurrence(spec, weights, prefix, sequence):
    """The textbook equations for one layer, direction and sequence, without any trick."""
    w, b = (weights[f"{prefix}_{kind}"] for kind in ("input", "bias"))
    n = len(b) // {"lstm": 4, "gru": 3, "rnn": 1, "mingru": 2, "slstm": 4}[spec.cell]
    u = weights.get(f"{prefix}_recurrent", np.zeros((len(b), n)))
    act = np.tanh if spec.activation == "tanh" else (lambda z: np.maximum(z, 0))
    h, c, states = np.zeros(n), np.zeros(n), []
    p = weights.get(f"{prefix}_peephole", np.zeros((3, n)))
    norm = np.zeros(n)
    for x in sequence:
        wx, uh = w @ x + b, u @ h
        if spec.cell == "lstm":
            z = wx + uh
            i, f = logistic(z[:n] + p[0] * c), logistic(z[n : 2 * n] + p[1] * c)
            c = f * c + i * act(z[2 * n : 3 * n])
            h = logistic(z[3 * n :] + p[2] * c) * act(c)
        elif spec.cell == "gru":
            r, z = logistic(wx[:n] + uh[:n]), logistic(wx[n : 2 * n] + uh[n : 2 * n])
            new = act(wx[2 * n :] + r * (uh[2 * n :] + weights[f"{prefix}_candidate_bias"]))
            h = (1 - z) * new + z * h
        elif spec.cell == "mingru":
            z = logistic(wx[:n])
            h = (1 - z) * h + z * act(wx[n:])
        elif spec.cell == "slstm":  # without a stabilizer: small exponents need none
            i, f, g, o = (wx + uh).reshape(4, n)
            c = logistic(f) * c + np.exp(i) * act(g)
            norm = logistic(f) * norm + np.exp(i)
            h = logistic(o) * c / norm
        else:
            h = act(wx + uh)
        states.append(h)
    return np.array(states)


def plain_network(spec, weights, sequence):
    """Output of the whole network for one sequence of shape (n_timesteps, n_features)."""
    weights = {name: array.astype(float) for name, array in weights.items()}
    for layer in range(spec.num_layers):
        states, last = [], []
        for direction in spec.directions:
            step = 1 if direction == "forward" else -1
            run = plain_recurrence(spec, weights, f"layer{layer}_{direction}", sequence[::step])
            last.append(run[-1])
            states.append(run[::step])
        sequence = np.hstack(states)
    if spec.every_step:
        return sequence @ weights["head_weight"].T + weights["head_bias"]
    return weights["head_weight"] @ np.hstack(last) + weights["head_bias"]


def make_spec(**changes):
    defaults = {"cell": "lstm", "n_features": 3, "hidden_size": 5, "n_outputs": 2}
    return NetworkSpec(**(defaults | changes))


def make_weights(spec, dtype=np.float64):
    """Initial weights, shaken so that no bias or peephole is zero."""
    rng = np.random.default_rng(3)
    weights = initial_weights(spec, seed=3, dtype=dtype)
    return {k: (v + 0.2 * rng.normal(size=v.shape)).astype(dtype) for k, v in weights.items()}


NETWORKS = [
    {"cell": cell, "num_layers": layers, "bidirectional": two_ways, **options}
    for cell, options in [
        ("lstm", {}),
        ("lstm", {"peephole": True}),
        ("lstm", {"activation": "relu"}),
        ("gru", {}),
        ("gru", {"activation": "relu"}),
        ("rnn", {}),
        ("rnn", {"activation": "relu"}),
        ("mingru", {}),
        ("mingru", {"activation": "relu"}),
        ("slstm", {}),
        ("slstm", {"activation": "relu"}),
    ]
    for layers in (1, 2)
    for two_ways in (False, True)
] + [
    {"cell": cell, "num_layers": 3, "bidirectional": two_ways, "hidden_size": (4, 9, 2)}
    for cell in ("lstm", "gru", "rnn", "mingru", "slstm")
    for two_ways in (False, True)
]


@pytest.fixture(params=NETWORKS, ids=lambda p: "-".join(str(v) for v in p.values()))
def network(request):
    """Every kind of network: its spec and its weights in double precision."""
    spec = make_spec(**request.param)
    return spec, make_weights(spec)


@pytest.fixture
def oracle():
    """The plain NumPy network."""
    return plain_network


@pytest.fixture
def new_network():
    """A function that makes a spec with changes and weights for it."""

    def make(dtype=np.float64, **changes):
        spec = make_spec(**changes)
        return spec, make_weights(spec, dtype)

    return make


def targets_of(rng, loss, shape):
    """Targets that a loss takes: counts or amounts for likelihoods of these."""
    draw = {
        "poisson": lambda: rng.poisson(3.0, shape),
        "negative_binomial": lambda: rng.negative_binomial(2, 0.2, shape),
        "gamma": lambda: rng.gamma(2.0, size=shape),
        "tweedie": lambda: rng.standard_gamma(rng.poisson(1.5, shape)),
        "bernoulli": lambda: rng.integers(0, 2, shape),
    }
    return draw.get(loss, lambda: rng.normal(size=shape))().astype(np.float64)


@pytest.fixture(name="targets_of")
def _targets_of():
    """The function above."""
    return targets_of


@pytest.fixture
def sequences():
    """Sequences of unequal length: values (37, 6, 3) and lengths."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(37, 6, 3)), rng.integers(1, 7, size=37)


@pytest.fixture
def wave():
    """A noisy wave as a series of shape (400, 1)."""
    t = np.arange(400)
    noise = np.random.default_rng(0).normal(size=400)
    return (np.sin(t / 6) + 0.1 * noise).reshape(-1, 1)


@pytest.fixture(scope="session")
def data_folder():
    """The folder of real data; tests that need it are skipped where there is none."""
    folder = os.environ.get("SKLSTM_DATA")
    if not folder:
        pytest.skip("needs the folder of real data: set SKLSTM_DATA to it")
    if not Path(folder).is_dir():
        pytest.skip(f"needs the folder of real data: SKLSTM_DATA={folder} is not there")
    return Path(folder)
