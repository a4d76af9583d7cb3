"""From a caller's arrays to results: checks, conversion, chunks, threads.

Nothing here knows a loss: a `Signature` says what a call takes, a compiled kernel says
what it wants positionally, and this room stands between the two.
"""
