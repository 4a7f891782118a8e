"""The service that ticks."""

from lab.server.services import ticker


async def test_ticks_come_until_the_session_ends(serve, client, monkeypatch) -> None:
    monkeypatch.setattr(ticker, "PERIOD_S", 0.01)
    url = await serve("ticker")
    async with client.ws_connect(url + "/0/t/websocket") as ws:
        assert [await ws.receive_str() for _ in range(3)] == ["o", 'a["tick!"]', 'a["tick!"]']


async def test_clock_of_a_session_that_ended_is_stopped() -> None:
    service = ticker.Ticker()
    session = object()
    service.on_open(session)
    (timer,) = service._timers.values()
    service.on_close(session, 1000, "")
    assert timer.cancelled()
    assert not service._timers
