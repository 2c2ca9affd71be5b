"""Memory, as functions being written see it: numbers in a row, and records of integers."""

from ._code import DOUBLE, FLOAT, Value, builder, integer, lanes_of
from ._registers import LANES


class Pointer:
    """Numbers that follow each other in memory.

    Parameters
    ----------
    value : ir.Value
        Address of the first one.
    """

    def __init__(self, value):
        self.value = value

    @property
    def element(self):
        """Type of the numbers."""
        return self.value.type.pointee

    def after(self, index):
        """Return the pointer `index` numbers further on."""
        return Pointer(builder().gep(self.value, [integer(index).value]))

    def __getitem__(self, index):
        return Value(builder().load(self.after(index).value))

    def __setitem__(self, index, value):
        builder().store(value.value, self.after(index).value)

    def load(self, index, n_units=1):
        """Return the lanes of one unit, or of several, that begin at an index."""
        place = self._lanes(index, lanes_of(self.element, n_units * LANES))
        return Value(builder().load(place, align=self._size))

    def store(self, index, lanes):
        """Write lanes, beginning at an index."""
        builder().store(lanes.value, self._lanes(index, lanes.type), align=self._size)

    @property
    def _size(self):
        return {FLOAT: 4, DOUBLE: 8}[self.element]

    def _lanes(self, index, kind):
        return builder().bitcast(self.after(index).value, kind.as_pointer())


class Places:
    """Integers with names in memory: a record of a structured array.

    Parameters
    ----------
    value : ir.Value
        Address of the first record.
    names : tuple of str
        Names of the integers.
    """

    def __init__(self, value, names):
        self.value = value
        self._names = names

    def __getattr__(self, name):
        return Pointer(self.value)[self._names.index(name)]

    def set(self, name, value):
        """Write the integer of this name."""
        Pointer(self.value)[self._names.index(name)] = integer(value)

    def pointer(self, name, element=None):
        """Return the integer of this name as an address, of the module's numbers by default."""
        element = element or builder().module.element
        address = getattr(self, name).value
        return Pointer(builder().inttoptr(address, element.as_pointer()))

    def record(self, index):
        """Return the record `index` further on."""
        step = integer(index) * len(self._names)
        return Places(Pointer(self.value).after(step).value, self._names)
