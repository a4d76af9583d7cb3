"""Softmax cross-entropy of a class, -log(softmax(z)[c]).

The negative log-likelihood of a categorical distribution, and multinomial logistic regression's
loss. Reach for it for one class out of K; the target is the class's number, counted from 0. No
factor. An entry of z may be -inf: that class is masked. The boosters have the same gradient and a
larger Hessian, p*(1 - p) times 2 in XGBoost and times K/(K - 1) in LightGBM.
"""

import symloss as sl

K = sl.axis("K")
c = sl.label("c", K)
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "sparse_softmax_cross_entropy",
    -sl.log_softmax(z)[c],
    link="softmax",
    aliases=(
        "CrossEntropyLoss",  # PyTorch, with classes as targets
        "HalfMultinomialLoss",  # scikit-learn
        "softmax_cross_entropy_with_integer_labels",  # optax
        "sparse_softmax_cross_entropy_with_logits",  # TensorFlow
        "multi:softmax",  # XGBoost
        "multi:softprob",  # XGBoost
        "multiclass",  # LightGBM
    ),
    doc=__doc__,
    reference="J. S. Bridle (1990), Probabilistic interpretation of feedforward classification network outputs, "
    "in Neurocomputing, 227-236",
)
