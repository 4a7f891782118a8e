import asyncio
import json
import signal
import sys

import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.__main__ import behaviour_of, main, target_of
from lab.network.link.testing import LinkBench

CATALOGUE = Catalogue()


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("latency", {"delay": 50.0, "jitter": 0.0, "distribution": "uniform"}),
        ("latency: {delay: 5ms}", {"delay": 5.0, "jitter": 0.0, "distribution": "uniform"}),
        ("latency:", {"delay": 50.0, "jitter": 0.0, "distribution": "uniform"}),
    ],
)
def test_behaviour_is_read_as_a_scenario_writes_it(text: str, parameters: dict[str, object]) -> None:
    assert behaviour_of(text, CATALOGUE).parameters.model_dump() == parameters


def test_limits_stand_beside_the_parameters() -> None:
    behaviour = behaviour_of("latency: {delay: 5ms, when: {direction: up}, after: 1s, nth: 2}", CATALOGUE)
    assert behaviour.filter == Filter(direction="up", after_ms=1000.0, nth=frozenset({2}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no_such", "no_such: unknown behaviour: expected bandwidth, "),
        ("latency: {delay: 5}", "delay: expected a duration with its unit"),
        ("latency: {deley: 5ms}", "deley: Extra inputs"),
        ("latency: 5ms", "parameters: "),
        ("latency: {when: {url: /info}}", "when.url: .*a link knows bytes, not requests"),
        ("no_upgrade", "no_upgrade.* is a behaviour of a proxy"),
        ("{a: 1, b: 2}", "several behaviours in one item"),
        ("{", "not a behaviour"),
        ("", "not a behaviour"),
        ("3: {}", "unknown behaviour"),
    ],
)
def test_what_is_no_behaviour_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        behaviour_of(text, CATALOGUE)
    assert raised.value.remedy


def test_target() -> None:
    assert [target_of(text) for text in ("localhost:80", "8080")] == [("localhost", 80), ("127.0.0.1", 8080)]
    for text in ("localhost", "", "a:b", "1.2.3.4:0", ":70000"):
        with pytest.raises(UsageError, match="not a host and port"):
            target_of(text)


def test_mistake_is_a_sentence_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["8080", "latenci"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("latenci: unknown behaviour: expected ")
    assert told[1:] == ["See lab behaviours."]


async def test_link_runs_by_itself_until_it_is_interrupted() -> None:
    async with LinkBench() as bench:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lab.network.link", f"127.0.0.1:{bench.link.port}", "latency: {delay: 1ms}"),
            "--events",
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on 127.0.0.1:")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(line.rpartition(":")[2]))
        writer.write(b"hello")
        server = await bench.accept()
        assert await server.received(5) == b"hello"
        opened = json.loads(await process.stdout.readline())
        assert (opened["vantage"], opened["kind"], opened["conn"]) == ("hop1.client", "tcp.open", 1)
        process.send_signal(signal.SIGINT)
        await process.communicate()
        assert process.returncode == 130
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
