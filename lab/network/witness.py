"""What both test benches are asked: what was seen, and where."""

from typing import Any

from lab.events import Event, EventLog

PATIENCE_S = 5.0
"""How long a test waits for what should come at once."""


class Witness:
    """Tells what is in a log of events."""

    log: EventLog

    def events(self, vantage: str, *kinds: str) -> list[Event]:
        """What was seen at ``vantage``: all, or only these kinds."""
        return [event for event in self.log if event.vantage == vantage and (not kinds or event.kind in kinds)]

    async def seen(self, vantage: str, kind: str, **data: Any) -> Event:
        """Wait until such an event is there; AssertionError where none comes."""

        def wanted(event: Event) -> bool:
            return (event.vantage, event.kind) == (vantage, kind) and data.items() <= event.data.items()

        event = await self.log.wait_for(wanted, timeout_s=PATIENCE_S)
        assert event is not None, f"no {kind} {data} at {vantage}; there is {[e.as_json() for e in self.log]}"
        return event
