"""Stored output: what a report looked like when someone last looked at it and found it good."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "stored"


def stored(name: str, text: str) -> str:
    """What ``name`` holds, to compare ``text`` with; UPDATE_STORED=1 in the environment stores ``text`` first."""
    path = _FOLDER / name
    if os.environ.get("UPDATE_STORED") == "1":
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
