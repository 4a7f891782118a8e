"""The client of a scenario: which sockjs-client, and the options that it is created with."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from lab.forms import Form
from lab.scenario import versions
from lab.scenario.base import Model, raise_at
from lab.scenario.files import check_file
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TRANSPORTS, TransportName

Version = Annotated[
    str,
    AfterValidator(versions.check_version),
    WithJsonSchema({"type": "string", "pattern": versions.PATTERN, "examples": ["1.6.1"]}),
]
"""A release of sockjs-client: three numbers, or a beta of 1.0.0."""


def _one_alone(value: Any) -> Any:
    """A text that lists several is a mistake that the client would make nothing of."""
    if isinstance(value, str):
        words = re.split(r"[\s,;|]+", value.strip())
        if len(words) > 1 and set(words) & set(TRANSPORTS):
            raise wrong("several transports in one text", f"a list: [{', '.join(words)}]")
    return value


Transports = Annotated[
    Annotated[TransportName, Tag("one")] | Annotated[list[TransportName], Tag("several")],
    Discriminator(lambda value: "one" if isinstance(value, str) else "several"),
    BeforeValidator(_one_alone),
    WithJsonSchema({"anyOf": [{"enum": list(TRANSPORTS)}, {"type": "array", "items": {"enum": list(TRANSPORTS)}}]}),
]
"""What the client takes for its option ``transports``: a name, or a list of names. It gets what was written."""


def _check_session_id(value: Any) -> Any:
    """A length, or what can only be a function; `Any` and no union, for one message instead of two."""
    a_length = type(value) is int and 1 <= value <= 200
    if not a_length and not (isinstance(value, str) and re.search(_FUNCTION, value)):
        raise wrong("wrong session id", "a length from 1 to 200, or the source of a function such as () => 'a1'")
    return value


_SCRIPT = "a URL with http:// or https://, or a path such as /sockjs.js; a file of yours is client: {path: ...}"
"""What the URL of the client is, in words."""
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

    likely_key: ClassVar[str] = "path"
    version: Version = Field("1.6.1", description="A release of sockjs-client on npm: 1.0.0-beta.4 or later.")
    path: str | None = Field(
        None,
        min_length=1,
        description="A file with the client in place of a release; relative to the scenario's folder.",
    )
    url: Annotated[str, Form(r"^(https?:)?//[^/]|^/[^/]|^/$", _SCRIPT)] | None = Field(
        None,
        description="The URL of a script with the client in place of a release, as the page loads it.",
    )
    transports: Transports = Field(
        default_factory=list,
        description="The transports that it may use: one name, or a list of them; all where the list is empty.",
    )
    server: Annotated[str, Form(r"^[^/.?#]+$", "a part of a path, not empty, without / . ? #")] | None = Field(
        None, description="The `server` part of the session URL; random where null."
    )
    session_id: SessionId | None = Field(
        None,
        description="Length of the random session id, or the source of a function that makes one: `() => 'abc' + 1`.",
    )
    timeout: Milliseconds | None = Field(None, gt=0, description="The least time that a transport gets to open.")
    transport_options: dict[TransportName, dict[str, Any]] = Field(
        default_factory=dict, description="Options for single transports, by name, as the client takes them."
    )

    @field_validator("path")
    @classmethod
    def _is_there(cls, path: str | None, info: ValidationInfo) -> str | None:
        return path if path is None else check_file(path, info.context)

    @model_validator(mode="after")
    def _one_source(self) -> "Client":
        given = [key for key in ("version", "path", "url") if key in self.model_fields_set and getattr(self, key)]
        if len(given) > 1:
            raise_at((given[0],), wrong(f'"{given[0]}" beside "{given[1]}"', f"one of them: {given[1]} says it all"))
        return self

    @property
    def allowed(self) -> list[TransportName]:
        """The transports that it may use, as a list; empty where it may use all."""
        return [self.transports] if isinstance(self.transports, str) else self.transports

    @property
    def label(self) -> str:
        """What reports call it: the release, or where it was loaded from."""
        return self.path or self.url or self.version
