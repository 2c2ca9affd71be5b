"""`WindowsInputMixin`: which `X` agrees with what `fit` saw."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags

from sklstm.data import WindowsInputMixin, step_features, step_names

RNG = np.random.default_rng(0)
WINDOWS = RNG.normal(size=(5, 3, 2))
NAMES = step_names(["open", "close"], 3)
FLAT = WINDOWS.reshape(5, 6)
FRAME = pd.DataFrame(FLAT, columns=NAMES)


class Reader(WindowsInputMixin, BaseEstimator):
    """Reads windows, and keeps them to be looked at."""

    def fit(self, X):
        self.window_set_ = self._check_windows(X, reset=True)
        return self

    def read(self, X):
        window_set = self._check_windows(X, reset=False)
        return window_set.padded(slice(None))[0]


def test_three_axes():
    reader = Reader().fit(WINDOWS)
    assert reader.n_features_in_ == 2
    assert reader.window_shape_ == (3, 2)
    assert not hasattr(reader, "feature_names_in_")
    assert step_features(WINDOWS) is None
    np.testing.assert_array_equal(reader.window_set_.padded(slice(None))[0], WINDOWS)


def test_two_axes_are_columns_to_scikit_learn():
    reader = Reader().fit(FLAT)
    assert reader.n_features_in_ == 6
    assert reader.window_shape_ == (6, 1)
    assert not hasattr(reader, "feature_names_in_")


@pytest.mark.parametrize("frame", [FRAME, pl.from_pandas(FRAME)], ids=["pandas", "polars"])
def test_flat_frames(frame):
    reader = Reader().fit(frame)
    assert reader.n_features_in_ == 6
    assert list(reader.feature_names_in_) == NAMES
    assert reader.window_shape_ == (3, 2)
    assert step_features(frame) == ["open", "close"]
    np.testing.assert_array_equal(reader.read(frame), WINDOWS)


def test_names_of_an_earlier_fit_are_forgotten():
    reader = Reader().fit(FRAME).fit(WINDOWS)
    assert not hasattr(reader, "feature_names_in_")
    assert Reader().fit(FRAME).fit(FLAT).window_shape_ == (6, 1)


LONGER = RNG.normal(size=(4, 9, 2))


@pytest.mark.parametrize(
    ("fitted", "X", "expected"),
    [
        (WINDOWS, LONGER, LONGER),
        (WINDOWS, FRAME, WINDOWS),
        (FRAME, WINDOWS, WINDOWS),
        (FRAME, LONGER, LONGER),
        (FLAT, FLAT[:, :, np.newaxis], FLAT[:, :, np.newaxis]),
        (FLAT, LONGER[:, :, :1], LONGER[:, :, :1]),
        (LONGER[:, :, :1], FLAT, FLAT[:, :, np.newaxis]),
        (LONGER[:, :1, :1], FLAT, FLAT[:, :, np.newaxis]),
    ],
)
def test_forms_agree_if_their_steps_have_the_same_features(fitted, X, expected):
    np.testing.assert_array_equal(Reader().fit(fitted).read(X), expected)


@pytest.mark.parametrize(
    ("fitted", "X", "words"),
    [
        (WINDOWS, WINDOWS[:, :, :1], "X has 1 features, but Reader is expecting 2 features"),
        (WINDOWS, FLAT, "X has 1 features, but Reader is expecting 2 features as input"),
        (FLAT, WINDOWS, "X has 2 features, but Reader is expecting 1 features as input"),
        (FLAT, FLAT[:, 1:], "X has 5 features, but Reader is expecting 6 features as input"),
        (FRAME, WINDOWS[:, :, :1], "X has 1 features, but Reader is expecting 2 features"),
        (FRAME, FRAME[NAMES[::-1]], "Feature names must be in the same order"),
        (FRAME, FRAME.rename(columns=lambda name: "x" + name), "Feature names unseen at fit"),
        (FRAME, FRAME.drop(columns="open@t-1"), "not a complete set"),
    ],
)
def test_other_features_are_refused(fitted, X, words):
    with pytest.raises(ValueError, match=words):
        Reader().fit(fitted).read(X)


@pytest.mark.parametrize(
    "X", [WINDOWS * np.nan, WINDOWS * np.inf, WINDOWS[0, 0], FRAME.drop(columns="open@t-1")]
)
def test_a_fit_that_fails_leaves_what_was_fitted(X):
    reader = Reader()
    with pytest.raises(ValueError, match="X"):
        reader.fit(X)
    assert not vars(reader)
    fitted = dict(vars(reader.fit(FRAME)))
    with pytest.raises(ValueError, match="X"):
        reader.fit(X)
    assert vars(reader) == fitted


def test_mere_values_of_a_flat_frame_are_read_by_the_names_of_fit():
    shuffled = FRAME[[NAMES[place] for place in (3, 0, 5, 1, 2, 4)]]
    reader = Reader().fit(shuffled)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        values = reader.read(shuffled.to_numpy())
    np.testing.assert_array_equal(values, reader.read(shuffled))
    np.testing.assert_array_equal(values, WINDOWS[:, :, ::-1])


def test_values_are_read_by_the_names_of_fit_where_these_were_taken_away():
    shuffled = FRAME[[NAMES[place] for place in (3, 0, 5, 1, 2, 4)]]
    reader = Reader().fit(shuffled)
    reader.feature_names_in_ = None  # as SHAP does, to a copy
    np.testing.assert_array_equal(reader.read(shuffled.to_numpy()), WINDOWS[:, :, ::-1])
    reader = Reader().fit(shuffled).fit(FLAT)  # which has no names
    np.testing.assert_array_equal(reader.read(FLAT)[:, :, 0], FLAT)


@pytest.mark.parametrize("n_features", [1, 2])
def test_rows_in_the_place_of_windows_are_refused(n_features):
    reader, rows = Reader().fit(WINDOWS[:, :, :n_features]), WINDOWS[:, 0, :n_features]
    words = rf"{n_features} columns, .* Reader was fitted on windows of 3 steps and {n_features} f"
    for X in (rows, pd.DataFrame(rows).add_prefix("x")):
        with pytest.raises(ValueError, match=words):
            reader.read(X)
    single = Reader().fit(WINDOWS[:, :1, :n_features])
    if n_features == 1:
        np.testing.assert_array_equal(single.read(rows)[:, 0], rows)
        np.testing.assert_array_equal(reader.read(rows[:1])[0], rows[:1])


def test_missing_steps_are_skipped():
    windows = WINDOWS.copy()
    windows[2, 0] = np.nan
    reader = Reader().fit(windows)
    np.testing.assert_array_equal(reader.window_set_.lengths, [3, 3, 2, 3, 3])
    windows[2] = np.nan
    with pytest.raises(ValueError, match=r"no observed step \(sample 2\)"):
        reader.read(windows)


def test_tags():
    tags = get_tags(Reader()).input_tags
    assert tags.two_d_array
    assert tags.three_d_array
    assert tags.allow_nan
