"""Runs npm to fetch sockjs-client, and says what went wrong without naming hosts."""

import asyncio
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE

from lab.errors import EnvironmentFailure

PACKAGE = "sockjs-client"

_NPM_S = 120.0
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
_UNKNOWN = ("E404", "ETARGET")


async def run(*arguments: str, version: str) -> str:
    """What npm prints; its failures become `EnvironmentFailure` by their code alone.

    ``version`` is that of sockjs-client which it is run for.
    """
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
            f"npm has no sockjs-client {version}.", remedy=f"See what it has: npm view {PACKAGE} versions"
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
