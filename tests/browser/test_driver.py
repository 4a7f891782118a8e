"""The driver that all engines share: one while it lives, another when it has died."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Playwright

from lab.browser import driver


def pid_of(playwright: Playwright) -> int:
    return int(playwright._impl_obj._connection._transport._proc.pid)


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
