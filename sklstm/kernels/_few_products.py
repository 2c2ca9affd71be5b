"""Matrix products for the last tile of samples, where it holds no more than a few.

A batch of 100 samples fills six tiles of sixteen and a quarter of a seventh. In that one the lanes
of a vector are rows of the weights in place of samples, so that vectors are full whatever the
number of samples: the products take a quarter of the time of a tile. A lane adds up in the order of
`_products`, so that outputs have the same bits. The way back adds rows up lane by lane first.
"""

from llvmlite import ir

from ._code import (
    INTEGER,
    Value,
    Variable,
    builder,
    call_intrinsic,
    larger,
    loop,
    smaller,
)
from ._exchange import sums_of_lanes, transposed
from ._functions import NUMBERS, function
from ._registers import FEW, LANES, MOST
from ._running_sums import add_products

_TILE = LANES * LANES
_TURNED = 64  # panels of gradients that are turned round together
_COLUMNS = LANES // FEW  # so that the sums of a few samples fill the lanes of a vector
FEW_SCRATCH = _TURNED * FEW * LANES


def _make_multiply_few(n_panels):
    """Return the function that writes some panels of rows of ``W x`` for a few samples."""

    @function(NUMBERS, INTEGER, INTEGER, NUMBERS, NUMBERS)
    def multiply_few(weights, panel_size, n_columns, lanes, out):
        totals = _zeros(n_panels, weights)
        for j in loop(n_columns):
            samples, column = lanes.after(j * LANES), weights.after(j * LANES)
            add_products(totals, [samples[s] for s in range(FEW)], column, panel_size)
        for panel, rows in enumerate(totals):
            square = out.after(panel * _TILE)
            for s, row in enumerate(rows):
                square.store(s * LANES, row.get())
            _spread_out(square)

    return multiply_few


@function(NUMBERS)
def _spread_out(square):
    """Exchange rows and lanes of a few vectors that stand in front of their place, in place."""
    rows = [square.load(s * LANES) for s in range(FEW)]
    nothing = [rows[0].like(0.0)] * (LANES - FEW)
    for r, row in enumerate(transposed(rows + nothing)):
        square.store(r * LANES, row)


multiply_few = {n: _make_multiply_few(n) for n in range(1, MOST + 1)}


@function(NUMBERS, INTEGER, INTEGER, INTEGER, NUMBERS, NUMBERS, INTEGER, NUMBERS)
def multiply_back_few(weights, depth, n_panels, n_columns, lanes, out, add, scratch):
    """Write rows of ``W' d`` for a few samples, or add to them; other lanes are zero.

    Parameters
    ----------
    weights : Pointer
        The first of the columns in the first panel.
    depth, n_panels, n_columns : Value
        Columns of a panel with filling, panels, and columns that are wanted.
    lanes : Pointer
        Gradients with respect to the rows, of the last tile.
    out : Pointer
        Where the result goes, with room for up to `_COLUMNS` - 1 more rows.
    add : Value
        Whether to add to what is there.
    scratch : Pointer
        Room for `FEW_SCRATCH` numbers.
    """
    for first in loop(0, n_panels, _TURNED):
        n_here = smaller(n_panels - first, _TURNED)
        _turn_few(lanes.after(first * _TILE), n_here, scratch)
        block = weights.after(first * depth * LANES)
        for c in loop(0, n_columns, _COLUMNS):
            _multiply_columns_few(
                block.after(c * LANES), depth * LANES, n_here, scratch, out.after(c * LANES),
                larger(add, first),
            )  # fmt: skip


@function(NUMBERS, INTEGER, NUMBERS)
def _turn_few(lanes, n_panels, out):
    """Exchange rows and samples of some panels of a tile: panel, sample, row."""
    for panel in loop(n_panels):
        square = lanes.after(panel * _TILE)
        samples = transposed([square.load(r * LANES) for r in range(LANES)])
        for s in range(FEW):
            out.store((panel * FEW + s) * LANES, samples[s])


@function(NUMBERS, INTEGER, INTEGER, NUMBERS, NUMBERS, INTEGER)
def _multiply_columns_few(weights, panel_size, n_panels, turned, out, add):
    totals = _zeros(_COLUMNS, weights)
    for panel in loop(n_panels):
        samples = [turned.load((panel * FEW + s) * LANES) for s in range(FEW)]
        for c, column_totals in enumerate(totals):
            column = weights.load(panel * panel_size + c * LANES)
            for total, sample in zip(column_totals, samples, strict=True):
                total.set(call_intrinsic("fmuladd", column, sample, total.get()))
    sums = sums_of_lanes([row.get() for rows in totals for row in rows])
    for c in range(_COLUMNS):
        before = out.load(c * LANES)
        before = add.compare("!=", 0).choose(before, before.like(0.0))
        out.store(c * LANES, _few_lanes(sums, c * FEW) + before)


def _zeros(n, weights):
    return [[Variable(weights.load(0).like(0.0)) for _ in range(FEW)] for _ in range(n)]


def _few_lanes(lanes, first):
    """Return lanes of which the first few are others, beginning at a place, and the rest zero."""
    kind = ir.VectorType(ir.IntType(32), LANES)
    places = [first + s for s in range(FEW)] + [LANES] * (LANES - FEW)
    zeros = lanes.like(0.0)
    return Value(builder().shuffle_vector(lanes.value, zeros.value, ir.Constant(kind, places)))
