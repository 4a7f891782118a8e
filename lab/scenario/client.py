"""The client of a scenario: which sockjs-client, and the options that it is created with."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from lab.scenario.base import Model
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TRANSPORTS, TransportName

_VERSION = r"^\d+\.\d+\.\d+$"


def _check_version(value: str) -> str:
    if not re.fullmatch(_VERSION, value, re.ASCII):
        raise wrong("not a release", "a release of sockjs-client, such as 1.6.1")
    return value


Version = Annotated[
    str,
    AfterValidator(_check_version),
    WithJsonSchema({"type": "string", "pattern": _VERSION, "examples": ["1.6.1"]}),
]
"""A release of sockjs-client: three numbers."""


Transports = Annotated[
    Annotated[TransportName, Tag("one")] | Annotated[list[TransportName], Tag("several")],
    Discriminator(lambda value: "one" if isinstance(value, str) else "several"),
    WithJsonSchema({"anyOf": [{"enum": list(TRANSPORTS)}, {"type": "array", "items": {"enum": list(TRANSPORTS)}}]}),
]
"""What the client takes for its option ``transports``: a name, or a list of names. It gets what was written."""


def _check_session_id(value: Any) -> Any:
    """A length, or what can only be a function; `Any` and no union, for one message instead of two."""
    a_length = type(value) is int and 1 <= value <= 200
    if not a_length and not (isinstance(value, str) and re.search(_FUNCTION, value)):
        raise wrong("wrong session id", "a length from 1 to 200, or the source of a function such as () => 'a1'")
    return value


_FUNCTION = r"=>|^\s*function\b"
SessionId = Annotated[
    int | str,
    BeforeValidator(_check_session_id),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 200}, {"type": "string", "pattern": _FUNCTION}]}
    ),
]
"""What the client takes for its option ``sessionId``: a length, or a function, as its source."""


class Client(Model):
    """The sockjs-client: which release, and the options it is created with."""

    version: Version = Field("1.6.1", description="A release of sockjs-client on npm.")
    path: str | None = Field(
        None,
        min_length=1,
        description="A file with the client in place of a release; relative to the scenario's folder.",
    )
    url: str | None = Field(
        None,
        pattern=r"^(https?:)?//|^/",
        description="The URL of a script with the client in place of a release, as the page loads it.",
    )
    transports: Transports = Field(
        default_factory=list,
        description="The transports that it may use: one name, or a list of them; all where the list is empty.",
    )
    server: str | None = Field(None, description="The `server` part of the session URL; random where null.")
    session_id: SessionId | None = Field(
        None,
        description="Length of the random session id, or the source of a function that makes one: `() => 'abc' + 1`.",
    )
    timeout: Milliseconds | None = Field(None, description="The least time that a transport gets to open.")
    transport_options: dict[TransportName, dict[str, Any]] = Field(
        default_factory=dict, description="Options for single transports, by name, as the client takes them."
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Client":
        if self.path is not None and self.url is not None:
            raise wrong('"path" beside "url"', "one of them")
        return self

    @property
    def label(self) -> str:
        """What reports call it: the release, or where it was loaded from."""
        return self.path or self.url or self.version
