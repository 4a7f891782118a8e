"""The scenario as pydantic models: what may stand in a file, its defaults, and its short forms.

Unknown keys are errors. Durations are held in milliseconds, sizes in bytes. Short forms (a step that is
one word, a hop that is just a behaviour's name) are widened by the models, so that everyone else sees one form.
lab/scenario/locate.py leads from the widened form back to what was written, and lab/scenario/schema.py
describes the short forms to editors: whoever changes one of them changes all three.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from lab.scenario.base import Found, Model, Reading, raise_all, raise_at
from lab.scenario.client import Client
from lab.scenario.expectations import AttemptOutcome, Expectation, Expectations, ExpectedAttempt
from lab.scenario.fitting import check_nodes
from lab.scenario.hold import expect_steps_wrong, expectations_wrong
from lab.scenario.names import names_wrong
from lab.scenario.network import BehaviourUse, Hop, check_order
from lab.scenario.page import Page
from lab.scenario.parts import check_trust, offline_wrong, parts_wrong
from lab.scenario.server import Server
from lab.scenario.steps import Step, step_name
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


def _changed_by(matrix: Mapping[str, Sequence[Any]]) -> set[str]:
    """The parts of a scenario that its matrix changes."""
    keys = [key for entry in matrix.get("include", ()) if isinstance(entry, dict) for key in entry]
    return {str(key).partition(".")[0] for key in (*matrix, *keys)}


def _settled(info: ValidationInfo, *parts: str) -> bool:
    """Whether these parts are right, and no key of the matrix changes them or the field that is being validated.

    What a matrix changes is held against the rest with each of its values in place.
    """
    if not info.data.keys() >= {"matrix", *parts}:
        return False
    return not _changed_by(info.data["matrix"]) & {str(info.field_name), *parts}


def _own_page(info: ValidationInfo) -> bool:
    """Whether the page is, or may be, the user's own: of a page that is wrong by what is written of it."""
    if "page" in info.data:
        return info.data["page"].url is not None or not _settled(info, "page")
    page = info.context.written.get("page") if isinstance(info.context, Reading) else None
    return not isinstance(page, dict) or "url" in page


def _right_ones(written: Any, handler: ValidatorFunctionWrapHandler) -> tuple[list[Any], bool]:
    """The steps that are right, and None for others, up to the first that may change what follows.

    The second: whether these are all.
    """
    steps: list[Any] = []
    for one in written if isinstance(written, list) else ():
        try:
            steps += handler([one])
        except ValidationError:
            if step_name(one) in (None, "connect", "open tab", "network"):
                return steps, False
            steps.append(None)
    return steps, True


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

    @model_validator(mode="after")
    def _server_fits(self) -> "Scenario":
        if not _changed_by(self.matrix) & {"network", "server"}:
            check_nodes(self.server, self.network)
        return self

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

    @field_validator("steps", mode="wrap")
    @classmethod
    def _parts_are_there(cls, written: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        error: ValidationError | None = None
        try:
            steps, complete = handler(written), True
        except ValidationError as raised:
            error = raised
            steps, complete = _right_ones(written, handler)
        if complete and isinstance(info.context, Reading):
            info.context.steps.extend(steps)
        found: list[Found] = []
        data, own_page = info.data, _own_page(info)
        if _settled(info):
            client = data["client"] if _settled(info, "client") else None
            found += names_wrong(steps, own_page=own_page)
            found += expect_steps_wrong(steps, client, own_page=own_page)
        if _settled(info, "network", "server"):
            found += parts_wrong(steps, data["network"], data["server"], info.context)
        if _settled(info, "network", "browsers"):
            found += offline_wrong(steps, data["network"], data["browsers"])
        raise_all(found, besides=error)
        return steps

    @field_validator("expect")
    @classmethod
    def _can_hold(cls, expect: Expectations, info: ValidationInfo) -> Expectations:
        steps = info.data.get("steps") or (info.context.steps if isinstance(info.context, Reading) else [])
        if steps and _settled(info) and not _changed_by(info.data["matrix"]) & {"steps"}:
            client = info.data["client"] if _settled(info, "client") else None
            browsers = info.data["browsers"] if _settled(info, "browsers") else ()
            raise_all(expectations_wrong(expect, client, steps, browsers, own_page=_own_page(info)))
        return expect

    @field_validator("network")
    @classmethod
    def _order_of_hops(cls, hops: list[Hop]) -> list[Hop]:
        check_order(hops)
        return hops

    @model_validator(mode="after")
    def _page_loads(self) -> "Scenario":
        if not _changed_by(self.matrix) & {"network", "page", "browsers"}:
            check_trust(self.network, self.page, self.browsers)
        return self
