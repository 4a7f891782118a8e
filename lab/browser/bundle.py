"""Makes one script of a release of sockjs-client whose package has its modules only (1.0.0-beta.4 to 1.1.1)."""

import asyncio
import shutil
import tarfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from lab import npm
from lab.errors import EnvironmentFailure

PACKAGE = "sockjs-client"
BUNDLER = "esbuild@0.28.2"
"""Fetched from npm for this alone, and thrown away afterwards."""

_BUNDLE_S = 60.0
_OPTIONS = (
    "--bundle",
    "--platform=browser",
    "--format=iife",
    "--global-name=SockJS",
    "--target=es2015",
    "--log-level=error",
    "--define:global=window",
    # As the project's own builds are made: without it the client logs all that it does.
    '--define:process.env.NODE_ENV="production"',
)


async def npm_for(version: str, *arguments: str) -> str:
    """What npm prints when it is run for this release of sockjs-client; raises what `lab.npm.run` raises."""
    return await npm.run(
        *arguments,
        what=f"{PACKAGE} {version}",
        unknown=f"See what it has (npm view {PACKAGE} versions), or give a file: client: {{path: sockjs.js}}.",
        offline="Run once with a network: the client is kept for later runs.",
    )


async def bundle(tarball: Path, room: Path, version: str) -> bytes:
    """The script of the release in ``tarball``; ``room`` is for what that takes, and none of it stays.

    Its dependencies are what npm takes for the ranges that the release names. Raises `EnvironmentFailure`.
    """
    if not await asyncio.to_thread(_has_entry, tarball):
        raise EnvironmentFailure(
            f"sockjs-client {version} is no client for browsers: it has neither dist/sockjs.js nor lib/entry.js.",
            remedy="Take 0.3.4, or 1.0.0 or later: 0.1.0 and 0.1.3 are clients for Node.js, of another design.",
        )
    workshop = room / "workshop"
    try:
        await asyncio.to_thread(_prepare, workshop)
        await npm_for(
            version,
            *("install", "--prefix", str(workshop), "--no-audit", "--no-fund", "--no-package-lock", "--omit=dev"),
            *(str(tarball), BUNDLER),
        )
        return await _build(workshop, version)
    finally:
        await asyncio.to_thread(shutil.rmtree, workshop, ignore_errors=True)


def _has_entry(tarball: Path) -> bool:
    with tarfile.open(tarball) as archive:
        return "package/lib/entry.js" in archive.getnames()


def _prepare(workshop: Path) -> None:
    workshop.mkdir()
    (workshop / "package.json").write_text('{"private": true}')


async def _build(workshop: Path, version: str) -> bytes:
    modules = workshop / "node_modules"
    entry = modules / PACKAGE / "lib" / "entry.js"
    built = workshop / "sockjs.js"
    failure = EnvironmentFailure(
        f"sockjs-client {version} has no dist/sockjs.js, and it could not be made of its modules.",
        remedy="Take a release that has one, such as 1.6.1 or 1.1.5.",
    )
    try:
        process = await asyncio.create_subprocess_exec(
            *(str(modules / ".bin" / "esbuild"), str(entry), *_OPTIONS, f"--outfile={built}"),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
        )
    except OSError as error:
        raise failure from error
    try:
        await asyncio.wait_for(process.communicate(), _BUNDLE_S)
    except TimeoutError as error:
        raise failure from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not built.is_file():
        raise failure
    return await asyncio.to_thread(built.read_bytes)
