"""The soft Jaccard loss of a row of pixels, 1 - (sum of p*t)/(sum of p + sum of t - sum of p*t), p = sigmoid(z).

One minus the intersection over the union. Reach for it in segmentation when the result is judged by
IoU; Dice orders single images alike, and punishes bad ones less. No factor. A mask without the
object has the loss 1 whatever is predicted. The Tversky loss with a = b = 1.
"""

import sympy as sp

import symloss as sl

P = sl.axis("P")
k = P.indices("k")
t = sl.target("t", P, domain=sl.Unit)
z = sl.prediction("z", P)

p = sl.sigmoid(z[k])
intersection = sp.Sum(p * t[k], k)
union = sp.Sum(t[k] + p * (1 - t[k]), k)

LOSS = sl.Loss(
    "jaccard",
    1 - intersection / union,
    link="logit",
    doc=__doc__,
    reference="M. A. Rahman, Y. Wang (2016), Optimizing intersection-over-union in deep neural networks for image "
    "segmentation, ISVC, 234-244",
)
