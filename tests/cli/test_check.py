from collections.abc import Callable
from pathlib import Path

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


def test_check_counts_what_is_right(quick: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    ended = quick("check", tmp_path / "good.yaml")
    assert (ended.status, ended.out, ended.err) == (0, "1 scenario is right: 3 cases.\n", "")


def test_check_points_at_every_mistake_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "worse.yaml").write_text("title: Not even YAML\nexpect: {transport: [websocket}\n")
    (tmp_path / "good.yaml").write_text(GOOD)
    ended = lab("check", ".", cwd=tmp_path)
    assert ended.status == 2 and ended.out == "" and not controls(ended.err)
    assert normal(ended.err) == stored("check", ended.err)


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
