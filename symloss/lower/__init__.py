"""From `Stable`, what to compute for a sample, to `Nest`, the loops that compute it for a chunk of samples.

`nest.lower` is the verb. `ir` is the product, `spec` what is legal, `interpret` what it means, `show` how it reads.
"""
