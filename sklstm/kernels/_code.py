"""Writing compiled functions in Python: what is computed is recorded, LLVM makes code of it.

Values of the functions below stand for numbers that are not there yet. Adding two of them writes
an addition into the function being defined, ``for i in loop(n)`` writes a loop around whatever
the body writes. A value is an integer, a real number, or *lanes*: the same quantity of sixteen
samples side by side, which LLVM puts into whatever vector registers the processor has. What
happens in one lane never depends on the others, to the last bit.

One function is written at a time, under the lock of `compile_functions`.
"""

from contextlib import contextmanager

from llvmlite import ir

from ._registers import LANES

FLOAT, DOUBLE = ir.FloatType(), ir.DoubleType()
INTEGER = ir.IntType(64)

_builders: list[ir.IRBuilder] = []


def builder():
    """Return LLVM's builder of the function that is being written."""
    return _builders[-1]


@contextmanager
def writing(function):
    """Write into the first block of a function of LLVM."""
    _builders.append(ir.IRBuilder(function.append_basic_block("entry")))
    try:
        yield
    finally:
        _builders.pop()


def lanes_of(element, n=LANES):
    """Return the type of lanes, of one unit or of several, of a type of numbers."""
    return ir.VectorType(element, n)


class Value:
    """A number, or lanes of numbers, in a function being written.

    Parameters
    ----------
    value : ir.Value
        What LLVM knows it as.
    """

    def __init__(self, value):
        self.value = value

    @property
    def type(self):
        """Type of the value in LLVM."""
        return self.value.type

    @property
    def element(self):
        """Type of the number, or of those in the lanes."""
        return self.type.element if isinstance(self.type, ir.VectorType) else self.type

    def like(self, number):
        """Return a constant of the same type."""
        if isinstance(number, Value):
            return number
        return Value(_constant(self.type, number))

    def _compute(self, whole, real, other, *, swap=False):
        pair = self.value, self.like(other).value
        pair = pair[::-1] if swap else pair
        if isinstance(self.element, ir.IntType):
            return Value(getattr(builder(), whole)(*pair))
        # A product that is added to something may be rounded once, where the processor can.
        return Value(getattr(builder(), real)(*pair, flags=("contract",)))

    def __add__(self, other):
        return self._compute("add", "fadd", other)

    def __sub__(self, other):
        return self._compute("sub", "fsub", other)

    def __mul__(self, other):
        return self._compute("mul", "fmul", other)

    def __truediv__(self, other):
        return self._compute("sdiv", "fdiv", other)

    def __rsub__(self, other):
        return self._compute("sub", "fsub", other, swap=True)

    def __rtruediv__(self, other):
        return self._compute("sdiv", "fdiv", other, swap=True)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return Value(builder().fneg(self.value, flags=("contract",)))

    def __lt__(self, other):
        return self.compare("<", other)

    def __gt__(self, other):
        return self.compare(">", other)

    # Of integers both divisions are the same, and like the remainder meant for natural numbers.
    def __floordiv__(self, other):
        return Value(builder().sdiv(self.value, self.like(other).value))

    def __mod__(self, other):
        return Value(builder().srem(self.value, self.like(other).value))

    def compare(self, sign, other):
        """Return whether ``self sign other``, with a sign such as ``"<"``; never so for NaN."""
        pair = self.value, self.like(other).value
        if isinstance(self.element, ir.IntType):
            return Value(builder().icmp_signed(sign, *pair))
        return Value(builder().fcmp_ordered(sign, *pair))

    def choose(self, yes, no):
        """Return `yes` where this comparison holds, else `no`; one of them must be a value."""
        yes = yes if isinstance(yes, Value) else no.like(yes)
        return Value(builder().select(self.value, yes.value, yes.like(no).value))


def _constant(kind, number):
    """Return a constant of LLVM, of which a module has one: its text is long where it is lanes."""
    constants, key = builder().module.constants, (str(kind), repr(number))
    if key not in constants:
        value = number
        if isinstance(kind, ir.VectorType):
            value = [ir.Constant(kind.element, number)] * kind.count
        constants[key] = ir.Constant(kind, value)
    return constants[key]


def integer(number):
    """Return an integer constant."""
    return number if isinstance(number, Value) else Value(ir.Constant(INTEGER, number))


