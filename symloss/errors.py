"""Every error that symloss raises on purpose, and its warnings.

Each message names the argument, the first offending index and value, what was
expected, and what to write instead.
"""

from __future__ import annotations


class SymlossError(Exception):
    """The root of all errors raised on purpose by symloss."""


class SymlossWarning(UserWarning):
    """The root of all warnings that symloss gives."""


class WeightlessWarning(SymlossWarning, RuntimeWarning):
    """A mean over no samples, or over samples none of which has weight: it is 0, and so are its derivatives."""


class DeclarationError(SymlossError):
    """A declaration that cannot work; the message shows it and the line to write."""


class DerivationError(SymlossError):
    """A derivation step that failed its own check, or a derivative that does not exist."""


_RESULTS = {"hessian": "Hessian", "hessian_matrix": "Hessian", "hvp": "Hessian-vector product"} | dict.fromkeys(
    ("fisher", "fisher_matrix", "fisher_weighted"), "Fisher information"
)


def no_derivative(name: str, result: str, why: str, surrogates: tuple[str, ...]) -> DerivationError:
    """What to raise where a metric is asked for a result that needs a derivative."""
    result = _RESULTS.get(result, result.replace("_", " "))
    instead = ", ".join(f"sl.get({surrogate!r})" for surrogate in surrogates)
    return DerivationError(
        f"{name} is a metric and has no {result}: {why}. "
        + (f"Losses that are consistent for it: {instead}" if instead else "No loss is known to be consistent for it")
    )


class NoClosedForm(DerivationError):
    """The expectation does not close; who asked for it integrates numerically."""


class DomainError(SymlossError, ValueError):
    """A value lies outside its declared domain."""


class ShapeError(SymlossError, ValueError):
    """An array has the wrong shape or a dtype that cannot be converted."""


class ParameterError(SymlossError, TypeError):
    """A call names an argument or parameter that the loss does not have, or leaves one out."""


class UnknownLossError(SymlossError, KeyError):
    """No loss of that name is registered; near names are suggested."""

    def __str__(self) -> str:
        # KeyError prints the repr of its argument, which would quote the whole message.
        return str(self.args[0]) if self.args else ""


class DuplicateLossError(SymlossError):
    """Another loss is already registered under that name."""


class LawError(SymlossError, AssertionError):
    """A loss that breaks one of the laws of `symloss.testing`."""


class MissingDependencyError(SymlossError, ImportError):
    """A package that is not installed; the message says how to install it."""
