"""One try of one case: server, network and page are brought to life, and the steps performed."""

import asyncio
import contextlib
import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import cache
from lab.browser import driver
from lab.browser.engine import Engine, Tab
from lab.errors import LabError
from lab.events import EventLog
from lab.network import flows
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.topology import Network, server_uses_tls
from lab.runner.artefacts import Keeping
from lab.runner.conclude import Concluded, Seen, conclude
from lab.runner.cover import Cover
from lab.runner.measuring import MeasuringLock
from lab.runner.network_side import NetworkSide
from lab.runner.opening import Pages
from lab.runner.server_side import NoServerSide, ServerSide
from lab.runner.servers import nodes_of, takes_both_schemes
from lab.runner.setup import hop_specs, network_lines
from lab.runner.stage import NeverOpened, Stage, StepFailed
from lab.runner.steps import perform
from lab.scenario.matrix import Case
from lab.scenario.model import Scenario
from lab.scenario.step import MAIN
from lab.tasks import end, spawn
from lab.timeline.build import timeline_of
from lab.timeline.results import Check

SPARE_S = 30.0
"""What a case may take beyond what its own steps allow before the lab calls that its own failure."""

ENDING_S = 30.0
"""What the end of all that a case has started may take."""

_TELLS_S = 0.25
"""How much later than what it breaks the end of a server may become known."""


@dataclass(frozen=True)
class Tools:
    """What all the cases of a run share."""

    authority: Authority
    lock: MeasuringLock
    catalogue: Callable[[Path], Catalogue]
    """The behaviours that the scenario at this path may use."""
    trace: bool | None = None
    """Whether to record a trace; None: where recording one costs little."""
    keeping: Keeping = field(default_factory=Keeping)


def allowance_s(scenario: Scenario) -> float:
    """Seconds after which a case is given up: what its steps and its server may take, and `SPARE_S`."""
    steps = sum(step.allowed_ms for step in scenario.steps)
    return (steps + scenario.server.allowed_ms) / 1000 + SPARE_S


