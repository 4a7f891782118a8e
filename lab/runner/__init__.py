"""Brings one case to life, and all the cases of a run."""
