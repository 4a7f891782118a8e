"""The driver that all engines share: one while it lives, another when it has died."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Playwright

from lab.browser import driver
from lab.browser.engine import EngineFailure
from tests.browser.kit import is_alive


def pid_of(playwright: Playwright) -> int:
    return int(playwright._impl_obj._connection._transport._proc.pid)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest_asyncio.fixture
async def users() -> AsyncIterator[list[Playwright]]:
    """Those who hold a driver; all give it back."""
    held: list[Playwright] = []
    yield held
    for _ in held:
        await driver.release()


async def test_driver_is_shared_while_it_lives(users: list[Playwright]) -> None:
    users += [await driver.acquire(), await driver.acquire()]
    assert users[0] is users[1]


async def test_driver_that_died_is_replaced_for_whoever_asks_next(users: list[Playwright]) -> None:
    users.append(await driver.acquire())
    os.kill(pid_of(users[0]), signal.SIGKILL)
    await asyncio.wait({users[0]._impl_obj._connection._transport.on_error_future}, timeout=20)
    users.append(await driver.acquire())
    assert pid_of(users[1]) != pid_of(users[0])
    request = await users[1].request.new_context()
    await request.dispose()


async def test_driver_that_hangs_is_killed_at_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(driver, "_STOP_S", 0.3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pid = pid_of(await driver.acquire())
    assert names_in(tmp_path)
    os.kill(pid, signal.SIGSTOP)
    await driver.release()
    assert not is_alive(pid)
    assert names_in(tmp_path) == []


async def test_driver_that_hangs_is_killed_under_its_users(
    users: list[Playwright], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_ASK_EVERY_S", 0.1)
    users.append(await driver.acquire())
    await asyncio.sleep(0.3)
    assert is_alive(pid_of(users[0])), "it has answered meanwhile"
    monkeypatch.setattr(driver, "_ANSWER_S", 0.2)
    os.kill(pid_of(users[0]), signal.SIGSTOP)
    with pytest.raises(Exception, match="Connection closed"):
        await asyncio.wait_for(users[0].request.new_context(), 20)
    assert not is_alive(pid_of(users[0]))


async def test_errors_of_a_driver_that_was_replaced_are_blamed_on_it(users: list[Playwright]) -> None:
    lost, defect = Exception("Connection closed while reading from the driver"), ValueError("a defect")
    users.append(await driver.acquire())
    assert driver.blamed(lost) is lost
    os.kill(pid_of(users[0]), signal.SIGKILL)
    await asyncio.wait({users[0]._impl_obj._connection._transport.on_error_future}, timeout=20)
    assert isinstance(driver.blamed(defect), EngineFailure), "there is none just now"
    users.append(await driver.acquire())
    assert isinstance(driver.blamed(lost), EngineFailure) and driver.blamed(defect) is defect
