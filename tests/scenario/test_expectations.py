from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.expectations import Expectation, Expectations, ExpectedAttempt


@pytest.mark.parametrize("written", [{"websocket": "failed"}, {"transport": "websocket", "outcome": "failed"}])
def test_attempt_is_widened(written: Any) -> None:
    assert ExpectedAttempt.model_validate(written) == ExpectedAttempt(transport="websocket", outcome="failed")


@pytest.mark.parametrize(
    "written",
    [
        "websocket",
        None,
        {},
        {"websocket": "failed", "eventsource": "failed"},
        {"websockt": "failed"},
        {"websocket": 1},
    ],
)
def test_attempt_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        ExpectedAttempt.model_validate(written)


def test_expectation_of_an_engine_wins_key_by_key() -> None:
    both = Expectations(
        transport="xhr-polling",
        opened_within=4000.0,
        webkit=Expectation(transport="none"),
        firefox=Expectation(transport=None),
    )
    chromium, webkit, firefox = (both.for_engine(engine) for engine in ("chromium", "webkit", "firefox"))
    assert (chromium.transport, chromium.opened_within) == ("xhr-polling", 4000.0)
    assert (webkit.transport, webkit.opened_within) == ("none", 4000.0)
    # An engine may say that something common is not expected of it.
    assert (firefox.transport, firefox.opened_within) == (None, 4000.0)


def test_expectation_says_which_keys_were_written() -> None:
    assert Expectations(transport="none", webkit=Expectation(close_code=1002)).for_engine(
        "webkit"
    ).model_fields_set == {"transport", "close_code"}
