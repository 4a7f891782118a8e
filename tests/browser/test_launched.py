from pathlib import Path

import pytest
from playwright.async_api import Error

from lab.browser.find import Found
from lab.browser.launched import not_started

FIREFOX = Found("firefox", "system", Path("/usr/bin/firefox"))


@pytest.mark.parametrize(
    ("message", "says", "remedy"),
    [
        (
            "BrowserType.launch: Protocol error (network.addDataCollector): unknown command\nCall log:",
            "firefox did not start: it is older than this Playwright can drive (Protocol error "
            "(network.addDataCollector): unknown command).",
            "Run: lab install firefox",
        ),
        (
            "BrowserType.launch: Target page, context or browser has been closed\n[pid=7][err] no display",
            "firefox did not start: Target page, context or browser has been closed. It said: no display",
            "Start /usr/bin/firefox by hand",
        ),
        (
            "BrowserType.launch: Failed to launch the browser process.\nCall log:",
            "firefox did not start: Failed to launch the browser process.",
            "Start /usr/bin/firefox by hand",
        ),
    ],
)
def test_not_started_says_why_and_what_to_do(message: str, says: str, remedy: str) -> None:
    failure = not_started(FIREFOX, Error(message))
    assert str(failure) == says
    assert remedy in failure.remedy


def test_not_started_of_a_build_of_playwright_names_its_libraries() -> None:
    failure = not_started(Found("chromium", "Playwright build", None), Error("BrowserType.launch: no libnss3.so"))
    assert failure.remedy.endswith("playwright install-deps chromium")
