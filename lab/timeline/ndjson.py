"""Events as they stand in events.ndjson, read back."""

import json
from collections.abc import Iterable

from lab.events import Event


def events_in(lines: Iterable[str]) -> list[Event]:
    """The events of a case.

    Raises:
        ValueError: A line is no event; it is named by its number.
    """
    events = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            events.append(Event(float(data.pop("t_ms")), str(data.pop("vantage")), str(data.pop("kind")), data))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} is no event with t_ms, vantage and kind: {line.strip()[:80]}") from error
    return events
