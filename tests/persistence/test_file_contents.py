"""What is in files, and what it takes to use them."""

import copy
import io
import pickle
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.pipeline import make_pipeline

from sklstm import (
    ExponentialSmoother,
    GRULanguageModel,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
)
from sklstm.callbacks import Checkpoint, TextSampler
from sklstm.persistence import trusted_types

SERIES = np.random.default_rng(0).normal(size=(300, 2)).cumsum(axis=0)
WINDOWS = SequenceWindower(8).fit_transform(SERIES)
LITTLE = 50_000  # bytes


def fitted(**options):
    model = make_pipeline(
        ExponentialSmoother(0.5),
        SequenceWindower(8),
        LSTMRegressor(32, max_epochs=1, random_state=0, **options),
    )
    return model.fit(SERIES[:-1], SERIES[1:, 0])


def size(model):
    return len(pickle.dumps(model))


def size_of_weights(model):
    return sum(array.nbytes for array in model.weights_.values())


class Recorder(pickle.Unpickler):
    """Load a pickle and note what it names."""

    def __init__(self, content):
        super().__init__(io.BytesIO(content))
        self.names = set()

    def find_class(self, module, name):
        self.names.add(f"{module}.{name}")
        return super().find_class(module, name)


def test_a_pickle_names_our_public_classes_numpy_and_scikit_learn_alone(case):
    recorder = Recorder(pickle.dumps(case.model, protocol=5))
    recorder.load()
    names = recorder.names - set(trusted_types())
    assert {name.partition(".")[0] for name in names} <= {"numpy", "sklearn", "_codecs"}


def as_pickle(model):
    return pickle.dumps(model, protocol=5)


def as_joblib(model):
    joblib.dump(model, content := io.BytesIO())
    return content.getvalue()


def as_skops(model):
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as file:
        return b"".join(file.read(name) for name in file.namelist())


PRIVATE = re.compile(rb"sklstm[\w.]*\._\w+")


@pytest.mark.parametrize("save", [as_pickle, as_joblib, as_skops])
def test_files_name_no_private_module(case, save):
    content = save(case.model)
    assert b"sklstm" in content
    assert PRIVATE.search(content) is None


@pytest.mark.parametrize("callback", [Checkpoint("file"), TextSampler(), TextSampler(every=2)])
def test_callbacks_and_checkpoints_name_no_private_module(callback):
    model = GRULanguageModel(hidden_size=3, max_epochs=2, random_state=0)
    model.set_callbacks(Checkpoint("checkpoint"), callback).fit("to be or not to be")
    for content in (as_pickle(model), as_pickle(callback), Path("checkpoint").read_bytes()):
        assert b"sklstm" in content
        assert PRIVATE.search(content) is None


@pytest.mark.parametrize("options", [{}, {"warm_start": True}, {"dropout": 0.5}])
@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_pickle_holds_neither_torch_nor_skorch(options, engine):
    content = pickle.dumps(fitted(**options, engine=engine))
    assert b"skorch" not in content
    assert b"torch" not in content.replace(engine.encode(), b"")


def test_a_file_is_its_weights_and_little_more(tmp_path):
    model = fitted()
    limit = size_of_weights(model[-1]) + LITTLE
    assert size(model) < limit
    joblib.dump(model, tmp_path / "model.joblib")
    assert (tmp_path / "model.joblib").stat().st_size < limit


def test_predicting_makes_a_file_no_larger():
    model = fitted()
    before = size(model)
    model.predict(SERIES)
    assert size(model) == before


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_the_state_of_the_optimiser_is_kept_for_going_on_alone(engine):
    options = {"max_epochs": 1, "random_state": 0, "engine": engine}
    plain = LSTMRegressor(32, **options).fit(WINDOWS, SERIES[:, 0])
    warm = LSTMRegressor(32, **options, warm_start=True).fit(WINDOWS, SERIES[:, 0])
    going_on = LSTMRegressor(32, **options).partial_fit(WINDOWS, SERIES[:, 0])
    weights = size_of_weights(plain)
    assert size(plain) < weights + 5_000
    for model in (warm, going_on):
        assert 3 * weights < size(model) < 3 * weights + LITTLE  # Adam's two moments
    assert size(going_on.fit(WINDOWS, SERIES[:, 0])) < weights + 5_000


