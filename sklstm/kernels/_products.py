"""Matrix products of the recurrence: forward, back to the inputs, and into the weights.

A matrix of weights lies in memory in *panels* of `LANES` rows: panel, column, row of the panel.
So the same memory serves all three products, the optimiser runs over it as one flat vector, and
nothing is ever repacked. Columns are filled up to a multiple of `ROWS`, rows to one of `LANES`;
what is filled up is always zero. Samples lie in *tiles* of `LANES`: tile, unit, lane.

The innermost loops keep `ROWS` vectors of lanes in registers, so that almost every instruction is
a multiplication with an addition, as in K. Goto and R. van de Geijn, "Anatomy of high-performance
matrix multiplication", ACM TOMS 34(3), 2008. Where there are registers enough, they keep those of
two tiles, in large networks of three: a weight that was read serves all of them, and there are more
sums to work on while one waits for its last addition. The order of additions, and so every bit,
stays the same. In large networks a last tile of a few samples is left to `_few_products`.
"""

from ._code import (
    INTEGER,
    Variable,
    builder,
    integer,
    larger,
    loop,
    only_if,
    smaller,
)
from ._exchange import transposed
from ._few_products import FEW_SCRATCH, multiply_back_few, multiply_few
from ._functions import NUMBERS, function
from ._places import PART
from ._registers import FEW, LANES, MOST, ROWS
from ._running_sums import add_products

_TILE = LANES * LANES
TURNED = 8  # tiles whose gradients are turned round together, so that they stay in the cache
SCRATCH = max((MOST * TURNED + 1) * _TILE, FEW_SCRATCH)


def _make_multiply_rows(n_tiles):
    """Return the function that writes `ROWS` rows of ``W x`` for some tiles."""

    @function(NUMBERS, INTEGER, NUMBERS, INTEGER, NUMBERS, INTEGER)
    def multiply_rows(weights, n_columns, lanes, size, out, out_size):
        totals = [[Variable(lanes.load(0).like(0.0)) for _ in range(ROWS)] for _ in range(n_tiles)]
        for j in loop(n_columns):
            column, panel = weights.after(j * LANES), lanes.after(j * LANES)
            add_products(totals, [column[r] for r in range(ROWS)], panel, size)
        _store(totals, out, out_size)

    return multiply_rows


def _make_multiply_columns(n_tiles):
    """Return the function that writes `ROWS` rows of ``W' d`` for some tiles, or adds to them."""

    @function(NUMBERS, INTEGER, INTEGER, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER)
    def multiply_columns(weights, depth, n_panels, lanes, size, out, out_size, add):
        totals = _load(n_tiles, out, out_size, add.compare("!=", 0))
        for i in loop(n_panels):
            block, panel = weights.after(i * depth * LANES), lanes.after(i * _TILE)
            for j in loop(LANES):
                column, rows = block.after(j), panel.after(j * LANES)
                add_products(totals, [column[r * LANES] for r in range(ROWS)], rows, size)
        _store(totals, out, out_size)

    return multiply_columns


def _make_accumulate(n_panels):
    """Return the function that adds ``d x'`` to `ROWS` columns of some panels of the gradient.

    Gradients of rows are turned round: panel, tile, sample, row.
    """

    @function(NUMBERS, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, NUMBERS, NUMBERS, INTEGER)
    def accumulate(inputs, size, n_tiles, place, per_step, n_samples, turned, out, out_size):
        totals, in_step = _load(n_panels, out, out_size), Variable(place % per_step)
        for tile in loop(n_tiles):
            rows, values = turned.after(tile * _TILE), inputs.after(tile * size)
            n_before, following = in_step.get() * LANES, in_step.get() + 1
            in_step.set(following.compare("<", per_step).choose(following, integer(0)))
            for i in loop(smaller(n_samples - n_before, LANES)):
                sample = values.after(i)
                factors = [sample[r * LANES] for r in range(ROWS)]
                add_products(totals, factors, rows.after(i * LANES), TURNED * _TILE)
        _store(totals, out, out_size)

    return accumulate


_multiply_rows = {n: _make_multiply_rows(n) for n in range(1, MOST + 1)}
_multiply_columns = {n: _make_multiply_columns(n) for n in range(1, MOST + 1)}
_accumulate = {n: _make_accumulate(n) for n in range(1, MOST + 1)}


def _load(n_tiles, out, size, adds=None):
    """Return what stands in the rows of each tile, or zeros if nothing is to be added."""
    totals = []
    for tile in range(n_tiles):
        rows = [out.load(tile * size + r * LANES) for r in range(ROWS)]
        if adds is not None:
            rows = [adds.choose(row, row.like(0.0)) for row in rows]
        totals.append([Variable(row) for row in rows])
    return totals


def _store(totals, out, size):
    for tile, rows in enumerate(totals):
        for r, total in enumerate(rows):
            out.store(tile * size + r * LANES, total.get())


