"""The personas: their files, and that the unmodified client chooses in them what its README's tables say."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from lab.browser import page, personas
from lab.browser.engine import Engine
from lab.browser.recorder import Recorder
from lab.errors import UsageError
from lab.events import EventLog
from lab.server.host import LabServer
from lab.server.options import ServerOptions

NAMES = (
    *("chrome14", "chrome6", "firefox10", "firefox3", "ie10", "ie6", "ie7", "ie8", "ie8-cookies", "ie9"),
    *("ie9-cookies", "konqueror", "opera10.70", "opera12.10", "safari5", "safari6"),
)

# The two tables of sockjs-client's README; a row for each persona, None where it says "no".
README = {
    "http": {
        "ie6": (None, None, "jsonp-polling"),
        "ie7": (None, None, "jsonp-polling"),
        "ie8": (None, "xdr-streaming", "xdr-polling"),
        "ie9": (None, "xdr-streaming", "xdr-polling"),
        "ie8-cookies": (None, "iframe-htmlfile", "iframe-xhr-polling"),
        "ie9-cookies": (None, "iframe-htmlfile", "iframe-xhr-polling"),
        "ie10": ("websocket", "xhr-streaming", "xhr-polling"),
        "chrome6": ("websocket", "xhr-streaming", "xhr-polling"),
        "chrome14": ("websocket", "xhr-streaming", "xhr-polling"),
        "firefox3": (None, "xhr-streaming", "xhr-polling"),
        "firefox10": ("websocket", "xhr-streaming", "xhr-polling"),
        "safari5": ("websocket", "xhr-streaming", "xhr-polling"),
        "safari6": ("websocket", "xhr-streaming", "xhr-polling"),
        "opera10.70": (None, "iframe-eventsource", "iframe-xhr-polling"),
        "opera12.10": ("websocket", "xhr-streaming", "xhr-polling"),
        "konqueror": (None, None, "jsonp-polling"),
    },
    "file": {
        name: (
            "as above",
            "iframe-htmlfile" if name[:3] in ("ie8", "ie9") else "iframe-eventsource",
            "iframe-xhr-polling",
        )
        for name in NAMES
    },
}


def test_personas_are_found_by_their_files() -> None:
    assert personas.names() == sorted(NAMES)


def test_find_guesses_what_was_meant() -> None:
    with pytest.raises(UsageError, match=r"no persona named ie8\.0") as raised:
        personas.find("ie8.0")
    assert raised.value.remedy.startswith("Did you mean ie8? The personas are chrome14, ")


@pytest.mark.parametrize("name", ["", "../personas/ie8", "ie8.yaml", "masks"])
def test_find_finds_nothing_else(name: str) -> None:
    with pytest.raises(UsageError):
        personas.find(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", personas.PAGES)
def test_persona_says_what_the_readme_says_or_why_not(name: str, kind: personas.PageKind) -> None:
    persona = personas.find(name)
    different = {each.column: each for each in persona.differs if each.page == kind}
    for column, readme in zip(personas.COLUMNS, README[kind][name], strict=True):
        if readme == "as above":
            readme = README["http"][name][0]
        chosen = getattr(persona.chooses[kind], column)
        if column in different:
            assert different[column].readme == readme
            assert chosen != readme, "there is no difference to explain"
            assert different[column].why
        else:
            assert chosen == readme


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_a_link(name: str) -> None:
    sources = personas.find(name).sources
    assert [fact for fact, source in sources.items() if not re.search(r"https?://[\w.-]+/\S", source)] == []


def test_a_persona_like_another_takes_what_it_does_not_say() -> None:
    six, seven = personas.find("ie6"), personas.find("ie7")
    assert (six.offers.xhr, seven.offers.xhr) == ("activex", "same-origin")
    assert seven.offers.activex is six.offers.activex is True
    assert "MSIE 7.0" in seven.user_agent


def test_transports_from_a_column_leave_out_what_is_above() -> None:
    assert personas.transports_from("websocket")[0] == "websocket"
    assert personas.transports_from("streaming")[0] == "xhr-streaming"
    assert personas.transports_from("polling") == [
        "xhr-polling",
        "xdr-polling",
        "iframe-xhr-polling",
        "jsonp-polling",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "column", "attempts"),
    [
        ("safari5", "file", "streaming", [("eventsource", "failed"), ("iframe-eventsource", "opened")]),
        ("safari5", "file", "polling", [("iframe-xhr-polling", "opened")]),
        ("safari5", "http", "streaming", [("xhr-streaming", "opened")]),
        ("opera10.70", "http", "websocket", [("eventsource", "failed"), ("iframe-eventsource", "opened")]),
        ("opera12.10", "file", "streaming", [("eventsource", "opened")]),
        ("konqueror", "file", "websocket", [("jsonp-polling", "opened")]),
    ],
)
def test_only_an_event_source_that_stays_at_home_is_tried_in_vain(
    name: str, kind: personas.PageKind, column: personas.Column, attempts: list[tuple[str, str]]
) -> None:
    assert personas.find(name).attempts(kind, column) == attempts


def test_empty_cell_falls_through_to_the_next_column() -> None:
    assert personas.find("konqueror").chosen("http", "websocket") == "jsonp-polling"


@pytest.mark.parametrize(
    "change",
    [
        {"sources": {}},
        {"offers": {"websocket": "yes"}},
        {"chooses": {"http": {"websocket": None, "streaming": "xhr-polling", "polling": "jsonp-polling"}}},
        {"unknown": 1},
    ],
)
def test_persona_refuses_what_is_incomplete_or_wrong(change: dict[str, object]) -> None:
    whole = personas.find("ie8").model_dump()
    personas.Persona.model_validate(whole)
    with pytest.raises(ValidationError):
        personas.Persona.model_validate(whole | change)


def test_the_page_about_personas_shows_their_cells(root: Path) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (root / "docs" / "explanation" / "personas.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and line.split("|")[1].strip() in NAMES
    ]
    for kind, shown in zip(personas.PAGES, (rows[: len(NAMES)], rows[len(NAMES) :]), strict=True):
        assert sorted(row[0] for row in shown) == sorted(NAMES)
        for name, *cells in shown:
            persona = personas.find(name)
            different = {each.column: f" (README: {each.readme})" for each in persona.differs if each.page == kind}
            assert cells == [
                (getattr(persona.chooses[kind], column) or "no") + different.get(column, "")
                for column in personas.COLUMNS
            ]


def test_script_is_a_call_with_the_persona() -> None:
    script = personas.find("ie8").script()
    assert script.rstrip().endswith("});")
    assert '"MozWebSocket"' in script and "MSIE 8.0" in script


class Cell:
    """A persona's page in a tab."""

    def __init__(self, engine: Engine, name: str, kind: personas.PageKind, folder: Path) -> None:
        self.engine = engine
        self.persona = personas.find(name)
        self.kind = kind
        self.folder = folder

    async def open_on(self) -> dict[str, str]:
        """What the client opens on in each column, and whether a message came back."""
        files = await page.files(persona=self.persona)
        server = LabServer(ServerOptions(cookie=self.persona.cookie_needed), files=files)
        await server.start()
        if self.kind == "file":
            url = await asyncio.to_thread(page.write, self.folder, files)
        else:
            url = f"http://app.localhost:{server.port}/lab/page.html"
        tab = await self.engine.open(user_agent=self.persona.user_agent)
        log = EventLog()
        recorder = Recorder(tab, log)
        try:
            await tab.goto(url)
            await recorder.start()
            assert await tab.evaluate("navigator.userAgent") == self.persona.user_agent
            return {
                column: await self._open(recorder, log, f"http://sock.localhost:{server.port}/echo", column)
                for column in personas.COLUMNS
            }
        finally:
            await recorder.stop()
            await tab.close()
            await server.stop()

    async def _open(self, recorder: Recorder, log: EventLog, endpoint: str, column: personas.Column) -> str:
        options = {"transports": personas.transports_from(column), "timeout": 1500}
        await recorder.connect(endpoint, options, column)
        decided = await log.wait_for(
            lambda event: event.kind in ("client.open", "client.close") and event.data["connection"] == column,
            timeout_s=30,
        )
        if decided is None or decided.kind == "client.close":
            return f"nothing: {decided}"
        await recorder.send("hello ☃", column)
        echo = await log.wait_for(
            lambda event: event.kind == "message.in" and event.data["connection"] == column, timeout_s=10
        )
        await recorder.close(connection=column)
        return str(decided.data["transport"]) if echo else "no echo"


TELLING = ("ie6", "ie8", "ie8-cookies", "firefox10", "opera10.70", "opera12.10")
"""Between them they have every mask and every transport; scenarios/personas/ has all."""


THE_USUAL = (("ie8-cookies", "http"), ("opera10.70", "file"))


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("kind", personas.PAGES)
async def test_client_chooses_what_the_persona_says(
    engine: Engine, name: str, kind: personas.PageKind, tmp_path: Path
) -> None:
    if (name, kind) not in THE_USUAL and not os.environ.get("LAB_ALL_CASES"):
        pytest.skip("scenarios/personas/ has it; LAB_ALL_CASES=1 runs it here, too")
    persona = personas.find(name)
    wanted = {column: persona.chosen(kind, column) for column in personas.COLUMNS}
    assert await Cell(engine, name, kind, tmp_path).open_on() == wanted
