"""Matrix products of the recurrence: forward, back to the inputs, and into the weights.

A matrix of weights lies in memory in *panels* of `LANES` rows: panel, column, row of the panel.
So the same memory serves all three products, the optimiser runs over it as one flat vector, and
nothing is ever repacked. Columns are filled up to a multiple of `ROWS`, rows to one of `LANES`;
what is filled up is always zero. Samples lie in *tiles* of `LANES`: tile, unit, lane.

The innermost loops keep `ROWS` vectors of lanes in registers, so that almost every instruction is
a multiplication with an addition, as in K. Goto and R. van de Geijn, "Anatomy of high-performance
matrix multiplication", ACM TOMS 34(3), 2008.
"""

from llvmlite import ir

from ._code import (
    INTEGER,
    Value,
    Variable,
    builder,
    call_intrinsic,
    loop,
    only_if,
    smaller,
    spread,
)
from ._functions import NUMBERS, function
from ._places import PART
from ._registers import LANES, ROWS

_TILE = LANES * LANES


@function(NUMBERS, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, NUMBERS, NUMBERS, INTEGER)
def _contract(weights, row_step, inner_step, outer_step, n_inner, n_outer, lanes, out, add):
    """Write `ROWS` rows of a product: ``out[r] = sum(weights[r, i, j] * lanes[i, j] over i, j)``.

    The number ``[r, i, j]`` stands at ``r * row_step + i * outer_step + j * inner_step``; lanes
    follow each other, and so do the rows of `out`. With `add` it is added to what is there.
    """
    adds = add.compare("!=", 0)
    totals = []
    for r in range(ROWS):
        before = out.load(r * LANES)
        totals.append(Variable(adds.choose(before, before.like(0.0))))
    for i in loop(n_outer):
        block, panel = weights.after(i * outer_step), lanes.after(i * n_inner * LANES)
        for j in loop(n_inner):
            column, value = block.after(j * inner_step), panel.load(j * LANES)
            _add_products(totals, [column[row_step * r] for r in range(ROWS)], value)
    for r, total in enumerate(totals):
        out.store(r * LANES, total.get())


@function(NUMBERS, INTEGER, NUMBERS, INTEGER, NUMBERS)
def _accumulate(numbers, step, panels, n_blocks, out):
    """Write ``out[r] += sum(numbers[b, r, i] * panels[b, i] over b, i)`` for `ROWS` rows.

    Block `b` of the numbers begins at ``b * step``, each row of it has `LANES` numbers.
    """
    totals = [Variable(out.load(r * LANES)) for r in range(ROWS)]
    for b in loop(n_blocks):
        block, panel = numbers.after(b * step), panels.after(b * _TILE)
        for i in loop(LANES):
            sample, value = block.after(i), panel.load(i * LANES)
            _add_products(totals, [sample[r * LANES] for r in range(ROWS)], value)
    for r, total in enumerate(totals):
        out.store(r * LANES, total.get())


def _add_products(totals, numbers, lanes):
    for total, number in zip(totals, numbers, strict=True):
        total.set(call_intrinsic("fmuladd", spread(number), lanes, total.get()))


