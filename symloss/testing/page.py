"""Reports as one HTML page: formulas in MathML, counterexamples in SVG, no script, nothing from the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from symloss.declare.roles import role_symbol
from symloss.errors import SymlossError
from symloss.loss import Loss

from .mathml import mathml
from .plot import drawn
from .report import FAILS, Report, Result

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6675; --line: #d5dae1; --page: #fff; --bad: #b3261e;
  --good: #23713f; --exact: #5b6675; --computed: #b3261e; --panel: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #39424f; --page: #14181e;
  --bad: #ff8a80; --good: #7fd1a0; --exact: #9aa5b4; --computed: #ff8a80; --panel: #1d232b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-top: 1px solid var(--line);
  padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .6rem .2rem 0;
  vertical-align: top; border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; } th { color: var(--soft); font-weight: 500; }
code { font-size: .9em; } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
.soft { color: var(--soft); } math { font-size: 1.1em; margin: .3rem 0; }
.formula { overflow-x: auto; overflow-y: hidden; padding-bottom: .2rem; }
.failure { background: var(--panel); border-left: 3px solid var(--bad); padding: .6rem 1rem; margin: 1rem 0;
  overflow-x: auto; overflow-wrap: anywhere; }
svg { width: 100%; max-width: 560px; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.frame { fill: none; stroke: var(--line); } path { fill: none; stroke-width: 1.6; }
path.exact { stroke: var(--exact); stroke-dasharray: 5 3; } path.computed { stroke: var(--computed); }
circle.exact { fill: var(--exact); } circle.computed { fill: var(--computed); }
svg .key-exact { fill: var(--exact); } svg .key-computed { fill: var(--computed); }
"""


def page(checked: Sequence[tuple[Loss, Report]], remarks: Mapping[str, Sequence[str]] = {}) -> str:
    """The page of some losses and their reports; ``remarks`` are sentences about a loss, by its name."""
    failed = sum(not report.passed for _, report in checked)
    title = f"{len(checked)} {'loss' if len(checked) == 1 else 'losses'}, " + (
        f"{failed} with a law that fails" if failed else "every law holds"
    )
    body = "".join(_section(loss, report, remarks.get(loss.name, ())) for loss, report in checked)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{_index(checked)}"
        f"{body}</body></html>\n"
    )


def _index(checked: Sequence[tuple[Loss, Report]]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{escape(loss.name)}">{escape(loss.name)}</a></td><td>{_verdict(report)}</td></tr>'
        for loss, report in checked
    )
    return f"<table>{rows}</table>" if len(checked) > 1 else ""


def _verdict(report: Report) -> str:
    kind = "good" if report.passed else "bad"
    return f'<span class="{kind}">{escape(report.summary.partition(": ")[2])}</span>'


def _section(loss: Loss, report: Report, remarks: Sequence[str]) -> str:
    notes = "".join(f'<p class="soft">{escape(remark)}</p>' for remark in remarks)
    failures = "".join(_failure(loss, result) for result in report.failures)
    return (
        f'<section id="{escape(loss.name)}"><h2>{escape(loss.name)}</h2><p>{_verdict(report)}</p>'
        f"{''.join(_formulas(loss))}{notes}{failures}{_laws(report)}</section>"
    )


def _formulas(loss: Loss) -> Iterator[str]:
    yield _formula("Loss", loss.expression)
    for title, attribute in (("Gradient", "gradient_expression"), ("Hessian", "hessian_expression")):
        try:
            found = getattr(loss, attribute)
        except SymlossError as error:
            yield f'<p class="bad">{title}: {escape(str(error))}</p>'
            continue
        several = found if isinstance(found, tuple) else (found,)
        for declared, expression in zip(loss.declaration.predictions, several, strict=True):
            yield _formula(f"{title} by {role_symbol(declared).name}", expression)


def _formula(title: str, expression: Any) -> str:
    return f'<div class="formula"><span class="soft">{escape(title)}</span>{mathml(expression)}</div>'


def _failure(loss: Loss, result: Result) -> str:
    found = result.violation
    assert found is not None
    return (
        f'<div class="failure"><strong>{escape(result.law)}</strong> '
        f'<span class="soft">{escape(result.sentence)}</span>'
        f"<p>{escape(found.text)}</p>{_sample(result)}{drawn(loss, found)}</div>"
    )


def _sample(result: Result) -> str:
    """The first sample that shows it, argument by argument."""
    found = result.violation
    if found is None or found.batch is None or not found.batch.length:
        return ""
    sample = found.batch.sample(found.samples[0] if found.samples else 0)
    rows = "".join(f"<tr><th>{escape(k)}</th><td><code>{escape(repr(v))}</code></td></tr>" for k, v in sample.items())
    return f"<table>{rows}</table>"


def _laws(report: Report) -> str:
    rows = "".join(
        f'<tr><td class="{"bad" if r.status == FAILS else "good" if r.passed else "soft"}">{r.status}</td>'
        f"<td><code>{escape(r.law)}</code><br>{escape(r.sentence)}</td><td class='number'>{r.samples}</td></tr>"
        for r in report.results
    )
    return f"<table><tr><th></th><th>law</th><th>samples</th></tr>{rows}</table>"
