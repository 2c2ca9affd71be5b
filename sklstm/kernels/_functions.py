"""Functions written in Python, and their compilation for this processor."""

import ctypes
import gc
import threading
from contextlib import contextmanager, nullcontext
from functools import cache

import numpy as np
from llvmlite import binding, ir

from sklstm._fork import after_fork

from ._code import DOUBLE, FLOAT, INTEGER, Value, builder, integer, writing
from ._memory import Places, Pointer
from ._subnormals import subnormals_flushed

#: Kinds of arguments that point to numbers in the precision of the module, and to integers.
NUMBERS, INTEGERS = "numbers", "integers"

_lock = threading.Lock()
_switched_off = False  # the garbage collector, by the thread that holds the lock


def _begin_anew():
    global _lock, _switched_off
    _lock = threading.Lock()
    if _switched_off:
        gc.enable()
        _switched_off = False


after_fork(_begin_anew)  # another thread may be writing


class Function:
    """A compiled function that a Python function writes.

    Parameters
    ----------
    write : callable
        Called with the arguments as values, writes the body.
    kinds : sequence
        What the arguments are: `INTEGER`, `NUMBERS`, `INTEGERS`, or a tuple of names for `Places`.
    """

    def __init__(self, write, kinds):
        self.write = write
        self.name = write.__name__.strip("_")
        self.kinds = kinds

    def __call__(self, *arguments):
        """Write a call."""
        arguments = [integer(a) if isinstance(a, int) else a for a in arguments]
        function = self.define(builder().module)
        builder().call(function, [argument.value for argument in arguments])

    def define(self, module, *, external=False):
        """Return the function in a module, written there if it was not yet."""
        if self in module.written:
            return module.written[self]
        types = [self._type(kind, module) for kind in self.kinds]
        name = module.get_unique_name(self.name)
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), types), name)
        module.written[self] = function
        if not external:
            function.linkage = "internal"
            function.attributes.add("noinline")
        with writing(function):
            pairs = zip(self.kinds, function.args, strict=True)
            arguments = [self._wrap(kind, argument) for kind, argument in pairs]
            with subnormals_flushed() if external else nullcontext():
                self.write(*arguments)
            builder().ret_void()
        return function

    @staticmethod
    def _type(kind, module):
        if isinstance(kind, tuple) or kind == INTEGERS:
            return INTEGER.as_pointer()
        return module.element.as_pointer() if kind == NUMBERS else kind

    @staticmethod
    def _wrap(kind, argument):
        if isinstance(kind, tuple):
            return Places(argument, kind)
        return Pointer(argument) if kind in (NUMBERS, INTEGERS) else Value(argument)


def function(*kinds):
    """Return a decorator that makes a `Function` with arguments of these kinds."""
    return lambda write: Function(write, kinds)


def call_address(address, *arguments):
    """Write a call of a compiled function, whose address is known only when the code runs.

    Parameters
    ----------
    address : Value
        Its address.
    *arguments : Value, Pointer or Places
        Its arguments.
    """
    values = [argument.value for argument in arguments]
    kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
    builder().call(builder().inttoptr(address.value, kind.as_pointer()), values)


@cache
def _initialize():
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _target():
    """Return LLVM's description of this processor, with all of its instructions."""
    _initialize()
    features = binding.get_host_cpu_features().flatten()
    target = binding.Target.from_default_triple()
    name = binding.get_host_cpu_name()
    return target.create_target_machine(cpu=name, features=features, opt=2, jit=True)


def write_module(functions, dtype, *, tiles_together=1):
    """Write functions in LLVM's language, without compiling them.

    Parameters
    ----------
    functions : sequence of Function
        Those that are to be called from outside.
    dtype : numpy dtype
        Precision of their numbers.
    tiles_together : int
        As for `compile_functions`.

    Returns
    -------
    module : ir.Module
        The functions and all that they call; its `str` is the text that LLVM is given.
    names : list of str
        Names of the functions in it.
    """
    with _lock:
        return _written(functions, dtype, tiles_together)


def _written(functions, dtype, tiles_together):
    module = ir.Module()
    module.element = {"float32": FLOAT, "float64": DOUBLE}[np.dtype(dtype).name]
    module.triple = binding.get_default_triple()
    module.written, module.constants, module.tiles_together = {}, {}, tiles_together
    return module, [each.define(module, external=True).name for each in functions]


def compile_functions(functions, dtype, *, tiles_together=1):
    """Compile functions for this processor.

    Parameters
    ----------
    functions : sequence of Function
        Those that are to be called from Python; what they call comes along.
    dtype : numpy dtype
        Precision of their numbers.
    tiles_together : int
        For how many tiles of samples, at most, products are computed together; more code, which
        takes longer to compile, and the same bits.

    Returns
    -------
    compiled : list of callable
        Each takes integers and addresses as plain integers, and releases the interpreter.
    """
    with _lock:
        with _uncollected():
            module, names = _written(functions, dtype, tiles_together)
            text = str(module)
        engine = _engine(text)
        pairs = zip(names, functions, strict=True)
        return [_callable(engine, name, len(each.kinds)) for name, each in pairs]


@contextmanager
def _uncollected():
    """Keep the garbage collector away from what is being written.

    Many thousand objects are made, none of them garbage: it would look at them, and at all that the
    process has imported, again and again, and take most of the time of writing.
    """
    global _switched_off
    _switched_off = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if _switched_off:
            gc.enable()
        _switched_off = False


def _engine(text):
    parsed = binding.parse_assembly(text)
    parsed.verify()
    _optimize(parsed)
    engine = binding.create_mcjit_compiler(parsed, _target())  # takes the machine over
    engine.finalize_object()
    return engine


def _optimize(parsed):
    """Let LLVM improve functions in place, before it chooses instructions.

    They are written as they shall run: these few passes make code as fast as LLVM's usual dozens,
    which take ten times as long. Both leave the operands of sums in the same order, which decides
    what product is added without being rounded, and so the last bit of results.
    """
    options = binding.create_pipeline_tuning_options(speed_level=2)
    # The vectors are ours already; looking for more takes longer than all the rest.
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    pass_builder = binding.create_pass_builder(_target(), options)
    passes = binding.create_new_module_pass_manager()
    if hasattr(passes, "add_sroa_pass"):
        passes.add_sroa_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
        passes.add_reassociate_pass()
        passes.add_instruction_combine_pass()
    else:  # llvmlite 0.44
        passes = pass_builder.getModulePassManager()
    passes.run(parsed, pass_builder)


def _callable(engine, name, n_arguments):
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * n_arguments)
    compiled = kind(engine.get_function_address(name))
    compiled.engine = engine  # keeps the code in memory
    compiled.address = engine.get_function_address(name)
    return compiled
