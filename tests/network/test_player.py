r"""What the player does with a behaviour's hooks and stages; that it tells mismatches is in test_playbook.py."""

import asyncio
import gc
import time
from collections.abc import Iterable

import pytest
from mitmproxy import http

from lab import tasks
from lab.network import body, connections, websockets
from lab.network.behaviour import Behaviour
from lab.network.playbook import play

REQUEST = """
    0    client asks POST /xhr
    0    server gets POST /xhr
"""
OPENED = """
    0    client asks GET /ws
    0    server gets GET /ws
    0    server answers 101
    0    client gets 101
"""


def test_behaviour_that_does_nothing_lets_all_pass_at_once() -> None:
    said = play(
        Behaviour(),
        r"""
        0    client asks POST /xhr_send [Content-Length: 2]
        0    server gets POST /xhr_send [Content-Length: 2]
        5    client says "a"
        5    server gets "a"
        6    client says "\n"
        6    server gets "\n"
        6    client ends
        6    server gets end
        10   server answers 204 [X: 1]
        10   client gets 204 [X: 1]
        11   server ends
        11   client gets end
        """,
    )
    assert said == []


def test_hooks_change_heads_and_are_told_apart() -> None:
    class Marks(Behaviour):
        def requestheaders(self, flow: http.HTTPFlow) -> None:
            flow.request.headers["A"] = "1"
            self.did(flow, "marked the request")

        def responseheaders(self, flow: http.HTTPFlow) -> None:
            assert flow.response is not None
            flow.response.headers["B"] = "2"
            flow.response.http_version = "HTTP/1.0"

    said = play(
        Marks(),
        """
        0  client asks GET /
        0  server gets GET / [A: 1]
        0  server answers 200
        0  client gets 200 HTTP/1.0 [B: 2]
        """,
    )
    assert said == ["marked the request"]


def test_answer_of_the_behaviour_ends_it() -> None:
    class Refuses(Behaviour):
        async def requestheaders(self, flow: http.HTTPFlow) -> None:
            await asyncio.sleep(0.3)
            flow.response = http.Response.make(403, b"no", {"Content-Type": "text/plain"})

    play(
        Refuses(),
        """
        0    client asks GET /
        300  client gets 403 [Content-Type: text/plain; content-length: 2]
        300  client gets "no"
        300  client gets end
        """,
    )


def test_request_that_is_wanted_whole_is_held() -> None:
    class Whole(Behaviour):
        def request(self, flow: http.HTTPFlow) -> None:
            flow.request.content = (flow.request.content or b"").upper()

    play(
        Whole(),
        """
        0  client asks POST / [Content-Length: 2]
        1  client says "a"
        2  client says "b"
        3  client ends
        3  server gets POST / [Content-Length: 2]
        3  server gets "AB"
        3  server gets end
        """,
    )


class Steps(body.Stage):
    """Lets a piece out 100 ms after it came, and cuts on the word ``cut``."""

    def __init__(self, end: body.End) -> None:
        self._end = end
        self._held: list[body.Item] = []

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        if data == b"cut":
            return [self._end]
        self._held.append(data)
        self.due_s = now_s + 0.1
        return []

    def tick(self, now_s: float) -> Iterable[body.Item]:
        self.due_s = None
        held, self._held = self._held, []
        return held


class Staged(Behaviour):
    """Puts stages in the way."""

    stage: body.Stage

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        body.add(flow, self.stage)


@pytest.mark.parametrize(
    ("end", "gets"),
    [
        (body.End("clean", "held"), ["client gets end"]),
        (body.End("clean", "cut"), ["client gets end", "server gets fin"]),
        (body.End("fin", "cut"), ["client gets fin", "server gets fin"]),
        (body.End("rst", "cut", part=b"c", chunk=3), ['client gets "c" of 3', "client gets rst", "server gets rst"]),
    ],
)
def test_stages_are_called_when_they_are_due(end: body.End, gets: list[str]) -> None:
    behaviour = Staged()
    behaviour.stage = Steps(end)
    lines = "\n".join(f"50 {line}" for line in gets)
    play(
        behaviour,
        f"""
        {REQUEST}
        0   server answers 200
        0   client gets 200
        10  server says "a"
        50  server says "cut"
        {lines}
        60  server says "lost"
        """,
    )
    behaviour.stage = Steps(end)
    play(
        behaviour,
        f"""
        {REQUEST}
        0    server answers 200
        0    client gets 200
        10   server says "a"
        110  client gets "a"
        120  server ends
        120  client gets end
        """,
    )


