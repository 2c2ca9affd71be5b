"""Checks of transformers whose rows depend on earlier rows."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import _num_samples

from ._data import N_STEPS, random_series


def check_rows_are_kept(estimator):
    """Every row of the input has its row in the output."""
    X = random_series()
    for rows in (X, X[:1], X.to_numpy()):
        n_rows = _num_samples(clone(estimator).fit_transform(rows))
        assert n_rows == len(rows), f"{len(rows)} rows became {n_rows}"


def check_causality_of_series(estimator):
    """Row t of the output depends on rows up to t alone, to the last bit."""
    X = random_series().to_numpy()
    expected = np.array(clone(estimator).fit_transform(X))
    for last in (0, 1, N_STEPS // 2):
        changed = X.copy()
        changed[last + 1 :] = 1e3 - 7 * changed[last + 1 :]
        changed[last + 2 :: 5] = np.nan
        found = np.array(clone(estimator).fit_transform(changed))
        same = np.array_equal(expected[: last + 1], found[: last + 1], equal_nan=True)
        assert same, f"rows up to {last} changed when later rows did"


def check_context_of_series(estimator):
    """Rows that go on after the fitted ones are transformed as part of the whole series."""
    X = random_series()
    whole = np.asarray(clone(estimator).fit_transform(X))
    for end in (1, 3, N_STEPS // 2):
        going_on = np.asarray(clone(estimator).fit(X[:end]).transform(X[end:]))
        np.testing.assert_allclose(going_on, whole[end:], rtol=1e-9, err_msg=f"fitted to {end}")


def check_context_needs_an_index(estimator):
    """Rows without an index, or after a gap, are transformed as a series of their own."""
    X = random_series()
    end = N_STEPS // 2
    fitted = clone(estimator).fit(X[:end])
    alone = np.asarray(clone(estimator).fit_transform(X[end + 3 :].to_numpy()))
    after_gap = np.asarray(fitted.transform(X[end + 3 :]))
    np.testing.assert_array_equal(after_gap, alone)
    fitted = clone(estimator).fit(X[:end].to_numpy())
    np.testing.assert_array_equal(np.asarray(fitted.transform(X[end + 3 :].to_numpy())), alone)


def check_inverse(estimator):
    """`inverse_transform` undoes `fit_transform`, missing values kept."""
    X = random_series()
    X.iloc[5] = np.nan
    X.iloc[40:43] = np.nan
    fitted = clone(estimator)
    restored = fitted.inverse_transform(fitted.fit_transform(X))
    np.testing.assert_allclose(np.asarray(restored), X.to_numpy(), rtol=1e-9)


CHECKS = [
    check_rows_are_kept,
    check_causality_of_series,
    check_context_of_series,
    check_context_needs_an_index,
]
INVERSE_CHECKS = [check_inverse]
