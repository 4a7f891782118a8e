"""What the lab asks of a browser: an engine opens tabs, a tab shows one page with a clean state.

`lab.browser.engines.create` makes an engine by name; one file in lab/browser/engines/ per engine.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from lab.errors import EnvironmentFailure, LabError

EVALUATE_S = 30.0
"""How long a script in a page may take."""
ANSWER_S = 5.0
"""How long a browser may take to give a sign of life: one that lives takes some milliseconds."""

Cookies = Literal["accept", "refuse-third-party"]
"""What becomes of the cookies of another site than the page's."""


class EngineFailure(EnvironmentFailure):
    """The browser could not be started, died, or did not answer in its time: the lab's failure, not the case's."""


class NoAnswer(EngineFailure):
    """The browser, or the page in it, did not answer in its time: it hangs, or has too much to do."""


class TooOld(EngineFailure):
    """The browser lacks commands that Playwright drives it by; a newer one has them."""


class NavigationFailure(EngineFailure):
    """The page itself did not load: refused, reset, or answered with a status of 400 or more."""


class PageError(LabError):
    """A script that ran in the page threw; ``str(error)`` is what it threw. The engine goes on."""


class PageTimeout(PageError):
    """The page did not come to show what was waited for, or to take a click, in its time."""


class Unsupported(LabError):
    """This engine cannot do that; ``remedy`` says what else serves."""

    status = 2


class Tab(Protocol):
    """One page with a state of its own: no cookies, no cache, nothing of a tab before it."""

    @property
    def alive(self) -> bool:
        """Whether the page can still be asked anything."""

    async def goto(self, url: str) -> None:
        """Load ``url`` and wait for its load event; raises `NavigationFailure` or `EngineFailure`."""

    async def reload(self) -> None:
        """Load the page again, as its user would; raises `NavigationFailure` or `EngineFailure`."""

    async def evaluate(self, script: str, argument: object = None, *, within_s: float = EVALUATE_S) -> Any:
        """Run a JavaScript expression, or a function given ``argument``, and wait for what it promises.

        Returns what JSON can hold. Raises `PageError` where the script throws, `EngineFailure` where the
        browser is gone, `NoAnswer` where the script does not end in that time.
        """

    async def must_answer(self) -> None:
        """Ask for a sign of life; raises `EngineFailure` where the browser is gone or gives none in `ANSWER_S`.

        A page that is just being left gives none, but the next one does. What gave none counts as gone from then on.
        """

    async def click(self, selector: str, *, within_ms: float = 5000) -> None:
        """Click the one element that fits ``selector`` (Playwright's: CSS, ``text=...``) once it can be clicked.

        Raises `PageTimeout`, or `PageError` where several fit or the selector is wrong.
        """

    async def fill(self, selector: str, text: str, *, within_ms: float = 5000) -> None:
        """Put ``text`` into a field, as `click` finds it."""

    async def wait_for(
        self, selector: str | None = None, *, text: str | None = None, within_ms: float = 5000
    ) -> None:
        """Wait until an element that fits ``selector``, or one that holds ``text``, is to be seen."""

    async def offline(self, off: bool) -> None:
        """Take the network away from the browser, or give it back; raises `Unsupported` where that cannot be."""

    async def freeze(self, for_ms: float) -> None:
        """Stop the page's scripts and timers for a while, as a laptop's sleep does, and return afterwards.

        Raises `Unsupported` where the page's process cannot be found.
        """

    async def beside(self) -> "Tab":
        """A second tab of the same browser: it shares cookies, cache and storage, and ends with this one."""

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

    async def open(
        self,
        *,
        proxy: str | None = None,
        trace: bool = False,
        cookies: Cookies | None = None,
        user_agent: str | None = None,
        scripts: Sequence[str] = (),
        distrustful: bool = False,
    ) -> Tab:
        """A new tab with a clean state.

        Args:
            proxy: The proxy that it is behind (``http://127.0.0.1:PORT``), where there is one.
            trace: Whether to make a recording that `Tab.save_trace` can write.
            cookies: What becomes of third-party cookies; None leaves it to the engine (WebKit refuses them).
            user_agent: What it says of itself, in its requests and to scripts; None: the truth.
            scripts: What runs in every document before the document's own scripts.
            distrustful: Whether it refuses a certificate that the system does not know, as it does for its users.
                Then the lab's own are refused, too, but in Chromium, which can be told of one authority alone.
        """

    async def stop(self) -> None:
        """End every process and remove every file of the engine; never raises, also after a failed start."""
