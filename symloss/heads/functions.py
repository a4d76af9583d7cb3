"""The functions that statistics has names for, as SymPy classes.

They are opaque on purpose: SymPy must not expand `sigmoid` into exponentials.
What each one means (derivative, oracle, kernel source) stands in `table.py`.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp


class Head(sp.Function):  # type: ignore[misc]
    """A real function of real arguments whose meaning is a row of the table of heads."""

    is_real = True
    oracle: Any = None  # set by the table of heads

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        """SymPy compares numbers, as in Max(f, softplus(1)), by evaluating them."""
        numbers = [a.evalf(n=int(prec / 3.3) + 5) for a in self.args]
        if not all(isinstance(n, sp.Float) or n.is_Rational for n in numbers):
            return None
        with mpmath.workprec(prec + 20):
            return sp.Float(self.oracle(*(mpmath.mpf(n) for n in numbers)), precision=prec)

    def _sympystr(self, printer: Any) -> str:
        arguments = ", ".join(printer._print(a) for a in self.args)
        return f"{type(self).__name__}({arguments})"


class sigmoid(Head):
    """1/(1 + exp(-x)), the inverse of the logit."""

    nargs = 1
    is_positive = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        return sp.Rational(1, 2) if x.is_zero else None


class softplus(Head):
    """log(1 + exp(x))."""

    nargs = 1
    is_positive = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        return sp.log(2) if x.is_zero else None


class log_softplus(Head):
    """log(log(1 + exp(x))), which is x where exp(x) underflows: the log of a mean under the softplus link."""

    nargs = 1


class xlog1py(Head):
    """x*log(1 + y), and 0 where x is 0 whatever y is; a stable form."""

    nargs = 2


class logcosh(Head):
    """log(cosh(x)), even in x."""

    nargs = 1
    is_nonnegative = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        if x.is_zero:
            return sp.S.Zero
        return cls(-x) if x.could_extract_minus_sign() else None


class sech2(Head):
    """1 - tanh(x)**2, even in x."""

    nargs = 1
    is_positive = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        return cls(-x) if x.could_extract_minus_sign() else None


class xlogy(Head):
    """x*log(y), and 0 where x is 0 whatever y is."""

    nargs = 2


class step(Head):
    """0 below zero, 1/2 at zero, 1 above."""

    nargs = 1
    is_nonnegative = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        if x.is_zero:
            return sp.Rational(1, 2)
        if x.is_positive:
            return sp.S.One
        return sp.S.Zero if x.is_negative else None


class norm_cdf(Head):
    """The standard normal distribution function."""

    nargs = 1
    is_positive = True


class log_norm_cdf(Head):
    """The logarithm of the standard normal distribution function."""

    nargs = 1
    is_nonpositive = True


class log_norm_interval(Head):
    """log(Phi(a) - Phi(b)) for a > b: the logarithm of the probability of an interval."""

    nargs = 2
    is_nonpositive = True


class error_complement(Head):
    """erfc(x), which SymPy does not turn into 2 - erfc(-x); a stable form."""

    nargs = 1
    is_positive = True


class inverse_mills(Head):
    """phi(x)/Phi(x), the derivative of `log_norm_cdf`."""

    nargs = 1
    is_positive = True


class mills_excess(Head):
    """phi(x)/Phi(x) + x, which keeps its digits where both terms are huge."""

    nargs = 1
    is_positive = True


class mills_slope(Head):
    """m(x) (m(x) + x) for m = phi/Phi, less the derivative of m; one less the variance of a normal variable below x."""

    nargs = 1
    is_positive = True


class truncated_variance(Head):
    """The variance of a standard normal variable below x, the derivative of `mills_excess`."""

    nargs = 1
    is_positive = True


class truncated_cumulant(Head):
    """The third cumulant of how far below x a standard normal variable below x lies."""

    nargs = 1
    is_positive = True


class log_bessel_i0(Head):
    """log(I0(x)), even in x."""

    nargs = 1
    is_nonnegative = True


class bessel_ratio(Head):
    """I1(x)/I0(x), the derivative of `log_bessel_i0`."""

    nargs = 1


class log_bessel_i0_scaled(Head):
    """log(exp(-|x|) I0(x)), even in x."""

    nargs = 1
    is_nonpositive = True


class log_bessel_i1(Head):
    """log(I1(x)) for x > 0."""

    nargs = 1


class bessel_ratio_gap(Head):
    """1 - I1(x)/I0(x), which keeps its digits where x is large."""

    nargs = 1
    is_positive = True


class bessel_ratio_slope(Head):
    """The derivative of I1(x)/I0(x), even in x."""

    nargs = 1
    is_positive = True


class log_beta(Head):
    """log(Gamma(a) Gamma(b)/Gamma(a + b)) for a, b > 0."""

    nargs = 2

    @classmethod
    def eval(cls, a: sp.Expr, b: sp.Expr) -> sp.Expr | None:
        """The order of the arguments is SymPy's."""
        return cls(b, a) if sp.default_sort_key(b) < sp.default_sort_key(a) else None


