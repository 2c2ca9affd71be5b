"""Draws from few errors go beyond the largest of them as often as the next error does."""

import numpy as np
import pytest

from sklstm.forecasting._drawn_errors import drawn_errors


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("kind", ["normal", "exponential", "standard_t"])
def test_the_middle_of_draws_holds_the_next_error_as_often_as_it_says(n, kind, rng):
    arguments = {"standard_t": [4]}.get(kind, [])
    inside = []
    for _ in range(1500):
        *errors, later = getattr(rng, kind)(*arguments, size=n + 1)
        drawn = drawn_errors(np.reshape(errors, (n, 1, 1)), (400,), rng)
        low, high = np.quantile(drawn, [0.05, 0.95])
        inside.append(low <= later <= high)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.025)


def test_draws_are_even_over_the_gaps_and_keep_ranks_together(rng):
    errors = rng.normal(size=(20, 2, 2))
    errors[:, 1] = -3 * errors[:, 0]
    drawn = drawn_errors(errors, (500, 100), rng)
    assert drawn.shape == (500, 100, 2, 2)
    for step in range(2):
        for column in range(2):
            gaps = np.searchsorted(np.sort(errors[:, step, column]), drawn[..., step, column])
            share = np.bincount(gaps.ravel(), minlength=21) / gaps.size
            np.testing.assert_allclose(share, 1 / 21, rtol=0.1)
    ranks = drawn.reshape(-1, 4).argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks[:, 0], ranks[:, 2])[0, 1] < -0.97


def test_many_errors_are_drawn_as_they_are(rng):
    errors = rng.normal(size=(100, 3, 1))
    drawn = drawn_errors(errors, (50,), rng)
    assert (np.abs(drawn[:, np.newaxis] - errors).max(axis=(2, 3)).min(axis=1) == 0).all()
