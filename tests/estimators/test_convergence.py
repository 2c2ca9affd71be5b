import warnings

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss as log_loss_of

from sklstm import GRUClassifier, GRURegressor, RNNClassifier
from sklstm.data import WindowSet
from sklstm.estimators._convergence import loss_of_constant, warn_if_nothing_learned
from sklstm.losses import log_loss, make_loss
from sklstm.training import TrainedNetwork, TrainingData

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(200, 5))
LABELS = RNG.integers(0, 2, size=200)


def data(targets, weight=None):
    return TrainingData(WindowSet.from_array(np.zeros((len(targets), 1, 1))), targets, weight)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_loss_of_class_shares_is_that_of_scikit_learn(n_classes):
    y, weight = RNG.integers(0, n_classes, 40), RNG.uniform(0.1, 1, 40)
    shares = DummyClassifier(strategy="prior").fit(y[:, None], y, sample_weight=weight)
    expected = log_loss_of(y, shares.predict_proba(y[:, None]), sample_weight=weight)
    n_outputs = 1 if n_classes == 2 else n_classes
    assert loss_of_constant(data(y, weight), log_loss(n_outputs)) == pytest.approx(expected)


def test_the_loss_of_a_class_that_training_lacks_counts_nothing():
    y = np.array([0, 0, 2, 2])
    assert loss_of_constant(data(y), log_loss(3)) == pytest.approx(np.log(2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("squared_error", lambda y: y.var(axis=0).mean()),
        ("absolute_error", lambda y: np.abs(y - np.median(y, axis=0)).mean()),
    ],
)
def test_the_loss_of_a_constant(name, expected):
    y = RNG.normal(size=(41, 2)) * [1, 3]
    assert loss_of_constant(data(y), make_loss(name)) == pytest.approx(expected(y))


def test_steps_without_target_count_nothing():
    windows = WindowSet.from_array(np.zeros((3, 4, 1)))
    targets = RNG.normal(size=(12, 1))
    targets[::5] = np.nan
    sequences = TrainingData(windows, windows.with_rows(targets))
    found = loss_of_constant(sequences, make_loss("squared_error"))
    assert found == pytest.approx(np.nanvar(targets))


def test_a_classifier_that_has_learned_nothing_warns():
    model = GRUClassifier(4, learning_rate=1e-9, max_epochs="auto", batch_size=8, random_state=0)
    with pytest.warns(ConvergenceWarning, match="GRUClassifier has learned nothing.*class shares"):
        model.fit(NOISE, LABELS)


def test_a_regressor_that_has_learned_nothing_warns():
    model = GRURegressor(4, learning_rate=1e-9, batch_size=64, random_state=0)
    with pytest.warns(ConvergenceWarning, match="a constant prediction alone.*a hundred steps"):
        model.fit(NOISE, np.random.default_rng(1).normal(size=200))
    assert model.stop_reason_ == "training_loss"


def test_constant_targets_are_no_reason_to_warn():
    y = np.full(200, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = GRURegressor(4, loss="absolute_error", random_state=0).fit(NOISE, y)
    assert model.stop_reason_ == "training_loss"


def test_who_says_how_many_epochs_is_not_warned():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = GRUClassifier(4, learning_rate=1e-9, max_epochs=1, random_state=0)
        more = GRUClassifier(4, learning_rate=1e-9, random_state=0)
        one.fit(NOISE, LABELS)
        more.partial_fit(NOISE, LABELS)
    assert one.n_iter_ == more.n_iter_ == 1


@pytest.mark.parametrize("batch_size", [64, 8])
def test_a_plateau_of_a_few_small_batches_does_not_end_a_fit(batch_size):
    # Which half has the larger mean: a simple network sits at ln 2 for many steps before it learns.
    X = np.random.default_rng(3).normal(size=(36, 30))
    y = (X[:, :15].mean(axis=1) > X[:, 15:].mean(axis=1)).astype(int)
    model = RNNClassifier(8, batch_size=batch_size, random_state=0).fit(X, y)
    assert model.loss_curve_[-1] < 0.3
    assert model.n_iter_ > 20


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "expected"), [(40, 4, 200), (40, 2, 100), (40, 1, 50)]
)
def test_auto_epochs_follow_the_amount_of_data(n_samples, batch_size, expected):
    X, y = NOISE[:n_samples, :2], LABELS[:n_samples]
    model = RNNClassifier(
        1, max_epochs="auto", n_iter_no_change=None, batch_size=batch_size, random_state=0
    )
    assert model.fit(X, y).n_iter_ == expected


def test_the_automatic_schedule_is_cosine_where_the_budget_is_automatic():
    X, y = NOISE[:40], LABELS[:40]
    options = {"hidden_size": 2, "batch_size": 1, "n_iter_no_change": None, "random_state": 0}

    def curve(**more):
        return RNNClassifier(**options, **more).fit(X, y).loss_curve_

    assert curve() == curve(max_epochs=50, learning_rate_schedule="cosine")
    assert curve(max_epochs=3) == curve(max_epochs=3, learning_rate_schedule="constant")


def test_training_that_diverges_warns_whatever_the_epochs():
    model = GRURegressor(4, learning_rate=100.0, max_epochs=3, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"diverges.*smaller learning_rate \(it is 100.0\)"):
        model.fit(NOISE, NOISE[:, 0])
    assert model.loss_curve_[-1] > 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.set_params(learning_rate=0.01).fit(NOISE, RNG.permutation(NOISE[:, 0]))


def test_the_first_epoch_of_rare_classes_does_not_diverge():
    y = np.repeat(np.arange(20), [181, *[1] * 19])  # equal shares lose ln 20, six times the entropy
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = GRUClassifier(2, max_epochs=1, batch_size=200, random_state=0).fit(NOISE, y)
    assert model.loss_curve_[-1] > 5 * loss_of_constant(data(y), log_loss(20))


@pytest.mark.parametrize(("scores", "warns"), [([-0.2, -9.0], False), ([-9.0, -8.0], True)])
def test_a_later_epoch_that_diverges_counts_nothing_where_better_weights_are_kept(scores, warns):
    fitted = GRURegressor(2, max_epochs=1, random_state=0).fit(NOISE, NOISE[:, 0])
    network = TrainedNetwork(
        fitted._fitted.network.spec, {}, 0, None, [0.3, 5.0], scores, max(scores), "max_epochs"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_if_nothing_learned(
            fitted, network, data(RNG.normal(size=(40, 1))), make_loss("squared_error")
        )
    assert bool(caught) == warns
