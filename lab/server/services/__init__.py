"""The test services: one file each, found by its name; each file holds a ``SERVICE``."""

import importlib
import pkgutil

from lab.errors import UsageError
from lab.server.service import Service


def names() -> list[str]:
    """The names of all services."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str) -> type[Service]:
    """The service of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in names():
        raise UsageError(f"no service is called {name!r}", remedy=f"use one of: {', '.join(names())}")
    service: type[Service] = importlib.import_module(f"{__name__}.{name}").SERVICE
    return service
