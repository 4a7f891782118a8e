import pytest
from pydantic import Field, ValidationError

from lab.scenario.base import Model, Reading, raise_all, raise_at, validate_plain
from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.wrong import wrong


class Example(Model):
    count: int = 0
    on: bool = False
    share: float = 0.0
    pair: tuple[int, ...] = ()
    wait: Milliseconds = 0.0
    size: Bytes = 0
    duration: str = Field("", alias="for")


@pytest.mark.parametrize(
    "value",
    [{"count": 1}, {"on": True}, {"share": 1}, {"pair": [1, 2]}, {"wait": "5s"}, {"size": "4KiB"}, {"for": "x"}],
)
def test_value_of_a_file_is_taken(value: object) -> None:
    assert validate_plain(Example, value, Reading())


@pytest.mark.parametrize(
    "value",
    [
        {"count": "1"},
        {"count": 1.0},
        {"on": "true"},
        {"on": 1},
        {"share": "1"},
        {"wait": 5.0},
        {"size": 4096},
        {"duration": "x"},
        {"more": 1},
        [],
    ],
)
def test_value_of_a_file_is_taken_at_its_word(value: object) -> None:
    with pytest.raises(ValidationError):
        validate_plain(Example, value, Reading())


def test_all_that_was_found_is_raised_at_once_besides_what_was_known() -> None:
    raise_all([])
    with pytest.raises(ValidationError) as known:
        validate_plain(Example, {"count": "1", "share": {}, "more": 1}, Reading())
    with pytest.raises(ValidationError) as raised:
        raise_all([(("on",), wrong("bad {ge}", "good")), (("wait", "[key]"), wrong("worse"))], besides=known.value)
    told = [(one["type"], one["loc"]) for one in raised.value.errors()]
    assert told == [
        *((one["type"], one["loc"]) for one in known.value.errors()),
        ("lab_wrong", ("on",)),
        ("lab_wrong", ("wait", "[key]")),
    ]
    assert raised.value.errors()[-2]["msg"] == "bad {ge}: expected good"
    assert [one["msg"] for one in raised.value.errors()[:-2]] == [one["msg"] for one in known.value.errors()]


def test_error_is_raised_at_a_place() -> None:
    with pytest.raises(ValidationError) as raised:
        raise_at((1, "proxy"), wrong("bad", "good"))
    assert raised.value.errors()[0]["loc"] == (1, "proxy")
