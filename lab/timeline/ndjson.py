"""Events as they stand in events.ndjson, read back."""

import json

from lab.events import Event


def events_in(text: str) -> list[Event]:
    """The events of a case, one a line.

    Raises:
        ValueError: A line is no event; it is named by its number.
    """
    events = []
    for number, line in enumerate(text.split("\n"), start=1):  # not splitlines: a message may hold U+2028
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            events.append(Event(float(data.pop("t_ms")), str(data.pop("vantage")), str(data.pop("kind")), data))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} is no event with t_ms, vantage and kind: {line.strip()[:80]}") from error
    return events
