"""Checks of sequence estimators: of all, of series transformers, and of those that take windows."""

import copy
import io
import pickle
import random
import sys

import joblib
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone, is_classifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import _num_samples

from sklstm.preprocessing import SequenceWindower

N_STEPS = 90
LOOKBACK = 8


def random_series(n_features=2):
    """Return a random walk as a frame with a RangeIndex, shape (N_STEPS, n_features)."""
    steps = np.random.default_rng(0).normal(size=(N_STEPS, n_features))
    names = [f"feature {k}" for k in range(n_features)]
    return pd.DataFrame(100 + steps.cumsum(axis=0), columns=names)


def random_windows(n_features=2):
    """Return separate windows, shape (N_STEPS, LOOKBACK, n_features)."""
    steps = np.random.default_rng(1).normal(size=(N_STEPS, LOOKBACK, n_features))
    return steps.cumsum(axis=1)


def targets(estimator, rows):
    """Return a target that depends on the last value of each row or window, or of each step."""
    values = np.asarray(rows)
    if getattr(estimator, "output", "last") == "sequence":
        if values.ndim == 2:  # a series, or flat windows of two features
            n_columns = values.shape[1]
            n_features = 1 if n_columns == LOOKBACK else 2
            of_windows = n_columns >= LOOKBACK
            values = values.reshape(len(values), -1, n_features) if of_windows else _windows(values)
        last = values[:, :, -1]
        if not is_classifier(estimator):
            return last
        return np.where(np.isnan(last), np.nan, last > np.nanmedian(last))
    last = values.reshape(len(values), -1)[:, -1]
    return (last > np.median(last)).astype(int) if is_classifier(estimator) else last


def _windows(series):
    return SequenceWindower(LOOKBACK).fit_transform(series)


def results(estimator, X):
    """Return what an estimator says of `X` by each of its methods."""
    methods = ("predict", "predict_proba", "transform")
    return {
        name: np.asarray(getattr(estimator, name)(X))
        for name in methods
        if hasattr(estimator, name)
    }


def assert_same_bits(first, second, what):
    """Raise an AssertionError unless two sets of results are equal to the last bit."""
    for name, expected in first.items():
        same = np.array_equal(expected, second[name], equal_nan=expected.dtype.kind == "f")
        assert same, f"{name}: {what}"


def check_round_trips(estimator):
    """Clones fit the same; pickles, joblib files and copies say the same, to the last bit."""
    X = _suitable_input(estimator)
    y = targets(estimator, X)
    fitted = _seeded(estimator).fit(X, y)
    expected = results(fitted, X)
    assert_same_bits(expected, results(clone(fitted).fit(X, y), X), "a clone fits differently")
    assert_same_bits(expected, results(pickle.loads(pickle.dumps(fitted)), X), "pickle changes it")
    assert_same_bits(expected, results(copy.deepcopy(fitted), X), "deepcopy changes it")
    with io.BytesIO() as file:
        joblib.dump(fitted, file)
        file.seek(0)
        assert_same_bits(expected, results(joblib.load(file), X), "joblib changes it")


def check_input_is_left_alone(estimator):
    """Read-only input is accepted, and input is never changed."""
    X = np.array(_suitable_input(estimator))
    y = targets(estimator, X)
    before = X.copy()
    X.flags.writeable = False
    results(_seeded(estimator).fit(X, y), X)
    assert np.array_equal(before, X), "the input was changed"


def check_memory_order(estimator):
    """Results do not depend on the order of the input in memory."""
    X = np.array(_suitable_input(estimator))
    y = targets(estimator, X)
    fitted = _seeded(estimator).fit(X, y)
    expected = results(fitted, X)
    assert_same_bits(expected, results(fitted, np.asfortranarray(X)), "memory order changes it")
    spread = np.repeat(X, 2, axis=-1)[..., ::2]
    assert_same_bits(expected, results(fitted, spread), "strides change it")


COMMON_CHECKS = [check_round_trips, check_input_is_left_alone, check_memory_order]


def _suitable_input(estimator):
    return random_windows() if hasattr(estimator, "predict") else random_series()


def _seeded(estimator):
    estimator = clone(estimator)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator


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
    """Rows that continue the fitted ones are transformed as part of the whole series."""
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


SERIES_CHECKS = [
    check_rows_are_kept,
    check_causality_of_series,
    check_context_of_series,
    check_context_needs_an_index,
]
INVERSE_CHECKS = [check_inverse]


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
            if getattr(estimator, "output", "last") == "sequence":
                values = values[:, before : before + LOOKBACK]
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
    """In a pipeline, windows of rows that follow reach back into the fitted rows."""
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


WINDOW_CHECKS = [
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
