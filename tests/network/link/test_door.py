from collections.abc import Callable

import pytest

from lab.network.link.act import NEVER
from lab.network.link.door import Door, Rule


class Guest:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name = name
        self._log = log

    def enter(self) -> None:
        self._log.append(f"{self.name} entered")

    def refuse(self) -> None:
        self._log.append(f"{self.name} refused")


def at(time: float | None) -> Rule:
    return lambda at_ms, inside: time


def at_most(limit: int) -> Rule:
    return lambda at_ms, inside: at_ms if inside < limit else NEVER


def door_with(*names: str) -> tuple[Door[Guest], list[str]]:
    door: Door[Guest] = Door()
    log: list[str] = []
    door.waiting += [Guest(name, log) for name in names]
    return door, log


@pytest.mark.parametrize(
    ("rules", "expected", "again_ms"),
    [
        ([], ["a entered"], NEVER),
        ([at(0)], ["a entered"], NEVER),
        ([at(5)], ["a entered"], NEVER),
        ([at(6)], [], 6),
        ([at(6), at(9), at(0)], [], 9),
        ([at(NEVER)], [], NEVER),
        ([at(None)], ["a refused"], NEVER),
        ([at(6), at(None)], ["a refused"], NEVER),
    ],
)
def test_all_rules_must_agree(rules: list[Rule], expected: list[str], again_ms: float) -> None:
    door, log = door_with("a")
    assert door.decide(5, lambda caller: rules) == again_ms
    assert log == expected
    assert len(door.inside) == (expected == ["a entered"])


def test_room_goes_to_who_came_first() -> None:
    door, log = door_with("a", "b", "c", "d")
    rules: Callable[[Guest], list[Rule]] = lambda caller: [at_most(2)]  # noqa: E731 - it is one
    door.decide(0, rules)
    assert log == ["a entered", "b entered"]
    door.left(next(caller for caller in door.inside if caller.name == "a"))
    door.left(next(caller for caller in door.waiting if caller.name == "c"))
    door.decide(1, rules)
    assert log == ["a entered", "b entered", "d entered"]


def test_who_may_come_in_passes_who_may_not() -> None:
    door, log = door_with("slow", "quick")
    assert door.decide(0, lambda caller: [at(10 if caller.name == "slow" else 0)]) == 10
    assert log == ["quick entered"]
    assert door.decide(10, lambda caller: [at(10)]) == NEVER
    assert log == ["quick entered", "slow entered"]
