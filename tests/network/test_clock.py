from lab.network.clock import HopClock


def test_clock_stands_until_it_is_begun_and_tells_once() -> None:
    now, told = [5.0], []
    clock = HopClock(lambda: now[0])
    clock.when_begun(lambda: told.append(clock.now_ms()))
    now[0] = 7.0
    assert (clock.now_ms(), clock.running) == (0.0, False)
    clock.begin()
    now[0] = 7.25
    clock.begin()
    assert (clock.now_ms(), clock.running, told) == (250.0, True, [0.0])
