"""What the installed libraries give for the fifteen losses: value, gradient, Hessian of one number.

The library's own function where there is one, else the formula that its users write; Hessians by double backward or
grad of grad. A library that is not installed is left out.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np

Results = Callable[[str, str, Any], Any]
"""(loss, order, points) to results; None where the library has nothing."""

TARGET = {"bce_y0": 0.0, "bce_y1": 1.0, "bce_y25": 0.25, "poisson_y3": 3.0, "gamma_y25": 2.5, "tweedie15_y25": 2.5}


def installed() -> dict[str, Results]:
    """The libraries that can be measured here, by name."""
    found: dict[str, Results] = {}
    for name, needs, make in (
        ("torch", ("torch",), _torch),
        ("jax+optax", ("jax", "optax"), _jax),
        ("sklearn", ("sklearn",), _sklearn),
    ):
        try:
            for module in needs:
                importlib.import_module(module)
        except ImportError:
            continue
        found[name] = make()
    return found


def versions() -> list[str]:
    """The libraries with their versions."""
    found = []
    for name in ("torch", "jax", "optax", "scikit-learn"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


# --- PyTorch --------------------------------------------------------------------------------------


def _torch() -> Results:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    log_two = float(np.log(2))

    def at(x: Any, value: float) -> Any:
        return torch.full_like(x, value)

    def row(x: Any) -> Any:
        return torch.stack([x, torch.zeros_like(x), -torch.ones_like(x)], dim=-1)

    def focal(x: Any) -> Any:
        cross_entropy = F.binary_cross_entropy_with_logits(x, torch.ones_like(x), reduction="none")
        return (1 - torch.sigmoid(x)) ** 2 * cross_entropy  # as torchvision's sigmoid_focal_loss

    def student(x: Any) -> Any:
        return -torch.distributions.StudentT(at(x, 4.0), validate_args=False).log_prob(x)

    def negative_binomial(x: Any) -> Any:
        law = torch.distributions.NegativeBinomial(at(x, 2.0), logits=x, validate_args=False)
        return -law.log_prob(at(x, 3.0))

    losses: dict[str, Callable[[Any], Any]] = {
        **{
            name: lambda x, t=TARGET[name]: F.binary_cross_entropy_with_logits(x, at(x, t), reduction="none")
            for name in ("bce_y0", "bce_y1", "bce_y25")
        },
        "softmax3": lambda x: F.cross_entropy(row(x), torch.zeros(len(x), dtype=torch.long), reduction="none"),
        "logcosh": lambda x: x + F.softplus(-2 * x) - log_two,  # as torchmetrics
        "focal_g2_y1": focal,
        "huber": lambda x: F.huber_loss(x, torch.zeros_like(x), reduction="none"),
        "pseudo_huber": lambda x: torch.sqrt(1 + x**2) - 1,
        "poisson_y3": lambda x: F.poisson_nll_loss(x, at(x, 3.0), log_input=True, reduction="none"),
        "gamma_y25": lambda x: x + 2.5 * torch.exp(-x),
        "tweedie15_y25": lambda x: 2 * 2.5 * torch.exp(-x / 2) + 2 * torch.exp(x / 2),
        "student_t4": student,
        "negbin_r2_y3": negative_binomial,
        "cloglog": lambda x: -torch.log(-torch.expm1(-torch.exp(x))),
        "probit": lambda x: -torch.special.log_ndtr(x),
    }

    def results(name: str, order: str, points: Any) -> Any:
        x = torch.tensor(points, requires_grad=True)
        value = losses[name](x)
        if order == "value":
            return value.detach().numpy()
        (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)
        if order == "gradient":
            return slope.detach().numpy()
        if not slope.requires_grad:
            return np.zeros_like(points)
        (curvature,) = torch.autograd.grad(slope.sum(), x, allow_unused=True)
        return np.zeros_like(points) if curvature is None else curvature.detach().numpy()

    return results


# --- JAX and optax --------------------------------------------------------------------------------


def _jax() -> Results:
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")

    def softmax(x: Any) -> Any:
        row = jnp.stack([x, jnp.zeros_like(x), -jnp.ones_like(x)])
        return optax.softmax_cross_entropy_with_integer_labels(row, jnp.zeros((), jnp.int32))

    def negative_binomial(x: Any) -> Any:
        return -2 * jax.nn.log_sigmoid(-x) - 3 * jax.nn.log_sigmoid(x) - float(np.log(4))

    losses: dict[str, Callable[[Any], Any]] = {
        **{
            name: lambda x, t=TARGET[name]: optax.sigmoid_binary_cross_entropy(x, jnp.full_like(x, t))
            for name in ("bce_y0", "bce_y1", "bce_y25")
        },
        "softmax3": softmax,
        "logcosh": lambda x: optax.log_cosh(x),
        "focal_g2_y1": lambda x: optax.sigmoid_focal_loss(x, jnp.ones_like(x)),
        "huber": lambda x: optax.huber_loss(x),
        "pseudo_huber": lambda x: jnp.sqrt(1 + x**2) - 1,
        "poisson_y3": lambda x: jnp.exp(x) - 3 * x,
        "gamma_y25": lambda x: x + 2.5 * jnp.exp(-x),
        "tweedie15_y25": lambda x: 2 * 2.5 * jnp.exp(-x / 2) + 2 * jnp.exp(x / 2),
        "student_t4": lambda x: -jax.scipy.stats.t.logpdf(x, 4.0),
        "negbin_r2_y3": negative_binomial,
        "cloglog": lambda x: -jnp.log(-jnp.expm1(-jnp.exp(x))),
        "probit": lambda x: -jax.scipy.special.log_ndtr(x),
    }

    def results(name: str, order: str, points: Any) -> Any:
        function = losses[name]
        for _ in range({"value": 0, "gradient": 1, "hessian": 2}[order]):
            function = jax.grad(function)
        return np.asarray(jax.jit(jax.vmap(function))(jnp.asarray(points)))

    return results


# --- scikit-learn ---------------------------------------------------------------------------------


def _sklearn() -> Results:
    from sklearn._loss import loss as sk

    losses = {
        **{name: sk.HalfBinomialLoss() for name in ("bce_y0", "bce_y1", "bce_y25")},
        "softmax3": sk.HalfMultinomialLoss(n_classes=3),
        "huber": sk.HuberLoss(quantile=0.9, delta=1.0),
        "poisson_y3": sk.HalfPoissonLoss(),
        "gamma_y25": sk.HalfGammaLoss(),
        "tweedie15_y25": sk.HalfTweedieLoss(power=1.5),
    }

    def results(name: str, order: str, points: Any) -> Any:
        loss = losses.get(name)
        if loss is None:
            return None
        raw, y = points, np.full_like(points, TARGET.get(name, 0.0))
        if name == "softmax3":
            raw = np.ascontiguousarray(np.stack([points, 0 * points, 0 * points - 1], axis=-1))
        if order == "value":
            return loss.loss(y_true=y, raw_prediction=raw)
        if order == "gradient":
            found = loss.gradient(y_true=y, raw_prediction=raw)
        else:
            found = loss.gradient_hessian(y_true=y, raw_prediction=raw)[1]
        # Constant Hessians come as one number.
        return np.broadcast_to(found if found.ndim < 2 or found.shape[-1] != 3 else found[:, 0], points.shape)

    return results
