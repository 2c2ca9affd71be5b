"""Fits that go on where they were interrupted, to the last bit."""

import shutil

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.callback import FitCallback, ProgressBar

from sklstm import (
    BiLSTMClassifier,
    BiLSTMRegressor,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMLanguageModel,
    LSTMRegressor,
    PersistenceRegressor,
    RNNRegressor,
)
from sklstm.callbacks import Checkpoint, load_checkpoint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5, 2))
Y = X[:, -1, 0] + 0.1 * RNG.normal(size=60)
LABELS = np.where(Y > 0, "up", "down")
MANY = RNG.normal(size=(300, 4, 1))  # more than what is trained in double precision
RAGGED = X.copy()
RAGGED[::3, :3] = np.nan
RAGGED[1::3, :1] = np.nan
TOKENS = RNG.integers(1, 9, size=(60, 5))
VERSES = ["to be or not to be, that is the question:", "whether 'tis nobler in the mind"] * 4
SMALL = {"max_epochs": 6, "batch_size": 16, "random_state": 0}
HELD_OUT = {"X_val": X[:20] + 0.1, "y_val": Y[:20]}

CASES = {
    "rnn, rmsprop": (RNNRegressor(4, optimizer="rmsprop"), (X, Y), {}),
    "gru, sgd": (GRURegressor(4, optimizer="sgd"), (X, Y), {}),
    "lstm, adam": (LSTMRegressor(4), (X, Y), {}),
    "bilstm, adamw": (BiLSTMRegressor(4, optimizer="adamw", weight_decay=0.1), (X, Y), {}),
    "two layers, nadam": (GRURegressor((4, 3), num_layers=2, optimizer="nadam"), (X, Y), {}),
    "peephole": (LSTMRegressor(4, peephole=True), (X, Y), {}),
    "single precision": (LSTMRegressor(4, shuffle=False), (MANY, MANY[:, 0, 0]), {}),
    "dropout": (LSTMRegressor((4, 3), num_layers=2, dropout=0.3), (X, Y), {}),
    "recurrent dropout": (GRUClassifier(4, recurrent_dropout=0.3, dropout=0.2), (X, LABELS), {}),
    "quantiles": (LSTMRegressor(4, loss="quantile", quantile=[0.1, 0.9]), (X, Y), {}),
    "every step": (LSTMRegressor(4, output="sequence"), (RAGGED, RAGGED[:, :, 0]), {}),
    "ragged": (LSTMClassifier(4), (RAGGED, LABELS), {}),
    "tokens": (GRUClassifier(4, embedding_dim=3), (TOKENS, LABELS), {}),
    "weights": (LSTMRegressor(4), (X, Y), {"sample_weight": np.arange(60) % 4}),
    "newest block": (BiLSTMClassifier(4, early_stopping=True), (X, LABELS), {}),
    "cosine": (GRURegressor(4, learning_rate_schedule="cosine"), (X, Y), {}),
    "patches": (LSTMClassifier(4, patch_size=2, pooling="max"), (RAGGED, LABELS), {}),
    "held out": (LSTMRegressor(4, early_stopping=True), (X, Y), HELD_OUT),
    "language model": (LSTMLanguageModel(hidden_size=4, early_stopping=True), (VERSES,), {}),
    "stateless language": (
        LSTMLanguageModel(hidden_size=4, embedding_dim=3, dropout=0.2, stateful=False), (VERSES,),
        {},
    ),
}  # fmt: skip


def fit(model, *data, interrupts=(), path="fit.checkpoint", **options):
    """Fit a clone as often as it is interrupted and once more, each time in a new estimator."""
    model = clone(model)
    for interrupt in interrupts:
        again = clone(model).set_callbacks(Checkpoint(path, **options), interrupt)
        with pytest.raises(KeyboardInterrupt):
            again.fit(*data)
    return model.set_callbacks(Checkpoint(path, **options)).fit(*data)


def test_it_keeps_to_the_protocol():
    assert isinstance(Checkpoint("fit.checkpoint"), FitCallback)


