"""What tells one fit from another: samples, however they are stored."""

import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.base import clone

from sklstm import GRURegressor, LSTMRegressor, SequenceWindower
from sklstm.callbacks import Checkpoint
from sklstm.callbacks._checkpoint_file import data_digest
from sklstm.data import WindowSet
from sklstm.training import TrainingData

SERIES = np.random.default_rng(0).normal(size=(80, 2))
WINDOWS = SequenceWindower(5).fit_transform(SERIES)
Y = SERIES[:, 0]
FRAME = SequenceWindower(5, flatten=True).set_output(transform="pandas").fit_transform(SERIES)
MODEL = GRURegressor(4, max_epochs=2, random_state=0)


def on_disk(array):
    np.save("array.npy", array)
    return np.load("array.npy", mmap_mode="r")


STORED = {
    "copy": (lambda: WINDOWS.copy(), lambda: Y),
    "reversed axes": (lambda: np.asfortranarray(WINDOWS), lambda: Y[::-1].copy()[::-1]),
    "on disk": (lambda: on_disk(WINDOWS), lambda: Y),
    "lists": (lambda: WINDOWS.tolist(), lambda: Y.tolist()),
    "series": (lambda: WINDOWS, lambda: pd.Series(Y, index=np.arange(80) + 7)),
    "column": (lambda: WINDOWS, lambda: Y.astype(object)),
}


@pytest.mark.parametrize("stored", STORED)
def test_the_same_windows_are_the_same_fit(stored, interrupt):
    expected = clone(MODEL).set_callbacks(Checkpoint("a")).fit(WINDOWS, Y)
    X, y = (make() for make in STORED[stored])
    found = clone(MODEL).set_callbacks(Checkpoint("a"), interrupt(1)).fit(X, y)
    np.testing.assert_array_equal(found.predict(X), expected.predict(WINDOWS))


def test_frames_of_the_same_content_are_the_same_fit(interrupt):
    clone(MODEL).set_callbacks(Checkpoint("a")).fit(FRAME, Y)
    pieces = pd.DataFrame({name: FRAME[name].to_numpy().copy() for name in FRAME})  # other blocks
    for frame in (FRAME.copy(), pieces, FRAME.set_index(np.arange(80) * 3)):
        model = clone(MODEL).set_callbacks(Checkpoint("a"), interrupt(1)).fit(frame, Y)
        assert model.feature_names_in_.tolist() == FRAME.columns.tolist()


@pytest.mark.parametrize("change", [np.int64, np.int32])
def test_numbers_of_numpy_are_numbers(change, interrupt):
    clone(MODEL).set_callbacks(Checkpoint("a")).fit(WINDOWS, Y)
    model = clone(MODEL).set_params(hidden_size=change(4), learning_rate=np.float64(0.005))
    model.set_callbacks(Checkpoint("a"), interrupt(1)).fit(WINDOWS, Y)
    assert model.n_iter_ == MODEL.max_epochs  # resumed: a fit of its own is interrupted


def test_a_generator_of_seeds_is_known_by_its_state(interrupt):
    def model():
        return clone(MODEL).set_params(random_state=np.random.RandomState(3))

    model().set_callbacks(Checkpoint("a")).fit(WINDOWS, Y)
    again = model().set_callbacks(Checkpoint("a"), interrupt(1)).fit(WINDOWS, Y)
    with pytest.raises(ValueError, match="differ in: random_state"):
        again.fit(WINDOWS, Y)


def test_another_scale_of_the_same_samples_gives_the_model_of_that_scale(interrupt):
    """Training sees standardised values; what it does not see is taken from the data at hand."""
    clone(MODEL).set_callbacks(Checkpoint("a")).fit(WINDOWS, Y)
    X, y = 4 * WINDOWS, 4 * Y - 0.0
    found = clone(MODEL).set_callbacks(Checkpoint("a"), interrupt(1)).fit(X, y)
    np.testing.assert_array_equal(found.predict(X), clone(MODEL).fit(X, y).predict(X))


@pytest.mark.parametrize("kind", ["numbers", "tokens", "steps"])
def test_a_digest_depends_on_everything_but_the_place_in_memory(kind):
    rng = np.random.default_rng(0)
    rows, targets, weight = rng.normal(size=(90, 2)), rng.normal(size=(90, 1)), np.ones(20)
    if kind == "tokens":
        rows, targets = rng.integers(9, size=(90, 1)), rng.integers(3, size=90)
    starts, lengths = rng.integers(60, size=20), rng.integers(1, 30, size=20)

    def digest(rows=rows, targets=targets, starts=starts, lengths=lengths, weight=weight):
        given = WindowSet(targets, starts, lengths) if kind == "steps" else targets[:20]
        return data_digest(TrainingData(WindowSet(rows, starts, lengths), given, weight))

    alone = TrainingData(
        WindowSet(rows, starts, lengths),
        WindowSet(targets, starts, lengths) if kind == "steps" else targets[:20],
        weight,
    )
    copied = alone.compact(np.arange(20))
    assert data_digest(TrainingData(copied.windows, copied.targets, weight)) == digest()
    rows_other, targets_other, shorter = rows.copy(), targets.copy(), lengths.copy()
    rows_other[starts[3]] += 1
    targets_other[starts[0] if kind == "steps" else 0] += 1
    shorter[np.argmax(lengths)] -= 1
    found = {
        digest(), digest(rows=rows_other), digest(targets=targets_other), digest(lengths=shorter),
        digest(weight=None), digest(weight=np.arange(20.0)), digest(starts=starts + 1),
    }  # fmt: skip
    assert len(found) == 7
    windows = WindowSet(rows, starts, lengths)
    masks = [np.zeros(2, dtype=bool), np.array([True, False]), np.array([True, True])]
    relative = [windows.with_rows(rows, mask[: rows.shape[1]]) for mask in masks]
    digests = [data_digest(TrainingData(w, alone.targets, weight)) for w in relative]
    assert digests[0] == digest()
    assert len({*digests, *found}) == (8 if kind == "tokens" else 9)


def test_windows_that_share_rows_are_read_in_little_memory_and_time():
    series = np.random.default_rng(0).normal(size=(50_000, 1))
    windows = sliding_window_view(series, 500, axis=0).swapaxes(1, 2)
    data = TrainingData(WindowSet.from_array(windows), np.zeros((len(windows), 1)))
    tracemalloc.start()
    begin = time.process_time()
    data_digest(data)
    seconds, most = time.process_time() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 60e6  # the windows are 198 MB
    assert seconds < 10


def test_parameters_that_one_class_alone_has_differ(interrupt):
    clone(MODEL).set_callbacks(Checkpoint("a")).fit(WINDOWS, Y)
    other = LSTMRegressor(4, max_epochs=2, random_state=0).set_callbacks(Checkpoint("a"))
    with pytest.raises(ValueError, match="differ in: class, peephole. Remove"):
        other.fit(WINDOWS, Y)
