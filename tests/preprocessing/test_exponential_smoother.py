"""`ExponentialSmoother` against pandas and a plain loop."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import check_estimator

from sklstm.preprocessing import ExponentialSmoother

SERIES = np.random.default_rng(0).normal(size=(50, 3)).cumsum(axis=0)
ORDER_OF_ROWS = {
    "check_methods_sample_order_invariance": "a row depends on the rows before it",
    "check_methods_subset_invariance": "a row depends on the rows before it",
}


def with_gaps():
    series = SERIES.copy()
    series[np.random.default_rng(1).random(series.shape) < 0.3] = np.nan
    series[:3, 1] = np.nan
    return series


def naive(series, alpha, initial):
    """Smooth by the definition, value by value; NaN stays and leaves the state as it was."""
    result = np.full(series.shape, np.nan)
    for column, values in enumerate(series.T):
        state = None if initial == "first" else initial
        for row, value in enumerate(values):
            if not np.isnan(value):
                state = value if state is None else alpha * value + (1 - alpha) * state
                result[row, column] = state
    return result


def frames(series, index=None):
    return pd.DataFrame(series, columns=["a", "b", "c"], index=index)


@pytest.mark.parametrize("alpha", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("initial", ["first", 0.0, 0, -3.5])
@pytest.mark.parametrize("series", [SERIES, with_gaps(), SERIES[:1]], ids=["full", "gaps", "one"])
def test_smooths_by_the_definition(series, alpha, initial):
    smoothed = ExponentialSmoother(alpha, initial=initial).fit_transform(series)
    np.testing.assert_allclose(smoothed, naive(series, alpha, initial), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("alpha", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("series", [SERIES, with_gaps()], ids=["full", "gaps"])
def test_equals_pandas(series, alpha):
    expected = frames(series).ewm(alpha=alpha, adjust=False, ignore_na=True).mean()
    smoothed = ExponentialSmoother(alpha).fit_transform(frames(series))
    pd.testing.assert_frame_equal(smoothed, expected.where(frames(series).notna()))


@pytest.mark.parametrize("initial", ["first", 0.0])
@pytest.mark.parametrize("n_head", [1, 20, 49])
def test_goes_on_from_the_fitted_rows_to_the_last_bit(n_head, initial):
    series = frames(with_gaps())
    smoother = ExponentialSmoother(0.2, initial=initial).fit(series[:n_head])
    whole = clone(smoother).fit_transform(series)
    pd.testing.assert_frame_equal(
        smoother.transform(series[n_head:]), whole[n_head:], check_exact=True
    )


def test_state_is_that_after_the_last_row():
    series = with_gaps()
    series[-3:, 2] = np.nan
    smoother = ExponentialSmoother(0.3).fit(series)
    last = pd.DataFrame(naive(series, 0.3, "first")).ffill().iloc[-1]
    np.testing.assert_allclose(smoother.state_, last, rtol=1e-12)


def test_a_feature_that_was_never_observed_has_no_state():
    series = SERIES.copy()
    series[:, 1] = np.nan
    smoother = ExponentialSmoother(context="always").fit(series)
    assert np.isnan(smoother.state_[1])
    assert np.isnan(smoother.transform(series)[:, 1]).all()
    assert smoother.transform(SERIES)[0, 1] == SERIES[0, 1]


@pytest.mark.parametrize(
    ("context", "continued", "goes_on"),
    [
        ("auto", True, True),
        ("auto", False, False),
        ("always", False, True),
        ("never", True, False),
    ],
)
def test_context(context, continued, goes_on):
    days = pd.date_range("2024-01-01", periods=60)
    head = frames(SERIES[:30], days[:30])
    rest = frames(SERIES[30:], days[30:50] if continued else days[31:51])
    smoothed = ExponentialSmoother(0.2, context=context).fit(head).transform(rest)
    expected = naive(SERIES, 0.2, "first")[30:] if goes_on else naive(SERIES[30:], 0.2, "first")
    np.testing.assert_allclose(smoothed, expected, rtol=1e-12)


def test_arrays_have_no_context():
    smoother = ExponentialSmoother(0.2).fit(SERIES[:30])
    np.testing.assert_array_equal(
        smoother.transform(SERIES[30:]), clone(smoother).fit_transform(SERIES[30:])
    )


@pytest.mark.parametrize("alpha", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("initial", ["first", 0.0])
@pytest.mark.parametrize("series", [SERIES, with_gaps()], ids=["full", "gaps"])
def test_inverse_is_exact(series, alpha, initial):
    series = frames(series)
    smoother = ExponentialSmoother(alpha, initial=initial).fit(series[:30])
    for rows in (series[:30], series[30:]):
        back = smoother.inverse_transform(smoother.transform(rows))
        pd.testing.assert_frame_equal(back, rows, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_arithmetic_is_in_double_precision(dtype):
    series = SERIES.astype(dtype)
    smoothed = ExponentialSmoother(0.1).fit_transform(series)
    assert smoothed.dtype == dtype
    expected = naive(series.astype(np.float64), 0.1, "first").astype(dtype)
    np.testing.assert_allclose(smoothed, expected, rtol=2 * np.finfo(dtype).eps)


def test_no_row_depends_on_later_ones():
    whole = ExponentialSmoother(0.1).fit_transform(SERIES)
    for n_rows in (1, 2, 17):
        part = ExponentialSmoother(0.1).fit_transform(SERIES[:n_rows])
        np.testing.assert_array_equal(part, whole[:n_rows])


def test_a_frame_is_given_for_a_frame():
    series = frames(SERIES, pd.date_range("2024-01-01", periods=50))
    expected = naive(SERIES, 0.1, "first")
    smoothed = ExponentialSmoother().fit_transform(series)
    pd.testing.assert_frame_equal(smoothed, frames(expected, series.index))
    polars = ExponentialSmoother().fit_transform(pl.from_pandas(series))
    np.testing.assert_allclose(polars, expected)
    assert polars.columns == ["a", "b", "c"]
    smoother = ExponentialSmoother().set_output(transform="polars")
    np.testing.assert_array_equal(smoother.fit_transform(series), polars)
    assert isinstance(smoother.transform(series), pl.DataFrame)
    assert list(smoother.get_feature_names_out()) == ["a", "b", "c"]


def test_check_estimator():
    results = check_estimator(
        ExponentialSmoother(), expected_failed_checks=ORDER_OF_ROWS, on_skip=None
    )
    assert len(results) >= 45


@pytest.mark.parametrize(
    "parameters",
    [
        {"alpha": 0},
        {"alpha": -0.1},
        {"alpha": 1.5},
        {"alpha": "0.1"},
        {"alpha": np.nan},
        {"initial": "last"},
        {"initial": np.nan},
        {"initial": np.inf},
        {"initial": None},
        {"context": "sometimes"},
        {"context": True},
    ],
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    words = f"The '{name}' parameter of ExponentialSmoother must be"
    with pytest.raises(ValueError, match=words):
        ExponentialSmoother(**parameters).fit(SERIES)


@pytest.mark.parametrize(
    ("fitted", "X", "words"),
    [
        (SERIES, SERIES[:, 0], "Expected 2D array"),
        (SERIES, SERIES[:, :, np.newaxis], r"X must be a series of shape \(n_steps, n_features\)"),
        (SERIES, SERIES[:, :2], "X has 2 features, but ExponentialSmoother is expecting 3"),
        (SERIES, SERIES * np.inf, "X contains infinity"),
        (frames(SERIES), frames(SERIES)[::-1], "The index of X is not sorted"),
        (frames(SERIES), frames(SERIES).iloc[[0, 0]], "The index of X has duplicate labels, 0"),
        (frames(SERIES), frames(SERIES)[["a", "c", "b"]], "names must be in the same order"),
    ],
)
def test_wrong_rows_are_refused(fitted, X, words):
    smoother = ExponentialSmoother().fit(fitted)
    for method in (smoother.transform, smoother.inverse_transform):
        with pytest.raises(ValueError, match=words):
            method(X)


def test_unfitted():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ExponentialSmoother().transform(SERIES)
