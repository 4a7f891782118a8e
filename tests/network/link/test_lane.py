from typing import Any

import pytest

from lab.network.link.act import Act
from lab.network.link.lane import PATIENCE_S, Lane
from lab.network.link.recorder import Tally
from lab.network.link.stage import Chunk, Stage


class Sink:
    """Writes down what a lane does to its sink."""

    def __init__(self) -> None:
        self.lost = self.blocked = False
        self.done: list[Any] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def fin(self) -> None:
        self.done.append("fin")

    def reset(self, *, patience_s: float) -> None:
        self.done.append(("rst", patience_s))


def lane_to(sink: Any) -> tuple[Lane, list[Any], list[Any]]:
    lingering: list[Any] = []
    told: list[Any] = []
    lane = Lane("up", sink, sink, lingering.append)
    lane.sent = Tally(lambda kind, /, **data: told.append((kind, data.get("how"))), lambda *_: None, 1, "up")
    return lane, told, lingering


def test_fin_goes_on_as_fin_and_rst_as_rst() -> None:
    for how, done in (("fin", "fin"), ("rst", ("rst", PATIENCE_S))):
        sink = Sink()
        lane, told, lingering = lane_to(sink)
        lane.send(b"a")
        lane.end(how)  # type: ignore[arg-type] # the table has it as str
        lane.send(b"late")
        assert sink.done == [b"a", done]
        assert told == [("tcp.data", None), ("tcp.end", how)]
        assert lane.over
        assert lingering == []


def test_end_is_handed_on_once() -> None:
    sink = Sink()
    lane, told, _ = lane_to(sink)
    lane.end("fin")
    lane.end("fin")
    assert (sink.done, len(told)) == (["fin"], 1)


def test_source_that_is_reset_after_its_end_resets_the_sink() -> None:
    sink = Sink()
    lane, _, _ = lane_to(sink)
    lane.break_off()  # its FIN is still on its way
    assert sink.done == []
    lane.end("fin")
    assert sink.done == [("rst", PATIENCE_S)]
    sink = Sink()
    lane, _, _ = lane_to(sink)
    lane.end("fin")
    lane.break_off()
    assert sink.done == ["fin", ("rst", PATIENCE_S)]


def test_sink_that_a_behaviour_ends_may_linger() -> None:
    sink = Sink()
    lane, _, lingering = lane_to(sink)
    lane.chain.is_cut = True
    lane.end("fin")
    assert lingering == [sink]


def test_nothing_is_sent_to_a_sink_that_is_gone() -> None:
    sink = Sink()
    sink.lost = True
    lane, told, _ = lane_to(sink)
    lane.send(b"a")
    lane.end("rst")
    assert (sink.done, told) == ([], [])


@pytest.mark.parametrize(
    ("lost", "blocked", "full", "cut", "reads"),
    [
        (False, False, False, False, True),
        (False, True, False, False, False),
        (False, False, True, False, False),
        (False, True, True, True, True),
        (True, True, True, False, True),
    ],
)
def test_source_is_read_unless_too_much_waits(lost: bool, blocked: bool, full: bool, cut: bool, reads: bool) -> None:
    sink = Sink()
    sink.lost, sink.blocked = lost, blocked
    lane, _, _ = lane_to(sink)
    act = Act()
    act.room = 1
    lane.chain.stages = [Stage(act, "up", asks=True, failed=lambda error: None)]
    if full:
        lane.chain.take(Chunk(b"a", 1e9))
    lane.chain.is_cut = cut
    assert lane.reads is reads