class rising_log(Head):
    """log(Gamma(x + n)/Gamma(x)) for x > 0 and x + n > 0: the logarithm of x (x + 1) ... (x + n - 1)."""

    nargs = 2

    @classmethod
    def eval(cls, x: sp.Expr, n: sp.Expr) -> sp.Expr | None:
        return sp.S.Zero if n == 0 else (sp.log(x) if n == 1 else None)


class rising_excess(Head):
    """rising_log(x, n) - n log(x), the sum of log(1 + k/x) over k < n."""

    nargs = 2


class digamma_difference(Head):
    """digamma(x + n) - digamma(x) for x > 0 and x + n > 0: the sum of 1/(x + k) over k < n."""

    nargs = 2

    @classmethod
    def eval(cls, x: sp.Expr, n: sp.Expr) -> sp.Expr | None:
        return sp.S.Zero if n == 0 else (1 / x if n == 1 else None)


class trigamma_difference(Head):
    """trigamma(x + n) - trigamma(x) for x > 0 and x + n > 0: less the sum of 1/(x + k)^2 over k < n."""

    nargs = 2

    @classmethod
    def eval(cls, x: sp.Expr, n: sp.Expr) -> sp.Expr | None:
        return sp.S.Zero if n == 0 else (-1 / x**2 if n == 1 else None)


class digamma_excess(Head):
    """n/x - digamma_difference(x, n), the sum of k/(x (x + k)) over k < n."""

    nargs = 2


class trigamma_excess(Head):
    """n/x^2 + trigamma_difference(x, n), the sum of k (2x + k)/(x (x + k))^2 over k < n."""

    nargs = 2


class digamma_curvature(Head):
    """2 digamma_excess(x, n)/x - trigamma_excess(x, n), the sum of k^2/(x (x + k))^2 over k < n."""

    nargs = 2


class loggamma1p(Head):
    """loggamma(1 + x) for x > -1."""

    nargs = 1


class digamma1p(Head):
    """digamma(1 + x) for x > -1."""

    nargs = 1


class exp_times(Head):
    """x*exp(a), a number also where exp(a) is none; a stable form."""

    nargs = 2


class rising_log_exp(Head):
    """rising_log(exp(b), n) for n >= 0, also where exp(b) underflows or overflows."""

    nargs = 2


class rising_excess_exp(Head):
    """rising_excess(x, n) at x = exp(b), of b and n: also where x has underflowed."""

    nargs = 2


class rising_slope(Head):
    """x*(digamma(x + n) - digamma(x)) at x = exp(b): the derivative of `rising_log_exp` by b."""

    nargs = 2


class excess_slope(Head):
    """n - rising_slope(b, n)."""

    nargs = 2


class rising_curvature(Head):
    """The derivative of `rising_slope` by b: the sum of k*x/(x + k)^2 over k < n at x = exp(b)."""

    nargs = 2


class exp_sigmoid(Head):
    """exp(v)*sigmoid(w - v) = 1/(exp(-v) + exp(-w))."""

    nargs = 2
    is_positive = True


class exp_sigmoid_squared(Head):
    """exp(v)*sigmoid(w - v)**2."""

    nargs = 2
    is_positive = True


class exp_softplus(Head):
    """exp(v)*softplus(w - v)."""

    nargs = 2
    is_positive = True


class exp_softplus_excess(Head):
    """exp(v)*(softplus(w - v) - sigmoid(w - v))."""

    nargs = 2
    is_positive = True


class exp_tanh(Head):
    """exp(a)*tanh(r*exp(s)/2), also where the argument of tanh is subnormal."""

    nargs = 3


class log1psq_exp(Head):
    """log(1 + r^2*exp(-2*t)) of r, t and u = r*exp(-t), also where u overflows."""

    nargs = 3
    is_nonnegative = True


class log1psq_excess_exp(Head):
    """log(1 + u^2) - u^2/(1 + u^2) of r, t and u = r*exp(-t), also where u overflows."""

    nargs = 3
    is_nonnegative = True


class inverse_hypot_exp(Head):
    """1/sqrt(exp(2*t) + r^2) of r, t and exp(t), also where exp(t) overflows."""

    nargs = 3
    is_positive = True


class loggamma_rest(Head):
    """loggamma(k) - k*log(k) + k at k = exp(a); about -a for a small shape k and -a/2 for a large one.

    A function of a alone; k is given beside it, since the exponential of a rounded logarithm has lost digits.
    """

    nargs = 2


class loggamma_rest_slope(Head):
    """k*(digamma(k) - log(k)) at k = exp(a), the derivative of `loggamma_rest`: from -1 to -1/2."""

    nargs = 2
    is_negative = True


class loggamma_rest_curvature(Head):
    """k*(digamma(k) - log(k)) + k*(k*trigamma(k) - 1) at k = exp(a), the second derivative of `loggamma_rest`."""

    nargs = 2
    is_positive = True


class softplus_second_excess(Head):
    """softplus(x) - s - s^2/2 at s = sigmoid(x)."""

    nargs = 1
    is_positive = True


class finished(Head):
    """Its argument: what stabilising rules are not to see again."""

    nargs = 1

    def _sympystr(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))


