"""Several series in one frame are told apart, and put together again."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.data import split_panel, take_rows

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
