"""The scenario as pydantic models: what may stand in a file, its defaults, and its short forms.

Unknown keys are errors. Durations are held in milliseconds, sizes in bytes. Short forms (a step that is
one word, a hop that is just a behaviour's name) are widened by the models, so that everyone else sees one form.
lab/scenario/locate.py leads from the widened form back to what was written, and lab/scenario/schema.py
describes the short forms to editors: whoever changes one of them changes all three.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lab.scenario.base import Model, raise_at
from lab.scenario.client import Client
from lab.scenario.expectations import AttemptOutcome, Expectation, Expectations, ExpectedAttempt
from lab.scenario.names import check_names
from lab.scenario.network import BehaviourUse, Hop, check_order
from lab.scenario.page import Page
from lab.scenario.parts import check_parts, check_trust
from lab.scenario.server import Server
from lab.scenario.steps import Step
from lab.scenario.steps.close import Close
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send
from lab.scenario.wrong import wrong

__all__ = [
    "AttemptOutcome",
    "BehaviourUse",
    "Client",
    "EngineName",
    "Expectation",
    "Expectations",
    "ExpectedAttempt",
    "Hop",
    "Page",
    "Scenario",
    "Server",
    "Step",
]

EngineName = Literal["chromium", "firefox", "webkit"]
"""What runs the client."""


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

    @property
    def client_label(self) -> str:
        """What the client is called before the page has told its release; empty where the page brings its own."""
        return self.client.label if self.page.url is None else ""

    @field_validator("browsers")
    @classmethod
    def _each_engine_once(cls, engines: list[EngineName]) -> list[EngineName]:
        for index, engine in enumerate(engines):
            if engine in engines[:index]:
                raise_at((index,), wrong(f'"{engine}" stands twice', "each engine once"))
        return engines

    @field_validator("steps")
    @classmethod
    def _names_are_given(cls, steps: list[Any], info: ValidationInfo) -> list[Any]:
        page = info.data.get("page")
        check_names(steps, own_page=isinstance(page, Page) and page.url is not None)
        if "network" in info.data and "server" in info.data:
            check_parts(steps, info.data["network"], info.data["server"], info.context)
        return steps

    @field_validator("network")
    @classmethod
    def _order_of_hops(cls, hops: list[Hop]) -> list[Hop]:
        check_order(hops)
        return hops

    @model_validator(mode="after")
    def _page_loads(self) -> "Scenario":
        check_trust(self.network, self.page, self.browsers)
        return self