def real(number, element):
    """Return an integer, or numbers of another precision, as real numbers of a precision."""
    if number.element == element:
        return number
    if isinstance(number.element, ir.IntType):
        return Value(builder().sitofp(number.value, element))
    lanes = isinstance(number.type, ir.VectorType)
    convert = builder().fpext if element == DOUBLE else builder().fptrunc
    kind = lanes_of(element, number.type.count) if lanes else element
    return Value(convert(number.value, kind))


def smaller(a, b):
    """Return the smaller one of two integers."""
    a, b = integer(a), integer(b)
    return a.compare("<", b).choose(a, b)


def larger(a, b):
    """Return the larger one of two integers."""
    a, b = integer(a), integer(b)
    return a.compare(">", b).choose(a, b)


def larger_lanes(a, b):
    """Return the larger one of two numbers or lanes; NaN if the first is NaN."""
    return a.compare("<", b).choose(b, a)


def product_rounded(a, number):
    """Return a product that is rounded before anything is added to it."""
    return Value(builder().fmul(a.value, a.like(number).value))


def product_added(a, b, c):
    """Return lanes of ``a * b + c``, rounded once where the processor can; one is a value."""
    lanes = next(each for each in (a, b, c) if isinstance(each, Value))
    return call_intrinsic("fmuladd", *[lanes.like(each) for each in (a, b, c)])


def spread(number):
    """Return lanes that all hold a number."""
    lanes = lanes_of(number.type)
    nothing = ir.Constant(lanes, ir.Undefined)
    first = builder().insert_element(nothing, number.value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return Value(builder().shuffle_vector(first, nothing, zeros))


def side_by_side(units):
    """Return lanes of several units, in order."""
    if len(units) == 1:
        return units[0]
    half = len(units) // 2
    first, second = side_by_side(units[:half]), side_by_side(units[half:])
    n = first.type.count + second.type.count
    places = ir.Constant(ir.VectorType(ir.IntType(32), n), list(range(n)))
    return Value(builder().shuffle_vector(first.value, second.value, places))


def sum_of_lanes(lanes):
    """Return the sum of all lanes, in order."""
    total = None
    for lane in range(LANES):
        place = ir.Constant(ir.IntType(32), lane)
        number = Value(builder().extract_element(lanes.value, place))
        total = number if total is None else total + number
    return total


def call_intrinsic(name, *values):
    """Return the result of one of LLVM's functions of lanes, such as ``fmuladd``."""
    type_ = values[0].type
    suffix = "f32" if type_.element == FLOAT else "f64"
    full_name = f"llvm.{name}.v{type_.count}{suffix}"
    module = builder().module
    function = module.globals.get(full_name)
    if function is None:
        kind = ir.FunctionType(type_, [type_] * len(values))
        function = ir.Function(module, kind, full_name)
    return Value(builder().call(function, [value.value for value in values]))


def loop(first, end=None, step=1):
    """Write a loop around what the body of ``for i in loop(n)`` writes.

    Parameters
    ----------
    first, end : Value or int
        As for `range`.
    step : int
        Positive distance.

    Yields
    ------
    index : Value
        The running index, once.
    """
    first, end = (0, first) if end is None else (first, end)
    first, end, start = integer(first).value, integer(end).value, builder().block
    body = builder().append_basic_block("body")
    after = builder().append_basic_block("after")
    builder().cbranch(builder().icmp_signed("<", first, end), body, after)
    builder().position_at_end(body)
    index = builder().phi(INTEGER)
    index.add_incoming(first, start)
    yield Value(index)
    following = builder().add(index, ir.Constant(INTEGER, step), flags=("nsw",))
    index.add_incoming(following, builder().block)
    builder().cbranch(builder().icmp_signed("<", following, end), body, after)
    builder().position_at_end(after)


@contextmanager
def only_if(condition):
    """Write a branch around what the body of ``with only_if(condition)`` writes."""
    with builder().if_then(condition.value):
        yield


class Variable:
    """A place for a value that changes, such as a running sum in a loop.

    Parameters
    ----------
    value : Value
        What it holds at first.
    """

    def __init__(self, value):
        with builder().goto_entry_block():
            self._place = builder().alloca(value.type)
        self.set(value)

    def get(self):
        """Return what it holds now."""
        return Value(builder().load(self._place))

    def set(self, value):
        """Let it hold another value."""
        builder().store(value.value, self._place)
