"""The recurrent cells: the equations of each, once, and a table of what surrounds them."""

from ._cell import ABSENT, APART, BOTH, INPUTS, Cell, Functions, Row
from ._table import CELLS

__all__ = ["ABSENT", "APART", "BOTH", "CELLS", "INPUTS", "Cell", "Functions", "Row"]
