"""Losses made of losses: weighted, smoothed, modulated, relabelled, cooled, penalised.

Every wrapper writes a new declaration in terms of the old one, from which gradient, Hessian and stable
forms are derived anew; no derivative is multiplied by hand. A loss for which a wrapper means nothing
is a `DeclarationError` that says what is expected.
"""

from __future__ import annotations

from typing import Any

from . import penalty, rescaled, targets
from .handle import Loss


def class_weighted(loss: Loss, weights: Any = None) -> Loss:
    """The loss with the share of every class times the weight of that class.

    What a class's share is depends on the target:

    - a class ``c``: weights[c] * loss;
    - a row ``t`` of class probabilities: weights[k] times the k-th term of the sum over classes,
      which PyTorch's ``weight=`` does to soft targets too;
    - ``y`` in {0, 1} or [0, 1]: y*w_pos*loss(y=1) + (1 - y)*w_neg*loss(y=0), hence PyTorch's
      ``pos_weight`` for w_neg = 1; over [0, 1] the loss has to be linear in y, as likelihoods are;
    - ``y`` in {-1, +1}: the loss times w_neg or w_pos.

    ``weights`` is, for classes, one number each (this fixes their number) or a parameter
    ``sl.parameter("class_weight", K, domain=sl.NonNegative)``, which is what None makes; for the
    others a pair ``(w_neg, w_pos)`` of numbers or parameters, by None two parameters of these names,
    1 by default. Weights enter the loss, not the mean's denominator: PyTorch's mean divides by the sum
    of the weights of the classes seen, and so does ``sample_weight``. The link stays.

    >>> import symloss as sl
    >>> bce = sl.get("binary_cross_entropy_with_logits")
    >>> weighted = sl.class_weighted(bce, (1.0, 3.0))
    >>> weighted.gradient_expression
    -3*y*sigmoid(-f) + (1 - y)*sigmoid(f)
    >>> [float(weighted.value(y, 0.0) / bce.value(y, 0.0)) for y in (0.0, 1.0)]
    [1.0, 3.0]
    >>> by_class = sl.class_weighted(sl.get("sparse_softmax_cross_entropy"))
    >>> by_class.value([0, 1], [[0.0, 0.0], [0.0, 0.0]], class_weight=[1.0, 2.0])
    array([0.69314718, 1.38629436])
    """
    return Loss.from_declaration(targets.class_weighted(loss.declaration, weights))


def label_smoothed(loss: Loss, epsilon: Any = 0.1) -> Loss:
    """The loss of a target that gives the share ``epsilon`` to all classes alike.

    - a class ``c`` of K: (1 - epsilon)*loss(c) + epsilon/K * sum of loss(k) over all classes k, which
      for a cross-entropy is that of the target (1 - epsilon)*onehot(c) + epsilon/K;
    - a row ``t`` of class probabilities: t becomes (1 - epsilon)*t + epsilon/K;
    - ``y`` in [0, 1]: y becomes (1 - epsilon)*y + epsilon/2;
    - ``y`` in {0, 1} or {-1, +1}: (1 - epsilon/2)*loss(y) + epsilon/2*loss(the other one), which is the
      same for a loss that is linear in y.

    ``epsilon`` is a number in [0, 1] or a parameter in ``sl.Unit``. A masked class (a logit of -inf) costs
    infinitely much, since it has a share of the target. After C. Szegedy et al. (2016), Rethinking the
    inception architecture for computer vision, CVPR.

    >>> import symloss as sl
    >>> smoothed = sl.label_smoothed(sl.get("softmax_cross_entropy"), sl.parameter("epsilon", domain=sl.Unit))
    >>> smoothed.gradient_expression
    -epsilon/K - (1 - epsilon)*t[i] + softmax(z)[i]
    """
    return Loss.from_declaration(targets.label_smoothed(loss.declaration, epsilon))


def focal_modulated(loss: Loss, gamma: Any = 2.0) -> Loss:
    """The loss with the share of every class times (1 - the probability of that class)^gamma.

    Shares are those of `class_weighted`; the probability is the prediction through the inverse link,
    so the link has to be "logit", "probit", "cloglog" or "softmax", at a temperature or without one. The
    modulating factor is differentiated as well. ``gamma`` is a number >= 0 or a parameter in
    ``sl.NonNegative``; 0 leaves the values as they are. No factor alpha: of a binary cross-entropy this
    is twice the catalogue's ``focal`` at alpha = 1/2. After T.-Y. Lin et al. (2017), Focal loss for dense
    object detection, ICCV.

    >>> import symloss as sl
    >>> sl.focal_modulated(sl.get("sparse_softmax_cross_entropy"), 2.0).expression
    (1 - softmax(z)[c])**2*(-z[c] + logsumexp(z))
    """
    return Loss.from_declaration(targets.focal_modulated(loss.declaration, gamma))


