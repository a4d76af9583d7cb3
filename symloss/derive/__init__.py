"""Index calculus: gradient, Hessian, products with a vector, Fisher information."""
