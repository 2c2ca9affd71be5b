"""Files of checkpoints: whole, and of one fit."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from sklstm import GRURegressor, LSTMRegressor
from sklstm.callbacks import Checkpoint, load_checkpoint

X = np.random.default_rng(0).normal(size=(60, 5))
Y = X[:, -1]
MODEL = LSTMRegressor(4, max_epochs=4, batch_size=16, random_state=0)


@pytest.fixture
def path(tmp_path):
    """The file of a fit of two epochs."""
    path = tmp_path / "fit.checkpoint"
    clone(MODEL).set_params(max_epochs=2).set_callbacks(Checkpoint(path)).fit(X, Y)
    return path


def assert_refused(path, words, model=MODEL, X=X, y=Y, **data):
    """Check that a fit is refused, in words, and nothing is touched."""
    before, status = path.read_bytes(), path.stat()
    model = clone(model).set_callbacks(Checkpoint(path))
    with pytest.raises(ValueError, match=words):
        model.fit(X, y, **data)
    assert not hasattr(model, "_fitted")
    assert "_run_state" not in vars(model)
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (status.st_mtime_ns, status.st_ino)
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_other_data_are_another_fit(path):
    X_other, y_other = X.copy(), Y.copy()
    X_other[-1, 0] += 1e-3
    y_other[0] += 1e-3
    for data in ({"X": X_other}, {"y": y_other}, {"X": X[::-1], "y": Y[::-1]}):
        assert_refused(path, "another fit, the two differ in: training data", **data)
    assert_refused(path, "differ in: training data", sample_weight=np.arange(60.0))


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 5},
        {"learning_rate": 0.01},
        {"dropout": 0.1},
        {"optimizer": "sgd"},
        {"random_state": 1},
        {"random_state": None},
        {"n_iter_no_change": 7, "tol": 0.0},
    ],
)
def test_other_parameters_are_another_fit(path, changes):
    names = ", ".join(sorted(changes))
    assert_refused(path, f"differ in: {names}. Remove", clone(MODEL).set_params(**changes))


def test_other_classes_are_another_fit(path):
    other = GRURegressor(4, max_epochs=4, batch_size=16, random_state=0)
    assert_refused(path, "differ in: class", other)


def test_another_block_held_back_is_another_fit(tmp_path):
    path = tmp_path / "fit.checkpoint"
    model = clone(MODEL).set_params(early_stopping=True)
    clone(model).set_callbacks(Checkpoint(path)).fit(X, Y, X_val=X[:9], y_val=Y[:9])
    assert_refused(path, "differ in: held-back data", model, X_val=X[:9], y_val=-Y[:9])
    assert_refused(path, "differ in: held-back data", model, X_val=X[:8], y_val=Y[:8])


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_some_parameters_are_free(path, engine, capsys):
    model = clone(MODEL).set_params(engine=engine, verbose=True, callbacks=[])
    found = model.set_callbacks(Checkpoint(path)).fit(X, Y).predict(X)
    np.testing.assert_allclose(found, clone(MODEL).fit(X, Y).predict(X), atol=1e-5)


def test_other_files_are_no_checkpoints(path, tmp_path):
    for content in (b"", b"\n", b"a,b\n1,2\n" * 99, pickle.dumps(X), bytes(300)):
        path.write_bytes(content)
        assert_refused(path, "fit.checkpoint' is no checkpoint but another file")
        with pytest.raises(ValueError, match="is no checkpoint but another file"):
            load_checkpoint(path)
    joblib.dump(MODEL, path)
    assert_refused(path, "is no checkpoint but another file")
    path.write_bytes(b"sklstm checkpoint 99\n" + bytes(99))
    assert_refused(path, "is a checkpoint of format 99; this release of sklstm knows 1")
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="fit.checkpoint"):
        clone(MODEL).set_callbacks(Checkpoint(path)).fit(X, Y)
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "none")


def test_any_damage_is_seen(path):
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for length in [30, 53, 54, *rng.integers(len(whole), size=9), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert_refused(path, "damaged checkpoint. Remove it to begin anew|no checkpoint")
    for place in [22, 60, *rng.integers(21, len(whole), size=20), len(whole) - 1]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match="damaged checkpoint"):
            load_checkpoint(path)
    path.write_bytes(whole + b"\n")
    assert_refused(path, "damaged checkpoint")


def test_what_is_in_it_must_be_known(path, monkeypatch):
    monkeypatch.delattr("sklstm.LSTMRegressor")
    monkeypatch.delattr("sklstm.__getattr__")  # which would look it up again
    with pytest.raises(ValueError, match="a checkpoint that cannot be read: .*LSTMRegressor"):
        load_checkpoint(path)


def test_another_fit_that_writes_meanwhile_is_noticed(path, tmp_path, interrupt):
    class Overwrite(interrupt):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch":
                (tmp_path / "other").replace(path)

    other = Checkpoint(tmp_path / "other")
    clone(MODEL).set_callbacks(other).fit(X, -Y)
    theirs = (tmp_path / "other").read_bytes()
    model = clone(MODEL).set_callbacks(Overwrite(None), Checkpoint(path))
    with pytest.raises(ValueError, match="the checkpoint of another fit"):
        model.fit(X, Y)
    assert path.read_bytes() == theirs


def test_a_change_of_folder_does_not_move_it(tmp_path, interrupt, monkeypatch):
    class Move(interrupt):
        def on_fit_task_end(self, estimator, context):
            monkeypatch.chdir(tmp_path / "below")

    (tmp_path / "below").mkdir()
    clone(MODEL).set_callbacks(Checkpoint("a"), Move(None)).fit(X, Y)
    assert load_checkpoint(tmp_path / "a").n_iter_ == 4
    assert not [*(tmp_path / "below").iterdir()]
