"""Installs the peers from their registries into the lab's cache, once."""

import subprocess
import sys
import venv
from pathlib import Path

from lab import cache

PYPI = ("sockjs==0.13.0", "sockjs-tornado==1.0.7", "uvloop")
NPM = ("sockjs@0.3.24",)


def python() -> Path:
    """The interpreter of a virtual environment that has the Python peers.

    Raises:
        subprocess.CalledProcessError: they cannot be installed.
    """
    folder = cache.folder("benchmarks") / "python"
    path = folder / "bin" / "python"
    done = folder / ".installed"
    if not done.exists() or done.read_text() != " ".join(PYPI):
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PYPI], check=True)
        done.write_text(" ".join(PYPI))
    return path


def node() -> Path:
    """The folder whose node_modules hold the peer for Node.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    folder = cache.folder("benchmarks") / "node"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules" / "sockjs").is_dir():
        (folder / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *NPM]
        subprocess.run(command, check=True, cwd=folder, stdout=sys.stderr)
    return folder
