"""Frames for frames, and the names of steps."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import config_context

from sklstm.data import column_names, frame_like, index_of, is_frame, step_names, wants_frame
from sklstm.data._frames import is_polars_series, parse_step_names, refuse_incomplete_steps
from sklstm.preprocessing import SequenceWindower

PANDAS = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}, index=pd.Index([5, 7], name="day"))
POLARS = pl.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})


@pytest.mark.parametrize(
    ("X", "frame", "names"),
    [
        (PANDAS, True, ["a", "b"]),
        (POLARS, True, ["a", "b"]),
        (pd.DataFrame(np.ones((2, 2))), True, [0, 1]),
        (PANDAS["a"], False, None),
        (POLARS["a"], False, None),
        (POLARS.lazy(), False, None),
        (np.ones((2, 2)), False, None),
        ([[1]], False, None),
    ],
)
def test_frames_are_told_from_the_rest(X, frame, names):
    assert is_frame(X) is frame
    assert column_names(X) == names
    assert is_polars_series(X) is isinstance(X, pl.Series)


def test_only_pandas_has_an_index():
    assert index_of(PANDAS) is PANDAS.index
    assert index_of(PANDAS["a"]) is not None
    assert index_of(POLARS) is None
    assert index_of(np.ones(2)) is None


def test_a_frame_is_given_for_a_frame():
    values = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    columns = ["x", "y", "z"]
    expected = pd.DataFrame(values, index=PANDAS.index, columns=columns)
    pd.testing.assert_frame_equal(frame_like(values, PANDAS, columns), expected)
    assert frame_like(values, POLARS, columns).equals(pl.DataFrame(values, schema=columns))
    assert frame_like(values, values, None) is values


def test_a_pandas_frame_is_made_without_a_copy():
    values = np.ones((2, 2))
    assert np.shares_memory(frame_like(values, PANDAS, ["x", "y"]).to_numpy(), values)


def test_set_output_and_the_configuration_ask_for_frames():
    assert not wants_frame(SequenceWindower())
    assert wants_frame(SequenceWindower().set_output(transform="pandas"))
    with config_context(transform_output="polars"):
        assert wants_frame(SequenceWindower())
        assert not wants_frame(SequenceWindower().set_output(transform="default"))


@pytest.mark.parametrize("n_timesteps", [1, 2, 12])
@pytest.mark.parametrize(
    "features", [["close"], ["open", "close"], ["a@t-1", "a", ""], ["two\nlines", "ümläut"]]
)
def test_names_of_steps_are_read_back(features, n_timesteps):
    names = step_names(features, n_timesteps)
    assert len(names) == len(features) * n_timesteps
    assert names[: len(features)] == [f"{name}@t-{n_timesteps - 1}" for name in features]
    assert parse_step_names(names) == (features, n_timesteps, None)
    refuse_incomplete_steps(names)


def test_shuffled_names_of_steps_are_put_in_order():
    names = step_names(["a", "b"], 3)
    shuffled = [names[place] for place in (3, 0, 5, 1, 2, 4)]
    features, n_timesteps, order = parse_step_names(shuffled)
    assert (features, n_timesteps) == (["b", "a"], 3)
    assert [shuffled[place] for place in order] == step_names(["b", "a"], 3)


@pytest.mark.parametrize("columns", [None, [], ["a"], [0, 1], ["a@t-0", "b"], ["a@t-0", 1]])
def test_other_names_are_no_steps(columns):
    assert parse_step_names(columns) is None
    refuse_incomplete_steps(columns)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["a@t-1"], "1 features of 2 steps .* make 2 different names, got 1 in 1 columns"),
        (["a@t-1", "b@t-1", "a@t-0"], "2 features of 2 steps .* got 3 in 3 columns"),
        (["a@t-0", "a@t-0"], "make 1 different names, got 1 in 2 columns"),
        (["a@t-00"], "not a complete set"),
        (["a@t-1", "a@t-1"], "make 2 different names, got 1 in 2 columns"),
        (["a@t-999999999"], "1 features of 1000000000 steps"),
    ],
)
def test_incomplete_steps_are_refused(columns, words):
    assert parse_step_names(columns) is None
    with pytest.raises(ValueError, match=words):
        refuse_incomplete_steps(columns)
