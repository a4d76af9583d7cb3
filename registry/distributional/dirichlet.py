"""The Dirichlet negative log-likelihood of a row t of shares, sum of loggamma(a) - a*log(t), less loggamma(sum a).

a = exp(z). Reach for it when the target is a row of positive shares that sum to one (a budget, a
composition) and how surely they are predicted matters too. The prediction z is the row of
logarithms of the concentrations; the mean is softmax(z), and `predict` returns it. No factor; the
term sum of log(t) is dropped. A share of 0, whose logarithm is infinite, is refused; that a row
sums to one is not checked.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Interval(0, 1, closed="right"))
z = sl.prediction("z", K)

terms = sp.loggamma(sp.exp(z[k])) - sp.exp(z[k]) * sp.log(t[k])

LOSS = sl.Loss(
    "dirichlet",
    sp.Sum(terms, k) - sp.loggamma(sp.Sum(sp.exp(z[k]), k)),
    link="softmax",
    doc=__doc__,
    reference="S. Kotz, N. Balakrishnan, N. L. Johnson (2000), Continuous multivariate distributions 1, chapter 49",
)
