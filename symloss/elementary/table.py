"""The elementary functions, one row each, and their source text for generated kernels.

`sources` copies: a kernel's file holds the text of every function it needs, so that editing a function here changes the
kernel's key and never leaves a stale kernel behind.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType

from symloss.elementary import (
    algebraic,
    arithmetic,
    bessel,
    beta,
    constants,
    error_function,
    exp_parts,
    exponential,
    exponential_integral,
    gamma,
    gamma_differences,
    gompertz,
    hyperbolic,
    interval,
    log_difference,
    log_mean,
    log_rising,
    log_shape,
    logarithm,
    logistic,
    lost,
    lost_logistic,
    mean_divergence,
    narrow,
    normal,
    parts,
    polygamma,
    power,
    saddle_point,
    scaled,
    shifted,
    single,
    threshold,
    tilted,
    trigonometric,
    truncated_normal,
)

__all__ = ["AMPLIFYING", "FUNCTIONS", "NARROW", "SINGLE", "Function", "callables", "sources"]

Scalar = Callable[..., float]

MODULES: tuple[ModuleType, ...] = (
    constants, arithmetic, parts, exponential, exp_parts, logarithm, log_difference, mean_divergence, logistic,
    hyperbolic, power, algebraic, trigonometric, error_function, normal, truncated_normal, interval, gompertz, tilted,
    gamma, polygamma, beta, gamma_differences, log_shape, log_rising, saddle_point, scaled, bessel,
    exponential_integral, single, shifted, threshold, narrow, lost, lost_logistic, log_mean,
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """One elementary function: its name, how many float64 arguments it has, and the Python function that computes
    it."""

    name: str
    arity: int
    source_function: Scalar

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """Functions and constants of this package that its source mentions, in order of first mention."""
        return definitions()[self.name].mentions


def rows(arity: int, *functions: Scalar) -> Iterator[tuple[str, Function]]:
    """A row per function, under the function's own name."""
    for function in functions:
        yield function.__name__, Function(function.__name__, arity, function)


