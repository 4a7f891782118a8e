"""The transports: one file each, found by its place. Each file holds its ``ROUTES``."""
