"""Exchanging rows and lanes of vectors in registers."""

from llvmlite import ir

from ._code import Value, builder
from ._registers import LANES


def transposed(rows):
    """Return `LANES` vectors with rows and lanes exchanged."""
    step = LANES // 2
    while step:
        exchanged = list(rows)
        for r in range(LANES):
            if not r & step:
                exchanged[r], exchanged[r | step] = _exchange(rows[r], rows[r | step], step)
        rows, step = exchanged, step // 2
    return rows


def sums_of_lanes(rows):
    """Return one vector: in each lane the sum over all lanes of a row, of `LANES` rows."""
    step = LANES // 2
    while step:
        pairs = [_exchange(rows[r], rows[r + step], step) for r in range(step)]
        rows, step = [one + other for one, other in pairs], step // 2
    return rows[0]


def _exchange(one, other, step):
    """Exchange the bit `step` of the number of the lane with which of two rows it is in."""
    kind, lanes = ir.VectorType(ir.IntType(32), LANES), range(LANES)
    first = [lane + (LANES - step if lane & step else 0) for lane in lanes]
    second = [lane + (LANES if lane & step else step) for lane in lanes]
    return [
        Value(builder().shuffle_vector(one.value, other.value, ir.Constant(kind, places)))
        for places in (first, second)
    ]