@pytest.mark.parametrize("engine", ["auto", "torch"])
@pytest.mark.parametrize("case", CASES)
def test_a_fit_goes_on_to_the_last_bit(case, engine, interrupt, fitted_bits):
    model, data, options = CASES[case]
    model = clone(model).set_params(**SMALL, engine=engine)
    expected = clone(model).fit(*data, **options)
    for n_epochs in (1, 3):  # so that four are behind it when it goes on the second time
        again = clone(model).set_callbacks(Checkpoint("a"), interrupt(n_epochs))
        with pytest.raises(KeyboardInterrupt):
            again.fit(*data, **options)
        assert not hasattr(again, "_fitted")
    so_far = load_checkpoint("a")
    assert so_far.loss_curve_ == expected.loss_curve_[:4]
    again = clone(model).set_callbacks(Checkpoint("a")).fit(*data, **options)
    assert fitted_bits(again) == fitted_bits(expected)
    assert fitted_bits(load_checkpoint("a")) == fitted_bits(expected)
    if hasattr(model, "predict") and case != "cosine":  # whose rates depend on max_epochs
        early = clone(model).set_params(max_epochs=4).fit(*data, **options)
        np.testing.assert_array_equal(so_far.predict(data[0]), early.predict(data[0]))
        np.testing.assert_array_equal(again.predict(data[0]), expected.predict(data[0]))


@pytest.mark.parametrize("early_stopping", [True, False])
def test_patience_runs_out_before_or_behind_the_break(early_stopping, interrupt, fitted_bits):
    model = LSTMRegressor(
        4, max_epochs=50, batch_size=16, learning_rate=0.03, early_stopping=early_stopping,
        n_iter_no_change=2, tol=1e-2, random_state=0,
    )  # fmt: skip
    expected = clone(model).fit(X, Y)
    n_iter = expected.n_iter_
    assert 4 < n_iter < 50
    assert expected.stop_reason_ == ("validation_score" if early_stopping else "training_loss")
    for n_epochs in range(1, n_iter + 1):
        again = fit(model, X, Y, interrupts=[interrupt(n_epochs)], path=f"{n_epochs}")
        assert fitted_bits(again) == fitted_bits(expected)


@pytest.mark.parametrize("keep", ["last", "best"])
def test_what_is_written_when(keep, interrupt, fitted_bits):
    model = LSTMRegressor(4, **SMALL | {"max_epochs": 12}, early_stopping=True, learning_rate=0.2)
    expected = clone(model).fit(X, Y)
    scores = expected.validation_scores_
    assert scores != sorted(scores)
    for n_epochs in range(3, 12):
        path = f"{n_epochs}"
        with pytest.raises(KeyboardInterrupt):
            clone(model).set_callbacks(
                Checkpoint(path, every=3, keep=keep), interrupt(n_epochs)
            ).fit(X, Y)
        best = int(np.argmax(scores[:n_epochs])) + 1
        n_there = best if keep == "best" else n_epochs // 3 * 3
        assert load_checkpoint(path).validation_scores_ == scores[:n_there]
        assert load_checkpoint(path).stop_reason_ == "callback"
        again = fit(model, X, Y, path=path, every=3, keep=keep)
        assert fitted_bits(again) == fitted_bits(expected)
    assert load_checkpoint(path).n_iter_ == (int(np.argmax(scores)) + 1 if keep == "best" else 12)


def test_the_end_is_written_whatever_brings_it(interrupt):
    class Stop(interrupt):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id + 1 == self.epoch

    model = LSTMRegressor(4, **SMALL).set_callbacks(Checkpoint("a", every=4), Stop(3)).fit(X, Y)
    assert model.stop_reason_ == load_checkpoint("a").stop_reason_ == "callback"
    assert load_checkpoint("a").n_iter_ == 3
    model = LSTMRegressor(4, **SMALL).set_callbacks(Checkpoint("a", every=4)).fit(X, Y)
    assert model.stop_reason_ == load_checkpoint("a").stop_reason_ == "max_epochs"
    assert load_checkpoint("a").n_iter_ == 6


