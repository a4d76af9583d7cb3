"""The focal loss of a logit: cross-entropy times (1 - q)^gamma, q being the probability given to the true class.

Written out, -alpha*y*(1 - p)^gamma*log(p) - (1 - alpha)*(1 - y)*p^gamma*log(1 - p) with p = 1/(1 +
exp(-f)). Reach for it when easy examples of one class outnumber all others, as the background does
in object detection. alpha weights the positive class and 1 - alpha the negative one, a factor to
mind: with alpha = 1/2 and gamma = 0 it is half the binary cross-entropy.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Binary)
f = sl.prediction("f")
gamma = sl.parameter("gamma", default=2.0, domain=sl.NonNegative)
alpha = sl.parameter("alpha", default=0.25, domain=sl.Unit)

p = sl.sigmoid(f)

LOSS = sl.Loss(
    "focal",
    -alpha * y * (1 - p) ** gamma * sp.log(p) - (1 - alpha) * (1 - y) * p**gamma * sp.log(1 - p),
    link="logit",
    aliases=("sigmoid_focal_loss",),  # torchvision, and optax with an alpha
    doc=__doc__,
    reference="T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollar (2017), Focal loss for dense object detection, ICCV",
)
