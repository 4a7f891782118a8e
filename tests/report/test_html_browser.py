"""The report opened from disk in each engine: filter, keyboard, grid and zoom work, and nothing else does.

Keys and pointers are events made in the page: a stock WebKit takes none from outside.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from lab.browser.engine import Engine, Tab
from lab.browser.engines import create
from lab.report import html, library
from lab.report.compare import compare
from lab.timeline.results import CaseResult, RunResult
from lab.timeline.tree import Timeline
from tests.report.hostile import hostile_case, hostile_timeline
from tests.report.sample import case, failed, run_of, sample, transports
from tests.report.timelines import TIMELINE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["chromium", "firefox", "webkit"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    made = create(request.param)
    await made.start()
    yield made
    await made.stop()


class Reader:
    """Someone who reads a report in a tab."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page: Any = tab._page  # type: ignore[attr-defined] # the tab of every engine is Playwright's
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))

    async def open(self, path: Path) -> None:
        await self._tab.goto(path.as_uri())

    async def ask(self, script: str, argument: object = None) -> Any:
        return await self._tab.evaluate(script, argument)

    async def type(self, text: str) -> None:
        await self.ask(
            """text => { const field = document.getElementById("filter");
                field.value = text; field.dispatchEvent(new Event("input", {bubbles: true})); }""",
            text,
        )

    async def press(self, *keys: str) -> None:
        """Press keys where the focus is; Enter follows a link, as a browser does by itself."""
        for key in keys:
            await self.ask(
                """key => { const at = document.activeElement;
                    at.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
                    if (key === "Enter" && at.localName === "a") at.click(); }""",
                key,
            )

    async def shown(self, selector: str) -> list[str]:
        """The texts of what can be seen."""
        found: list[str] = await self.ask(
            """selector => [...document.querySelectorAll(selector)]
                .filter(one => one.getClientRects().length)
                .map(one => one.textContent.replace(/\\s+/g, " ").trim())""",
            selector,
        )
        return found

    async def went_to(self, name: str) -> None:
        """Wait until a page of this name has loaded."""
        page: Any = self._tab._page  # type: ignore[attr-defined] # as above
        await page.wait_for_function(
            "name => location.pathname.endsWith(name) && document.readyState === 'complete'", arg=name
        )


@pytest_asyncio.fixture(loop_scope="session")
async def reader(engine: Engine) -> AsyncIterator[Reader]:
    tab = await engine.open()
    yield Reader(tab)
    await tab.close()


def written(folder: Path, run: RunResult, timeline: Timeline = TIMELINE, before: RunResult | None = None) -> Path:
    """The report of a run whose first case has a timeline."""
    (folder / "first").mkdir()
    (folder / "first" / "timeline.json").write_text(timeline.model_dump_json(), "utf-8")
    first, *rest = run.cases
    first = first.model_copy(update={"artefacts": {**first.artefacts, "timeline": "first/timeline.json"}})
    with_timeline = run.model_copy(update={"cases": [first, *rest]})
    changes = compare(run, before, against="the last run") if before else None
    return html.write(with_timeline, folder, changes)


async def test_library_is_there() -> None:
    """Without it the tests of the timeline would test nothing."""
    assert library.files(), "run: lab install"


async def test_report_fetches_nothing_from_outside_and_obeys_nobody(reader: Reader, tmp_path: Path) -> None:
    path = written(tmp_path, run_of(hostile_case(), case("chromium")), hostile_timeline())
    await reader.open(path)
    assert await reader.ask("document.querySelectorAll('img, iframe, [onerror]').length") == 0
    assert "<img src=x onerror=alert(1)>" in (await reader.shown("h1, th .title, .cell"))[1]
    await reader.open(next((tmp_path / "cases").glob("style*.html")))
    await reader.ask("document.querySelector('#drawn svg').focus()")
    await reader.press("ArrowDown", "ArrowDown")
    assert "<img src=x onerror=alert(1)>" in (await reader.shown(".tip"))[0]
    assert await reader.ask("document.querySelectorAll('img, iframe, [onerror]').length") == 0
    folder = tmp_path.as_uri()
    assert [url for url in reader.requests if not url.startswith(folder)] == []
    loaded = await reader.ask("performance.getEntriesByType('resource').map(one => one.name)")
    assert [url for url in loaded if not url.startswith(folder)] == []
    assert reader.complaints == []


async def test_report_lets_no_script_or_style_of_a_page_run(reader: Reader, tmp_path: Path) -> None:
    path = written(tmp_path, run_of(case("chromium")))
    text = path.read_text("utf-8")
    injected = (
        "<script>window.ran = 1</script><style>body { display: none }</style><img src=x onerror='window.ran = 1'>"
    )
    path.write_text(text.replace("</main>", injected + "</main>"), "utf-8")
    await reader.open(path)
    assert await reader.ask("window.ran === undefined && getComputedStyle(document.body).display === 'block'")
    assert await reader.ask("getComputedStyle(document.querySelector('.cell')).borderRadius") == "7px"


