"""Crammer and Singer's hinge, the maximum over classes k of 1[k != c] + z[k] - z[c].

Zero once the observed class leads every other one by 1. Reach for it to train a multiclass support
vector machine, or where only the order of the scores counts: it gives no probabilities. Only the
worst rival counts; PyTorch's MultiMarginLoss adds up all rivals and divides by K, which is Weston
and Watkins's loss and no multiple of this one. No factor. An entry of z may be -inf: that class is
masked.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
c = sl.label("c", K)
z = sl.prediction("z", K)

margin = sp.Piecewise((0, sp.Eq(k, c)), (1, True))

LOSS = sl.Loss(
    "multiclass_hinge",
    sl.max_over(margin + z[k], k) - z[c],
    link="identity",
    aliases=("multiclass_hinge_loss",),  # optax
    doc=__doc__,
    reference="K. Crammer, Y. Singer (2001), On the algorithmic implementation of multiclass kernel-based vector "
    "machines, J. Mach. Learn. Res. 2, 265-292",
)
