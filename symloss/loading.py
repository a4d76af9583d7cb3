"""Files of declarations: which ones ship, and what running one gives."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from symloss.errors import DeclarationError, SymlossError
from symloss.loss import Loss

REGISTRY = "symloss.registry"


def shipped_files() -> dict[str, Path]:
    """The files of the registry by the name of their loss, sorted; none of them is run."""
    files = sorted(file for file in _registry_folder().glob("*/*.py") if not file.name.startswith("_"))
    return {file.stem: file for file in sorted(files, key=lambda file: file.stem)}


def shipped_file(name: str) -> Path | None:
    """The file of one shipped loss, or None."""
    # A name that is no identifier could mean something to the pattern.
    found = _registry_folder().glob(f"*/{name}.py") if name.isidentifier() and not name.startswith("_") else ()
    return min(found, default=None)


def _registry_folder() -> Path:
    spec = importlib.util.find_spec(REGISTRY)
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    # A checkout that is on the path without being installed: the folder stands beside the package.
    return Path(__file__).resolve().parent.parent / "registry"


def run_shipped(name: str, path: Path) -> Loss:
    """The loss that a file of the registry declares as ``LOSS``."""
    module = _run(path, f"{REGISTRY}.{path.parent.name}.{name}")
    loss = getattr(module, "LOSS", None)
    if not isinstance(loss, Loss):
        raise DeclarationError(f"{path}: defines no LOSS; write LOSS = sl.Loss({name!r}, ...)")
    if loss.name != name:
        raise DeclarationError(
            f"{path}: declares a loss named {loss.name!r}; the file's name is the loss's name: "
            f"write LOSS = sl.Loss({name!r}, ...) or rename the file"
        )
    return loss


def run_user_file(path: Path) -> tuple[Loss, ...]:
    """Every loss at module level of a file, in the order of definition."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    module = _run(path, f"symloss_loaded_{digest}")
    found = {id(value): value for value in vars(module).values() if isinstance(value, Loss)}
    return tuple(found.values())


def declaration_files(path: Path) -> Iterator[Path]:
    """The file itself, or the Python files below a folder, sorted; hidden and private ones are left out."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*.py")):
        if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts):
            yield file


def _run(path: Path, module_name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise DeclarationError(f"{path}: expected a Python file, such as my_losses.py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickling look a class's module up by name while the file is still running.
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except SymlossError as error:
        raise type(error)(f"{path}: {error}") from error
    except Exception as error:
        raise DeclarationError(f"{path}: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(module_name, None)
    return module
