from collections.abc import Iterable

import pytest

from lab.network.body import END, End, Item, Stage, Way, whole


class Upper(Stage):
    def data(self, data: bytes, now_s: float) -> Iterable[Item]:
        return [data.upper()]


class Late(Stage):
    """Lets all pass one second later, the end too."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def data(self, data: bytes, now_s: float) -> Iterable[Item]:
        self.items.append(data)
        self.due_s = now_s + 1 if self.due_s is None else self.due_s
        return []

    def end(self, now_s: float) -> Iterable[Item]:
        self.items.append(END)
        self.due_s = now_s + 1 if self.due_s is None else self.due_s
        return []

    def tick(self, now_s: float) -> Iterable[Item]:
        self.due_s = None
        items, self.items = self.items, []
        return items


class Trailer(Stage):
    """Puts a mark where the body ends."""

    def end(self, now_s: float) -> Iterable[Item]:
        return [b"!", END]


class Stop(Stage):
    """Ends the body on its first piece."""

    def __init__(self, end: End) -> None:
        self.with_ = end

    def data(self, data: bytes, now_s: float) -> Iterable[Item]:
        return [data, self.with_]


CLEAN = End("clean", "held")
TORN = End("fin", "cut", part=b"p")


@pytest.mark.parametrize(
    ("stages", "out"),
    [
        ([], [b"ab", b"c", END]),
        ([Stage()], [b"ab", b"c", END]),
        ([Upper(), Trailer()], [b"AB", b"C", b"!", END]),
        ([Trailer(), Upper()], [b"AB", b"C", b"!", END]),  # What one stage adds goes through the next.
        ([Stop(CLEAN), Trailer()], [b"ab", b"!", CLEAN]),  # A clean end passes the stages behind it ...
        ([Stop(TORN), Trailer()], [b"ab", TORN]),  # ... and a cut does not.
        ([Trailer(), Stop(CLEAN)], [b"ab", CLEAN]),
    ],
)
def test_body_passes_stages_in_order(stages: list[Stage], out: list[Item]) -> None:
    way = Way(stages)
    assert [*way.data(b"ab", 0), *way.data(b"", 0), *way.data(b"c", 0), *way.end(0)] == out


def test_late_stage_lets_the_end_out_with_what_it_stands_for() -> None:
    way = Way([Stop(CLEAN), Late(), Trailer()])
    assert list(way.data(b"a", 0)) == []
    assert way.closed
    assert way.due_s == 1
    assert list(way.data(b"lost", 0.5)) == []
    assert list(way.tick(0.5)) == []
    assert list(way.tick(1)) == [b"a", b"!", CLEAN]
    assert way.due_s is None


def test_earliest_stage_is_due_first() -> None:
    first, second = Late(), Late()
    way = Way([first, second])
    list(way.data(b"a", 0))
    assert way.due_s == 1
    assert list(way.tick(1)) == []
    assert way.due_s == 2
    assert list(way.tick(2)) == [b"a"]


def test_stage_added_later_is_passed_too() -> None:
    stages: list[Stage] = [Upper()]
    way = Way(stages)
    stages.append(Trailer())
    assert [*way.data(b"a", 0), *way.end(0)] == [b"A", b"!", END]


@pytest.mark.parametrize(
    ("stages", "made"),
    [
        ([Upper(), Trailer()], b"BODY!"),
        ([Late(), Upper()], b"BODY"),
        ([Late(), Late(), Trailer()], b"body!"),
        ([Stop(TORN)], b"bodyp"),
        ([Stop(CLEAN), Trailer()], b"body!"),
    ],
)
def test_whole_body_is_changed_without_waiting(stages: list[Stage], made: bytes) -> None:
    assert whole(Way(stages), b"body") == made
