"""close: end a connection."""

from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from lab.scenario.base import raise_at
from lab.scenario.step import OnConnection
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong

_CODE: dict[str, Any] = {"anyOf": [{"const": 1000}, {"minimum": 3000, "maximum": 4999}]}
"""The codes that sockjs-client's close() takes; it throws at any other (sockjs-client, lib/main.js)."""


class Close(OnConnection):
    """Close a connection and wait until the client says so, or have the client refuse to."""

    likely_key: ClassVar[str] = "connection"
    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["throws"]},
            "then": {"properties": {"by": {"const": "client"}}},
            "else": {"properties": {"code": _CODE}},
        }
    )
    step: Literal["close"] = Field("close", description="Which step this is.")
    code: int = Field(1000, description="1000 or 3000 to 4999: all that the client accepts; with `throws` any.")
    reason: str = Field("", description="The reason that the other side is told.")
    by: Literal["client", "server"] = Field("client", description="Which side closes it.")
    throws: str | None = Field(
        None, description="What the client must throw: a part of its message. The connection lives on then."
    )
    within: Milliseconds = Field(5_000.0, gt=0, description="How long to wait for the client's close event.")

    @model_validator(mode="after")
    def _is_taken(self) -> "Close":
        if self.throws is not None and self.by == "server":
            raise wrong('"throws" beside "by: server"', "one of them: what throws is the client")
        if self.throws is None and self.code != 1000 and not 3000 <= self.code <= 4999:
            raise_at(("code",), wrong("not a close code", "1000, or 3000 to 4999"))
        return self
