"""Labels of steps: where they stand, which are missing, and what is predicted of them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sklstm.data import (
    labelled_steps,
    labels_at_steps,
    lengths_of_ragged,
    padded_steps,
    read_flat_labels,
    step_labels,
)

NAN = np.nan
WINDOWS = np.array([[NAN, 1.0, 2.0, NAN], [1.0, NAN, 3.0, 4.0], [NAN] * 4])[:, :, np.newaxis]


def pad(y, lengths=None, numeric=False):
    return padded_steps(y, WINDOWS, lengths, "y", numeric=numeric)


def test_lists_stand_at_the_observed_steps():
    found = pad([["a", "b"], ["c", "d", "e", "f"], [None] * 4])
    expected = [[None, "a", "b", None], ["c", "d", "e", "f"], [None] * 4]
    assert found.tolist() == expected
    assert pad([["z", "a", "b", "z"], *expected[1:]])[0].tolist() == ["z", "a", "b", "z"]


def test_lengths_that_are_known_decide():
    lengths = lengths_of_ragged([np.zeros(3), np.zeros(4), np.zeros(1)])
    assert lengths.tolist() == [3, 4, 1]
    found = pad([["z", "a", "b"], list("cdef"), ["x"]], lengths)
    assert found.tolist() == [["z", "a", "b", None], list("cdef"), ["x", None, None, None]]
    assert lengths_of_ragged(np.zeros((3, 4))) is None
    with pytest.raises(ValueError, match="y has 2 values for sequence 0, which has 3 steps: give"):
        pad([["a", "b"], list("cdef"), ["x"]], lengths)


COLUMNS = {
    "frame": lambda labels: pd.DataFrame({"state": labels}, index=range(len(labels))[::-1]),
    "frame of polars": lambda labels: pl.DataFrame({"state": labels}),
    "array": lambda labels: np.array(labels)[:, np.newaxis],
    "list": lambda labels: [[label] for label in labels],
    "categories": lambda labels: pd.Series(labels, dtype="category"),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_labels_may_be_a_column(column):
    found = pad([column(["a", "b"]), column(list("cdef")), column(list("ghij"))])
    assert found.tolist() == [[None, "a", "b", None], list("cdef"), list("ghij")]


@pytest.mark.parametrize("kind", [np.array, pd.DataFrame, pl.DataFrame, list])
def test_several_columns_are_no_labels(kind):
    one_hot = [kind([[0, 1], [1, 0]]), kind([[1, 0]] * 4), kind([[0, 1]] * 4)]
    with pytest.raises(ValueError, match=r"y\[0\] has 2 columns, and it takes one label for each"):
        pad(one_hot)


def test_numbers_in_frames_have_their_outputs_in_one_order():
    frames = [pd.DataFrame({"a": [1.0] * n, "b": [2.0] * n}) for n in (2, 4, 4)]
    assert np.nanmax(pad(frames, numeric=True)[..., 0]) == 1.0
    frames[1] = frames[1][["b", "a"]]
    with pytest.raises(ValueError, match=r"y\[1\] has \['b', 'a'\], and y\[0\] \['a', 'b'\]"):
        pad(frames, numeric=True)


def test_numbers_have_their_outputs():
    numbers = [np.ones((2, 3)), np.full((4, 3), 2.0), np.zeros((4, 3))]
    found = pad(numbers, numeric=True)
    assert found.shape == (3, 4, 3)
    np.testing.assert_array_equal(found[0, :, 1], [NAN, 1, 1, NAN])
    equal = [[1.0] * 4] * 3
    assert pad(equal, numeric=True) == equal


def test_what_is_no_list_of_sequences_is_left_alone():
    for y in (np.zeros((3, 4)), [1, 2, 3], ["ab", "cd", "ef"], pd.DataFrame(np.zeros((3, 4)))):
        assert pad(y) is y


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([["a"] * 3] + [["a"] * 4] * 2, "3 values for sequence 0, which has 2 steps, in a window"),
        (
            [["a"] * 4] * 2 + [["a"]],
            "1 values for sequence 2, which is a window of 4 missing steps",
        ),
    ],
)
def test_unequal_lengths(y, message):
    with pytest.raises(ValueError, match=message):
        pad(y)


def test_an_axis_of_one_column_is_dropped():
    assert step_labels(np.zeros((3, 4, 1)), "y").shape == (3, 4)
    with pytest.raises(ValueError, match=r"y_val must hold a label.*\(3,\)"):
        step_labels(np.zeros(3), "y_val")


def flat(values):
    return read_flat_labels(np.asarray(values), "y", "step {}".format)


def test_missing_labels():
    labels, known = flat(np.array([1, None, 2], dtype=object))
    assert labels.tolist() == [1, 2]
    assert labels.dtype == np.int64
    assert known.tolist() == [True, False, True]
    labels, known = flat([1.0, NAN])
    assert labels.tolist() == [1.0]
    labels, known = flat(np.array(["a", pd.NA, NAN], dtype=object))
    assert (labels.tolist(), known.tolist()) == (["a"], [True, False, False])


@pytest.mark.parametrize("labels", [[-1, 1], [-1, 0, 1], [-2, -1, 3], ["-1", "2"], [True, False]])
def test_labels_that_are_clear(labels):
    assert flat(labels)[0].tolist() == labels


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, -1, 2], r"label -1 \(step 1\) beside others up to 2"),
        ([0.0, 1.0, -100.0], r"label -100 \(step 2\).*np.where\(y == -100, np.nan, y\)"),
        (["a", "None"], r"label 'None' \(step 1\)"),
        (["", "b"], r"label '' \(step 0\)"),
        (np.array([1, None, "a"], dtype=object), r"'a' \(step 2\) and 1 \(step 0\)"),
        ([NAN, NAN], "y has no label to learn from"),
    ],
)
def test_labels_that_are_not_clear(labels, message):
    with pytest.raises(ValueError, match=message):
        flat(labels)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (np.array([3, 7]), [[7.0, NAN], [3.0, 7.0]]),
        (np.array(["a", "b"]), [["b", None], ["a", "b"]]),
        (np.array([False, True]), [[True, None], [False, True]]),
    ],
)
def test_the_most_probable_class(classes, expected):
    probability = np.array([[[0.4, 0.6], [NAN, NAN]], [[0.9, 0.1], [0.2, 0.8]]])
    found = labels_at_steps(classes, probability)
    missing = found[0, 1]
    assert missing is None if found.dtype == object else np.isnan(missing)
    found[0, 1] = expected[0][1] = classes[0]
    assert found.tolist() == expected
    observed = labels_at_steps(classes, probability[1:])
    assert observed.dtype == classes.dtype


def test_steps_to_score():
    y = np.array([["a", None, "b"], ["a", "a", "b"]], dtype=object)
    predicted = np.array([["b", "b", "b"], [None, "a", "a"]], dtype=object)
    weight = np.arange(6.0).reshape(2, 3)
    labels, found, weights = labelled_steps(y, predicted, weight)
    assert labels.tolist() == ["a", "b", "a", "b"]
    assert found.tolist() == ["b", "b", "a", "a"]
    assert weights.tolist() == [0.0, 2.0, 4.0, 5.0]
    assert labelled_steps(y, predicted, [1, 2])[2].tolist() == [1, 1, 2, 2]
    with pytest.raises(ValueError, match=r"one for each sample, or \(2, 3\)"):
        labelled_steps(y, predicted, np.ones(3))
