"""Runs a behaviour under a bare ``mitmdump -s proxies/NAME.py --set NAME_PARAMETER=VALUE``.

The options are made from the fields of the behaviour's parameter model. A value is read as it stands, and
where the model does not take it so, as YAML, which is how a scenario would read it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Optional, get_origin

import yaml
from mitmproxy import ctx, exceptions
from pydantic import ValidationError
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from mitmproxy.addonmanager import Loader
    from mitmproxy.http import HTTPFlow

    from lab.network.behaviour import Behaviour


# The forms in which mitmproxy knows these types: it looks them up by equality.
_ONE: Any = Optional[str]  # noqa: UP045
_SEVERAL: Any = Sequence[str]

_STREAMS = "lab.streams"
"""Set in the metadata of a flow whose response was let stream."""


def explain(error: ValidationError) -> str:
    """What is wrong with the parameters, one clause for each: ``answer: expected ..., got 'x'``."""
    clauses = []
    for item in error.errors(include_url=False):
        where = str(item["loc"][0]) if item["loc"] else "parameters"
        text = item["msg"].removeprefix("Value error, ")
        clauses.append(f"{where}: {text} (got {item['input']!r})")
    return "; ".join(clauses)


class BareAddon:
    """The addon that mitmproxy sees: it owns the options and passes every hook on to the behaviour."""

    def __init__(self, behaviour: "type[Behaviour]") -> None:
        self._class = behaviour
        try:
            self._behaviour: Behaviour | None = behaviour()
        except ValidationError:
            self._behaviour = None  # It has a required parameter: it exists once its options are known.
        # Not the behaviour's own name: mitmproxy has addons called block, comment, save ...
        self.name = f"lab behaviour {behaviour.name}"

    def __getattr__(self, hook: str) -> Any:
        """The behaviour's hook of that name."""
        if self._behaviour is None:
            raise AttributeError(hook)
        return getattr(self._behaviour, hook)

    def responseheaders(self, flow: "HTTPFlow") -> Any:
        """Let the response stream as in a hop of the lab, unless a behaviour holds it; then the behaviour's own."""
        # Of several scripts only the first does so: one after it may have begun to hold the response.
        if flow.response is not None and not flow.metadata.get(_STREAMS):
            flow.metadata[_STREAMS] = flow.response.stream = True
        own = getattr(self._behaviour, "responseheaders", None)
        return own(flow) if own is not None else None

    def _options(self) -> Iterator[tuple[str, str, FieldInfo]]:
        for name, field in self._class.Parameters.model_fields.items():
            key = field.alias or name
            yield f"{self._class.name}_{key}", key, field

    def load(self, loader: "Loader") -> None:
        """Declare one option for each parameter, and let bodies and websockets heed behaviours as in a hop."""
        from lab.network import stream  # It needs mitmproxy's layers, which who only reads scenarios does not.

        stream.install()
        for option, _, field in self._options():
            several = get_origin(field.annotation) is list
            # Empty and None both stand for "not given": the model knows its own defaults.
            loader.add_option(
                option,
                _SEVERAL if several else _ONE,
                [] if several else None,
                field.description or "",
            )

    def configure(self, updated: set[str]) -> None:
        """Make the behaviour anew from its options.

        Raises:
            OptionsError: A value is not one that the parameter takes.
        """
        options = {option: key for option, key, _ in self._options()}
        if self._behaviour is not None and not updated & options.keys():
            return
        given = {key: value for option, key in options.items() if (value := getattr(ctx.options, option))}
        try:
            self._behaviour = self._class(self._read(given))
        except ValidationError as error:
            wrong: Any = exceptions.OptionsError
            raise wrong(f"{self._class.name}: {explain(error)}") from None

    def _read(self, given: dict[str, Any]) -> Any:
        try:
            return self._class.Parameters.model_validate(given)
        except ValidationError:
            return self._class.Parameters.model_validate({key: _as_yaml(value) for key, value in given.items()})


def _as_yaml(value: Any) -> Any:
    if isinstance(value, str):
        return yaml.safe_load(value)
    return [_as_yaml(item) for item in value]
