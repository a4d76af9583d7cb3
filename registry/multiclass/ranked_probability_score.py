"""The ranked probability score, sum over k of (P[k] - 1[c <= k])^2, with P[k] = p[0] + ... + p[k] and p = softmax(z).

Squared distance between the cumulative probabilities of ordered classes and those of the observed
one. Reach for it when classes have an order, such as grades: a forecast that misses by one class
costs less than one that misses by three. No factor; some divide by K - 1.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
j, k = K.indices("j k")
c = sl.label("c", K)
z = sl.prediction("z", K)

p = sl.softmax(z)
at_most = sp.Sum(p[j], (j, 0, k))

LOSS = sl.Loss(
    "ranked_probability_score",
    sp.Sum(sp.Piecewise(((at_most - 1) ** 2, c <= k), (at_most**2, True)), k),
    link="softmax",
    doc=__doc__,
    reference="E. S. Epstein (1969), A scoring system for probability forecasts of ranked categories, "
    "J. Appl. Meteorol. 8, 985-987",
)