def _side_by_side(n_tiles):
    """Write loops over tiles, or over panels, and yield the first of some and how many they are."""
    most, triples = builder().module.tiles_together, 0
    if most == MOST:  # threes and pairs; a tile is alone only if there is no other one
        triples = larger((n_tiles - (3 - n_tiles % 3) % 3 * 2) // 3, 0) * 3
        for tile in loop(0, triples, 3):
            yield tile, 3
    pairs = n_tiles - (n_tiles - triples) % 2 if most > 1 else 0
    if most > 1:
        for tile in loop(triples, pairs, 2):
            yield tile, 2
    for tile in loop(pairs, n_tiles):
        yield tile, 1


def _takes_few():
    """Return whether there is code for the few samples of a last tile."""
    return builder().module.tiles_together == MOST


def _whole_tiles(n_tiles, n_samples):
    """Return how many tiles are not left to the code for a few samples: all, or all but one."""
    if not _takes_few():
        return n_tiles
    return n_tiles - n_samples.compare("<=", (n_tiles - 1) * LANES + FEW).choose(1, integer(0))


@function(PART, NUMBERS, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER, INTEGER)
def multiply(part, weights, inputs, inputs_size, out, out_size, n_tiles, n_samples):
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
        Rows of the layer in the first tile. Up to `LANES` - 1 more rows are written, so that parts
        are to be computed in the order of their rows.
    out_size : Value
        How much further on the next tile is.
    n_tiles, n_samples : Value
        Number of tiles, and of samples in them.
    """
    n_whole, panel_size = _whole_tiles(n_tiles, n_samples), part.depth * LANES
    weights, inputs = weights.after(part.weights), inputs.after(part.column * LANES)
    out = out.after(part.row * LANES)
    for panel, n_panels in _side_by_side((part.n_rows + LANES - 1) // LANES):
        for one in loop(panel, panel + n_panels):
            _multiply_panel(
                part, one, weights.after(one * panel_size), inputs, inputs_size, out, out_size,
                n_whole,
            )  # fmt: skip
        if _takes_few():
            for tile in loop(n_whole, n_tiles):
                multiply_few[n_panels](
                    weights.after(panel * panel_size), panel_size, part.n_columns,
                    inputs.after(tile * inputs_size), out.after(tile * out_size + panel * _TILE),
                )  # fmt: skip


@function(PART, INTEGER, NUMBERS, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER)
def _multiply_panel(part, panel, block, inputs, inputs_size, out, out_size, n_tiles):
    """Write the rows of one panel."""
    for r in loop(0, smaller(part.n_rows - panel * LANES, LANES), ROWS):
        target = out.after((panel * LANES + r) * LANES)
        for tile, n_together in _side_by_side(n_tiles):
            _multiply_rows[n_together](
                block.after(r), part.n_columns, inputs.after(tile * inputs_size), inputs_size,
                target.after(tile * out_size), out_size,
            )  # fmt: skip


@function(
    PART, NUMBERS, INTEGER, INTEGER, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER, INTEGER, INTEGER,
    NUMBERS,
)  # fmt: skip
def multiply_back(
    part, weights, column, n_columns, grad_rows, rows_size, out, out_size, n_tiles, n_samples, add,
    scratch,
):  # fmt: skip
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
    out_size, n_tiles, n_samples : Value
        How much further on the next tile is, how many there are, and how many samples in them.
    add : Value
        Whether to add to what is there.
    scratch : Pointer
        Room for `SCRATCH` numbers.
    """
    n_panels = (part.n_rows + LANES - 1) // LANES
    block = weights.after(part.weights + (column - part.column) * LANES)
    rows, n_whole = grad_rows.after(part.row * LANES), _whole_tiles(n_tiles, n_samples)
    for c in loop(0, n_columns, ROWS):
        for tile, n_together in _side_by_side(n_whole):
            _multiply_columns[n_together](
                block.after(c * LANES), part.depth, n_panels, rows.after(tile * rows_size),
                rows_size, out.after(tile * out_size + c * LANES), out_size, add,
            )  # fmt: skip
    if _takes_few():
        for tile in loop(n_whole, n_tiles):
            multiply_back_few(
                block, part.depth, n_panels, n_columns, rows.after(tile * rows_size),
                out.after(tile * out_size), add, scratch,
            )  # fmt: skip


@function(PART, NUMBERS, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER, INTEGER, INTEGER, NUMBERS)
def add_outer_products(
    part, gradient, grad_rows, rows_size, inputs, inputs_size, n_tiles, per_step, n_samples, scratch
):
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
    n_tiles, per_step, n_samples : Value
        Number of tiles, of those of a step, and of samples in these.
    scratch : Pointer
        Room for `SCRATCH` numbers.
    """
    n_panels = (part.n_rows + LANES - 1) // LANES
    for panel, n_together in _side_by_side(n_panels):
        panels = [panel + k for k in range(n_together)]
        for first in loop(0, n_tiles, TURNED):
            n_turned = smaller(n_tiles - first, TURNED)
            rows = grad_rows.after(first * rows_size)
            for k, one in enumerate(panels):
                _turn_round(part, one, rows, rows_size, n_turned, scratch, k * TURNED * _TILE)
            numbers = inputs.after(first * inputs_size + part.column * LANES)
            block = gradient.after(part.weights + panel * part.depth * LANES)
            for c in loop(0, part.n_columns, ROWS):
                _accumulate[n_together](
                    numbers.after(c * LANES), inputs_size, n_turned, first, per_step, n_samples,
                    scratch, block.after(c * LANES), part.depth * LANES,
                )  # fmt: skip
        # In the filling stand products with whatever follows the inputs in memory.
        for one in panels:
            block = gradient.after(part.weights + one * part.depth * LANES)
            for c in loop(part.n_columns, part.depth):
                block.store(c * LANES, scratch.load(0).like(0.0))


@function(PART, INTEGER, NUMBERS, INTEGER, INTEGER, NUMBERS, INTEGER)
def _turn_round(part, panel, grad_rows, size, n_tiles, scratch, place):
    """Copy a panel of each tile with sample and row exchanged, zeros for rows that are not."""
    rows = grad_rows.after((part.row + panel * LANES) * LANES)
    n_rows = smaller(part.n_rows - panel * LANES, LANES)
    whole, spare = n_rows.compare("==", LANES), scratch.after(MOST * TURNED * _TILE)
    for tile in loop(n_tiles):
        source, target = rows.after(tile * size), scratch.after(place + tile * _TILE)
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
    for r, row in enumerate(transposed([square.load(r * LANES) for r in range(LANES)])):
        out.store(r * LANES, row)
