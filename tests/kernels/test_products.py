import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.kernels import FEW, LANES
from sklstm.kernels._functions import NUMBERS, function
from sklstm.kernels._places import PART, records
from sklstm.kernels._products import (
    SCRATCH,
    _transpose,
    add_outer_products,
    multiply,
    multiply_back,
)
from sklstm.kernels._registers import ROWS

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
some = settings(max_examples=30, deadline=None, derandomize=True)
# Rows and columns of a part, where it begins among those of the layer, and tiles of samples.
SIZES = st.tuples(
    st.integers(1, 40), st.integers(1, 21), st.integers(0, 5), st.integers(0, 5), st.integers(1, 4)
)
FIRST = 32  # where the weights of the part begin in the vector


def samples(tiles):
    """The rows of each sample of some tiles, (sample, row)."""
    return tiles.transpose(0, 2, 1).reshape(-1, tiles.shape[1])


def new_scratch(dtype):
    return np.full(2 * SCRATCH, np.nan, dtype=dtype)  # twice the room, to see what is beyond


def round_up(number, step):
    return -(-number // step) * step


class Problem:
    """A part of a layer with random weights, inputs and gradients of rows."""

    def __init__(self, sizes, dtype):
        self.n_rows, self.n_columns, self.row, self.column, self.n_tiles = sizes
        self.n_samples = self.n_tiles * LANES
        rng = np.random.default_rng(list(sizes))
        self.depth, self.dtype = round_up(self.n_columns, ROWS), dtype
        self.padded_rows = round_up(self.n_rows, LANES)
        self.n_weights = self.depth * self.padded_rows
        self.part = records(PART, 1)
        self.part[0] = (
            FIRST, self.row, self.n_rows, self.column, self.n_columns, self.depth,
        )  # fmt: skip
        self.matrix = rng.normal(size=(self.n_rows, self.n_columns)).astype(dtype)
        self.inputs = self.tiles(rng, self.column + self.n_columns + ROWS)
        self.rows = self.tiles(rng, self.row + self.padded_rows + 1)
        self.used_inputs = self.inputs[:, self.column :][:, : self.n_columns]
        self.used_rows = self.rows[:, self.row :][:, : self.n_rows]
        self.tolerance = {"rtol": 0, "atol": 300 * np.finfo(dtype).eps * self.n_tiles}

    def tiles(self, rng, n_rows):
        return rng.normal(size=(self.n_tiles, n_rows, LANES)).astype(self.dtype)

    def vector(self, matrix, around):
        """A vector in which the matrix stands in panels: panel, column, row of the panel."""
        panels = np.zeros((self.padded_rows, self.depth), dtype=self.dtype)
        panels[: self.n_rows, : self.n_columns] = matrix
        panels = panels.reshape(-1, LANES, self.depth).transpose(0, 2, 1)
        vector = np.full(FIRST + self.n_weights + ROWS * LANES, around, dtype=self.dtype)
        vector[FIRST : FIRST + self.n_weights] = panels.ravel()
        return vector


@DTYPES
@some
@given(SIZES)
def test_multiply_gives_the_rows_of_the_part(call, dtype, sizes):
    p = Problem(sizes, dtype)
    p.inputs[:, : p.column] = p.inputs[:, p.column + p.n_columns :] = np.nan  # not of this part
    out = np.full_like(p.rows, 7)
    call(
        multiply, dtype, p.part, p.vector(p.matrix, np.nan), p.inputs, p.inputs[0].size, out,
        out[0].size, p.n_tiles, p.n_samples,
    )  # fmt: skip
    expected = np.einsum("rc,tcl->trl", p.matrix, p.used_inputs)
    end = p.row + p.n_rows
    np.testing.assert_allclose(out[:, p.row : end], expected, **p.tolerance)
    # The last vectors of lanes are filled up with rows of zeros, nothing else is touched.
    filled = p.row + round_up(p.n_rows, ROWS)
    assert (out[:, end:filled] == 0).all()
    assert (out[:, : p.row] == 7).all()
    assert (out[:, filled:] == 7).all()


@DTYPES
@pytest.mark.parametrize("add", [0, 1])
@some
@given(SIZES, st.data())
def test_multiply_back_gives_the_gradient_of_some_columns(call, dtype, add, sizes, data):
    p = Problem(sizes, dtype)
    first = data.draw(st.integers(0, p.n_columns - 1))
    n_columns = data.draw(st.integers(1, p.n_columns - first))
    out = np.full((p.n_tiles, n_columns + ROWS, LANES), 2, dtype=dtype)
    call(
        multiply_back, dtype, p.part, p.vector(p.matrix, 1), p.column + first, n_columns, p.rows,
        p.rows[0].size, out, out[0].size, p.n_tiles, p.n_samples, add, new_scratch(dtype),
    )  # fmt: skip
    weights = p.matrix[:, first : first + n_columns]
    expected = np.einsum("rc,trl->tcl", weights, p.used_rows) + 2 * add
    np.testing.assert_allclose(out[:, :n_columns], expected, **p.tolerance)
    assert (out[:, n_columns + ROWS - 1 :] == 2).all()  # there is room for one row less


@DTYPES
@some
@given(SIZES)
def test_outer_products_are_added_and_padding_stays_zero(call, dtype, sizes):
    p = Problem(sizes, dtype)
    # Beside the part stands what belongs to others; it must not come into the padding.
    p.inputs[:, p.column + p.n_columns :] = np.nan
    p.rows[:, p.row + p.n_rows :] = np.nan
    gradient = p.vector(p.matrix, 7)
    call(
        add_outer_products, dtype, p.part, gradient, p.rows, p.rows[0].size, p.inputs,
        p.inputs[0].size, p.n_tiles, p.n_tiles, p.n_samples, new_scratch(dtype),
    )  # fmt: skip
    total = p.matrix + np.einsum("trl,tcl->rc", p.used_rows, p.used_inputs)
    expected = p.vector(total, 7)
    np.testing.assert_allclose(gradient, expected, **p.tolerance)
    real = p.vector(np.ones_like(p.matrix), 1) != 0
    np.testing.assert_array_equal(gradient[~real], 0)
    np.testing.assert_array_equal(gradient[:FIRST], 7)
    np.testing.assert_array_equal(gradient[FIRST + p.n_weights :], 7)


@DTYPES
@pytest.mark.parametrize("n_tiles", [1, 5])
def test_a_tile_has_the_same_bits_alone_and_among_others(call, dtype, n_tiles):
    p = Problem((21, 13, 2, 1, n_tiles), dtype)
    weights, out = p.vector(p.matrix, 0), np.zeros_like(p.rows)
    call(
        multiply, dtype, p.part, weights, p.inputs, p.inputs[0].size, out, out[0].size, n_tiles,
        p.n_samples,
    )  # fmt: skip
    for tile in range(n_tiles):
        alone = np.zeros_like(p.rows[:1])
        call(multiply, dtype, p.part, weights, p.inputs[tile:], 0, alone, 0, 1, LANES)
        np.testing.assert_array_equal(alone[0], out[tile])


@DTYPES
@pytest.mark.parametrize("n_tiles", [1, 2, 3, 4, 5, 7, 11])
def test_products_of_tiles_together_have_the_bits_of_one_after_the_other(call, dtype, n_tiles):
    p = Problem((16 * n_tiles - 5, 13, 2, 1, n_tiles), dtype)
    weights, found = p.vector(p.matrix, 0), []
    for together in (1, 2, 3):
        options = {"tiles_together": together}
        rows, gradient = np.zeros_like(p.rows), p.vector(p.matrix, 0)
        columns = np.ones((n_tiles, p.n_columns + ROWS, LANES), dtype=dtype)
        scratch = new_scratch(dtype)
        call(
            multiply, dtype, p.part, weights, p.inputs, p.inputs[0].size, rows, rows[0].size,
            n_tiles, p.n_samples, **options,
        )  # fmt: skip
        call(
            multiply_back, dtype, p.part, weights, p.column, p.n_columns, p.rows, p.rows[0].size,
            columns, columns[0].size, n_tiles, p.n_samples, 1, scratch, **options,
        )  # fmt: skip
        call(
            add_outer_products, dtype, p.part, gradient, p.rows, p.rows[0].size, p.inputs,
            p.inputs[0].size, n_tiles, n_tiles, p.n_samples, scratch, **options,
        )  # fmt: skip
        found.append((rows, columns, gradient))
        assert np.isnan(scratch[SCRATCH:]).all()
    for one, pairs, threes in zip(*found, strict=True):
        np.testing.assert_array_equal(pairs, one)
        np.testing.assert_array_equal(threes, one)


@DTYPES
@pytest.mark.parametrize("n_samples", [1, FEW, LANES + 2, 3 * LANES + FEW])
@pytest.mark.parametrize("n_rows", [5, 41, 1100])  # of one panel, three, and more than are turned
def test_a_few_samples_of_a_last_tile_are_samples_like_others(call, dtype, n_rows, n_samples):
    p = Problem((n_rows, 13, 2, 1, -(-n_samples // LANES)), dtype)
    weights, together, found = p.vector(p.matrix, 0), {"tiles_together": 3}, []
    for n in (p.n_samples, n_samples):
        rows, columns = np.full_like(p.rows, 7), []
        call(
            multiply, dtype, p.part, weights, p.inputs, p.inputs[0].size, rows, rows[0].size,
            p.n_tiles, n, **together,
        )  # fmt: skip
        for add in (0, 1):
            out, scratch = np.full_like(p.inputs, 2), new_scratch(dtype)
            call(
                multiply_back, dtype, p.part, weights, p.column, p.n_columns, p.rows,
                p.rows[0].size, out, out[0].size, p.n_tiles, n, add, scratch, **together,
            )  # fmt: skip
            assert np.isnan(scratch[SCRATCH:]).all()
            columns.append(samples(out[:, : p.n_columns]))
        found.append((rows, *columns))
    (whole, *columns), (few, *columns_of_few) = found
    assert (few[:, : p.row] == 7).all()
    assert (few[:, p.row + p.padded_rows :] == 7).all()
    whole, few = (samples(rows[:, p.row : p.row + n_rows]) for rows in (whole, few))
    np.testing.assert_array_equal(few[:n_samples], whole[:n_samples])
    assert (few[round_up(n_samples, FEW) :] == 0).all()
    tolerance = {"rtol": 0, "atol": 3 * n_rows * np.finfo(dtype).eps}
    for add, (one, other) in enumerate(zip(columns, columns_of_few, strict=True)):
        np.testing.assert_allclose(other[:n_samples], one[:n_samples], **tolerance)
        assert (other[round_up(n_samples, FEW) :] == 2 * add).all()


@DTYPES
@pytest.mark.parametrize("together", [1, 2, 3])
@pytest.mark.parametrize("n_samples", [1, 17, 33, 47, 48])
def test_outer_products_are_those_of_the_samples_of_each_step(call, dtype, together, n_samples):
    n_steps, per_step = 5, -(-n_samples // LANES)
    p = Problem((21, 13, 2, 1, n_steps * per_step), dtype)
    there = np.arange(per_step * LANES).reshape(per_step, 1, LANES) < n_samples
    there = np.tile(there, (n_steps, 1, 1))
    for lanes in (p.rows, p.inputs):
        lanes[~np.broadcast_to(there, lanes.shape)] = np.nan  # no samples
    gradient = p.vector(p.matrix, 0)
    call(
        add_outer_products, dtype, p.part, gradient, p.rows, p.rows[0].size, p.inputs,
        p.inputs[0].size, p.n_tiles, per_step, n_samples, new_scratch(dtype),
        tiles_together=together,
    )  # fmt: skip
    rows, inputs = (np.where(there, each, 0) for each in (p.used_rows, p.used_inputs))
    total = p.matrix + np.einsum("trl,tcl->rc", rows, inputs)
    np.testing.assert_allclose(gradient, p.vector(total, 0), **p.tolerance)


@function(NUMBERS, NUMBERS)
def _turned(square, out):
    _transpose(square, out)


@DTYPES
def test_transpose_exchanges_rows_and_lanes(call, dtype):
    square = np.arange(LANES**2).astype(dtype).reshape(LANES, LANES)
    out = np.zeros_like(square)
    call(_turned, dtype, square, out)
    np.testing.assert_array_equal(out, square.T)
