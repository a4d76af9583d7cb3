"""Accelerated failure times, censored on the right: log(y) is a predicted location plus sigma times a known noise.

Targets y are times; d is 1 where the event was seen at y and 0 where the sample was still without it.
"""
