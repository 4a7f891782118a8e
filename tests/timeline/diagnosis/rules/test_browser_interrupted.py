import pytest

from lab.timeline.diagnosis.rules import browser_interrupted
from tests.timeline.tables import opened

NEXT = "1200 l clock generation=2 uncertainty_ms=1"


def during(step: str, begin: int, end: int) -> str:
    return f"""
        {begin} l step index=3 step={step} state=begin
        {end} l step index=3 step={step} state=done
    """


@pytest.mark.parametrize("how", [during("reload", 800, 1250), during("navigate", 850, 880), ""])
def test_names_the_page_that_was_left(ask, how):
    (found,) = ask(browser_interrupted, opened(code=1001), how, NEXT)
    assert (found.about, found.cause, found.hop) == ("open connection", "page_left", None)
    assert "left 850 ms after the connection had opened" in found.sentence
    assert found.sentence.endswith("closed with 1001.")


def test_knows_the_browser_that_was_offline(ask):
    (found,) = ask(browser_interrupted, opened(), during("offline", 700, 1700))
    assert found.cause == "browser_offline"
    assert found.sentence == (
        "The browser was offline for 1,000 ms, from 650 ms after the connection had opened, so the open connection "
        "closed with 1006."
    )


def test_knows_the_page_that_stood_still(ask):
    (found,) = ask(browser_interrupted, opened(), during("sleep", 200, 850))
    assert found.cause == "page_asleep"
    assert found.proof == ["the connection ended 50 ms after the page had gone on"]


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(during("sleep", 100, 200).replace("sleep", "idle"), id="only silence"),
        pytest.param(during("offline", 950, 1000), id="offline after it had ended"),
        pytest.param("5000 l clock generation=2 uncertainty_ms=1", id="another page much later"),
        pytest.param("800 l clock generation=2 uncertainty_ms=1", id="another page before"),
    ],
)
def test_says_nothing_of_what_came_at_another_time(ask, what):
    assert ask(browser_interrupted, opened(), what) == []


def test_says_nothing_of_a_connection_that_lasted(ask):
    assert ask(browser_interrupted, opened(closed=None), during("sleep", 200, 850)) == []
