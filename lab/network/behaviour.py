"""Behaviours: one thing that a hop does to traffic, one file each, found by their place.

A behaviour is a plain class with mitmproxy's hooks as methods and a pydantic model of its parameters::

    class NoCache(Behaviour):
        class Parameters(Behaviour.Parameters):
            header: str = Field("Cache-Control", description="The header to remove.")

        parameters: Parameters

        def responseheaders(self, flow: http.HTTPFlow) -> None:
            if flow.response and flow.response.headers.pop(self.parameters.header, None):
                self.did(flow, f"removed {self.parameters.header}")

    addons = [NoCache.addon()]

What belongs to one flow lives in ``flow.metadata``; a behaviour itself keeps none of it. One that draws lots uses
``self.random``. One that waits does so with `lab.network.term.lasts` or `lab.network.connections.held`, which return
early where it is taken out of the hop. Where it is put in, or its time comes, while something is under way, it gets
``websocket_start`` for each open websocket, and ``response_joined`` for each response whose head has left. Bodies
pass unbuffered unless a hook asks for a whole one with ``flow.request.stream = False`` in ``requestheaders`` or
``flow.response.stream = False`` in ``responseheaders``. The last line lets the file run under a bare mitmdump.
"""

import difflib
import functools
import importlib.util
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, ClassVar, Literal, Protocol

from mitmproxy.http import HTTPFlow
from pydantic import BaseModel, ConfigDict, ValidationError

from lab import shipped
from lab.errors import LabError, UsageError
from lab.network.bare import BareAddon, explain
from lab.network.filter import Direction, Filter
from lab.network.link.behaviour import LinkBehaviour
from lab.network.term import Term
from lab.scenario.profile import models_of

logger = logging.getLogger(__name__)


class Report(Protocol):
    """Where `Behaviour.did` goes."""

    def __call__(self, behaviour: str, flow: HTTPFlow | None, did: str, /, **more: Any) -> None:
        """Tell what the behaviour did to the flow; None where it did it to no flow in particular."""


def log_report(behaviour: str, flow: HTTPFlow | None, did: str, /, **more: Any) -> None:
    """The `Report` of a behaviour that runs outside the lab: one line in mitmproxy's log."""
    where = f" {flow.request.method} {flow.request.path or flow.request.authority}:" if flow is not None else ""
    figures = "".join(f" {key}={value}" for key, value in more.items())
    logger.info("%s:%s %s%s", behaviour, where, did, figures)


class Behaviour:
    """One thing that a hop does to traffic. A subclass has mitmproxy's hooks as methods, plain or async."""

    class Parameters(BaseModel):
        """What may stand under the behaviour's name in a scenario."""

        model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
        lab_direction: ClassVar[Direction | None] = None
        """The one way that all goes that the behaviour acts on; None where it acts on both."""

    name: ClassVar[str] = ""
    """The stem of the file that the class stands in."""
    acts_on: ClassVar[Direction | None] = None
    """Which way goes what it acts on, where the hook that it begins in tells otherwise."""
    parameters: Parameters

    def __init__(self, parameters: BaseModel | None = None) -> None:
        self.parameters = parameters or self.Parameters()  # type: ignore[assignment] # a subclass has its own model
        self.report: Report = log_report
        """The hop puts its own here."""
        self.filter = Filter()
        """What it acts on, and when: the hop asks it before it calls a hook."""
        self.term = Term()
        """Whether it acts now: the hop says so, by what the filter says of the time and by who is in the hop."""
        self.random = Random(0)
        """Where it draws its lots: nothing else, so that the same seed gives the same decisions."""

    def limit(self, limits: Any | None, *, place: str = "") -> None:
        """Take the limits of a use: its filter and its seed.

        Args:
            limits: lab.scenario.limits.Limits, or whatever has its attributes; no limits and seed 0 where None.
            place: Where in the network it stands. Two uses with one seed, at two places, draw different lots.
        """
        self.filter = Filter.of(limits)
        self.random = Random(f"{limits.seed if limits else 0}/{place}/{self.name}")

    def __init_subclass__(cls) -> None:
        cls.name = cls.__module__.rpartition(".")[2]
        if "Parameters" in vars(cls):
            cls.Parameters.lab_direction = cls.acts_on or _one_way(cls)

    def did(self, flow: HTTPFlow | None, did: str, /, **more: Any) -> None:
        """Say what was done, as one clause in the past tense: ``removed the Upgrade header``."""
        self.report(self.name, flow, did, **more)

    @classmethod
    def addon(cls) -> BareAddon:
        """The behaviour as an addon of a bare mitmdump."""
        return BareAddon(cls)


_UP = frozenset({"requestheaders", "request", "http_connect"})
_DOWN = frozenset({"responseheaders", "response_joined", "response"})
_BOTH = ("websocket_", "client_", "server_", "tls_", "http_", "error")
"""What the names of other hooks begin with."""


def _one_way(behaviour: type[Behaviour]) -> Direction | None:
    """The one way that all goes that the behaviour has hooks for; None where it has hooks for both, or others."""
    # By their names: mitmproxy's own list has a hook only once the layer is imported that calls it.
    hooks = {name for name in dir(behaviour) if name in _UP | _DOWN or name.startswith(_BOTH)}
    if hooks and hooks <= _UP:
        return "up"
    return "down" if hooks and hooks <= _DOWN else None


