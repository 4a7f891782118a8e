import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lab.events import Event
from lab.redact import Redaction
from lab.runner.artefacts import Keeping
from tests.runner.kit import case, concluded

EVENTS = [Event(1, "server", "request", {"request": 1, "method": "GET", "path": "/echo/info", "headers": []})]


class FakeDump:
    def __init__(self, port: int, *, empty: bool = False) -> None:
        self.port = port
        self.empty = empty

    def write(self, path: Path, hide: Any) -> bool:
        path.write_text(hide("Cookie", "a=longsecret"))
        return not self.empty


def kept(folder: Path, policy: Any, outcome: Any, events: list[Event] = EVENTS) -> dict[str, str]:
    dumps: Any = [FakeDump(7001), FakeDump(7002, empty=True), FakeDump(9)]
    made = Keeping(policy).finish(concluded(case(), outcome), events, folder, dumps, {7001: "hop2", 7002: "hop1"})
    return made.result.artefacts


@pytest.mark.parametrize(
    ("policy", "outcome", "kept_it"),
    [
        ("always", "passed", True),
        ("always", "failed", True),
        ("failure", "passed", False),
        ("failure", "failed", True),
        ("failure", "error", True),
        ("never", "failed", False),
    ],
)
def test_large_files_are_kept_of_the_cases_that_were_asked_for(
    tmp_path: Path, policy: Any, outcome: Any, kept_it: bool
) -> None:
    found = kept(tmp_path, policy, outcome)
    assert found == ({"har": "case.har", "flows hop2": "hop2.flows", "flows hop": "hop.flows"} if kept_it else {})
    assert {path.name for path in tmp_path.iterdir()} >= set(found.values())
    assert Keeping(policy).wants(outcome) is kept_it


def test_har_and_flows_are_without_credentials(tmp_path: Path) -> None:
    kept(tmp_path, "always", "passed")
    assert json.loads((tmp_path / "case.har").read_text())["log"]["entries"]
    assert "longsecret" not in (tmp_path / "hop2.flows").read_text()


def test_case_without_a_request_has_no_har(tmp_path: Path) -> None:
    assert "har" not in kept(tmp_path, "always", "failed", events=[])


@pytest.mark.parametrize(
    ("policy", "events", "traces"), [("always", True, True), ("failure", True, True), ("never", False, False)]
)
def test_events_and_traces_are_left_out_with_never(policy: Any, events: bool, traces: bool) -> None:
    keeping = Keeping(policy)
    assert (keeping.events, keeping.traces(True), keeping.traces(False)) == (events, traces, False)


def test_trace_that_cannot_be_cleared_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "trace.zip"
    path.write_bytes(b"no zip")
    assert not Keeping(redaction=Redaction()).trace(path)
    assert not path.exists()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trace.trace", "{}")
    assert Keeping().trace(path) and path.exists()
