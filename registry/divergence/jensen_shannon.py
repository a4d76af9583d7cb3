"""The Jensen-Shannon divergence, (KL(t, m) + KL(p, m))/2 with p = softmax(z) and m = (t + p)/2.

Symmetric in target and prediction, and never above log(2), so that no sample costs much. Reach for
it to compare distributions of which either may be 0 where the other is not. The factor 1/2 makes it
a mean of two divergences. Entries that are 0 count as 0.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Simplex(K))
z = sl.prediction("z", K)

p = sl.softmax(z)[k]
m = (t[k] + p) / 2

LOSS = sl.Loss(
    "jensen_shannon",
    sp.Sum(t[k] * sp.log(t[k] / m) + p * sp.log(p / m), k) / 2,
    link="softmax",
    doc=__doc__,
    reference="J. Lin (1991), Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37, 145-151",
)
