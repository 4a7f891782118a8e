"""Where the lab keeps what it downloads or makes once: clients from npm, its certificate authority."""

import os
from pathlib import Path


def folder(name: str) -> Path:
    """The cache's folder ``name``, made if need be; below ``$SOCKJS_LAB_CACHE`` where that is set."""
    own = os.environ.get("SOCKJS_LAB_CACHE")
    shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sockjs-lab"
    path = (Path(own) if own else shared) / name
    path.mkdir(parents=True, exist_ok=True)
    return path
