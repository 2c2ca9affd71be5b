"""A save that fails loses no file, and a file that is no model is refused."""

import os
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm import RNNRegressor, SequenceWindower

SERIES = np.random.default_rng(0).normal(size=(50, 1)).cumsum(axis=0)


def save(model, path):
    """The recipe of the documentation: the file is the old one or the whole new one."""
    part = Path(f"{path}.{os.getpid()}")
    try:
        joblib.dump(model, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def fitted():
    model = make_pipeline(SequenceWindower(4), RNNRegressor(3, max_epochs=1, random_state=0))
    return model.fit(SERIES, SERIES[:, 0])


@pytest.fixture
def path(tmp_path):
    """A file with a model."""
    save(fitted(), tmp_path / "model.joblib")
    return tmp_path / "model.joblib"


def test_a_new_model_takes_the_place_of_the_old(path):
    save(fitted().set_params(rnnregressor__verbose=True), path)
    assert joblib.load(path)[-1].verbose
    assert os.listdir(path.parent) == [path.name]


def test_a_save_that_fails_leaves_the_old_file(path):
    before = path.read_bytes()
    # Lambdas can't be pickled; joblib has written the beginning by then.
    unsaved = make_pipeline(*fitted(), FunctionTransformer(lambda X: X))
    with pytest.raises((pickle.PicklingError, AttributeError)):
        save(unsaved, path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    before = path.read_bytes()

    def full(array, *_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("joblib.numpy_pickle.NumpyArrayWrapper.write_array", full)
    with pytest.raises(OSError, match="No space left"):
        save(fitted(), path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_readers_see_the_old_or_the_new_model_while_it_is_replaced(path):
    with path.open("rb") as file:  # a reader has begun
        save(fitted().set_params(rnnregressor__verbose=True), path)
        assert not joblib.load(file)[-1].verbose
    assert joblib.load(path)[-1].verbose


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("compress", [0, 3])
def test_truncated_files_are_refused(tmp_path, share, compress):
    path = tmp_path / "model.joblib"
    joblib.dump(fitted(), path, compress=compress)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    try:
        model = joblib.load(path)
    except Exception:  # of many kinds: joblib looks for no end
        return
    # What is compressed may be whole before its checksum.
    assert (share, compress) == (0.999, 3)
    assert (model.predict(SERIES) == fitted().predict(SERIES)).all()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_truncated_pickles_are_refused(share):
    content = pickle.dumps(fitted())
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        pickle.loads(content[: int(share * len(content))])


def test_a_text_file_is_refused(tmp_path):
    (tmp_path / "model.joblib").write_text("This is no model.", encoding="utf-8")
    with pytest.raises((EOFError, KeyError, pickle.UnpicklingError, ValueError)):
        joblib.load(tmp_path / "model.joblib")
