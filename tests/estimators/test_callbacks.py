import numpy as np
import pytest
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklstm import (
    ExponentialSmoother,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    WindowScaler,
)

X = np.random.default_rng(0).normal(size=(60, 5, 1))
Y = X[:, -1, 0]


class Recorder:
    """A scikit-learn callback that notes tasks, and ends training after some epochs."""

    def __init__(self, stop_after=None, error=None):
        self.stop_after, self.error = stop_after, error
        self.begun, self.ended, self.predictions = [], [], []

    def setup(self, estimator, context):
        self.begun.clear()

    def teardown(self, estimator, context):
        self.begun.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.begun.append(context.task_name)

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.ended.append(context.task_name)
        if context.task_name != "epoch":
            return None
        self.predictions.append(fitted_estimator.predict(X))
        n_epochs = self.ended.count("epoch")
        if self.error is not None and n_epochs == 2:
            raise self.error
        return n_epochs == self.stop_after


def test_every_epoch_is_a_task():
    recorder = Recorder()
    model = LSTMRegressor(4, max_epochs=3, random_state=0).set_callbacks(recorder).fit(X, Y)
    assert recorder.begun == ["fit", "epoch", "epoch", "epoch", "teardown"]
    assert recorder.ended == ["epoch", "epoch", "epoch", "fit"]
    np.testing.assert_array_equal(recorder.predictions[-1], model.predict(X))
    assert (recorder.predictions[0] != recorder.predictions[1]).any()


def test_a_callback_stops_training():
    model = LSTMRegressor(4, random_state=0).set_callbacks(Recorder(stop_after=2)).fit(X, Y)
    assert (model.n_iter_, model.stop_reason_) == (2, "callback")
    same = LSTMRegressor(4, max_epochs=2, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), same.predict(X))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_is_not_convergence(error):
    model = LSTMRegressor(4, random_state=0).set_callbacks(Recorder(error=error))
    with pytest.raises(error):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_scikit_learns_monitor_scores_every_epoch():
    monitor = ScoringMonitor(scoring="r2")
    model = GRURegressor(4, max_epochs=3, random_state=0).set_callbacks(monitor).fit(X, Y)
    scores = monitor.get_logs().data_as_pandas["r2"].tolist()
    expected = [
        GRURegressor(4, max_epochs=n_epochs, random_state=0).fit(X, Y).score(X, Y)
        for n_epochs in (1, 2, 3)
    ]
    assert scores[:3] == expected
    assert model.score(X, Y) == expected[-1]


@pytest.mark.parametrize("last", [GRURegressor(2, max_epochs=2), PersistenceRegressor()])
def test_progress_is_shown_at_every_level_of_a_search(last, capsys):
    search = GridSearchCV(
        make_pipeline(ExponentialSmoother(), SequenceWindower(), WindowScaler(), last),
        {"sequencewindower__lookback": [2, 3]},
        cv=2,
        n_jobs=2,
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X[:, 0], Y)
    shown = capsys.readouterr().out
    for name in ("GridSearchCV", "Pipeline", "SequenceWindower", "WindowScaler"):
        assert name in shown
    assert type(last).__name__ in shown


def test_verbose_prints_every_epoch_and_silence_is_the_default(capsys):
    LSTMRegressor(2, max_epochs=2, random_state=0).fit(X, Y)
    assert capsys.readouterr() == ("", "")
    model = LSTMRegressor(2, max_epochs=2, early_stopping=True, verbose=1, random_state=0)
    model.fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert f"training loss {model.loss_curve_[1]:.6f}" in lines[1]
    assert f"validation loss {-model.validation_scores_[1]:.6f}" in lines[1]
