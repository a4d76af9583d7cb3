"""Loss: the user's handle. It holds an outline and calls kernels; the symbolic side is there when it is asked for.

This file and what it imports need no SymPy: see `later`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symloss.errors import NoClosedForm, ParameterError

from . import pickling
from .calls import Caller
from .later import Later
from .outline import LINK_IS_AN_EXPRESSION, Outline
from .plans import Names, variables

if TYPE_CHECKING:
    import sympy as sp

    from symloss.declare.declaration import Declaration
    from symloss.declare.domains import Domain
    from symloss.declare.roles import Declared
    from symloss.pipeline import Pipeline

    from . import combination, intercept, printing, relinked, symbolic
    from . import fisher as numerical_fisher
else:
    combination = Later("symloss.loss.combination")
    intercept = Later("symloss.loss.intercept")
    numerical_fisher = Later("symloss.loss.fisher")
    printing = Later("symloss.loss.printing")
    relinked = Later("symloss.loss.relinked")
    symbolic = Later("symloss.loss.symbolic")


class Loss:
    """A loss, declared in SymPy, with everything else derived from it.

    ``inputs`` is the order of positional arguments in a call: targets, then data, then
    predictions. It may be left out with at most one target, no data and one prediction.
    ``link`` says how a raw prediction becomes a prediction. ``kinks`` is what holds at a
    kink: the "mean" of both sides, or the "left" or "right" one throughout. ``aliases`` are
    the names that peers use: a tuple, or a dict from a name to the multiple of this loss that
    the peer of that name returns (``{"l2_loss": 1, "MSELoss": 2}`` for half a square).

    Raises `DeclarationError` for a declaration that cannot work.

    >>> import sympy as sp, symloss as sl
    >>> y, f = sl.target("y"), sl.prediction("f")
    >>> loss = sl.Loss("half_square", (f - y)**2/2)
    >>> loss.gradient_expression
    f - y
    >>> loss.gradient([1.0, 2.0], [3.0, 3.0])
    array([2., 1.])
    """

    # A loss has its declaration from the beginning, or an outline and a way to declare it (`from_outline`).
    _declaration: Declaration | None = None
    _declare: Callable[[], Declaration]
    _pipeline: Pipeline | None = None

    def __init__(
        self,
        name: str,
        expression: Any,
        *,
        inputs: Iterable[Declared] | None = None,
        link: str | sp.Expr | None = None,
        aliases: Iterable[str] | Mapping[str, Any] = (),
        kinks: str = "mean",
        doc: str = "",
        reference: str = "",
    ) -> None:
        self._declaration = symbolic.declare(
            name, expression, inputs=inputs, link=link, aliases=aliases, kinks=kinks, doc=doc, reference=reference
        )

    @classmethod
    def from_declaration(cls, declaration: Declaration) -> Loss:
        """The loss of a declaration that is already there."""
        loss = cls.__new__(cls)
        loss._declaration = declaration
        return loss

    @classmethod
    def from_outline(cls, outline: Outline, declare: Callable[[], Declaration]) -> Loss:
        """The loss of a declaration that is made when the symbolic side is asked for."""
        loss = cls.__new__(cls)
        loss.outline = outline
        loss._declare = declare
        return loss

    @classmethod
    def from_likelihood(
        cls,
        name: str,
        density: Any,
        *,
        target: Declared,
        event: Declared | None = None,
        survival: Any = None,
        keep_constants: bool = False,
        normalised: bool = True,
        inputs: Iterable[Declared] | None = None,
        link: str | sp.Expr | None = None,
        aliases: Iterable[str] | Mapping[str, Any] = (),
        kinks: str = "mean",
        doc: str = "",
        reference: str = "",
    ) -> Loss:
        """The negative log-likelihood of a ``sympy.stats`` variable or of an expression for p(y | f).

        Terms in targets and data alone are dropped unless ``keep_constants``. The density is
        checked to sum or integrate to one over the target's domain unless ``normalised`` is
        False. ``event`` (data, Binary) makes the likelihood right-censored; ``survival`` is then
        P(Y > y) where symloss does not know it.

        >>> import sympy as sp, symloss as sl
        >>> from sympy.stats import Poisson
        >>> y, f = sl.target("y", domain=sl.NonNegative), sl.prediction("f")
        >>> sl.Loss.from_likelihood("counts", Poisson("Y", sp.exp(f)), target=y).expression
        -f*y + exp(f)
        """
        found = symbolic.likelihood(
            density, target, event=event, keep_constants=keep_constants, normalised=normalised, survival=survival
        )
        return cls.from_declaration(
            symbolic.declare(
                name,
                found.expression,
                inputs=inputs,
                link=link,
                aliases=aliases,
                kinks=kinks,
                doc=doc,
                reference=reference,
                likelihood=found,
            )
        )

    # --- what a loss can say --------------------------------------------------------------------

    @property
    def declaration(self) -> Declaration:
        """What was declared, frozen."""
        if self._declaration is None:
            with symbolic.symbolic_work:
                if self._declaration is None:
                    self._declaration = self._declare()
        return self._declaration

    @cached_property
    def outline(self) -> Outline:
        """What can be known of the loss without SymPy."""
        return symbolic.outline_of(self.declaration)

    @property
    def name(self) -> str:
        return self._known.name

    @property
    def aliases(self) -> tuple[str, ...]:
        return self._known.aliases

    @property
    def doc(self) -> str:
        return self._known.doc

    @property
    def reference(self) -> str:
        return self._known.reference

    @property
    def family(self) -> str:
        """The folder of the registry that a shipped loss stands in; empty for others."""
        return pickling.family(self)

    @property
    def is_metric(self) -> bool:
        """Whether this is a metric: only its value is computed, and asking for a derivative says why there is none."""
        return self.outline.is_metric

    @property
    def surrogates(self) -> tuple[str, ...]:
        """Names of losses that are consistent for a metric; empty for a loss."""
        return self.outline.surrogates

    @property
    def kinks(self) -> str:
        """What holds at a kink: "mean", "left" or "right"; `kink_places` lists the kinks."""
        return self._known.kinks

    @property
    def kink_places(self) -> tuple[sp.Expr, ...]:
        """Expressions that are zero where the loss has a kink; empty for a smooth loss.

        >>> import symloss as sl
        >>> sl.get("hinge").kink_places
        (f*y - 1,)
        """
        return self.pipeline.kink_places()

    @property
    def _known(self) -> Declaration | Outline:
        """The declaration if it is there, else the outline; they agree in what both say."""
        return self.outline if self._declaration is None else self._declaration

    @property
    def inputs(self) -> tuple[Declared, ...]:
        """Targets, data, predictions, in call order."""
        return self.declaration.inputs

    @property
    def parameters(self) -> tuple[Declared, ...]:
        return self.declaration.parameters

    @property
    def link(self) -> str | sp.Expr | None:
        """How a raw prediction becomes a prediction: a name, an expression, or None where it is not said."""
        known = self.outline.link
        return self.pipeline.link_name if known == LINK_IS_AN_EXPRESSION else known

    @property
    def target_domain(self) -> Domain | tuple[Domain, ...] | None:
        """The domain of the target; a tuple for several."""
        return symbolic.domains(self.declaration.with_role("target"))

    @property
    def prediction_domain(self) -> Domain | tuple[Domain, ...] | None:
        """The domain of the prediction; a tuple for several."""
        return symbolic.domains(self.declaration.predictions)

    @property
    def expression(self) -> sp.Expr:
        """The loss of one sample, in heads."""
        return self.declaration.expression

    @property
    def gradient_expression(self) -> Any:
        """The derivative by the prediction (by its element with free index i); a tuple for several predictions."""
        return self._expressions("gradient")

    @property
    def hessian_expression(self) -> Any:
        """The diagonal of the Hessian; a tuple for several predictions."""
        return self._expressions("hessian")

    @property
    def hessian_matrix_expression(self) -> Any:
        """The second derivative by elements i and j; nested tuples for several predictions."""
        names = self.outline.predictions
        matrix = tuple(tuple(self.pipeline.second_derivative(a, b) for b in names) for a in names)
        return matrix[0][0] if len(names) == 1 else matrix

    @property
    def fisher_expression(self) -> Any:
        """The diagonal of the Fisher information, where it has a closed form; a tuple for several predictions."""
        return self._expressions("fisher")

    def derivation(self) -> printing.DerivationText:
        """Every step from the declaration to the stable form, each with its rule and the expression after it."""
        return printing.DerivationText(self.name, tuple(self.pipeline.steps()))

    def source(self, kind: str = "value_and_gradient", *, dtype: str = "float64") -> str:
        """The text of the generated kernel: "value", "gradient", "hessian", "hvp" or several joined by "_and_"."""
        return self._caller.source(kind, dtype)

    def _expressions(self, kind: str) -> Any:
        found = tuple(self.pipeline.expression(kind, name)[0] for name in self.outline.predictions)
        return found[0] if len(found) == 1 else found

    # --- calls ----------------------------------------------------------------------------------

    @property
    def pipeline(self) -> Pipeline:
        """Everything derived from the declaration."""
        if self._pipeline is None:
            with symbolic.symbolic_work:
                if self._pipeline is None:
                    self._pipeline = symbolic.Pipeline(self.declaration)
        return self._pipeline

    @cached_property
    def _caller(self) -> Caller:
        return Caller(self.outline, lambda: self.pipeline)

    def __call__(self, *args: Any, sample_weight: Any = None, **named: Any) -> float:
        """The weighted mean loss, a Python float."""
        return float(self.value(*args, sample_weight=sample_weight, reduction="mean", **named))

    def value(self, *args: Any, **options: Any) -> Any:
        """The loss per sample, or reduced.

        ``value(y_true, raw_prediction, *, sample_weight=None, reduction="none", groups=None,
        out=None, n_threads=None, **parameters)``. Batch dimensions lead, inner axes trail.
        """
        return self._caller.results("value", None, args, options)

    def gradient(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """The derivative by the prediction, in its shape; a tuple for several.

        ``wrt`` picks predictions or parameters.
        """
        return self._caller.results("gradient", wrt, args, options)

    def hessian(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """The diagonal of the Hessian, in the shape of the prediction."""
        return self._caller.results("hessian", wrt, args, options)

    def value_and_gradient(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """Both, from one pass over the data."""
        return self._caller.results("value_and_gradient", wrt, args, options)

    def gradient_and_hessian(self, *args: Any, wrt: Names = None, curvature: str = "exact", **options: Any) -> Any:
        """Gradient and diagonal Hessian from one pass; ``curvature="fisher"`` gives the Fisher information instead."""
        if curvature == "exact":
            return self._caller.results("gradient_and_hessian", wrt, args, options)
        if curvature == "fisher":
            return self._caller.results("gradient_and_fisher", wrt, args, options)
        raise ParameterError(f'{self.name}: curvature={curvature!r}; expected "exact" or "fisher"')

    def hessian_matrix(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """``(n, K, K)`` for a row, ``(n, P, P)`` for P scalar predictions; nested tuples of blocks otherwise."""
        return self._caller.results("hessian_matrix", wrt, args, options)

    def gradient_and_hessian_matrix(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """Gradient and `hessian_matrix`, what a Newton step needs, from one pass over the data."""
        return self._caller.results("gradient_and_hessian_matrix", wrt, args, options)

    def hvp(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """``hvp(y_true, raw_prediction, vector, ...)``: Hessian times vector, never forming the matrix.

        With several predictions ``vector`` is a tuple, one array for each.
        """
        return self._caller.run_with_vector(self._caller.plan("hvp", wrt), args, options)

    def fisher(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """``fisher(raw_prediction, ...)``: the diagonal of E[score scoreᵀ] of a likelihood; data by name."""
        plan = self._caller.plan("fisher", wrt)
        try:
            return self._caller.run_expectation(plan, args, options)
        except NoClosedForm:
            matrix = self._numerical_fisher(wrt, args, options)
            diagonal = tuple(matrix[..., n, n] for n in range(len(plan.requests)))
            return diagonal[0] if isinstance(plan.structure, str) else diagonal

    def fisher_matrix(self, *args: Any, wrt: Names = None, **options: Any) -> Any:
        """The matrix E[score scoreᵀ], shaped as `hessian_matrix`."""
        try:
            return self._caller.run_expectation(self._caller.plan("fisher_matrix", wrt), args, options)
        except NoClosedForm:
            return self._numerical_fisher(wrt, args, options)

    def _numerical_fisher(self, wrt: Names, args: Any, options: Any) -> Any:
        """By summation or quadrature, to the bound that `symloss.loss.expectation` states."""
        return self._quadrature.matrix(
            variables(self.outline, wrt), args, options, lambda: self.predict(*args, **options)
        )

    @cached_property
    def _quadrature(self) -> numerical_fisher.NumericalFisher:
        return numerical_fisher.NumericalFisher(self.declaration, Loss.from_declaration)

    def predict(self, *args: Any, **options: Any) -> Any:
        """``predict(raw_prediction, ...)``: through the inverse link, a mean or probabilities."""
        return self._caller.run_expectation(self._caller.plan("predict"), args, options)

    def fit_intercept_only(self, *targets: Any, sample_weight: Any = None, **named: Any) -> Any:
        """The constant raw prediction of least mean loss.

        ``fit_intercept_only(y_true, *, sample_weight=None, **parameters)``
        """
        return intercept.fit_intercept_only(self, targets, sample_weight, named)

    # --- combining, saving, printing ------------------------------------------------------------

    def bind(self, **values: float) -> Loss:
        """The loss with parameters fixed; derives anew."""
        return Loss.from_declaration(combination.bound(self.declaration, values))

    def as_alias(self, alias: str) -> Loss:
        """What the peer returns that calls the loss ``alias``: the multiple that the declaration says."""
        return Loss.from_declaration(combination.as_alias(self.declaration, alias))

    def with_link(self, link: str | sp.Expr) -> Loss:
        """The same loss of the same prediction, which is another function of the raw prediction now.

        ``link`` is "identity", "log", "logit", "softmax", "probit", "cloglog", or an expression in the raw prediction
        that is the inverse link, such as ``sl.softplus(f)``. The raw prediction keeps its name; its domain is where
        the new link leads to what the loss can take. Derives anew.

        >>> import symloss as sl
        >>> sl.get("binary_cross_entropy_with_logits").with_link("cloglog").expression
        -y*log1mexp(-exp(f)) + (1 - y)*exp(f)
        >>> sl.get("poisson").with_link("identity").gradient([1.0], [4.0])
        array([0.75])
        """
        made = relinked.with_link(self.declaration, link)
        return self if made is self.declaration else Loss.from_declaration(made)

    def __add__(self, other: Any) -> Loss:
        if not isinstance(other, Loss):
            return NotImplemented
        return Loss.from_declaration(combination.added(self.declaration, other.declaration))

    def __radd__(self, other: Any) -> Loss:
        # sum([a, b]) starts from 0.
        return self if not isinstance(other, Loss) and other == 0 else NotImplemented

    def __mul__(self, factor: Any) -> Loss:
        if isinstance(factor, Loss):
            return NotImplemented
        return Loss.from_declaration(combination.scaled(self.declaration, factor))

    __rmul__ = __mul__

    def __neg__(self) -> Loss:
        return self * -1

    def __sub__(self, other: Any) -> Loss:
        if not isinstance(other, Loss):
            return NotImplemented
        return self.__add__(-other)

    def __truediv__(self, divisor: Any) -> Loss:
        return self.__mul__(combination.reciprocal(divisor))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loss) and self.outline.fingerprint == other.outline.fingerprint

    def __hash__(self) -> int:
        return hash(self.outline.fingerprint)

    def save(self, path: Any) -> None:
        """Write a file that ``sl.load`` reads back to an equal loss."""
        printing.save(self.declaration, path)

    def __reduce__(self) -> Any:
        return pickling.reduced(self)

    def __repr__(self) -> str:
        return self.outline.structure

    def __str__(self) -> str:
        return printing.mathematics(self)

    def _repr_latex_(self) -> str:
        return printing.latex(self)
