from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from lab.scenario.base import Reading
from lab.scenario.files import check_file, check_folder


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "sockjs.js").touch()
    return Reading(beside=tmp_path)


def test_what_is_there_is_taken(reading: Reading, tmp_path: Path) -> None:
    assert check_file("built/sockjs.js", reading) == "built/sockjs.js"
    assert check_file(f"{tmp_path}/built/sockjs.js", reading) == f"{tmp_path}/built/sockjs.js"
    assert check_folder("built", reading) == "built"


@pytest.mark.parametrize(
    ("name", "what", "options"),
    [
        ("biult", "no such file", ["built"]),
        ("built/sokjs.js", "no such file", ["built/sockjs.js"]),
        ("nowhere/sockjs.js", "no such file", []),
        ("built", "a folder, not a file:", ["built"]),
        ("x" * 5000, "no such file", ["built"]),
        ("nul\0l", "no such file", ["built"]),
    ],
)
def test_what_is_not_there_is_told_with_what_is(reading: Reading, name: str, what: str, options: list[str]) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        check_file(name, reading)
    context = raised.value.context
    assert context is not None
    assert (context["what"], context["options"], context["word"]) == (what, options, name)


def test_file_is_no_folder(reading: Reading) -> None:
    with pytest.raises(PydanticCustomError, match="a file, not a folder:"):
        check_folder("built/sockjs.js", reading)


@pytest.mark.parametrize("nowhere", [None, Reading()])
def test_nothing_is_looked_for_without_a_folder(nowhere: object) -> None:
    assert check_file("x.js", nowhere) == "x.js"
