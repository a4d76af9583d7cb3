"""Feature maps of a network: those of a reference image and those of a made one."""
