"""lab explain: from a case's id, folder or events to sentences, or to one that says what is missing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.kit import Ended

_EDGE = "edge: reverse"
EVENTS = [
    {
        "t_ms": 0,
        "vantage": "lab",
        "kind": "case",
        "id": "a/b[chromium]",
        "engine": "chromium",
        "client_version": "old/sockjs.js",
        "hops": ["edge: reverse"],
    },
    {"t_ms": 0.5, "vantage": "browser", "kind": "client.new", "version": "0.3.4"},
    {"t_ms": 1, "vantage": "browser", "kind": "attempt.start", "transport": "websocket", "budget_ms": 600},
    {"t_ms": 9, "vantage": "browser", "kind": "attempt.close", "transport": "websocket", "code": 1006},
]
UPGRADE = [
    {"vantage": f"hop1.{side}", "kind": "request", "flow": 1, "method": "GET", "url": "ws://app/echo/1/abc/websocket"}
    for side in ("client", "server")
]


def _case(folder: Path, events: list[dict[str, object]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.ndjson").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return folder


def _run(out: Path) -> Path:
    """A run's folder with one case, which ``latest`` points to."""
    _case(out / "run" / "a-b.chromium", EVENTS)
    cases = [
        {"id": "a/b[chromium]", "artefacts": {"events": "a-b.chromium/events.ndjson"}},
        {"id": "never[webkit]", "artefacts": {}},
    ]
    (out / "run" / "results.json").write_text(json.dumps({"cases": cases}))
    (out / "latest").symlink_to("run")
    return out


def test_explain_takes_an_id_a_folder_or_a_file(quick: Callable[..., Ended], tmp_path: Path) -> None:
    out = _run(tmp_path / "reports")
    folder = out / "run" / "a-b.chromium"
    ends = [
        quick("explain", "a/b[chromium]", "--out", str(out)),
        quick("explain", str(folder)),
        quick("explain", str(folder / "events.ndjson")),
    ]
    assert {(ended.status, ended.err) for ended in ends} == {(0, "")}
    assert len({ended.out for ended in ends}) == 1
    first, hop, attempt, said, *_ = ends[0].out.splitlines()
    assert first == "a/b[chromium] (chromium, sockjs-client 0.3.4 (old/sockjs.js))" and hop == "  hop1: edge: reverse"
    assert attempt == "websocket: failed, closed by itself after 8 ms with code 1006"
    assert said.startswith("  The evidence does not say why websocket failed")


def test_explain_calls_hops_by_the_scenarios_own_names(quick: Callable[..., Ended], tmp_path: Path) -> None:
    asked = [{**EVENTS[-2], "url": "ws://app/echo/1/abc/websocket"}]
    headers = [[["Upgrade", "websocket"], ["Connection", "Upgrade"]], [["Host", "app"]]]
    went = [{**one, "t_ms": 2 + n, "headers": headers[n]} for n, one in enumerate(UPGRADE)]
    folder = _case(tmp_path / "case", [EVENTS[0], *asked, *went, EVENTS[-1]])
    assert "edge (hop1) passed the request for the websocket on without Upgrade" in quick("explain", str(folder)).out


def test_explain_says_where_nothing_went_wrong(quick: Callable[..., Ended], tmp_path: Path) -> None:
    opened = [EVENTS[1], {**EVENTS[2], "kind": "attempt.open"}]
    ended = quick("explain", str(_case(tmp_path / "case", opened)))
    assert ended.out.splitlines()[-1] == "Nothing went wrong that the events show."


@pytest.mark.parametrize(
    ("asked", "told", "remedy"),
    [
        ("a/c[chromium]", "the latest run has no case a/c[chromium].", "Did you mean a/b[chromium]?"),
        ("zzz", "the latest run has no case zzz.", "It has a/b[chromium], never[webkit]."),
        ("never[webkit]", "no events of never[webkit]: it was never begun, or they were not kept.", "Run it again"),
    ],
)
def test_explain_says_which_case_is_missing(
    quick: Callable[..., Ended], tmp_path: Path, asked: str, told: str, remedy: str
) -> None:
    ended = quick("explain", asked, "--out", str(_run(tmp_path / "reports")))
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err and remedy in ended.err


def test_explain_names_the_file_of_many_cases(quick: Callable[..., Ended], tmp_path: Path) -> None:
    out = _run(tmp_path / "reports")
    cases = [{"id": f"case-{number}[chromium]", "artefacts": {}} for number in range(9)]
    (out / "run" / "results.json").write_text(json.dumps({"cases": cases}))
    assert f"See {out / 'latest' / 'results.json'} for its cases." in quick("explain", "zzz", "--out", str(out)).err


def test_explain_says_what_is_wrong_with_what_it_is_given(quick: Callable[..., Ended], tmp_path: Path) -> None:
    broken = tmp_path / "broken.ndjson"
    broken.write_text('{"t_ms": 0, "vantage": "lab", "kind": "lock"}\nno event\n')
    empty = tmp_path / "empty.ndjson"
    empty.write_text("")
    for asked, told in [
        (broken, "line 2 is no event"),
        (empty, "holds no event"),
        (tmp_path, "holds no events.ndjson"),
        (tmp_path / "none", "no run in"),
    ]:
        ended = quick("explain", str(asked), "--out", str(tmp_path / "reports"))
        assert ended.status == 2 and told in ended.err, asked
