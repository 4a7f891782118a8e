from typing import Any

import pytest
from pydantic import BaseModel, Field

from lab.scenario.schema import schema_of
from lab.scenario.values import Row, default_of, plain, rows_of, value_of
from lab.sockjs.transports import TRANSPORTS
from lab.units import Bytes, Milliseconds


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "examples": ["100B:20ms"]}, "text such as `100B:20ms`"),
        ({"type": "string", "maxLength": 100}, "text of at most 100 characters"),
        ({"type": "boolean"}, "`true` or `false`"),
        ({"type": "integer"}, "whole number"),
        ({"type": "integer", "minimum": 1}, "whole number from 1"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "number from 0 to 1"),
        ({"const": "any"}, "`any`"),
        ({"enum": ["up", "down", "both"]}, "`up`, `down` or `both`"),
        ({"anyOf": [{"enum": ["hang", "reset"]}, {"type": "integer", "minimum": 200, "maximum": 599}]},
         "`hang`, `reset` or whole number from 200 to 599"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or `null`"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"const": "any"}]}},
         "list, each whole number or `any`"),
        ({"type": "array"}, "list"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "mapping to text"),
        ({"type": "object"}, "mapping"),
        ({"enum": [*TRANSPORTS, "none"]}, "[transport](#transports) or `none`"),
        ({"$ref": "#/$defs/When"}, "[when](#when)"),
    ],
)  # fmt: skip
def test_value_is_told_in_words(part: dict[str, Any], words: str) -> None:
    assert value_of(part, {"When": "[when](#when)"}) == words


@pytest.mark.parametrize(
    ("part", "default"),
    [
        ({}, "-"),
        ({"default": 0}, "`0`"),
        ({"default": False}, "`false`"),
        ({"default": "close"}, "`close`"),
        ({"default": ""}, '`""`'),
        ({"default": []}, "`[]`"),
        ({"default": ["*"]}, '`["*"]`'),
        ({"default": "Two\nlines"}, '`"Two\\nlines"`'),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "`null`"),
    ],
)
def test_default_is_written_on_one_line_as_in_a_file(part: dict[str, Any], default: str) -> None:
    assert default_of(part) == default


class Model(BaseModel):
    find: str = Field(description="What is looked for.")
    delay: Milliseconds = Field(1500.0, description="How late.")
    hold: Milliseconds | None = Field(None, gt=0, description="How long.")
    limit: Bytes = Field(4096, ge=1, description="How much.")
    types: list[str] = Field(default_factory=list, description="Which.")


def test_rows_of_a_model_say_value_and_default_of_each_key() -> None:
    assert rows_of(schema_of(Model), {}) == [
        Row("find", "text", "required", "What is looked for."),
        Row("delay", "duration", "`1500ms`", "How late."),
        Row("hold", "duration above 0 or `null`", "`null`", "How long."),
        Row("limit", "size from 1B", "`4KiB`", "How much."),
        Row("types", "list of text", "`[]`", "Which."),
    ]


def test_description_of_a_definition_stands_in_for_a_missing_one() -> None:
    schema = {"properties": {"when": {"$ref": "#/$defs/When"}}}
    (row,) = rows_of(schema, {"When": {"description": "Which traffic."}}, {"When": "[when](#when)"})
    assert row.about == "Which traffic."


def test_terminal_gets_no_markdown() -> None:
    assert plain("`up`, [when](#when) or `null`") == "up, when or null"
