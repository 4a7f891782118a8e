"""The steps of a scenario: what the client does, in full and in short."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from lab.scenario.base import Model
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import Place, wrong


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
    if not isinstance(name, str) or name not in STEPS:
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
