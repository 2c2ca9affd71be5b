import numpy as np
import pytest
import torch

from sklstm import training
from sklstm.data import WindowSet
from sklstm.losses import make_loss
from sklstm.networks import RecurrentNetwork
from sklstm.training import TrainingData, TrainingSettings

SETTINGS = {
    "loss": make_loss("squared_error"),
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "max_grad_norm": None,
    "batch_size": 100,
    "max_epochs": 1,
    "shuffle": True,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "n_iter_no_change": None,
    "tol": 0.0,
    "device": "cpu",
    "engine": "auto",
    "seed": 0,
    "first_epoch": 0,
}


def train(spec, weights, data, validation, settings, **options):
    return training.train(spec, weights, data, validation, TrainingSettings(**settings), **options)


@pytest.fixture(params=["auto", "torch"])
def problem(new_network, request, monkeypatch):
    monkeypatch.setitem(SETTINGS, "engine", request.param)
    spec, weights = new_network(cell="gru", n_outputs=1)
    rng = np.random.default_rng(0)
    windows = WindowSet.from_array(rng.normal(size=(40, 4, 3)))
    return spec, weights, TrainingData(windows, rng.normal(size=(40, 1)))


def gradient(spec, weights, data):
    module = RecurrentNetwork(spec, weights)
    values, _ = data.windows.padded(slice(None))
    (module(torch.tensor(values)) - torch.tensor(data.targets)).square().mean().backward()
    return {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}


@pytest.mark.parametrize(
    ("optimizer", "first_step"),
    [
        ("sgd", lambda g: 1.9 * g),  # Nesterov's step from rest: g + 0.9 g
        ("adam", lambda g: g / (np.abs(g) + 1e-8)),
        ("adamw", lambda g: g / (np.abs(g) + 1e-8)),
        ("rmsprop", lambda g: g / (np.sqrt(0.1) * np.abs(g) + 1e-8)),
    ],
)
def test_first_step_of_each_optimizer(problem, optimizer, first_step):
    spec, weights, data = problem
    result = train(spec, weights, data, None, SETTINGS | {"optimizer": optimizer})
    for name, g in gradient(spec, weights, data).items():
        expected = weights[name] - 0.01 * first_step(g)
        np.testing.assert_allclose(result.weights[name], expected, rtol=1e-9, atol=1e-12)


def test_long_gradients_are_shortened(problem):
    spec, weights, data = problem
    settings = SETTINGS | {"max_grad_norm": 1e-3}
    result = train(spec, weights, data, None, settings)
    gradients = gradient(spec, weights, data)
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
    assert norm > 1e-3
    for name, g in gradients.items():
        expected = weights[name] - 0.01 * 1.9 * g * (1e-3 / norm)
        np.testing.assert_allclose(result.weights[name], expected, rtol=1e-6, atol=1e-9)


def test_weight_decay_is_added_to_the_gradient(problem):
    spec, weights, data = problem
    result = train(spec, weights, data, None, SETTINGS | {"weight_decay": 0.5})
    for name, g in gradient(spec, weights, data).items():
        expected = weights[name] - 0.01 * 1.9 * (g + 0.5 * weights[name])
        np.testing.assert_allclose(result.weights[name], expected, rtol=1e-9, atol=1e-12)


def test_automatic_weight_decay_is_a_thousandth_of_the_loss_of_the_epoch_before(problem):
    spec, weights, data = problem
    auto = SETTINGS | {"weight_decay": "auto", "learning_rate": 0.1}
    whole = train(spec, weights, data, None, auto | {"max_epochs": 3})
    parts, losses, state = weights, [1.0], None
    for epoch in range(3):
        decay = 1e-3 * min(losses[-1], 1.0)
        settings = auto | {"weight_decay": decay, "first_epoch": epoch}
        part = train(spec, parts, data, None, settings, optimizer_state=state)
        parts, state = part.weights, part.optimizer_state
        losses += part.loss_curve
    assert whole.loss_curve == losses[1:]
    for name, expected in parts.items():
        np.testing.assert_array_equal(whole.weights[name], expected)
    # Who goes on epoch by epoch says what the loss was.
    last = train(spec, weights, data, None, auto | {"last_loss": 0.2})
    plain = train(spec, weights, data, None, auto | {"weight_decay": 2e-4})
    np.testing.assert_allclose(last.weights["head_bias"], plain.weights["head_bias"], rtol=1e-12)
    assert (last.weights["head_weight"] != whole.weights["head_weight"]).any()


def test_losses_are_those_of_the_weights_at_the_time(problem):
    spec, weights, data = problem
    result = train(spec, weights, data, data, SETTINGS | {"max_epochs": 3})
    module = RecurrentNetwork(spec, weights)
    values, _ = data.windows.padded(slice(None))
    with torch.no_grad():
        error = module(torch.tensor(values)).numpy() - data.targets
    assert result.loss_curve[0] == pytest.approx((error**2).mean())
    # In full batches the validation loss after an epoch is the training loss of the next one.
    np.testing.assert_allclose(result.validation_curve[:-1], result.loss_curve[1:])


def test_best_weights_are_kept(problem):
    spec, weights, data = problem
    settings = SETTINGS | {"learning_rate": 3.0, "max_epochs": 12, "max_grad_norm": 1.0}
    result = train(spec, weights, data, data, settings)
    best = min(result.validation_curve)
    assert best < result.validation_curve[-1]
    module = RecurrentNetwork(spec, result.weights)
    values, _ = data.windows.padded(slice(None))
    with torch.no_grad():
        error = module(torch.tensor(values)).numpy() - data.targets
    assert (error**2).mean() == pytest.approx(best)


def test_two_runs_equal_one_long_run(problem):
    spec, weights, data = problem
    settings = SETTINGS | {"optimizer": "adam", "batch_size": 7, "dropout": 0.3, "max_epochs": 6}
    whole = train(spec, weights, data, None, settings)
    half = train(spec, weights, data, None, settings | {"max_epochs": 3})
    rest = train(
        spec,
        half.weights,
        data,
        None,
        settings | {"max_epochs": 3, "first_epoch": 3},
        optimizer_state=half.optimizer_state,
    )
    assert whole.loss_curve == half.loss_curve + rest.loss_curve
    for name, array in whole.weights.items():
        np.testing.assert_array_equal(array, rest.weights[name])


def test_torch_is_left_as_it_was(problem):
    spec, weights, data = problem
    threads, generator = torch.get_num_threads(), torch.get_rng_state()
    before = {name: array.copy() for name, array in weights.items()}
    train(spec, weights, data, None, SETTINGS | {"dropout": 0.5})
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), generator)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_divergence_is_an_error_that_says_what_to_try(problem):
    spec, weights, data = problem
    settings = SETTINGS | {"learning_rate": 1e300, "max_epochs": 5}
    with pytest.raises(ValueError, match="diverged.*learning_rate"):
        train(spec, weights, data, None, settings)


@pytest.mark.parametrize("device", ["cuda:99", "abacus"])
def test_a_device_that_is_not_there_is_named(problem, device):
    spec, weights, data = problem
    with pytest.raises(ValueError, match=f"'device' parameter.*'{device}'"):
        train(spec, weights, data, None, SETTINGS | {"device": device})


def test_auto_takes_what_there_is(problem):
    spec, weights, data = problem
    result = train(spec, weights, data, None, SETTINGS | {"device": "auto"})
    assert np.isfinite(result.loss_curve[0])
