"""close: end a connection."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from lab.scenario.step import OnConnection
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong


def _check_code(value: int) -> int:
    if value != 1000 and not 3000 <= value <= 4999:
        raise wrong("not a close code", "1000, or 3000 to 4999")
    return value


CloseCode = Annotated[
    int,
    AfterValidator(_check_code),
    WithJsonSchema({"type": "integer", "anyOf": [{"const": 1000}, {"minimum": 3000, "maximum": 4999}]}),
]
"""A code that sockjs-client's close() takes; it throws at any other (sockjs-client, lib/main.js)."""


class Close(OnConnection):
    """Close a connection and wait until the client says so."""

    likely_key: ClassVar[str] = "connection"
    step: Literal["close"] = Field("close", description="Which step this is.")
    code: CloseCode = Field(1000, description="1000 or 3000 to 4999: all that the client accepts.")
    reason: str = Field("", description="The reason that the other side is told.")
    by: Literal["client", "server"] = Field("client", description="Which side closes it.")
    within: Milliseconds = Field(5_000.0, gt=0, description="How long to wait for the client's close event.")
