from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
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


def test_cause_that_no_diagnosis_names_is_told_with_its_place() -> None:
    reading = Reading(causes=["upgrade_refused", "too_slow"])
    right = {"diagnosis": ["too_slow"]}
    assert validate_plain(Expectation, right, reading).diagnosis == ["too_slow"]
    with pytest.raises(ValidationError) as raised:
        validate_plain(Expectation, {"diagnosis": ["upgrade_refusd", "too_slow", "fate"]}, reading)
    assert [(error["loc"], error["ctx"]["word"]) for error in raised.value.errors()] == [
        (("diagnosis", 0), "upgrade_refusd"),
        (("diagnosis", 2), "fate"),
    ]
    assert validate_plain(Expectation, {"diagnosis": ["fate"]}, Reading()).diagnosis == ["fate"]


@pytest.mark.parametrize("code", [999, 5000])
def test_close_code_is_one_that_there_is(code: int) -> None:
    with pytest.raises(ValidationError):
        Expectation(close_code=code)
