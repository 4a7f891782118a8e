"""Installs the peers from their registries into the lab's cache, once."""

import subprocess
import sys
import venv
from pathlib import Path

from lab import cache

PYPI = {"aio-libs": "sockjs==0.13.0", "tornado": "sockjs-tornado==1.0.7"}
"""Each in an environment of its own: both call their package ``sockjs``."""
NPM = "sockjs@0.3.24"


def python(peer: str) -> Path:
    """The interpreter of a virtual environment that has this peer.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    folder: Path = cache.folder("benchmarks") / peer
    path = folder / "bin" / "python"
    done = folder / ".installed"
    if not done.exists() or done.read_text() != PYPI[peer]:
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run(
            [path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYPI[peer]],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        done.write_text(PYPI[peer])
    return path


def node() -> Path:
    """The folder whose node_modules hold the peer for Node.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    folder: Path = cache.folder("benchmarks") / "node"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules" / "sockjs").is_dir():
        (folder / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", NPM]
        subprocess.run(command, check=True, cwd=folder, stdout=sys.stderr)
    return folder
