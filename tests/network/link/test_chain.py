from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Cut, Ending, Piece
from lab.network.link.chain import Chain, Wanted
from lab.network.link.stage import Chunk, Close, Stage

ENDING = Ending("fin", "closed the connection")


class Late(Act):
    def __init__(self, delay_ms: float) -> None:
        self._delay_ms = delay_ms

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        yield Piece(size, at_ms + self._delay_ms)


class CutAt(Act):
    def __init__(self, size: int) -> None:
        self._size = size

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        yield Piece(self._size, at_ms)
        yield Cut(at_ms, ENDING)


def stage(act: Act) -> Stage:
    return Stage(act, "up", asks=True, failed=_raise)


def _raise(error: Exception) -> None:
    raise error


def chain_of(*acts: Act) -> Chain:
    chain = Chain()
    assert chain.restage([stage(act) for act in acts], 0) == []
    return chain


def plain(items: Any) -> list[Any]:
    return [
        (bytes(item.data), item.at_ms)
        if isinstance(item, Chunk)
        else (item.how, item.at_ms)
        if isinstance(item, Close)
        else item
        for item in items
    ]


def test_latencies_add_up_to_their_sum_however_late_the_chain_is_asked() -> None:
    chain = chain_of(Late(10), Late(20), Late(30))
    chain.take(Chunk(b"a", 0))
    assert chain.due_ms() == 10
    assert chain.advance(14) == []
    assert chain.due_ms() == 30
    assert chain.advance(37) == []
    assert chain.due_ms() == 60
    assert chain.advance(59.9) == []
    assert plain(chain.advance(61)) == [(b"a", 60)]
    assert chain.due_ms() == NEVER


def test_end_goes_the_way_of_the_bytes() -> None:
    chain = chain_of(Late(10), Late(20))
    chain.take(Chunk(b"a", 0))
    chain.take(Close("fin", 1))
    assert plain(chain.advance(30)) == [(b"a", 30)]
    assert plain(chain.advance(31)) == [("fin", 31)]


def test_cut_ends_a_chain_where_its_act_stands() -> None:
    first, cutter, last = Late(10), CutAt(2), Late(5)
    chain = chain_of(first, cutter, last)
    chain.take(Chunk(b"abc", 0))
    chain.take(Chunk(b"later", 8))
    assert chain.advance(10) == [Wanted(cutter, ENDING, 10)]
    assert chain.cut(cutter, "fin", 10) == []
    assert chain.is_cut
    chain.take(Chunk(b"dropped", 11))
    assert plain(chain.advance(100)) == [(b"ab", 15), ("fin", 15)]


def test_cut_at_the_last_stage_comes_out_at_once() -> None:
    late, cutter = Late(10), CutAt(0)
    chain = chain_of(late, cutter)
    chain.take(Chunk(b"abc", 0))
    assert chain.cut(cutter, "rst", 4) == [Close("rst", 4)]
    assert chain.advance(100) == []


def test_cut_of_the_other_side_alone_sends_no_end() -> None:
    late, cutter = Late(10), CutAt(0)
    chain = chain_of(cutter, late)
    assert chain.cut(cutter, None, 4) == []
    assert chain.advance(100) == []
    assert chain.is_cut


@pytest.mark.parametrize(
    ("keep", "out", "later"),
    [
        ("abc", [], [(b"1", 60), (b"2", 61), (b"3", 62), (b"4", 90)]),
        ("", [(b"1", 40), (b"2", 40), (b"3", 40), (b"4", 40)], []),
        ("ac", [], [(b"1", 60), (b"2", 70), (b"3", 70), (b"4", 70)]),  # what b held goes on to c at 40
        ("ab", [(b"1", 40)], [(b"2", 31), (b"3", 32), (b"4", 60)]),
        ("bc", [], [(b"1", 60), (b"2", 61), (b"3", 62), (b"4", 90)]),
        ("b", [(b"1", 40)], [(b"2", 31), (b"3", 32), (b"4", 60)]),
        ("cab", [(b"1", 40), (b"2", 40), (b"3", 40), (b"4", 40)], []),  # in another order: nothing may overtake
    ],
)
def test_what_is_taken_out_lets_go_at_once_and_in_order(
    keep: str, out: list[tuple[bytes, float]], later: list[tuple[bytes, float]]
) -> None:
    chain = Chain()
    stages = {name: stage(act) for name, act in (("a", Late(10)), ("b", Late(20)), ("c", Late(30)))}
    chain.restage(list(stages.values()), 0)
    for data, at_ms in ((b"1", 0), (b"2", 1), (b"3", 2)):
        chain.take(Chunk(data, at_ms))
    chain.advance(11)
    chain.advance(30)
    chain.take(Chunk(b"4", 30))
    assert [own.held for own in stages.values()] == [1, 2, 1]  # 4 waits in a, 2 and 3 in b, 1 in c
    assert plain(chain.restage([stages[name] for name in keep], 40)) == out
    assert plain(chain.advance(1000)) == later


acts = st.one_of(st.builds(Late, st.floats(0, 50)), st.builds(Late, st.just(NEVER)), st.builds(lambda: Act()))
operations = st.one_of(
    st.tuples(st.just("take"), st.binary(min_size=1, max_size=5)),
    st.tuples(st.just("wait"), st.floats(0, 30)),
    st.tuples(st.just("add"), st.tuples(st.integers(0, 5), acts)),
    st.tuples(st.just("remove"), st.integers(0, 5)),
    st.tuples(st.just("swap"), st.integers(0, 5)),
)


@settings(deadline=None)
@given(st.lists(operations, max_size=40))
def test_changing_the_stages_never_loses_or_reorders(script: list[tuple[str, Any]]) -> None:
    chain, now, came, out = chain_of(Act()), 0.0, bytearray(), bytearray()
    keep = chain.stages[0]  # a chain without stages is not to be asked
    for what, value in script:
        stages = [one for one in chain.stages if one is not keep]
        if what == "take":
            came += value
            chain.take(Chunk(value, now))
        elif what == "wait":
            now += value
        elif what == "add":
            stages.insert(min(value[0], len(stages)), stage(value[1]))
        elif what == "remove" and stages:
            stages.pop(value % len(stages))
        elif what == "swap" and stages:
            stages.append(stages.pop(value % len(stages)))
        for item in (*chain.restage([keep, *stages], now), *chain.advance(now)):
            assert isinstance(item, Chunk)
            assert item.at_ms <= now
            out += item.data
        assert bytes(came).startswith(bytes(out))
    for item in chain.restage([], now):
        assert isinstance(item, Chunk)
        out += item.data
    assert out == came
