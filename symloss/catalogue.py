"""Losses by name: those that ship, those that packages bring, those that a user registers.

The folder of shipped losses is listed, never imported as a whole. What a call needs to know of a shipped loss comes
from the manifest; its file is run when the manifest does not know it, or when the symbolic side is asked for.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from symloss import manifest
from symloss.errors import DeclarationError, DuplicateLossError, ParameterError, SymlossError, UnknownLossError
from symloss.loading import declaration_files, run_shipped, run_user_file, shipped_file, shipped_files
from symloss.loss import Loss

if TYPE_CHECKING:
    from symloss.declare.declaration import Declaration

ENTRY_POINTS = "symloss.losses"

# One lock for all: a thread that asks for a loss while another one registers it sees it entirely or not at all.
_lock = threading.RLock()
_registered: dict[str, Loss] = {}
_shipped: dict[str, Loss] = {}
_multiples: dict[str, tuple[Loss, Loss]] = {}
_plugins_loaded = False


def register(loss: Loss, *, override: bool = False) -> Loss:
    """Make a loss known under its name and aliases, and return it.

    Registering the same declaration again changes nothing. Another loss under a name or alias that is taken is a
    `DuplicateLossError`; ``override=True`` replaces.
    """
    return _register([("register", loss)], override)[0]


def get(name: str) -> Loss:
    """The loss of that name or alias; where a peer's name stands for a multiple of the loss, that multiple.

    >>> get("squared_error").value([1.0], [3.0]), get("MSELoss").value([1.0], [3.0])
    (array([2.]), array([4.]))
    """
    if not isinstance(name, str):
        raise ParameterError(f"get({name!r}): expected the name of a loss, such as sl.get('huber')")
    with _lock:
        found = _holder(name)
        if found is None:
            _load_plugins()
            found = _holder(name)
    if found is None:
        raise UnknownLossError(_unknown(name))
    return found if name == found.name else _multiple(found, name)


def _multiple(loss: Loss, alias: str) -> Loss:
    """The loss under an alias: itself, or the multiple of it that the peer of that name returns."""
    if alias not in dict(loss.outline.factors):
        return loss
    with _lock:
        known, made = _multiples.get(alias, (None, loss))
        if known is not loss:
            made = loss.as_alias(alias)
            _multiples[alias] = loss, made
        return made


def names(family: str | None = None) -> tuple[str, ...]:
    """The names of all losses, sorted; of one family of shipped losses if it is given."""
    shipped = shipped_files()
    families = {path.parent.name for path in shipped.values()}
    if family is not None and family not in families:
        raise UnknownLossError(f"no family {family!r}; the families are {', '.join(sorted(families))}")
    if family is not None:
        return tuple(name for name, path in shipped.items() if path.parent.name == family)
    with _lock:
        _load_plugins()
        return tuple(sorted({*shipped, *_registered}))


def load(path: str | Path, *, override: bool = False) -> tuple[Loss, ...]:
    """Run a Python file, or every one below a folder, and register the losses at module level; all of them or none.

    Returns the losses. An error names the file.
    """
    path = Path(path).expanduser()
    with _lock:
        found = [(str(file), loss) for file in declaration_files(path) for loss in run_user_file(file)]
        if not found:
            raise DeclarationError(f"{path}: no loss at module level; write my_loss = sl.Loss('my_loss', ...)")
        return _register(found, override)


def describe(name: str) -> manifest.Entry:
    """What `symloss list` prints about a loss; a shipped one is not run if the manifest knows it."""
    with _lock:
        path = None if name in _registered else shipped_path(name)
        if path is not None:
            return manifest.describe(shipped(name), path)
    return manifest.describe(get(name))


def shipped_path(name: str) -> Path | None:
    """The file that declares a shipped loss, or None for a name (or alias) that no shipped loss has."""
    return shipped_file(name)


def family(loss: Loss) -> str:
    """The folder of the registry that a shipped loss stands in; empty for any other."""
    path = shipped_path(loss.name)
    return path.parent.name if path is not None and _same(shipped(loss.name), loss) else ""


def shipped(name: str) -> Loss:
    """The shipped loss of that name, whatever was registered over it."""
    with _lock:
        if name not in _shipped:
            path = shipped_path(name)
            if path is None:
                raise UnknownLossError(f"{name!r} is not a shipped loss")
            _shipped[name] = _from_manifest(name, path) or _from_file(name, path)
        return _shipped[name]


def _from_manifest(name: str, path: Path) -> Loss | None:
    outline = manifest.outline(name, path)
    if outline is None:
        return None
    return Loss.from_outline(outline, partial(_declared, name, path, outline.fingerprint))


def _from_file(name: str, path: Path) -> Loss:
    digest = manifest.file_digest(path)  # before the run: a file that changes meanwhile is run again next time
    loss = run_shipped(name, path)
    manifest.remember(path, digest, loss)
    return loss


def _declared(name: str, path: Path, fingerprint: str) -> Declaration:
    """What a shipped file declares; an error where that is no longer what the manifest said when it was asked.

    Takes no lock: a loss asks for this when it holds that of the symbolic side, which may be asked for under ours.
    """
    declaration = run_shipped(name, path).declaration
    if declaration.fingerprint != fingerprint:
        raise DeclarationError(
            f"{path}: {name!r} is declared differently than when this program asked for it; start the program anew"
        )
    return declaration


def restore(name: str, fingerprint: str) -> Loss:
    """The shipped loss that a pickle speaks of; an error where its declaration has changed since."""
    loss = shipped(name)
    own = loss.outline.fingerprint
    if own != fingerprint:
        raise DeclarationError(
            f"the pickled loss {name!r} was declared differently from the one in this version of symloss "
            f"(fingerprints {fingerprint[:12]} and {own[:12]}); "
            f"pickle it anew with sl.get({name!r}), or install the version that wrote it"
        )
    return loss


# --- who holds a name -----------------------------------------------------------------------------


def _holder(name: str) -> Loss | None:
    """The loss that a name or alias stands for; names go before aliases, a user's before shipped ones."""
    if name in _registered:
        return _registered[name]
    if name in _shipped or shipped_path(name) is not None:
        return shipped(name)
    for loss in _registered.values():
        if name in loss.aliases:
            return loss
    holder = _shipped_aliases().get(name)
    # A loss registered over a shipped one takes the name with all its aliases.
    return None if holder is None or holder in _registered else shipped(holder)


