"""Numba, behind one door: no other file imports it.

Generated files import four things from here: `kernel` for the functions that Python calls, `device` and `routine` for
the functions that kernels call, the primitives `fma`, `bits` and `from_bits`, and `wide_vectors` as a kernel's first
statement.

Nothing here passes `fastmath`: LLVM may neither reorder nor contract, so the bits of a result depend on the declaration
alone, and `fma` happens exactly where the source says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core.extending import intrinsic

__all__ = ["bits", "device", "fma", "from_bits", "kernel", "routine", "wide_vectors"]

Decorator = Callable[[Callable[..., Any]], Any]

# Division by zero gives an infinity or NaN, as IEEE 754 says; "python" would raise, and the branch for that would
# stop a loop from being vectorised.
ERROR_MODEL = "numpy"

WIDE_VECTORS = '"prefer-vector-width"="512"'


def kernel(signature: str) -> Decorator:
    """Compile a function that Python calls, at once, for one signature such as "void(int64, float64[::1])".

    A signature makes the compilation eager: a kernel that is in the cache is loaded from disk when its file is
    imported.
    """
    decorate: Decorator = njit(signature, cache=True, nogil=True, error_model=ERROR_MODEL, boundscheck=False)
    return decorate


def device(function: Callable[..., Any]) -> Any:
    """Mark a function that kernels call; it is inlined by LLVM, and cached as part of the kernel that calls it."""
    return njit(forceinline=True, nogil=True, error_model=ERROR_MODEL, boundscheck=False)(function)


def routine(function: Callable[..., Any]) -> Any:
    """Mark a function that kernels call and that has branches or loops: LLVM decides whether to inline it."""
    return njit(nogil=True, error_model=ERROR_MODEL, boundscheck=False)(function)


@intrinsic
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c with one rounding."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


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
