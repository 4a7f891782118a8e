import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from lab.errors import EnvironmentFailure, UsageError
from lab.runner.nodes.command import CommandNode, filled

SERVER = """
import os, signal, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
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


def node(folder: Path, *words: str, within_s: float = 10.0, command: list[str] | None = None) -> CommandNode:
    (folder / "server.py").write_text(SERVER)
    return CommandNode(
        command or ["{python}", "server.py", "{port}", *words],
        ready="http://127.0.0.1:{port}/echo/info",
        cwd=folder,
        within_s=within_s,
        output=folder / "server.log",
    )


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


async def test_placeholders_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []

    def install() -> Path:
        installed.append("node")
        return Path("/cache/node")

    monkeypatch.setattr("lab.runner.nodes.command._INSTALLED", {"{sockjs-node}": install, "{other}": os.abort})
    words = await filled(["{python}", "-p={port}", "{sockjs-node}/x"], 4711)
    assert words == [sys.executable, "-p=4711", "/cache/node/x"]
    assert installed == ["node"]
