"""Which losses of the catalogue are held to ulps of their largest terms (`symloss.testing.exactness`)."""

from symloss.testing.exactness import within

# Terms of opposite sign that no rule joins yet; the numbers are those at which it was seen.
CANCELLING = {
    "beta_2": "differences of digamma functions whose arguments are predicted",
    "kl_bernoulli": "t*log(t) and the cross-entropy cancel near the optimum",
    "negative_binomial_2": "differences of gamma functions against softplus by the log dispersion",
    "focal_tversky": "what a pixel adds to the overlap and to the whole, in mixed second derivatives",
    "triplet": "the difference of two distances that are both far larger: an anchor at 800",
    "approx_ndcg": "1 - dcg/ideal near the ideal order, and differences of saturated sigmoids in its derivatives",
}

BOTH: dict[str, str] = {}
"""Held to ulps of the largest terms, or to what rounded inputs do."""


def in_terms(name: str) -> bool | None:
    """What the laws of `symloss.testing.exact_laws` take: whether terms excuse a result, or None for both excuses."""
    return None if name in BOTH else name in CANCELLING


__all__ = ["CANCELLING", "in_terms", "within"]
