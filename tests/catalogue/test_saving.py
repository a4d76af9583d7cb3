"""What `saving.source_of` writes, `sl.load` reads back to an equal declaration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from sympy.stats import Weibull

import symloss as sl
from symloss.declare.declaration import Declaration
from symloss.declare.sums import totals
from symloss.loading import run_user_file, shipped_files
from symloss.saving import source_of

K = sl.axis("K")
T = sl.axis("T", size=K.size - 1)
i, j, k = K.indices("i j k")
m = T.indices("m")
y, f = sl.target("y"), sl.prediction("f")
a, z = sl.target("a", K), sl.prediction("z", K)
c = sl.label("c", K)
cuts = sl.parameter("lambda_", T)
w = sl.parameter("w", default=0.3, domain=sl.Interval(0, 2, closed="left"))

EXPRESSIONS = {
    "reductions": sl.norm(z[k] - a[k], k) + sl.dot(z, a, k) + sl.max_over(z[k], k) + sl.logsumexp(2 * z[k], k),
    "tied_axes": sp.Sum(cuts[m] * z[0], m) + a[0] - sp.Sum(z[k], (k, 0, 3)) * sp.Rational(2, 3),
    "numbers": w * sp.Abs(y - f) ** sp.Rational(3, 2) + 0.1 * f / sp.sqrt(1 + f**2) - sp.pi * sp.exp(-f) / 3,
    "heads": sl.norm_cdf(f) + sl.xlogy(y**2, 2 + y) - sl.log_sigmoid(f) * sl.logcosh(f - y) + sp.tanh(f),
    "conditions": sp.Piecewise(
        (f**2, sp.And(f > 0, sp.Or(y < f, sp.Eq(y, 0)))), (sp.Max(f, 0, y), sp.Lt(0, y)), (0, True)
    ),
    "label": -sl.log_softmax(z)[c] * sl.softmax(z)[c],
    "pairs": sp.Sum(sp.log(1 + sp.exp(z[j] - z[i])) * sp.Piecewise((1, a[i] > a[j]), (0, True)), j, i),
    "order": -sp.Sum(sl.sort(a[k], k)[i] * z[i] * sl.rank(a[i], i), i),
    "signs": -(1 - y) * sp.log(1 + f**2) / 2 - 3 * (f - y) * (f + y) / 2 + 0.3 * (1 - f) * sp.exp(f),
    "roots": sp.sqrt(2) / 2 * f + 2 ** (-f) + 3 / (2 * sp.sqrt(f**2 + 1)) + (f**2 + 1) ** sp.Rational(1, 3),
}


def read_back(loss: sl.Loss, folder: Path) -> sl.Loss:
    file = folder / "saved.py"
    file.write_text(source_of(loss.declaration), encoding="utf-8")
    (read,) = run_user_file(file)
    return read


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_comes_back(name: str, tmp_path: Path) -> None:
    loss = sl.Loss(name, EXPRESSIONS[name])
    assert read_back(loss, tmp_path).declaration == loss.declaration


@pytest.mark.parametrize("name", shipped_files())
def test_a_shipped_loss_comes_back(name: str, tmp_path: Path) -> None:
    """Equal, also where SymPy had carried a condition out of a sum and the file has it where it was typed."""
    loss = sl.get(name)
    read = read_back(loss, tmp_path)
    assert read == loss
    assert opened(read.declaration) == opened(loss.declaration)


def opened(declaration: Declaration) -> Declaration:
    return replace(declaration, typed=totals(declaration.typed))


def test_a_censored_likelihood_comes_back(tmp_path: Path) -> None:
    t, d = sl.target("t", domain=sl.Positive), sl.data("d", domain=sl.Binary)
    loss = sl.Loss.from_likelihood(
        "censored", Weibull("T", sp.exp(f), 2), target=t, event=d, keep_constants=True, inputs=(t, d, f)
    )
    assert read_back(loss, tmp_path).declaration == loss.declaration


def test_an_expression_as_density_comes_back(tmp_path: Path) -> None:
    b = sl.target("b", domain=sl.Binary)
    density = sl.sigmoid(f) ** b * (1 - sl.sigmoid(f)) ** (1 - b)
    loss = sl.Loss.from_likelihood("coin", density, target=b)
    assert read_back(loss, tmp_path).declaration == loss.declaration


def test_a_number_as_typed_is_not_added_to_another(tmp_path: Path) -> None:
    """1 - 0.3 is not the float 0.7."""
    loss = sl.get("focal").bind(alpha=0.3, gamma=1.5)
    assert read_back(loss, tmp_path) == loss


def test_save_writes_what_load_reads(tmp_path: Path) -> None:
    sl.get("huber").save(tmp_path / "mine.py")
    assert sl.load(tmp_path / "mine.py") == (sl.get("huber"),)


def test_everything_but_the_expression_comes_back(tmp_path: Path) -> None:
    d = sl.data("import_", domain=sl.Binary)
    loss = sl.Loss(
        "all_of_it",
        d * sp.Abs(f - y),
        inputs=(y, d, f),
        link=sp.exp(f),
        aliases=("one",),
        kinks="left",
        doc='A \\ and """quotes""".',
        reference='O\'Neil, "On it"',
    )
    assert read_back(loss, tmp_path).declaration == loss.declaration


def test_a_link_of_a_row_and_a_half_line_come_back(tmp_path: Path) -> None:
    """The indices of a link need not occur in the loss, and infinity has no literal."""
    x = sl.prediction("x", K, domain=sl.Interval(float("-inf"), 0, closed="right"))
    link = sp.exp(x[i] / 2 - sl.logsumexp(x[j] / 2, j))
    loss = sl.Loss("cool", sl.logsumexp(x[k] / 2, k) - x[c] / 2, link=link)
    read = read_back(loss, tmp_path)
    assert read == loss
    assert read.prediction_domain == loss.prediction_domain
    assert read.predict([[0.0, -2.0]]).tolist() == loss.predict([[0.0, -2.0]]).tolist()


def test_variables_that_python_or_another_quantity_takes_get_names_of_their_own(tmp_path: Path) -> None:
    one, other = sl.axis("lambda"), sl.axis("sl")
    v = sl.prediction("sp", one, other)
    p, q = one.indices("k"), other.indices("k")
    loss = sl.Loss("names", sp.Sum(v[p, q], p, q))
    assert read_back(loss, tmp_path).declaration == loss.declaration


def test_the_text_is_what_a_person_would_write() -> None:
    assert "    -sp.Sum((z[k] - sl.logsumexp(z[k1], k1))*t[k], k)," in source_of(
        sl.get("softmax_cross_entropy").declaration
    )