FUNCTIONS: dict[str, Function] = dict([
    *rows(
        1,
        arithmetic.abs, arithmetic.sqrt, arithmetic.sign, arithmetic.step, arithmetic.floor, arithmetic.ceiling,
        exponential.exp, exponential.expm1, exponential.exprel, exponential.expm1mx,
        exponential.bernoulli_function, exponential.bernoulli_slope,
        logarithm.log, logarithm.log1p,
        log_difference.log1pmx, log_difference.log1p_excess, log_difference.log1p_second_excess, log_difference.logit,
        logistic.sigmoid, logistic.softplus, logistic.softplus_tail, logistic.sigmoid_slope, logistic.log1mexp,
        logistic.logexpm1, logistic.log_softplus, logistic.softplus_excess, logistic.softplus_second_excess,
        hyperbolic.tanh, hyperbolic.sinh, hyperbolic.cosh, hyperbolic.coshm1, hyperbolic.logcosh, hyperbolic.sech2,
        hyperbolic.asinh, hyperbolic.acosh, log_difference.atanh,
        power.sqrt1pm1, algebraic.algebraic_sigmoid, algebraic.inverse_hypot, algebraic.log1psq,
        algebraic.log1psq_excess,
        trigonometric.sin, trigonometric.cos, trigonometric.tan, trigonometric.cosm1,
        trigonometric.asin, trigonometric.acos, trigonometric.atan,
        error_function.erf, error_function.erfc, error_function.erfcx,
        gompertz.exp_neg_exp, gompertz.log1mexp_exp, gompertz.bernoulli_exp, gompertz.bernoulli_slope_exp,
        normal.ndtr, normal.log_ndtr, normal.mills, normal.erfinv, normal.ndtri,
        truncated_normal.mills_excess, truncated_normal.mills_slope, truncated_normal.truncated_variance,
        truncated_normal.truncated_cumulant,
        tilted.bernoulli_first, tilted.bernoulli_second, tilted.log_exprel, tilted.tilted_mean, tilted.tilted_variance,
        gamma.loggamma, gamma.loggamma1p, gamma.gamma, saddle_point.factorial_rest,
        polygamma.digamma, polygamma.digamma1p, polygamma.trigamma,
        bessel.log_bessel_i0, bessel.log_bessel_i0_scaled, bessel.log_bessel_i1, bessel.bessel_ratio,
        bessel.bessel_ratio_gap, bessel.bessel_ratio_slope,
        exponential_integral.log_scaled_e1, exponential_integral.scaled_e1_slope,
        exponential_integral.scaled_e1_curvature,
        exponential.exp_decay, exponential.exp_error, exp_parts.exp_rest, exp_parts.exp_rest_single,
        logarithm.log_error, single.exp_decay_single, single.exp_single,
        single.sigmoid_single, single.softplus_single, single.softplus_tail_single, single.sigmoid_slope_single,
    ),
    *rows(
        2,
        arithmetic.maximum, arithmetic.minimum, arithmetic.difference_error, arithmetic.sum_error,
        arithmetic.product_error, arithmetic.product_or_zero, arithmetic.plus_error, single.plus_error_single,
        arithmetic.times_square, arithmetic.number_or, arithmetic.quotient_or_zero, arithmetic.one_sided_sign,
        arithmetic.masked_difference,
        logarithm.log_sum, logarithm.xlogy, logarithm.xlog1py, logistic.logaddexp,
        interval.log_norm_interval,
        exponential.exp_product, single.exp_product_single,
        exponential.exp_corrected, logistic.sigmoid_corrected, logistic.softplus_corrected,
        logistic.softplus_excess_corrected, logistic.softplus_second_excess_corrected,
        logistic.sigmoid_slope_corrected, hyperbolic.tanh_corrected, hyperbolic.sech2_corrected,
        single.sigmoid_corrected_single, single.sigmoid_slope_corrected_single, single.softplus_corrected_single,
        single.log_sum_single, single.sigmoid_power_single, single.exp_corrected_single,
        mean_divergence.log_over_mean,
        exponential.exp_moment, logistic.softplus_difference, logistic.sigmoid_power,
        truncated_normal.log_ndtr_corrected, truncated_normal.mills_corrected, truncated_normal.mills_slope_corrected,
        trigonometric.sin_corrected, trigonometric.cos_corrected,
        log_shape.loggamma_rest, log_shape.loggamma_rest_slope, log_shape.loggamma_rest_curvature,
        log_rising.rising_log_exp, log_rising.rising_excess_exp, log_rising.rising_slope,
        log_rising.excess_slope, log_rising.rising_curvature,
        log_mean.exp_sigmoid, log_mean.exp_sigmoid_squared, log_mean.exp_softplus, log_mean.exp_softplus_excess,
        exponential.exp_times,
        power.power, power.hypot, algebraic.power1psq, algebraic.power1psq_quotient, algebraic.log1psq_quotient,
        normal.log_ndtr_product, trigonometric.atan2,
        polygamma.polygamma, beta.log_beta, beta.rising_log, beta.rising_excess,
        gamma_differences.digamma_difference, gamma_differences.trigamma_difference,
        gamma_differences.digamma_excess, gamma_differences.trigamma_excess,
        gamma_differences.digamma_curvature, bessel.bessel_i, saddle_point.rising_rest,
        exponential.exp_decay_corrected, shifted.exp_decay_corrected_single,
        shifted.exp_difference, shifted.exp_difference_single, shifted.share_error,
        shifted.less_share, single.less_share_single, threshold.logit_remainder,
        threshold.sigmoid_less, lost.with_lost, lost.sum_lost, lost.difference_lost,
        lost.product_lost,
    ),
    *rows(
        3,
        arithmetic.multiply_add,
        algebraic.power_quotient, algebraic.power1psq_quotient_product, log_difference.divergence,
        mean_divergence.mean_divergence, scaled.log1psq_exp, scaled.log1psq_excess_exp,
        scaled.exp_tanh, scaled.inverse_hypot_exp,
        exponential.exp_product_corrected, single.exp_product_corrected_single,
        log_mean.exp_times_sigmoid, log_mean.exp_times_slope,
        logistic.sigmoid_blend, single.sigmoid_blend_single, logistic.sigmoid_times, single.sigmoid_times_single,
        logistic.sigmoid_slope_times, single.sigmoid_slope_times_single,
        shifted.times_parts, shifted.times_parts_single,
        lost.sqrt_lost, lost.inverse_hypot_lost, lost.algebraic_sigmoid_lost, lost.exp_lost, lost.log1p_lost,
        lost.log_lost, lost_logistic.sigmoid_lost, lost_logistic.sigmoid_slope_lost, lost_logistic.tanh_lost,
    ),
    *rows(4, exponential.exp_times_pair, threshold.sigmoid_less_known, lost.quotient_lost),
    *rows(5, lost.exp_product_lost, lost.hypot_lost, lost.times_square_lost),
    *rows(7, lost.inverse_hypot_exp_lost),
])  # fmt: skip


