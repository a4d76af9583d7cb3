"""Binary cross-entropy summed over a row of independent labels, sum of -t*log(p) - (1 - t)*log(1 - p).

Here p = 1/(1 + exp(-z)), entry by entry. Reach for it when any number of the K labels may hold at
once: tags, findings. One sample is a whole row, and its loss the negative log-likelihood of the
row. The factor is 1 for every label: PyTorch's MultiLabelSoftMarginLoss takes the mean over the
row instead, a factor 1/K.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Unit)
z = sl.prediction("z", K)

p = 1 / (1 + sp.exp(-z[k]))

LOSS = sl.Loss(
    "multilabel_cross_entropy",
    sp.Sum(-t[k] * sp.log(p) - (1 - t[k]) * sp.log(1 - p), k),
    link="logit",
    doc=__doc__,
    reference="J. Nam, J. Kim, E. Loza Mencia, I. Gurevych, J. Furnkranz (2014), Large-scale multi-label text "
    "classification: revisiting neural networks, ECML PKDD",
)
