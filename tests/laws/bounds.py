"""Which losses of the catalogue are held to ulps of their largest terms (`symloss.testing.exactness`)."""

from symloss.testing.exactness import within

# Terms of opposite sign that no rule joins yet; the numbers are those at which it was seen.
CANCELLING = {
    "approx_ndcg": "1 - dcg/ideal near the ideal order, and differences of saturated sigmoids in its derivatives",
}


__all__ = ["CANCELLING", "within"]
