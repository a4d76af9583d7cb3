"""Numba, behind one door: no other file imports it.

Generated files import from here: `kernel` and `later` for the functions that Python calls, `device` and `routine` for
the functions that kernels call, the primitives `fma`, `bits`, `from_bits` and `single`, and `wide_vectors` as a
kernel's first statement.

Nothing here passes `fastmath`: LLVM may neither reorder nor contract, so the bits of a result depend on the declaration
alone, and `fma` happens exactly where the source says so.

Plain `njit` would give the same machine code. What differs is the time until it is there: one unit for LLVM per kernel
instead of one per function, the passes that such code needs, rules of typing looked up once, and nothing of Numba but
the loader set up for a kernel that is in the cache.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils, typed_passes, untyped_passes
from numba.core.caching import FunctionCache
from numba.core.compiler import CompilerBase, Flags, compile_extra
from numba.core.compiler_machinery import PassManager
from numba.core.extending import intrinsic, models, register_model

from symloss.compile.store import lock
from symloss.lower.streams import LINE

__all__ = [
    "before_line", "bits", "deinterleave", "device", "eight", "eight_zeros", "entry", "equals", "fetch",
    "fetch_to_write", "fma", "from_bits", "from_rank", "interleave", "kernel", "later", "magnitude", "minus", "plus",
    "rank", "rank_of_nothing", "routine", "select", "settle", "short_power_of_two", "single", "stream", "turn_over",
    "unless", "wide_vectors",
]  # fmt: skip

Function = Callable[..., Any]
Decorator = Callable[[Function], Any]

# Division by zero gives an infinity or NaN, as IEEE 754 says; "python" would raise, and the branch for that would
# stop a loop from being vectorised.
ERROR_MODEL = "numpy"

WIDE_VECTORS = '"prefer-vector-width"="512"'


class _EightType(types.Type):  # type: ignore[misc]
    """The type of eight float64 numbers in a vector register."""

    def __init__(self) -> None:
        super().__init__(name="Eight")


_EIGHT = _EightType()
_VECTOR = ir.VectorType(ir.DoubleType(), 8)
_SHORT_VECTOR = ir.VectorType(ir.FloatType(), 8)
_ALL_ZERO = ir.Constant(_VECTOR, [0.0] * 8)


@register_model(_EightType)
class _EightModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, data_model_manager: Any, own_type: Any) -> None:
        super().__init__(data_model_manager, own_type, _VECTOR)


# The types that an annotation of a function inside a kernel may name; any other parameter has the type it is given.
TYPES = {
    "float": types.float64,
    "Single": types.float32,
    "int": types.int64,
    "None": types.none,
    "tuple[Single, Single]": types.UniTuple(types.float32, 2),
    "tuple[float, float]": types.UniTuple(types.float64, 2),
    "Eight": _EIGHT,
    "tuple[Eight, Eight]": types.UniTuple(_EIGHT, 2),
    "tuple[Eight, Eight, Eight]": types.UniTuple(_EIGHT, 3),
}

# Numba's passes, without those for what kernels do not have: closures, objects, array expressions, literal arguments.
PASSES = (
    untyped_passes.TranslateByteCode,
    untyped_passes.FixupArgs,
    untyped_passes.IRProcessing,
    untyped_passes.GenericRewrites,
    untyped_passes.ReconstructSSA,
    typed_passes.NopythonTypeInference,
    typed_passes.PreLowerStripPhis,
    typed_passes.IRLegalization,
    typed_passes.AnnotateTypes,
    typed_passes.NativeLowering,
    typed_passes.NoPythonBackend,
)


# Functions that Python calls ------------------------------------------------------------------


def kernel(signature: str) -> Decorator:
    """Compile a function that Python calls, at once, for one signature such as "void(int64, float64[::1])".

    One that is in the cache is loaded from disk. A kernel makes no arrays, so that it needs no reference counts.
    """

    def decorate(function: Function) -> Any:
        options = {"error_model": ERROR_MODEL, "boundscheck": False, "no_cfunc_wrapper": True, "_nrt": False}
        dispatcher = njit(nogil=True, pipeline_class=_Compiler, **options)(function)
        dispatcher._cache = cache_of_function = _Cache(function)
        try:
            dispatcher.compile(signature)
        finally:
            cache_of_function.release()
        dispatcher.disable_compile()
        # What it would choose for arguments that fit: a function that does not look at them.
        (overload,) = dispatcher.overloads.values()
        dispatcher.entry_point = overload.entry_point
        return dispatcher

    return decorate


def later(signature: str) -> Decorator:
    """Like `kernel`, but compiled or loaded when it is called first."""

    def decorate(function: Function) -> Any:
        @cache
        def compiled() -> Any:
            return kernel(signature)(function)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return compiled()(*arguments)

        return call

    return decorate


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's cache on disk, which before it looks for a kernel sets up all it needs to compile one: 0.4 s.

    A kernel that is not there is this process's to compile, under the lock of its file; or another's, whose result
    is there once the lock is free.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._lock: Any = None

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        found = self._loaded(signature, target_context)
        if found is None:
            self._lock = lock(Path(self._py_func.__code__.co_filename))
            self._lock.acquire()
            found = self._loaded(signature, target_context)
        return found

    def _loaded(self, signature: Any, target_context: Any) -> Any:
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, target_context)

    def release(self) -> None:
        """Let others have the file."""
        if self._lock is not None:
            self._lock.release()


class _Compiler(CompilerBase):  # type: ignore[misc]
    """Numba's compiler, with few passes."""

    def __init__(self, typing_context: Any, *rest: Any) -> None:
        super().__init__(_remembering(typing_context), *rest)

    def define_pipelines(self) -> list[PassManager]:
        passes = PassManager("kernel")
        for one in PASSES:
            passes.add_pass(one, one.__name__)
        passes.finalize()
        return [passes]


