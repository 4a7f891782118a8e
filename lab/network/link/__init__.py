"""A link: our own TCP relay, and what its behaviours do to bytes and time."""
