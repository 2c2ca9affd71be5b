"""skorch's callbacks live through our training as through skorch's own."""

import json

import numpy as np
import pytest
import torch
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    LoadInitState,
    LRScheduler,
    ProgressBar,
    TensorBoard,
    TrainEndCheckpoint,
)

from sklstm import GRURegressor
from sklstm.data import WindowSet
from sklstm.losses import log_loss, make_loss
from sklstm.recurrence import NetworkSpec, initial_weights, network_output
from sklstm.training import TrainingData, TrainingSettings, train

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 6, 2)).astype(np.float32)
Y = X.sum(axis=(1, 2))[:, np.newaxis]
Y /= Y.std()
WINDOWS = WindowSet.from_array(X)
SPEC = NetworkSpec("lstm", 2, 8, 1)
WEIGHTS = initial_weights(SPEC, 0, np.float32)
SETTINGS = {
    "loss": make_loss("squared_error"), "optimizer": "adam", "learning_rate": 0.01,
    "weight_decay": 0.0, "max_grad_norm": 1.0, "batch_size": 32, "max_epochs": 6,
    "shuffle": True, "dropout": 0.0, "recurrent_dropout": 0.0, "n_iter_no_change": None,
    "tol": 0.0, "device": "cpu", "seed": 3, "first_epoch": 0, "engine": "auto",
}  # fmt: skip


def run(*callbacks, spec=SPEC, targets=Y, validates=True, **settings):
    parts = [
        TrainingData(WINDOWS.take(rows), targets[rows]) for rows in (slice(150), slice(150, 200))
    ]
    weights = WEIGHTS if spec is SPEC else initial_weights(spec, 0, np.float32)
    options = TrainingSettings(**SETTINGS | settings | {"callbacks": list(callbacks)})
    return train(spec, weights, parts[0], parts[1] if validates else None, options)