class _Remembering:
    """A typing context that remembers which rule applies: Numba tries dozens of them for every `+`."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._resolved: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, function: Any, arguments: Any, keywords: Any) -> Any:
        """The signature of a call."""
        is_fixed = not isinstance(function, types.Type) or isinstance(function, types.Function)
        if keywords or not is_fixed:
            return self._context.resolve_function_type(function, arguments, keywords)
        key = function, arguments
        if self._resolved.get(key) is None:  # what is unknown now may become known
            self._resolved[key] = self._context.resolve_function_type(function, arguments, keywords)
        return self._resolved[key]


_remembering = cache(_Remembering)


# Functions inside kernels ---------------------------------------------------------------------


def device(function: Function) -> Any:
    """Mark a function that kernels call and that has no branches: it is always inlined."""
    return _part(function, forceinline=True)


def routine(function: Function) -> Any:
    """Mark a function that kernels call and that has branches or loops: LLVM decides whether to inline it."""
    return _part(function, forceinline=False)


def _part(function: Function, forceinline: bool) -> Any:
    """A function that is compiled into each kernel that calls it; its annotations say the types."""

    def typed(typing_context: Any, *arguments: Any) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            code = _code(typing_context, context, function, signature, forceinline)
            return context.call_internal(builder, code, signature, values)

        return returned(*map(_parameter_type, annotations, arguments)), generate

    own = inspect.signature(function)
    annotations = [_written(p.annotation) for p in own.parameters.values()]
    returned = TYPES[_written(own.return_annotation)]
    context = inspect.Parameter("typing_context", inspect.Parameter.POSITIONAL_ONLY)
    typed.__signature__ = own.replace(parameters=[context, *own.parameters.values()])  # type: ignore[attr-defined]
    typed.__name__ = function.__name__
    return intrinsic(typed)


def _written(annotation: Any) -> str:
    """An annotation as text, which it is where the file postpones annotations."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _parameter_type(annotation: str, given: Any) -> Any:
    return given.copy(readonly=True) if annotation == "Readable" else TYPES.get(annotation, given)


