"""The losses that are measured: those of the registry, and a few that are not in it."""

from __future__ import annotations

from functools import cache

import sympy as sp

import symloss as sl


@cache
def loss_named(name: str) -> sl.Loss:
    """A loss by its name: declared here, or in the registry."""
    return DECLARED[name]() if name in DECLARED else sl.get(name)


def gamma() -> sl.Loss:
    """The gamma likelihood with shape 1 and mean exp(f)."""
    y, f = sl.target("y", domain=sl.Positive), sl.prediction("f")
    return sl.Loss("gamma_log_link", f + y * sp.exp(-f), link="log")


def tweedie() -> sl.Loss:
    """Half the Tweedie deviance with log link, as scikit-learn's HalfTweedieLoss."""
    y, f = sl.target("y", domain=sl.NonNegative), sl.prediction("f")
    power = sl.parameter("power", default=1.5, domain=sl.Interval(1, 2, closed="neither"))
    value = sp.exp((2 - power) * f) / (2 - power) - y * sp.exp((1 - power) * f) / (1 - power)
    return sl.Loss("tweedie_log_link", value, link="log")


DECLARED = {"gamma": gamma, "tweedie": tweedie}
