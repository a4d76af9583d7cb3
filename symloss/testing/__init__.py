"""Property tests of losses: laws, the inputs that they are held against, `check_loss`, a pytest plugin.

>>> import symloss as sl
>>> law = sl.testing.gradient_is_exact
>>> law.sentence
'The gradient is the derivative of the expression as typed.'
>>> loss = sl.get("huber")
>>> [law(loss, batch) for batch in law.batches(loss)]
[None, None, None, None, None, None]

Nothing is imported before it is asked for: pytest loads `symloss.testing.plugin` in every run.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from symloss.errors import MissingDependencyError

if TYPE_CHECKING:
    from .check import check_loss as check_loss
    from .decorators import gradient_test as gradient_test
    from .drawn_losses import expressions as expressions
    from .law import Law as Law
    from .law import Violation as Violation
    from .report import Report as Report
    from .report import Result as Result
    from .strategies import Inputs as Inputs
    from .strategies import inputs as inputs
    from .table import LAWS as LAWS

_WHERE = {
    "check_loss": "check",
    "gradient_test": "decorators",
    "Law": "law",
    "Violation": "law",
    "Report": "report",
    "Result": "report",
    "LAWS": "table",
    "inputs": "strategies",
    "Inputs": "strategies",
    "expressions": "drawn_losses",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    """A public name, or a law by its name."""
    # A file of this room is not looked for here: importing it asks for the name first.
    if name.startswith("__") or importlib.util.find_spec(f"{__name__}.{name}") is not None:
        raise AttributeError(f"module 'symloss.testing' has no attribute {name!r}")
    if name in _WHERE:
        value = getattr(_module(_WHERE[name], name), name)
    else:
        named = _module("table", name).LAW_NAMED
        if name not in named:
            raise AttributeError(f"module 'symloss.testing' has no attribute {name!r}")
        value = named[name]
    globals()[name] = value
    return value


def _module(module: str, name: str) -> Any:
    try:
        return importlib.import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise MissingDependencyError(
            f"sl.testing.{name} draws with Hypothesis, which is not installed; write pip install 'symloss[test]'"
        ) from error


def __dir__() -> list[str]:
    return sorted(__all__)
