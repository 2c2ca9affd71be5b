"""Coverage, width and interval score against their definitions."""

import numpy as np
import pytest
import scoringrules
from scipy import stats

from sklstm.metrics import interval_coverage, mean_interval_score, mean_interval_width

RNG = np.random.default_rng(0)
TRUE = RNG.normal(size=(30, 2))
LOWER, UPPER = np.sort(RNG.normal(size=(2, 30, 2)), axis=0)
WEIGHT = RNG.random(30)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_each_is_the_mean_of_its_definition(weight):
    inside = [
        [low <= y <= high for y, low, high in zip(*rows, strict=True)]
        for rows in zip(TRUE, LOWER, UPPER, strict=True)
    ]
    options = {"sample_weight": weight, "multioutput": "raw_values"}
    np.testing.assert_allclose(
        interval_coverage(TRUE, LOWER, UPPER, **options), np.average(inside, axis=0, weights=weight)
    )
    np.testing.assert_allclose(
        mean_interval_width(LOWER, UPPER, **options),
        np.average(UPPER - LOWER, axis=0, weights=weight),
    )
    scores = scoringrules.interval_score(TRUE, LOWER, UPPER, 0.2)
    np.testing.assert_allclose(
        mean_interval_score(TRUE, LOWER, UPPER, level=0.8, **options),
        np.average(scores, axis=0, weights=weight),
    )


def test_outputs_are_averaged_as_asked():
    each = mean_interval_score(TRUE, LOWER, UPPER, level=0.8, multioutput="raw_values")
    assert mean_interval_score(TRUE, LOWER, UPPER, level=0.8) == pytest.approx(each.mean())
    weighted = mean_interval_score(TRUE, LOWER, UPPER, level=0.8, multioutput=[1.0, 3.0])
    assert weighted == pytest.approx(np.average(each, weights=[1, 3]))


def test_no_interval_scores_less_than_that_between_the_true_quantiles():
    true = np.random.default_rng(0).normal(size=20_000)
    best = stats.norm.ppf([0.05, 0.95])

    def score(lower, upper):
        bounds = np.full(len(true), lower), np.full(len(true), upper)
        return mean_interval_score(true, *bounds, level=0.9)

    for lower, upper in [(-1.2, 1.2), (-2.4, 2.4), (-1.645, 2.5), (-3.0, 1.0)]:
        assert score(*best) < score(lower, upper)
    covered = interval_coverage(true, *(np.full(len(true), bound) for bound in best))
    assert covered == pytest.approx(0.9, abs=0.01)


def test_bounds_belong_to_the_interval_and_may_be_infinite():
    assert interval_coverage([1.0, 1.0], [1.0, 2.0], [2.0, 3.0]) == 0.5
    assert interval_coverage([1.0], [-np.inf], [np.inf]) == 1.0
    assert mean_interval_width([-np.inf], [np.inf]) == np.inf
    assert mean_interval_score([1.0], [0.0], [np.inf], level=0.9) == np.inf


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (([1.0], [2.0], [1.0]), r"lower must not lie above upper; in row 0 the .*\[2, 1\]"),
        (
            ([[1.0, 1.0]], [[0.0, 2.5]], [[1.0, 1.0]]),
            r"in row 0, column 1 the interval is \[2.5, 1\]",
        ),
        (([1.0], [0.0, 0.0], [1.0]), "lower must have the shape of y_true, 1 rows"),
        (([1.0], [0.0], [[1.0, 1.0]]), "upper must have the shape of y_true"),
        (([1.0, 1.0], [0.0, np.nan], [1.0, 1.0]), "lower is NaN in row 1"),
        (([np.inf], [0.0], [1.0]), "y_true contains infinity"),
    ],
)
def test_what_does_not_fit_is_refused(arrays, words):
    with pytest.raises(ValueError, match=words):
        interval_coverage(*arrays)
    with pytest.raises(ValueError, match=words):
        mean_interval_score(*arrays, level=0.9)


def test_a_level_is_a_share():
    with pytest.raises(ValueError, match="'level' parameter.*Got 90"):
        mean_interval_score([1.0], [0.0], [1.0], level=90)
