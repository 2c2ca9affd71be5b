"""Subnormal numbers are zero in compiled code, and only there."""

import platform
import threading

import numpy as np
import pytest

from sklstm import GRURegressor
from sklstm.kernels._functions import NUMBERS, compile_functions, function

IS_X86 = platform.machine().lower() in ("x86_64", "amd64")


@function(NUMBERS)
def _product(numbers):
    numbers[2] = numbers[0] * numbers[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_and_operands_that_are_subnormal_are_zero(dtype):
    (product,) = compile_functions([_product], dtype)
    tiny = np.finfo(dtype).tiny
    for factors in ((tiny, 0.5), (tiny / 4, 8.0)):
        numbers = np.array([*factors, np.nan], dtype=dtype)
        product(numbers.ctypes.data)
        assert numbers[2] == (0.0 if IS_X86 else np.prod(numbers[:2]))


def test_the_thread_keeps_its_mode():
    def halved():
        return np.array([np.finfo(np.float32).tiny]) * np.float32(0.5)

    found = []

    def train():
        before = halved()
        GRURegressor(2, max_epochs=1).fit(np.eye(6)[:, :, np.newaxis], np.arange(6.0))
        found.extend([before, halved()])

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert (found[0] > 0).all()
    assert (found[1] == found[0]).all()


def test_states_that_fade_to_nothing_are_trained_as_before(rng):
    # Gradients through 200 steps vanish below the smallest normal number; both engines agree.
    X, y = rng.normal(size=(20, 200, 1)).astype(np.float32), rng.normal(size=20)
    options = {"batch_size": 5, "max_epochs": 3, "init_scale": 0.1, "random_state": 0}
    compiled = GRURegressor(8, **options).fit(X, y)
    plain = GRURegressor(8, engine="torch", **options).fit(X, y)
    np.testing.assert_allclose(compiled.predict(X), plain.predict(X), atol=1e-5)