def _shipped_aliases() -> dict[str, str]:
    return {alias: entry.name for entry in manifest.entries().values() for alias in entry.aliases}


def _same(a: Loss, b: Loss) -> bool:
    # The fingerprints first: they differ for almost all pairs, and need no symbolic side.
    return a is b or (a.outline.fingerprint == b.outline.fingerprint and a.declaration == b.declaration)


# --- registering ------------------------------------------------------------------------------------


def _register(found: Iterable[tuple[str, Loss]], override: bool) -> tuple[Loss, ...]:
    """Register all, or none where one cannot be; each comes with what an error says of its origin."""
    with _lock:
        new: dict[str, Loss] = {}
        result = []
        for origin, loss in found:
            if not isinstance(loss, Loss):
                raise ParameterError(f"{origin}: {loss!r} is not a loss; expected sl.Loss(...)")
            taken = new.get(loss.name) or _holder(loss.name)
            if taken is not None and _same(taken, loss):
                result.append(taken)
                continue
            if not override:
                _refuse_taken_names(origin, loss, new)
            new[loss.name] = loss
            result.append(loss)
        _registered.update(new)
        return tuple(result)


def _refuse_taken_names(origin: str, loss: Loss, new: dict[str, Loss]) -> None:
    for name in (loss.name, *loss.aliases):
        holder = next((other for other in new.values() if name in (other.name, *other.aliases)), None) or _holder(name)
        if holder is not None:
            what = "a loss" if holder.name == name else f"an alias of {holder.name!r}"
            raise DuplicateLossError(
                f"{origin}: {loss.name!r} cannot take the name {name!r}, which is already {what} = "
                f"{holder.expression}; choose another name, or write override=True to replace it"
            )


# --- losses of packages -----------------------------------------------------------------------------


def _load_plugins() -> None:
    global _plugins_loaded
    if _plugins_loaded:
        return
    _plugins_loaded = True  # before the work: a package may itself ask for a loss while it is loaded
    try:
        for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
            _load_plugin(point)
    except BaseException:
        _plugins_loaded = False
        raise


def _load_plugin(point: EntryPoint) -> None:
    """An entry point is a loss, several, a module with losses at module level, or a file or folder to load."""
    origin = f"entry point {point.name} = {point.value}" + (f" of {point.dist.name}" if point.dist else "")
    try:
        value = point.load()
        if isinstance(value, (str, Path)):
            load(value)
            return
        if isinstance(value, ModuleType):
            value = tuple(v for v in vars(value).values() if isinstance(v, Loss))
        _register([(origin, loss) for loss in ((value,) if isinstance(value, Loss) else value)], override=False)
    except SymlossError:
        raise
    except Exception as error:
        raise DeclarationError(f"{origin}: {type(error).__name__}: {error}") from error


# --- messages ---------------------------------------------------------------------------------------


def _unknown(name: str) -> str:
    known = sorted({*names(), *_shipped_aliases(), *(a for loss in _registered.values() for a in loss.aliases)})
    longer = [full for full in names() if _is_part(name, full)]
    if longer:
        return (
            f"{name!r} is not the full name of a loss, and peers mean different things by it; write one of "
            f"{', '.join(map(repr, longer))}. A name that ends in '_probability' takes probabilities, any other raw "
            f"predictions such as logits"
        )
    near = difflib.get_close_matches(name, known, n=3)
    advice = f"did you mean {' or '.join(map(repr, near))}?" if near else "sl.names() lists them all"
    return f"no loss is named {name!r}; {advice}"


def _is_part(name: str, full: str) -> bool:
    """Whether the words of a name follow one another in a longer name."""
    return name != "" and name != full and f"_{name}_" in f"_{full}_"
