import numpy as np
import pytest

from sklstm.kernels import LANES
from sklstm.kernels._code import INTEGER, integer, spread
from sklstm.kernels._functions import NUMBERS, function
from sklstm.kernels._memory import Places

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@function(NUMBERS, NUMBERS, INTEGER)
def _shift(numbers, out, first):
    out.store(1, numbers.load(first))
    out[integer(20)] = numbers.after(first)[2]
    out.after(21)[0] = numbers[0]
    out.after(22).store(0, spread(numbers[first + 3]))


@DTYPES
@pytest.mark.parametrize("first", [0, 1, 7])
def test_pointers_read_and_write_anywhere(call, dtype, first):
    numbers, out = np.arange(40).astype(dtype) + 0.5, np.zeros(42, dtype=dtype)
    expected = out.copy()
    expected[1 : 1 + LANES] = numbers[first : first + LANES]
    expected[20:22] = numbers[[first + 2, 0]]
    expected[22 : 22 + LANES] = numbers[first + 3]
    call(_shift, dtype, numbers, out, first)
    np.testing.assert_array_equal(out, expected)


RECORD = ("first", "numbers", "whole", "last")


@function(RECORD, INTEGER, NUMBERS)
def _read(records, index, out):
    assert isinstance(records, Places)
    record = records.record(index)
    numbers, whole = record.pointer("numbers"), record.pointer("whole", INTEGER)
    out[integer(0)] = numbers[record.first]
    out[integer(1)] = numbers[whole[record.last]]
    out[integer(2)] = records.record(0).pointer("numbers")[0]


@DTYPES
def test_places_are_read_by_name(call, dtype):
    numbers = [np.arange(9, dtype=dtype) + 100 * k for k in range(3)]
    whole = np.array([4, 8, 3])
    described = np.zeros(3, dtype=[(name, np.int64) for name in RECORD])
    for k, record in enumerate(described):
        addresses = numbers[k].ctypes.data, whole.ctypes.data
        described[k] = (k + 5, *addresses, k)
        assert record["last"] == k
    for k in range(3):
        out = np.zeros(3, dtype=dtype)
        call(_read, dtype, described, k, out)
        assert out.tolist() == [100 * k + k + 5, 100 * k + whole[k], 0]
