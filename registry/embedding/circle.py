"""Circle loss, log(1 + (sum over partners of exp(-g*u*(s - 1 + m)))*(sum over others of exp(g*v*(s - m)))).

s is a row of cosine similarities of one embedding with N candidates, t says which of them are its
partners, m is the margin and g the scale; u = max(0, 1 + m - s) and v = max(0, s + m) let a
similarity that is far from where it should be pull harder. Reach for it in metric learning when
similarities differ in how far they are from good. A row with partners only, or without one, has the
loss 0. No factor. The derivatives are those of the function; the paper's code holds u and v fixed
when it differentiates.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
j = N.indices("j")
t = sl.target("t", N, domain=sl.Binary)
s = sl.prediction("s", N)
margin = sl.parameter("margin", default=0.25, domain=sl.Positive)
scale = sl.parameter("scale", default=256.0, domain=sl.Positive)

u, v = 1 + margin - s[j], s[j] + margin
partner = -sp.Piecewise((u * (s[j] - 1 + margin), u > 0), (0, True))
other = sp.Piecewise((v * (s[j] - margin), v > 0), (0, True))
partners = sl.logsumexp(scale * sp.Piecewise((partner, sp.Eq(t[j], 1)), (-sp.oo, True)), j)
others = sl.logsumexp(scale * sp.Piecewise((other, sp.Eq(t[j], 0)), (-sp.oo, True)), j)

LOSS = sl.Loss(
    "circle",
    sl.softplus(partners + others),
    link="identity",
    doc=__doc__,
    reference="Y. Sun, C. Cheng, Y. Zhang, C. Zhang, L. Zheng, Z. Wang, Y. Wei (2020), Circle loss: a unified "
    "perspective of pair similarity optimization, CVPR, 6398-6407",
)
