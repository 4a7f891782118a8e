"""The scenario as pydantic models: what may stand in a file, its defaults, and its short forms.

Unknown keys are errors. Durations are held in milliseconds, sizes in bytes. Short forms (a step that is
one word, a hop that is just a behaviour's name) are widened here, so that everyone else sees one form.
"""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from lab.scenario.units import Bytes, Milliseconds
from lab.sockjs.transports import TransportName

EngineName = Literal["chromium", "firefox", "webkit"]


class Model(BaseModel):
    """What all parts of a scenario share: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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


class Client(Model):
    """The sockjs-client: which release, and the options it is created with."""

    version: str = Field("1.6.1", description="A release of sockjs-client on npm.", pattern=r"^\d+\.\d+\.\d+$")
    transports: list[TransportName] = Field(
        default_factory=list, description="The transports that it may use; all where the list is empty."
    )
    server: str | None = Field(None, description="The `server` part of the session URL; random where null.")
    session_id: int | None = Field(None, ge=1, le=200, description="Length of the random session id.")
    timeout: Milliseconds | None = Field(None, description="The least time that a transport gets to open.")


class BehaviourUse(Model):
    """A behaviour by name, with its parameters as written; the behaviour's own model checks them."""

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        """``no_upgrade`` and ``no_upgrade: {answer: strip}`` both name the behaviour no_upgrade."""
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and len(value) == 1:
            ((name, parameters),) = value.items()
            if isinstance(parameters, dict):
                return {"name": name, "parameters": parameters}
            if parameters is None:
                return {"name": name}
        return value


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
        return value


class Connect(Model):
    """Create the client and wait until it is open, or until it has given up."""

    step: Literal["connect"] = "connect"
    within: Milliseconds = Field(
        60_000.0, description="How long to wait for the client to be open or to have given up."
    )


class Send(Model):
    """Send one message."""

    step: Literal["send"] = "send"
    text: str


class Receive(Model):
    """Wait for the next message; it must have this text."""

    step: Literal["receive"] = "receive"
    text: str | None = Field(None, description="The text that it must have; any where null.")
    within: Milliseconds = 5_000.0


class Idle(Model):
    """Do nothing for a while, with the connection open."""

    step: Literal["idle"] = "idle"
    duration: Milliseconds = Field(alias="for")


class Close(Model):
    """Close the client and wait until it says so."""

    step: Literal["close"] = "close"
    code: int = Field(1000, description="1000 or 3000 to 4999: all that the client accepts.")
    reason: str = ""
    within: Milliseconds = 5_000.0


_STEPS: dict[str, type[Model]] = {
    "connect": Connect,
    "send": Send,
    "receive": Receive,
    "idle": Idle,
    "close": Close,
}
_SCALAR = {"send": "text", "receive": "text", "idle": "for"}


def _widen_step(value: Any) -> Any:
    """``close``, ``send: hello`` and ``receive: {text: hello, within: 2s}`` in their one full form."""
    if isinstance(value, str):
        return {"step": value}
    if isinstance(value, dict) and len(value) == 1:
        ((name, arguments),) = value.items()
        if name in _STEPS:
            if isinstance(arguments, dict):
                return {"step": name, **arguments}
            if arguments is None:
                return {"step": name}
            if name in _SCALAR:
                return {"step": name, _SCALAR[name]: arguments}
    return value


def _step_name(value: Any) -> str | None:
    name = value.get("step") if isinstance(value, dict) else getattr(value, "step", None)
    return name if name in _STEPS else None


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


class ExpectedAttempt(Model):
    """One attempt by transport and outcome: ``websocket: failed``."""

    transport: TransportName
    outcome: AttemptOutcome

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1:
            ((transport, outcome),) = value.items()
            return {"transport": transport, "outcome": outcome}
        return value


class Expectation(Model):
    """What must hold. What is left out is not checked; every expectation that is written is."""

    transport: TransportName | Literal["none"] | None = Field(
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

    chromium: Expectation | None = None
    firefox: Expectation | None = None
    webkit: Expectation | None = None

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

    title: str = Field(min_length=1)
    why: str = Field("", description="Prose for the report: what this reproduces, and where it was seen.")
    tags: list[str] = Field(default_factory=list)
    server: Server = Server()
    page: Page = Page()
    client: Client = Client()
    network: list[Hop] = Field(default_factory=list, description="The hops from the browser to the server.")
    browsers: list[EngineName] = Field(default_factory=_all_engines, min_length=1)
    matrix: dict[str, list[Any]] = Field(
        default_factory=dict,
        description="Dotted keys and the values that each takes, one case per combination.",
    )
    steps: list[Step] = Field(default_factory=_default_steps, min_length=1)
    expect: Expectations = Expectations()

    @model_validator(mode="after")
    def _order_of_hops(self) -> Self:
        """A forward proxy stands on the browser's side: one behind a reverse proxy would see no traffic."""
        kinds = [hop.proxy for hop in self.network]
        if kinds != sorted(kinds):
            raise ValueError("expected every forward proxy before the first reverse proxy")
        return self
