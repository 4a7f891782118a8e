"""The real sockjs-client: from npm by version, checked by its hash and kept for later runs; or a user's own."""

import asyncio
import base64
import hashlib
import html
import io
import json
import re
import shutil
import tarfile
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from lab.cache import folder
from lab.errors import EnvironmentFailure, UsageError

PINNED = {
    "1.6.1": "sha512-2g0tjOR+fRs0amxENLi/q5TiJTqY+WXFOzb5UwXndlK6TO3U/mirZznpx6w34HVMoc3g7cY24yC/ZMIYnDlfkw==",
    "1.1.5": "sha512-PmPRkAYIeuRgX+ZSieViT4Z3Q23bLS2Itm/ck1tSf5P0/yVuFDiI5q9mcnpXoMdToaPSRS9MEyUx/aaBxrFzyw==",
}
"""npm's integrity (Subresource Integrity form) of the versions that the lab ships scenarios for."""

_PACKAGE = "sockjs-client"
_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
_MEMBER = re.compile(r"package/dist/(sockjs[\w.-]*\.js)")
_TARBALL = "package.tgz"
_INTEGRITY = "integrity.txt"
_NPM_S = 120.0
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
_UNKNOWN = ("E404", "ETARGET")


async def load(version: str, *, path: Path | None = None, url: str | None = None) -> bytes:
    """The script that brings the client: a release from npm, a user's file, or one that the page is to load.

    Raises `UsageError` where ``path`` cannot be read or ``url`` is none, and what `fetch` raises.
    """
    if path is not None and url is not None:
        raise UsageError("The client has both a path and a URL.", remedy="Give one of them.")
    if url is not None:
        return _loader(url)
    if path is None:
        path = await fetch(version)
        return await asyncio.to_thread(path.read_bytes)
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise UsageError(
            f"The client cannot be read from {path}: {error.strerror}.",
            remedy="Give the path of a built file, such as dist/sockjs.js.",
        ) from error


def _loader(url: str) -> bytes:
    """A script that makes the document which loads it load ``url`` next, before anything that follows."""
    if not url.strip() or any(ord(character) < 32 for character in url):
        raise UsageError(f"{url!r} is no URL of a client.", remedy="Write it as in a script's src.")
    tag = json.dumps(f'<script src="{html.escape(url)}"></script>').replace("</", "<\\/")
    return f"document.write({tag});\n".encode()


async def fetch(version: str) -> Path:
    """The path of ``dist/sockjs.js`` of sockjs-client ``version``.

    The first time it comes from npm; afterwards the stored package is checked again and no network is
    needed. Raises `UsageError` where ``version`` is no version number, and `EnvironmentFailure` where npm is
    missing or offline, has no such version, or the package is not what its hash says.
    """
    if not _VERSION.fullmatch(version):
        raise UsageError(f"{version} is no version of sockjs-client.", remedy='Write it like "1.6.1".')
    home = folder("clients") / version
    if path := await asyncio.to_thread(_from_cache, home, version):
        return path
    room = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=home.parent))
    try:
        integrity = PINNED.get(version) or await _integrity_of(version)
        await _npm("pack", f"{_PACKAGE}@{version}", "--pack-destination", str(room), version=version)
        return await asyncio.to_thread(_keep, room, home, version, integrity)
    finally:
        await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)


def matches(data: bytes, integrity: str) -> bool:
    """Whether ``data`` has a hash that ``integrity`` (``sha512-...``, several with spaces between) lists."""
    for entry in integrity.split():
        algorithm, _, wanted = entry.partition("-")
        if algorithm in {"sha512", "sha384", "sha256", "sha1"}:
            return base64.b64encode(hashlib.new(algorithm, data).digest()).decode() == wanted
    return False


def scripts_in(tarball: bytes) -> dict[str, bytes]:
    """The ``dist/sockjs*.js`` files of an npm package by their names; raises `tarfile.TarError`."""
    scripts = {}
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for member in archive:
            wanted = _MEMBER.fullmatch(member.name)
            content = archive.extractfile(member) if wanted and member.isreg() else None
            if wanted and content is not None:
                scripts[wanted[1]] = content.read()
    return scripts