def _broke(task: "asyncio.Task[None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


class OneTry:
    """One try of a case in an engine; its artefacts go to ``folder``."""

    def __init__(self, case: Case, tools: Tools, folder: Path, waits: Callable[[str], None]) -> None:
        self._case = case
        self._tools = tools
        self._folder = folder
        self._log = EventLog()
        self._seen = Seen(case)
        self._tell = waits
        self._dumps: list[flows.FlowDump] = []
        self._ports: dict[int, str] = {}
        """Each hop's port, and its name in the events."""

    def _waits(self, what: str) -> None:
        self._seen.waited_for = what
        self._log.bind("lab")("phase", what=what)
        self._tell(what)

    async def run(self, engine: Engine, *, number: int = 1) -> Concluded:
        """Run it. Nothing is raised but what cancels the run: every other failure is the result's."""
        seen, scenario = self._seen, self._case.scenario
        seen.engine_version = engine.version
        self._log.bind("lab")(
            "case",
            id=self._case.id,
            engine=engine.name,
            engine_version=engine.version,
            client_version=scenario.client_label,
            hops=network_lines(scenario.network),
            **{"try": number},
        )
        seen.began_at, began = time.time(), time.perf_counter()
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            async with asyncio.timeout(allowance_s(scenario) + ENDING_S), contextlib.AsyncExitStack() as stack:
                await self._live(engine, stack)
        except Exception as error:  # what the lab does wrong ends in a report, not in a traceback
            seen.failure = error = driver.blamed(error)
            if not isinstance(error, (LabError, TimeoutError)):
                self._keep("traceback", "traceback.txt", "".join(traceback.format_exception(error)))
        finally:
            seen.events = self._tools.keeping.redaction.events(self._log.ordered())
            if self._tools.keeping.events:
                lines = (json.dumps(event.as_json(), ensure_ascii=False, default=str) for event in seen.events)
                self._keep("events", "events.ndjson", "".join(f"{line}\n" for line in lines))
        seen.duration_ms = (time.perf_counter() - began) * 1000
        self._keep("timeline", "timeline.json", timeline_of(seen.events).model_dump_json())
        return self._tools.keeping.finish(conclude(seen), seen.events, self._folder, self._dumps, self._ports)

    def _keep(self, kind: str, name: str, text: str) -> None:
        (self._folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        self._seen.artefacts[kind] = name

    async def _live(self, engine: Engine, stack: contextlib.AsyncExitStack) -> None:
        """Bring it to life and perform it in its allowance; ``stack`` ends what was started.

        Raises:
            TimeoutError: It took longer, though the engine answers.
            EngineFailure: The engine does not.
        """
        pages = Pages(self._case, self._log, self._folder)
        try:
            async with asyncio.timeout(allowance_s(self._case.scenario)):
                stage = await self._bring_up(engine, stack, pages)
                await self._steps(stage, pages)
                for each in stage.tabs.values():
                    await each.recorder.stop()
                    if each.recorder.failed.done():
                        await pages.must_answer()  # It may just have left the page.
                if stage.network.server_failed is not None and stage.network.server_failed.done():
                    raise stage.network.server_failed.result()
                await self._pictures(stage.tabs[MAIN].tab, engine)
        except TimeoutError:
            await pages.must_answer()
            raise
        self._waits("the end of server and network")

    async def _bring_up(self, engine: Engine, stack: contextlib.AsyncExitStack, pages: Pages) -> Stage:
        """Bring everything up in the order server, network, page; ``stack`` ends it in the reverse order."""
        scenario, tools = self._case.scenario, self._tools
        self._waits("server and network")
        catalogue = tools.catalogue(self._case.path)
        hops = hop_specs(scenario.network, catalogue)
        both = takes_both_schemes(scenario)
        tls = server_uses_tls(hops, "https" if both else scenario.page.scheme)
        self._dumps = stack.enter_context(flows.dumping())
        network = Network(
            hops,
            scheme=scenario.page.scheme,
            endpoint_scheme=scenario.page.endpoint_scheme,
            origin="cross" if scenario.page.origin == "cross" else "same",
            log=self._log,
            authority=tools.authority,
            distrusted=lambda: Authority(cache.folder("distrusted")),
            domain=scenario.page.domain,
        )
        nodes = nodes_of(
            scenario,
            files=await pages.files(),
            tls=tls,
            log=self._log,
            authority=tools.authority,
            beside=self._case.path.parent,
            folder=self._folder,
            artefacts=self._seen.artefacts,
            changed=network.node_changed,
        )
        stack.push_async_callback(nodes.stop)
        await nodes.start()
        stack.push_async_callback(network.stop)
        await network.start(nodes.ports)
        self._ports = {hop.port: f"hop{number}" for number, hop in enumerate(network.hops, 1)}
        side = NetworkSide(network, nodes, scenario.network, catalogue, self._log)
        cover = None
        if scenario.page.url is not None:
            side.begin()  # its page creates clients by itself, whenever it likes
            cover = Cover(tools.lock, self._log)
            stack.push_async_callback(cover.leave)
        self._waits(f"a clean page in {engine.name}")
        first = await pages.open(
            engine,
            stack,
            origin=network.page_origin,
            proxy=network.browser_proxy,
            trace=self._traces(engine),
            cover=cover,
        )
        stage = Stage(
            tabs={MAIN: first},
            log=self._log,
            client=scenario.client,
            endpoint=f"{network.endpoint_origin}{scenario.server.endpoint_path}",
            lock=tools.lock,
            server=ServerSide(nodes.sessions) if scenario.server.is_ours else NoServerSide(),
            network=side,
            folder=self._folder,
            engine=engine.name,
            page=pages.url,
            open_tab=pages.another,
            waits=self._waits,
            cover=cover,
        )
        return stage

    def _traces(self, engine: Engine) -> bool:
        wanted = engine.traces_cheaply if self._tools.trace is None else self._tools.trace
        return self._tools.keeping.traces(wanted)

    async def _steps(self, stage: Stage, pages: Pages) -> None:
        """Perform the steps until one does not go as the scenario says, or the page or a server has died."""
        emit = self._log.bind("lab")
        for index, step in enumerate(self._case.scenario.steps):
            emit("step", index=index, step=step.step, state="begin")
            performing = spawn(perform(step, stage), name=f"step {index + 1}")
            try:
                lost: list[asyncio.Future[Any]] = [each.recorder.failed for each in stage.tabs.values()]
                if stage.network.server_failed is not None:
                    lost.append(stage.network.server_failed)
                either: set[asyncio.Future[Any]] = {performing, *lost}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if self._case.scenario.server.command is not None and _broke(performing):
                    # What ends with the server may be seen before the server's own end is.
                    await asyncio.wait(lost, timeout=_TELLS_S)
                for failed_one in lost:
                    if failed_one.done():
                        raise failed_one.result()
                await performing
            except (StepFailed, NeverOpened) as broke:
                emit("step", index=index, step=step.step, state="failed", text=str(broke))
                await pages.must_answer()  # What does not come because the engine hangs is not missed.
                if isinstance(broke, StepFailed):
                    broken = Check(what=step.step, expected=broke.expected, actual=broke.actual, held=False)
                    stage.checks.append(broken)
                return
            finally:
                await end(performing)
                self._checked(index, stage)
                self._seen.artefacts |= stage.artefacts
                self._seen.names = stage.names
            emit("step", index=index, step=step.step, state="done")

    def _checked(self, index: int, stage: Stage) -> None:
        """Keep what the step has checked, under its number."""
        named = [check.model_copy(update={"what": f"step {index + 1}, {check.what}"}) for check in stage.checks]
        self._seen.steps = [*self._seen.steps, *named]
        stage.checks.clear()

    async def _pictures(self, tab: Tab, engine: Engine) -> None:
        """Keep a screenshot and a trace where they are wanted; their failure is not the case's."""
        self._seen.events = self._log.ordered()
        if not self._tools.keeping.wants(conclude(self._seen).result.outcome):
            return
        self._waits("screenshot and trace")
        with contextlib.suppress(LabError):
            await tab.screenshot(self._folder / "screenshot.png")
            self._seen.artefacts["screenshot"] = "screenshot.png"
            trace = self._folder / "trace.zip"
            if self._traces(engine) and await tab.save_trace(trace) and self._tools.keeping.trace(trace):
                self._seen.artefacts["trace"] = "trace.zip"
