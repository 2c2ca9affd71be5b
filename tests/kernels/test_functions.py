import gc
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from sklstm.cells import CELLS
from sklstm.kernels import LANES, _functions
from sklstm.kernels import _code as code
from sklstm.kernels._cells import CellCode
from sklstm.kernels._code import INTEGER, integer, loop, only_if
from sklstm.kernels._functions import NUMBERS, call_address, compile_functions, function


def address(array):
    return array.ctypes.data


def scaling(factor):
    """A function that multiplies `n` numbers."""

    @function(NUMBERS, INTEGER)
    def scale(numbers, n):
        for k in loop(0, n, LANES):
            numbers.store(k, numbers.load(k) * factor)

    return scale


def test_what_is_called_several_times_is_written_once_a_module():
    written = []

    @function(NUMBERS)
    def add_one(numbers):
        written.append(code.builder().module)
        numbers.store(0, numbers.load(0) + 1.0)

    @function(NUMBERS)
    def _twice(numbers):
        add_one(numbers)
        add_one(numbers)

    @function(NUMBERS)
    def often(numbers):
        _twice(numbers)
        for _ in loop(3):
            _twice(numbers)
        add_one(numbers)

    for n_modules in (1, 2):
        numbers = np.zeros(LANES)
        often_, twice_ = compile_functions([often, _twice], np.float64)
        often_(address(numbers))
        assert (numbers == 9).all()
        twice_(address(numbers))
        assert (numbers == 11).all()
        assert len(written) == n_modules


def test_a_function_of_another_module_is_called_by_its_address():
    @function(INTEGER, NUMBERS)
    def call(place, numbers):
        call_address(place, numbers, integer(LANES))
        call_address(place, numbers.after(LANES), integer(2 * LANES))

    (call_,) = compile_functions([call], np.float64)
    for factor in (3.0, 5.0):
        (scale,) = compile_functions([scaling(factor)], np.float64)
        numbers = np.ones(4 * LANES)
        call_(scale.address, address(numbers))
        expected = np.repeat([factor, 1.0], [3 * LANES, LANES])
        np.testing.assert_array_equal(numbers, expected)


def test_arguments_reach_the_function_that_is_called():
    @function(NUMBERS, INTEGER, NUMBERS)
    def _put(out, index, numbers):
        out[index] = numbers[index * 2]

    @function(NUMBERS, NUMBERS)
    def put_all(out, numbers):
        for k in loop(4):
            _put(out.after(1), k, numbers)
        _put(out, 5, numbers)  # plain integers are taken as constants

    numbers, out = np.arange(20, dtype=np.float32), np.full(8, -1, dtype=np.float32)
    compile_functions([put_all], np.float32)[0](address(out), address(numbers))
    assert out.tolist() == [-1, 0, 2, 4, 6, 10, -1, -1]


@pytest.mark.parametrize("dtype", ["float32", np.float64, np.dtype("f4")])
def test_precision_is_that_of_the_module(dtype):
    numbers = np.full(LANES, 3, dtype=dtype)
    compile_functions([scaling(0.1)], dtype)[0](address(numbers), LANES)
    np.testing.assert_array_equal(numbers, np.dtype(dtype).type(3) * np.dtype(dtype).type(0.1))


def test_code_lives_as_long_as_it_can_be_called():
    compiled = [compile_functions([scaling(float(k))], np.float64)[0] for k in range(5)]
    gc.collect()
    for k, scale in enumerate(compiled):
        numbers = np.ones(2 * LANES)
        scale(address(numbers), LANES)
        assert numbers.tolist() == [k] * LANES + [1] * LANES


@pytest.mark.parametrize("depth", [0, 1])
def test_an_error_while_writing_leaves_the_compiler_as_it_was(depth):
    @function(NUMBERS, INTEGER)
    def _wrong(numbers, n):
        for k in loop(n):
            with only_if(k.compare(">", 1)):
                raise ZeroDivisionError

    @function(NUMBERS, INTEGER)
    def calls_wrong(numbers, n):
        for _ in loop(n):
            _wrong(numbers, n)

    before = list(code._builders)
    with pytest.raises(ZeroDivisionError):
        compile_functions([[_wrong, calls_wrong][depth]], np.float64)
    assert code._builders == before
    numbers = np.ones(LANES)
    compile_functions([scaling(2.0)], np.float64)[0](address(numbers), LANES)
    assert (numbers == 2).all()


