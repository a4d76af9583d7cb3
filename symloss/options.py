"""The only reader of the ``SYMLOSS_*`` environment variables."""

from __future__ import annotations

import os


def cache_directory_override() -> str | None:
    """The folder named by ``SYMLOSS_CACHE_DIR``, or ``None``."""
    return os.environ.get("SYMLOSS_CACHE_DIR") or None


def default_threads() -> int | None:
    """The number of threads named by ``SYMLOSS_NUM_THREADS``, or ``None``."""
    text = os.environ.get("SYMLOSS_NUM_THREADS")
    return max(1, int(text)) if text else None
