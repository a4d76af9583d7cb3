"""The focal loss of a class, -(1 - p[c])^gamma*log(p[c]) with p = softmax(z).

Reach for it when easy samples drown the hard ones, or one class the others: a class that already
has a high probability counts for little. gamma = 0 is the cross-entropy. The target is the class's
number, counted from 0. No factor; Keras's CategoricalFocalCrossentropy multiplies by its alpha, 1/4
by default, clips the probabilities and takes one-hot rows.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
c = sl.label("c", K)
z = sl.prediction("z", K)
gamma = sl.parameter("gamma", default=2.0, domain=sl.NonNegative)

p = sl.softmax(z)[c]

LOSS = sl.Loss(
    "softmax_focal",
    -((1 - p) ** gamma) * sp.log(p),
    link="softmax",
    aliases={"CategoricalFocalCrossentropy": sp.Rational(1, 4)},  # Keras, from logits
    doc=__doc__,
    reference="T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollar (2017), Focal loss for dense object detection, ICCV, "
    "2980-2988",
)