_codes: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
"""For each kernel under construction, the functions that have been compiled into it."""


def _code(typing_context: Any, context: Any, function: Function, signature: Any, forceinline: bool) -> Any:
    """The descriptor of the function's code inside the kernel under construction."""
    kernel_code = context.active_code_library
    codes = _codes.setdefault(kernel_code, {})
    key = function, signature.args
    if key not in codes:
        flags = Flags()
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        flags.error_model, flags.forceinline = ERROR_MODEL, forceinline
        own_types = signature.args, signature.return_type
        made = compile_extra(typing_context, context, function, *own_types, flags, {}, kernel_code, _Compiler)
        # LLVM may drop it once it is inlined: nobody else calls it.
        kernel_code.get_function(made.fndesc.llvm_func_name).linkage = "linkonce_odr"
        codes[key] = made.fndesc
    return codes[key]


# Primitives -----------------------------------------------------------------------------------


@intrinsic
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c with one rounding; of float32 a float32."""
    kind = _float_of(a, b, c)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return kind(kind, kind, kind), generate


def _float_of(*kinds: Any) -> Any:
    """float32 if all of them are, else float64."""
    return types.float32 if all(kind == types.float32 for kind in kinds) else types.float64


@intrinsic
def magnitude(typing_context: Any, x: Any) -> Any:
    """|x| of a float32."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        word = builder.bitcast(arguments[0], ir.IntType(32))
        return builder.bitcast(builder.and_(word, ir.Constant(ir.IntType(32), 0x7FFFFFFF)), ir.FloatType())

    return types.float32(types.float32), generate


@intrinsic
def short_power_of_two(typing_context: Any, shifted: Any) -> Any:
    """`symloss.elementary.primitives.short_power_of_two`: a shift."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        word = builder.bitcast(arguments[0], ir.IntType(32))
        return builder.bitcast(builder.shl(word, ir.Constant(ir.IntType(32), 23)), ir.FloatType())

    return types.float32(types.float32), generate


@intrinsic
def bits(typing_context: Any, x: Any) -> Any:
    """The 64 bits of a float64, as an int64."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def from_bits(typing_context: Any, i: Any) -> Any:
    """The float64 that has these 64 bits."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def single(typing_context: Any, x: Any) -> Any:
    """The float32 nearest to x, as a float64."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.fpext(builder.fptrunc(arguments[0], ir.FloatType()), ir.DoubleType())

    return types.float64(types.float64), generate


