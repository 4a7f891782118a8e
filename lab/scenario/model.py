"""The scenario as pydantic models: what may stand in a file, its defaults, and its short forms.

Unknown keys are errors. Durations are held in milliseconds, sizes in bytes. Short forms (a step that is
one word, a hop that is just a behaviour's name) are widened by the models, so that everyone else sees one form.
lab/scenario/locate.py leads from the widened form back to what was written, and lab/scenario/schema.py
describes the short forms to editors: whoever changes one of them changes all three.
"""

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator

from lab.scenario.base import Model, raise_at
from lab.scenario.expectations import AttemptOutcome, Expectation, Expectations, ExpectedAttempt
from lab.scenario.network import BehaviourUse, Hop, check_order
from lab.scenario.steps import Close, Connect, Idle, Receive, Send, Step
from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TransportName

__all__ = [
    "AttemptOutcome",
    "BehaviourUse",
    "Client",
    "Close",
    "Connect",
    "EngineName",
    "Expectation",
    "Expectations",
    "ExpectedAttempt",
    "Hop",
    "Idle",
    "Page",
    "Receive",
    "Scenario",
    "Send",
    "Server",
    "Step",
]

EngineName = Literal["chromium", "firefox", "webkit"]
"""What runs the client."""


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
                raise_at((index,), wrong(f'"{engine}" stands twice', "each engine once"))
        return engines

    @field_validator("network")
    @classmethod
    def _order_of_hops(cls, hops: list[Hop]) -> list[Hop]:
        check_order(hops)
        return hops
