from random import Random
from typing import Any

from lab.network.link.act import NEVER, Act, Piece, Scope


def test_act_lets_everything_pass_at_once() -> None:
    act = Act()
    assert list(act.pieces("up", 10, 5.0)) == [Piece(10, 5.0)]
    act.due_ms = 3.0
    assert act.woken(3.0) is None
    assert act.due_ms == NEVER


def test_scope_says_a_thing_once() -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    scope = Scope(1, 0.0, 0.0, lambda way: Random(way), lambda did, /, **more: said.append((did, more)))
    scope.once("slept", ms=1)
    scope.once("slept", ms=2)
    scope.once("woke")
    scope.did("slept")
    assert said == [("slept", {"ms": 1}), ("woke", {}), ("slept", {})]
