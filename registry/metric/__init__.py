"""What is measured and not trained by: a metric has a value and no gradient, and names the losses to train with.

Except for accuracy, one sample is a whole data set (or a query's list): its axis N runs over predictions, so that
arrays of shape (N,) give one number, arrays of shape (B, N) give B, and `groups=` gives one per group. Weights of
samples weigh such sets. Where a ratio is 0/0 it has the value that scikit-learn gives it, which each file says.
"""