class Catalogue:
    """The behaviours at hand: the shipped ones, and those in further folders.

    Those of a proxy stand in the folder itself, those of a link in its folder ``link``. A file of a later folder
    takes the place of one with the same name in an earlier folder, so that a user's own ``proxies/`` can replace a
    shipped behaviour. Files whose names begin with ``_`` are left alone. Profiles are the files in their folders
    ``profiles``.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._classes: dict[str, type[Behaviour] | type[LinkBehaviour]] = {}
        self.profiles: dict[str, Path] = {}
        """The file of each profile, by its name."""
        for folder in (shipped.PROXIES, *folders):
            self._classes |= _in_folder(folder)
            self.profiles |= {path.stem: path for path in sorted((folder / "profiles").glob("*.yaml"))}

    def __iter__(self) -> Any:
        """The names, sorted."""
        return iter(sorted(self._classes))

    def __getitem__(self, name: str) -> type[Behaviour] | type[LinkBehaviour]:
        """The behaviour called ``name``.

        Raises:
            UsageError: There is none.
        """
        if name not in self._classes:
            near = difflib.get_close_matches(name, self._classes, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(self)}."
            raise UsageError(f"there is no behaviour called {name}", remedy=hint)
        return self._classes[name]

    def kind(self, name: str) -> Literal["http", "link"]:
        """Whether the behaviour called ``name`` acts on HTTP, in a proxy, or on bytes and time, in a link.

        Raises:
            UsageError: There is none.
        """
        return "link" if issubclass(self[name], LinkBehaviour) else "http"

    def parameter_models(self) -> dict[str, type[BaseModel]]:
        """The parameter model of each behaviour, by name."""
        return {name: self._classes[name].Parameters for name in self}

    def models(self) -> dict[str, type[BaseModel]]:
        """The parameter model of each behaviour and of each profile, by name: what a scenario may name.

        Raises:
            ScenarioErrors: A profile is wrong.
            UsageError: A profile is called like a behaviour.
        """
        behaviours = self.parameter_models()
        return behaviours | models_of(list(self.profiles.values()), behaviours)

    def make(self, name: str, parameters: Mapping[str, Any], limits: Any = None, *, place: str = "") -> Any:
        """A behaviour with these parameters, a `Behaviour` or a `LinkBehaviour` as `kind` says.

        Args:
            name: Its name.
            parameters: Its parameters, as a scenario has them.
            limits: On what it acts, and when, as lab.scenario.limits.Limits; always on everything where None.
            place: Where in the network it stands, for the lots that it draws.

        Raises:
            UsageError: There is no such behaviour, or it does not take these parameters.
        """
        behaviour = self[name]
        try:
            made = behaviour(behaviour.Parameters.model_validate(dict(parameters)))
        except ValidationError as error:
            raise UsageError(f"{name}: {explain(error)}") from None
        made.limit(limits, place=place)
        return made


def _in_folder(folder: Path) -> dict[str, type[Behaviour] | type[LinkBehaviour]]:
    """The behaviours of one folder, by name.

    Raises:
        LabError: A file is not one behaviour, or a name stands for two.
    """
    found: dict[str, type[Behaviour] | type[LinkBehaviour]] = {}
    kinds: tuple[type[Any], ...] = (Behaviour, LinkBehaviour)
    for kind, place in zip(kinds, (folder, folder / "link"), strict=True):
        for path in sorted(place.glob("*.py")):
            if path.name.startswith("_"):
                continue
            if path.stem in found:
                raise LabError(
                    f"{path}: there is a behaviour of a proxy of that name in {folder}",
                    remedy="Give one of the two files another name: a scenario knows a behaviour by its name alone.",
                )
            found[path.stem] = _load(path.resolve(), kind is LinkBehaviour, path.stat().st_mtime_ns)
    return found


@functools.cache
def _load(path: Path, links: bool, changed_ns: int) -> type[Behaviour] | type[LinkBehaviour]:
    """The one behaviour in the file at ``path``, of links or of proxies; run once for each time that it was changed.

    Raises:
        LabError: The file cannot be run, or does not hold exactly one behaviour of this kind.
    """
    kind: type[Any] = LinkBehaviour if links else Behaviour
    module = _run(path)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        names = ", ".join(value.__name__ for value in found) or "none"
        raise LabError(
            f"{path}: expected one subclass of {kind.__module__}.{kind.__name__}, found {names}",
            remedy="One file is one behaviour; a file that is not one may begin with an underscore.",
        )
    return found[0]


def _run(path: Path) -> ModuleType:
    # The folder is part of the name, so that two folders may each have a file of the same name.
    name = f"lab_proxies_{abs(hash(str(path.parent.resolve())))}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LabError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        line = _line_of(error, path)
        raise LabError(f"{path}{line}: {type(error).__name__}: {error}", remedy="Correct the file.") from error
    return module


def _line_of(error: Exception, path: Path) -> str:
    """``:12`` where line 12 of the file at ``path`` raised, or is not Python; empty if neither can be told."""
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f":{trace.tb_lineno}"
        trace = trace.tb_next
    return line