def test_a_finished_fit_returns_at_once_and_more_epochs_go_on(tmp_path, interrupt, fitted_bits):
    model = GRURegressor(4, **SMALL)
    first = fit(model, X, Y, path="a")
    status, content = (tmp_path / "a").stat(), (tmp_path / "a").read_bytes()
    again = clone(model).set_callbacks(Checkpoint("a"), interrupt(1)).fit(X, Y)
    assert fitted_bits(again) == fitted_bits(first)
    assert (tmp_path / "a").stat() == status
    assert (tmp_path / "a").read_bytes() == content
    longer = clone(model).set_params(max_epochs=9)
    assert fitted_bits(fit(longer, X, Y, path="a")) == fitted_bits(clone(longer).fit(X, Y))
    with pytest.raises(ValueError, match="holds 9 epochs, more than max_epochs=6"):
        fit(model, X, Y, path="a")


@pytest.mark.parametrize("model", [GRURegressor(4, **SMALL), LSTMLanguageModel(4, **SMALL)])
def test_data_that_train_alike_do_not_leave_the_old_model_in_the_file(model):
    of_text = isinstance(model, LSTMLanguageModel)
    first, then = (("abba",), ("cddc",)) if of_text else ((X, Y), (X, Y + 100))
    fit(model, *first)
    again = fit(model, *then)
    held = load_checkpoint("fit.checkpoint")
    if of_text:
        assert held.vocabulary_ == again.vocabulary_ == {"c": 0, "d": 1}
    else:
        np.testing.assert_array_equal(held.predict(X), clone(model).fit(*then).predict(X))
        assert held.predict(X).min() > 90


def test_the_seed_is_that_of_the_file(interrupt, fitted_bits, monkeypatch):
    model = LSTMRegressor(4, max_epochs=5, batch_size=16, dropout=0.2)
    with pytest.raises(KeyboardInterrupt):
        clone(model).set_callbacks(Checkpoint("a"), interrupt(2)).fit(X, Y)
    seed = load_checkpoint("a")._fitted.network.seed
    found = fit(model, X, Y, path="a")
    monkeypatch.setattr("sklstm.estimators._recurrent_base.draw_seed", lambda state: seed)
    assert fitted_bits(found) == fitted_bits(clone(model).fit(X, Y))


def test_of_several_files_the_one_that_is_further_counts(interrupt, fitted_bits):
    model = LSTMRegressor(4, **SMALL | {"max_epochs": 12}, early_stopping=True, learning_rate=0.2)
    checkpoints = Checkpoint("last"), Checkpoint("best", keep="best")
    with pytest.raises(KeyboardInterrupt):
        clone(model).set_callbacks(*checkpoints, interrupt(11)).fit(X, Y)
    assert load_checkpoint("best").n_iter_ < load_checkpoint("last").n_iter_ == 11
    again = clone(model).set_callbacks(*checkpoints, interrupt(2)).fit(X, Y)  # one epoch alone
    assert fitted_bits(again) == fitted_bits(clone(model).fit(X, Y))


