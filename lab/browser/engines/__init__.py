"""The engines, one file each, found by their place: a file ``NAME.py`` here is the engine ``NAME``.

Such a file has a function ``create(*, headed, trusted_spki) -> Engine``.
"""

import difflib
import importlib
import pkgutil
from typing import cast

from lab.browser.engine import Engine
from lab.errors import UsageError


def names() -> list[str]:
    """The names of all engines, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def create(name: str, *, headed: bool = False, trusted_spki: str | None = None) -> Engine:
    """An engine by its name, not started yet.

    ``headed`` shows its windows; ``trusted_spki`` (base64 of the SHA-256 of a public key) is the certificate
    authority that it must trust. Raises `UsageError` for an unknown name.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"There is no engine named {name}.", remedy=f"{guess}The engines are {', '.join(known)}.")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Engine, module.create(headed=headed, trusted_spki=trusted_spki))
