"""What was written, run instruction by instruction: the same numbers, within bounds."""

import numpy as np
import pytest

from sklstm.cells import CELLS
from sklstm.kernels import LANES
from sklstm.kernels._blocks import make_run_blocks
from sklstm.kernels._cells import CellCode, cell_code
from sklstm.kernels._code import INTEGER, loop
from sklstm.kernels._functions import NUMBERS, function, write_module
from sklstm.kernels._interpreter import interpret
from sklstm.kernels._passes import make_forward

UNITS = 7  # some side by side, and some that are left


def step_forward(code):
    @function(INTEGER, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
    def step(n_units, rows, before, after, mask):
        code.forward(n_units, rows, before, after, mask.load(0))

    return step


def step_backward(code):
    @function(INTEGER, *[NUMBERS] * 6)
    def step_back(n_units, rows, before, after, grad_hidden, grad_state, mask):
        code.backward(n_units, rows, before, after, grad_hidden, grad_state, mask.load(0))

    return step_back


@pytest.fixture
def arrays():
    """A function that draws what both steps of a cell are given."""

    def draw(code, dtype=np.float64):
        rng = np.random.default_rng(0)
        sizes = [len(code.cell.rows), code.n_kept, code.n_kept]
        drawn = [rng.uniform(0.5, 1.5, (n, UNITS, LANES)).astype(dtype) for n in sizes]
        gradients = [np.ones((n, UNITS, LANES), dtype) for n in (1, code.n_grad_states)]
        return drawn, gradients, np.ones(LANES, dtype)

    return draw


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", list(CELLS))
def test_both_steps_of_a_cell_give_what_compiled_code_gives(call, arrays, cell, dtype):
    code = CellCode(CELLS[cell], "tanh")
    forward, backward = step_forward(code), step_backward(code)
    results = []
    for run in (call, interpret):
        kept, gradients, mask = arrays(code, dtype)
        run(forward, dtype, UNITS, *kept, mask)
        run(backward, dtype, UNITS, *kept, *gradients, mask)
        results.append([*kept, *gradients])
    for compiled, interpreted in zip(*results, strict=True):
        tolerance = 30 * np.finfo(dtype).eps
        np.testing.assert_allclose(interpreted, compiled, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", list(CELLS))
def test_a_unit_has_the_same_bits_alone_and_beside_others(call, arrays, cell, dtype):
    code = CellCode(CELLS[cell], "tanh")
    forward = step_forward(code)
    kept, _, mask = arrays(code, dtype)
    units = [[np.ascontiguousarray(each[:, [u]]) for each in kept] for u in range(UNITS)]
    call(forward, dtype, UNITS, *kept, mask)
    for u, alone in enumerate(units):
        call(forward, dtype, 1, *alone, mask)
        for one, all_ in zip(alone, kept, strict=True):
            np.testing.assert_array_equal(one[:, 0], all_[:, u])


def test_what_a_step_keeps_must_have_room(arrays):
    code = CellCode(CELLS["lstm"], "tanh")
    (rows, before, after), _, mask = arrays(code)
    interpret(step_forward(code), np.float64, UNITS, rows, before, after, mask)
    small = after[:-1].copy()  # the activation of the cell state finds no place
    with pytest.raises(IndexError, match=r"step writes bytes 1792 to \d+ of an array of 1792"):
        interpret(step_forward(code), np.float64, UNITS, rows, before, small, mask)
    with pytest.raises(IndexError, match=r"step reads bytes 3584 to \d+ of an array of 3584"):
        interpret(step_forward(code), np.float64, UNITS + 1, rows, before, after, mask)


def test_a_whole_pass_stays_within_its_arrays(new_network, new_pass, windows):
    rows, starts, lengths = windows
    spec, weights = new_network(cell="gru", num_layers=2, bidirectional=True, hidden_size=3)
    pass_, vector, layout = new_pass(spec, weights, rows, n_samples=3, n_steps=7)
    expected = pass_.run(starts[:19], lengths[:19])  # more than a tile, one at a time
    run_blocks = make_run_blocks(make_forward(cell_code(spec)))
    found = np.zeros((19, spec.n_outputs))
    arguments = pass_._network, pass_._plan.layers, layout.parts, starts[:19], lengths[:19], found
    reachable = [
        vector, pass_._memory, pass_._inputs, pass_._starts, pass_._lengths, pass_._continues,
        pass_._from_first,
    ]  # fmt: skip
    interpret(run_blocks, np.float64, *arguments, 19, reachable=reachable)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(IndexError, match="reads no array that it was given"):
        interpret(run_blocks, np.float64, *arguments, 19, reachable=reachable[1:])


def test_what_was_written_can_be_read():
    @function(NUMBERS, INTEGER)
    def double(numbers, n):
        for k in loop(0, n, LANES):
            numbers.store(k, numbers.load(k) * 2.0)

    module, names = write_module([double], np.float32)
    assert names == ["double"]
    text = str(module)
    assert 'define void @"double"(float* %".1", i64 %".2")' in text
    assert "fmul contract <16 x float>" in text
