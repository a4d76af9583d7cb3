"""The Tversky loss to the power 1/gamma: (1 - TP/(TP + a*FP + b*FN))^(1/gamma) with p = sigmoid(z).

TP = sum of p*t, FP = sum of p*(1 - t) and FN = sum of (1 - p)*t. Reach for it in segmentation of
small objects: with gamma > 1, 4/3 by default, images that are already half right keep a steep
slope. a = 0.3 weighs false alarms and b = 0.7 misses; the paper calls b alpha. No factor. Much code
takes the power gamma itself, with gamma = 3/4: that is this loss with its reciprocal.
"""

import sympy as sp

import symloss as sl

P = sl.axis("P")
k = P.indices("k")
t = sl.target("t", P, domain=sl.Unit)
z = sl.prediction("z", P)
gamma = sl.parameter("gamma", default=4 / 3, domain=sl.Positive)
a = sl.parameter("a", default=0.3, domain=sl.Positive)
b = sl.parameter("b", default=0.7, domain=sl.Positive)

p = sl.sigmoid(z[k])
hits = sp.Sum(p * t[k], k)
false_alarms = sp.Sum(p * (1 - t[k]), k)
misses = sp.Sum((1 - p) * t[k], k)

LOSS = sl.Loss(
    "focal_tversky",
    (1 - hits / (hits + a * false_alarms + b * misses)) ** (1 / gamma),
    link="logit",
    doc=__doc__,
    reference="N. Abraham, N. M. Khan (2019), A novel focal Tversky loss function with improved attention U-Net for "
    "lesion segmentation, ISBI, 683-687",
)