@intrinsic
def select(typing_context: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    """One of two numbers, without a branch; an integer beside a float becomes a float."""
    integers = all(isinstance(kind, types.Integer) for kind in (then, otherwise))
    kind = types.int64 if integers else _float_of(then, otherwise)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.select(context.cast(builder, arguments[0], types.boolean, types.boolean), *arguments[1:])

    return kind(types.boolean, kind, kind), generate


@intrinsic
def eight(typing_context: Any, values: Any, place: Any) -> Any:
    """`symloss.lower.vectors.eight`: one load."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _loaded(context, builder, values, *arguments)

    return _EIGHT(values, types.int64), generate


def _loaded(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, place: Any) -> Any:
    """Eight neighbours in an array, as float64."""
    loaded = _short_loaded(context, builder, kind, array, place)
    return loaded if kind.dtype == types.float64 else builder.fpext(loaded, _VECTOR)


def _element(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, place: Any) -> Any:
    """Where an element of an array of that kind is."""
    values = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, kind, values, [place], wraparound=False)


def _pointer(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, place: Any) -> Any:
    """Where eight neighbours begin in an array of that kind."""
    pointer = _element(context, builder, kind, array, place)
    return builder.bitcast(pointer, ir.VectorType(context.get_data_type(kind.dtype), 8).as_pointer())


@intrinsic
def turn_over(
    typing_context: Any, source: Any, place: Any, step: Any, target: Any, target_place: Any, target_step: Any
) -> Any:
    """``target[target_place + j * target_step + i] = source[place + i * step + j]`` for i and j below 8.

    Eight loads, three rounds of eight shuffles, eight stores; copied one by one, or gathered and scattered, a tile of
    rows took up to half of its time. In LLVM's hands since no loop of scalars becomes this.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, first, apart, result, first_result, apart_result = arguments
        vectors = []
        for number in map(ir.IntType(64), range(8)):
            row = builder.add(first, builder.mul(apart, number))
            vectors.append(_loaded(context, builder, source, array, row))
        for number, vector in zip(map(ir.IntType(64), range(8)), _turned_over(builder, vectors), strict=True):
            column = builder.add(first_result, builder.mul(apart_result, number))
            pointer = _pointer(context, builder, target, result, column)
            stored = vector if target.dtype == types.float64 else builder.fptrunc(vector, _SHORT_VECTOR)
            builder.store(stored, pointer, align=target.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(source, *[types.int64] * 2, target, *[types.int64] * 2), generate


@intrinsic(prefer_literal=True)
def deinterleave(
    typing_context: Any, source: Any, place: Any, target: Any, target_place: Any, target_step: Any, classes: Any
) -> Any:
    """``target[target_place + j * target_step + i] = source[place + i * classes + j]`` for i below 8, j below classes.

    Eight rows of a few classes, given as a literal, side by side: whole vectors are loaded and their entries chosen.
    """
    count = classes.literal_value

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, first, result, first_result, apart, _ = arguments
        places = (builder.add(first, ir.IntType(64)(8 * number)) for number in range(count))
        whole = _joined(builder, [_short_loaded(context, builder, source, array, place) for place in places])
        for number in range(count):
            vector = _picked(builder, whole, [i * count + number for i in range(8)])
            if source.dtype != types.float64:
                vector = builder.fpext(vector, _VECTOR)
            column = builder.add(first_result, builder.mul(apart, ir.IntType(64)(number)))
            builder.store(vector, _pointer(context, builder, target, result, column), align=8)
        return context.get_dummy_value()

    integers = [types.int64] * 2
    return types.void(source, types.int64, target, *integers, types.literal(count)), generate


@intrinsic(prefer_literal=True)
def interleave(
    typing_context: Any, source: Any, place: Any, step: Any, target: Any, target_place: Any, classes: Any
) -> Any:
    """``target[target_place + i * classes + j] = source[place + j * step + i]`` for i below 8, j below classes."""
    count = classes.literal_value

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        array, first, apart, result, first_result, _ = arguments
        columns = []
        for number in map(ir.IntType(64), range(count)):
            vector = _loaded(context, builder, source, array, builder.add(first, builder.mul(apart, number)))
            columns.append(vector if target.dtype == types.float64 else builder.fptrunc(vector, _SHORT_VECTOR))
        whole = _joined(builder, columns)
        for part in range(count):
            places = [(8 * part + i) % count * 8 + (8 * part + i) // count for i in range(8)]
            pointer = _pointer(context, builder, target, result, builder.add(first_result, ir.IntType(64)(8 * part)))
            builder.store(_picked(builder, whole, places), pointer, align=target.dtype.bitwidth // 8)
        return context.get_dummy_value()

    integers = [types.int64] * 2
    return types.void(source, *integers, target, types.int64, types.literal(count)), generate


def _short_loaded(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, place: Any) -> Any:
    """Eight neighbours in an array as they are stored."""
    return builder.load(_pointer(context, builder, kind, array, place), align=kind.dtype.bitwidth // 8)


def _joined(builder: ir.IRBuilder, vectors: list[Any]) -> Any:
    """The vectors one behind the other as one, whose length is a power of two."""
    while len(vectors) > 1:
        vectors = [*vectors, vectors[-1]] if len(vectors) % 2 else vectors
        size = 2 * vectors[0].type.count
        mask = ir.Constant(ir.VectorType(ir.IntType(32), size), [ir.IntType(32)(i) for i in range(size)])
        vectors = [builder.shuffle_vector(a, b, mask) for a, b in zip(vectors[::2], vectors[1::2], strict=True)]
    return vectors[0]


def _picked(builder: ir.IRBuilder, vector: Any, places: list[int]) -> Any:
    """Eight entries of a vector."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), 8), [ir.IntType(32)(place) for place in places])
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)


@intrinsic
def fetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache lines of 64 neighbours in an array, which will be read."""
    return types.void(array, types.int64), _fetching(array, to_write=False)


@intrinsic
def fetch_to_write(typing_context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache lines of 64 neighbours in an array, which will be written: a store reads its line first."""
    return types.void(array, types.int64), _fetching(array, to_write=True)


def _fetching(kind: Any, to_write: bool) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        pointer_type, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [pointer_type, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
        first = builder.bitcast(_pointer(context, builder, kind, *arguments), pointer_type)
        size = 64 * kind.dtype.bitwidth // 8
        for offset in range(0, size, LINE):
            line = builder.gep(first, [ir.IntType(64)(offset)])
            builder.call(prefetch, [line, number(int(to_write)), number(3), number(1)])  # to all levels of the cache
        return context.get_dummy_value()

    return generate


def _turned_over(builder: ir.IRBuilder, vectors: list[Any]) -> list[Any]:
    """Eight vectors of eight as a matrix, transposed: blocks of 1, then of 2, then of 4 change places."""
    for block in (1, 2, 4):
        low = [i if i & block == 0 else 8 + i - block for i in range(8)]
        turned = list(vectors)
        for i in (i for i in range(8) if i & block == 0):
            for shift, place in ((0, i), (block, i + block)):
                mask = ir.Constant(ir.VectorType(ir.IntType(32), 8), [number + shift for number in low])
                turned[place] = builder.shuffle_vector(vectors[i], vectors[i + block], mask)
        vectors = turned
    return vectors


@intrinsic
def stream(typing_context: Any, array: Any, place: Any, value: Any) -> Any:
    """``array[place] = value`` past the cache, in a loop that begins at a line of the array: see `before_line`.

    LLVM makes vectors of such stores only where they are said to be aligned, and it asks for that of every single one,
    although it is the vector that will be; what is left over is stored one by one, which needs no alignment.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        store = builder.store(arguments[2], _element(context, builder, array, *arguments[:2]), align=LINE)
        store.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)]))
        return context.get_dummy_value()

    return types.void(array, types.int64, array.dtype), generate


@intrinsic
def settle(typing_context: Any) -> Any:
    """Wait until what was streamed is where other threads see it."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def before_line(typing_context: Any, array: Any, place: Any, most: Any) -> Any:
    """How many elements from a place on stand before the next beginning of a cache line; ``most`` at most."""
    size = array.dtype.bitwidth // 8

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        pointer, word = _element(context, builder, array, *arguments[:2]), ir.IntType(64)
        behind = builder.and_(builder.neg(builder.ptrtoint(pointer, word)), ir.Constant(word, LINE - 1))
        count = builder.udiv(behind, ir.Constant(word, size))
        return builder.select(builder.icmp_signed("<", count, arguments[2]), count, arguments[2])

    return types.int64(array, types.int64, types.int64), generate


@intrinsic
def eight_zeros(typing_context: Any) -> Any:
    """`symloss.lower.vectors.eight_zeros`."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return _ALL_ZERO

    return _EIGHT(), generate


@intrinsic
def plus(typing_context: Any, a: Any, b: Any) -> Any:
    """`symloss.lower.vectors.plus`: one instruction."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments)

    return _EIGHT(_EIGHT, _EIGHT), generate


@intrinsic
def minus(typing_context: Any, a: Any, b: Any) -> Any:
    """`symloss.lower.vectors.minus`: one instruction."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.fsub(*arguments)

    return _EIGHT(_EIGHT, _EIGHT), generate


@intrinsic
def unless(typing_context: Any, a: Any, counted: Any) -> Any:
    """`symloss.lower.vectors.unless`: a comparison and a choice."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.select(_equal(builder, *arguments), _ALL_ZERO, arguments[0])

    return _EIGHT(_EIGHT, types.float64), generate


@intrinsic
def equals(typing_context: Any, a: Any, counted: Any) -> Any:
    """`symloss.lower.vectors.equals`: a comparison and a choice."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.select(_equal(builder, *arguments), ir.Constant(_VECTOR, [1.0] * 8), _ALL_ZERO)

    return _EIGHT(_EIGHT, types.float64), generate


def _equal(builder: ir.IRBuilder, vector: Any, number: Any) -> Any:
    """Where the entries equal the number."""
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    same = ir.Constant(ir.VectorType(ir.IntType(32), 8), [0] * 8)
    return builder.fcmp_ordered("==", vector, builder.shuffle_vector(first, first, same))


@intrinsic
def entry(typing_context: Any, a: Any, number: Any) -> Any:
    """`symloss.lower.vectors.entry`."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.extract_element(*arguments)

    return types.float64(_EIGHT, types.int64), generate


@intrinsic
def rank(typing_context: Any, x: Any) -> Any:
    """`symloss.lower.vectors.rank`, of a float32 as an int32."""
    word = types.int32 if x == types.float32 else types.int64

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        integer = context.get_data_type(word)
        highest = ir.Constant(integer, 2 ** (word.bitwidth - 1) - 1)
        ordered = _ordered(builder, builder.bitcast(arguments[0], integer), highest)
        return builder.select(builder.fcmp_ordered("ord", arguments[0], arguments[0]), ordered, highest)

    return word(x), generate


@intrinsic
def from_rank(typing_context: Any, i: Any) -> Any:
    """`symloss.lower.vectors.from_rank`, of an int32 by way of a float32."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        integer = arguments[0].type
        ordered = _ordered(builder, arguments[0], ir.Constant(integer, 2 ** (integer.width - 1) - 1))
        if integer.width == 64:
            return builder.bitcast(ordered, ir.DoubleType())
        return builder.fpext(builder.bitcast(ordered, ir.FloatType()), ir.DoubleType())

    return types.float64(i), generate


def _ordered(builder: ir.IRBuilder, word: Any, highest: Any) -> Any:
    """All bits but the sign inverted where the sign is set: from the bits of a float to its rank, and back."""
    negative = builder.ashr(word, ir.Constant(word.type, word.type.width - 1))
    return builder.xor(word, builder.and_(negative, highest))


@intrinsic
def rank_of_nothing(typing_context: Any, values: Any) -> Any:
    """`symloss.lower.vectors.rank_of_nothing`."""
    word = types.int32 if values.dtype == types.float32 else types.int64

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        # The bits of -inf with all but the sign inverted.
        lowest = -(2**31) + 0x7FFFFF if word == types.int32 else -(2**63) + 0xFFFFFFFFFFFFF
        return ir.Constant(context.get_data_type(word), lowest)

    return word(values), generate


@intrinsic
def wide_vectors(typing_context: Any) -> Any:
    """Allow 512-bit vectors in the function that calls this, where the processor has them.

    LLVM prefers 256 bits on most Intel processors although it may use 512. The attribute belongs to this one
    function; an environment variable would change every Numba kernel of the process.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        # llvmlite's `attributes.add` refuses attributes written as "key"="value"; what a set holds is printed as it is.
        set.add(builder.function.attributes, WIDE_VECTORS)
        return context.get_dummy_value()

    return types.void(), generate
