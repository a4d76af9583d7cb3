"""Contrast with several partners, log(1 + (sum over others of exp(s/T))/(sum over partners of exp(s/T))).

s is a row of similarities of one embedding with N candidates, t says which of them are its partners
and T is the temperature; a row without partners has the loss 0. Reach for it when it is enough that some partner is
close: one that does not fit costs nothing as long as another one does. No factor. This is MIL-NCE;
the supervised contrastive loss takes the mean of the logarithms instead, which
`softmax_cross_entropy` of s/temperature against t/(sum of t) is.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
j = N.indices("j")
t = sl.target("t", N, domain=sl.Binary)
s = sl.prediction("s", N)
temperature = sl.parameter("temperature", default=0.1, domain=sl.Positive)

partners = sl.logsumexp(sp.Piecewise((s[j], sp.Eq(t[j], 1)), (-sp.oo, True)) / temperature, j)
others = sl.logsumexp(sp.Piecewise((s[j], sp.Eq(t[j], 0)), (-sp.oo, True)) / temperature, j)

LOSS = sl.Loss(
    "multi_positive_nce",
    sp.Piecewise((sl.softplus(others - partners), sp.Sum(t[j], j) > 0), (0, True)),
    link="identity",
    doc=__doc__,
    reference="A. Miech, J.-B. Alayrac, L. Smaira, I. Laptev, J. Sivic, A. Zisserman (2020), End-to-end learning of "
    "visual representations from uncurated instructional videos, CVPR, 9879-9889",
)