@pytest.mark.parametrize("enabled", [True, False])
def test_writing_leaves_the_garbage_collector_as_it_was(enabled):
    while_writing = []

    @function(NUMBERS)
    def looks(numbers):
        while_writing.append(gc.isenabled())

    @function(NUMBERS)
    def fails(numbers):
        raise ZeroDivisionError

    try:
        if not enabled:
            gc.disable()
        compile_functions([looks], np.float64)
        assert gc.isenabled() == enabled
        with pytest.raises(ZeroDivisionError):
            compile_functions([fails], np.float64)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()
    assert while_writing == [False]


FORK_WHILE_WRITING = """
import gc
import os

import numpy as np

from sklstm.kernels import LANES
from sklstm.kernels._functions import NUMBERS, compile_functions, function

@function(NUMBERS)
def ones(numbers):
    numbers.store(0, numbers.load(0).like(1.0))

@function(NUMBERS)
def forks(numbers):
    child = os.fork()
    if child:
        print(os.waitpid(child, 0)[1])
        return
    numbers = np.zeros(LANES)
    compile_functions([ones], np.float64)[0](numbers.ctypes.data)  # the lock is a new one
    os._exit(0 if gc.isenabled() and numbers.all() else 1)

compile_functions([forks], np.float64)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_while_something_is_written_compiles_and_collects_garbage():
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK_WHILE_WRITING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "0\n"


@pytest.mark.parametrize("zeros", [(0.0, -0.0), (-0.0, 0.0)])
def test_constants_that_are_equal_and_not_the_same_are_kept_apart(zeros):
    @function(NUMBERS)
    def signs(numbers):
        for k, zero in enumerate(zeros):
            numbers.store(k * LANES, numbers.load(0).like(zero))

    numbers = np.ones(2 * LANES)
    compile_functions([signs], np.float64)[0](address(numbers))
    np.testing.assert_array_equal(np.signbit(numbers[::LANES]), np.signbit(zeros))


@pytest.mark.parametrize("cell", list(CELLS))
def test_the_passes_of_llvm_that_are_left_out_would_change_no_bit(monkeypatch, cell):
    cell_code = CellCode(CELLS[cell], "tanh")

    @function(INTEGER, *[NUMBERS] * 6)
    def step_and_back(n_units, rows, before, after, grad_hidden, grad_state, mask):
        cell_code.forward(n_units, rows, before, after, mask.load(0))
        cell_code.backward(n_units, rows, before, after, grad_hidden, grad_state, mask.load(0))

    def run():
        rng, n_units = np.random.default_rng(0), 5
        counts = [len(cell_code.cell.rows), cell_code.n_kept, cell_code.n_kept, 1, 4]
        arrays = [rng.normal(size=(k, n_units, LANES)).astype(np.float32) for k in counts]
        compiled = compile_functions([step_and_back], np.float32)[0]
        mask = np.ones(LANES, np.float32)
        compiled(n_units, *[address(each) for each in [*arrays, mask]])
        return np.concatenate(arrays)

    few = run()
    monkeypatch.setattr(_functions.binding, "create_new_module_pass_manager", lambda: None)
    np.testing.assert_array_equal(run(), few)


def test_one_function_is_written_at_a_time():
    other_began, began_meanwhile = threading.Event(), []

    @function(NUMBERS)
    def other(numbers):
        other_began.set()

    thread = threading.Thread(target=compile_functions, args=([other], np.float64))

    @function(NUMBERS)
    def one(numbers):
        thread.start()
        began_meanwhile.append(other_began.wait(0.2))

    compile_functions([one], np.float64)
    thread.join()
    assert other_began.is_set()
    assert began_meanwhile == [False]


def test_threads_may_compile_at_once():
    n_threads, found = 6, {}
    start = threading.Barrier(n_threads, timeout=60)

    def compile_some(number):
        start.wait()
        for round_ in range(4):
            factor, dtype = 10.0 * number + round_, [np.float32, np.float64][round_ % 2]
            numbers = np.ones(LANES, dtype=dtype)
            compile_functions([scaling(factor)], dtype)[0](address(numbers), LANES)
            found[factor] = set(numbers.tolist())

    threads = [threading.Thread(target=compile_some, args=(k,)) for k in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {10 * k + r: {10.0 * k + r} for k in range(n_threads) for r in range(4)}
    assert code._builders == []
