"""The page of a case in its browser: the lab's own or the user's, in one tab or in several."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

from lab.browser import page, personas
from lab.browser.engine import Cookies, Engine, EngineFailure, NavigationFailure, Tab
from lab.browser.recorder import Recorder
from lab.events import EventLog
from lab.runner.cover import Cover
from lab.runner.stage import OpenTab
from lab.scenario.matrix import Case

_COOKIES: Mapping[str, Cookies | None] = {
    "default": None,
    "refuse third-party": "refuse-third-party",
    "accept": "accept",
}


class Pages:
    """The page that one case runs in, and the tabs that show it."""

    def __init__(self, case: Case, log: EventLog, folder: Path) -> None:
        """Prepare the pages of ``case``; a page from disk is written into ``folder``.

        Raises:
            UsageError: There is no such persona.
        """
        self._scenario = case.scenario
        self._beside = case.path.parent
        self._log = log
        self._folder = folder
        self._page = case.scenario.page
        self._persona = personas.find(self._page.persona) if self._page.persona else None
        self._engine: Engine | None = None
        self._tabs: list[Tab] = []
        self._stack: contextlib.AsyncExitStack | None = None
        self._files: dict[str, page.File] = {}
        self.url = ""
        """What the tabs show, once it is known."""

    async def files(self) -> dict[str, page.File]:
        """What the lab's server is to serve for the page: URL path -> (content type, content).

        Raises:
            LabError: The client cannot be had.
        """
        client = self._scenario.client
        self._files = await page.files(
            client.version,
            path=self._beside / client.path if client.path else None,
            url=client.url,
            persona=self._persona,
            document_domain=self._page.document_domain,
        )
        return self._files

    async def open(
        self,
        engine: Engine,
        stack: contextlib.AsyncExitStack,
        *,
        origin: str,
        proxy: str | None,
        trace: bool,
        cover: Cover | None = None,
    ) -> OpenTab:
        """The first tab, with the page loaded and recorded; ``stack`` ends it.

        Args:
            engine: The browser.
            stack: What ends the tab and its recorder.
            origin: The page's origin, behind the network.
            proxy: What the browser has to go through.
            trace: Whether to make a trace.
            cover: Covers the loading of a page that makes clients itself.
        """
        self._stack, self._engine = stack, engine
        own = self._page.url is not None
        tab = await engine.open(
            proxy=proxy,
            trace=trace,
            cookies=_COOKIES[self._page.cookies],
            user_agent=self._persona.user_agent if self._persona else None,
            scripts=self._scripts() if own else (),
            distrustful=any(hop.tls == "untrusted" for hop in self._scenario.network),
        )
        self._tabs.append(tab)
        stack.push_async_callback(tab.close)
        if own:
            self.url = str(self._page.url).replace("{origin}", origin)
        elif self._page.origin == "file":
            self.url = page.write(self._folder / "page", self._files)
        else:
            self.url = f"{origin}/lab/page.html"
        async with cover.over() if cover is not None else contextlib.nullcontext():
            return await self._recorded(tab, prefix="")

    async def another(self, name: str) -> OpenTab:
        """Another tab of the same browser with the same page; its connections are called ``NAME:main`` in events."""
        beside = await self._tabs[0].beside()
        self._tabs.append(beside)
        return await self._recorded(beside, prefix=f"{name}:")

    async def must_answer(self) -> None:
        """Have every tab give a sign of life: else nothing that was or was not seen in them is to be believed.

        Raises:
            EngineFailure: One gives none, or the browser that was asked for the first tab has not opened it.
        """
        if self._engine is not None and not self._tabs:
            raise EngineFailure(f"{self._engine.name} opened no tab in the time of the case.")
        answers = await asyncio.gather(*(tab.must_answer() for tab in self._tabs), return_exceptions=True)
        for failure in answers:
            if failure is not None:
                raise failure

    def _scripts(self) -> list[str]:
        """What runs in every document of a page that is not the lab's own."""
        masks = [self._persona.script()] if self._persona else []
        return [*masks, page.recorder_script()]

    def _remedy(self) -> str:
        """What helps where a page of the user's own does not load."""
        if self._page.url is None:
            return ""
        if "{origin}" in self._page.url:
            return "See what the server answers there: what a command wrote is among the case's files, in server.log."
        return "Begin page.url with {origin}, which stands for the server: the network leads nowhere else."

    async def _recorded(self, tab: Tab, prefix: str) -> OpenTab:
        try:
            await tab.goto(self.url)
        except NavigationFailure as error:
            error.remedy = error.remedy or self._remedy()
            raise
        recorder = Recorder(tab, self._log, prefix=prefix)
        assert self._stack is not None
        self._stack.push_async_callback(recorder.stop)
        await recorder.start()
        return OpenTab(tab, recorder)