def as_margin(loss: Loss) -> Loss:
    """The same loss of a target in {-1, +1} instead of {0, 1}: y becomes (1 + s)/2. Its name and the link stay.

    >>> import symloss as sl
    >>> sl.as_margin(sl.get("binary_cross_entropy_with_logits")).expression
    softplus(-f*y)
    """
    return Loss.from_declaration(targets.as_margin(loss.declaration))


def as_binary(loss: Loss) -> Loss:
    """The same loss of a target in {0, 1} instead of {-1, +1}: s becomes 2*y - 1. Its name and the link stay.

    >>> import symloss as sl
    >>> hinge = sl.as_binary(sl.get("hinge"))
    >>> hinge.value([0.0, 1.0], [0.25, 0.25])
    array([1.25, 0.75])
    """
    return Loss.from_declaration(targets.as_binary(loss.declaration))


def with_temperature(loss: Loss, temperature: Any = None) -> Loss:
    """The loss with every raw prediction divided by a temperature; what it predicts is divided with it.

    ``temperature`` is a number > 0 or a parameter in ``sl.Positive``; None makes the parameter
    ``temperature``, 1 by default, which ``fit_intercept_only`` and ``wrt`` know like any other. Derivatives are
    by the raw prediction, so that a gradient carries a factor 1/temperature. A prediction with a declared
    domain, a probability say, is refused. After C. Guo et al. (2017), On calibration of modern neural
    networks, ICML.

    >>> import symloss as sl
    >>> cool = sl.with_temperature(sl.get("softmax_cross_entropy"))
    >>> cool.predict([[0.0, 2.0]], temperature=2.0)
    array([[0.26894142, 0.73105858]])
    >>> cool.gradient([[0.0, 1.0]], [[0.0, 2.0]], temperature=2.0, wrt="temperature")
    array([0.13447071])
    """
    return Loss.from_declaration(rescaled.with_temperature(loss.declaration, temperature))


def penalised(loss: Loss, prior: Loss, weights: Any = "w", *, n_samples: Any = None, **fixed: float) -> Loss:
    """The loss of a sample plus a prior on the weights of the model: its mean is that of a MAP estimate.

    With a loss that is a negative log-likelihood and a prior that is a negative log-density, the sum over
    n samples of loss + prior(w)/n is the negative log-posterior, up to a constant. The result is

        loss(y, f) + prior(w)/n_samples

    The weights are a vector parameter, called ``weights`` (or declared by
    ``sl.parameter("w", axis, ...)`` and given), over an axis of their own: give them by name, and ask for
    their gradient by ``wrt=("f", "w")`` and ``reduction="mean"``; the chain from f to w is your model's.
    ``n_samples`` is the number of samples, or their total weight: a number, or a parameter of that name.
    ``prior`` is a loss of one row of weights (or of one weight, summed then): ``normal_prior``, ``laplace_prior``,
    ``student_t_prior`` or your own. ``fixed`` fixes its parameters. With the mean loss of n samples,

    - ``normal_prior`` of scale s is weight decay, (lambda/2)*sum of w^2 with lambda = 1/(n s^2): scikit-learn's
      ``Ridge(alpha=1/s^2)`` for half the squared error, ``LogisticRegression(C=s^2)`` for a cross-entropy;
    - ``laplace_prior`` of scale b is L1, lambda*sum of |w| with lambda = 1/(n b): ``Lasso(alpha=1/(n b))`` for half
      the squared error, ``LogisticRegression(C=b)`` with ``l1_ratio=1`` for a cross-entropy.

    >>> import numpy as np, symloss as sl
    >>> ridge = sl.penalised(sl.get("squared_error"), sl.get("normal_prior"), n_samples=2, scale=0.5)
    >>> X, y, w = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([1.0, 2.0]), np.array([0.5, 0.5])
    >>> ridge(y, X @ w, w=w)
    0.8125
    >>> by_f, by_w = ridge.gradient(y, X @ w, w=w, wrt=("f", "w"), reduction="mean")
    >>> X.T @ by_f + by_w
    array([0.75, 0.  ])
    """
    return Loss.from_declaration(penalty.penalised(loss.declaration, prior.declaration, weights, n_samples, fixed))
