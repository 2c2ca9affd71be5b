import pickle

import numpy as np
import pytest
import torch

from sklstm.kernels import Layout, Optimizer
from sklstm.torch_training import _net as of_torch
from sklstm.torch_training._net import _optimizer
from sklstm.training._compiled_engine import export_state, import_state

NAMES = pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
RATE, DECAY = 0.01, 0.02


@pytest.fixture(params=["lstm", "gru"])
def start(request, new_network):
    """Weights of a network, and a sequence of gradients."""
    spec, weights = new_network(cell=request.param, num_layers=2, bidirectional=True)
    rng = np.random.default_rng(0)
    gradients = [
        {name: rng.normal(size=array.shape) for name, array in weights.items()} for _ in range(6)
    ]
    return spec, weights, gradients


class Compiled:
    """Training by compiled code."""

    def __init__(self, name, spec, weights, dtype, state=None):
        self.layout, self.dtype = Layout(spec), dtype
        self.vector = self.layout.pack(weights, dtype)
        self.optimizer = Optimizer(name, self.vector, RATE, DECAY, None)
        if state is not None:
            import_state(self.optimizer, self.layout, state)

    def step(self, gradient):
        self.optimizer.step(self.layout.pack(gradient, self.dtype))

    def weights(self):
        return self.layout.unpack(self.vector)

    def state(self):
        return export_state(self.optimizer, self.layout)


class Plain:
    """Training by torch."""

    def __init__(self, name, spec, weights, dtype, state=None):
        self.parameters = {
            key: torch.nn.Parameter(torch.tensor(array.astype(dtype)))
            for key, array in weights.items()
        }
        kind, options = _optimizer(name)
        values = self.parameters.values()
        self.optimizer = kind(values, lr=RATE, weight_decay=DECAY, **options)
        if state:
            of_torch.import_state(self.optimizer, state)

    def step(self, gradient):
        for key, parameter in self.parameters.items():
            parameter.grad = torch.tensor(gradient[key]).to(parameter.dtype)
        self.optimizer.step()

    def weights(self):
        return {key: p.detach().numpy().copy() for key, p in self.parameters.items()}

    def state(self):
        return of_torch.export_state(self.optimizer)


def after(training, gradients):
    for gradient in gradients:
        training.step(gradient)
    return training


def assert_same(found, expected, error):
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_allclose(found[name], array, rtol=error, atol=error, err_msg=name)


@DTYPES
@NAMES
def test_state_is_that_of_torch(start, name, dtype):
    spec, weights, gradients = start
    found = after(Compiled(name, spec, weights, dtype), gradients).state()
    expected = after(Plain(name, spec, weights, dtype), gradients).state()
    assert len(found) == len(expected) == len(weights)
    for own, theirs in zip(found, expected, strict=True):
        # The buffer is None in torch's state where there is none.
        theirs = {key: value for key, value in theirs.items() if value is not None}
        assert set(own) == set(theirs)
        for key, value in theirs.items():
            assert own[key].dtype == value.dtype
            assert own[key].shape == value.shape
            np.testing.assert_allclose(own[key], value, rtol=1e-5, atol=1e-6)


@NAMES
def test_before_the_first_step_there_is_no_state(start, name):
    spec, weights, _ = start
    training = Compiled(name, spec, weights, np.float32)
    assert training.state() == []
    import_state(training.optimizer, training.layout, [])
    assert training.optimizer.n_steps == 0


def halves(kinds, start, name, dtype):
    """Train three steps, hand the state over, train three more."""
    spec, weights, gradients = start
    first, second = kinds
    half = after(first(name, spec, weights, dtype), gradients[:3])
    state = pickle.loads(pickle.dumps(half.state()))
    return after(second(name, spec, half.weights(), dtype, state), gradients[3:])


@DTYPES
@pytest.mark.parametrize(
    "name",
    [
        "adam",
        "adamw",
        "nadam",
        "rmsprop",
        "sgd",
    ],
)
def test_training_goes_on_to_the_last_bit(start, name, dtype):
    spec, weights, gradients = start
    straight = after(Compiled(name, spec, weights, dtype), gradients)
    continued = halves((Compiled, Compiled), start, name, dtype)
    np.testing.assert_array_equal(continued.vector, straight.vector)


@DTYPES
@NAMES
@pytest.mark.parametrize("kinds", [(Plain, Compiled), (Compiled, Plain)])
def test_training_goes_on_in_the_other_engine(start, name, dtype, kinds):
    spec, weights, gradients = start
    expected = after(Plain(name, spec, weights, dtype), gradients).weights()
    continued = halves(kinds, start, name, dtype)
    error = 1e-12 if dtype == np.float64 and name != "nadam" else 2e-6
    assert_same(continued.weights(), expected, error)


@NAMES
def test_state_is_a_copy(start, name):
    spec, weights, gradients = start
    training = after(Compiled(name, spec, weights, np.float64), gradients[:2])
    state = training.state()
    before = pickle.dumps(state)
    after(training, gradients[2:])
    assert pickle.dumps(state) == before
