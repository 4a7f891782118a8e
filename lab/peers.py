"""SockJS servers that others have written: installed from their registries into the lab's cache, once.

The lab is measured against them (benchmarks/), and a scenario may run its client against them.
"""

import fcntl
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from lab import cache
from lab.errors import EnvironmentFailure

PYPI = {"aio-libs": "sockjs==0.13.0", "tornado": "sockjs-tornado==1.0.7"}
"""Each in an environment of its own: both call their package ``sockjs``."""
NPM = "sockjs@0.3.24"

_PATIENCE_S = 300.0


def python(peer: str) -> Path:
    """The interpreter of a virtual environment that has this peer.

    Raises:
        EnvironmentFailure: It cannot be installed.
    """
    folder: Path = cache.folder("peers") / peer
    path = folder / "bin" / "python"

    def install() -> None:
        venv.create(folder, clear=True, with_pip=True)
        _run([path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYPI[peer]], folder, PYPI[peer])

    _once(folder, PYPI[peer], install)
    return path


def node() -> Path:
    """The folder whose node_modules hold the peer for Node.

    Raises:
        EnvironmentFailure: It cannot be installed.
    """
    folder: Path = cache.folder("peers") / "node"

    def install() -> None:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        (folder / "package.json").write_text('{"private": true}')
        _run(["npm", "install", "--no-audit", "--no-fund", "--silent", NPM], folder, NPM)

    _once(folder, NPM, install)
    return folder


def _once(folder: Path, what: str, install: Callable[[], None]) -> None:
    """Install unless it was; two labs that start at once do not install at once."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".installed"
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != what:
            install()
            done.write_text(what)


def _run(command: list[str | Path], folder: Path, what: str) -> None:
    remedy = f"See that {Path(command[0]).name} works here and reaches its registry; `lab run` tries again by itself."
    try:
        subprocess.run(
            command, check=True, cwd=folder, stdout=sys.stderr, stderr=subprocess.PIPE, timeout=_PATIENCE_S
        )
    except FileNotFoundError:
        raise EnvironmentFailure(
            f"{what} cannot be installed: there is no {command[0]} here", remedy=remedy
        ) from None
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", b"") or b"").decode(errors="replace").strip().splitlines()
        raise EnvironmentFailure(
            f"{what} cannot be installed: {said[-1] if said else error}", remedy=remedy
        ) from error
