"""Frames for frames, and the names of steps."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context

from sklstm.data import (
    column_names,
    frame_like,
    index_of,
    is_frame,
    split_panel,
    step_names,
    take_rows,
    wants_frame,
)
from sklstm.data._frames import (
    is_polars_series,
    parse_step_names,
    refuse_incomplete_steps,
    same_index,
)
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


DAYS = pd.date_range("2024-01-01", periods=3)
PANEL = pd.DataFrame(
    {"open": [1, 10, 2, 20, 3], "name": list("BABAB"), "close": [1.5, 10.5, 2.5, 20.5, 3.5]},
    index=DAYS[[0, 0, 1, 1, 2]].rename("day"),
)
LEVEL = PANEL.set_index("name", append=True)
KINDS = {
    "column": PANEL,
    "level": LEVEL,
    "first level": LEVEL.swaplevel(),
    "polars": pl.from_pandas(PANEL),
    "categories": PANEL.astype({"name": pd.CategoricalDtype(list("CBA"))}),
    "categories in polars": pl.from_pandas(PANEL).cast({"name": pl.Categorical}),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def X(request):
    return request.param


@settings(max_examples=100, deadline=None, derandomize=True)
@given(names=st.lists(st.sampled_from("ABCD"), min_size=1, max_size=20), kind=st.sampled_from("cl"))
def test_rows_are_those_that_a_mask_gives(names, kind):
    X = pd.DataFrame({"value": np.arange(len(names)), "name": names})
    X = X.set_index("name", append=True) if kind == "l" else X
    panel = split_panel(X, "name")
    assert panel.keys == list(dict.fromkeys(names))
    for key, rows in zip(panel.keys, panel.rows, strict=True):
        np.testing.assert_array_equal(rows, np.flatnonzero(np.array(names) == key))
    for key, part in panel.parts():
        np.testing.assert_array_equal(part["value"], np.flatnonzero(np.array(names) == key))


def test_the_frame_is_without_the_names(X):
    panel = split_panel(X, "name")
    assert panel.keys == ["B", "A"]
    assert type(panel.frame) is type(X)
    assert list(panel.frame.columns) == ["open", "close"]
    for (_, part), opens in zip(panel.parts(), ([1, 2, 3], [10, 20]), strict=True):
        assert list(part["open"]) == opens
    if isinstance(X, pd.DataFrame):
        pd.testing.assert_index_equal(panel.frame.index, PANEL.index)


def test_features_are_put_back_between_the_names(X):
    panel = split_panel(X, "name")
    values = np.array([[0.5, 1.5]]) * np.arange(5)[:, np.newaxis]
    frame = panel.with_features(values)
    assert type(frame) is type(X)
    assert list(frame.columns) == list(X.columns)
    np.testing.assert_array_equal(frame["open"], values[:, 0])
    np.testing.assert_array_equal(frame["close"], values[:, 1])
    assert split_panel(frame, "name").keys == ["B", "A"]
    if isinstance(X, pd.DataFrame):
        pd.testing.assert_index_equal(frame.index, X.index)
    if "name" in X.columns:
        assert frame["name"].dtype == X["name"].dtype
        assert list(frame["name"]) == list("BABAB")


@pytest.mark.parametrize("place", ["column", "level"])
def test_dictionaries_of_arrow_name_only_series_that_have_rows(place):
    dictionary = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    names = pd.array(list("ACBCB"), dtype=dictionary)[1:]  # without the A that it still lists
    X = pd.DataFrame({"value": [1.0, 2.0, 3.0, 4.0], "name": names}, index=[1, 1, 2, 2])
    X = X.set_index("name", append=True) if place == "level" else X
    panel = split_panel(X, "name")
    assert panel.keys == ["C", "B"]
    assert [list(part["value"]) for _, part in panel.parts()] == [[1, 3], [2, 4]]


def test_a_column_goes_before_a_level():
    X = LEVEL.assign(name=list("CCDDD"))
    panel = split_panel(X, "name")
    assert panel.keys == ["C", "D"]
    assert list(panel.with_features(np.zeros((5, 2)))["name"]) == list("CCDDD")


def test_a_series_of_pandas_may_have_a_level():
    panel = split_panel(LEVEL["open"], "name", name="y")
    assert [list(part) for _, part in panel.parts()] == [[1, 2, 3], [10, 20]]


def test_rows_of_frames_of_any_kind():
    for frame in (PANEL, KINDS["polars"]):
        assert list(take_rows(frame, np.array([3, 0]))["open"]) == [20, 1]


def test_a_frame_without_rows_has_no_series():
    panel = split_panel(PANEL[:0], "name")
    assert panel.keys == panel.rows == []


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (PANEL[["open"]].to_numpy(), r"by='name' names a column .*series has neither.* ndarray"),
        (PANEL[["open"]], r"by='name' is neither a column of series \['open'\] nor a level of its"),
        (pl.DataFrame({"open": [1]}), r"by='name' is neither a column of series \['open'\]\.$"),
        (PANEL.assign(name=["A", "B", None, "A", "A"]), "no series: by='name' is missing in row 2"),
        (pl.DataFrame({"name": ["A", None]}), "belong to no series: by='name' is missing in row 1"),
        (PANEL.assign(name=[1, 2, 3, np.nan, 5]), "by='name' is missing in row 3"),
        (PANEL.set_index("name"), "by='name' is the only level of the index of series"),
        (PANEL.set_axis(["name", "open", "name"], axis=1), "the name of several columns of series"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(X, words):
    with pytest.raises(ValueError, match=words):
        split_panel(X, "name", name="series")


def test_indexes_of_levels_are_compared_by_their_labels():
    tuples = [("a", 1), ("a", 2), ("b", 1)]
    index = pd.MultiIndex.from_tuples(tuples, names=["shop", "day"])
    others = {
        "equal": (pd.MultiIndex.from_tuples(tuples), True),
        "a part, whose levels hold more": (index.append(index[:0]).append(index[:0]), True),
        "other levels of the same labels": (
            pd.MultiIndex([["b", "a"], [2, 1]], [[1, 1, 0], [1, 0, 1]]), True,
        ),
        "other labels": (pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 2)]), False),
        "other order": (index[::-1], False),
        "shorter": (index[:2], False),
        "one level": (pd.Index(range(3)), False),
    }  # fmt: skip
    for other, expected in others.values():
        assert same_index(index, other) is expected is bool(index.equals(other))
