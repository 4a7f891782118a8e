"""The network of a scenario: hops and their behaviours, in full and in short."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lab.scenario.base import Model, Reading, raise_at, validate_plain
from lab.scenario.wrong import Place, wrong

_ONE_BEHAVIOUR = "one behaviour: its name, or its name with its parameters below it"


def _check_behaviour(name: object, reading: object, *, at: Place) -> None:
    behaviours = reading.behaviours if isinstance(reading, Reading) else None
    if behaviours is not None and isinstance(name, str) and name not in behaviours:
        raise wrong("unknown behaviour", options=sorted(behaviours), word=name, at=at)


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
            return {"name": value, "parameters": {}}
        if isinstance(value, dict) and "name" not in value:
            if len(value) != 1:
                raise wrong("several behaviours in one item" if value else "no behaviour", _ONE_BEHAVIOUR)
            ((name, parameters),) = value.items()
            _check_behaviour(name, info.context, at="key")
            return {"name": name, "parameters": {} if parameters is None else parameters}
        if isinstance(value, dict):
            _check_behaviour(value["name"], info.context, at="name")
            # Without any parameters, too, they are held against the behaviour's model: some may be required.
            return {"parameters": {}, **value}
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


def check_order(hops: Sequence[Hop]) -> None:
    """A forward proxy stands on the browser's side: one behind a reverse proxy would see no traffic.

    Raises:
        ValidationError: At the first forward proxy behind a reverse one, counted from the list of hops.
    """
    kinds = [hop.proxy for hop in hops]
    for index, kind in enumerate(kinds):
        if kind == "forward" and "reverse" in kinds[:index]:
            what = "a forward proxy behind a reverse proxy"
            raise_at((index, "proxy"), wrong(what, "every forward proxy before the first reverse proxy"))
