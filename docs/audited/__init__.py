"""Objectives of other packages, as they are installed, for docs/make_audit.py."""
