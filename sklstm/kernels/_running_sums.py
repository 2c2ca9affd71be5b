"""Running sums in registers, the innermost work of every matrix product: `add_products`."""

from ._code import call_intrinsic, spread


def add_products(totals, numbers, lanes, size):
    """Add the product of each number with the lanes of each tile, `size` numbers apart."""
    values = [lanes.load(tile * size) for tile in range(len(totals))]
    for r, number in enumerate(numbers):
        factor = spread(number)
        for rows, value in zip(totals, values, strict=True):
            rows[r].set(call_intrinsic("fmuladd", factor, value, rows[r].get()))
