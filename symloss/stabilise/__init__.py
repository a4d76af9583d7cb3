"""Forms that keep their digits, and the SymPy-free graph that kernels are made from."""
