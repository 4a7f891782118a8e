"""The scenario as pydantic models: what may stand in a file, its defaults, and its short forms.

Unknown keys are errors. Durations are held in milliseconds, sizes in bytes. Short forms (a step that is
one word, a hop that is just a behaviour's name) are widened here, so that everyone else sees one form.
lab/scenario/locate.py leads from the widened form back to what was written, and lab/scenario/schema.py
describes the short forms to editors: whoever changes one of them changes all three.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.wrong import Place, wrong
from lab.sockjs.transports import TransportName

EngineName = Literal["chromium", "firefox", "webkit"]


class Model(BaseModel):
    """What all parts of a scenario share: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True)
class Reading:
    """The validation context of a scenario that is read from a file."""

    behaviours: Mapping[str, type[BaseModel]] | None = None
    """The parameter model of each behaviour that there is; None where any name and parameter will do."""


class Server(Model):
    """The SockJS server that the client talks to."""

    service: Literal["echo"] = Field("echo", description="The test service behind the endpoint.")
    heartbeat: Milliseconds = Field(25_000.0, description="Time of silence after which a heartbeat is sent.")
    disconnect_delay: Milliseconds = Field(
        5_000.0, description="How long a session without a receiving connection is kept."
    )
    response_limit: Bytes = Field(
        128 * 1024, description="Bytes after which a streaming response is ended and a new one expected."
    )
    cookie: bool = Field(False, description="Whether the service needs the JSESSIONID cookie.")
    websocket: bool = Field(True, description="Whether the server offers the websocket transport.")


class Page(Model):
    """The page that the client runs in."""

    scheme: Literal["http", "https"] = Field("http", description="How the page and the endpoint are served.")
    origin: Literal["same", "cross"] = Field(
        "same", description="Whether the endpoint has the page's origin or another host's."
    )


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


class Client(Model):
    """The sockjs-client: which release, and the options it is created with."""

    version: Version = Field("1.6.1", description="A release of sockjs-client on npm.")
    transports: list[TransportName] = Field(
        default_factory=list, description="The transports that it may use; all where the list is empty."
    )
    server: str | None = Field(None, description="The `server` part of the session URL; random where null.")
    session_id: int | None = Field(None, ge=1, le=200, description="Length of the random session id.")
    timeout: Milliseconds | None = Field(None, description="The least time that a transport gets to open.")


def _check_behaviour(name: object, reading: object, *, at: Place) -> None:
    behaviours = reading.behaviours if isinstance(reading, Reading) else None
    if behaviours is not None and isinstance(name, str) and name not in behaviours:
        raise wrong("unknown behaviour", options=sorted(behaviours), word=name, at=at)


_ONE_BEHAVIOUR = "one behaviour: its name, or its name with its parameters below it"


