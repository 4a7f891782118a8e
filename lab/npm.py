"""Packages from npm, checked by their hash and kept for later runs without a network.

Whoever needs a file of a package says so with a `Package`: `fetch` gets it from npm once, `kept` finds it again.
Where that does not do, `run` is npm itself, with its failures in words, and `packed` checks what it has fetched.
"""

import asyncio
import base64
import hashlib
import io
import re
import shutil
import tarfile
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path

from lab.cache import folder
from lab.errors import EnvironmentFailure

_TARBALL = "package.tgz"
_KEPT = "Run `lab install` once with a network: what it fetches is kept."
_NPM_S = 120.0
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
_UNKNOWN = ("E404", "ETARGET")


@dataclass(frozen=True)
class Package:
    """One release of a package, and those of its files that are wanted."""

    name: str
    version: str
    integrity: str
    """Its hash as npm tells it, in the form of Subresource Integrity: ``sha512-...``."""
    files: tuple[str, ...]
    """Paths in the package: ``dist/d3.min.js``."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def kept(package: Package) -> dict[str, bytes] | None:
    """The files of a package that was fetched before, by their paths; None where it was not, or is damaged."""
    try:
        tarball = (_home(package) / _TARBALL).read_bytes()
        return _files_in(tarball, package) if matches(tarball, package.integrity) else None
    except (OSError, ValueError, tarfile.TarError):
        return None


async def fetch(package: Package) -> dict[str, bytes]:
    """The files of a package, by their paths: those that are kept, else from npm, which are kept then.

    Raises:
        EnvironmentFailure: npm is missing or offline, does not have it, or what it gave is not what its hash says.
    """
    if files := await asyncio.to_thread(kept, package):
        return files
    room = Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder("npm")))
    try:
        await run("pack", f"{package.name}@{package.version}", "--pack-destination", str(room), what=str(package))
        return await asyncio.to_thread(_keep, package, room)
    finally:
        await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)


def matches(data: bytes, integrity: str) -> bool:
    """Whether ``data`` has the hash that ``integrity`` (``sha512-...``, several with spaces between) lists first."""
    for entry in integrity.split():
        algorithm, _, wanted = entry.partition("-")
        if algorithm in {"sha512", "sha384", "sha256", "sha1"}:
            return base64.b64encode(hashlib.new(algorithm, data).digest()).decode() == wanted
    return False


def _home(package: Package) -> Path:
    return folder("npm") / f"{package.name.replace('/', '-')}-{package.version}"


def _files_in(tarball: bytes, package: Package) -> dict[str, bytes]:
    """The wanted files; raises `tarfile.TarError` where the archive is broken, `KeyError` where it lacks one."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for path in package.files:
            content = archive.extractfile(f"package/{path}")
            if content is None:
                raise KeyError(path)
            found[path] = content.read()
    return found


def _keep(package: Package, room: Path) -> dict[str, bytes]:
    """Check the package that npm put into ``room``, and keep it for later runs."""
    tarball = packed(room, str(package), package.integrity)
    try:
        files = _files_in(tarball.read_bytes(), package)
    except (tarfile.TarError, KeyError) as error:
        raise EnvironmentFailure(f"The package of {package} cannot be read: {error}.") from error
    home = _home(package)
    home.mkdir(exist_ok=True)
    tarball.replace(home / _TARBALL)
    return files


async def run(*arguments: str, what: str, unknown: str = "", offline: str = _KEPT) -> str:
    """What npm prints; its failures become `EnvironmentFailure` by their code alone, without a host's name.

    Args:
        arguments: A command of npm's, and what belongs to it.
        what: The package and the version that it is run for: ``d3 7.9.2``.
        unknown: What to do where npm does not have that.
        offline: What to do where npm cannot be reached.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise EnvironmentFailure(
            f"npm is not installed, and {what} comes from it.",
            remedy="Install Node.js with npm (Debian: apt-get install npm).",
        )
    process = await asyncio.create_subprocess_exec(
        *(
            npm,
            *arguments,
            "--ignore-scripts",
            "--no-update-notifier",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=500",
        ),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        output, noise = await asyncio.wait_for(process.communicate(), _NPM_S)
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise EnvironmentFailure(f"npm did not give {what} within {_NPM_S:g} s.") from error
        raise
    if process.returncode == 0:
        return output.decode("utf-8", "replace")
    code = code_in(noise.decode("utf-8", "replace"))
    if code in _UNKNOWN:
        raise EnvironmentFailure(f"npm has no {what}.", remedy=unknown)
    if code in _OFFLINE:
        raise EnvironmentFailure(f"npm cannot be reached to fetch {what} ({code}).", remedy=offline)
    raise EnvironmentFailure(f"npm could not fetch {what} ({code or f'status {process.returncode}'}).")


def packed(room: Path, what: str, integrity: str) -> Path:
    """The one package that ``npm pack`` has put into ``room``, once its hash is seen to be right."""
    packages = list(room.glob("*.tgz"))
    if len(packages) != 1:
        raise EnvironmentFailure(f"npm said that it fetched {what}, but left no package.")
    if not matches(packages[0].read_bytes(), integrity):
        raise EnvironmentFailure(
            f"The package of {what} that npm gave does not have the hash {integrity}.",
            remedy="Do not use it. Clean npm's cache (npm cache clean --force) and look at what serves npm here.",
        )
    return packages[0]


def code_in(noise: str) -> str:
    """The error code in what npm prints to stderr (``npm error code E404``, formerly ``npm ERR!``), or nothing."""
    found = re.search(r"^npm (?:error|ERR!) code (\w+)", noise, re.MULTILINE)
    return found[1] if found else ""
