"""Windows of ids against plain loops."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.text._id_windows import id_windows, tokens_of_windows

ENDS = st.sampled_from(["pre", "post"])
VOCABULARY = {"a": 2, "b": 3, "c": 7}


def plain_window(row, length, truncate, pad):
    """One step after the other."""
    row = list(row) or [1]
    while len(row) > length:
        row.pop(0 if truncate == "pre" else -1)
    while len(row) < length:
        row.insert(0 if pad == "pre" else len(row), 0)
    return row


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 9)), min_size=1), st.integers(1, 9), ENDS, ENDS)
def test_windows_against_a_plain_loop(rows, length, truncate, pad):
    windows = id_windows(rows, length, truncate, pad)
    assert windows.dtype == np.int32
    assert windows.tolist() == [plain_window(row, length, truncate, pad) for row in rows]


def test_a_text_without_tokens_is_one_step_out_of_vocabulary():
    assert id_windows([[]], 3, "pre", "pre").tolist() == [[0, 0, 1]]
    assert id_windows([[]], 3, "pre", "post").tolist() == [[1, 0, 0]]


@pytest.mark.parametrize(
    "kind", [np.array, np.float64, np.uint16, pd.DataFrame, pl.DataFrame, list]
)
def test_tokens_come_back_from_any_table(kind):
    ids = np.array([[0, 2, 7], [3, 1, 0], [0, 0, 0]])
    found = tokens_of_windows(kind(ids), VOCABULARY, "?")
    assert found == [["a", "c"], ["b", "?"], []]


def test_an_empty_token_is_a_token():
    assert tokens_of_windows([[2, 3]], {"": 2, "a": 3}, "?") == [["", "a"]]


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([[2, 8]], r"they end at 7\), 1 and 0, got 8 \(sample 0, step 1\)"),
        ([[2], [5]], r"got 5 \(sample 1, step 0\)"),
        ([[2, -1]], r"got -1 \(sample 0, step 1\)"),
        ([[2, 2.5]], r"whole numbers, got 2.5 \(sample 0, step 1\)"),
        ([[2, np.nan]], r"whole numbers, got nan \(sample 0, step 1\)"),
        ([[2, np.inf]], r"whole numbers, got inf"),
        ([["a"]], r"whole numbers, got values of <U1"),
        ([2, 3], r"shape \(n_samples, n_timesteps\), got 1 axes"),
    ],
)
def test_other_tables_are_refused(X, words):
    with pytest.raises(ValueError, match=f"^X must .*{words}"):
        tokens_of_windows(X, VOCABULARY, "?")