def test_head_waits_for_the_first_byte_or_gives_way_to_a_status() -> None:
    behaviour = Staged()
    behaviour.stage = Steps(body.End("fin", "cut", status=504))
    behaviour.stage.holds_head = True
    play(
        behaviour,
        f"""
        {REQUEST}
        0    server answers 200
        10   server says "a"
        110  client gets 200
        110  client gets "a"
        """,
    )
    behaviour.stage = Steps(body.End("fin", "cut", status=504))
    behaviour.stage.holds_head = True
    play(
        behaviour,
        f"""
        {REQUEST}
        0    server answers 200
        10   server says "cut"
        10   client gets 504
        10   server gets fin
        """,
    )


@pytest.mark.parametrize(("closes", "gets"), [(True, "9 server gets fin\n9 client gets fin"), (False, "")])
def test_connections_end_behind_a_response_that_says_so(closes: bool, gets: str) -> None:
    class Closes(Behaviour):
        def responseheaders(self, flow: http.HTTPFlow) -> None:
            assert flow.response is not None
            if closes:
                flow.response.headers["Connection"] = "close"

    play(
        Closes(),
        f"""
        {REQUEST}
        5  server answers 200
        5  client gets 200{" [Connection: close]" if closes else ""}
        9  server ends
        9  client gets end
        {gets}
        """,
    )


def test_websocket_passes() -> None:
    play(
        Behaviour(),
        f"""
        {OPENED}
        5  server says "o"
        5  client gets "o"
        6  client says ping
        6  server gets ping
        7  client says close
        7  server gets close
        8  client ends
        8  server gets fin
        """,
    )


def test_websocket_hooks_delay_and_drop_and_keep_the_order() -> None:
    class Slow(Behaviour):
        def websocket_message(self, flow: http.HTTPFlow) -> None:
            assert flow.websocket is not None
            message = flow.websocket.messages[-1]
            if message.content == b"lost":
                websockets.drop(message)
            elif message.content == b"slow":
                websockets.delay(flow, 0.1)

        def websocket_control(self, flow: http.HTTPFlow) -> None:
            websockets.control(flow).dropped = websockets.control(flow).kind == "ping"

    play(
        Slow(),
        f"""
        {OPENED}
        5    server says "slow"
        6    server says "fast"
        7    server says "lost"
        8    server says ping
        9    client says "up"
        9    server gets "up"
        105  client gets "slow"
        105  client gets "fast"
        """,
    )


def test_websocket_is_treated() -> None:
    class Treats(Behaviour):
        def websocket_start(self, flow: http.HTTPFlow) -> None:
            websockets.treatment(flow).fragment = 2
            websockets.treatment(flow).set_rsv1.add(False)

    play(
        Treats(),
        f"""
        {OPENED}
        5  server says "abc"
        5  client gets "ab" with RSV1 +
        5  client gets "c"
        6  client says "a"
        6  server gets "a"
        """,
    )


def test_task_ends_a_websocket_by_the_players_clock() -> None:
    class Ends(Behaviour):
        def websocket_start(self, flow: http.HTTPFlow) -> None:
            tasks.spawn(self._end(flow), name="end")

        async def _end(self, flow: http.HTTPFlow) -> None:
            began_s = time.monotonic()
            assert await connections.held(flow.client_conn, within_s=0.2) == "due"
            assert (began_s, time.monotonic()) == (0.0, 0.2)
            await websockets.end(flow, "close", code=1009, reason="enough")
            assert await connections.held(flow.client_conn, within_s=1) == "gone"

    play(
        Ends(),
        f"""
        {OPENED}
        100  server says "o"
        100  client gets "o"
        200  client gets close 1009 enough
        200  server gets close 1009 enough
        200  server says "lost"
        """,
    )


def test_exception_of_a_behaviour_is_not_swallowed() -> None:
    class Broken(Behaviour):
        def requestheaders(self, flow: http.HTTPFlow) -> None:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        play(Broken(), "0 client asks GET /\n10 server answers 200")
    gc.collect()  # What was not played is given up without a warning.


@pytest.mark.filterwarnings("error")
def test_clock_is_given_back() -> None:
    before = (time.monotonic, time.time, asyncio.sleep, tasks.spawn, connections.held, websockets.end)
    play(Behaviour(), "0 client asks GET /\n0 server gets GET /")
    assert (time.monotonic, time.time, asyncio.sleep, tasks.spawn, connections.held, websockets.end) == before
