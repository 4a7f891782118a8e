"""Messages: what became of the messages of the application, on each connection and in all.

Where the server's own events are there, each direction is held against itself: what the page sent against what the
server received, and what the server sent against what the page received. So what the server sends of itself (a
push, a broadcast, a ticker) is no fault, nor is a message that it takes and does not answer. Where they are not
(a server that is not the lab's), what came back is held against what was sent, as of an echo service.

For each direction let S be the texts sent, in the order of sending, and R those received, in the order of
receiving. Messages with the same text cannot be told apart, so nothing below tries to:

- **missing** of a text: how often it was sent less how often it was received, where that is positive;
- **duplicated**: how much more often a text was received than sent, over the texts that were sent;
- **corrupted**: texts received that were never sent. Each of them accounts for one missing message, as long
  as there are any: what came back changed is not lost as well;
- **lost**: the messages missing that no corrupted one accounts for;
- **reordered**: the least number of messages that would have to be moved to put things right: those that came
  back (each text as often as it was both sent and received) less the longest common subsequence of S and R.

So a message corrupted into the text of another counts as one lost and one duplicated: the events say no more.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from lab.events import Event
from lab.timeline.attempts import connection_of, in_order, of_browser
from lab.timeline.exchanges import is_server
from lab.timeline.join import session_path
from lab.timeline.results import Messages

RAW = "raw-websocket"
"""What the recorder calls a websocket of the page without sockjs-client."""
IN_FLIGHT_MS = 1000.0
"""How long what the server sent may be on its way when the page closes: it is not lost, nobody waits for it."""


def messages_of(events: Sequence[Event], connection: str | None = None) -> Messages:
    """The messages of one connection, or of all together."""
    names = dict.fromkeys(connection_of(event) for event in of_browser(events))
    each = [_of_connection(events, name) for name in names if connection in (None, name)]
    return Messages(**{key: sum(getattr(one, key) for one in each) for key in Messages.model_fields})


def _of_connection(events: Sequence[Event], name: str) -> Messages:
    sent, received = (_of_page(events, name, kind) for kind in ("message.out", "message.in"))
    server = _of_server(events, name)
    if server is None:
        return compare(_hashes(sent), _hashes(received))
    into, out = ([e for e in server if e.kind == kind] for kind in ("message.in", "message.out"))
    up = compare(_told(sent), _told(into))
    down = compare(_told(_due(events, name, out, len(received))), _told(received))
    return Messages(
        sent=len(sent),
        received=len(received),
        pushed=max(0, len(out) - len(into)),
        **{key: getattr(up, key) + getattr(down, key) for key in ("lost", "duplicated", "reordered", "corrupted")},
    )


def _of_page(events: Sequence[Event], name: str, kind: str) -> list[Event]:
    """In the order in which the page counted them: one millisecond can hold several."""
    found = [event for event in of_browser(events, name) if event.kind == kind]
    return sorted(found, key=lambda event: int(event.data["n"]))


def _of_server(events: Sequence[Event], name: str) -> list[Event] | None:
    """What the server received and sent in the sessions of a connection; None where it tells of none of them.

    Of a server that is not the lab's own its doorstep tells requests alone.
    """
    wanted = sessions_of(events, name)
    told = [e for e in in_order(events) if is_server(e.vantage) and e.data.get("session") in wanted]
    messages = [event for event in told if event.kind in ("message.in", "message.out")]
    return messages if messages or any(event.kind == "session.open" for event in told) else None


def _due(events: Sequence[Event], name: str, out: list[Event], received: int) -> list[Event]:
    """What the server sent, without what was on its way when the page itself closed the connection."""
    closed = next((e for e in of_browser(events, name) if e.kind == "client.close" and e.data.get("was_clean")), None)
    if closed is None:
        return out
    return [e for place, e in enumerate(out) if place < received or e.t_ms < closed.t_ms - IN_FLIGHT_MS]


def sessions_of(events: Sequence[Event], connection: str) -> set[str]:
    """The ids of the sessions that a connection asked for.

    A raw websocket has no id: the n-th that opened in the page is the server's ``raw-n``.
    """
    found = set()
    raw = 0
    seen = of_browser(events)
    for event in seen:
        own = connection_of(event) == connection
        if event.kind == "attempt.start" and own:
            shape = session_path(str(event.data.get("url", "")), str(event.data.get("transport", "")))
            found |= {shape[1].split("/")[-1]} if shape else set()
        elif event.kind == "attempt.open" and event.data.get("transport") == RAW:
            raw += 1
            found |= {f"raw-{raw}"} if own else set()
    return found


def _told(messages: list[Event]) -> list[Hashable]:
    """What both ends tell of a message: its beginning and its size.

    The page keeps 200 UTF-16 code units, the server 200 code points: 100 characters are in both.
    """
    return [(str(event.data.get("text", ""))[:100], event.data.get("bytes")) for event in messages]


def _hashes(messages: list[Event]) -> list[str]:
    return [str(event.data["hash"]) for event in messages]


def compare(sent: Sequence[Hashable], received: Sequence[Hashable]) -> Messages:
    """What became of the messages of one direction, or of those that came back."""
    out, back = Counter(sent), Counter(received)
    came_back = (out & back).total()
    missing = (out - back).total()
    unknown = sum(count for text, count in back.items() if text not in out)
    return Messages(
        sent=len(sent),
        received=len(received),
        lost=missing - min(missing, unknown),
        duplicated=sum(max(0, back[text] - count) for text, count in out.items()),
        reordered=came_back - _common(sent, received),
        corrupted=unknown,
    )


def _common(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence (Hunt and Szymanski: fast where most texts differ)."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    places: dict[Hashable, list[int]] = defaultdict(list)
    for index in range(len(left) - 1, start - 1, -1):
        places[left[index]].append(index)
    # ends[k] is the least index of left at which a common subsequence of length k + 1 can end.
    ends: list[int] = []
    for text in right[start:]:
        for index in places.get(text, ()):
            at = bisect_left(ends, index)
            ends[at : at + 1] = [index]
    return start + len(ends)
