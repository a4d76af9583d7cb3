"""Write what the registry says into the documents: the table in README.md and the pages of docs/losses.md.

    python docs/make_losses.py            rewrites both
    python docs/make_losses.py --check    writes nothing; fails where a committed text is not the generated one

The block of README.md between the two markers belongs to this script; so does all of docs/losses.md.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import re
import sys
from functools import cache
from pathlib import Path

import symloss as sl
from symloss.manifest import first_sentence, signature

INTRODUCTION = """\
# The losses

Written by `docs/make_losses.py` from the files of `registry/`; edit those. Accuracy is the largest error in units in
the last place of value / gradient / Hessian, away from true zeros, as measured in [accuracy.md](accuracy.md).
"""

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = ROOT / "docs" / "losses.md"
ACCURACY = ROOT / "docs" / "accuracy.md"
DTYPES = ("float64", "float32")
BEGIN = "<!-- losses: written by docs/make_losses.py -->"
END = "<!-- losses: end -->"

LONGEST_LINE = 400  # a longer formula is for `symloss show`


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something would change")
    check = parser.parse_args().check
    texts = generated()
    changed = [path for path, new in texts.items() if path.read_text(encoding="utf-8") != new]
    for path in changed:
        new = texts[path]
        if check:
            old = path.read_text(encoding="utf-8").splitlines()
            print(*difflib.unified_diff(old, new.splitlines(), "committed", "generated", lineterm=""), sep="\n")
        else:
            path.write_text(new, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'differs; run python docs/make_losses.py' if check else 'written'}")
    return 1 if check and changed else 0


def generated() -> dict[Path, str]:
    """Every document with its generated part as it has to be."""
    return {README: with_table(README.read_text(encoding="utf-8")), PAGES: pages()}


def with_table(text: str) -> str:
    """The text with the block between the markers replaced."""
    before, _, rest = text.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise SystemExit(f"README.md: no line {BEGIN} with a line {END} after it")
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def table() -> str:
    """One row per family, each loss a link to its file."""
    rows = ["| family | losses |", "|---|---|"]
    for family in families():
        links = (f"[{name}](registry/{family}/{name}.py)" for name in sl.names(family))
        rows.append(f"| [{family}](docs/losses.md#{family}) | {', '.join(links)} |")
    return "\n".join(rows) + "\n"


def pages() -> str:
    """A section per family and loss."""
    lines = [*INTRODUCTION.splitlines(), ""]
    for family in families():
        lines += [f"## {family}", "", described(family), ""]
        for loss in losses(family):
            lines += section(loss)
    return "\n".join(lines).rstrip() + "\n"


def described(family: str) -> str:
    """What the folder's `__init__.py` says of the family."""
    source = (ROOT / "registry" / family / "__init__.py").read_text(encoding="utf-8")
    return ast.get_docstring(ast.parse(source)) or ""


def section(loss: sl.Loss) -> list[str]:
    """What a reader wants to know of one loss."""
    summary, _, rest = loss.doc.strip().partition("\n")
    facts = {
        "call": signature(loss),
        "formula": sl.format(loss.expression),
        **derivatives(loss),
        "link": "" if loss.link is None else sl.format(loss.link) if not isinstance(loss.link, str) else loss.link,
        "accuracy": accuracy().get(loss.name, ""),
        "aliases": ", ".join(_alias(a, dict(loss.outline.factors)) for a in loss.aliases),
        "reference": loss.reference,
    }
    width = max(map(len, facts)) + 1
    shown = [f"{name:<{width}}{fact if len(fact) <= LONGEST_LINE else 'long'}" for name, fact in facts.items() if fact]
    return [
        f"### {loss.name}",
        "",
        escaped(first_sentence(summary) + "."),
        *escaped(rest.rstrip()).splitlines(),
        "",
        "```text",
        *shown,
        "```",
        "",
    ]


def derivatives(loss: sl.Loss) -> dict[str, str]:
    """Gradient and Hessian; of a metric why there are none, and which losses are consistent for it."""
    if loss.is_metric:
        return {"no gradient": loss.outline.why, "train by": ", ".join(loss.surrogates)}
    return {"gradient": sl.format(loss.gradient_expression), "hessian": sl.format(loss.hessian_expression)}


def _alias(alias: str, factors: dict[str, str]) -> str:
    return f"{alias} ({factors[alias]} times this)" if alias in factors else alias


@cache
def accuracy() -> dict[str, str]:
    """Of every measured loss, what the table of docs/accuracy.md has as its largest errors."""
    worst: dict[str, dict[str, dict[str, float]]] = {}
    for line in ACCURACY.read_text(encoding="utf-8").partition("## The catalogue")[2].splitlines():
        fields = [field.strip() for field in line.strip("|").split("|")]
        if len(fields) > 6 and fields[2] in DTYPES:
            orders = worst.setdefault(fields[0], {}).setdefault(fields[2], {})
            order = fields[1].split()[0]
            orders[order] = max(orders.get(order, 0.0), float(fields[6]))
    return {name: "; ".join(_largest(dtypes, dtype) for dtype in DTYPES) for name, dtypes in worst.items()}


def _largest(dtypes: dict[str, dict[str, float]], dtype: str) -> str:
    return f"{' / '.join(f'{error:.2g}' for error in dtypes[dtype].values())} ({dtype})"


def escaped(text: str) -> str:
    """Text of a docstring with no character that Markdown would take for emphasis; what stands in backticks stays."""
    parts = text.split("`")
    return "`".join(part if n % 2 else re.sub(r"([*_<])", r"\\\1", part) for n, part in enumerate(parts))


def families() -> list[str]:
    """The folders of the registry."""
    return sorted({sl.get(name).family for name in sl.names()} - {""})


def losses(family: str) -> list[sl.Loss]:
    """The shipped losses of a folder, by name."""
    return [loss for loss in map(sl.get, sl.names()) if loss.family == family]


if __name__ == "__main__":
    sys.exit(main())
