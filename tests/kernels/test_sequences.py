import numpy as np
import pytest

from sklstm.kernels import LANES
from sklstm.kernels._code import INTEGER
from sklstm.kernels._functions import NUMBERS, function
from sklstm.kernels._places import LAYER, NETWORK, records
from sklstm.kernels._sequences import (
    add_lanes,
    apply_mask,
    clear,
    copy_lanes,
    copy_steps,
    gather,
    mark_presence,
)

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
N_STEPS, N_TILES, N_ROWS = 5, 3, 4
RNG = np.random.default_rng(0)
RAGGED = RNG.integers(0, N_STEPS + 1, size=(N_TILES, LANES))
EVEN = np.full((N_TILES, LANES), N_STEPS)
SHORT = np.full((N_TILES, LANES), 3)
MIXED = np.stack([RAGGED[0], SHORT[0], np.zeros(LANES, dtype=int)])
LENGTHS = pytest.mark.parametrize(
    "lengths", [RAGGED, EVEN, SHORT, MIXED], ids=["ragged", "full", "short", "mixed"]
)


def network_of(lengths, **arrays):
    """A record of a network; lengths have to outlive it."""
    network = records(NETWORK, 1)
    network["n_steps"], network["n_tiles"] = N_STEPS, N_TILES
    network["lengths"] = lengths.ctypes.data
    for name, value in arrays.items():
        network[name] = value.ctypes.data if isinstance(value, np.ndarray) else value
    return network


def steps(rng, dtype, n_rows, extra=0):
    """Random numbers: step, tile, row, lane."""
    return rng.normal(size=(N_STEPS, N_TILES, n_rows + extra, LANES)).astype(dtype)


def strides(array):
    return array[0].size, array[0, 0].size


def turned(array, lengths):
    """Reverse each sequence, all of which end with the last step, with zeros before it."""
    result = np.zeros_like(array)
    for tile, lane in np.ndindex(lengths.shape):
        first = N_STEPS - lengths[tile, lane]
        result[first:, tile, :, lane] = array[first:, tile, :, lane][::-1]
    return result


@DTYPES
@LENGTHS
@pytest.mark.parametrize("backward", [0, 1])
@pytest.mark.parametrize("differenced", [[0, 0], [0, 1]])
def test_gather_lets_all_windows_end_together(call, dtype, lengths, backward, differenced, rng):
    rows, differenced = rng.normal(size=(40, 2)).astype(dtype), np.array(differenced, dtype=dtype)
    starts = rng.integers(0, 40 - N_STEPS, size=lengths.shape)
    stack = np.full((N_STEPS, N_TILES, N_ROWS, LANES), 7, dtype=dtype)
    expected = stack.copy()
    expected[:, :, :2] = 0
    for tile, lane in np.ndindex(lengths.shape):
        length, start = lengths[tile, lane], starts[tile, lane]
        window = rows[start : start + length] - rows[start] * differenced
        expected[N_STEPS - length :, tile, :2, lane] = window[::-1] if backward else window
    memory = np.concatenate([np.full(3, 9, dtype=dtype), stack.ravel()])
    network = network_of(
        lengths, memory=memory, inputs=rows, starts=starts, differenced=differenced, n_features=2
    )
    layer = records(LAYER, 1)
    layer["backward"], layer["stack"] = backward, 3
    layer["stack_step"], layer["stack_size"] = strides(stack)
    call(gather, dtype, network, layer)
    np.testing.assert_array_equal(memory[3:].reshape(stack.shape), expected)
    assert (memory[:3] == 9).all()


@DTYPES
@LENGTHS
def test_presence_begins_with_the_first_step_of_each_sample(call, dtype, lengths):
    memory = np.full(2 + N_STEPS * N_TILES * LANES, 7, dtype=dtype)
    call(mark_presence, dtype, network_of(lengths, memory=memory, step_mask=2))
    expected = np.arange(N_STEPS)[:, None, None] >= N_STEPS - lengths
    np.testing.assert_array_equal(memory[2:].reshape(expected.shape), expected)
    assert (memory[:2] == 7).all()


@DTYPES
@LENGTHS
@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("add", [0, 1])
def test_steps_are_copied_or_added_and_may_be_turned(call, dtype, lengths, turn, add, rng):
    source, target = steps(rng, dtype, N_ROWS, extra=2), steps(rng, dtype, N_ROWS, extra=1)
    copied = (turned(source, lengths) if turn else source)[:, :, :N_ROWS]
    expected = target.copy()
    expected[:, :, :N_ROWS] = copied + (expected[:, :, :N_ROWS] if add else 0)
    call(
        copy_steps, dtype, network_of(lengths), source, *strides(source), target,
        *strides(target), N_ROWS, turn, add,
    )  # fmt: skip
    np.testing.assert_array_equal(target, expected)


@DTYPES
@LENGTHS
def test_steps_that_are_turned_twice_are_what_they_were(call, dtype, lengths, rng):
    source, once, twice = (steps(rng, dtype, N_ROWS) for _ in range(3))
    network, step, size = network_of(lengths), *strides(source)
    call(copy_steps, dtype, network, source, step, size, once, step, size, N_ROWS, 1, 0)
    call(copy_steps, dtype, network, once, step, size, twice, step, size, N_ROWS, 1, 0)
    there = np.arange(N_STEPS)[:, None, None] >= N_STEPS - lengths
    np.testing.assert_array_equal(twice, source * there[:, :, None])


@function(NUMBERS, NUMBERS, INTEGER)
def _copy_from_second(to, numbers, size):
    copy_lanes(numbers, to, size)


@function(NUMBERS, NUMBERS, INTEGER)
def _clear_first(numbers, others, size):
    clear(numbers, size)


@DTYPES
@pytest.mark.parametrize(
    ("change", "oracle"),
    [
        (add_lanes, lambda a, b: a + b),
        (apply_mask, lambda a, b: a * b),
        (_copy_from_second, lambda a, b: b),
        (_clear_first, lambda a, b: 0 * a),
    ],
    ids=["add", "mask", "copy", "clear"],
)
def test_lanes_change_up_to_a_size(call, dtype, change, oracle, rng):
    a, b = rng.normal(size=(2, 3 * LANES)).astype(dtype)
    expected = np.concatenate([oracle(a, b)[: 2 * LANES], a[2 * LANES :]])
    call(change, dtype, a, b, 2 * LANES)
    np.testing.assert_array_equal(a, expected)
