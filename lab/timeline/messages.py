"""Messages: what became of the messages of an echo service.

For each connection let S be the hashes of the texts sent, in the order of sending, and R those received,
in the order of receiving. Messages with the same text cannot be told apart, so nothing below tries to:

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
from lab.timeline.attempts import connection_of, of_browser
from lab.timeline.results import Messages


def messages_of(events: Sequence[Event]) -> Messages:
    """The messages of all connections together."""
    sent: dict[str, list[Event]] = defaultdict(list)
    received: dict[str, list[Event]] = defaultdict(list)
    for event in of_browser(events):
        if event.kind in ("message.out", "message.in"):
            (sent if event.kind == "message.out" else received)[connection_of(event)].append(event)
    each = [compare(_hashes(sent[name]), _hashes(received[name])) for name in {*sent, *received}]
    return Messages(**{key: sum(getattr(one, key) for one in each) for key in Messages.model_fields})


def _hashes(messages: list[Event]) -> list[str]:
    """The hashes in the order in which the page counted the messages: one millisecond can hold several."""
    return [str(event.data["hash"]) for event in sorted(messages, key=lambda event: int(event.data["n"]))]


def compare(sent: Sequence[Hashable], received: Sequence[Hashable]) -> Messages:
    """What became of the messages of one connection."""
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
