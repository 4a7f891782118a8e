"""`lab run` with Chromium, end to end: outcomes, behaviours of one's own, interruptions, and what is left behind."""

import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.kit import need
from tests.cli.kit import Ended, lab
from tests.cli.processes import Running, descendants, eventually, marked, running

pytestmark = pytest.mark.browser

HEAD = "title: {title}\nbrowsers: [chromium]\n"
IDLE = "steps: [connect, idle: {for: 60s}]\n"
FROM_SERVER = "steps: [connect, idle: 2s, push: hello, receive: {text: hello, within: 1s}]\n"
BEHAVIOUR = '''"""{title}"""

from mitmproxy import http

from lab.network.behaviour import Behaviour


class Own(Behaviour):
    """{title}"""

    def request(self, flow: http.HTTPFlow) -> None:
        """Look at every request."""
        {does}
'''
NO_INFO = """if flow.request.path.startswith("/echo/info"):
            flow.response = http.Response.make(503)
            self.did(flow, "answered 503")"""


class Bench:
    """A folder with scenarios and behaviours, and a place for temporary files by which browsers are known."""

    def __init__(self, folder: Path, temporary: Path) -> None:
        self.folder = folder
        self.env = {"TMPDIR": str(temporary)}
        self._temporary = temporary

    def scenario(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_text(HEAD.format(title=f"The scenario {name}") + text)

    def behaviour(self, name: str, does: str) -> None:
        (self.folder / "proxies").mkdir(exist_ok=True)
        (self.folder / "proxies" / f"{name}.py").write_text(BEHAVIOUR.format(title="Own.", does=does))

    def run(self) -> Ended:
        return lab("run", ".", cwd=self.folder, env=self.env)

    def results(self) -> dict[str, Any]:
        """results.json of the newest run."""
        written: dict[str, Any] = json.loads((self.report / "results.json").read_text())
        return written

    def cases(self) -> dict[str, dict[str, Any]]:
        """The cases of the newest run, by the scenario's name."""
        return {case["id"].partition("[")[0]: case for case in self.results()["cases"]}

    @property
    def report(self) -> Path:
        return self.folder / "reports" / "latest"

    def browsers(self) -> dict[int, str]:
        """The living processes of browsers that were started here."""
        return marked(self._temporary)

    def leaves_nothing(self) -> bool:
        """Whether neither a process nor a file of a browser is left."""
        return eventually(lambda: not self.browsers()) and not list(self._temporary.glob("sockjs-lab-*"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    need("chromium")
    # Browsers make sockets there, whose paths have 108 characters at most.
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as temporary:
        made = Bench(tmp_path, Path(temporary))
        yield made
        for pid in made.browsers():
            os.kill(pid, signal.SIGKILL)


def waiting(bench: Bench) -> contextlib.AbstractContextManager[Running]:
    """A lab whose case has a browser with an open connection, and waits."""
    return running("run", ".", cwd=bench.folder, env=bench.env)


def opened(bench: Bench, run: Running) -> set[int]:
    """Wait until the browser talks to the server of the case `wait`; returns the ports of that case.

    Its folder is made when its try begins, so its control has passed and ended then.
    """
    begun = eventually(lambda: list(bench.folder.glob("reports/*/wait.chromium")), 120)
    assert begun, f"the case did not begin: {run.so_far()}"
    assert eventually(lambda: _ports(run, _CONNECTED) & _ports(run, _LISTENING)), f"no page came: {run.so_far()}"
    return _ports(run, _LISTENING)


def test_run_tells_passed_failed_and_broken_apart(bench: Bench) -> None:
    bench.behaviour("no_info", NO_INFO)
    bench.behaviour("broken", 'raise KeyError("gone")')
    bench.scenario("a-passes", "expect: {transport: websocket, delivery: 'exactly once, in order'}\n")
    bench.scenario("b-fails", "expect: {transport: xhr-polling}\n")
    bench.scenario("c-never-opens", "network: [no_info]\nexpect: {transport: none}\n")
    bench.scenario("d-should-open", "network: [no_info]\n")
    bench.scenario("e-breaks", "network: [broken]\nexpect: {transport: websocket}\n")
    ended = bench.run()
    assert ended.status == 1, ended.out
    cases = bench.cases()
    outcomes = {name: case["outcome"] for name, case in cases.items()}
    assert list(outcomes.values()) == ["passed", "failed", "passed", "failed", "error"], cases

    assert cases["a-passes"]["transport"] == "websocket" and cases["a-passes"]["engine_version"]
    fails = cases["b-fails"]
    assert fails["message"] == "transport: expected xhr-polling, was websocket"
    assert (bench.report / fails["artefacts"]["screenshot"]).read_bytes().startswith(b"\x89PNG")
    assert fails["message"] in ended.out

    assert cases["c-never-opens"]["transport"] is None
    events = (bench.report / cases["c-never-opens"]["artefacts"]["events"]).read_text()
    assert '"did": "answered 503"' in events
    assert cases["d-should-open"]["message"] == "opens: expected an open connection, was none"

    breaks = cases["e-breaks"]
    assert "the behaviour broken of hop1 failed" in breaks["message"] and "KeyError" in breaks["message"]
    assert breaks["remedy"]
    assert bench.leaves_nothing()


def test_interrupted_run_ends_all_and_keeps_what_it_has(bench: Bench) -> None:
    bench.scenario("first", "expect: {transport: websocket}\n")
    bench.scenario("wait", IDLE + "network: [{proxy: reverse}]\n")
    bench.scenario("zuletzt", "expect: {transport: websocket}\n")
    with waiting(bench) as run:
        ports = opened(bench, run)
        below = descendants(run.process.pid)
        assert below and bench.browsers()
        run.interrupt()
        assert run.end() == 130
        assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))
    assert "Interrupted" in run.out
    outcomes = {name: case["outcome"] for name, case in bench.cases().items()}
    assert outcomes == {"first": "passed", "wait": "skipped", "zuletzt": "skipped"}
    assert bench.results()["interrupted"] and (bench.report / "report.html").is_file()
    assert bench.leaves_nothing()
    assert not ports & set(_sockets(_LISTENING).values())


@pytest.mark.parametrize(
    ("sign", "noticed"),
    [(signal.SIGKILL, "could not"), (signal.SIGSTOP, "gave no sign of life")],
    ids=["dies", "hangs"],
)
def test_browser_that_fails_is_replaced_and_its_case_run_again(
    bench: Bench, sign: signal.Signals, noticed: str
) -> None:
    bench.scenario("wait", FROM_SERVER + "expect: {transport: websocket}\n")
    with waiting(bench) as run:
        opened(bench, run)
        time.sleep(0.5)  # The page is still being loaded, and a step is to be under way.
        browser = _browser(run, bench)
        family = [browser, *descendants(browser)]
        os.kill(browser, sign)
        assert run.end() == 0, run.out
    case = bench.cases()["wait"]
    assert (case["outcome"], case["tries"]) == ("passed", 2), case
    assert case["artefacts"]["events"].endswith("/try2/events.ndjson")
    (before,) = case["other_tries"]
    assert before["engine_failed"] and noticed in before["message"], before
    assert [one["case"] for one in bench.results()["replaced"]] == ["wait[chromium]"]
    assert f"try 1 did not count, and chromium was replaced: {before['message']}" in run.out
    assert ", 1 engine replaced\n" in run.out
    assert bench.leaves_nothing()
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]


def test_killed_lab_leaves_no_browser_behind(bench: Bench) -> None:
    bench.scenario("wait", IDLE)
    with waiting(bench) as run:
        opened(bench, run)
        assert bench.browsers()
        run.process.kill()
        run.process.wait()
        assert eventually(lambda: not bench.browsers()), bench.browsers()


def _browser(run: Running, bench: Bench) -> int:
    """The process id of the browser itself: of all its processes the one nearest to the lab."""
    browsers = bench.browsers()
    return next(pid for pid in descendants(run.process.pid) if pid in browsers)


_LISTENING, _CONNECTED = "0A", "01"
"""States of a socket in /proc/net/tcp."""


def _sockets(state: str) -> dict[str, int]:
    """The sockets in that state: inode to the port at this end."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[9]: int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == state}


def _ports(run: Running, state: str) -> set[int]:
    """The ports of the lab's own sockets in that state."""
    held = set()
    for entry in Path(f"/proc/{run.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            held.add(str(entry.readlink()))
    return {port for inode, port in _sockets(state).items() if f"socket:[{inode}]" in held}
