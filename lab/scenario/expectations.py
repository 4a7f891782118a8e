"""The expectations of a scenario: what must hold, in every engine or in one."""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lab.scenario.base import Model, Reading, raise_all
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TransportName

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

    transport: Literal[TransportName, "raw-websocket", "none"] | None = Field(
        None, description="The transport that the client ends on; none where it must not open."
    )
    attempts: list[ExpectedAttempt] | None = Field(
        None, description="Attempts that must be among those made, in this order."
    )
    only_attempts: list[ExpectedAttempt] | None = Field(
        None, description="All the attempts made, in this order, and no others."
    )
    opened_within: Milliseconds | None = Field(None, gt=0, description="From creating the client to its onopen.")
    delivery: Literal["exactly once, in order"] | None = Field(
        None, description="Whether each message sent came back once, unchanged, in order."
    )
    session_cookie: Literal["present", "absent"] | None = Field(
        None, description="Whether the server ever received the JSESSIONID cookie it had set."
    )
    close_code: int | None = Field(None, ge=1000, le=4999, description="The code of the client's close event.")
    close_reason: str | None = Field(None, description="The reason that the client's close event gives.")
    state: Literal["open", "closed"] | None = Field(
        None, description="What the connection is after the steps: open, or closed by whomever."
    )
    heartbeats: int | None = Field(
        None, ge=0, description="How many heartbeats the client must have told the page of, at the least."
    )
    requested: str | None = Field(
        None,
        min_length=1,
        description=(
            "A URL that the server must have been asked for, from its path on, as a pattern for the whole: `*` is "
            "any text, `?` any character."
        ),
    )
    diagnosis: list[str] | None = Field(
        None, description="Causes that the diagnosis must name, each at least once (docs/explanation/diagnosis.md)."
    )

    @field_validator("diagnosis")
    @classmethod
    def _names_causes(cls, diagnosis: list[str] | None, info: ValidationInfo) -> list[str] | None:
        known = info.context.causes if isinstance(info.context, Reading) else None
        expected = "a cause that the diagnosis names (docs/explanation/diagnosis.md)"
        raise_all(
            ((index,), wrong("unknown cause", expected, options=known, word=cause))
            for index, cause in enumerate(diagnosis or ())
            if known is not None and cause not in known
        )
        return diagnosis


class Expectations(Expectation):
    """What must hold in every engine, and what an engine's own expectation says instead."""

    connections: dict[str, Expectation] = Field(
        default_factory=dict, description="What must hold for further connections, by their names."
    )

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
