"""What a transport is asked and what it wants done about it, whoever speaks HTTP.

The files of transports/ hold no I/O: they get a `Request` and give an `Answer`, a `Reception` or an `Opening`. Two
skins perform these: connection.py on the lab's own connections, mounting.py in an application of aiohttp's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from lab.server.sessions import LiveSession

_MOST_PARAMETERS = 100


class Request:
    """A request, as far as transports look at it."""

    __slots__ = ("body", "headers", "method", "query", "secure")

    def __init__(
        self, method: str, headers: Mapping[str, str], query: str = "", *, secure: bool = False, body: bytes = b""
    ) -> None:
        self.method = method
        self.headers = headers
        """To be asked by names in small letters."""
        self.query = query
        """What stands behind the URL's question mark, as it came."""
        self.secure = secure
        """Whether it came over TLS."""
        self.body = body
        """Empty where the route takes none."""

    def parameter(self, name: str) -> str | None:
        """The parameter of that name in the URL, the first where there are several; None where there is none."""
        try:
            found = parse_qs(self.query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError:
            return None
        return found.get(name, [None])[0]


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    closes: bool = False
    """Whether the connection is to end with it."""


class Reception(NamedTuple):
    """The session's frames are wanted: the next one (polling), or all of them as they come (streaming)."""

    headers: Mapping[str, str]
    wrap: Callable[[str], bytes]
    """Makes what is written of a frame."""
    limit: int
    """Bytes of frames after which the answer ends."""
    prelude: bytes | None = None
    """What stands before the frames of a stream; None for polling."""


class Opening(NamedTuple):
    """A websocket is wanted."""

    create: Callable[[], "LiveSession"]
    """Makes the session when the handshake is through."""
    decode: Callable[[str], Sequence[str]]
    """The messages in a text from the client."""


Outcome = Answer | Reception | Opening
