"""The peers, one file each; a file is imported only in the process that measures it."""

from __future__ import annotations

#: The name on the command line and the module, in the order of the table's columns.
MODULES = {
    "torch": "benchmarks.peers.torch_eager",
    "torch.compile": "benchmarks.peers.torch_compiled",
    "jax": "benchmarks.peers.jax_optax",
    "sklearn": "benchmarks.peers.scikit_learn",
    "numpy": "benchmarks.peers.numpy_text",
    "limit": "benchmarks.peers.limits",
}
