"""Lets several mitmproxy masters live in one process: `mitmproxy.ctx` becomes local to a context.

mitmproxy keeps the running master and its options in the module ``mitmproxy.ctx``, once per process: with two
masters every listener silently uses the addons and options of the one made last. After `install` the module's
three names are context variables. Each hop runs its master in a task of its own; every callback, connection
and hook of that hop inherits the task's context and so finds its own master.

Written against mitmproxy 11.0.2, and the reason why pyproject.toml pins it.
"""

import types
import warnings
from contextvars import ContextVar
from typing import Any

from mitmproxy import ctx

# mitmproxy's addons pull in ldap3 and passlib, which warn of their own future on import: 'tagMap', 'typeMap' and
# 'crypt' are deprecated. That must not stop the lab where warnings are errors, so who needs them imports them here.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy.addons import next_layer, proxyserver, tlsconfig
    from mitmproxy.master import Master

__all__ = ["Master", "install", "next_layer", "proxyserver", "tlsconfig"]


class _Slot:
    """One name of the module ``mitmproxy.ctx``, kept in a context variable."""

    def __init__(self, name: str) -> None:
        self._value: ContextVar[Any] = ContextVar(f"mitmproxy.ctx.{name}")

    def __get__(self, module: object, owner: type | None = None) -> Any:
        try:
            return self._value.get()
        except LookupError:
            raise AttributeError from None

    def __set__(self, module: object, value: Any) -> None:
        self._value.set(value)


class _ContextLocal(types.ModuleType):
    """The module ``mitmproxy.ctx`` with its names kept per context."""

    master = _Slot("master")
    options = _Slot("options")
    log = _Slot("log")


def install() -> None:
    """Make ``mitmproxy.ctx`` context-local. Calling it again changes nothing.

    Raises:
        RuntimeError: A master was made before; its listeners would lose their addons.
    """
    module: Any = ctx
    if isinstance(module, _ContextLocal):
        return
    if "master" in vars(module):
        raise RuntimeError("mitmproxy.ctx must be made context-local before the first master is made")
    module.__class__ = _ContextLocal
