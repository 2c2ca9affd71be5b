"""Checks that apply to every estimator."""

import copy
import io
import pickle

import joblib
import numpy as np
from sklearn.base import clone

from ._data import assert_same_bits, random_series, random_windows, results, targets


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


CHECKS = [check_round_trips, check_input_is_left_alone, check_memory_order]


def _suitable_input(estimator):
    return random_windows() if hasattr(estimator, "predict") else random_series()


def _seeded(estimator):
    estimator = clone(estimator)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator
