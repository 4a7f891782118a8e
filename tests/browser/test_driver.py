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
