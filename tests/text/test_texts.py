"""What is taken as texts, and what is refused in which words."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sklstm.text._texts import as_texts

TEXTS = ["One, two.", "", "Über uns"]


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda texts: np.array(texts, dtype=object),
        lambda texts: [np.str_(text) for text in texts],
        pd.Series,
        pd.Index,
        lambda texts: pd.Series(texts, dtype=object, index=[7, 7, 3]),
        lambda texts: pd.Series(texts, dtype="string"),
        lambda texts: pd.Series(texts, dtype="category"),
        pl.Series,
        lambda texts: pl.Series(texts, dtype=pl.Categorical),
        lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
        lambda texts: (text for text in texts),
    ],
)
def test_any_container_of_strings_with_an_order(make):
    assert as_texts(make(TEXTS)) == TEXTS


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ("one text", r"a list, array or series of strings.*single str: put it into a list"),
        (b"one text", r"got a single bytes"),
        (pd.DataFrame({"text": TEXTS}), r"got a dataframe of 1 columns: select"),
        (pl.DataFrame({"text": TEXTS}), r"got a dataframe of 1 columns: select"),
        (np.array([TEXTS]), r"got 2 axes, shape \(1, 3\)"),
        (np.array("text"), r"got 0 axes"),
        ({"a": "b"}, r"got \{'a': 'b'\} of type dict"),
        ({"a"}, r"of type set"),
        (None, r"got None of type NoneType"),
        (3, r"got 3 of type int"),
        ([], r"at least one text, got none"),
        (np.array([], dtype=str), r"at least one text, got none"),
    ],
)
def test_other_containers_are_refused(X, words):
    with pytest.raises(ValueError, match=rf"^X must .*{words}"):
        as_texts(X)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, r"None of type NoneType: fill in"),
        (np.nan, r"nan of type float: fill in"),
        (pd.NA, r"<NA> of type NAType: fill in"),
        (pd.NaT, r"NaT of type NaTType"),
        (3, r"3 of type int: turn it into text"),
        (b"bytes", r"b'bytes' of type bytes: decode"),
        (["a", "b"], r"\['a', 'b'\] of type list"),
        (np.arange(99), r"\.\.\. of type ndarray"),
    ],
)
def test_the_row_that_is_no_string_is_named(value, words):
    with pytest.raises(ValueError, match=rf"one string for each row, but row 2 is .*{words}"):
        as_texts(["a", "b", value, None])


@pytest.mark.parametrize(
    "X",
    [
        pd.Series(["a", "b", None]),
        pd.Series(["a", "b", None], dtype="string"),
        pd.Series(["a", "b", None], dtype=object),
        pl.Series(["a", "b", None]),
    ],
)
def test_missing_texts_of_series_are_refused(X):
    with pytest.raises(ValueError, match=r"but row 2 is .*: fill in what is missing"):
        as_texts(X)
