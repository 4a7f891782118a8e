"""What the lab asks of a browser: an engine opens tabs, a tab shows one page with a clean state.

`lab.browser.engines.create` makes an engine by name; one file in lab/browser/engines/ per engine.
"""

from pathlib import Path
from typing import Any, Protocol

from lab.errors import EnvironmentFailure, LabError


class EngineFailure(EnvironmentFailure):
    """The browser could not be started, died, or did not answer in its time: the lab's failure, not the case's."""


class NavigationFailure(EngineFailure):
    """The page itself did not load: refused, reset, or answered with a status of 400 or more."""


class PageError(LabError):
    """A script that ran in the page threw; ``str(error)`` is what it threw. The engine goes on."""


class Tab(Protocol):
    """One page with a state of its own: no cookies, no cache, nothing of a tab before it."""

    async def goto(self, url: str) -> None:
        """Load ``url`` and wait for its load event; raises `NavigationFailure` or `EngineFailure`."""

    async def evaluate(self, script: str, argument: object = None) -> Any:
        """Run a JavaScript expression, or a function given ``argument``, and wait for what it promises.

        Returns what JSON can hold. Raises `PageError` where the script throws, `EngineFailure` where the
        browser is gone or does not answer in its time.
        """

    async def screenshot(self, path: Path) -> None:
        """Write a PNG of what the page shows; raises `EngineFailure`."""

    async def save_trace(self, path: Path) -> bool:
        """Write the trace (a zip for ``playwright show-trace``); False where there is none to write."""

    async def close(self) -> None:
        """End the tab and forget its state; never raises, and does nothing the second time."""


class Engine(Protocol):
    """One browser of one kind."""

    name: str
    version: str
    """The browser's own version; empty before `start`."""
    traces_cheaply: bool
    """Whether a trace costs the client next to nothing (measured: 10 ms a call; WebKit 90 ms)."""

    async def start(self) -> None:
        """Start the browser; raises `EnvironmentFailure`, and leaves nothing behind where it does."""

    async def open(self, *, proxy: str | None = None, trace: bool = False) -> Tab:
        """A new tab with a clean state, behind ``proxy`` (``http://127.0.0.1:PORT``) where one is given.

        ``trace`` asks for a recording that `Tab.save_trace` can write.
        """

    async def stop(self) -> None:
        """End every process and remove every file of the engine; never raises, also after a failed start."""
