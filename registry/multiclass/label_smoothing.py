"""Cross-entropy with smoothed labels, -(1 - epsilon)*log(p[c]) - (epsilon/K)*(sum of log(p)), p = softmax(z).

The class c shares epsilon of its certainty evenly with all K classes, itself among them. Reach for
it when a network grows too sure of itself, or some labels are wrong: the best logits stay finite.
No factor. No class can be masked: every class has some of the target.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
c = sl.label("c", K)
z = sl.prediction("z", K)
epsilon = sl.parameter("epsilon", default=0.1, domain=sl.Interval(0, 1, closed="left"))

log_p = sl.log_softmax(z)

LOSS = sl.Loss(
    "label_smoothing",
    -(1 - epsilon) * log_p[c] - epsilon / K.size * sp.Sum(log_p[k], k),
    link="softmax",
    doc=__doc__,
    reference="C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna (2016), Rethinking the Inception architecture "
    "for computer vision, CVPR, 2818-2826",
)
