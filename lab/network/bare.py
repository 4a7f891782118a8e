"""Runs a behaviour under a bare ``mitmdump -s proxies/NAME.py --set NAME_PARAMETER=VALUE``.

The options are made from the fields of the behaviour's parameter model, and of the limits that every behaviour takes
(``NAME_when``, ``NAME_after`` ...). A parameter is read as it stands, and where the model does not take it so, as
YAML, which is how a scenario would read it. Limits are read as in a scenario.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, get_origin

import yaml
from mitmproxy import ctx, exceptions
from pydantic import ValidationError

from lab.scenario.base import Reading, validate_plain
from lab.scenario.limits import Limits
from lab.scenario.network import wrong_way
from lab.scenario.nodes import plain
from lab.scenario.problems import Problem, ScenarioErrors, nearest
from lab.scenario.translate import problems_of
from lab.scenario.yaml_text import read

if TYPE_CHECKING:
    from mitmproxy.addonmanager import Loader

    from lab.network.bare_hop import BareHop
    from lab.network.behaviour import Behaviour


# The forms in which mitmproxy knows these types: it looks them up by equality.
_ONE: Any = Optional[str]  # noqa: UP045
_SEVERAL: Any = Sequence[str]

_wrong: Any = exceptions.OptionsError

_LIMITS = {
    "when": "Which traffic it acts on, as YAML: {transport: xhr-streaming}; all where left out.",
    "after": "Time from the start of mitmdump until it begins.",
}
"""What is said of limits otherwise than of those in a scenario."""


class _Option(NamedTuple):
    """One option of mitmproxy's, which stands for a parameter or a limit of a behaviour."""

    name: str
    key: str
    about: str
    several: bool
    limit: bool


def explain(error: ValidationError) -> str:
    """What is wrong with the parameters, one clause for each: ``answer: expected ..., got 'x'``."""
    clauses = []
    for item in error.errors(include_url=False):
        where = str(item["loc"][0]) if item["loc"] else "parameters"
        text = item["msg"].removeprefix("Value error, ")
        missing = item["type"] == "missing"
        clauses.append(f"{where}: required" if missing else f"{where}: {text} (got {item['input']!r})")
    return "; ".join(clauses)


class BareAddon:
    """The addon that mitmproxy sees: it owns the options, and through it mitmproxy calls the behaviour's hooks."""

    def __init__(self, behaviour: "type[Behaviour]") -> None:
        self._class = behaviour
        self._hop: BareHop | None = None
        # Not the behaviour's own name: mitmproxy has addons called block, comment, save ...
        self.name = f"lab behaviour {behaviour.name}"

    def __getattr__(self, name: str) -> Any:
        """The hook of that name, where there is one."""
        hook = self._hop.hook(self, name) if self._hop is not None else None
        if hook is None:
            raise AttributeError(name)
        return hook

    def _options(self) -> Iterator[_Option]:
        for model in (self._class.Parameters, Limits):
            for name, field in model.model_fields.items():
                key = field.alias or name
                limit = model is Limits
                about = (_LIMITS.get(key) if limit else None) or field.description or ""
                several = key == "nth" if limit else get_origin(field.annotation) is list
                yield _Option(f"{self._class.name}_{key}", key, about, several, limit)

    def load(self, loader: "Loader") -> None:
        """Declare the options, and let bodies and websockets heed behaviours as in a hop."""
        # They need mitmproxy's layers, which who only reads scenarios does not.
        from lab.network import stream
        from lab.network.bare_hop import BareHop

        stream.install()
        self._hop = BareHop.of(loader.master)
        self._hop.put(self, self._default())
        for option in self._options():
            # Empty and None both stand for "not given": the model knows its own defaults.
            several = option.several
            loader.add_option(option.name, _SEVERAL if several else _ONE, [] if several else None, option.about)

    def _default(self) -> "Behaviour | None":
        try:
            return self._class()
        except ValidationError:
            return None  # It has a required parameter: it exists once its options are known.

    def done(self) -> None:
        """Leave: mitmproxy takes the script out, be it to load it anew."""
        if self._hop is not None:
            self._hop.leave(self)

    def configure(self, updated: set[str]) -> None:
        """Make the behaviour anew from its options.

        Raises:
            OptionsError: A value is not one that the parameter or the limit takes, or there is no such option.
        """
        options = list(self._options())
        if self._hop is None or not updated & {option.name for option in options}:
            return
        self._check_names([option.key for option in options])
        given = {option: value for option in options if (value := getattr(ctx.options, option.name))}
        own = {option.key: value for option, value in given.items() if not option.limit}
        try:
            behaviour = self._class(self._read(own))
            limits = read_limits({option.key: value for option, value in given.items() if option.limit})
            if (error := wrong_way(self._class.name, self._class.Parameters, limits)) is not None:
                raise error
            behaviour.limit(limits)
        except ValidationError as error:
            raise _wrong(f"{self._class.name}: {explain(error)}") from None
        except ValueError as error:
            raise _wrong(f"{self._class.name}: {error}") from None
        self._hop.put(self, behaviour)

    def _check_names(self, keys: Sequence[str]) -> None:
        """Refuse what was meant to be an option of this behaviour: mitmproxy waits for it to be declared."""
        own = self._class.name
        stems = {own, *(Path(script).stem for script in getattr(ctx.options, "scripts", ()))}
        for name in ctx.options.deferred:
            if own != max((stem for stem in stems if name.startswith(f"{stem}_")), key=len, default=""):
                continue
            near = nearest(name.removeprefix(f"{own}_"), keys)
            hint = f"did you mean {own}_{near}?" if near else f"{own} takes {', '.join(sorted(keys))}"
            raise _wrong(f"unknown option {name}: {hint}")

    def _read(self, given: dict[str, Any]) -> Any:
        try:
            return self._class.Parameters.model_validate(given)
        except ValidationError:
            return self._class.Parameters.model_validate({key: _as_yaml(value) for key, value in given.items()})


def _as_yaml(value: Any) -> Any:
    if isinstance(value, str):
        return yaml.safe_load(value)
    return [_as_yaml(item) for item in value]


def read_limits(given: Mapping[str, str | Sequence[str]]) -> Limits:
    """The limits that these options stand for.

    Args:
        given: Of each limit by its key what a scenario would have below it; of ``nth`` that of each item.

    Raises:
        ValueError: It is no limit's; the text is one line, in the words of `lab check`.
    """
    text = "".join(f"{key}:\n{textwrap.indent(_below(value), '  ')}\n" for key, value in given.items())
    try:
        source, root, problems = read((text or "{}").encode(), "options")
        if not problems:
            return validate_plain(Limits, plain(root), Reading())
    except ScenarioErrors as error:
        problems = [*error.problems]
    except ValidationError as error:
        problems = problems_of(error, source, root, Reading(), of=Limits)
    raise ValueError("; ".join(map(_line, problems)))


def _below(value: str | Sequence[str]) -> str:
    """A value as YAML: one item of a list may stand alone."""
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else "\n".join(f"- {item}" for item in value)


def _line(problem: Problem) -> str:
    parts = {"expected": problem.expected, "came": problem.came}
    said = ", ".join(f"{word} {part}" for word, part in parts.items() if part)
    return f"{problem.what}: {said}" + (f' (did you mean "{problem.nearest}"?)' if problem.nearest else "")
