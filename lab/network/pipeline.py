"""Which behaviours of a hop see which traffic, and in what order."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Protocol

from mitmproxy.http import HTTPFlow

from lab.network.behaviour import Behaviour

EXEMPT = "lab.exempt"
"""Set in the metadata of a flow that no behaviour sees."""

_STOPPING = frozenset({"requestheaders", "request", "http_connect"})
"""Hooks after which a request goes no further once a behaviour has answered or killed it."""


class Failed(Protocol):
    """Where an exception raised by a behaviour goes."""

    def __call__(self, text: str, *, behaviour: str | None = None) -> None:
        """Tell what was raised."""


class Pipeline:
    """The behaviours of one hop in order.

    `_for` alone decides who sees a flow: this is where ``when``, ``after``, ``for`` and ``every`` will filter.
    The list is read anew for each hook, so behaviours may be added, removed and replaced while the hop runs.
    """

    def __init__(self, behaviours: Sequence[Behaviour], failed: Failed) -> None:
        self.behaviours = list(behaviours)
        self._failed = failed

    def _for(self, subject: object) -> Iterator[Behaviour]:
        """The behaviours that see ``subject``, in order: none where the flow is exempt."""
        if isinstance(subject, HTTPFlow) and subject.metadata.get(EXEMPT):
            return
        yield from tuple(self.behaviours)

    def has(self, hook: str) -> bool:
        """Whether some behaviour has the hook."""
        return any(hasattr(behaviour, hook) for behaviour in self.behaviours)

    async def run(self, hook: str, subject: object) -> None:
        """Call the hook of each behaviour that has it; what one raises is reported and ends only its own turn."""
        for behaviour in self._for(subject):
            method = getattr(behaviour, hook, None)
            if method is None:
                continue
            try:
                result = method(subject)
                if inspect.isawaitable(result):
                    await result
            except Exception as error:
                self._failed(f"{hook}: {type(error).__name__}: {error}", behaviour=behaviour.name)
            if hook in _STOPPING and isinstance(subject, HTTPFlow) and (subject.response or subject.error):
                return
