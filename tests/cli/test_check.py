from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.kit import Ended, controls, lab, normal, stored

GOOD = "title: Right\nnetwork: [no_upgrade]\nexpect: {transport: xhr-streaming}\n"
BAD = """\
titel: A scenario with many mistakes
why: ["a list"]
page: {scheme: htp, colour: red}
server: {heartbeat: 25, response_limit: 128kb}
client: {transports: [xhr-streamin]}
network:
  - proxy: sideways
    behaviours:
      - bufering: {until: close}
      - no_upgrade: {anser: strip}
browsers: [chrome]
steps:
  - connect
  - recieve: {text: hello}
  - receive: {within: soon}
expect:
  transport: carrier-pigeon
  opened_within: -1s
  chromium: {delivry: exactly once}
"""

MEANT = """\
title: A scenario of which everybody sees what was meant
page: {persona: ie88, cookies: refuse}
client: {path: sockjs.js, version: 1.5.2, transports: "websocket,xhr-polling", transport_options: {websockt: {}}}
server: {heartbeat: 25 sec, scheme: https}
network:
  - latency: 50ms
  - squid: {conect_policy: {ports: [443]}}
browsers: [chromium, safari]
steps:
  - connect: one
  - fill: "#a"
  - screenshot: ../x
  - navigate: "{pge}"
  - send: {text: a, connection: on}
  - close: 4000
  - close: {connection: two}
expect:
  transport: long-polling
  diagnosis: [upgrade_refusd]
  connections:
    one: {close_code: "4000", state: close}
origin: cross
"""
ELSEWHERE = """\
title: A page of one's own, and a client with options that mean nothing
page: {url: /app.html}
client: {version: 0.3.3, server: a/b, timeout: 0ms}
"""
FAILING = """\
title: A scenario that is written well, and could only fail
client: {transports: [xhr-streaming, xhr-polling]}
browsers: [webkit]
steps: [connect, connect: second, offline: 1s]
expect:
  transport: websocket
  attempts: [xhr-streaming: opened, xhr-polling: opened]
  connections:
    secnd: {state: open}
"""


def test_check_counts_what_is_right(quick: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    ended = quick("check", tmp_path / "good.yaml")
    assert (ended.status, ended.out, ended.err) == (0, "1 scenario is right: 3 cases.\n", "")
    (tmp_path / "good.yaml").write_text(f"{GOOD}browsers: [webkit]\n")
    assert quick("check", tmp_path / "good.yaml").out == "1 scenario is right: 1 case.\n"


def test_check_says_what_was_meant(
    quick: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meant.yaml").write_text(MEANT)
    (tmp_path / "elsewhere.yaml").write_text(ELSEWHERE)
    (tmp_path / "failing.yaml").write_text(FAILING)
    (tmp_path / "sockjs-1.5.2.js").touch()
    monkeypatch.chdir(tmp_path)
    ended = quick("check", ".")
    assert ended.status == 2 and ended.out == "" and not controls(ended.err)
    assert normal(ended.err) == stored("check-meant", ended.err)


def test_check_points_at_every_mistake_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "worse.yaml").write_text("title: Not even YAML\nexpect: {transport: [websocket}\n")
    (tmp_path / "good.yaml").write_text(GOOD)
    ended = lab("check", ".", cwd=tmp_path)
    assert ended.status == 2 and ended.out == "" and not controls(ended.err)
    assert normal(ended.err) == stored("check", ended.err)


def test_check_tells_what_is_wrong_with_scenarios_and_behaviours(quick: Callable[..., Ended], tmp_path: Path) -> None:
    for folder, behaviour in (("a", "def wobble(:\n"), ("b", "import this_does_not_exist\n")):
        (tmp_path / folder / "proxies").mkdir(parents=True)
        (tmp_path / folder / "proxies" / "wobble.py").write_text(behaviour)
        (tmp_path / folder / "own.yaml").write_text(GOOD.replace("xhr-streaming", f"{folder}-streaming"))
    ended = quick("check", tmp_path)
    assert ended.status == 2 and "Traceback" not in ended.err
    places = [f"{folder}/{place}" for folder in "ab" for place in ("own.yaml:3:21: ", "proxies/wobble.py:1: ")]
    assert [ended.err.count(place) for place in places] == [1] * 4


def test_check_refuses_a_folder_without_scenarios(quick: Callable[..., Ended], tmp_path: Path) -> None:
    ended = quick("check", tmp_path)
    assert ended.status == 5 and ended.err.startswith(f"lab: there is no scenario in {tmp_path}\n")


def test_check_finds_the_shipped_scenarios_right(quick: Callable[..., Ended]) -> None:
    ended = quick("check")
    assert ended.status == 0 and ended.out.endswith(" cases.\n"), ended.err


def test_check_takes_behaviours_of_ones_own(quick: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "proxies").mkdir()
    (tmp_path / "proxies" / "wobble.py").write_text(
        '"""Wobbles."""\nfrom lab.network.behaviour import Behaviour\n\n\nclass Wobble(Behaviour):\n    """W."""\n'
    )
    (tmp_path / "own.yaml").write_text(GOOD.replace("no_upgrade", "wobble"))
    assert quick("check", tmp_path).status == 0


def test_check_tells_what_is_wrong_with_a_behaviour_of_ones_own(quick: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "proxies").mkdir()
    (tmp_path / "proxies" / "wobble.py").write_text("import this_does_not_exist\n")
    (tmp_path / "own.yaml").write_text(GOOD)
    ended = quick("check", tmp_path)
    assert ended.status in (2, 3) and "Traceback" not in ended.err
    assert "proxies/wobble.py" in ended.err and "this_does_not_exist" in ended.err
