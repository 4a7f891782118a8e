"""The test services side by side."""

import pytest

from lab.server import suite
from lab.server.host import LabServer
from lab.server.options import ServerOptions


@pytest.fixture
async def origin(log):
    first, *others = suite.endpoints(ServerOptions(), protocol_test=True)
    server = LabServer(first.options, emit=log.bind("server"), beside=others)
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


def test_protocol_test_limits_the_responses_of_echo_alone() -> None:
    limits = {
        each.prefix: each.options.response_limit for each in suite.endpoints(ServerOptions(), protocol_test=True)
    }
    assert limits.pop("/echo") == 4096
    assert set(limits.values()) == {131072}


@pytest.mark.parametrize(
    ("prefix", "websocket", "cookie"),
    [
        ("echo", True, False),
        ("disabled_websocket_echo", False, False),
        ("cookie_needed_echo", True, True),
        ("close", True, False),
        ("amplify", True, False),
        ("broadcast", True, False),
        ("ticker", True, False),
    ],
)
async def test_every_service_tells_what_it_offers(client, origin, prefix: str, websocket: bool, cookie: bool) -> None:
    async with client.get(f"{origin}/{prefix}/info") as answer:
        info = await answer.json()
    assert (info["websocket"], info["cookie_needed"]) == (websocket, cookie)


async def test_sessions_of_two_endpoints_do_not_meet(client, origin) -> None:
    async with client.post(f"{origin}/echo/0/same/xhr") as answer:
        assert await answer.text() == "o\n"
    async with client.post(f"{origin}/close/0/same/xhr_send", data='["x"]') as answer:
        assert answer.status == 404


async def test_requests_of_all_endpoints_are_numbered_through_and_answered_once(client, origin, log) -> None:
    for prefix in ("echo", "close", "ticker"):
        async with client.get(f"{origin}/{prefix}/info") as answer:
            await answer.read()
    assert [event.data["request"] for event in log if event.kind == "request"] == [1, 2, 3]
    assert [event.data["request"] for event in log if event.kind == "response"] == [1, 2, 3]


async def test_close_service_closes_every_session(client, origin) -> None:
    async with client.ws_connect(f"{origin}/close/0/c/websocket") as ws:
        assert [await ws.receive_str(), await ws.receive_str()] == ["o", 'c[3000,"Go away!"]']
