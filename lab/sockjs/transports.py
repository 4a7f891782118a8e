"""The transports of sockjs-client, under the names that it gives them, in the order in which it tries them."""

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
