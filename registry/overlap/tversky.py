"""The Tversky loss of a row of pixels, 1 - TP/(TP + a*FP + b*FN) with p = sigmoid(z).

TP = sum of p*t, FP = sum of p*(1 - t) and FN = sum of (1 - p)*t. Reach for it in segmentation when
a missed pixel costs more than a false alarm, or less: the defaults a = 0.3 and b = 0.7 ask for
recall. a = b = 1/2 is the Dice loss without its `smooth`, a = b = 1 the Jaccard loss. No factor. A
mask without the object has the loss 1 whatever is predicted. Keras's Tversky takes probabilities,
adds 1e-7 to the denominator and calls a the weight of what was missed.
"""

import sympy as sp

import symloss as sl

P = sl.axis("P")
k = P.indices("k")
t = sl.target("t", P, domain=sl.Unit)
z = sl.prediction("z", P)
a = sl.parameter("a", default=0.3, domain=sl.Positive)
b = sl.parameter("b", default=0.7, domain=sl.Positive)

p = sl.sigmoid(z[k])
hits = sp.Sum(p * t[k], k)
false_alarms = sp.Sum(p * (1 - t[k]), k)
misses = sp.Sum((1 - p) * t[k], k)

LOSS = sl.Loss(
    "tversky",
    1 - hits / (hits + a * false_alarms + b * misses),
    link="logit",
    doc=__doc__,
    reference="S. S. M. Salehi, D. Erdogmus, A. Gholipour (2017), Tversky loss function for image segmentation using "
    "3D fully convolutional deep networks, MLMI, 379-387",
)
