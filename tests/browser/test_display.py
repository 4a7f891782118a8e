import shutil
from pathlib import Path

import pytest

from lab.browser import display
from lab.browser.engine import EngineFailure
from tests.browser.kit import Commands

needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


def socket_of(name: str) -> Path:
    return Path("/tmp/.X11-unix") / f"X{name.removeprefix(':')}"


@needs_xvfb
async def test_display_is_shared_and_ends_with_its_last_user() -> None:
    name = await display.acquire()
    assert await display.acquire() == name
    assert socket_of(name).exists()
    await display.release()
    assert socket_of(name).exists()
    await display.release()
    assert not socket_of(name).exists()


async def test_release_without_acquire_does_nothing() -> None:
    await display.release()


async def test_acquire_says_that_xvfb_is_missing(commands: Commands) -> None:
    with pytest.raises(EngineFailure, match="Xvfb is not installed"):
        await display.acquire()


async def test_acquire_fails_when_xvfb_ends_at_once(commands: Commands) -> None:
    commands.add("Xvfb", "exit 1")
    with pytest.raises(EngineFailure, match="found no free display"):
        await display.acquire()
