import re
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from lab.forms import Form

NAME = TypeAdapter(Annotated[str, Form("^[a-z]+$", "small letters")] | None)


@pytest.mark.parametrize("value", ["a", "abc", None])
def test_text_of_the_form_is_taken(value: str | None) -> None:
    assert NAME.validate_python(value) == value


@pytest.mark.parametrize("value", ["", "A", "a b", "a\n", "é"])
def test_text_of_another_form_is_told_in_words(value: str) -> None:
    with pytest.raises(ValidationError, match="expected small letters"):
        NAME.validate_python(value)


def test_what_is_no_text_is_not_held_against_the_form() -> None:
    with pytest.raises(ValidationError) as raised:
        NAME.validate_python(5)
    assert [one["type"] for one in raised.value.errors()] == ["string_type"]


def test_half_open_form_looks_at_one_end_alone() -> None:
    assert Form("^/", "a path").check("/a\n") == "/a\n"


def test_editors_are_told_of_the_pattern() -> None:
    assert NAME.json_schema()["anyOf"][0] == {"type": "string", "pattern": "^[a-z]+$"}
    assert re.search(NAME.json_schema()["anyOf"][0]["pattern"], "abc")
