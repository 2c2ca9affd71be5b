"""Checks of regressors and classifiers of windows."""

import random
import sys

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklstm.preprocessing import SequenceWindower

from ._data import (
    LOOKBACK,
    N_STEPS,
    assert_same_bits,
    random_series,
    random_windows,
    results,
    targets,
)


def check_batch_independence(estimator):
    """A row's prediction does not depend on the rows it is predicted with, to the last bit."""
    X = random_windows()
    X[::3, :3] = np.nan  # unequal lengths must not matter either
    fitted = _fit(estimator, X)
    expected = results(fitted, X)
    order = np.random.default_rng(2).permutation(N_STEPS)
    for rows in ([0], [N_STEPS - 1], order, order[:17], np.arange(40), np.tile(order, 12)):
        found = results(fitted, X[rows])
        assert_same_bits(
            {name: values[rows] for name, values in expected.items()},
            found,
            f"{len(rows)} rows are predicted otherwise than among all",
        )


def check_padding_invariance(estimator):
    """Missing steps before and after what was observed do not change a prediction."""
    X = random_windows()
    fitted = _fit(estimator, X)
    expected = results(fitted, X)
    for before, after in ((5, 0), (0, 4), (3, 2)):
        padded = np.pad(X, ((0, 0), (before, after), (0, 0)), constant_values=np.nan)
        for name, values in results(fitted, padded).items():
            message = f"{name} with {before} missing steps before and {after} after"
            np.testing.assert_allclose(values, expected[name], rtol=1e-5, err_msg=message)


def check_two_axes_equal_three(estimator):
    """Windows of one feature may be given without their last axis."""
    X = random_windows(n_features=1)
    assert_same_bits(
        results(_fit(estimator, X), X),
        results(_fit(estimator, X[:, :, 0]), X[:, :, 0]),
        "two axes give another result than three",
    )


def check_flat_frames_equal_arrays(estimator):
    """Flat frames with names such as ``close@t-0`` are the windows they were made of."""
    series = random_series()
    windows = SequenceWindower(LOOKBACK).fit_transform(series)
    flat = SequenceWindower(LOOKBACK).set_output(transform="pandas").fit_transform(series)
    assert_same_bits(
        results(_fit(estimator, windows), windows),
        results(_fit(estimator, flat), flat),
        "a flat frame gives another result than its windows",
    )


def check_causality_of_windows(estimator):
    """In a pipeline with a windower, predictions up to row t depend on rows up to t alone."""
    X = random_series().to_numpy()
    pipeline = _pipeline(estimator).fit(X, targets(estimator, X))
    expected = results(pipeline, X)
    for last in (0, N_STEPS // 2):
        changed = X.copy()
        changed[last + 1 :] = 1e3 - 7 * changed[last + 1 :]
        found = results(pipeline, changed)
        assert_same_bits(
            {name: values[: last + 1] for name, values in expected.items()},
            {name: values[: last + 1] for name, values in found.items()},
            f"rows up to {last} changed when later rows did",
        )


def check_context_of_windows(estimator):
    """In a pipeline, windows of rows that go on reach back into the fitted rows."""
    X = random_series()
    y = targets(estimator, X)
    end = N_STEPS // 2
    pipeline = _pipeline(estimator).fit(X[:end], y[:end])
    full_windows = SequenceWindower(LOOKBACK).fit_transform(X)[end:]
    assert_same_bits(
        results(pipeline[-1], full_windows),
        results(pipeline, X[end:]),
        "predictions differ from those of full windows over the whole series",
    )


def check_same_seed_same_bits(estimator):
    """Equal seeds give equal bits, in this process and in others."""
    X = random_windows()
    expected = results(_fit(estimator, X), X)
    assert_same_bits(expected, results(_fit(estimator, X), X), "the second fit differs")
    for found in Parallel(n_jobs=2)(delayed(_fit_and_predict)(estimator, X) for _ in range(2)):
        assert_same_bits(expected, found, "another process gives another result")


def check_global_generators_are_left_alone(estimator):
    """Neither a seeded nor an unseeded fit uses or changes the global generators."""
    X = random_windows()
    _fit(estimator, X)  # whatever is imported and set up once is out of the way
    for seed in (0, None):
        random.random(), np.random.random()  # noqa: NPY002 - away from where a seed may have put it
        before = _generator_states()
        results(_fit(estimator, X, seed), X)
        assert before == _generator_states(), f"random_state={seed!r} changed a global generator"


CHECKS = [
    check_batch_independence,
    check_padding_invariance,
    check_two_axes_equal_three,
    check_flat_frames_equal_arrays,
    check_causality_of_windows,
    check_context_of_windows,
]
SEED_CHECKS = [check_same_seed_same_bits, check_global_generators_are_left_alone]


def _fit(estimator, X, seed=0):
    estimator = clone(estimator)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed)
    return estimator.fit(X, targets(estimator, X))


def _fit_and_predict(estimator, X):
    return results(_fit(estimator, X), X)


def _pipeline(estimator):
    estimator = clone(estimator)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return make_pipeline(SequenceWindower(LOOKBACK), estimator)


def _generator_states():
    _, numbers, *rest = np.random.get_state()  # noqa: NPY002 - the one that must not change
    states = [random.getstate(), numbers.tolist(), rest]
    torch = sys.modules.get("torch")
    if torch is not None:
        states.append(torch.get_rng_state().tolist())
    return states
