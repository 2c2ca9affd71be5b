"""Subnormal numbers, which are slow, taken for zero: `subnormals_flushed`."""

from contextlib import contextmanager

from llvmlite import binding, ir

from ._code import builder

# Bits of the control register of x86: results that are subnormal are zero, and so are operands.
_FLUSH_TO_ZERO, _ARE_ZERO = 1 << 15, 1 << 6
_WORD, _BYTE = ir.IntType(32), ir.IntType(8)


@contextmanager
def subnormals_flushed():
    """Write code around what is written inside, so that subnormal numbers are zero there.

    Yields
    ------
    None
        The mode of the thread is that of before at the end.

    Notes
    -----
    States that fade and gradients of long sequences become subnormal, below 1.2e-38 in single
    precision, where arithmetic takes ten times as long on x86 or more. The mode of the thread is
    that of before at the end. On other processors, which are not slowed down so, nothing changes.
    """
    if not binding.get_default_triple().startswith("x86_64"):
        yield
        return
    before, inside = builder().alloca(_WORD), builder().alloca(_WORD)
    _call("stmxcsr", before)
    mode = builder().or_(builder().load(before), _WORD(_FLUSH_TO_ZERO | _ARE_ZERO))
    builder().store(mode, inside)
    _call("ldmxcsr", inside)
    yield
    _call("ldmxcsr", before)


def _call(instruction, place):
    name, module = f"llvm.x86.sse.{instruction}", builder().module
    kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer()])
    intrinsic = module.globals.get(name) or ir.Function(module, kind, name)
    builder().call(intrinsic, [builder().bitcast(place, _BYTE.as_pointer())])
