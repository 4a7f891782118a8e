from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Cut, Ending, Piece
from lab.network.link.stage import Chunk, Close, Stage

ENDING = Ending("rst", "reset the connection")


class Scripted(Act):
    """Does with each thing that comes what the next line of the script says."""

    def __init__(self, *script: list[Piece | Cut] | Exception) -> None:
        self._script = list(script)

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        line = self._script.pop(0) if self._script else [Piece(size, at_ms)]
        if isinstance(line, Exception):
            raise line
        yield from line


def stage_of(act: Act, *, asks: bool = True, failures: list[Exception] | None = None) -> Stage:
    return Stage(act, "up", asks=asks, failed=(failures if failures is not None else []).append)


def given_by(stage: Stage, now_ms: float) -> list[tuple[object, float]]:
    out: list[tuple[object, float]] = []
    while (item := stage.give(now_ms)) is not None:
        what = bytes(item.data) if isinstance(item, Chunk) else "cut" if isinstance(item, Cut) else item.how
        out.append((what, item.at_ms))
    return out


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ([Piece(4, 10)], [(b"abcd", 10)]),
        ([Piece(1, 10), Piece(3, 20)], [(b"a", 10), (b"bcd", 20)]),
        # What no piece speaks of goes on with the last one, or at once.
        ([Piece(1, 10)], [(b"a", 10), (b"bcd", 10)]),
        ([], [(b"abcd", 5)]),
        # There is never more than came, nothing goes back in time, and nothing goes on before it came.
        ([Piece(9, 10)], [(b"abcd", 10)]),
        ([Piece(2, 20), Piece(2, 10)], [(b"ab", 20), (b"cd", 20)]),
        ([Piece(4, 1)], [(b"abcd", 5)]),
        ([Piece(0, 7), Piece(-1, 8), Piece(4, 10)], [(b"abcd", 10)]),
        ([Piece(2, 10, drop=True), Piece(2, 20)], [(b"cd", 20)]),
        ([Piece(4, 10), Cut(20, ENDING)], [(b"abcd", 10), ("cut", 20)]),
        ([Cut(20, ENDING)], [("cut", 20), (b"abcd", 20)]),
        # After a cut the connection asks no more; if it did, it would lose nothing.
        ([Piece(2, 10), Cut(20, ENDING)], [(b"ab", 10), ("cut", 20), (b"cd", 20)]),
    ],
)
def test_stage_does_what_its_act_says(plan: list[Piece | Cut], expected: list[tuple[object, float]]) -> None:
    stage = stage_of(Scripted(plan))
    stage.take(Chunk(b"abcd", 5))
    assert given_by(stage, 100) == expected
    assert stage.held == 0


def test_stage_gives_nothing_before_it_is_due() -> None:
    stage = stage_of(Scripted([Piece(1, 10), Piece(3, NEVER)]))
    assert stage.due_ms() == NEVER
    stage.take(Chunk(b"abcd", 5))
    assert (stage.due_ms(), stage.held) == (10, 4)
    assert given_by(stage, 9.999) == []
    assert given_by(stage, 10) == [(b"a", 10)]
    assert (stage.due_ms(), stage.held) == (NEVER, 3)
    assert given_by(stage, 1e9) == []


def test_stage_tells_when_things_were_due_and_not_when_it_was_asked() -> None:
    stage = stage_of(Scripted([Piece(4, 10)]))
    stage.take(Chunk(b"abcd", 5))
    assert given_by(stage, 17) == [(b"abcd", 10)]


def test_end_stays_behind_everything() -> None:
    stage = stage_of(Scripted([Piece(4, 50)], [Piece(0, 10)]))
    stage.take(Chunk(b"abcd", 5))
    stage.take(Close("fin", 6))
    assert given_by(stage, 100) == [(b"abcd", 50), ("fin", 50)]


def test_end_waits_as_its_act_says() -> None:
    stage = stage_of(Scripted([Piece(0, 50)]))
    stage.take(Close("rst", 6))
    assert given_by(stage, 49) == []
    assert given_by(stage, 50) == [("rst", 50)]


def test_stage_that_does_not_ask_passes() -> None:
    stage = stage_of(Scripted([Piece(4, 50)]), asks=False)
    stage.take(Chunk(b"abcd", 5))
    stage.take(Close("fin", 6))
    assert given_by(stage, 6) == [(b"abcd", 5), ("fin", 6)]


def test_flush_gives_what_is_left_at_once() -> None:
    stage = stage_of(Scripted([Piece(1, 5), Piece(3, NEVER)]))
    for item in (Chunk(b"abcd", 5), Chunk(b"efgh", 6), Close("fin", 7)):
        stage.take(item)
    assert given_by(stage, 5) == [(b"a", 5)]
    flushed = stage.flush(9)
    assert [bytes(item.data) for item in flushed if isinstance(item, Chunk)] == [b"bcd", b"efgh"]
    assert flushed[-1] == Close("fin", 9)
    assert (stage.held, stage.due_ms(), stage.flush(9)) == (0, NEVER, [])


def test_act_that_raises_is_told_and_lets_pass() -> None:
    failures: list[Exception] = []
    stage = stage_of(Scripted(ValueError("no")), failures=failures)
    stage.take(Chunk(b"abcd", 5))
    stage.take(Chunk(b"efgh", 6))
    assert given_by(stage, 6) == [(b"abcd", 5), (b"efgh", 6)]
    assert [type(failure) for failure in failures] == [ValueError]


def test_stage_is_full_at_the_room_of_its_act() -> None:
    act = Scripted([Piece(4, NEVER)])
    act.room = 6
    stage = stage_of(act)
    stage.take(Chunk(b"abcd", 0))
    assert not stage.full
    stage.take(Chunk(b"ef", 0))
    assert stage.full


steps = st.builds(Piece, st.integers(0, 5), st.floats(0, 100), st.booleans())


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 8), st.lists(steps, max_size=5)), max_size=6))
def test_nothing_is_lost_altered_or_out_of_order(script: list[tuple[int, list[Piece]]]) -> None:
    """Whatever an act says, what goes on is what came without what was dropped, in order of bytes and of time."""
    stage = stage_of(Scripted(*([*plan] for _, plan in script)))
    position, expected = 0, bytearray()
    for size, plan in script:
        data = bytes(byte % 256 for byte in range(position, position + size))
        position += size
        stage.take(Chunk(data, 0.0))
        for piece in plan:
            cut, data = data[: piece.size], data[piece.size :]
            expected += b"" if piece.drop else cut
        expected += data
    out = given_by(stage, 1000)
    assert b"".join(data for data, _ in out if isinstance(data, bytes)) == bytes(expected)
    assert [at_ms for _, at_ms in out] == sorted(at_ms for _, at_ms in out)
    assert stage.held == 0
