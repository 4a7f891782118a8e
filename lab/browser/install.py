"""Installs browsers: Playwright's own builds where they can be downloaded, else the distribution's packages.

A browser that is here, but older than Playwright can drive, is replaced or upgraded in the same way.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from lab.browser import engines
from lab.browser.engine import TooOld
from lab.browser.find import Found, locate
from lab.errors import EnvironmentFailure, LabError

PACKAGES = {"chromium": ("chromium",), "firefox": ("firefox-esr",), "webkit": ("webkit2gtk-driver", "xvfb")}
"""Debian's package of each engine; webkit2gtk-driver brings MiniBrowser."""

MAY_BE_TOO_OLD = frozenset({"firefox"})
"""Stock browsers that Playwright drives by commands of which older releases lack some (WebDriver BiDi)."""

PLAYWRIGHT: Sequence[str] = (sys.executable, "-m", "playwright")

_DOWNLOAD_S = 600.0
_CONNECT_MS = 3000
_APT_S = 900.0


def install(names: Sequence[str], say: Callable[[str], None]) -> None:
    """Make the engines ``names`` usable; ``say`` gets a line for everything that is done.

    ``SOCKJS_LAB_BROWSERS=system`` leaves Playwright's builds out. Raises `UsageError` for an unknown name
    and `EnvironmentFailure`, with the command to run, where nothing worked. Called outside an event loop.
    """
    missing = [name for name in names if not _is_here(name, say)]
    wanted = [name for name in names if name in missing or _is_too_old(name, say)]
    if not wanted:
        return
    if os.environ.get("SOCKJS_LAB_BROWSERS") == "system":
        say("Playwright's builds are left out, as SOCKJS_LAB_BROWSERS=system asks.")
    else:
        wanted = _download(wanted, say)
    if missing := [name for name in missing if name in wanted]:
        _install_packages(missing, say)
    for name in missing:
        if not _is_here(name, say):
            raise EnvironmentFailure(f"{name} is still missing after its package was installed.")
    for name in wanted:
        # What was installed just now is too old where the list of packages is.
        if name not in missing or _is_too_old(name, say):
            _upgrade(name, say)


def _is_here(name: str, say: Callable[[str], None]) -> bool:
    try:
        found = locate(name)
    except EnvironmentFailure:
        return False
    if needs_display(found) and shutil.which("Xvfb") is None:
        return False
    place = f" at {found.executable}" if found.executable else ""
    say(f"{name}: is here ({found.origin}{place}).")
    return True


def _is_too_old(name: str, say: Callable[[str], None]) -> bool:
    """Whether the browser is one that cannot be driven; what else keeps it from starting is not judged here."""
    found = locate(name)
    if name not in MAY_BE_TOO_OLD or found.origin == "Playwright build":
        return False
    try:
        asyncio.run(start(name))
    except TooOld:
        say(f"{name}: is older than this Playwright can drive.")
        return True
    except LabError:
        return False
    return False


async def start(name: str) -> None:
    """Start an engine and end it; raises `EnvironmentFailure` where it does not start."""
    engine = engines.create(name)
    try:
        await engine.start()
    finally:
        await engine.stop()


def needs_display(found: Found) -> bool:
    """Whether this browser runs only on a display: a stock WebKit has no headless mode."""
    return found.name == "webkit" and found.executable is not None and found.executable.name == "MiniBrowser"


def _download(names: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Download Playwright's builds of ``names``; returns those that are still missing, after the first refusal."""
    for index, name in enumerate(names):
        say(f"{name}: downloading Playwright's build ...")
        environment = {**os.environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(_CONNECT_MS)}
        try:
            done = subprocess.run(
                [*PLAYWRIGHT, "install", name], env=environment, capture_output=True, text=True, timeout=_DOWNLOAD_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = "it takes too long" if isinstance(error, subprocess.TimeoutExpired) else str(error.strerror)
        else:
            if done.returncode == 0:
                say(f"{name}: Playwright's build is installed.")
                _install_libraries(name, say)
                continue
            # Only the code: the text names the hosts that were asked.
            code = re.search(r"\bE[A-Z]{4,}\b", done.stdout + done.stderr)
            reason = code.group() if code else f"status {done.returncode}"
        say(f"Playwright's builds cannot be downloaded here ({reason}).")
        return list(names[index:])
    return []


def _install_libraries(name: str, say: Callable[[str], None]) -> None:
    """Install the libraries that Playwright's build needs, where we may; else say how."""
    command = [*PLAYWRIGHT, "install-deps", name]
    if _can_install() and subprocess.run(command, capture_output=True, timeout=_APT_S).returncode == 0:
        say(f"{name}: its libraries are installed.")
        return
    say(
        f"{name}: if it does not start, install its libraries as root: "
        f"{' '.join([*PLAYWRIGHT, 'install-deps', name])}"
    )


def _install_packages(names: Sequence[str], say: Callable[[str], None]) -> None:
    packages = [package for name in names for package in PACKAGES[name]]
    by_hand = f"apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise EnvironmentFailure(
            f"{', '.join(names)}: not installed, and this is no Debian or Ubuntu.",
            remedy=f"Install it with your system's package manager (Debian's packages: {' '.join(packages)}).",
        )
    if not _can_install():
        raise EnvironmentFailure(
            f"{', '.join(names)}: not installed, and only root can.", remedy=f"Run: sudo {by_hand}"
        )
    say(f"{', '.join(names)}: installing the packages {' '.join(packages)} ...")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not _apt(command):
        say("Updating the list of packages ...")
        if not (_apt(["apt-get", "update"]) and _apt(command)):
            raise EnvironmentFailure("apt-get could not install the packages.", remedy=f"See why: {by_hand}")


def _upgrade(name: str, say: Callable[[str], None]) -> None:
    """Upgrade the packages of a browser that is too old, with a fresh list of packages.

    Raises:
        EnvironmentFailure: It cannot be upgraded, or is too old thereafter.
    """
    found = locate(name)
    if found.origin == "environment":
        variable = f"SOCKJS_LAB_{name.upper()}"
        raise EnvironmentFailure(
            f"{found.executable}, which {variable} names, is older than this Playwright can drive.",
            remedy=f"Name a newer {name}, or unset {variable}.",
        )
    command = ["apt-get", "install", "-y", "--only-upgrade", *PACKAGES[name]]
    by_hand = f"apt-get update && {' '.join(command)}"
    if not _can_install():
        raise EnvironmentFailure(
            f"{name} is older than this Playwright can drive, and cannot be upgraded from here.",
            remedy=f"Install a newer {name} (Debian, as root: {by_hand}), or name one by SOCKJS_LAB_{name.upper()}.",
        )
    say(f"{name}: upgrading the packages {' '.join(PACKAGES[name])} ...")
    if not (_apt(["apt-get", "update"]) and _apt(command)):
        raise EnvironmentFailure(f"apt-get could not upgrade {name}.", remedy=f"See why: {by_hand}")
    if _is_too_old(name, say):
        raise EnvironmentFailure(
            f"{name} is still too old after its packages were upgraded: this system has no newer one.",
            remedy=f"Name a newer {name} by SOCKJS_LAB_{name.upper()}.",
        )
    say(f"{name}: is upgraded.")


def _can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, env=environment, capture_output=True, timeout=_APT_S).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
