"""What behaviours may do to an open websocket, beyond its messages.

mitmproxy calls ``websocket_message`` only. In the lab another hook, ``websocket_control``, is called for pings,
pongs, closing frames and the end of a connection: what came is `control(flow)`, and a behaviour may set its
``dropped``. In both hooks `delay` lets what came leave later. What is done to all frames of a websocket stands in
its `Treatment`, and `end` ends it at any time. The relay of lab/network/websocket_relay.py heeds all that.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import commands, events
from mitmproxy.websocket import WebSocketMessage
from pydantic import AfterValidator, WithJsonSchema

from lab.network import connections, term

ABNORMAL = 1006
"""What a client calls a websocket that ended without a closing frame (RFC 6455 section 7.1.5)."""

CONTROL = "lab.control"
DELAY = "lab.delay"
ENDED_BY_HOP = "lab.ended_by_hop"
ENDED_WITH_RESET = "lab.ended_with_reset"
RELEASED = "lab.released"
_TREATMENT = "lab.treatment"


def _code(value: int) -> int:
    if 1000 <= value <= 4999 and value not in {1004, 1005, 1006, 1015} and not 1016 <= value < 3000:
        return value
    raise ValueError("expected a code that a closing frame may say: 1000 to 1014 but 1004 to 1006, or 3000 to 4999")


Code = Annotated[int, AfterValidator(_code), WithJsonSchema({"type": "integer", "minimum": 1000, "maximum": 4999})]
"""What a closing frame may say (RFC 6455 section 7.4)."""

How = Literal["fin", "rst", "close"]
"""How a websocket is ended: with FIN alone, with RST, with a closing frame before FIN."""


@dataclass
class Control:
    """What came on a websocket that is no message."""

    kind: Literal["ping", "pong", "close", "end"]
    """``end``: of the TCP connection."""
    from_client: bool
    dropped: bool = False
    """Set by a behaviour: it does not go on, and nobody answers it."""


@dataclass
class Treatment:
    """What is done to everything on one websocket."""

    raw: bool = False
    """Bytes pass unread, and so without a hook."""
    fragment: int | None = None
    """Messages leave in frames of at most so many bytes; in the frames that they came in where None."""
    set_rsv1: set[bool] = field(default_factory=set)
    """Whose messages leave with the first reserved bit set: True for the client's, False for the server's."""


@dataclass
class WebsocketControlHook(commands.StartHook):  # type: ignore[no-untyped-call] # mitmproxy's own signature
    """Something other than a message has come on a websocket: see `control`."""

    flow: HTTPFlow


@dataclass
class WebsocketReleasedHook(commands.StartHook):  # type: ignore[no-untyped-call] # mitmproxy's own signature
    """A message that was delayed is about to leave: see `released`."""

    flow: HTTPFlow


class EndWanted(events.MessageInjected[Any]):
    """The hop is to end the websocket."""

    def __init__(self, flow: HTTPFlow, how: How, code: int, reason: str) -> None:
        super().__init__(flow, None)
        self.how: How = how
        self.code = code
        self.reason = reason


def control(flow: HTTPFlow) -> Control:
    """What the hook ``websocket_control`` is about."""
    found: Control = flow.metadata[CONTROL]
    return found


def drop(message: WebSocketMessage) -> None:
    """Keep a message from going on."""
    message.dropped = True


def treatment(flow: HTTPFlow) -> Treatment:
    """What is done to everything on the flow's websocket; to be changed in place."""
    found: Treatment = flow.metadata.setdefault(_TREATMENT, Treatment())
    return found


def delay(flow: HTTPFlow, seconds: float) -> None:
    """Let what the running hook is about leave so much later, while the behaviour acts. Several delays add up."""
    flow.metadata.setdefault(DELAY, []).append((seconds, term.current()))


def delayed(flow: HTTPFlow) -> bool:
    """Whether what the running hook is about leaves later, a message with the hook ``websocket_released``."""
    return DELAY in flow.metadata


def released(flow: HTTPFlow) -> WebSocketMessage:
    """The message that the hook ``websocket_released`` is about."""
    found: WebSocketMessage = flow.metadata[RELEASED]
    return found


async def end(flow: HTTPFlow, how: How, *, code: int = ABNORMAL, reason: str = "") -> None:
    """End the websocket on both sides, unless it has ended; a closing frame says the code and the reason."""
    if flow.live:
        await connections.tell(flow, EndWanted(flow, how, code, reason))


def ended_by_hop(flow: HTTPFlow) -> bool:
    """Whether it was the hop that ended the websocket, and neither the client nor the server."""
    return bool(flow.metadata.get(ENDED_BY_HOP))


def ended_with_reset(flow: HTTPFlow) -> bool:
    """Whether the hop ended the websocket with RST, which on HTTP/2 is one of the stream alone."""
    return bool(flow.metadata.get(ENDED_WITH_RESET))
