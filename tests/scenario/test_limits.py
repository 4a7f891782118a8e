from typing import Any

import pytest
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.limits import LIMITS, Limits, When, told


def limits(written: dict[str, Any]) -> Limits:
    return validate_plain(Limits, written, Reading())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, Limits()),
        ({"after": "5s", "for": "250ms", "every": "1s"}, Limits(after=5000.0, for_=250.0, every=1000.0)),
        ({"nth": 2}, Limits(nth=[2])),
        ({"nth": [1, 3], "seed": 7}, Limits(nth=[1, 3], seed=7)),
        ({"when": {"transport": "websocket"}}, Limits(when=When(transport=["websocket"]))),
        ({"when": {"method": ["GET", "POST"], "header": "Upgrade", "direction": "up"}},
         Limits(when=When(method=["GET", "POST"], header="Upgrade", direction="up"))),
    ],
)  # fmt: skip
def test_limits_are_read(written: dict[str, Any], expected: Limits) -> None:
    assert limits(written) == expected


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"every": "1s"}, ()),
        ({"every": "1s", "for": "1s"}, ()),
        ({"after": 5}, ("after",)),
        ({"nth": 0}, ("nth", 0)),
        ({"nth": []}, ("nth",)),
        ({"when": {"transport": "websockt"}}, ("when", "transport", 0)),
        ({"when": {"url": ""}}, ("when", "url")),
        ({"when": {"path": "/"}}, ("when", "path")),
        ({"from": "1s"}, ("from",)),
    ],
)
def test_wrong_limits_are_refused(written: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as raised:
        limits(written)
    assert raised.value.errors()[0]["loc"] == place


def test_reserved_keys_are_those_that_were_agreed_on() -> None:
    assert sorted(LIMITS) == ["after", "every", "for", "nth", "seed", "when"]


def test_sentence_names_each_limit_and_of_a_link_only_what_it_can_tell() -> None:
    assert all(f"`{key}`" in told(link=link) for key in LIMITS for link in (True, False))
    assert all(f"`{key}`" in told(link=False) for key in When.model_fields)
    assert "`direction`: up or down)" in told(link=True)
    assert "`direction`: down)" in told(link=False, way="down")
    assert "`direction`" in told(link=True) and "`url`" not in told(link=True)
