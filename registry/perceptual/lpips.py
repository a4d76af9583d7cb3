"""LPIPS of one layer: the mean over places of the sum over channels of w*(z/|z| - y/|y|)^2.

y are the features that a fixed network has of the reference image and z those of the made one, both
with axes channel and place: height and width are one axis. At every place the row of channels is
scaled to length one. w are the channel weights, learnt from people's judgements, 1 for all of them
if there are none. Reach for it to judge or train images by what people see; the whole metric is the
sum over layers. No factor. The authors' code adds 1e-10 to the lengths; here a row of length 0 stays 0.
"""

import sympy as sp

import symloss as sl

C, P = sl.axis("C"), sl.axis("P")
c, k = C.indices("c k")
p = P.indices("p")
y = sl.target("y", C, P)
z = sl.prediction("z", C, P)
weights = sl.parameter("weights", C, domain=sl.NonNegative)

made_length, reference_length = sl.norm(z[k, p], k), sl.norm(y[k, p], k)
made, reference = z[c, p] / made_length, y[c, p] / reference_length
distance = sp.Piecewise(
    (sp.Sum(weights[c] * (made - reference) ** 2, c), sp.Ne(made_length, 0) & sp.Ne(reference_length, 0)),
    (sp.Sum(weights[c] * made**2, c), sp.Ne(made_length, 0)),
    (sp.Sum(weights[c] * reference**2, c), sp.Ne(reference_length, 0)),
    (0, True),
)

LOSS = sl.Loss(
    "lpips",
    sp.Sum(distance, p) / P.size,
    link="identity",
    doc=__doc__,
    reference="R. Zhang, P. Isola, A. A. Efros, E. Shechtman, O. Wang (2018), The unreasonable effectiveness of deep "
    "features as a perceptual metric, CVPR, 586-595",
)
