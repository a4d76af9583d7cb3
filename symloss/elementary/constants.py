"""Constants that several files use. Each is the real number rounded to float64 unless its comment says otherwise."""

from __future__ import annotations

# 1.5 * 2^52: adding it rounds a number below 2^51 to an integer, which then stands in the lowest bits of the sum.
ROUND = 6755399441055744.0
ROUND_BITS = 0x4338000000000000  # the bits of ROUND

LOG2E = 1.4426950408889634  # 1 / log 2
LN2 = 0.6931471805599453  # log 2
LN2_TAIL = 2.3190468138462996e-17  # log 2 - LN2
# log 2 = LN2_HIGH + LN2_LOW to 95 bits. The first has 42 bits, so its product with an exponent (11 bits) is exact.
LN2_HIGH = 0.6931471805598903
LN2_LOW = 5.497923018708371e-14

INFINITY = 1e999  # a literal that overflows, since math.inf is no literal
NOT_A_NUMBER = INFINITY - INFINITY

SMALLEST_NORMAL = 2.2250738585072014e-308  # 2^-1022, a float64 fact
TWO_54 = 18014398509481984.0  # 2^54, makes a subnormal number normal
NEGLIGIBLE = 5.551115123125783e-17  # 2^-54, below which 1 + x rounds to 1

PI = 3.141592653589793
SQRT_HALF = 0.7071067811865476  # 1 / sqrt 2
HALF_LOG_TWO_PI = 0.9189385332046728  # log(2 pi) / 2
SQRT_TWO_OVER_PI = 0.7978845608028654  # sqrt(2 / pi)
