"""The sparsemax loss, max over p of (p.z - |p|^2/2) - z[c] + 1/2, for probabilities p of the classes.

The maximum is reached at p = sparsemax(z), the projection of z on the simplex, of which many entries
are 0; the gradient is p[i] - 1[i = c]. Zero once the observed class leads every other one by 1, with
probabilities all the same, which a hinge does not give. Reach for it where classes are many and few
are likely. No factor. The threshold of the projection costs a loop over the row for each entry. An
entry of z may be -inf: that class is masked.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
c = sl.label("c", K)
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "sparsemax",
    sl.sparse_max_over(z[k], k) - z[c] + sp.Rational(1, 2),
    link="identity",
    aliases=("multiclass_sparsemax_loss",),  # optax
    doc=__doc__,
    reference="A. F. T. Martins, R. F. Astudillo (2016), From softmax to sparsemax: a sparse model of attention and "
    "multi-label classification, ICML, 1614-1623",
)