@function(PART, NUMBERS, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER)
def multiply(part, weights, inputs, inputs_size, out, out_size, n_tiles):
    """Write ``W x``, those rows that one part of a layer gives.

    Parameters
    ----------
    part : Places of PART
        Which rows and columns, and where the weights begin.
    weights : Pointer
        All weights of the network.
    inputs : Pointer
        Stacked inputs of the first tile.
    inputs_size : Value
        How much further on the next tile is.
    out : Pointer
        Rows of the layer in the first tile. Up to `ROWS` - 1 more rows are written, so that parts
        are to be computed in the order of their rows.
    out_size : Value
        How much further on the next tile is.
    n_tiles : Value
        Number of tiles.
    """
    n_rows, n_columns, depth = part.n_rows, part.n_columns, part.depth
    first, column, row = part.weights, part.column * LANES, part.row
    for panel in loop((n_rows + LANES - 1) // LANES):
        block = weights.after(first + panel * depth * LANES)
        for r in loop(0, smaller(n_rows - panel * LANES, LANES), ROWS):
            target = (row + panel * LANES + r) * LANES
            for tile in loop(n_tiles):
                _contract(
                    block.after(r), 1, LANES, 0, n_columns, 1,
                    inputs.after(tile * inputs_size + column),
                    out.after(tile * out_size + target), 0,
                )  # fmt: skip


@function(PART, NUMBERS, INTEGER, INTEGER, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER, INTEGER)
def multiply_back(
    part, weights, column, n_columns, grad_rows, rows_size, out, out_size, n_tiles, add
):
    """Write rows of ``W' d``: the gradient with respect to some of the inputs.

    Parameters
    ----------
    part : Places of PART
        Which rows and columns, and where the weights begin.
    weights : Pointer
        All weights of the network.
    column, n_columns : Value
        Which of the stacked inputs.
    grad_rows : Pointer
        Gradients with respect to the rows of the layer.
    rows_size : Value
        How much further on the next tile is.
    out : Pointer
        Where the result goes, with room for up to `ROWS` - 1 more rows.
    out_size, n_tiles : Value
        How much further on the next tile is, and how many there are.
    add : Value
        Whether to add to what is there.
    """
    n_panels, depth = (part.n_rows + LANES - 1) // LANES, part.depth * LANES
    block = weights.after(part.weights + (column - part.column) * LANES)
    rows = grad_rows.after(part.row * LANES)
    for c in loop(0, n_columns, ROWS):
        for tile in loop(n_tiles):
            _contract(
                block.after(c * LANES), LANES, 1, depth, LANES, n_panels,
                rows.after(tile * rows_size), out.after(tile * out_size + c * LANES), add,
            )  # fmt: skip


@function(PART, NUMBERS, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER, NUMBERS)
def add_outer_products(part, gradient, grad_rows, rows_size, inputs, inputs_size, n_tiles, scratch):
    """Add ``d x'``, summed over the samples of some tiles, to the gradient of the weights.

    Parameters
    ----------
    part : Places of PART
        Which rows and columns, and where the weights begin.
    gradient : Pointer
        Gradient with respect to all weights of the network.
    grad_rows : Pointer
        Gradients with respect to the rows of the layer.
    rows_size : Value
        How much further on the next tile is.
    inputs : Pointer
        Stacked inputs.
    inputs_size : Value
        How much further on the next tile is.
    n_tiles : Value
        Number of tiles, which may belong to several steps.
    scratch : Pointer
        Room for ``(n_tiles + 1) * LANES ** 2`` numbers.
    """
    n_columns, depth = part.n_columns, part.depth
    first, column = part.weights, part.column * LANES
    for panel in loop((part.n_rows + LANES - 1) // LANES):
        n_rows = smaller(part.n_rows - panel * LANES, LANES)
        rows = grad_rows.after((part.row + panel * LANES) * LANES)
        _turn_round(rows, rows_size, n_rows, n_tiles, scratch)
        block = gradient.after(first + panel * depth * LANES)
        for c in loop(0, n_columns, ROWS):
            _accumulate(
                inputs.after(column + c * LANES), inputs_size, scratch, n_tiles,
                block.after(c * LANES),
            )  # fmt: skip
        # In the filling stand products with whatever follows the inputs in memory.
        for c in loop(n_columns, depth):
            block.store(c * LANES, scratch.load(0).like(0.0))


@function(NUMBERS, INTEGER, INTEGER, INTEGER, NUMBERS)
def _turn_round(rows, size, n_rows, n_tiles, scratch):
    """Copy a panel of each tile with sample and row exchanged, zeros for rows that are not."""
    whole, spare = n_rows.compare("==", LANES), scratch.after(n_tiles * _TILE)
    for tile in loop(n_tiles):
        source, target = rows.after(tile * size), scratch.after(tile * _TILE)
        with only_if(whole):
            _transpose(source, target)
        with only_if(n_rows.compare("<", LANES)):
            for r in loop(LANES):
                value = source.load(smaller(r, n_rows - 1) * LANES)
                exists = r.compare("<", n_rows)
                spare.store(r * LANES, exists.choose(value, value.like(0.0)))
            _transpose(spare, target)


@function(NUMBERS, NUMBERS)
def _transpose(square, out):
    """Exchange rows and lanes of `LANES` vectors that follow each other."""
    rows = [square.load(r * LANES).value for r in range(LANES)]
    step = LANES // 2
    while step:
        rows = _exchange(rows, step)
        step //= 2
    for r, row in enumerate(rows):
        out.store(r * LANES, Value(row))


def _exchange(rows, step):
    """Exchange the bit `step` of the number of the row with that of the lane."""
    lanes = ir.VectorType(ir.IntType(32), LANES)
    low = [lane + (LANES - step if lane & step else 0) for lane in range(LANES)]
    high = [lane + (LANES if lane & step else step) for lane in range(LANES)]
    exchanged = list(rows)
    for r in range(LANES):
        if not r & step:
            pair = rows[r], rows[r | step]
            exchanged[r] = builder().shuffle_vector(*pair, ir.Constant(lanes, low))
            exchanged[r | step] = builder().shuffle_vector(*pair, ir.Constant(lanes, high))
    return exchanged
