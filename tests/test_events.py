import asyncio

from lab.events import Clock, Event, EventLog, ignore
from lab.tasks import spawn


def test_event_is_one_flat_object() -> None:
    event = Event(12.34567, "hop1.client", "request", {"method": "GET"})
    assert event.as_json() == {"t_ms": 12.346, "vantage": "hop1.client", "kind": "request", "method": "GET"}


def test_bound_emit_knows_its_vantage_and_the_time() -> None:
    log = EventLog()
    log.bind("server")("request", method="GET")
    (event,) = log
    assert (event.vantage, event.kind, event.data) == ("server", "request", {"method": "GET"})
    assert 0 <= event.t_ms <= log.clock.now_ms()
    ignore("request", method="GET")


def test_log_keeps_both_orders() -> None:
    log = EventLog()
    late, early = Event(20.0, "browser", "late"), Event(10.0, "browser", "early")
    log.add(late)
    log.add(early)
    assert list(log) == [late, early] and log.ordered() == [early, late] and len(log) == 2


def test_clock_places_a_moment_of_the_wall_clock() -> None:
    clock = Clock()
    assert clock.from_epoch_ms(clock.began_at * 1000 + 250) == 250


async def test_wait_for_finds_what_was_there_before() -> None:
    log = EventLog()
    log.bind("browser")("client.open")
    assert await log.wait_for(lambda event: event.kind == "client.open", timeout_s=0.0) is not None


async def test_wait_for_leaves_out_what_was_before_since() -> None:
    log = EventLog()
    log.bind("browser")("message.in")
    assert await log.wait_for(lambda event: event.kind == "message.in", timeout_s=0.01, since=1) is None


async def test_wait_for_is_woken_by_the_event_it_wants_and_by_no_other() -> None:
    log = EventLog()
    emit = log.bind("browser")
    waiting = [spawn(log.wait_for(lambda e: e.kind == "b", timeout_s=5), name=f"waiting {n}") for n in range(3)]
    await asyncio.sleep(0)
    emit("a")
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    emit("b", n=1)
    found = await asyncio.gather(*waiting)
    assert [event.data["n"] for event in found if event] == [1, 1, 1]


def test_lone_surrogates_are_spelt_out_and_nothing_else_is() -> None:
    log = EventLog()
    emit = log.bind("browser")
    emit("message.in", text="a\ud83dé", n=1)
    emit("message.in", text="\U0001f600é", n=2)
    assert [event.data["text"] for event in log] == ["a\\ud83dé", "\U0001f600é"]
    assert [event.data["n"] for event in log] == [1, 2]