class log1p_excess(Head):
    """log(1 + x) - x/(1 + x)."""

    nargs = 1
    is_nonnegative = True


class softplus_excess(Head):
    """softplus(x) - sigmoid(x)."""

    nargs = 1
    is_positive = True


class log1p(Head):
    """log(1 + x)."""

    nargs = 1


class expm1(Head):
    """exp(x) - 1."""

    nargs = 1


class log1mexp(Head):
    """log(1 - exp(x)) for x < 0."""

    nargs = 1
    is_nonpositive = True


class log1pmx(Head):
    """log(1 + x) - x."""

    nargs = 1
    is_nonpositive = True


class divergence(Head):
    """x*log(x/y) + d for d = y - x, which is given by itself to keep its digits; d at x = 0. A stable form."""

    nargs = 3


class logaddexp(Head):
    """log(exp(x) + exp(y)), symmetric in its arguments."""

    nargs = 2

    @classmethod
    def eval(cls, x: sp.Expr, y: sp.Expr) -> sp.Expr | None:
        if x == y:
            return x + sp.log(2)
        if y == 0 or x == 0:
            return softplus(x + y)
        return None if sp.default_sort_key(x) <= sp.default_sort_key(y) else cls(y, x)


class masked_difference(Head):
    """a - b, and -inf where both are -inf: in sigmoid, what is masked has no share, whatever it is compared with."""

    nargs = 2


class softplus_difference(Head):
    """softplus(x + d) - softplus(x), without the cancellation where d is small; a stable form."""

    nargs = 2


class exp_neg_exp(Head):
    """exp(-exp(x)) without the error of the inner exponential; a stable form, as are the next three."""

    nargs = 1
    is_positive = True


class log1mexp_exp(Head):
    """log(1 - exp(-exp(x)))."""

    nargs = 1
    is_nonpositive = True


class bernoulli_exp(Head):
    """B(exp(x)) = exp(x)/(exp(exp(x)) - 1), the derivative of `log1mexp_exp`."""

    nargs = 1
    is_positive = True


class bernoulli_slope_exp(Head):
    """The derivative of `bernoulli_exp`."""

    nargs = 1


class exprel(Head):
    """(exp(x) - 1)/x, and 1 at 0."""

    nargs = 1
    is_positive = True


class exp_moment(Head):
    """The integral of s**n exp(s x) over [0, 1], n = 0, 1, ...: the derivative of order n of `exprel`."""

    nargs = 2
    is_positive = True

    @classmethod
    def eval(cls, n: sp.Expr, x: sp.Expr) -> sp.Expr | None:
        return exprel(x) if n == 0 else None


class bernoulli_function(Head):
    """B(x) = x/(exp(x) - 1), and 1 at 0: the generating function of the Bernoulli numbers."""

    nargs = 1
    is_positive = True


class bernoulli_slope(Head):
    """x B'(x), without the cancellation at 0."""

    nargs = 1


class bernoulli_first(Head):
    """The derivative of `bernoulli_function`, -1/2 at 0."""

    nargs = 1
    is_negative = True


class bernoulli_second(Head):
    """The second derivative of `bernoulli_function`, even, 1/6 at 0."""

    nargs = 1
    is_positive = True


class log_exprel(Head):
    """log((exp(x) - 1)/x), and 0 at 0."""

    nargs = 1

    def _eval_is_nonnegative(self) -> bool | None:
        nonnegative: bool | None = self.args[0].is_nonnegative
        return nonnegative


class tilted_mean(Head):
    """The mean of a density proportional to exp(x s) on [0, 1], the derivative of `log_exprel`."""

    nargs = 1
    is_positive = True


class tilted_variance(Head):
    """The variance of a density proportional to exp(x s) on [0, 1], even in x."""

    nargs = 1
    is_positive = True


class expm1mx(Head):
    """exp(x) - 1 - x."""

    nargs = 1
    is_nonnegative = True


class sqrt1pm1(Head):
    """sqrt(1 + x) - 1."""

    nargs = 1


class product_or_zero(Head):
    """w*g, and 0 where w is 0 although g is infinite."""

    nargs = 2


class number_or(Head):
    """x, and y where x is NaN, being an infinity less another: what it is in other words."""

    nargs = 2


class times_square(Head):
    """w*g**2, and 0 where w is 0 although g is infinite."""

    nargs = 2


class quotient_or_zero(Head):
    """x/n, and 0 where n is 0: the slope of a norm at the origin."""

    nargs = 2


class one_sided_sign(Head):
    """sign(u), and sign(d) where u is 0: the sign just beside a kink, in the direction d."""

    nargs = 2


class power(Head):
    """x**a, and 0 where x is 0 and a is not (a may be 0: then 1)."""

    nargs = 2


def log_sigmoid(x: sp.Expr) -> sp.Expr:
    """log(sigmoid(x)) = -softplus(-x)."""
    return -softplus(-x)


def logit(p: sp.Expr) -> sp.Expr:
    """log(p/(1 - p)) for p in (0, 1)."""
    return sp.log(p) - sp.log(1 - p)
