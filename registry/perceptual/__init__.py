"""Feature maps of a network, of a reference image and of a made one: channels by places."""
