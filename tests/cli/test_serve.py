"""`lab serve` in a process of its own, over sockets and by signals."""

import json
import signal
import socket
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from tests.cli.kit import Ended
from tests.cli.processes import Running, running


def port_of(server: Running) -> int:
    return int(server.until("listening on ").removeprefix("listening on http://127.0.0.1:"))


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_serve_serves_until_a_signal_and_frees_its_port(which: signal.Signals) -> None:
    with running("serve", "--port", "0") as server:
        port = port_of(server)
        with urlopen(f"http://127.0.0.1:{port}/echo/info") as answer:
            assert json.load(answer)["websocket"] is True
        with urlopen(f"http://127.0.0.1:{port}/lab/page.html") as answer:
            assert b"<title>SockJS Lab</title>" in answer.read()
        server.process.send_signal(which)
        assert server.end() == 0
        assert server.out == f"listening on http://127.0.0.1:{port}\n"
    socket.create_server(("127.0.0.1", port)).close()


def test_serve_ends_although_a_client_holds_a_connection() -> None:
    asked = b"POST /echo/000/abc/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with (
        running("serve", "--port", "0") as server,
        socket.create_connection(("127.0.0.1", port_of(server))) as client,
    ):
        client.sendall(asked)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        server.process.terminate()
        assert server.end() == 0


def test_serve_tells_that_a_port_is_taken(quick: Callable[..., Ended]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = quick("serve", "--port", str(port))
    assert (ended.status, ended.out) == (3, "")
    first, remedy = ended.err.splitlines()
    assert f"127.0.0.1:{port}" in first and "in use" in first and "0 for a free one" in remedy


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--heartbeat", "5"], "unit"),
        (["--response-limit", "many"], "unit"),
        (["--port", "70000"], "65535"),
        (["--origins", "nonsense"], "--origins"),
    ],
)
def test_serve_tells_what_is_wrong_with_an_option(words: list[str], said: str, quick: Callable[..., Ended]) -> None:
    ended = quick("serve", *words)
    assert (ended.status, ended.out) == (2, "") and said in ended.err and words[0] in ended.err
