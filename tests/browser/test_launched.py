import pytest
from playwright.async_api import Error

from lab.browser.launched import not_started


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
            "lab doctor",
        ),
    ],
)
def test_not_started_says_why_and_what_to_do(message: str, says: str, remedy: str) -> None:
    failure = not_started("firefox", Error(message))
    assert str(failure) == says
    assert remedy in failure.remedy
