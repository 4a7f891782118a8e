"""What may stand on every behaviour beside its own parameters: on what of the traffic it acts, and when."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lab.scenario.base import Model
from lab.scenario.units import Milliseconds
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TransportName


def _widen(value: Any) -> Any:
    """One item alone stands for a list of one."""
    return value if value is None or isinstance(value, (list, tuple)) else [value]


def _or_several(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}, {"type": "null"}]})


class When(Model):
    """Which traffic a behaviour acts on: what all of these fit."""

    transport: Annotated[
        list[TransportName] | None,
        BeforeValidator(_widen),
        _or_several({"enum": list(get_args(TransportName))}),
    ] = Field(None, min_length=1, description="Requests of this transport, or of these, as their URL names it.")
    url: str | None = Field(
        None, min_length=1, description="URLs that contain this; that match it as a whole where it has a `*`."
    )
    method: Annotated[list[str] | None, BeforeValidator(_widen), _or_several({"type": "string"})] = Field(
        None, min_length=1, description="Requests with this method, or one of these."
    )
    header: str | None = Field(
        None,
        min_length=1,
        description="Requests with this header: `Upgrade`; or `Upgrade: websocket`, the value a pattern as in url.",
    )
    direction: Literal["up", "down"] | None = Field(
        None, description="up: what goes from the browser to the server; down: what comes back."
    )


class Limits(Model):
    """The limits of one use of a behaviour: where none is given, it always acts on everything.

    When its time is over, what it held passes.
    """

    when: When | None = Field(None, description="Which traffic it acts on; all where left out.")
    after: Milliseconds = Field(0.0, description="Time from creating the client until it begins.")
    for_: Milliseconds | None = Field(
        None, alias="for", gt=0, description="How long it lasts; to the end where left out."
    )
    every: Milliseconds | None = Field(None, gt=0, description="Time from one beginning to the next; needs `for`.")
    nth: Annotated[
        list[Annotated[int, Field(ge=1)]] | None,
        BeforeValidator(_widen),
        _or_several({"type": "integer", "minimum": 1}),
    ] = Field(
        None,
        min_length=1,
        description="Only this one, or these, of the requests that fit (in a link: connections), counted from 1.",
    )
    seed: int = Field(0, description="What its lots are drawn from, where it draws any.")

    @model_validator(mode="after")
    def _lasts_less_than_its_interval(self) -> "Limits":
        if self.every is not None and (self.for_ is None or self.for_ >= self.every):
            raise wrong('"every" without a shorter "for"', 'how long it lasts each time, such as "for: 1s"')
        return self


LIMITS = frozenset(field.alias or name for name, field in Limits.model_fields.items())
"""The keys that no behaviour can have as parameters of its own."""

OF_LINKS = frozenset({"direction"})
"""What `when` may say in a link, which knows bytes and no requests."""


def told(*, link: bool, way: str | None = None) -> str:
    """The limits of a behaviour in one sentence, in Markdown: ``when (`direction`: ...), after ...``.

    Args:
        link: Whether it is one of links.
        way: The one direction that it acts on; None where that may be said.
    """
    keys = ", ".join(f"`{key}`" for key in When.model_fields if not link or key in OF_LINKS)
    others = ", ".join(f"`{key}`" for key in ("after", "for", "every"))
    counted = "connections" if link else "requests"
    return (
        f"`when` ({keys}: {way or 'up or down'}), {others}, `nth` (of its {counted}) and `seed` (where it draws lots)"
    )
