"""Texts of a form: a regular expression for programs, and words for those who read an error."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Form:
    """What a text must look like: ``Annotated[str, Form("^/", "a path that begins with /")]``."""

    pattern: str
    """A regular expression, as JSON Schema has it: ``^`` and ``$`` are the ends of the text."""
    words: str
    """What a text of this form is, behind the word "expected"."""

    def check(self, text: str) -> str:
        """The text; ValueError where it is of another form."""
        # Python's own $ lets a line break follow.
        if re.search(re.sub(r"\$$", r"\\Z", self.pattern), text, re.ASCII) is None:
            raise ValueError(f"expected {self.words}")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: check what was found to be a text."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: tell editors of the pattern."""
        return {**handler(schema), "pattern": self.pattern}
