import pytest
from pydantic import TypeAdapter, ValidationError

from lab.scenario.expected import A_LIST, A_TEXT, KEYS, in_words, unit_of


@pytest.mark.parametrize(
    ("kind", "context", "message", "word", "words"),
    [
        ("string_type", {}, "", "", A_TEXT),
        ("tuple_type", {}, "", "", A_LIST),
        ("model_type", {"class_name": "Server"}, "", "", KEYS),
        ("greater_than", {"gt": 0.0}, "", "0ms", "more than 0ms"),
        ("greater_than_equal", {"ge": 1}, "", "0B", "at least 1B"),
        ("less_than_equal", {"le": 10_000_000}, "", "", "at most 10000000"),
        ("string_too_short", {"min_length": 1}, "", "5s", "a text of at least 1 character"),
        ("too_long", {"max_length": 3}, "", "", "at most 3 items"),
        ("value_error", {}, "Value error, expected a tree", "", "a tree"),
        ("url_parsing", {}, "Input should be a valid URL", "", "a valid URL"),
    ],
)
def test_expectation_is_said_in_words(
    kind: str, context: dict[str, object], message: str, word: str, words: str
) -> None:
    assert in_words(kind, context, message, word) == words


def test_words_are_those_of_the_types_that_pydantic_has_today() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(list[int]).validate_json('["x", 1.5]', strict=True)
    told = {in_words(one["type"], one.get("ctx", {}), one["msg"], "") for one in raised.value.errors()}
    assert told == {"a whole number"}


@pytest.mark.parametrize(("word", "unit"), [("5s", "ms"), ("4KiB", "B"), ("5", ""), ("", "")])
def test_unit_is_that_of_what_is_held(word: str, unit: str) -> None:
    assert unit_of(word) == unit