SINGLE = {name.removesuffix("_single"): name for name in FUNCTIONS if name.endswith("_single")}
"""What a kernel for float32 uses instead: still float64 arithmetic, but no digits that rounding to float32 drops."""


AMPLIFYING = frozenset({"exp_times", "exp_times_pair", "exp_times_slope"})
"""What multiplies a difference by any number: beside it the digits that a short form lacks show in float32 as well."""


NARROW: dict[str, Function] = {
    name.removesuffix("_narrow"): function
    for name, function in [
        *rows(
            1, narrow.sigmoid_narrow, narrow.sigmoid_slope_narrow, narrow.abs_narrow, narrow.sign_narrow,
            narrow.step_narrow,
        ),
        *rows(2, narrow.exp_difference_narrow, narrow.product_or_zero_narrow, narrow.maximum_narrow,
              narrow.minimum_narrow),
        *rows(3, narrow.fma_narrow),
    ]
}  # fmt: skip
"""What a loop that computes in float32 uses instead, by the name of what it stands for; see `symloss.lower.narrow`."""


def callables() -> dict[str, Scalar]:
    """The functions as plain Python, for an interpreter; to the bit what a compiled kernel computes."""
    functions = [*FUNCTIONS.values(), *NARROW.values()]
    return {function.name: function.source_function for function in functions}


def sources(names: Iterable[str], straight: str = "", branching: str = "") -> str:
    """The text of these functions and of all they call, constants first, each definition before its use.

    A function without branching statements gets the line `straight` above it ("@device"), so that it is inlined and
    the loop around it vectorised; any other gets `branching` ("@routine"): inlining those multiplies their code and
    the time to compile it. The text needs `math`, `float32` and the primitives.
    """
    needed = in_dependency_order(names)
    known = definitions()
    values = [known[name].text for name in needed if not known[name].is_function]
    functions = [decorated(known[name], straight, branching) for name in needed if known[name].is_function]
    return "\n\n\n".join(filter(None, ["\n".join(values), *functions])) + "\n"


@dataclass(frozen=True)
class Definition:
    """A function or constant of this package as text, with the other definitions that the text mentions."""

    text: str
    is_function: bool
    branches: bool
    mentions: tuple[str, ...]


def decorated(function: Definition, straight: str, branching: str) -> str:
    """A function's text under its decorator."""
    line = branching if function.branches else straight
    return f"{line}\n{function.text}" if line else function.text


def branches(node: ast.stmt) -> bool:
    """Whether a definition has a statement that LLVM cannot turn into a select."""
    return any(isinstance(part, (ast.If, ast.For, ast.While)) for part in ast.walk(node))


@cache
def definitions() -> dict[str, Definition]:
    """Every definition of every module; no name has two."""
    texts = {name: (text, node) for module in MODULES for name, text, node in definitions_of(module)}
    return {
        name: Definition(text, isinstance(node, ast.FunctionDef), branches(node), mentions(node, name, texts.keys()))
        for name, (text, node) in texts.items()
    }


def definitions_of(module: ModuleType) -> Iterator[tuple[str, str, ast.stmt]]:
    """Name, text (whole lines, so a comment behind a constant stays) and syntax tree of what a module defines."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef):
            yield node.name, text, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            yield node.targets[0].id, text, node


def mentions(node: ast.stmt, own_name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names that are read in a syntax tree, in order of first mention."""
    read = (part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load))
    return tuple(dict.fromkeys(name for name in read if name in known and name != own_name))


def in_dependency_order(names: Iterable[str]) -> list[str]:
    """These names and all that they mention, directly or not, each after what it mentions."""
    known = definitions()
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for mentioned in known[name].mentions:
                visit(mentioned)
            order[name] = None

    for name in names:
        visit(name)
    return list(order)
