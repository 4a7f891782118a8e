"""Where the files that ship with the lab lie: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_package = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = _package / "_shipped" / name
    return inside if inside.is_dir() else _package.parent / name


PROXIES = _folder("proxies")
"""The shipped behaviours: one file each."""

SCENARIOS = _folder("scenarios")
"""The shipped scenarios, by theme."""
