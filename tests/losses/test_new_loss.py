"""A new loss is one object: both engines train with it, and the estimators take its name."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from sklstm import GRURegressor, LSTMRegressor
from sklstm.data import WindowSet
from sklstm.displays import LossCurveDisplay
from sklstm.losses import LOSSES, NUMPY, ErrorLoss, Loss, make_loss, torch_functions
from sklstm.recurrence import NetworkSpec, initial_weights, network_output
from sklstm.training import TrainingData, TrainingSettings, train


class PseudoHuber(ErrorLoss):
    """A loss of the error alone."""

    name = "pseudo_huber"
    label = "Pseudo-Huber loss (errors in standard deviations of {target})"

    @classmethod
    def of_error(cls, f, error):
        return f.sqrt(1.0 + error * error) - 1.0

    @classmethod
    def slope(cls, f, error):
        return error / f.sqrt(1.0 + error * error)


@dataclass(frozen=True)
class Expectile(Loss):
    """A loss with a parameter, for targets that are not negative."""

    name = "expectile"
    label = "Expectile loss (variances of {target})"
    quantile: float = 0.5

    @property
    def constants(self):
        return (self.quantile,)

    @classmethod
    def value(cls, f, outputs, target, constants):
        error = outputs[0] - target
        return f.where(error > 0.0, 1.0 - constants[0], constants[0]) * error * error

    @classmethod
    def gradient(cls, f, outputs, target, constants):
        error = outputs[0] - target
        return (f.where(error > 0.0, 1.0 - constants[0], constants[0]) * (error + error),)

    def check_targets(self, targets, name="y"):
        if (targets < 0).any():
            raise ValueError("loss='expectile' takes targets from 0 on.")


class Normal(Loss):
    """The likelihood of a normal distribution: two outputs for each target."""

    name = "normal"
    label = "Negative log-likelihood (nats)"

    @property
    def n_outputs_per_target(self):
        return 2

    @classmethod
    def value(cls, f, outputs, target, constants):
        error = (outputs[0] - target) * f.exp(-outputs[1])
        return outputs[1] + 0.5 * error * error

    @classmethod
    def gradient(cls, f, outputs, target, constants):
        narrow = f.exp(-outputs[1])
        error = (outputs[0] - target) * narrow
        return error * narrow, 1.0 - error * error


class Poisson(Loss):
    """Half the deviance of a Poisson distribution but for a constant; the output is a logarithm."""

    name = "poisson"
    label = "Poisson loss (means of {target})"
    shifts_targets = False

    @classmethod
    def value(cls, f, outputs, target, constants):
        return f.exp(outputs[0]) - target * outputs[0]

    @classmethod
    def gradient(cls, f, outputs, target, constants):
        return (f.exp(outputs[0]) - target,)

    def predict(self, outputs, mean, scale):
        return np.exp(outputs[..., 0]) * scale


@dataclass(frozen=True)
class ByTarget(ErrorLoss):
    """A loss with a constant for each target."""

    name = "by_target"
    weights: tuple = ()

    @property
    def constants(self):
        return np.array([self.weights])

    @classmethod
    def value(cls, f, outputs, target, constants):
        error = outputs[0] - target
        return constants[0] * error * error

    @classmethod
    def gradient(cls, f, outputs, target, constants):
        return (constants[0] * 2.0 * (outputs[0] - target),)


@pytest.fixture
def known(monkeypatch):
    """Put the losses above into the table."""
    for loss in (PseudoHuber, Expectile, Normal, Poisson):
        monkeypatch.setitem(LOSSES, loss.name, loss)


def run(loss, engine, dtype=np.float64, n_targets=2, every_step=False, n_epochs=30, n_steps=5):
    n_outputs = n_targets * loss.n_outputs_per_target
    spec = NetworkSpec("lstm", 2, 7, n_outputs, every_step=every_step)
    rng = np.random.default_rng(1)
    windows = WindowSet.from_array(rng.normal(size=(70, n_steps, 2)))
    rows = windows.rows.astype(dtype)
    shape = (len(rows) if every_step else 70), n_targets
    targets = rng.normal(size=shape).astype(dtype)
    if every_step:
        targets[rng.random(len(targets)) < 0.3] = np.nan
        targets[windows.starts + windows.lengths - 1] = 1.0
        targets = windows.with_rows(targets)
    weight = rng.uniform(0.5, 1.5, size=70)
    data = TrainingData(windows.with_rows(rows), targets, weight)
    settings = TrainingSettings(
        loss=loss, optimizer="sgd", learning_rate=0.05, weight_decay=0.0, max_grad_norm=1.0,
        batch_size=16, max_epochs=n_epochs, shuffle=True, dropout=0.1, recurrent_dropout=0.0,
        n_iter_no_change=None, tol=0.0, device="cpu", seed=3, engine=engine,
    )  # fmt: skip
    return train(spec, initial_weights(spec, 0, dtype), data, data, settings)


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize(
    "loss",
    [PseudoHuber(), Expectile(0.8), Normal(), Poisson(), ByTarget((0.5, 3.0))],
    ids=lambda x: x.name,
)
def test_engines_agree(loss, every_step):
    compiled, plain = (run(loss, engine, every_step=every_step) for engine in ("auto", "torch"))
    np.testing.assert_allclose(compiled.loss_curve, plain.loss_curve, rtol=1e-9)
    np.testing.assert_allclose(compiled.validation_curve, plain.validation_curve, rtol=1e-9)
    for name, weights in plain.weights.items():
        np.testing.assert_allclose(compiled.weights[name], weights, rtol=1e-7, atol=1e-9)
    assert compiled.loss_curve[-1] < 0.99 * compiled.loss_curve[0]
    single = run(loss, "auto", np.float32, every_step=every_step)
    np.testing.assert_allclose(single.loss_curve, plain.loss_curve, rtol=1e-3)


@pytest.mark.parametrize(
    "loss", [PseudoHuber(), Expectile(0.8), Normal(), Poisson()], ids=lambda x: x.name
)
def test_gradients_are_those_of_autograd(loss, rng):
    n = loss.n_outputs_per_target
    outputs, target = rng.normal(size=(n, 40, 2)), rng.normal(size=(40, 2))
    constants = loss.constants_of(2)[:, np.newaxis]
    found = np.stack([*loss.gradient(NUMPY, outputs, target, constants)])
    tensor = torch.tensor(outputs, requires_grad=True)
    others = torch.tensor(target), torch.tensor(constants)
    loss.value(torch_functions(), tensor, *others).sum().backward()
    np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-12)


def test_estimators_take_its_name_and_its_parameter(known, rng):
    X, y = rng.normal(size=(120, 5, 1)), rng.exponential(size=120)
    assert make_loss("expectile", quantile=0.9) == Expectile(0.9)
    for name in ("pseudo_huber", "expectile"):
        model = LSTMRegressor(6, loss=name, max_epochs=15, random_state=0, differencing="never")
        plain = LSTMRegressor(**model.get_params()).set_params(engine="torch")
        curve = model.fit(X, y).loss_curve_
        np.testing.assert_allclose(curve, plain.fit(X, y).loss_curve_, rtol=1e-3)
        loss = make_loss(name, quantile=0.5)
        last = LSTMRegressor(**model.get_params()).set_params(
            early_stopping=True, n_iter_no_change=None
        )
        last.fit(X, y, X_val=X, y_val=y)
        best = -last.best_validation_score_
        standard = [(v - last.target_mean_) / last.target_scale_ for v in (last.predict(X), y)]
        expected = loss.of_rows(*[array.reshape(-1, 1) for array in standard]).mean()
        assert best == pytest.approx(expected, rel=1e-5)
        label = LossCurveDisplay.from_estimator(model).ax_.get_ylabel()
        assert " ".join(label.split()) == loss.label.format(target="the target")  # of two lines
    high = GRURegressor(6, loss="expectile", quantile=0.95, max_epochs=40, random_state=0)
    low = GRURegressor(**high.get_params()).set_params(quantile=0.05)
    assert high.fit(X, y).predict(X).mean() > 1.5 * low.fit(X, y).predict(X).mean()


@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("n_targets", [1, 2])
def test_a_regressor_predicts_by_several_outputs_of_each_target(known, rng, n_targets, output):
    X = rng.normal(size=(200, 5, 2))
    y = 5 + 2 * X[..., :n_targets]
    y = y if output == "sequence" else y[:, -1]
    options = {"max_epochs": 40, "random_state": 0, "learning_rate": 0.02, "output": output}
    model = LSTMRegressor(8, loss="normal", **options).fit(X, y)
    predicted = model.predict(X)
    assert predicted.shape == y.shape
    assert model.weights_["head_weight"].shape == (2 * n_targets, 8)
    assert np.abs(predicted - y).mean() < 0.4


def test_targets_that_are_not_shifted_are_divided_alone_and_never_differenced(known, rng):
    X = rng.uniform(50, 60, size=(300, 5, 1))
    y = rng.poisson(X[:, -1, 0] - 49).astype(float)
    options = {"max_epochs": 60, "random_state": 0, "learning_rate": 0.02}
    model = GRURegressor(8, loss="poisson", differencing="always", **options).fit(X, y)
    assert model.target_mean_.tolist() == [0.0]
    assert model.target_scale_[0] > 1
    assert model.differenced_targets_.tolist() == [-1]
    predicted = model.predict(X)
    assert (predicted > 0).all()
    assert np.corrcoef(predicted, X[:, -1, 0])[0, 1] > 0.9
    assert predicted.mean() == pytest.approx(y.mean(), rel=0.1)


def test_wrong_targets_are_refused_by_the_loss(known, rng):
    X, y = rng.normal(size=(20, 5, 1)), np.linspace(-1, 1, 20)
    with pytest.raises(ValueError, match="loss='expectile' takes targets from 0 on"):
        LSTMRegressor(loss="expectile").fit(X, y)


def test_an_unknown_loss_is_refused_and_the_known_ones_are_listed(known, rng):
    X, y = rng.normal(size=(20, 5, 1)), np.linspace(-1, 1, 20)
    with pytest.raises(ValueError, match=r"'loss' .*'pseudo_huber'.* Got 'pseudo' instead"):
        LSTMRegressor(loss="pseudo").fit(X, y)


def test_a_likelihood_learns_the_parameters_of_its_distribution(rng):
    """The spread of the targets is e to the power of the last value of the window."""
    windows = WindowSet.from_array(rng.uniform(-1, 1, size=(4000, 3, 1)))
    last = windows.rows[windows.newest_rows]
    targets = 2 * last + np.exp(last) * rng.normal(size=last.shape)
    spec = NetworkSpec("gru", 1, 12, 2)
    settings = TrainingSettings(
        loss=Normal(), optimizer="adam", learning_rate=0.01, weight_decay=0.0, max_grad_norm=1.0,
        batch_size=64, max_epochs=15, shuffle=True, dropout=0.0, recurrent_dropout=0.0,
        n_iter_no_change=None, tol=0.0, device="cpu", seed=3,
    )  # fmt: skip
    data = TrainingData(windows, targets)
    weights = train(spec, initial_weights(spec, 0, np.float64), data, None, settings).weights
    mean, log_scale = network_output(spec, weights, windows.padded, windows.lengths).T
    assert np.abs(mean - 2 * last[:, 0]).mean() < 0.15
    assert np.abs(log_scale - last[:, 0]).mean() < 0.1
