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
from pathlib import Path

import symloss as sl
from symloss.manifest import first_sentence, signature

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = ROOT / "docs" / "losses.md"
BEGIN = "<!-- losses: written by docs/make_losses.py -->"
END = "<!-- losses: end -->"

LONGEST_CELL = 100  # a longer formula does not belong in a table
LONGEST_LINE = 400  # nor one longer than this on a page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something would change")
    check = parser.parse_args().check
    changed = [path for path, new in generated().items() if path.read_text(encoding="utf-8") != new]
    for path in changed:
        new = generated()[path]
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
    """One row per shipped loss, by family."""
    rows = ["| family | loss | formula | gradient |", "|---|---|---|---|"]
    for family in families():
        for loss in losses(family):
            link = f"[`{loss.name}`](registry/{family}/{loss.name}.py)"
            formulas = (cell(sl.format(e), loss.name) for e in (loss.expression, loss.gradient_expression))
            rows.append(f"| {family} | {link} | {' | '.join(formulas)} |")
    return "\n".join(rows) + "\n"


def cell(formula: str, name: str) -> str:
    """A formula in a table, or where to see it."""
    if len(formula) > LONGEST_CELL:
        return f"long: `symloss show {name}`"
    return "`" + formula.replace("|", r"\|") + "`"


def pages() -> str:
    """A section per family and loss."""
    lines = ["# The losses", "", "Written by `docs/make_losses.py` from the files of `registry/`; edit those.", ""]
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
        "gradient": sl.format(loss.gradient_expression),
        "hessian": sl.format(loss.hessian_expression),
        "aliases": ", ".join(_alias(a, dict(loss.outline.factors)) for a in loss.aliases),
        "reference": loss.reference,
    }
    shown = [f"{name:<10}{fact if len(fact) <= LONGEST_LINE else 'long'}" for name, fact in facts.items() if fact]
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


def _alias(alias: str, factors: dict[str, str]) -> str:
    return f"{alias} ({factors[alias]} times this)" if alias in factors else alias


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
