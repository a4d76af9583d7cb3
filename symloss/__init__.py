"""symloss: declare a loss in SymPy, get its derivatives, stable compiled kernels and proofs.

What is exported here is public; a deprecated name stays for two minor releases with a warning
that says what to write instead.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symloss import testing as testing
    from symloss.audit.objective.audit import audit as audit
    from symloss.catalogue import get as get
    from symloss.catalogue import load as load
    from symloss.catalogue import names as names
    from symloss.catalogue import register as register
    from symloss.declare.axes import axis as axis
    from symloss.declare.domains import (
        Binary as Binary,
    )
    from symloss.declare.domains import (
        Counts as Counts,
    )
    from symloss.declare.domains import (
        Interval as Interval,
    )
    from symloss.declare.domains import (
        NonNegative as NonNegative,
    )
    from symloss.declare.domains import (
        Positive as Positive,
    )
    from symloss.declare.domains import (
        Reals as Reals,
    )
    from symloss.declare.domains import (
        Signs as Signs,
    )
    from symloss.declare.domains import (
        Simplex as Simplex,
    )
    from symloss.declare.domains import (
        Unit as Unit,
    )
    from symloss.loss import Loss as Loss
    from symloss.loss import Metric as Metric
    from symloss.loss.wrappers import as_binary as as_binary
    from symloss.loss.wrappers import as_margin as as_margin
    from symloss.loss.wrappers import class_weighted as class_weighted
    from symloss.loss.wrappers import focal_modulated as focal_modulated
    from symloss.loss.wrappers import label_smoothed as label_smoothed
    from symloss.loss.wrappers import penalised as penalised
    from symloss.loss.wrappers import with_temperature as with_temperature

__version__ = "0.1.0"

_WHERE = {
    "symloss.declare.axes": ("axis",),
    "symloss.declare.roles": ("target", "prediction", "data", "parameter", "label"),
    "symloss.declare.domains": (
        "Reals",
        "Positive",
        "NonNegative",
        "Unit",
        "Binary",
        "Signs",
        "Counts",
        "Simplex",
        "Interval",
    ),
    "symloss.declare.functions": (
        "softmax",
        "log_softmax",
        "logsumexp",
        "max_over",
        "norm",
        "dot",
        "sort",
        "rank",
        "sparsemax",
        "sparse_max_over",
    ),
    "symloss.heads.functions": (
        "sigmoid",
        "softplus",
        "log_sigmoid",
        "logit",
        "logcosh",
        "xlogy",
        "norm_cdf",
        "log_norm_cdf",
    ),
    "symloss.loss": ("Loss", "Metric"),
    "symloss.loss.wrappers": (
        "class_weighted",
        "label_smoothed",
        "focal_modulated",
        "as_margin",
        "as_binary",
        "with_temperature",
        "penalised",
    ),
    "symloss.catalogue": ("register", "get", "names", "load"),
    "symloss.errors": (
        "SymlossError",
        "DeclarationError",
        "DerivationError",
        "DomainError",
        "ShapeError",
        "ParameterError",
        "UnknownLossError",
        "DuplicateLossError",
        "SymlossWarning",
        "WeightlessWarning",
        "LawError",
        "MissingDependencyError",
    ),
}

_MODULE_OF = {name: module for module, exported in _WHERE.items() for name in exported}
_PACKAGES = ("audit", "testing")  # sl.audit is a function and a package
_RENAMED = {"format": ("symloss.formatting", "format_expression"), "delta": ("sympy", "KroneckerDelta")}

__all__ = ["__version__", "delta", "format", *_PACKAGES, *_MODULE_OF]


def __getattr__(name: str) -> Any:
    """Find a public name on first use, so that ``import symloss`` costs next to nothing."""
    if name in _MODULE_OF:
        value = getattr(importlib.import_module(_MODULE_OF[name]), name)
    elif name in _PACKAGES:
        value = importlib.import_module(f"symloss.{name}")
    elif name in _RENAMED:
        module, attribute = _RENAMED[name]
        value = getattr(importlib.import_module(module), attribute)
    else:
        raise AttributeError(f"module 'symloss' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
