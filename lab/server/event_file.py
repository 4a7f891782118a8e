"""A file that takes events as they come: one JSON object per line."""

import json
from pathlib import Path
from typing import Any

from lab.errors import UsageError
from lab.events import Clock, Event


class EventFile:
    """Appends events of the server to a file. Each line is there for readers as soon as it was seen."""

    def __init__(self, path: Path) -> None:
        """Open ``path`` for appending.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            self._file = path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}", remedy="give --events a file in a folder that exists"
            ) from error
        self._clock = Clock()

    def emit(self, kind: str, /, **data: Any) -> None:
        """Write one event of the vantage ``server``, now."""
        # ASCII only: what clients send may hold surrogates, which no file in UTF-8 can.
        self._file.write(json.dumps(Event(self._clock.now_ms(), "server", kind, data).as_json()) + "\n")

    def close(self) -> None:
        """End the file. Safe to call again."""
        self._file.close()
