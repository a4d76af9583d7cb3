"""LPIPS of one layer: the mean over places of the sum over channels of w*(z/|z| - y/|y|)^2.

y are the features that a fixed network has of the reference image and z those of the made one, both
with axes channel, height, width; at every place the row of channels is scaled to length one. w are
the channel weights, learnt from people's judgements, 1 for every channel by default. Reach for
it to judge or train images by what people see; the whole metric is the sum over layers. No factor.
The authors' code adds 1e-10 to the lengths; here a place where all channels are 0 gives NaN.
"""

import sympy as sp

import symloss as sl

C, H, W = sl.axis("C"), sl.axis("H"), sl.axis("W")
c, k = C.indices("c k")
h, w = H.indices("h"), W.indices("w")
y = sl.target("y", C, H, W)
z = sl.prediction("z", C, H, W)
weights = sl.parameter("weights", C, default=1.0, domain=sl.NonNegative)

reference = y[c, h, w] / sl.norm(y[k, h, w], k)
made = z[c, h, w] / sl.norm(z[k, h, w], k)

LOSS = sl.Loss(
    "lpips",
    sp.Sum(weights[c] * (made - reference) ** 2, c, h, w) / (H.size * W.size),
    link="identity",
    doc=__doc__,
    reference="R. Zhang, P. Isola, A. A. Efros, E. Shechtman, O. Wang (2018), The unreasonable effectiveness of deep "
    "features as a perceptual metric, CVPR, 586-595",
)
