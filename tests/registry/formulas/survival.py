"""Times censored on the right: the density where d is 1, what survives where it is 0; without d*log(y)."""

from __future__ import annotations

from typing import Any

from mpmath import erfc, exp, log, sqrt


def of_standard_noise(n: Any, log_density: Any, log_survival: Any) -> Any:
    u = (log(n.y) - n.f) / n.sigma
    return log(n.sigma) - log_density(u) if n.d else -log_survival(u)


FORMULAS = {
    "logistic_aft": lambda n: of_standard_noise(
        n, lambda u: log(exp(-u) / (1 + exp(-u)) ** 2), lambda u: log(1 / (1 + exp(u)))
    ),
    "lognormal_aft": lambda n: of_standard_noise(n, lambda u: -(u**2) / 2, lambda u: log(erfc(u / sqrt(2)) / 2)),
    "weibull_aft": lambda n: of_standard_noise(n, lambda u: u - exp(u), lambda u: -exp(u)),
}
