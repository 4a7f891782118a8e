"""The test services side by side, as testers of the protocol expect them of a server."""

from dataclasses import replace
from typing import NamedTuple

from lab.server.options import ServerOptions

TESTED_LIMIT = 4096
"""The response limit in bytes that external conformance suites assume of ``/echo``."""


class Mounted(NamedTuple):
    """One endpoint of a server."""

    prefix: str
    service: str
    """The name of a test service: a file in lab/server/services/."""
    options: ServerOptions


def endpoints(options: ServerOptions, *, protocol_test: bool = False) -> list[Mounted]:
    """Every test service at its usual URL, ``/echo`` first.

    Args:
        options: How they behave, apart from what a URL is there to show.
        protocol_test: Whether ``/echo`` ends a streaming response after `TESTED_LIMIT` bytes.
    """
    echo = replace(options, response_limit=TESTED_LIMIT) if protocol_test else options
    return [
        Mounted("/echo", "echo", echo),
        Mounted("/disabled_websocket_echo", "echo", replace(options, websocket=False)),
        Mounted("/cookie_needed_echo", "echo", replace(options, cookie=True)),
        Mounted("/close", "close", options),
        Mounted("/amplify", "amplify", options),
        Mounted("/broadcast", "broadcast", options),
        Mounted("/ticker", "ticker", options),
    ]
