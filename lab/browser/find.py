"""Which executable each engine will use, where it comes from, and its version.

Playwright's own builds are preferred, being the ones that Playwright is tested with; else what the
distribution has installed. ``SOCKJS_LAB_CHROMIUM``, ``SOCKJS_LAB_FIREFOX`` and ``SOCKJS_LAB_WEBKIT`` (the
path of an executable) win over both.
"""

import asyncio
import importlib.util
import json
import os
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lab.errors import EnvironmentFailure, UsageError

NAMES = ("chromium", "firefox", "webkit")
Origin = Literal["Playwright build", "system", "environment"]

_COMMANDS = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "firefox": ("firefox-esr", "firefox")}
_MINIBROWSERS = ("usr/lib/*/webkit2gtk-4.1", "usr/lib/*/webkitgtk-6.0", "usr/libexec/webkit2gtk-4.1")
_VERSION_S = 10.0

# MiniBrowser tells its version only with a display; the library tells it without one.
_WEBKIT_LIBRARIES = {"webkit2gtk-4.1": "libwebkit2gtk-4.1.so.0", "webkitgtk-6.0": "libwebkitgtk-6.0.so.4"}
_WEBKIT_VERSION = (
    "import ctypes, sys; l = ctypes.CDLL(sys.argv[1]);"
    "print(*(getattr(l, f'webkit_get_{p}_version')() for p in ('major', 'minor', 'micro')), sep='.')"
)


@dataclass(frozen=True)
class Found:
    """The browser that an engine will use."""

    name: str
    origin: Origin
    executable: Path | None
    """None for Playwright's own build, whose path Playwright knows."""
    version: str = ""
    """Filled in by `find`; empty from `locate`."""


def locate(name: str, *, root: Path = Path("/")) -> Found:
    """Where engine ``name``'s browser is, without asking its version.

    ``root`` is where the system's folders begin. Raises `UsageError` for an unknown name and
    `EnvironmentFailure` where there is no such browser.
    """
    if name not in NAMES:
        raise UsageError(f"There is no engine named {name}.", remedy=f"The engines are {', '.join(NAMES)}.")
    variable = f"SOCKJS_LAB_{name.upper()}"
    if chosen := os.environ.get(variable):
        if not os.access(chosen, os.X_OK) or Path(chosen).is_dir():
            raise EnvironmentFailure(
                f"{variable} names {chosen}, which is no executable file.", remedy=f"Correct or unset {variable}."
            )
        return Found(name, "environment", Path(chosen))
    if own := _playwright_build(name):
        return own
    if path := _system(name, root):
        return Found(name, "system", path)
    raise EnvironmentFailure(f"{name} is not installed.", remedy=f"Run: lab install {name}")


async def find(name: str) -> Found:
    """As `locate`, with the version (``unknown`` where the browser does not tell it)."""
    found = locate(name)
    if found.executable is None:
        return found
    library = _WEBKIT_LIBRARIES.get(found.executable.parent.name)
    command = [str(found.executable), "--version"]
    if library:
        command = [sys.executable, "-c", _WEBKIT_VERSION, library]
    return Found(name, found.origin, found.executable, version_in(await _output(command)))


def version_in(text: str) -> str:
    """The first version number in what a browser says of itself (``Mozilla Firefox 153.7.0esr``), or ``unknown``."""
    match = re.search(r"\d+(?:\.\d+)+\w*", text)
    return match.group() if match else "unknown"


def _system(name: str, root: Path) -> Path | None:
    if name == "webkit":
        found = (path for folder in _MINIBROWSERS for path in sorted(root.glob(f"{folder}/MiniBrowser")))
        return next((path for path in found if os.access(path, os.X_OK)), None)
    commands = (shutil.which(command) for command in _COMMANDS[name])
    return next((Path(path) for path in commands if path), None)


def _playwright_build(name: str) -> Found | None:
    """Playwright's own build of the version that this Playwright wants, if it is there and complete."""
    spec = importlib.util.find_spec("playwright")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent / "driver" / "package"
    listed = json.loads((package / "browsers.json").read_text())["browsers"]
    # Without a window Playwright runs Chromium's headless shell, which comes with it.
    for browser in (entry for entry in listed if entry["name"] == name):
        for revision in (browser["revision"], *browser.get("revisionOverrides", {}).values()):
            if (_playwright_folder(package) / f"{name}-{revision}" / "INSTALLATION_COMPLETE").is_file():
                return Found(name, "Playwright build", None, browser["browserVersion"])
    return None


def _playwright_folder(package: Path) -> Path:
    """Where Playwright keeps its browsers (its documentation, "Managing browser binaries")."""
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if own == "0":
        return package / ".local-browsers"
    if own:
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


async def _output(command: list[str]) -> str:
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    except OSError:
        return ""
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _VERSION_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return output.decode("utf-8", "replace")
