"""The examples of the documentation are real: they are checked, spoken to over sockets, and run in a browser."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.commands import _cases
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire, mitmdump
from lab.runner.session import Options, run_all
from lab.scenario.matrix import Case

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "examples"
CASES = [
    case
    for case in _cases.selected([EXAMPLES], None, "", None)
    if case.engine == "chromium" or (case.id.startswith("own-app/") and case.scenario.page.scheme == "https")
]
"""That of an application of one's own in every engine: each is given the recorder in its own way."""
FAILS = {"first[chromium]": "transport: expected websocket, was xhr-streaming"}
"""The example that the tutorial lets fail, and what it says then."""
INFO = "GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
STREAMING = "POST /echo/000/abc/xhr_streaming HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 0\r\n\r\n"


class Silent:
    """A teller that tells nobody."""

    def __getattr__(self, name: str) -> Any:
        return lambda *told: None


def test_examples_are_right() -> None:
    assert {document.name for document, _ in _cases.loaded([EXAMPLES], None)} == {
        *("first", "office", "own-app/chat", "url-filter")
    }


async def test_url_filter_refuses_forbidden_word_and_passes_the_rest(tmp_path: Path) -> None:
    behaviour = Catalogue([EXAMPLES / "proxies"]).make("url_filter", {"words": ["streaming"]})
    async with Bench(behaviour, authority=Authority(tmp_path)) as bench:
        browser = await bench.connect()
        await browser.send(STREAMING)
        assert (await browser.head()).start == "HTTP/1.1 403 Forbidden"
        assert not bench.reached
        assert bench.figures("hop1", "behaviour", "word") == ["streaming"]

        other = await bench.connect()
        await other.send(INFO)
        server = await bench.accept()
        assert (await server.head()).start == "GET /echo/info HTTP/1.1"


async def test_download_limit_cuts_what_is_longer_and_passes_the_rest(tmp_path: Path) -> None:
    behaviour = Catalogue([EXAMPLES / "proxies"]).make("download_limit", {"limit": 10})
    async with Bench(behaviour, authority=Authority(tmp_path)) as bench:
        browser = await bench.connect()
        for size in (10, 11):
            await browser.send(INFO)
            server = await bench.exchanged("server")
            assert bench.figures("hop1", "behaviour", "limit") == []
            await server.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n{'x' * size}")
            await browser.head()
            assert await browser.read(10) == b"x" * 10
        assert await browser.rest() == b""
        assert bench.figures("hop1", "behaviour", "limit") == [10]


async def test_url_filter_runs_under_bare_mitmdump(tmp_path: Path) -> None:
    script = EXAMPLES / "proxies" / "url_filter.py"
    async with mitmdump(script, "url_filter_words=streaming", mode="regular", confdir=tmp_path) as port:
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        try:
            await browser.send(STREAMING.replace("/echo", "http://app.localhost/echo"))
            assert (await browser.head()).start == "HTTP/1.1 403 Forbidden"
        finally:
            await browser.close()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Outcome and message of every example."""
    run = asyncio.run(run_all(CASES, Options(out=tmp_path_factory.mktemp("reports")), Silent()))
    return {case.id: (case.outcome, case.message) for case in run.cases}


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_example_ends_as_its_page_says(case: Case, outcomes: dict[str, tuple[str, str]]) -> None:
    fails = FAILS.get(case.id)
    assert outcomes[case.id] == (("failed", fails) if fails else ("passed", ""))


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_ci_example_is_yaml_and_runs_the_lab_with_reports_kept(name: str) -> None:
    text = (EXAMPLES.parent / "ci" / name).read_text(encoding="utf-8")
    assert isinstance(yaml.safe_load(text), dict)
    assert "lab run network --out reports --retries 1 --forbid-flaky" in text
    assert "reports/20*" in text
