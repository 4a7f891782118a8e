"""The server of a scenario: the lab's own, one that the lab starts by a command, or one that runs already."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from lab.forms import Form
from lab.scenario.base import Found, Model, raise_all, raise_at
from lab.scenario.files import check_folder
from lab.scenario.hints import written
from lab.scenario.problems import nearest
from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.urls import check_url
from lab.scenario.wrong import wrong

_PREFIX = "a path such as /echo, without ? and #, and without a slash at its end"
_URL = "a URL with http:// or https://, such as http://127.0.0.1:8081/echo"


def _check_url(value: str) -> str:
    return check_url(value, schemes=("http", "https"), braces=("port",), expected=_URL)


Url = Annotated[str, AfterValidator(_check_url), WithJsonSchema({"type": "string", "pattern": "^https?://[^/]"})]

_FILLED_IN = ("{port}", "{node}", "{python}", "{sockjs-node}", "{sockjs-tornado}")
"""What stands in braces in a command; whatever else does is the program's own."""


def _misspelt(command: list[str]) -> list[Found]:
    """Words in braces that are nearly one of those that the lab fills in."""
    found: list[Found] = []
    for index, argument in enumerate(command):
        for word in re.findall(r"(?<!\$)\{[a-z_-]+\}", argument):
            if word not in _FILLED_IN and nearest(word, _FILLED_IN):
                found.append(((index,), wrong("unknown word in braces:", options=_FILLED_IN, word=word)))
    return found


INSTALL_MS = 300_000.0
"""How long the first start of a server may take that the lab has to install."""

_LABS_OWN = ("service", "heartbeat", "disconnect_delay", "response_limit", "cookie", "websocket")
"""What only the lab's own server can be told."""
_OF_A_COMMAND = ("ready", "prefix", "cwd", "within")


class Server(Model):
    """The SockJS server that the client talks to: the lab's own, unless a command or a URL says otherwise."""

    service: Literal["echo", "close", "amplify", "broadcast", "ticker"] = Field(
        "echo", description="The test service behind the endpoint (see `lab serve --help`)."
    )
    heartbeat: Milliseconds = Field(25_000.0, gt=0, description="Time of silence after which a heartbeat is sent.")
    disconnect_delay: Milliseconds = Field(
        5_000.0, description="How long a session without a receiving connection is kept."
    )
    response_limit: Bytes = Field(
        128 * 1024, description="Bytes after which a streaming response is ended and a new one expected."
    )
    cookie: bool = Field(
        False,
        description="Whether the service needs the JSESSIONID cookie; with a balancer's appended_by: server it does.",
    )
    websocket: bool = Field(True, description="Whether the server offers the websocket transport.")
    command: list[str] | None = Field(
        None,
        min_length=1,
        description=(
            "A program to start as the server, with its arguments. {port} stands for a free port, {node} for its "
            "node's name, {python} for this Python, {sockjs-node} and {sockjs-tornado} for where the lab installs "
            "these servers."
        ),
    )
    prefix: Annotated[str, Form(r"^(/[^/?#]+)+$", _PREFIX)] = Field(
        "/echo", description="Where the endpoint is, for a command; /echo in the lab's own."
    )
    ready: Url | None = Field(
        None,
        description=(
            "The URL that the command answers once it is up, with {port}, or with the port that the command always "
            "listens on; the endpoint's /info where null."
        ),
    )
    cwd: str | None = Field(None, description="The folder that the command runs in; the scenario's own where null.")
    within: Milliseconds = Field(20_000.0, gt=0, description="How long the command may take until it answers.")
    url: Url | None = Field(None, description="The URL of an endpoint that runs already, in place of a server here.")

    @field_validator("command", mode="before")
    @classmethod
    def _in_words(cls, command: Any) -> Any:
        if isinstance(command, str):
            raise wrong("a command in one text", f"a list of it and its arguments: {written(command.split())}")
        return command

    @field_validator("command")
    @classmethod
    def _fills_in(cls, command: list[str] | None) -> list[str] | None:
        raise_all(_misspelt(command or []))
        return command

    @field_validator("cwd")
    @classmethod
    def _is_there(cls, cwd: str | None, info: ValidationInfo) -> str | None:
        return cwd if cwd is None else check_folder(cwd, info.context)

    @model_validator(mode="after")
    def _of_one_kind(self) -> "Server":
        given = self.model_fields_set
        if self.command is not None and self.url is not None:
            raise_at(("url",), wrong('"url" beside "command"', "one of them"))
        foreign = "command" if self.command is not None else "url" if self.url is not None else ""
        own = next((key for key in _LABS_OWN if key in given), None)
        if foreign and own:
            raise_at((own,), wrong(f'"{own}" beside "{foreign}"', "options of the lab's own server alone"))
        of_a_command = next((key for key in _OF_A_COMMAND if key in given), None)
        if of_a_command and self.command is None:
            raise_at((of_a_command,), wrong(f'"{of_a_command}" without "command"', "a command that starts a server"))
        if self.command is not None and not self._is_told_a_port and self.fixed_port is None:
            what = "nothing says where the command listens"
            raise_at(("command",), wrong(what, '{port} in one of its words, or its own port in "ready"'))
        return self

    @field_validator("url")
    @classmethod
    def _is_an_endpoint(cls, url: str | None) -> str | None:
        """The client puts its own paths behind it."""
        if url is not None and re.search(r"[?#]", url):
            raise wrong("not the URL of an endpoint", f"one without ? and #: {re.split(r'[?#]', url)[0]}")
        if url is not None and "{" in url:
            raise wrong("a word in braces in the URL of a server that runs already", "the port that it listens on")
        return url

    @property
    def _is_told_a_port(self) -> bool:
        return any("{port}" in word for word in self.command or ())

    @property
    def fixed_port(self) -> int | None:
        """Where a command listens that is told no port: its own, as ``ready`` has it; None where it is told one."""
        if self.command is None or self.ready is None or self._is_told_a_port or "{port}" in self.ready:
            return None
        return urlsplit(self.ready).port

    @property
    def is_ours(self) -> bool:
        """Whether it is the lab's own."""
        return self.command is None and self.url is None

    @property
    def allowed_ms(self) -> float:
        """How long it may take until it answers, installed first where the lab does that."""
        if self.command is None:
            return 0.0
        return self.within + (INSTALL_MS if any("{sockjs-" in word for word in self.command) else 0.0)

    @property
    def endpoint_path(self) -> str:
        """The path of the endpoint."""
        return urlsplit(self.url).path.rstrip("/") if self.url is not None else self.prefix


def schema_of_kinds(server: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of the model with what its validator says of keys that exclude one another."""

    def only(keys: tuple[str, ...], required: list[str]) -> dict[str, Any]:
        allowed: dict[str, Any] = {key: {} for key in server["properties"] if key in keys}
        return {"type": "object", "properties": allowed, "required": required, "additionalProperties": False}

    kinds = [only(_LABS_OWN, []), only(("command", *_OF_A_COMMAND), ["command"]), only(("url",), ["url"])]
    return {**server, "anyOf": kinds}
