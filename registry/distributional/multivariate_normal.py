"""The multivariate normal negative log-likelihood with a predicted mean mu and Cholesky factor L of the precision.

sum over j of (sum over i >= j of L[i, j]*(y[i] - mu[i]))^2/2 - log(L[j, j]). Predictions: the row
mu over (D,), and a matrix `cholesky` over (D, D) that is L below the diagonal and log(L) on it;
what stands above the diagonal is ignored. The precision, the inverse of the covariance, is L*L':
no system has to be solved and no matrix inverted, log(determinant) is a sum, and as exp makes the
diagonal positive any matrix is a valid prediction. Reach for it when several targets vary together.
The factor 1/2 is the density's own; D*log(2*pi)/2 is dropped.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
i, j = D.indices("i j")
y = sl.target("y", D)
mu = sl.prediction("mu", D)
cholesky = sl.prediction("cholesky", D, D)

below = sp.Sum(sp.Piecewise((cholesky[i, j] * (y[i] - mu[i]), i > j), (0, True)), i)
whitened = sp.exp(cholesky[j, j]) * (y[j] - mu[j]) + below

LOSS = sl.Loss(
    "multivariate_normal",
    sp.Sum(whitened**2 / 2 - cholesky[j, j], j),
    inputs=(y, mu, cholesky),
    link=mu[i],
    doc=__doc__,
    reference="P. M. Williams (1996), Using neural networks to model conditional multivariate densities, "
    "Neural Comput. 8, 843-854",
)
