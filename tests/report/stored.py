"""Stored output: what a report looked like when someone last looked at it and found it good."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "stored"


def same_as_stored(name: str, text: str) -> bool:
    """Whether ``text`` is what ``name`` holds; with UPDATE_STORED=1 in the environment it is written first."""
    path = _FOLDER / name
    if os.environ.get("UPDATE_STORED") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    return True
