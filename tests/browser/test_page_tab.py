import pytest
from playwright.async_api import Error

from lab.browser.page_tab import said_in, told

FAILED_LAUNCH = """BrowserType.launch: Target page, context or browser has been closed
Browser logs:

<launching> /usr/bin/chromium --headless
<launched> pid=7
[pid=7][err] [7:7:FATAL:process_singleton_posix.cc:315] Socket path too long.
[pid=7][err] [7:ERROR:file_io_posix.cc:145] open: No such file or directory (2)
[pid=7] <process did exit: exitCode=null, signal=SIGABRT>
"""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (FAILED_LAUNCH, "Target page, context or browser has been closed"),
        ("Page.goto: net::ERR_ABORTED at http://x/\nCall log:\n  - navigating", "net::ERR_ABORTED at http://x/"),
        ("Timeout 20000ms exceeded.", "Timeout 20000ms exceeded."),
        ("net::ERR_ABORTED: see http://x.y/", "net::ERR_ABORTED: see http://x.y/"),
        ("", "no reason given"),
    ],
)
def test_told_is_the_first_line_without_the_method(message: str, line: str) -> None:
    assert told(Error(message)) == line


def test_said_in_prefers_what_was_fatal() -> None:
    assert (
        said_in(Error(FAILED_LAUNCH)) == " It said: [7:7:FATAL:process_singleton_posix.cc:315] Socket path too long."
    )


@pytest.mark.parametrize("message", ["", "BrowserType.launch: Timeout 60000ms exceeded."])
def test_said_in_is_empty_where_the_browser_said_nothing(message: str) -> None:
    assert said_in(Error(message)) == ""