class BehaviourUse(Model):
    """A behaviour by name, with its parameters as written; the behaviour's own model checks them."""

    name: str = Field(description="The behaviour's name: that of its file in proxies/.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="The behaviour's own parameters.")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any, info: ValidationInfo) -> Any:
        """``no_upgrade`` and ``no_upgrade: {answer: strip}`` both name the behaviour no_upgrade."""
        if isinstance(value, str):
            _check_behaviour(value, info.context, at="value")
            return {"name": value}
        if isinstance(value, dict) and "name" not in value:
            if len(value) != 1:
                raise wrong("several behaviours in one item" if value else "no behaviour", _ONE_BEHAVIOUR)
            ((name, parameters),) = value.items()
            _check_behaviour(name, info.context, at="key")
            return {"name": name, "parameters": {} if parameters is None else parameters}
        if isinstance(value, dict):
            _check_behaviour(value["name"], info.context, at="name")
            return value
        if isinstance(value, cls):
            return value
        raise wrong("not a behaviour", _ONE_BEHAVIOUR)

    @field_validator("parameters")
    @classmethod
    def _fit(cls, parameters: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Hold the parameters against the behaviour's model, where it is known; they stay as written."""
        reading = info.context
        if isinstance(reading, Reading) and reading.behaviours is not None:
            model = reading.behaviours.get(info.data.get("name", ""))
            if model is not None:
                validate_plain(model, parameters, reading)
        return parameters


Checked = TypeVar("Checked", bound=BaseModel)


def validate_plain(model: type[Checked], value: Any, reading: Reading) -> Checked:
    """Validate what a file says: types are taken at their word, units must be written, aliases are the only keys.

    Raises:
        ValidationError: The value does not fit.
    """
    return model.model_validate_json(to_json(value), strict=True, context=reading, by_alias=True, by_name=False)


class Hop(Model):
    """One intermediary: a proxy, and what it does to the traffic."""

    proxy: Literal["forward", "reverse"] = Field(
        "reverse",
        description="forward: the proxy set in the browser; reverse: it stands where the server would.",
    )
    name: str | None = Field(None, description="What reports call the hop; hop1, hop2 ... where null.")
    tls: Literal["tunnel", "intercept"] = Field(
        "tunnel",
        description="For a forward proxy: whether TLS inside CONNECT is passed on unread, or ended and read.",
    )
    behaviours: list[BehaviourUse] = Field(default_factory=list, description="What it does, in this order.")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        """A hop may be just a behaviour: ``no_upgrade`` or ``no_upgrade: {answer: strip}``."""
        if isinstance(value, str):
            return {"behaviours": [value]}
        if isinstance(value, dict) and len(value) == 1 and not value.keys() & cls.model_fields.keys():
            return {"behaviours": [value]}
        if isinstance(value, (dict, cls)):
            return value
        raise wrong("not a hop", "a behaviour's name, or the keys of a hop")


class Connect(Model):
    """Create the client and wait until it is open, or until it has given up."""

    step: Literal["connect"] = Field("connect", description="Which step this is.")
    within: Milliseconds = Field(
        60_000.0, description="How long to wait for the client to be open or to have given up."
    )


class Send(Model):
    """Send one message."""

    step: Literal["send"] = Field("send", description="Which step this is.")
    text: str = Field(description="The text of the message.")


class Receive(Model):
    """Wait for the next message; it must have this text."""

    step: Literal["receive"] = Field("receive", description="Which step this is.")
    text: str | None = Field(None, description="The text that it must have; any where null.")
    within: Milliseconds = Field(5_000.0, description="How long to wait for it.")


class Idle(Model):
    """Do nothing for a while, with the connection open."""

    step: Literal["idle"] = Field("idle", description="Which step this is.")
    duration: Milliseconds = Field(alias="for", description="How long to do nothing.")


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


class Close(Model):
    """Close the client and wait until it says so."""

    step: Literal["close"] = Field("close", description="Which step this is.")
    code: CloseCode = Field(1000, description="1000 or 3000 to 4999: all that the client accepts.")
    reason: str = Field("", description="The reason that the server is told.")
    within: Milliseconds = Field(5_000.0, description="How long to wait for the client's close event.")


STEPS: dict[str, type[Model]] = {
    "connect": Connect,
    "send": Send,
    "receive": Receive,
    "idle": Idle,
    "close": Close,
}
"""What each step's name stands for."""

MAIN_ARGUMENT = {"send": "text", "receive": "text", "idle": "for"}
"""The argument that may stand right behind the step's name: ``send: hello``."""


def _widen_step(value: Any) -> Any:
    """``close``, ``send: hello`` and ``receive: {text: hello, within: 2s}`` in their one full form."""
    if isinstance(value, str):
        _check_step(value)
        return {"step": value}
    if isinstance(value, dict) and "step" in value:
        _check_step(value["step"], at="step")
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((name, arguments),) = value.items()
        _check_step(name, at="key")
        if arguments is None:
            return {"step": name}
        if isinstance(arguments, dict):
            if "step" in arguments:
                raise wrong(f'"step" below "{name}"', "the step's name in one place", at="only value")
            return {"step": name, **arguments}
        if name in MAIN_ARGUMENT:
            return {"step": name, MAIN_ARGUMENT[name]: arguments}
        keys = ", ".join(key for key in STEPS[name].model_fields if key != "step")
        raise wrong(f'wrong value for "{name}"', f"nothing, or keys and values ({keys})", at="only value")
    if isinstance(value, Model):
        return value
    several = isinstance(value, dict) and bool(value)
    raise wrong("several steps in one item" if several else "not a step", f"one step: {', '.join(STEPS)}")


def _check_step(name: object, *, at: Place = "value") -> None:
    if name not in STEPS:
        raise wrong("unknown step", options=STEPS, word=name if isinstance(name, str) else "", at=at)


def _step_name(value: Any) -> str | None:
    name = value.get("step") if isinstance(value, dict) else getattr(value, "step", None)
    return name if name in STEPS else None


Step = Annotated[
    Annotated[Connect, Tag("connect")]
    | Annotated[Send, Tag("send")]
    | Annotated[Receive, Tag("receive")]
    | Annotated[Idle, Tag("idle")]
    | Annotated[Close, Tag("close")],
    Discriminator(_step_name),
    BeforeValidator(_widen_step),
]

AttemptOutcome = Literal["opened", "failed", "timed out"]
_ONE_ATTEMPT = 'a transport and its outcome, such as "websocket: failed"'


class ExpectedAttempt(Model):
    """One attempt by transport and outcome: ``websocket: failed``."""

    transport: TransportName = Field(description="The transport that was tried.")
    outcome: AttemptOutcome = Field(description="How the attempt ended.")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.keys() & cls.model_fields.keys():
            if len(value) != 1:
                raise wrong("several attempts in one item" if value else "no attempt", _ONE_ATTEMPT)
            ((transport, outcome),) = value.items()
            return {"transport": transport, "outcome": outcome}
        if isinstance(value, (dict, cls)):
            return value
        raise wrong("not an attempt", _ONE_ATTEMPT)


class Expectation(Model):
    """What must hold. What is left out is not checked; every expectation that is written is."""

    transport: Literal[TransportName, "none"] | None = Field(
        None, description="The transport that the client ends on; none where it must not open."
    )
    attempts: list[ExpectedAttempt] | None = Field(
        None, description="Attempts that must be among those made, in this order."
    )
    only_attempts: list[ExpectedAttempt] | None = Field(
        None, description="All the attempts made, in this order, and no others."
    )
    opened_within: Milliseconds | None = Field(None, description="From creating the client to its onopen.")
    delivery: Literal["exactly once, in order"] | None = Field(
        None, description="Whether each message sent came back once, unchanged, in order."
    )
    session_cookie: Literal["present", "absent"] | None = Field(
        None, description="Whether the server ever received the JSESSIONID cookie it had set."
    )
    close_code: int | None = Field(None, description="The code of the client's close event.")


class Expectations(Expectation):
    """What must hold in every engine, and what an engine's own expectation says instead."""

    chromium: Expectation | None = Field(None, description="What Chromium's own expectation says instead.")
    firefox: Expectation | None = Field(None, description="What Firefox's own expectation says instead.")
    webkit: Expectation | None = Field(None, description="What WebKit's own expectation says instead.")

    def for_engine(self, engine: str) -> Expectation:
        """The expectation that holds for ``engine``: its own keys win over the common ones."""
        own: Expectation | None = getattr(self, engine)
        common = {key: getattr(self, key) for key in Expectation.model_fields if key in self.model_fields_set}
        if own is not None:
            common |= {key: getattr(own, key) for key in own.model_fields_set}
        return Expectation.model_construct(_fields_set=set(common), **common)


def _all_engines() -> list[EngineName]:
    return list(get_args(EngineName))


def _default_steps() -> list[Any]:
    return [Connect(), Send(text="hello ☃"), Receive(text="hello ☃"), Close()]


class Scenario(Model):
    """One scenario: a server, a network, a page with a client, steps, expectations."""

    title: str = Field(min_length=1, description="One line that says what happens to whom.")
    why: str = Field("", description="Prose for the report: what this reproduces, and where it was seen.")
    tags: list[str] = Field(default_factory=list, description="Words by which -k finds the scenario.")
    server: Server = Field(Server(), description="The SockJS server that the client talks to.")
    page: Page = Field(Page(), description="The page that the client runs in.")
    client: Client = Field(Client(), description="The release of sockjs-client, and its options.")
    network: list[Hop] = Field(default_factory=list, description="The hops from the browser to the server.")
    browsers: list[EngineName] = Field(
        default_factory=_all_engines, min_length=1, description="The engines that it runs in; all where left out."
    )
    matrix: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Dotted keys and the values that each takes, one case per combination; include and exclude.",
    )
    steps: list[Step] = Field(
        default_factory=_default_steps,
        min_length=1,
        description="What the client does; where left out: connect, echo one message, close.",
    )
    expect: Expectations = Field(Expectations(), description="What must hold.")

    @field_validator("browsers")
    @classmethod
    def _each_engine_once(cls, engines: list[EngineName]) -> list[EngineName]:
        for index, engine in enumerate(engines):
            if engine in engines[:index]:
                _raise_at((index,), wrong(f'"{engine}" stands twice', "each engine once"))
        return engines

    @field_validator("network")
    @classmethod
    def _order_of_hops(cls, hops: list[Hop]) -> list[Hop]:
        """A forward proxy stands on the browser's side: one behind a reverse proxy would see no traffic."""
        kinds = [hop.proxy for hop in hops]
        for index, kind in enumerate(kinds):
            if kind == "forward" and "reverse" in kinds[:index]:
                what = "a forward proxy behind a reverse proxy"
                _raise_at((index, "proxy"), wrong(what, "every forward proxy before the first reverse proxy"))
        return hops


def _raise_at(loc: tuple[int | str, ...], error: PydanticCustomError) -> NoReturn:
    """Raise a validation error that points at ``loc``, counted from the field that is being validated."""
    raise ValidationError.from_exception_data("Scenario", [InitErrorDetails(type=error, loc=loc, input=None)])
