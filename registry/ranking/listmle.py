"""ListMLE, minus the log-likelihood of the order by relevance under the Plackett-Luce model.

The model draws the items one after another, each with a probability in proportion to exp(z) among
those that are left: the sum over items i of log(sum of exp(z[j]) over j not before i) - z[i].
Reach for it when the whole order was observed. Items of equal relevance keep the order in which
they are given. No factor.
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L)
z = sl.prediction("z", L)

left = sl.rank(rel[j], j) >= sl.rank(rel[i], i)

LOSS = sl.Loss(
    "listmle",
    sp.Sum(sl.logsumexp(sp.Piecewise((z[j], left), (-sp.oo, True)), j) - z[i], i),
    link="identity",
    doc=__doc__,
    reference="F. Xia, T.-Y. Liu, J. Wang, W. Zhang, H. Li (2008), Listwise approach to learning to rank: theory and "
    "algorithm, ICML, 1192-1199",
)
