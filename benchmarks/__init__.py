"""Side by side with what people would use instead: ``python -m benchmarks``.

Every ratio is ours / theirs, the median of paired runs in one process per peer: both sides in turn, on the same arrays,
on the same core. `ratios` is the table of peers; the other sections are `calls`, `start`, `memory`, `scale` and
`threads`, a file each. Nothing here is imported by symloss, and no test asserts a time.
"""
