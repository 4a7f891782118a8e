"""Durations and sizes in a scenario: the ones that the whole lab shares (see lab/units.py)."""

from lab.units import Bytes, Milliseconds, duration_ms, size_bytes

__all__ = ["Bytes", "Milliseconds", "duration_ms", "size_bytes"]
