"""What both kinds of hop record by: events that pass until the hop is being stopped."""

from typing import Any

from lab.events import Emit


class Gate:
    """Passes events on until it is closed."""

    def __init__(self) -> None:
        self._closed = False

    def through(self, emit: Emit) -> Emit:
        """``emit``, as long as the gate is open."""

        def pass_on(kind: str, /, **data: Any) -> None:
            if not self._closed:
                emit(kind, **data)

        return pass_on

    def close(self) -> None:
        """Record nothing more: the hop is being stopped, and what ends now was ended by the lab."""
        self._closed = True
