"""Ranks of conformal prediction by brute force."""

import math
from fractions import Fraction

import numpy as np
import pytest

from sklstm.forecasting._conformal import fewest_errors, interval_half_widths

LEVELS = [0.05, 0.5, 0.8, 0.9, 0.95, 0.99]


def half_width_by_hand(errors, level):
    """The smallest error that is not less than the share `level` of all, and one to come."""
    errors = sorted(error for error in errors if not math.isnan(error))
    for error in errors:
        covered = sum(other <= error for other in errors)
        if Fraction(covered, len(errors) + 1) >= Fraction(str(level)):
            return error
    return math.inf


def errors_table(n_origins, steps=3, n_columns=2, missing=0.0):
    rng = np.random.default_rng(n_origins)
    errors = rng.exponential(size=(n_origins, steps, n_columns))
    errors[rng.uniform(size=errors.shape) < missing] = np.nan
    return errors


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_newest", [1, 9, 19, 40, 1000])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_half_widths(level, n_newest, missing):
    errors = errors_table(60, missing=missing)
    widths = interval_half_widths(errors, level, n_newest)
    for step in range(3):
        for column in range(2):
            # The last row is the origin, 59: forecasts of rows up to it are known to be off.
            origins = [o for o in range(59 - n_newest, 59) if o >= 0 and o + step + 1 <= 59]
            expected = half_width_by_hand(errors[origins, step, column], level)
            assert widths[step, column] == expected


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_origins", [1, 2, 3])
def test_too_few_errors(level, n_origins):
    widths = interval_half_widths(errors_table(n_origins, steps=4), level, 10)
    assert np.isinf(widths[n_origins - 1 :]).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_fewest_errors_that_a_level_takes(level):
    fewest = fewest_errors(level)
    for n, finite in ((fewest - 1, False), (fewest, True)):
        errors = np.arange(1.0, n + 2).reshape(-1, 1, 1)
        assert np.isfinite(interval_half_widths(errors, level, 1000)).all() == finite


def test_later_errors_do_not_count():
    errors = errors_table(30)
    expected = interval_half_widths(errors, 0.5, 20)
    changed = errors.copy()
    for step in range(3):
        changed[30 - step - 1 :, step] = 1e9
    np.testing.assert_array_equal(interval_half_widths(changed, 0.5, 20), expected)
    changed[:9] = 1e9
    np.testing.assert_array_equal(interval_half_widths(changed, 0.5, 20), expected)