async def test_filter_leaves_the_cases_that_hold_every_word(reader: Reader, tmp_path: Path) -> None:
    await reader.open(written(tmp_path, sample(12)))
    await reader.type("WEBKIT failed")
    assert await reader.shown(".cell") == ["✗ jsonp-polling failed, 2.67 s"]
    assert await reader.shown("#filtered") == ["1 of 12 cases"]
    await reader.type("no such case")
    assert await reader.shown(".grid") == []
    assert len(await reader.shown(".nothing-left")) == 1
    await reader.ask("document.getElementById('clear').click()")
    assert len(await reader.shown(".cell")) == 12


async def test_outcomes_and_changes_are_filters_too(reader: Reader, tmp_path: Path) -> None:
    run = sample(12)
    before = run_of(*(one.model_copy(update={"outcome": "passed"}) for one in run.cases))
    await reader.open(written(tmp_path, run, before=before))
    await reader.ask("document.querySelector('button[data-only=failed]').click()")
    await reader.ask("document.querySelector('button[data-only=error]').click()")
    assert len(await reader.shown(".cell")) == 2
    assert [text[:7] for text in await reader.shown(".attention .badge")] == ["✗ faile", "! error"]
    assert await reader.ask("document.querySelectorAll('button[aria-pressed=true]').length") == 2
    await reader.ask("document.querySelectorAll('button[aria-pressed=true]').forEach(one => one.click())")
    await reader.ask("document.querySelector('button[data-only=changed]').click()")
    assert len(await reader.shown(".cell")) == 3


