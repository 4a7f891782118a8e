from collections.abc import Iterable
from typing import Any

import pytest

from lab.errors import LabError
from lab.runner.nodes import Action, How, Nodes


class FakeNode:
    """Notes what becomes of it."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.port = 4711
        self.origin = "http://127.0.0.1:4711"
        self._name, self._notes = name, notes

    async def start(self) -> None:
        self._notes.append(f"{self._name} starts")

    async def stop(self, how: How = "gracefully") -> None:
        self._notes.append(f"{self._name} stops {how}")

    async def leave(self) -> None:
        self._notes.append(f"{self._name} leaves")

    def sessions(self) -> Iterable[Any]:
        return [f"a session on {self._name}"]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["stop"], ["- a", "a stops killed"]),
        (["stop", "stop"], ["- a", "a stops killed"]),
        (["start"], []),
        (["restart"], ["- a", "a stops killed", "a starts", "+ a"]),
        (["stop", "restart"], ["- a", "a stops killed", "a starts", "+ a"]),
    ],
)
async def test_nodes_go_and_come_and_the_balancer_knows(actions: list[Action], expected: list[str]) -> None:
    notes: list[str] = []
    nodes = Nodes(
        {"a": FakeNode("a", notes), "b": FakeNode("b", notes)},
        lambda name, up: notes.append(f"{'+' if up else '-'} {name}"),
    )
    await nodes.start()
    notes.clear()
    for action in actions:
        await nodes.act(action, "a", "killed")
    assert notes == expected


async def test_only_sessions_of_nodes_that_are_up_are_there() -> None:
    nodes = Nodes({name: FakeNode(name, []) for name in "ab"})
    await nodes.start()
    await nodes.act("stop", "a")
    assert list(nodes.sessions()) == ["a session on b"]
    assert nodes.ports == {"a": 4711, "b": 4711}


async def test_stop_ends_all_that_was_started_and_the_page_last() -> None:
    notes: list[str] = []
    nodes = Nodes({name: FakeNode(name, notes) for name in "ab"}, page=FakeNode("page", notes))
    await nodes.start()
    await nodes.act("stop", "a")
    notes.clear()
    await nodes.stop()
    assert notes == ["b stops gracefully", "b leaves", "a leaves", "page stops gracefully"]


async def test_first_node_that_ends_by_itself_is_told() -> None:
    nodes = Nodes({"a": FakeNode("a", [])})
    nodes.died(LabError("before anybody asks"))
    await nodes.start()
    assert nodes.failed is not None and not nodes.failed.done()
    nodes.died(LabError("first"))
    nodes.died(LabError("second"))
    assert str(nodes.failed.result()) == "first"
