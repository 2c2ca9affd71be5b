"""How tests call compiled code."""

from functools import cache

import numpy as np
import pytest

from sklstm.kernels import LANES, Layout, Pass, Plan, TrainingPass
from sklstm.kernels._code import INTEGER, loop
from sklstm.kernels._functions import NUMBERS, Function, compile_functions
from sklstm.losses import make_loss

SQUARED_ERROR = make_loss("squared_error")
CELLS = [
    {"cell": cell, "activation": activation, "num_layers": layers, "bidirectional": two_ways}
    for cell in ("lstm", "gru", "rnn")
    for activation in ("tanh", "relu")
    for layers in (1, 2)
    for two_ways in (False, True)
] + [
    {"cell": cell, "activation": "tanh", "num_layers": layers, "bidirectional": layers == 2}
    for cell in ("mingru", "slstm")
    for layers in (1, 2)
]


@cache
def _compiled(function, dtype, **options):
    return compile_functions([function], dtype, **options)[0]


@pytest.fixture(scope="session")
def call():
    """Compile a `Function` once for a precision; call it with arrays and integers."""

    def call(function, dtype, *arguments, **options):
        addresses = [a.ctypes.data if isinstance(a, np.ndarray) else int(a) for a in arguments]
        _compiled(function, np.dtype(dtype), **options)(*addresses)

    return call


@pytest.fixture(scope="session")
def on_lanes():
    """Apply to arrays, lane by lane, what a Python function writes for values."""

    def on_lanes(compute, *arrays):
        def each(out, n, *inputs):
            for k in loop(0, n, LANES):
                out.store(k, compute(*[pointer.load(k) for pointer in inputs]))

        size, dtype = len(arrays[0]), arrays[0].dtype
        padded = [np.resize(array, -(-size // LANES) * LANES) for array in arrays]
        out = np.full_like(padded[0], np.nan)
        function = Function(each, [NUMBERS, INTEGER, *[NUMBERS] * len(arrays)])
        compiled = compile_functions([function], dtype)[0]
        compiled(out.ctypes.data, len(out), *[array.ctypes.data for array in padded])
        return out[:size]

    return on_lanes


@pytest.fixture(params=CELLS, ids=lambda p: "-".join(str(v) for v in p.values()))
def kind(request):
    """Every kind of network that there is compiled code for."""
    return request.param


@pytest.fixture
def windows():
    """Rows of shape (90, 3), and first rows and lengths of windows of up to seven of them."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 8, size=37)
    lengths[16:32] = 5  # a tile in which all are equal, between two in which they are not
    return rng.normal(size=(90, 3)), rng.integers(0, 83, size=37), lengths


def _prepare(spec, weights, n_samples, n_steps, **options):
    layout = Layout(spec)
    vector = layout.pack(weights, weights["head_bias"].dtype)
    return Plan(layout, -(-n_samples // LANES), n_steps, **options), vector, layout


@pytest.fixture
def new_pass():
    """A function that makes a pass; it also returns its vector of weights and the layout."""

    def make(spec, weights, rows, n_samples=37, n_steps=7, **options):
        plan, vector, layout = _prepare(spec, weights, n_samples, n_steps, **options)
        pass_ = Pass(plan, vector)
        pass_.set_inputs(rows)
        return pass_, vector, layout

    return make


@pytest.fixture
def new_training_pass():
    """The same for passes there and back."""

    def make(spec, weights, data, n_samples=37, n_steps=7, loss=SQUARED_ERROR, **options):
        plan, vector, layout = _prepare(spec, weights, n_samples, n_steps, trains=True, **options)
        pass_ = TrainingPass(plan, vector, loss)
        pass_.set_data(*data)
        return pass_, vector, layout

    return make
