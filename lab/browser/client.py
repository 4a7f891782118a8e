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
from pathlib import Path

from lab import npm
from lab.browser import bundle, carried
from lab.browser.bundle import PACKAGE
from lab.cache import folder
from lab.errors import EnvironmentFailure, UsageError
from lab.npm import matches

PINNED = {
    "1.6.1": "sha512-2g0tjOR+fRs0amxENLi/q5TiJTqY+WXFOzb5UwXndlK6TO3U/mirZznpx6w34HVMoc3g7cY24yC/ZMIYnDlfkw==",
    "1.5.2": "sha512-ZzRxPBISQE7RpzlH4tKJMQbHM9pabHluk0WBaxAQ+wm/UieeBVBou0p4wVnSQGN9QmpAZygQ0cDIypWuqOFmFQ==",
    "1.4.0": "sha512-5zaLyO8/nri5cua0VtOrFXBPK1jbL4+1cebT/mmKA1E1ZXOvJrII75bPu0l0k843G/+iAbhEqzyKr0w/eCCj7g==",
    "1.3.0": "sha512-R9jxEzhnnrdxLCNln0xg5uGHqMnkhPSTzUZH2eXcR03S/On9Yvoq2wyUZILRUhZCNVu2PmwWVoyuiPz8th8zbg==",
    "1.0.3": "sha512-m5xWlTMssEH4rN2w/PwkvRtEeB3CGBNYaKekj5OvI52USCmE5DcvhuWUgPp3vO4drNvB7gTiH5A2FgbGNYnvEA==",
    "1.1.5": "sha512-PmPRkAYIeuRgX+ZSieViT4Z3Q23bLS2Itm/ck1tSf5P0/yVuFDiI5q9mcnpXoMdToaPSRS9MEyUx/aaBxrFzyw==",
}
"""npm's integrity (Subresource Integrity form) of the versions that the lab ships scenarios for."""

_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
_MEMBER = re.compile(r"package/dist/(sockjs[\w.-]*\.js)")
_TARBALL = "package.tgz"
_INTEGRITY = "integrity.txt"
_BUNDLED = "script.txt"
"""The hash of the script, for what no package holds."""


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
    """The path of ``dist/sockjs.js`` of sockjs-client ``version``; bundled where its package has none (up to 1.1.1).

    The first time it comes from npm, or out of a package that carries it; afterwards what is stored is checked again
    and no network is needed. Raises `UsageError` where ``version`` is no version number, and `EnvironmentFailure`
    where npm is missing or offline, has no such version, or the package is not what its hash says.
    """
    if not _VERSION.fullmatch(version):
        raise UsageError(f"{version} is no version of sockjs-client.", remedy='Write it like "1.6.1".')
    home = folder("clients") / version
    try:
        return await (carried.fetch(version) if version in carried.CARRIERS else _of_npm(version, home))
    except EnvironmentFailure as error:
        if not home.exists():
            raise
        raise EnvironmentFailure(f"{error} What was kept of it in {home} is damaged.", remedy=error.remedy) from error


async def _of_npm(version: str, home: Path) -> Path:
    if path := await asyncio.to_thread(_from_cache, home, version):
        return path
    room = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=home.parent))
    try:
        integrity = PINNED.get(version) or await _integrity_of(version)
        await bundle.npm_for(version, "pack", f"{PACKAGE}@{version}", "--pack-destination", str(room))
        scripts = await asyncio.to_thread(_checked, room, version, integrity)
        if "sockjs.js" not in scripts:
            scripts["sockjs.js"] = made = await bundle.bundle(room / _TARBALL, room, version)
            digest = base64.b64encode(hashlib.sha512(made).digest()).decode()
            (room / _BUNDLED).write_text(f"sha512-{digest}", "ascii")
        return await asyncio.to_thread(_keep, room, home, version, scripts)
    finally:
        await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)


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
        if not matches(tarball, integrity):
            return None
        # What npm's package does not have was bundled, and its hash written down then.
        shipped = scripts_in(tarball).get("sockjs.js")
        intact = script == shipped if shipped else matches(script, (home / _BUNDLED).read_text("ascii"))
    except (OSError, ValueError, tarfile.TarError):
        return None
    return home / "sockjs.js" if intact else None


def _checked(room: Path, version: str, integrity: str) -> dict[str, bytes]:
    """The scripts of the package that npm put into ``room``, once its hash is seen to be right."""
    package = npm.packed(room, f"{PACKAGE} {version}", integrity).rename(room / _TARBALL)
    (room / _INTEGRITY).write_text(integrity, "ascii")
    try:
        return scripts_in(package.read_bytes())
    except tarfile.TarError as error:
        raise EnvironmentFailure(f"The package of sockjs-client {version} cannot be read: {error}.") from error


def _keep(room: Path, home: Path, version: str, scripts: dict[str, bytes]) -> Path:
    """Write the scripts into ``room`` and move the whole to ``home`` at once."""
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
    answer = await bundle.npm_for(version, "view", f"{PACKAGE}@{version}", "dist", "--json")
    try:
        integrity = json.loads(answer)["integrity"]
    except (ValueError, KeyError, TypeError):
        integrity = None
    if not isinstance(integrity, str):
        raise EnvironmentFailure(f"npm does not tell the hash of sockjs-client {version}, so it is not used.")
    return integrity
