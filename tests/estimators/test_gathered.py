"""Training on samples that are gathered when they are asked for, and on a part of them."""

import numpy as np
import pytest

from sklstm import GRUClassifier, GRURegressor, LSTMRegressor
from sklstm.training import TrainingData, _compiled_engine
from sklstm.training._batch_order import batches_of_epoch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6, 2))
Y = X[:, -1] - X[:, -3]
GAPPED = X.copy()
GAPPED[::3, :2] = np.nan
GAPPED[1::5, 2] = np.nan


class Source:
    """Arrays that are handed out some samples at a time."""

    def __init__(self, windows, targets, some_targets=None):
        self.windows, self.targets, self.asked = windows, targets, []
        self.some_targets = targets if some_targets is None else some_targets
        self.n_steps = windows.shape[1]

    def __len__(self):
        return len(self.windows)

    def gather(self, samples):
        self.asked.append(samples)
        return self.windows[samples], self.targets[samples]

    def some(self):
        return self.windows, self.some_targets


class Witness:
    """A callback of scikit-learn's that keeps what it is told."""

    def __init__(self):
        self.told = []

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, *, X=None):
        self.told.append(X)

    def on_fit_task_end(self, estimator, context, *, X=None):
        self.told.append(X)

    def teardown(self, estimator, context):
        pass


def test_callbacks_are_told_of_some_samples():
    witness = Witness()
    regressor = GRURegressor(3, max_epochs=1, random_state=0).set_callbacks(witness)
    regressor._fit_gathered(Source(X, Y))
    assert len(witness.told) == 4  # the fit and its epoch, begun and ended
    assert all(told is X for told in witness.told)


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("windows", [X, GAPPED], ids=["whole", "gapped"])
@pytest.mark.parametrize("targets", [Y[:, 0], Y], ids=["one target", "two"])
def test_the_network_is_that_of_arrays(engine, windows, targets, monkeypatch):
    monkeypatch.setattr(_compiled_engine, "_GATHERED_STEPS", 200)
    options = {"batch_size": 16, "max_epochs": 3, "engine": engine, "random_state": 0}
    expected = GRURegressor(5, **options).fit(windows, targets)
    source = Source(windows, targets)
    found = GRURegressor(5, **options)._fit_gathered(source)
    # Windows of unequal length are put in batches of like length where all lengths are known.
    tolerance = 0 if windows is X else 0.3
    np.testing.assert_allclose(found.predict(windows), expected.predict(windows), atol=tolerance)
    assert found.n_iter_ == 3
    epochs = np.split(np.concatenate(source.asked), 3)
    assert all(np.array_equal(np.sort(epoch), np.arange(90)) for epoch in epochs)
    assert len(source.asked) > 3  # not all at a time


def test_dropout_and_early_stopping_do_not_care(monkeypatch):
    monkeypatch.setattr(_compiled_engine, "_GATHERED_STEPS", 200)
    options = {
        "dropout": 0.3, "num_layers": 2, "batch_size": 16, "max_epochs": 4, "early_stopping": True,
        "random_state": 0,
    }  # fmt: skip
    expected = LSTMRegressor(4, **options).fit(X[:70], Y[:70], X_val=X[70:], y_val=Y[70:])
    source = Source(X[:70], Y[:70])
    found = LSTMRegressor(4, **options)._fit_gathered(source, X[70:], Y[70:])
    np.testing.assert_array_equal(found.predict(X), expected.predict(X))
    assert found.validation_scores_ == expected.validation_scores_


def test_targets_that_a_loss_refuses_are_found_in_whatever_batch(monkeypatch):
    counts = np.abs(Y[:, 0]).round()
    wrong = counts.copy()
    wrong[80] = -1
    regressor = GRURegressor(4, loss="poisson", max_epochs=1)
    with pytest.raises(ValueError, match="poisson"):
        regressor._fit_gathered(Source(X, wrong, counts))


@pytest.mark.parametrize("shuffle", [True, False])
def test_an_epoch_draws_none_twice_and_each_epoch_anew(shuffle):
    from sklstm.data import WindowSet

    data = TrainingData(WindowSet.from_array(X), Y)
    drawn = [
        batches_of_epoch(data, 0, epoch, batch_size=8, shuffle=shuffle, n_drawn=30).samples
        for epoch in (0, 1, 0)
    ]
    for samples in drawn:
        assert len(np.unique(samples)) == len(samples) == 30
        assert shuffle or (np.diff(samples) > 0).all()
    assert not np.array_equal(np.sort(drawn[0]), np.sort(drawn[1]))
    np.testing.assert_array_equal(drawn[0], drawn[2])


def test_fewer_samples_are_fewer_steps_of_an_epoch():
    few = GRURegressor(4, samples_per_epoch=20, batch_size=10, random_state=0).fit(X, Y)
    assert few.n_iter_ == 100  # the budget counts optimizer steps: 2 an epoch
    every = GRURegressor(4, max_epochs=3, random_state=0)
    enough = GRURegressor(4, max_epochs=3, samples_per_epoch=90, random_state=0)
    np.testing.assert_array_equal(every.fit(X, Y).predict(X), enough.fit(X, Y).predict(X))


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_classifiers_draw_too(engine):
    labels = np.where(X[:, -1, 0] > 0, "up", "down")
    classifier = GRUClassifier(
        6, samples_per_epoch=32, batch_size=16, max_epochs=150, engine=engine, random_state=0
    )
    assert classifier.fit(X, labels).score(X, labels) > 0.9
