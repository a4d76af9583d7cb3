"""A counterexample as a picture: what the kernel gives and what is exact, along the prediction that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from symloss.audit.accuracy import exact_results
from symloss.audit.batch import Array, Batch
from symloss.declare.roles import role_symbol
from symloss.loss import Loss

from .law import Violation
from .results import given, names_and_arrays, predictions

POINTS = 161
WORTH_DRAWING = 4.0  # ulps
WIDTH, HEIGHT, MARGIN = 560, 220, 66


@dataclass(frozen=True)
class Curve:
    """One line of the picture; NaN where there is nothing to draw."""

    name: str
    style: str
    values: Array


@dataclass(frozen=True)
class Picture:
    """Curves over one prediction, and where the counterexample lies."""

    title: str
    along: str
    x: Array
    curves: tuple[Curve, ...]
    at: float


def picture(loss: Loss, found: Violation) -> Picture | None:
    """The result that is wrong (the value, where the law names none) around the counterexample; None without one."""
    batch = found.batch
    if batch is None or not batch.length:
        return None
    row = found.samples[0] if found.samples else 0
    one = batch.rows(slice(row, row + 1))
    name = found.by if found.by in predictions(loss) else predictions(loss)[0]
    order = found.result if found.result in ("value", "gradient", "hessian") else "value"
    entry = tuple(0 for _ in one.arrays[name].shape[1:])
    centre = float(one.arrays[name][(0, *entry)])
    if not np.isfinite(centre):
        return None
    x = np.linspace(-1.0, 1.0, POINTS) * max(2.0, abs(centre) / 4) + centre
    moved = _along(loss, one, name, entry, x)
    curves = tuple(_curves(loss, moved, order, name))
    shown = name + (f"[{', '.join(map(str, entry))}]" if entry else "")
    title = order if order == "value" else f"{order} by {shown}"
    return Picture(title, shown, _entry(moved.arrays[name], entry), curves, centre) if curves else None


def _along(loss: Loss, one: Batch, name: str, entry: tuple[int, ...], x: Array) -> Batch:
    """The sample with one entry of a prediction moved, as far as its domain goes."""
    domain = next(s.domain for s in map(role_symbol, loss.inputs) if s.name == name)
    x = np.array([v for v in x.astype(one.arrays[name].dtype).tolist() if domain.contains(v)])
    arrays: dict[str, Array] = {k: np.concatenate([a] * len(x)) for k, a in one.arrays.items()}
    arrays[name][(slice(None), *entry)] = x
    return Batch("along", arrays, one.parameters)


def _entry(array: Array, entry: tuple[int, ...]) -> Array:
    return np.asarray(array[(slice(None), *entry)], np.float64)


def _curves(loss: Loss, moved: Batch, order: str, by: str) -> Iterator[Curve]:
    try:
        if order == "value":
            got = np.asarray(loss.value(**given(moved)))
        elif order == "gradient":
            got = dict(names_and_arrays(loss, loss.value_and_gradient(**given(moved))[1]))[by]
        else:
            got = dict(names_and_arrays(loss, loss.gradient_and_hessian(**given(moved))[1]))[by]
        exact = exact_results(loss, order, "" if order == "value" else by, moved)
    except Exception:  # a loss that raises has nothing to draw; the law's text says what it raised
        return
    got = np.reshape(got, (moved.length, -1))[:, 0]
    errors = exact.errors(np.resize(got, len(exact)), str(got.dtype)) if len(exact) == len(got) else None
    yield Curve("exact", "exact", np.where(exact.known, exact.near, np.nan).reshape(moved.length, -1)[:, 0])
    yield Curve("computed", "computed", got.astype(np.float64))
    if errors is not None and np.max(errors, where=exact.known, initial=0.0) > WORTH_DRAWING:
        yield Curve("error", "computed", np.log10(1 + np.where(exact.known, errors, np.nan)))


# --- drawing ------------------------------------------------------------------------------------------------


def svg(shown: Picture) -> str:
    """The picture as SVG, coloured by the classes of its page."""
    heights = np.concatenate([c.values[np.isfinite(c.values)] for c in shown.curves])
    if not len(heights):
        return ""
    low, high = float(heights.min()), float(heights.max())
    if low == high:
        low, high = low - 1, high + 1
    box = (float(shown.x[0]), float(shown.x[-1]), low, high)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(shown.title)}">',
        f'<rect class="frame" x="{MARGIN}" y="12" width="{WIDTH - MARGIN - 12}" height="{HEIGHT - 52}"/>',
        *_labels(shown, box),
        *(f'<path class="{c.style}" d="{_path(shown.x, c.values, box)}"/>' for c in shown.curves),
        *_mark(shown, box),
        "</svg>",
    ]
    return "".join(parts)


Box = tuple[float, float, float, float]


def _place(x: float, y: float, box: Box) -> tuple[float, float]:
    left, right, low, high = box
    across = (x - left) / (right - left) if right > left else 0.5
    up = (y / 2 - low / 2) / (high / 2 - low / 2)  # halves, since the ends may be huge
    return MARGIN + across * (WIDTH - MARGIN - 12), HEIGHT - 40 - up * (HEIGHT - 52)


def _path(x: Array, y: Array, box: Box) -> str:
    """A line with gaps where there is no number."""
    text, pen_down = [], False
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if not np.isfinite(b):
            pen_down = False
            continue
        across, up = _place(a, b, box)
        text.append(f"{'L' if pen_down else 'M'}{across:.1f} {up:.1f}")
        pen_down = True
    return "".join(text)


def _labels(shown: Picture, box: Box) -> Sequence[str]:
    left, right, low, high = box
    bottom = HEIGHT - 24
    return [
        f'<text x="{MARGIN}" y="{bottom}">{left:.4g}</text>',
        f'<text x="{WIDTH - 12}" y="{bottom}" text-anchor="end">{right:.4g}</text>',
        f'<text x="{(WIDTH + MARGIN) / 2}" y="{bottom}" text-anchor="middle">{escape(shown.along)}</text>',
        f'<text x="{MARGIN - 4}" y="{HEIGHT - 40}" text-anchor="end">{low:.3g}</text>',
        f'<text x="{MARGIN - 4}" y="22" text-anchor="end">{high:.3g}</text>',
        f'<text x="{MARGIN}" y="{HEIGHT - 6}">{escape(shown.title)}: {_key(shown)}</text>',
    ]


def _key(shown: Picture) -> str:
    return ", ".join(f'<tspan class="key-{c.style}">{c.name}</tspan>' for c in shown.curves)


def _mark(shown: Picture, box: Box) -> list[str]:
    nearest = int(np.argmin(np.abs(shown.x - shown.at)))
    made = []
    for curve in shown.curves:
        if np.isfinite(curve.values[nearest]):
            across, up = _place(float(shown.x[nearest]), float(curve.values[nearest]), box)
            made.append(f'<circle class="{curve.style}" cx="{across:.1f}" cy="{up:.1f}" r="4"/>')
    return made


def drawn(loss: Loss, found: Violation) -> str:
    """The picture of a violation as SVG; empty where there is nothing to draw."""
    with np.errstate(all="ignore"):
        shown = picture(loss, found)
        if shown is None:
            return ""
        errors = tuple(c for c in shown.curves if c.name == "error")
        both = replace(shown, curves=tuple(c for c in shown.curves if c.name != "error"))
        below = replace(shown, curves=errors, title=f"log10(1 + error in ulp) of the {shown.title}")
        return svg(both) + (svg(below) if errors else "")
