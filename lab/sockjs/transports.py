"""The transports of sockjs-client, under the names that it gives them, in the order in which it tries them."""

from collections.abc import Mapping
from typing import Literal, get_args

TransportName = Literal[
    "websocket",
    "xhr-streaming",
    "xdr-streaming",
    "eventsource",
    "iframe-eventsource",
    "htmlfile",
    "iframe-htmlfile",
    "xhr-polling",
    "xdr-polling",
    "iframe-xhr-polling",
    "jsonp-polling",
]
"""A transport by the client's own name for it (sockjs-client, lib/transport-list.js)."""

TRANSPORTS: tuple[TransportName, ...] = get_args(TransportName)

URL_NAMES: Mapping[TransportName, frozenset[str]] = {
    "websocket": frozenset({"websocket"}),
    "xhr-streaming": frozenset({"xhr_streaming"}),
    "xdr-streaming": frozenset({"xhr_streaming"}),
    "eventsource": frozenset({"eventsource"}),
    "iframe-eventsource": frozenset({"eventsource"}),
    "htmlfile": frozenset({"htmlfile"}),
    "iframe-htmlfile": frozenset({"htmlfile"}),
    "xhr-polling": frozenset({"xhr"}),
    "xdr-polling": frozenset({"xhr"}),
    "iframe-xhr-polling": frozenset({"xhr"}),
    "jsonp-polling": frozenset({"jsonp", "jsonp_send"}),
}
"""The last part of the URLs that are a transport's own. Most send to ``xhr_send``, which is nobody's own."""
