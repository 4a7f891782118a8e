"""Releases of sockjs-client that npm does not have: each comes out of a package of PyPI that carries it.

The file is checked by its hash and kept for later runs, as what comes from npm is.
"""

import asyncio
import hashlib
import shutil
import sys
import tempfile
import zipfile
from asyncio.subprocess import DEVNULL
from dataclasses import dataclass
from pathlib import Path

from lab.cache import folder
from lab.errors import EnvironmentFailure

_PIP_S = 120.0
_REMEDY = (
    "Run once with a network and pip: the client is kept for later runs. Or give a file of your own: "
    "client: {path: sockjs.js}."
)


@dataclass(frozen=True)
class Carrier:
    """The package that has a release in it."""

    package: str
    """With its version, as pip takes it; a wheel for any machine."""
    member: str
    """The file's path in the wheel."""
    sha256: str
    """Of the file, in hexadecimal."""


CARRIERS = {
    "0.3.4": Carrier(
        package="ginsfsm==0.7.3",
        member="ginsfsm/examples/websocket_mixin/sockjs-0.3.4.min.js",
        sha256="b4b6d898c081feaaf31175668b7a4837cf08ee6480fce388cbb93fc710646d07",
    ),
}
"""By release. 0.3.4 is what applications had before 1.0; the file is the project's own minified build."""


async def fetch(version: str) -> Path:
    """The path of the script of a release that `CARRIERS` has.

    Raises:
        EnvironmentFailure: It cannot be fetched, or is not what its hash says.
    """
    carrier, kept = CARRIERS[version], folder("clients") / version / "sockjs.js"
    if await asyncio.to_thread(_is_intact, kept, carrier):
        return kept
    room = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=folder("clients")))
    try:
        await _download(carrier, room, version)
        await asyncio.to_thread(_keep, carrier, room, kept, version)
    finally:
        await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)
    return kept


def _is_intact(path: Path, carrier: Carrier) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == carrier.sha256
    except OSError:
        return False


async def _download(carrier: Carrier, room: Path, version: str) -> None:
    """Let pip put the wheel into ``room``. What it says of a failure names hosts, so it is not told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"),
        *("--disable-pip-version-check", "--retries=1", "--dest", str(room), carrier.package),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        status = await asyncio.wait_for(process.wait(), _PIP_S)
    except TimeoutError:
        status = None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise EnvironmentFailure(
            f"pip could not fetch {carrier.package}, which carries sockjs-client {version}: npm does not have it.",
            remedy=_REMEDY,
        )


def _keep(carrier: Carrier, room: Path, kept: Path, version: str) -> None:
    """Take the file out of the wheel, and move it to ``kept`` at once if its hash is right."""
    made = room / "sockjs.js"
    try:
        (wheel,) = room.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            made.write_bytes(archive.read(carrier.member))
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EnvironmentFailure(f"{carrier.package} holds no sockjs-client {version}.", remedy=_REMEDY) from error
    if not _is_intact(made, carrier):
        raise EnvironmentFailure(
            f"The sockjs-client {version} in {carrier.package} does not have the hash sha256 {carrier.sha256}.",
            remedy="Do not use it. Look at what serves pip here.",
        )
    kept.parent.mkdir(exist_ok=True)
    made.replace(kept)