def _from_cache(home: Path, version: str) -> Path | None:
    """The script in ``home`` if all there is still as it came from npm, else None."""
    try:
        tarball = (home / _TARBALL).read_bytes()
        integrity = PINNED.get(version) or (home / _INTEGRITY).read_text("ascii")
        script = (home / "sockjs.js").read_bytes()
        intact = matches(tarball, integrity) and scripts_in(tarball).get("sockjs.js") == script
    except (OSError, ValueError, tarfile.TarError):
        return None
    return home / "sockjs.js" if intact else None


def _keep(room: Path, home: Path, version: str, integrity: str) -> Path:
    """Check the package that npm put into ``room``, unpack it and move the whole to ``home`` at once."""
    packages = list(room.glob("*.tgz"))
    if len(packages) != 1:
        raise EnvironmentFailure(f"npm said that it fetched sockjs-client {version}, but left no package.")
    tarball = packages[0].read_bytes()
    if not matches(tarball, integrity):
        raise EnvironmentFailure(
            f"The package of sockjs-client {version} that npm gave does not have the hash {integrity}.",
            remedy="Do not use it. Clean npm's cache (npm cache clean --force) and look at what serves npm here.",
        )
    try:
        scripts = scripts_in(tarball)
    except tarfile.TarError as error:
        raise EnvironmentFailure(f"The package of sockjs-client {version} cannot be read: {error}.") from error
    if "sockjs.js" not in scripts:
        raise EnvironmentFailure(
            f"The npm package of sockjs-client {version} has no dist/sockjs.js.",
            remedy="Take a version that has one, such as 1.6.1 or 1.1.5.",
        )
    packages[0].rename(room / _TARBALL)
    (room / _INTEGRITY).write_text(integrity, "ascii")
    for name, content in scripts.items():
        (room / name).write_bytes(content)
    try:
        room.rename(home)
    except OSError:
        # Another run was faster, or what lies there is damaged.
        if _from_cache(home, version) is None:
            shutil.rmtree(home, ignore_errors=True)
            room.rename(home)
    return home / "sockjs.js"


async def _integrity_of(version: str) -> str:
    """What npm says of a version that the lab does not know."""
    answer = await _npm("view", f"{_PACKAGE}@{version}", "dist", "--json", version=version)
    try:
        integrity = json.loads(answer)["integrity"]
    except (ValueError, KeyError, TypeError):
        integrity = None
    if not isinstance(integrity, str):
        raise EnvironmentFailure(f"npm does not tell the hash of sockjs-client {version}, so it is not used.")
    return integrity


async def _npm(*arguments: str, version: str) -> str:
    """What npm prints; its failures become `EnvironmentFailure` by their code alone."""
    npm = shutil.which("npm")
    if npm is None:
        raise EnvironmentFailure(
            f"npm is not installed, and sockjs-client {version} comes from it.",
            remedy="Install Node.js with npm (Debian: apt-get install npm).",
        )
    process = await asyncio.create_subprocess_exec(
        *(npm, *arguments, "--ignore-scripts", "--no-update-notifier", "--fetch-retries=1"),
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
            raise EnvironmentFailure(f"npm did not give sockjs-client {version} within {_NPM_S:g} s.") from error
        raise
    if process.returncode == 0:
        return output.decode("utf-8", "replace")
    code = code_in(noise.decode("utf-8", "replace"))
    if code in _UNKNOWN:
        raise EnvironmentFailure(
            f"npm has no sockjs-client {version}.", remedy=f"See what it has: npm view {_PACKAGE} versions"
        )
    if code in _OFFLINE:
        raise EnvironmentFailure(
            f"npm cannot be reached to fetch sockjs-client {version} ({code}).",
            remedy="Run once with a network: the client is kept for later runs.",
        )
    raise EnvironmentFailure(
        f"npm could not fetch sockjs-client {version} ({code or f'status {process.returncode}'})."
    )


def code_in(noise: str) -> str:
    """The error code in what npm prints to stderr (``npm error code E404``, formerly ``npm ERR!``), or nothing."""
    found = re.search(r"^npm (?:error|ERR!) code (\w+)", noise, re.MULTILINE)
    return found[1] if found else ""
