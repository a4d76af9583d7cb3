"""Student's t negative log-likelihood of fixed df: s + (df + 1)/2*log(1 + ((y - mu)*exp(-s))^2/df) + log-beta terms.

Reach for it when the spread of the target depends on the sample and some targets are wrong: what a
far one costs grows only like a logarithm. Two predictions: mu, and s, the logarithm of the scale
(not of the standard deviation, which is sqrt(df/(df - 2)) scales). The factor (df + 1)/2 is the
density's own. Terms in df are kept, so that `wrt="df"` is right; log(pi)/2 is dropped. `student_t_3` predicts df.
"""

import sympy as sp
from sympy.stats import StudentT

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")
df = sl.parameter("df", default=4.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "student_t",
    mu + sp.exp(s) * StudentT("T", df),
    target=y,
    inputs=(y, mu, s),
    doc=__doc__,
    reference="K. L. Lange, R. J. A. Little, J. M. G. Taylor (1989), Robust statistical modeling using the t "
    "distribution, J. Amer. Statist. Assoc. 84, 881-896",
)