async def test_keyboard_goes_from_the_filter_to_a_case_and_back(reader: Reader, tmp_path: Path) -> None:
    await reader.open(written(tmp_path, sample(12)))
    await reader.press("/")
    assert await reader.ask("document.activeElement.id") == "filter"
    await reader.type("strip")
    await reader.press("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    assert await reader.ask("document.activeElement.textContent.includes('jsonp-polling')")
    await reader.press("Enter")
    await reader.went_to("corporate-strip-and-buffer-webkit.html")
    await reader.press("p")
    await reader.went_to("corporate-strip-and-buffer-firefox.html")
    await reader.press("n")
    await reader.went_to("corporate-strip-and-buffer-webkit.html")
    await reader.press("u")
    await reader.went_to("report.html")


async def test_filter_is_there_again_on_the_way_back(reader: Reader, tmp_path: Path) -> None:
    path = written(tmp_path, sample(12))
    await reader.open(path)
    await reader.type("webkit")
    address = await reader.ask("location.hash")
    assert address == "#filter=webkit"
    await reader.press("Escape")
    assert await reader.ask("location.hash") == ""
    await reader.ask("hash => { location.hash = hash; }", address)
    await reader.ask("new Promise(done => setTimeout(done, 50))")
    assert len(await reader.shown(".cell")) == 4


async def test_grid_lies_over_the_keys_that_are_chosen(reader: Reader, tmp_path: Path) -> None:
    await reader.open(written(tmp_path, run_of(*transports())))
    assert (await reader.shown("thead th"))[1] == "chromium 156.0.7204.0"
    choose = """([id, value]) => { const list = document.getElementById(id);
        list.value = value; list.dispatchEvent(new Event("change", {bubbles: true})); }"""
    await reader.ask(choose, ["columns", "page.scheme"])
    assert await reader.shown("thead th") == ["transports", "http", "https"]
    assert (await reader.shown(".cell"))[0] == "✓ websocket same, chromium passed, 31 ms"
    # What the other axis has goes over to it.
    await reader.ask(choose, ["rows", "page.scheme"])
    assert (await reader.shown("thead th"))[:2] == ["scheme", "websocket"]
    assert len(await reader.shown(".cell")) == 132


async def drawn(reader: Reader, folder: Path, made: CaseResult) -> None:
    written(folder, run_of(made))
    await reader.open(next((folder / "cases").iterdir()))


async def test_timeline_zooms_and_comes_back(reader: Reader, tmp_path: Path) -> None:
    await drawn(reader, tmp_path, failed("webkit"))
    width = "Number(document.querySelector('#drawn .item.attempt .bar').getAttribute('width'))"
    await reader.ask("document.querySelector('#drawn svg').focus()")
    # It begins with the attempts, of which this case has little in its time.
    attempts = await reader.ask(width)
    await reader.press("0")
    whole = await reader.ask(width)
    assert attempts > whole * 3
    await reader.press("Home", "+", "+")
    assert await reader.ask(width) == pytest.approx(whole * 4, rel=0.01)
    await reader.press("0")
    assert await reader.ask(width) == pytest.approx(whole, rel=0.1)
    await reader.ask("document.querySelector('#tools [aria-label=\"Zoom in\"]').click()")
    await reader.ask("new Promise(done => setTimeout(done, 50))")
    assert await reader.ask(width) > whole * 1.5


async def test_timeline_tells_exact_times_on_a_tap(reader: Reader, tmp_path: Path) -> None:
    await drawn(reader, tmp_path, case("webkit"))
    tap = """(down) => { const bar = document.querySelector("#drawn .item.attempt .bar").getBoundingClientRect();
        for (const type of ["pointerdown", "pointerup", "pointerleave"])
            document.querySelector("#drawn svg").dispatchEvent(new PointerEvent(type,
                {bubbles: true, pointerType: "touch", clientX: bar.left + 1, clientY: bar.top + 3 + down})); }"""
    await reader.ask(tap, 0)
    assert (await reader.shown(".tip"))[0].startswith("websocket: failed")
    await reader.ask(tap, -40)
    assert await reader.shown(".tip") == []


async def test_timeline_of_a_case_without_attempts_shows_the_whole_case(reader: Reader, tmp_path: Path) -> None:
    (connection,) = TIMELINE.connections
    untried = connection.model_copy(update={"tries": [], "info": connection.tries[0].requests})
    timeline = TIMELINE.model_copy(update={"connections": [untried]})
    written(tmp_path, run_of(case("webkit", attempts=[], transport=None)), timeline)
    await reader.open(next((tmp_path / "cases").iterdir()))
    assert await reader.ask("document.querySelectorAll('#drawn .item').length") == 3
    assert await reader.shown("#tools button") == ["−", "+", "All"]
    assert await reader.ask("document.querySelector('#tools [aria-pressed=true]').textContent") == "All"


async def test_timeline_tells_exact_times_by_keys_and_by_pointer(reader: Reader, tmp_path: Path) -> None:
    await drawn(reader, tmp_path, case("webkit"))
    await reader.ask("document.querySelector('#drawn svg').focus()")
    await reader.press("Home")
    assert (await reader.shown(".tip"))[0].startswith("websocket: failedfrom1 msto9 mstook8 ms of a budget of 600 ms")
    await reader.press("ArrowRight")
    assert "seen athop1.client" in (await reader.shown(".tip"))[0]
    await reader.press("Escape")
    assert await reader.shown(".tip") == []
    await reader.ask(
        """() => { const bar = document.querySelectorAll("#drawn .item.attempt .bar")[1].getBoundingClientRect();
            document.querySelector("#drawn svg").dispatchEvent(new PointerEvent("pointermove",
                {bubbles: true, clientX: bar.left + bar.width / 2, clientY: bar.top + 3})); }"""
    )
    assert (await reader.shown(".tip"))[0].startswith("xhr-polling: opened")


TOO_WIDE = """[...document.querySelectorAll("*")]
    .filter(one => document.documentElement.scrollWidth > 360 && one.getBoundingClientRect().right > 361)
    .map(one => one.localName + "." + one.getAttribute("class"))"""

LONG = case(
    "chromium",
    "failed",
    id="x" * 300,
    scenario="y" * 300,
    message="z" * 300,
    title="t" * 300,
    transport="u" * 300,
    network=["v" * 300],
    artefacts={"events": "w" * 300},
)


OUTSIDE = """[...document.querySelectorAll("#drawn svg text")]
    .filter(one => one.getAttribute("visibility") !== "hidden" && one.closest("[visibility=hidden]") === null)
    .filter(one => { const [at, room] = [one, one.ownerSVGElement].map(each => each.getBoundingClientRect());
        return at.width && (at.left < room.left - 1 || at.right > room.right + 1); })
    .map(one => one.textContent)"""


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
async def test_timeline_keeps_its_labels_inside_on_a_telephone(reader: Reader, tmp_path: Path) -> None:
    page: Any = reader._tab._page  # type: ignore[attr-defined] # as above
    await page.set_viewport_size({"width": 360, "height": 800})
    await drawn(reader, tmp_path, case("webkit"))
    assert await reader.ask(OUTSIDE) == []
    await reader.ask("document.querySelector('#tools [aria-label=\"Show the whole case\"]').click()")
    assert await reader.ask(OUTSIDE) == []


# Only Chromium can be made narrow from outside.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("run", [sample(1), sample(12), run_of(hostile_case()), run_of(LONG), run_of(*transports())])
async def test_pages_fit_a_telephone(reader: Reader, tmp_path: Path, run: RunResult) -> None:
    page: Any = reader._tab._page  # type: ignore[attr-defined] # as above
    await page.set_viewport_size({"width": 360, "height": 800})
    await reader.open(written(tmp_path, run))
    assert await reader.ask(TOO_WIDE) == []
    await reader.open(next((tmp_path / "cases").iterdir()))
    assert await reader.ask(TOO_WIDE) == []
