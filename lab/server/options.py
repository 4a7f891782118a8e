"""The options of an endpoint."""

from dataclasses import dataclass

from lab.server.dialects import DIALECTS, Dialect, Protocol
from lab.sockjs.session import Settings


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How an endpoint behaves. The defaults are sockjs-node's, where it has the option."""

    heartbeat_s: float = 25.0
    """Silence after which a heartbeat is sent."""
    disconnect_delay_s: float = 5.0
    """How long a session without a receiving connection is kept."""
    response_limit: int = 131072
    """Bytes after which a streaming response is ended and a new one expected."""
    cookie: bool = False
    """Whether the JSESSIONID cookie is set and /info says that it is needed."""
    node: str = ""
    """The server's name among several, which it puts into that cookie; empty where a balancer does, or nobody."""
    websocket: bool = True
    """Whether the websocket transport is offered."""
    sockjs_url: str = "/lab/sockjs.js"
    """The client that the iframe page loads; a relative URL is resolved against that page."""
    allowed_origins: frozenset[str] | None = None
    """The origins of pages that may use the endpoint across origins; any where None."""
    base_url: str = ""
    """Where clients are to go instead, told in /info: an absolute URL, or one relative to the prefix."""
    message_limit: int = 4 * 1024 * 1024
    """Bytes of one request's body or one websocket message from a client; more is refused (413, or 1009)."""
    queue_limit: int = 4 * 1024 * 1024
    """Characters of messages, and three for each of them, that may wait for a client; with more it is closed."""
    batch_limit: int = 50_000
    """Messages that a client may send in one piece; more are refused (413, or 1009): they are handled in one go."""
    session_limit: int = 100_000
    """Sessions over HTTP at one time; a request that would open another is refused (503)."""
    body_s: float = 30.0
    """How long a client has for the body of a request; a slower one is refused (408)."""

    protocol: Protocol = "current"
    """The text of the protocol to follow where the texts disagree: see lab/server/dialects.py."""

    @property
    def dialect(self) -> Dialect:
        """The answers of that text."""
        return DIALECTS[self.protocol]

    def settings(self) -> Settings:
        """What of this a session has to know."""
        return Settings(
            heartbeat_s=self.heartbeat_s,
            disconnect_delay_s=self.disconnect_delay_s,
            queue_limit=self.queue_limit,
        )
