"""Routes: which part of an endpoint's URLs is served by what; the files of transports/ each hold some."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from lab.server.exchange import Outcome, Request
from lab.sockjs.paths import Path

if TYPE_CHECKING:
    from lab.server.endpoint import Endpoint

Handle = Callable[[Request, "Endpoint", Path], Outcome]


@dataclass(frozen=True, slots=True)
class Route:
    """One URL below the prefix and what serves it."""

    name: str
    """As `lab.sockjs.paths.Path.name`."""
    methods: tuple[str, ...]
    """What it is asked with, without OPTIONS."""
    handle: Handle
    place: Literal["top", "session"] = "session"
    """Right below the prefix, or below a session."""
    shared: bool = False
    """Whether pages of other origins may read it, and ask with OPTIONS whether they may."""
    takes_body: bool = False
    """Whether it looks at the request's body."""

    @property
    def allow(self) -> str:
        """The Allow header, in the order that sockjs-protocol 0.3.3 gives it."""
        return ", ".join(("OPTIONS", *self.methods) if self.shared else self.methods)

    def allows(self, method: str) -> bool:
        """Whether it is to be asked with ``method``."""
        return method in self.methods or (method == "HEAD" and self.place == "top" and "GET" in self.methods)


@cache
def find_routes() -> Mapping[tuple[bool, str], Route]:
    """All routes, by whether they belong to a session, and their name: the ``ROUTES`` of lab/server/transports/."""
    from lab.server import transports

    routes: dict[tuple[bool, str], Route] = {}
    for module in pkgutil.iter_modules(transports.__path__):
        for route in importlib.import_module(f"{transports.__name__}.{module.name}").ROUTES:
            key = (route.place == "session", route.name)
            assert key not in routes, f"two routes are called {route.name}"
            routes[key] = route
    return routes
