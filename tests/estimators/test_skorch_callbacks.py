"""skorch's callbacks by the parameter `callbacks`."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback, Checkpoint, EarlyStopping, LoadInitState, LRScheduler

from sklstm import GRURegressor, LSTMClassifier, LSTMRegressor, SequenceWindower

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 6, 2))
Y = X.sum(axis=(1, 2))


class Count(Callback):
    """Count epochs in a list that outlives clones."""

    epochs = []

    def on_epoch_end(self, net, **kwargs):
        Count.epochs.append(net.history[-1]["train_loss"])


def test_they_hear_of_every_epoch_and_change_nothing():
    Count.epochs.clear()
    model = LSTMRegressor(8, max_epochs=5, callbacks=[Count()], random_state=0).fit(X, Y)
    plain = LSTMRegressor(8, max_epochs=5, engine="torch", random_state=0).fit(X, Y)
    np.testing.assert_allclose(Count.epochs, model.loss_curve_, rtol=1e-6)
    for name, array in plain.weights_.items():
        np.testing.assert_array_equal(model.weights_[name], array)
    compiled = LSTMRegressor(8, max_epochs=5, random_state=0).fit(X, Y)
    np.testing.assert_allclose(model.predict(X), compiled.predict(X), atol=1e-3)


def test_early_stopping_of_skorch():
    stop = EarlyStopping(monitor="train_loss", patience=1, threshold=0.9)
    model = LSTMClassifier(8, max_epochs=50, callbacks=[("stop", stop)], random_state=0)
    model.fit(X, Y > 0)
    assert model.stop_reason_ == "callback"
    assert model.n_iter_ < 50


def test_early_stopping_of_skorch_watches_a_validation_set():
    model = LSTMClassifier(4, max_epochs=3, callbacks=[EarlyStopping()], random_state=0)
    with pytest.raises(ValueError, match=r"'valid_loss', and there is none. Set early_stopping=T"):
        model.fit(X, Y > 0)
    assert model.set_params(early_stopping=True).fit(X, Y > 0).n_iter_ == 3


def test_training_resumes_from_a_checkpoint(tmp_path):
    options = {"random_state": 0, "max_epochs": 30, "n_iter_no_change": None}
    save = Checkpoint(dirname=tmp_path, monitor=None)
    first = GRURegressor(8, callbacks=[save], **options).fit(X, Y)
    again = GRURegressor(8, callbacks=[LoadInitState(Checkpoint(dirname=tmp_path))], **options)
    again.fit(X, Y)
    assert again.loss_curve_[0] < first.loss_curve_[0] / 2
    assert again.loss_curve_[-1] < first.loss_curve_[-1]


def test_in_a_search_and_a_pipeline(rng):
    Count.epochs.clear()
    model = make_pipeline(
        SequenceWindower(5),
        GRURegressor(4, max_epochs=2, callbacks=[Count()], batch_size=128, random_state=0),
    )
    search = GridSearchCV(model, {"gruregressor__hidden_size": [3, 4]}, cv=TimeSeriesSplit(2))
    series = rng.normal(size=(90, 1)).cumsum(axis=0)
    search.fit(series[:-1], series[1:, 0])
    assert len(Count.epochs) == 2 * (2 * 2 + 1)


def test_a_schedule_can_be_cloned_with_its_estimator():
    model = GRURegressor(4, max_epochs=3, callbacks=[LRScheduler("StepLR", step_size=1)])
    assert clone(model).callbacks[0].policy == "StepLR"
    assert clone(model).callbacks[0] is not model.callbacks[0]
    assert model.fit(X, Y).n_iter_ == 3


@pytest.mark.parametrize("wrong", [["loss"], [None], [3], [("a", "b")]])
def test_what_is_no_callback(wrong):
    with pytest.raises(TypeError, match="callbacks takes callbacks of skorch"):
        GRURegressor(4, callbacks=wrong).fit(X, Y)
    with pytest.raises(ValueError, match="'callbacks' parameter of GRURegressor"):
        GRURegressor(4, callbacks="loss").fit(X, Y)