def test_lines_of_a_fit_that_goes_on_count_on(capsys, interrupt):
    model = LSTMRegressor(4, **SMALL, verbose=True)
    fit(model, X, Y, interrupts=[interrupt(2)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert lines[3].endswith(f"{load_checkpoint('fit.checkpoint').loss_curve_[3]:.6f}")


def test_other_callbacks_are_not_in_the_file(interrupt, capsys):
    class Local(interrupt):  # which cannot be pickled
        pass

    model = LSTMRegressor(4, **SMALL).set_callbacks(ProgressBar(), Checkpoint("a"), Local(None))
    model.fit(X, Y)
    assert "callback" not in " ".join(vars(load_checkpoint("a"))).replace(" callbacks", "")


def test_a_look_on_the_way_is_light(interrupt):
    looks = []

    class Look(interrupt):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            if context.task_name == "epoch":
                looks.append(fitted_estimator)

    model = LSTMRegressor(4, **SMALL).set_callbacks(Look(None)).fit(MANY, MANY[:, 0, 0])
    assert [len(look.loss_curve_) for look in looks] == [1, 2, 3, 4, 5, 6]
    for look in looks:
        assert "_run_state" not in vars(look)  # it would keep the data in memory
    assert "_run_state" not in vars(model)


def test_nothing_is_left_of_a_fit_that_another_callback_refused(interrupt, fitted_bits):
    class Refuse(interrupt):
        def on_fit_task_begin(self, estimator, context):
            raise RuntimeError("no")

    fit(LSTMRegressor(4, **SMALL), X, Y, path="a")
    model = LSTMRegressor(4, **SMALL).set_callbacks(Checkpoint("a"), Refuse(None))
    with pytest.raises(RuntimeError, match="no"):
        model.fit(X, Y)
    model.set_callbacks().set_params(random_state=1).fit(X, -Y)
    expected = LSTMRegressor(4, **SMALL).set_params(random_state=1).fit(X, -Y)
    assert fitted_bits(model) == fitted_bits(expected)


def test_a_file_may_be_copied_and_removed_while_it_is_written(interrupt, fitted_bits, tmp_path):
    class Move(interrupt):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and context.task_id == 1:
                (tmp_path / "a").unlink()
            if context.task_name == "epoch" and context.task_id == 3:
                shutil.copy(tmp_path / "a", tmp_path / "b")
                shutil.move(tmp_path / "b", tmp_path / "a")

    model = LSTMRegressor(4, **SMALL)
    found = clone(model).set_callbacks(Checkpoint("a"), Move(None)).fit(X, Y)
    assert fitted_bits(found) == fitted_bits(load_checkpoint("a")) == fitted_bits(model.fit(X, Y))


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (LSTMRegressor(2, warm_start=True), ValueError, "set warm_start=False"),
        (LSTMRegressor(2, callbacks=[ProgressBar()]), ValueError, "callbacks of skorch that LSTM"),
        (PersistenceRegressor(), TypeError, "got PersistenceRegressor"),
        (LSTMLanguageModel(analyzer=lambda text: [*text]), TypeError, "cannot keep analyzer="),
    ],
)
def test_what_cannot_go_on_is_refused_before_it_begins(model, error, words, tmp_path):
    (tmp_path / "a").write_bytes(b"a file")
    data = (VERSES,) if hasattr(model, "analyzer") else (X, Y)
    with pytest.raises(error, match=words):
        model.set_callbacks(Checkpoint("a")).fit(*data)
    assert [*tmp_path.iterdir()] == [tmp_path / "a"]
    assert (tmp_path / "a").read_bytes() == b"a file"


def test_a_folder_must_be_there_when_the_fit_begins():
    model = LSTMRegressor(4, **SMALL).set_callbacks(Checkpoint("nowhere/a", every=1000))
    with pytest.raises(FileNotFoundError, match="path='nowhere/a' lies in no folder"):
        model.fit(X, Y)


def test_partial_fit_goes_on_from_the_estimator_itself(tmp_path, fitted_bits):
    model = LSTMRegressor(4, **SMALL).set_callbacks(Checkpoint("a"))
    for _ in range(2):
        with pytest.raises(ValueError, match="Checkpoint is for fit: partial_fit continues from"):
            model.partial_fit(X, Y)
        assert not [*tmp_path.iterdir()]
    before = fitted_bits(model.fit(X, Y))
    with pytest.raises(ValueError, match="Checkpoint is for fit"):
        model.partial_fit(X, Y)
    assert fitted_bits(model) == before
    model.set_callbacks().partial_fit(X, Y)
    assert model.n_iter_ == 7


@pytest.mark.parametrize(("name", "value"), [("path", 3), ("every", 0), ("keep", "worst")])
def test_wrong_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of Checkpoint.* must be"):
        Checkpoint(**{"path": "a"} | {name: value})
