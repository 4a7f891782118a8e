import pytest
from pydantic import BaseModel, ValidationError

from lab.scenario.units import Bytes, Milliseconds, duration_ms, size_bytes
from lab.units import duration_meant, size_meant


class Limits(BaseModel):
    wait: Milliseconds = 0.0
    size: Bytes = 0


@pytest.mark.parametrize(
    ("text", "ms"), [("250ms", 250.0), ("5s", 5000.0), ("1.5s", 1500.0), ("2 m", 120_000.0), ("1h", 3_600_000.0)]
)
def test_duration_is_read(text: str, ms: float) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize("value", ["5", "5 sec", "-5s", "s", "", "5s 3ms", 5, 5.0, None, True])
def test_duration_needs_its_unit(value: object) -> None:
    with pytest.raises(ValueError, match="a duration with its unit"):
        duration_ms(value)


@pytest.mark.parametrize(("text", "size"), [("100B", 100), ("4KiB", 4096), ("1.5 MiB", 1_572_864), ("1GiB", 2**30)])
def test_size_is_read(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("value", ["5", "4KB", "4k", "", 5, None])
def test_size_needs_its_unit(value: object) -> None:
    with pytest.raises(ValueError, match="a size with its unit"):
        size_bytes(value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("25sec", "25s"),
        ("25 Seconds", "25s"),
        ("1,5s", "1.5s"),
        ("90 min", "90m"),
        ("2 hours", "2h"),
        ("10MS", "10ms"),
        ("25", ""),
        ("-5s", ""),
        ("5s 3ms", ""),
        ("5KiB", ""),
        ("soon", ""),
    ],
)
def test_duration_that_was_meant_is_guessed(text: str, meant: str) -> None:
    assert duration_meant(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"), [("128kb", "128KiB"), ("4K", "4KiB"), ("1 mb", "1MiB"), ("12 bytes", "12B"), ("5s", "")]
)
def test_size_that_was_meant_is_guessed(text: str, meant: str) -> None:
    assert size_meant(text) == meant


def test_python_code_may_leave_the_unit_out() -> None:
    assert Limits(wait=5.0, size=4) == Limits.model_validate_json('{"wait": "5ms", "size": "4B"}')


@pytest.mark.parametrize("text", ['{"wait": 5.0}', '{"size": 4}'])
def test_file_may_not_leave_the_unit_out(text: str) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate_json(text)
