"""What docs/make_accuracy.py and docs/accuracy.md are made of; not part of the package."""