class Notes(Callback):
    """Note what a callback sees."""

    def initialize(self):
        self.events = []
        return self

    def on_train_begin(self, net, **kwargs):
        self.events.append("train begin")

    def on_epoch_end(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        self.history = [{k: v for k, v in row.items() if k != "batches"} for row in net.history]
        self.sizes = len(dataset_train), len(dataset_valid)
        self.events.append("epoch end")

    def on_train_end(self, net, **kwargs):
        self.events.append("train end")


def test_callbacks_see_what_happens_and_change_nothing():
    notes = Notes()
    seen, plain = run(notes), run(engine="torch")
    assert notes.events == ["train begin", *["epoch end"] * 6, "train end"]
    assert notes.sizes == (150, 50)
    np.testing.assert_allclose(
        [row["train_loss"] for row in notes.history], seen.loss_curve, rtol=1e-6
    )
    np.testing.assert_allclose(
        [row["valid_loss"] for row in notes.history], seen.validation_curve, rtol=1e-6
    )
    assert seen.loss_curve == plain.loss_curve
    for name, array in plain.weights.items():
        np.testing.assert_array_equal(seen.weights[name], array)


def test_scores_are_those_of_the_network():
    notes = Notes()
    scores = [
        EpochScoring("r2", lower_is_better=False),
        EpochScoring("neg_mean_squared_error", lower_is_better=False, name="mse"),
    ]
    result = run(*scores, ("notes", notes), batch_size=7)
    found = notes.history[-1]
    assert -found["mse"] == pytest.approx(result.validation_curve[-1], rel=1e-5)
    assert found["r2"] == pytest.approx(1 + found["mse"] / Y[150:].var(), rel=1e-5)


def test_accuracy_of_classes():
    for n_classes in (2, 3):
        notes, labels = Notes(), np.digitize(Y[:, 0], [-0.4, 0.4][: n_classes - 1])
        spec = NetworkSpec("lstm", 2, 8, 1 if n_classes == 2 else 3)
        score = EpochScoring("accuracy", lower_is_better=False)
        result = run(
            score, notes, spec=spec, targets=labels, loss=log_loss(spec.n_outputs), max_epochs=20
        )
        last = result.weights if result.validation_curve[-1] == min(result.validation_curve) else {}
        assert notes.history[-1]["accuracy"] > 0.7
        if last:
            windows = WINDOWS.take(slice(150, 200))
            output = network_output(spec, last, windows.padded, windows.lengths)
            classes = output[:, 0] > 0 if n_classes == 2 else output.argmax(axis=1)
            expected = np.mean(classes == labels[150:])
            assert notes.history[-1]["accuracy"] == pytest.approx(expected)


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_scores_of_probabilities(n_outputs):
    notes, labels = Notes(), np.digitize(Y[:, 0], [-0.4, 0.4][: max(1, n_outputs - 1)])
    spec, score = NetworkSpec("lstm", 2, 8, n_outputs), EpochScoring("neg_log_loss", name="log")
    result = run(score, notes, spec=spec, targets=labels, loss=log_loss(n_outputs))
    found = [-row["log"] for row in notes.history]
    np.testing.assert_allclose(found, result.validation_curve, rtol=1e-5)


def test_scores_of_means_of_distributions():
    notes, spec = Notes(), NetworkSpec("lstm", 2, 8, 2)
    score = EpochScoring("neg_mean_squared_error", name="mse")
    result = run(score, notes, spec=spec, loss=make_loss("normal"), max_epochs=1)
    windows = WINDOWS.take(slice(150, 200))
    means = network_output(spec, result.weights, windows.padded, windows.lengths)[:, 0]
    expected = np.mean(np.square(means - Y[150:, 0]))
    assert -notes.history[-1]["mse"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_scores_of_weighted_samples_and_of_steps(output):
    """The validation loss counts weights, scores of skorch do not."""
    rows, targets = X.copy(), X.sum(axis=2)
    rows[::3, :2] = np.nan  # shorter sequences
    targets[::4, 3] = np.nan
    targets = targets if output == "sequence" else Y[:, 0]

    def losses_and_scores(weight):
        notes, score = Notes(), EpochScoring("neg_mean_squared_error", name="mse")
        model = GRURegressor(
            hidden_size=4, output=output, differencing="never", early_stopping=True,
            max_epochs=3, callbacks=[score, notes], random_state=0,
        )  # fmt: skip
        held_out = {"X_val": rows[150:], "y_val": targets[150:], "sample_weight_val": weight}
        model.fit(rows[:150], targets[:150], sample_weight=np.arange(1.0, 151.0), **held_out)
        return model.validation_scores_, [row["mse"] for row in notes.history]

    losses, scores = losses_and_scores(None)
    weighted, same_scores = losses_and_scores(np.arange(1.0, 51.0))
    np.testing.assert_allclose(scores, losses, rtol=1e-5)
    assert same_scores == scores
    assert (np.abs(np.subtract(weighted, losses)) > 1e-3).all()


def test_a_checkpoint_of_the_end(tmp_path):
    result = run(TrainEndCheckpoint(dirname=tmp_path), validates=False)
    stored = torch.load(tmp_path / "train_end_params.pt", weights_only=True)
    for name, array in result.weights.items():
        np.testing.assert_array_equal(array, stored[name].numpy())


@pytest.mark.parametrize("callback", [EarlyStopping(), Checkpoint()])
def test_callbacks_without_a_validation_set_are_told_what_they_watch(callback):
    with pytest.raises(ValueError, match="Set early_stopping=True, or give .*train_loss"):
        run(callback, validates=False)


def test_a_schedule_of_the_learning_rate():
    notes = Notes()
    still = run(LRScheduler("StepLR", step_size=2, gamma=1e-12), notes)
    assert [row["event_lr"] for row in notes.history] == pytest.approx(
        [0.01, 0.01, 1e-14, 1e-14, 1e-26, 1e-26]
    )
    assert still.validation_curve[1] == pytest.approx(still.validation_curve[-1], abs=1e-6)


def test_early_stopping_is_a_reason_to_stop_and_an_interrupt_is_none():
    stop = EarlyStopping(patience=2, threshold=0.5, threshold_mode="rel")
    result = run(stop, max_epochs=100)
    assert result.stop_reason == "callback"
    assert len(result.loss_curve) < 100

    class Interrupt(Callback):
        def on_epoch_end(self, net, **kwargs):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Interrupt())


def test_training_goes_on_from_a_checkpoint(tmp_path):
    checkpoint = Checkpoint(dirname=tmp_path, monitor="valid_loss_best")
    first = run(checkpoint, max_epochs=10)
    history = json.loads((tmp_path / "history.json").read_text())
    best = max(row["epoch"] for row in history if row["event_cp"])
    assert best == 1 + int(np.argmin(first.validation_curve))
    again = run(LoadInitState(Checkpoint(dirname=tmp_path)), max_epochs=1)
    assert again.validation_curve[0] < first.validation_curve[0] / 2
    stored = torch.load(tmp_path / "params.pt", weights_only=True)
    assert stored.keys() == WEIGHTS.keys()


def test_the_best_checkpoint_may_be_put_back(tmp_path):
    best = Checkpoint(dirname=tmp_path, monitor="train_loss_best", load_best=True)
    spoil = LRScheduler("LambdaLR", lr_lambda=lambda epoch: 1.0 if epoch < 3 else 80.0)
    result = run(best, spoil, validates=False, max_grad_norm=None)
    stored = torch.load(tmp_path / "params.pt", weights_only=True)
    for name, array in result.weights.items():
        np.testing.assert_array_equal(array, stored[name].numpy())


def test_a_log_for_tensorboard_can_be_read(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        result = run(TensorBoard(writer, close_after_train=False))
    log = EventAccumulator(str(tmp_path)).Reload()
    losses = [event.value for event in log.Scalars("Loss/valid_loss")]
    np.testing.assert_allclose(losses, result.validation_curve, rtol=1e-5)


def test_a_progress_bar_counts_batches(capsys):
    run(ProgressBar(detect_notebook=False), max_epochs=1)
    assert "0/7 [" in capsys.readouterr().err  # five of training, two of validation


@pytest.mark.parametrize("wrong", ["loss", 3, print, ("name", "loss"), object()])
def test_what_is_no_callback(wrong):
    with pytest.raises(TypeError, match="callbacks takes callbacks of skorch.*got .*set_callbacks"):
        run(wrong)


def test_scores_that_predict_once_more_are_refused():
    with pytest.raises(ValueError, match="EpochScoring with use_caching=False.*use_caching=True"):
        run(EpochScoring("r2", use_caching=False))
