"""Audit the objectives of other packages as they are installed, and write docs/audit.md.

python docs/make_audit.py                        every package that is installed (about two minutes)
python docs/make_audit.py --only bokbokbok       one package, to standard output
python docs/make_audit.py --also FOLDER          NGBoost a second time, from FOLDER, where an older version was put by
                                                 pip install --no-deps --target FOLDER ngboost==0.5.10
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from audited.subjects import PACKAGES  # noqa: E402

PAGE = ROOT / "docs" / "audit.md"
DISTRIBUTIONS = {"xgboost": ("xgboost", "xgboost-cpu")}

HEAD = """# Audits of other people's objectives

What `sl.audit` says of objectives in other packages, as they are installed. Every function is called with numbers and
nothing else: the audit reads no source. Written by

```
{command}
```

For a function of your own:

```python
import symloss as sl


def objective(preds, dtrain):  # as XGBoost calls it
    ...
    return gradient, hessian


report = sl.audit(objective, convention="xgboost")  # which loss is it?
report = sl.audit(objective, "poisson", convention="xgboost")  # is it this one?
print(report)
assert report.passed
```

or `symloss compare mymodule:objective poisson --convention xgboost`.

A *fault* fails an audit, a *remark* does not. What is found under "Is it finite and accurate in the tails" concerns
predictions far out, beyond what training meets every day; a function whose gradient and Hessian are right as formulas
can fail by it alone, and the column *fails by* says so. Digits that are lost next to an ordinary result are a remark.

| package | version |
|---|---|
"""

TABLE = """
| package | function | its gradient | its Hessian | fails by |
|---|---|---|---|---|
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", choices=PACKAGES, help="one package, to standard output")
    parser.add_argument("--also", metavar="FOLDER", help="a folder with another version of NGBoost")
    parser.add_argument("--json", action="store_true", help="print documents, for the call of itself")
    options = parser.parse_args()
    found = audits([options.only] if options.only else list(PACKAGES))
    if options.json:
        print(json.dumps(found))
        return 0
    if options.only:
        print("\n\n".join(one["text"] for one in found))
        return 0
    if options.also:
        found += from_folder(options.also)
    PAGE.write_text(page(found, options.also is not None), encoding="utf-8")
    return 0


def audits(packages: list[str]) -> list[dict[str, Any]]:
    """The reports of all that is installed."""
    found = []
    for package in packages:
        try:
            subjects = list(PACKAGES[package]())
        except ImportError as error:
            print(f"{package}: left out ({error})", file=sys.stderr)
            continue
        for subject in subjects:
            print(f"{package} {subject.name}", file=sys.stderr, flush=True)
            report = subject.audited()
            found.append(
                {
                    "package": package,
                    "version": version_of(package),
                    "name": subject.name,
                    "text": str(report),
                    "options": {k: getattr(v, "name", v) for k, v in subject.options.items()},
                    **report.as_document(),
                }
            )
    return found


def from_folder(folder: str) -> list[dict[str, Any]]:
    """NGBoost's reports from another version, by a process that finds it first."""
    environment = {**os.environ, "PYTHONPATH": folder}
    command = [sys.executable, __file__, "--only", "ngboost", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def version_of(package: str) -> str:
    for name in DISTRIBUTIONS.get(package, (package,)):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "?"


def page(found: list[dict[str, Any]], also: bool) -> str:
    """The whole page."""
    command = "python docs/make_audit.py" + (" --also FOLDER   # with ngboost==0.5.10 in FOLDER" if also else "")
    versions = dict.fromkeys((one["package"], one["version"]) for one in found)
    lines = [HEAD.format(command=command)]
    lines += [f"| {package} | {number} |\n" for package, number in versions]
    lines.append(TABLE)
    lines += [row(one) for one in found]
    for package, number in versions:
        lines.append(f"\n## {package} {number}\n")
        for one in found:
            if (one["package"], one["version"]) == (package, number):
                lines.append(f"\n### {one['name']}\n\n```\n{one['text']}\n```\n")
    return "".join(lines)


def row(one: dict[str, Any]) -> str:
    """A line of the table."""
    faults = dict.fromkeys(f["question"] for f in one["findings"] if f["severity"] == "fault")
    hessian = "; ".join(f["kind"] for f in one["findings"] if f["question"] == "hessian")
    cells = (f"{one['package']} {one['version']}", one["name"], gradient_of(one), hessian, ", ".join(faults))
    return f"| {' | '.join(cells)} |\n"


def gradient_of(one: dict[str, Any]) -> str:
    """Whose gradient it is, in a few words."""
    if any(f["kind"] in ("not symmetric", "not of its value") for f in one["findings"]):
        return "of nothing"
    known = [f for f in one["findings"] if f["question"] == "loss" and f["kind"] == "recognised"]
    if not known:
        return "of a loss not in the catalogue"
    numbers = known[0]["numbers"]
    if numbers["factors"]:
        return f"{numbers['loss']}, times a factor by target"
    return numbers["loss"] if abs(numbers["factor"] - 1) < 1e-6 else f"{numbers['factor']:.6g} times {numbers['loss']}"


if __name__ == "__main__":
    sys.exit(main())
