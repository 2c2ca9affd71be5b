"""Functions as they were written, run on NumPy with checked bounds: `interpret`.

Compiled code reads and writes wherever it is told to. Here each instruction of LLVM that the Python
functions wrote is carried out by itself, before any optimisation, and every access to memory is
checked. That is some thousand times slower: it is for tests, and for whoever looks for a mistake.
"""

from typing import NamedTuple

import numpy as np
from llvmlite import ir

from ._functions import write_module

_COMPARE = {
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal,
}  # fmt: skip
_COMPUTE = {
    "add": np.add, "fadd": np.add, "sub": np.subtract, "fsub": np.subtract, "mul": np.multiply,
    "fmul": np.multiply, "fdiv": np.true_divide, "fneg": np.negative, "shl": np.left_shift,
    "ashr": np.right_shift, "and": np.bitwise_and, "or": np.bitwise_or,
    "sdiv": lambda a, b: type(a)(int(a / b)), "srem": np.fmod,
}  # fmt: skip
_INTRINSICS = {
    "fmuladd": lambda a, b, c: a * b + c, "sqrt": np.sqrt, "fabs": np.abs,
    "x86": lambda place: None,  # the mode of the processor, which NumPy's numbers do not have
}  # fmt: skip


class Address(NamedTuple):
    """A place in an array, or with no array a number that was taken for an address."""

    array: np.ndarray | None
    offset: int

    def after(self, n_bytes):
        """Return the address so many bytes further on."""
        return Address(self.array, self.offset + int(n_bytes))


def interpret(function, dtype, *arguments, reachable=()):
    """Run a function without compiling it.

    Parameters
    ----------
    function : Function
        What to run.
    dtype : numpy dtype
        Precision of its numbers.
    *arguments : ndarray or int
        Contiguous arrays where it takes places in memory, which it may read and write.
    reachable : sequence of ndarray
        Further arrays, whose addresses stand in records among the arguments.

    Raises
    ------
    IndexError
        If it reads or writes outside of the array that a place belongs to.
    """
    module, (name,) = write_module([function], dtype)
    arrays = [*reachable, *[item for item in arguments if isinstance(item, np.ndarray)]]
    values = [
        Address(item, 0) if isinstance(item, np.ndarray) else np.int64(item) for item in arguments
    ]
    with np.errstate(all="ignore"):
        _Call(module.get_global(name), values, arrays).run()


class _Call:
    """One call of a function of LLVM."""

    def __init__(self, function, values, arrays):
        self.function, self.arrays = function, arrays
        self.values = dict(zip(function.args, values, strict=True))

    def run(self):
        """Carry out block after block, up to the return."""
        before, block = None, self.function.entry_basic_block
        while block is not None:
            before, block = block, self._run_block(block, before)

    def _run_block(self, block, before):
        """Return the block that follows, None at the end."""
        chosen = [
            (each, next(value for value, origin in each.incomings if origin is before))
            for each in block.instructions
            if isinstance(each, ir.PhiInstr)
        ]
        self.values |= {phi: self._value(value) for phi, value in chosen}
        for instruction in block.instructions:
            if isinstance(instruction, ir.instructions.ConditionalBranch):
                condition, yes, no = instruction.operands
                return yes if self._value(condition) else no
            if isinstance(instruction, ir.instructions.Branch):
                return instruction.operands[0]
            if instruction.opname == "ret void":
                return None
            if not isinstance(instruction, ir.PhiInstr):
                self.values[instruction] = self._compute(instruction)
        raise ValueError(f"a block of {self.function.name} has no end")

    def _value(self, operand):
        if not isinstance(operand, ir.Constant):
            return self.values[operand]
        if isinstance(operand.type, ir.VectorType):
            return np.array([self._value(number) for number in operand.constant])
        number = 0 if operand.constant is ir.Undefined else operand.constant
        return _dtype(operand.type).type(number)

    def _compute(self, instruction):
        name, operands = instruction.opname, instruction.operands
        if name == "call":
            return self._call(instruction)
        if name == "alloca":
            pointee = instruction.type.pointee
            return Address(np.zeros(_size(pointee), np.uint8), 0)
        values = [self._value(operand) for operand in operands]
        if name in _COMPUTE:
            return _COMPUTE[name](*values)
        if name in ("icmp", "fcmp"):
            return _COMPARE[instruction.op[-2:]](*values)
        return getattr(self, f"_{name}")(instruction, *values)

    def _call(self, instruction):
        callee, values = instruction.callee, [self._value(each) for each in instruction.args]
        if not isinstance(callee, ir.Function):
            raise NotImplementedError(f"{self.function.name} calls a function by its address")
        if callee.name.startswith("llvm."):
            return _INTRINSICS[callee.name.split(".")[1]](*values)
        _Call(callee, values, self.arrays).run()
        return None

    @staticmethod
    def _select(instruction, condition, yes, no):
        if isinstance(yes, Address):
            return yes if condition else no
        return np.where(condition, yes, no).astype(np.asarray(yes).dtype)[()]

    @staticmethod
    def _getelementptr(instruction, address, index):
        return address.after(index * _size(instruction.operands[0].type.pointee))

    @staticmethod
    def _extractelement(instruction, lanes, place):
        return lanes[place]

    @staticmethod
    def _insertelement(instruction, lanes, number, place):
        lanes = lanes.copy()
        lanes[place] = number
        return lanes

    @staticmethod
    def _shufflevector(instruction, first, second, places):
        return np.concatenate([first, second])[places]

    @staticmethod
    def _bitcast(instruction, value):
        return value if isinstance(value, Address) else value.view(_dtype(instruction.type))

    def _convert(self, instruction, value):
        return np.asarray(value).astype(_dtype(instruction.type))[()]

    _sitofp = _zext = _trunc = _fpext = _fptrunc = _convert

    def _inttoptr(self, instruction, number):
        for array in self.arrays:
            offset = int(number) - array.ctypes.data
            if 0 <= offset < array.nbytes:
                return Address(array, offset)
        return Address(None, int(number))

    def _load(self, instruction, address):
        return self._place(address, instruction.type, "reads")[()]

    def _store(self, instruction, value, address):
        self._place(address, instruction.operands[0].type, "writes")[...] = value

    def _place(self, address, kind, does):
        """Return the view of some numbers in memory."""
        array, first = address
        end = first + _size(kind)
        if array is None or first < 0 or end > array.nbytes:
            where = "no array that it was given"
            if array is not None:
                where = f"bytes {first} to {end} of an array of {array.nbytes}"
            raise IndexError(f"{self.function.name} {does} {where}")
        view = array.reshape(-1).view(np.uint8)[first:end].view(_dtype(kind))
        return view if isinstance(kind, ir.VectorType) else view.reshape(())


def _dtype(kind):
    """Return NumPy's type of the numbers of a type of LLVM."""
    kind = kind.element if isinstance(kind, ir.VectorType) else kind
    if isinstance(kind, ir.IntType):
        return np.dtype(bool) if kind.width == 1 else np.dtype(f"i{kind.width // 8}")
    return np.dtype(np.float32 if isinstance(kind, ir.FloatType) else np.float64)


def _size(kind):
    """Return how many bytes a type of LLVM takes."""
    n_numbers = kind.count if isinstance(kind, ir.VectorType) else 1
    return _dtype(kind).itemsize * n_numbers
