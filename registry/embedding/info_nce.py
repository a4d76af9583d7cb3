"""InfoNCE of a square matrix of similarities: the mean over rows i of -log(softmax(s[i, :]/temperature)[i]).

Row i compares one embedding with N candidates, of which the i-th is its partner: a cross-entropy
along every row, with the diagonal as the classes. Reach for it in contrastive learning, when the
matrix of similarities is at hand. One direction only: image to text, say. One sample is a whole
matrix; no factor besides the mean over rows. There is no target.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
s = sl.prediction("s", N, N)
temperature = sl.parameter("temperature", default=0.1, domain=sl.Positive)

LOSS = sl.Loss(
    "info_nce",
    -sp.Sum(s[i, i] / temperature - sl.logsumexp(s[i, j] / temperature, j), i) / N.size,
    link="identity",
    doc=__doc__,
    reference="A. van den Oord, Y. Li, O. Vinyals (2018), Representation learning with contrastive predictive coding, "
    "arXiv:1807.03748",
)