def test_training_goes_on_from_a_file_as_without():
    stays = GRURegressor(4, random_state=0).partial_fit(WINDOWS, SERIES[:, 0])
    restored = pickle.loads(pickle.dumps(stays))
    for model in (stays, restored):
        model.partial_fit(WINDOWS, SERIES[:, 0])
    assert (restored.predict(WINDOWS) == stays.predict(WINDOWS)).all()


def test_a_file_can_be_mapped_into_memory(case, tmp_path):
    joblib.dump(case.model, tmp_path / "model.joblib")
    case.assert_same(joblib.load(tmp_path / "model.joblib", mmap_mode="r"))


def test_arrays_of_a_mapped_file_are_shared(tmp_path):
    joblib.dump(fitted(), tmp_path / "model.joblib")
    model = joblib.load(tmp_path / "model.joblib", mmap_mode="r")
    for array in model[-1].weights_.values():
        assert isinstance(array, np.memmap)
        assert not array.flags.writeable
    assert type(model.predict(SERIES)) is np.ndarray


def test_training_goes_on_from_a_mapped_file(tmp_path):
    model = LSTMClassifier(4, random_state=0).partial_fit(WINDOWS, SERIES[:, 0] > 0, [False, True])
    joblib.dump(model, tmp_path / "model.joblib")
    mapped = joblib.load(tmp_path / "model.joblib", mmap_mode="r")
    for each in (model, mapped):
        each.partial_fit(WINDOWS, SERIES[:, 0] > 0)
    assert (mapped.predict_proba(WINDOWS) == model.predict_proba(WINDOWS)).all()
    copied = copy.deepcopy(mapped)
    assert (copied.predict_proba(WINDOWS) == model.predict_proba(WINDOWS)).all()


LOADERS = {
    "pickle": "import pickle; model = pickle.loads(open(path, 'rb').read())",
    "joblib": "import joblib; model = joblib.load(path)",
    "skops": """
import skops.io  # loads all of scikit-learn, and with it torch
from sklstm.callbacks import Checkpoint, TextSampler
from sklstm.persistence import trusted_types
known |= set(sys.modules)
model = skops.io.load(path, trusted=trusted_types())""",
}


@pytest.mark.parametrize("kind", LOADERS)
def test_a_fresh_process_predicts_the_same_and_loads_little(tmp_path, kind):
    if kind == "skops":
        skops.io.dump(fitted(), tmp_path / "model")
    else:
        {"pickle": pd.to_pickle, "joblib": joblib.dump}[kind](fitted(), tmp_path / "model")
    np.save(tmp_path / "expected.npy", fitted().predict(SERIES[:9]))
    np.save(tmp_path / "X.npy", SERIES[:9])
    code = f"""
import sys
import joblib, numpy as np, pandas, sklearn.pipeline, sklstm
known = set(sys.modules)
path = {str(tmp_path / "model")!r}
{LOADERS[kind]}
predicted = model.predict(np.load({str(tmp_path / "X.npy")!r}))
assert (predicted == np.load({str(tmp_path / "expected.npy")!r})).all()
assert {kind!r} == "skops" or "torch" not in sys.modules
new = {{name.partition(".")[0] for name in set(sys.modules) - known}} - set(sys.stdlib_module_names)
assert new <= {{"sklstm", "sklearn", "llvmlite", "scipy"}}, new  # a pass, a filter
"""
    command = [sys.executable, "-c", code]
    process = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert process.stderr == ""
