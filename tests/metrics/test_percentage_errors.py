"""sMAPE and OWA against their definitions."""

import numpy as np
import pandas as pd
import pytest

from sklstm.metrics import (
    mean_absolute_scaled_error,
    overall_weighted_average,
    symmetric_mean_absolute_percentage_error,
)

RNG = np.random.default_rng(0)
TRUE, PRED, NAIVE = RNG.uniform(1, 9, size=(3, 12))
WEIGHT = RNG.random(12)
SERIES = np.repeat(["A", "B", "C"], [2, 4, 6])
TRAIN, OF_TRAIN = RNG.uniform(1, 9, size=30), np.repeat(["C", "A", "B"], 10)


def by_definition(true, predicted, weight=None):
    errors = [2 * abs(y - f) / (abs(y) + abs(f)) for y, f in zip(true, predicted, strict=True)]
    return np.average(errors, weights=weight)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_the_percentage_error_is_relative_to_both(weight):
    found = symmetric_mean_absolute_percentage_error(TRUE, PRED, sample_weight=weight)
    assert found == pytest.approx(by_definition(TRUE, PRED, weight), rel=1e-12)
    two = symmetric_mean_absolute_percentage_error(
        np.stack([TRUE, PRED], axis=1), np.stack([PRED, PRED], axis=1), multioutput="raw_values",
        sample_weight=weight,
    )  # fmt: skip
    np.testing.assert_allclose(two, [found, 0])


def test_all_series_count_the_same():
    parts = [by_definition(TRUE[name == SERIES], PRED[name == SERIES]) for name in "ABC"]
    found = symmetric_mean_absolute_percentage_error(TRUE, PRED, series=SERIES)
    assert found == pytest.approx(np.mean(parts), rel=1e-12)
    index = pd.MultiIndex.from_arrays([SERIES, np.arange(12)], names=["name", "day"])
    by_level = symmetric_mean_absolute_percentage_error(
        pd.Series(TRUE, index=index), PRED, series="name"
    )
    assert by_level == found
    without_a = symmetric_mean_absolute_percentage_error(
        TRUE, PRED, series=SERIES, sample_weight=(SERIES != "A").astype(float)
    )
    assert without_a == pytest.approx(np.mean(parts[1:]), rel=1e-12)


def test_bounds_zeros_and_large_numbers():
    assert symmetric_mean_absolute_percentage_error([0.0, 1.0], [0.0, 1.0]) == 0
    assert symmetric_mean_absolute_percentage_error([5.0, -5.0], [-1e-9, 3.0]) == 2
    assert symmetric_mean_absolute_percentage_error([1e308], [-1e308]) == 2


def test_the_average_is_that_of_two_ratios_of_means_over_series():
    panel = {"series": SERIES, "y_train": TRAIN, "series_train": OF_TRAIN, "season": 2}
    percentages = [
        symmetric_mean_absolute_percentage_error(TRUE, p, series=SERIES) for p in (PRED, NAIVE)
    ]
    scaled = [mean_absolute_scaled_error(TRUE, p, **panel) for p in (PRED, NAIVE)]
    expected = (percentages[0] / percentages[1] + scaled[0] / scaled[1]) / 2
    found = overall_weighted_average(TRUE, PRED, y_reference=NAIVE, **panel)
    assert found == pytest.approx(expected, rel=1e-12)
    assert overall_weighted_average(TRUE, NAIVE, y_reference=NAIVE, **panel) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: symmetric_mean_absolute_percentage_error([1.0, 2.0], [1.0]),
            "y_pred must have the shape of y_true, 2 rows of 1 outputs; got 1 rows",
        ),
        (
            lambda: symmetric_mean_absolute_percentage_error([1.0], [1.0], series=["A", "B"]),
            "series must be the series of each of 1 rows",
        ),
        (
            lambda: symmetric_mean_absolute_percentage_error(
                pd.Series(
                    [1.0, 2.0, 3.0],
                    pd.MultiIndex.from_product(
                        [["n"], [1], [5, 6, 7]], names=["store", "item", "day"]
                    ),
                ),
                [1.0, 2.0, 4.0],
                series=["store", "itm"],
            ),
            "series='itm' is no level of the index of y_true",
        ),
        (
            lambda: overall_weighted_average([3.0], [2.0], y_reference=[3.0], y_train=[1.0, 2.0]),
            "y_reference is equal to y_true",
        ),
        (
            lambda: overall_weighted_average([3.0], [2.0], y_reference=[3.0, 4], y_train=[1.0, 2]),
            "y_reference must have the shape of y_true",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
