"""The measuring lock is held while a page of the user's own may be measuring, and no longer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from lab.events import EventLog
from lab.runner import cover as cover_module
from lab.runner.cover import MAKERS, Cover
from lab.runner.measuring import MeasuringLock
from lab.runner.stage import StepFailed
from lab.runner.steps import perform
from lab.scenario.model import Scenario
from lab.scenario.steps import STEPS
from tests.runner.kit import FakeRecorder, stage


class Stand:
    """A cover, the log that it reads, and what another case would find."""

    def __init__(self, folder: Path) -> None:
        self.log = EventLog()
        self.lock = MeasuringLock(folder / "lock")
        self.cover = Cover(self.lock, self.log)

    def see(self, kind: str, connection: str = "main") -> None:
        self.log.bind("browser")(kind, connection=connection)

    def turns(self) -> list[str]:
        return [event.kind for event in self.log if event.kind in ("lock", "unlock")]

    async def released(self) -> None:
        """Wait until another case would get the lock."""
        async with asyncio.timeout(10), self.lock.held(EventLog()):
            pass


@pytest_asyncio.fixture
async def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stand]:
    monkeypatch.setattr(cover_module, "LINGER_S", 0.05)
    monkeypatch.setattr(cover_module, "_LOOK_S", 0.005)
    made = Stand(tmp_path)
    yield made
    await made.cover.leave()


async def test_lock_is_kept_until_each_client_is_decided(stand: Stand) -> None:
    async with stand.cover.over():
        assert stand.turns() == ["lock"]
        stand.see("client.new", "one")
        stand.see("client.new", "two")
    stand.see("client.open", "one")
    await asyncio.sleep(0.15)
    assert stand.turns() == ["lock"], "two still tries"
    assert not stand.cover.is_over
    stand.see("client.close", "two")
    await stand.released()
    assert stand.turns() == ["lock", "unlock"]
    assert stand.cover.is_over


async def test_lock_is_given_back_where_no_client_comes(stand: Stand) -> None:
    async with stand.cover.over():
        pass
    await stand.released()
    assert stand.turns() == ["lock", "unlock"]
    assert not stand.cover.is_over, "one may come yet"


async def test_client_that_comes_a_moment_later_is_covered(stand: Stand) -> None:
    async with stand.cover.over():
        pass
    stand.see("client.new")
    await asyncio.sleep(0.15)
    assert stand.turns() == ["lock"]


async def test_lock_is_taken_once_by_steps_that_follow_each_other(stand: Stand) -> None:
    for _ in range(3):
        async with stand.cover.over():
            await asyncio.sleep(0.02)
    assert stand.turns() == ["lock"]
    await stand.released()
    async with stand.cover.over():
        assert stand.turns() == ["lock", "unlock", "lock"]


async def test_client_whose_page_was_left_does_not_keep_the_lock(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover_module, "DECIDED_S", 0.1)
    async with stand.cover.over():
        stand.see("client.new")
    await stand.released()
    assert stand.turns() == ["lock", "unlock"]


async def test_leaving_gives_the_lock_back_at_once(stand: Stand) -> None:
    async with stand.cover.over():
        stand.see("client.new")
        await stand.cover.leave()
        assert stand.turns() == ["lock", "unlock"]
    await stand.cover.leave()


def _steps(*steps: object) -> list[object]:
    page = {"url": "{origin}/"}
    return list(Scenario.model_validate({"title": "x", "page": page, "steps": list(steps)}).steps)


@pytest.mark.parametrize(
    ("decided", "step", "turns"),
    [
        (False, {"wait for": {"state": "open", "within": "1ms"}}, ["lock"]),
        (True, {"wait for": {"state": "open", "within": "1ms"}}, []),
        (True, {"send": "hello"}, []),
    ],
)
async def test_step_is_covered_where_the_page_may_create_a_client_in_its_time(
    stand: Stand, tmp_path: Path, decided: bool, step: object, turns: list[str]
) -> None:
    if decided:
        stand.see("client.new")
        stand.see("client.open")
    recorder = FakeRecorder(None, stand.log)
    (performed,) = _steps(step)
    with contextlib.suppress(StepFailed):
        await perform(performed, stage(recorder, stand.log, tmp_path, cover=stand.cover))
    assert stand.turns() == turns


def test_makers_are_steps() -> None:
    assert STEPS.keys() >= MAKERS
