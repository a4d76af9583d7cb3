"""Audits of objectives that other people wrote: see `symloss.audit.objective.audit.audit`, which is ``sl.audit``."""
