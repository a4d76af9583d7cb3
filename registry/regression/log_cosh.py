"""The logarithm of the hyperbolic cosine of the residual, log(cosh(f - y)).

Close to r^2/2 for a small residual r and to |r| - log(2) for a large one, smooth everywhere. Reach
for it where Huber's loss would do and the second derivative must be continuous. No factor: the 1/2
of the quadratic part comes by itself.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")

LOSS = sl.Loss(
    "log_cosh",
    sp.log(sp.cosh(f - y)),
    link="identity",
    aliases=("LogCosh",),  # Keras
    doc=__doc__,
    reference="P. J. Green (1990), Bayesian reconstructions from emission tomography data, IEEE Trans. Med. Imaging 9",
)
