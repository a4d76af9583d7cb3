"""Binary cross-entropy of a logit with a weight on positives, -w_pos*y*log(p) - (1 - y)*log(1 - p).

Here p = 1/(1 + exp(-f)). Reach for it when positives are rare, or when missing one costs more than
a false alarm: a positive counts w_pos times, which moves the logit at the minimum by log(w_pos). No
factor besides w_pos; it is the pos_weight of PyTorch and TensorFlow.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")
w_pos = sl.parameter("w_pos", default=1.0, domain=sl.Positive)

p = 1 / (1 + sp.exp(-f))

LOSS = sl.Loss(
    "weighted_binary_cross_entropy_with_logits",
    -w_pos * y * sp.log(p) - (1 - y) * sp.log(1 - p),
    link="logit",
    aliases=("weighted_cross_entropy_with_logits",),  # TensorFlow
    doc=__doc__,
    reference="G. King, L. Zeng (2001), Logistic regression in rare events data, Polit. Anal. 9, 137-163",
)
