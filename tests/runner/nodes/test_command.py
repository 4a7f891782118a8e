import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lab.errors import EnvironmentFailure, LabError, UsageError
from lab.runner.nodes import How
from lab.runner.nodes.command import CommandNode, _free_port, filled

SERVER = """
import os, signal, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("out of ideas", flush=True)
            os._exit(3)
        self.send_response(500 if "broken" in sys.argv else 200)
        self.end_headers()
        self.wfile.write(os.environ.get("HOME", "").encode() and str(os.getpid()).encode())

if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "child" in sys.argv:
    child = subprocess.Popen(["sleep", "600"])
    print("child", child.pid, flush=True)
print("listening", os.getcwd(), flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def node(
    folder: Path, *words: str, within_s: float = 10.0, command: list[str] | None = None, **more: Any
) -> CommandNode:
    (folder / "server.py").write_text(SERVER)
    given: dict[str, Any] = {
        "ready": "http://127.0.0.1:{port}/echo/info",
        "cwd": folder,
        "within_s": within_s,
        "output": folder / "server.log",
    }
    return CommandNode(command or ["{python}", "server.py", "{port}", *words], **given | more)


async def asked(one: CommandNode) -> str:
    async with aiohttp.ClientSession() as client, client.get(f"{one.origin}/echo/info") as answer:
        return await answer.text()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_command_is_a_server_and_is_the_same_place_after_a_restart(tmp_path: Path) -> None:
    one = node(tmp_path)
    await one.start()
    try:
        first, port = await asked(one), one.port
        await one.stop()
        assert not lives(int(first))
        await one.start()
        assert (one.port, await asked(one) != first) == (port, True)
    finally:
        await one.stop("killed")
    assert (tmp_path / "server.log").read_text().count(f"listening {tmp_path}") == 2


@pytest.mark.parametrize("words", [["child"], ["child", "stubborn"]])
async def test_what_the_command_has_started_ends_with_it(tmp_path: Path, words: list[str]) -> None:
    one = node(tmp_path, *words)
    await one.start()
    child = int((tmp_path / "server.log").read_text().split()[1])
    assert lives(child)
    await one.stop()
    async with asyncio.timeout(5):
        while lives(child):  # noqa: ASYNC110 # its parent is the machine's first process
            await asyncio.sleep(0.02)


async def test_program_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such-program: No such file or directory"):
        await node(tmp_path, command=["no-such-program"]).start()


async def test_program_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    one = node(tmp_path, command=[sys.executable, "-c", "raise SystemExit('no licence')"])
    with pytest.raises(EnvironmentFailure, match='ended with status 1; it said last: "no licence"'):
        await one.start()


async def test_program_that_never_answers_is_given_up_and_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    one = node(tmp_path, command=command, within_s=1.0)
    with pytest.raises(EnvironmentFailure, match=r"/echo/info was not answered within 1 s"):
        await one.start()
    assert not lives(int((tmp_path / "server.log").read_text()))


async def test_program_that_answers_with_an_error_is_told_by_its_answer(tmp_path: Path) -> None:
    one = node(tmp_path, "broken", within_s=1.0)
    with pytest.raises(
        EnvironmentFailure, match=r"server\.py \d+ broken\) did not start: .*/info answered 500 within"
    ):
        await one.start()


async def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"its folder \(cwd\) .*/nowhere is not there"):
        await node(tmp_path, cwd=tmp_path / "nowhere").start()


async def test_program_is_met_at_the_port_that_it_has_of_its_own(tmp_path: Path) -> None:
    port = _free_port()
    ready = f"http://127.0.0.1:{port}/echo/info"
    one = node(tmp_path, command=["{python}", "server.py", str(port)], ready=ready, fixed_port=port)
    await one.start()
    try:
        assert one.origin == f"http://127.0.0.1:{port}"
        assert int(await asked(one)) > 0
    finally:
        await one.stop("killed")


async def test_stranger_at_its_port_is_not_taken_for_it(tmp_path: Path) -> None:
    stranger = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with stranger:
        port = stranger.sockets[0].getsockname()[1]
        with pytest.raises(EnvironmentFailure, match=f"the port {port} of the server is taken"):
            await node(tmp_path, fixed_port=port).start()
    assert not (tmp_path / "server.log").exists()


async def test_end_that_nobody_has_brought_about_is_told_with_its_last_words(tmp_path: Path) -> None:
    told: asyncio.Queue[LabError] = asyncio.Queue()
    one = node(tmp_path, died=told.put_nowait)
    await one.start()
    try:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.ClientError):
                await client.get(f"{one.origin}/die")
        async with asyncio.timeout(5):
            error = await told.get()
        assert 'ended by itself with status 3; it said last: "out of ideas"' in str(error)
        await one.stop()
        await one.start()  # a step may have it back
        os.kill(int(await asked(one)), signal.SIGKILL)
        async with asyncio.timeout(5):
            assert "ended by itself by SIGKILL" in str(await told.get())
    finally:
        await one.stop("killed")


@pytest.mark.parametrize("how", ["gracefully", "killed"])
async def test_end_that_a_step_brings_about_is_not_told(tmp_path: Path, how: How) -> None:
    told: list[LabError] = []
    one = node(tmp_path, died=told.append)
    await one.start()
    await one.stop(how)
    await asyncio.sleep(0.05)
    assert told == []


async def test_placeholders_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []

    def install() -> Path:
        installed.append("node")
        return Path("/cache/node")

    monkeypatch.setattr("lab.runner.nodes.command._INSTALLED", {"{sockjs-node}": install, "{other}": os.abort})
    words = await filled(["{python}", "-p={port}", "{sockjs-node}/x", "{node}"], 4711, "node2")
    assert words == [sys.executable, "-p=4711", "/cache/node/x", "node2"]
    assert installed == ["node"]
