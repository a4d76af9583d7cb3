"""Which argument of a call is which: positions, keywords, aliases, defaults."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symloss.call.signature import Signature
from symloss.errors import ParameterError

#: What the methods of a loss take besides inputs and parameters; only for suggestions.
OPTIONS = ("sample_weight", "reduction", "groups", "out", "n_threads", "wrt", "curvature")


class Given(NamedTuple):
    """The objects of a call by declared name; ``shown`` is how messages call them."""

    inputs: dict[str, object]
    parameters: dict[str, object]
    shown: dict[str, str]


def match(signature: Signature, args: Sequence[object], kwargs: Mapping[str, object]) -> Given:
    """Sorts the arguments of a call by declared name."""
    given = Given({}, {}, {})
    for keyword, value in kwargs.items():
        _by_name(signature, given, keyword, value)
    _by_position(signature, given, args)
    for spec in signature.parameters:
        if spec.name not in given.parameters:
            if spec.default is None:
                raise ParameterError(f"{_usage(signature)} needs {spec.name}: write {spec.name}=... ({spec.domain})")
            given.parameters[spec.name] = spec.default
    return given


def _by_name(signature: Signature, given: Given, keyword: str, value: object) -> None:
    name = signature.aliases.get(keyword, keyword)
    if name in signature.input_named:
        into = given.inputs
    elif name in signature.parameter_named:
        into = given.parameters
    else:
        raise ParameterError(_unknown(signature, keyword))
    if name in into:
        raise ParameterError(f"{given.shown[name]} and {keyword} are the same argument of {signature.loss}; give one")
    into[name] = value
    given.shown[name] = keyword


def _by_position(signature: Signature, given: Given, args: Sequence[object]) -> None:
    # What stands by name leaves its place to the next: value(y, f, exposure=e) is complete.
    open_names = [i.name for i in signature.inputs if i.name not in given.inputs]
    positional = [name for name in open_names if not signature.input_named[name].keyword_only]
    if len(args) > len(positional):
        raise ParameterError(f"{_usage(signature)}; {len(args)} positional arguments were given{_named(given)}")
    given.inputs.update(zip(positional, args, strict=False))
    missing = [name for name in open_names if name not in given.inputs]
    if missing:
        raise ParameterError(f"{_usage(signature)}; {' and '.join(missing)} missing{_hint(signature, missing, args)}")


def _usage(signature: Signature) -> str:
    positional = [i.name for i in signature.inputs if not i.keyword_only]
    keywords = [f"{i.name}=" for i in signature.inputs if i.keyword_only]
    return f"{signature.loss} takes ({', '.join(positional + keywords)})"


def _named(given: Given) -> str:
    return f" besides {', '.join(given.shown[name] for name in given.inputs)} by name" if given.inputs else ""


def _hint(signature: Signature, missing: list[str], args: Sequence[object]) -> str:
    data = [i.name for i in signature.inputs if i.role == "data"]
    filled_by_position = args and data and not any(name in missing for name in data)
    return f" (data may go by name: {data[0]}=...)" if filled_by_position else ""


def _unknown(signature: Signature, keyword: str) -> str:
    known = [*signature.input_named, *signature.parameter_named, *signature.aliases]
    near = difflib.get_close_matches(keyword, [*known, *OPTIONS], n=2)
    suggestion = f"; did you mean {' or '.join(near)}?" if near else ""
    parameters = ", ".join(signature.parameter_named) or "none"
    return f"{signature.loss} has no argument {keyword!r}{suggestion} ({_usage(signature)}; parameters: {parameters})"
