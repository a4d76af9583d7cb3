"""Cases that wait for a stabilising rule; a mark that is no longer needed fails the suite (`xfail_strict`)."""

from __future__ import annotations

WAITING: dict[tuple[str, str], str] = {}
