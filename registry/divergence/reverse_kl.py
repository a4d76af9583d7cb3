"""The Kullback-Leibler divergence of a row t of probabilities from softmax(z), sum of p*log(p/t) with p = softmax(z).

The arguments of `kl_divergence` exchanged. Reach for it where the prediction should stay where the
target has mass rather than cover all of it, as in variational inference and in some distillation.
No factor; a target of 0, which would cost infinity, is refused. That t sums to one is not checked:
weights w of any sum give the divergence from w/sum(w) less log(sum(w)).
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Positive)
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "reverse_kl",
    sp.Sum(sl.softmax(z)[k] * (sl.log_softmax(z)[k] - sp.log(t[k])), k),
    link="softmax",
    doc=__doc__,
    reference="C. M. Bishop (2006), Pattern recognition and machine learning, section 10.1.2",
)
