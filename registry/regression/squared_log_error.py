"""Half the squared difference of logarithms, (log(1 + f) - log(1 + y))^2/2, for y > -1 and f > -1.

Reach for it when targets span several orders of magnitude and ratios matter, not differences; the
prediction is on the target's scale, not its logarithm, so it must stay above -1. The factor 1/2 is
that of `squared_error` and of XGBoost; scikit-learn and Keras leave it out and return twice this
(Keras, like XGBoost, moves predictions and targets that are too small, which we do not). It is not
convex in f.
"""

import sympy as sp

import symloss as sl

above = sl.Interval(-1, sp.oo, closed="neither")
y = sl.target("y", domain=above)
f = sl.prediction("f", domain=above)

LOSS = sl.Loss(
    "squared_log_error",
    (sp.log(1 + f) - sp.log(1 + y)) ** 2 / 2,
    link="identity",
    aliases={
        "reg:squaredlogerror": 1,  # XGBoost
        "mean_squared_log_error": 2,  # scikit-learn
    },
    doc=__doc__,
    reference="C. Tofallis (2015), A better measure of relative prediction accuracy for model selection and model "
    "estimation, J. Oper. Res. Soc. 66, 1352-1362",
)
