from math import cos, pi

import numpy as np
import pytest
import torch

from sklstm.data import WindowSet
from sklstm.losses import make_loss
from sklstm.recurrence import NetworkSpec, initial_weights
from sklstm.training import TrainingData, TrainingSettings, train
from sklstm.training._learning_rates import learning_rates


def test_constant():
    np.testing.assert_array_equal(learning_rates("constant", 0.3, np.arange(4), 9), [0.3] * 4)


def test_warm_up_and_cosine():
    rates = learning_rates("cosine", 2.0, np.arange(60), 60)
    np.testing.assert_allclose(rates[:3], [2 / 3, 4 / 3, 2.0])  # a twentieth are three steps
    expected = [1.0 + cos(pi * k / 58) for k in range(1, 58)]
    np.testing.assert_allclose(rates[3:], expected)
    assert 0 < rates[-1] < 0.01


def test_the_decay_is_that_of_torch():
    n_steps, warm_up = 40, 2
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps + 1 - warm_up)
    expected = []
    for _ in range(n_steps + 1 - warm_up):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    rates = learning_rates("cosine", 0.1, np.arange(n_steps), n_steps)
    np.testing.assert_allclose(rates[warm_up - 1 :], expected, rtol=1e-12)


@pytest.mark.parametrize("n_steps", [1, 2, 7])
def test_a_few_steps_move_the_weights(n_steps):
    rates = learning_rates("cosine", 1.0, np.arange(n_steps), n_steps)
    assert (rates > 0).all()
    assert rates[0] == 1.0


def test_steps_do_not_depend_on_where_an_epoch_begins():
    whole = learning_rates("cosine", 0.7, np.arange(30), 30)
    parts = [learning_rates("cosine", 0.7, np.arange(k, k + 10), 30) for k in (0, 10, 20)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def run(engine, optimizer, **options):
    spec, rng = NetworkSpec("gru", 2, 5, 1), np.random.default_rng(0)
    windows = WindowSet.from_array(rng.normal(size=(50, 4, 2)))
    data = TrainingData(windows, rng.normal(size=(50, 1)))
    settings = {
        "loss": make_loss("squared_error"), "optimizer": optimizer, "learning_rate": 0.01,
        "weight_decay": 0.05, "max_grad_norm": 1.0, "batch_size": 16, "max_epochs": 5,
        "shuffle": True, "dropout": 0.0, "recurrent_dropout": 0.0, "n_iter_no_change": None,
        "tol": 0.0, "device": "cpu", "seed": 0, "engine": engine,
    }  # fmt: skip
    weights = initial_weights(spec, 0, np.float64)
    return train(spec, weights, data, None, TrainingSettings(**settings | options))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
def test_engines_agree(optimizer):
    compiled, plain = [
        run(engine, optimizer, learning_rate_schedule="cosine") for engine in ("auto", "torch")
    ]
    np.testing.assert_allclose(compiled.loss_curve, plain.loss_curve, rtol=1e-7)
    for name, expected in plain.weights.items():
        np.testing.assert_allclose(compiled.weights[name], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_each_step_has_its_rate(engine):
    # Without momentum in its first step, SGD moves by 1.9 times rate and gradient.
    def moved(schedule, **options):
        result = run(
            engine, "sgd", learning_rate_schedule=schedule, batch_size=50, weight_decay=0.0,
            max_grad_norm=None, **options,
        )  # fmt: skip
        return result.weights["head_bias"] - 0.0

    warm_up = learning_rates("cosine", 0.01, np.arange(1), 40)[0]
    assert warm_up == pytest.approx(0.005)
    from_rest = moved("constant", max_epochs=1)
    stopped = moved("cosine", max_epochs=40, n_iter_no_change=1, tol=1e9)  # after two epochs
    later = moved("constant", max_epochs=1, learning_rate=warm_up)
    np.testing.assert_allclose(later, from_rest / 2, rtol=1e-12)
    assert np.linalg.norm(stopped) > np.linalg.norm(later)


def test_a_scheduler_of_skorch_has_precedence():
    from skorch.callbacks import LRScheduler

    def scheduler():
        return LRScheduler(policy="StepLR", step_size=2, gamma=0.5)

    both = [("rates", scheduler())]
    of_both = run("torch", "sgd", callbacks=both, learning_rate_schedule="cosine")
    of_scheduler = run("torch", "sgd", callbacks=[scheduler()])
    assert of_both.loss_curve == of_scheduler.loss_curve
