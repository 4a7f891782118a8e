"""The URLs below an endpoint's prefix, as sockjs-protocol 0.3.3 lays them out."""

import re
from typing import NamedTuple

_IFRAME = re.compile(r"iframe[0-9A-Za-z._-]*\.html")


class Path(NamedTuple):
    """What a URL below the prefix names."""

    name: str
    """``greeting``, ``info``, ``iframe``, ``websocket`` (the raw one), or a transport's last part of the URL."""
    server: str = ""
    """The part that a balancer may use; the server ignores it."""
    session: str = ""
    """The session's id as it stands in the URL (still percent-encoded); empty outside of sessions."""


_GREETING = Path("greeting")
_INFO = Path("info")
_RAW = Path("websocket")
_IFRAME_PAGE = Path("iframe")


def parse(path: str) -> Path | None:
    """What ``path`` names: the URL's raw path after the prefix, without the query; None where it names nothing.

    A path of three parts names a session; its first two must hold something and no dot. Whether a transport of
    that name exists is not decided here.
    """
    parts = path.split("/")
    if len(parts) == 4:
        _, server, session, name = parts
        if parts[0] or not server or not session or not name or "." in server or "." in session:
            return None
        return Path(name, server, session)
    if path in ("", "/"):
        return _GREETING
    if len(parts) != 2 or parts[0]:
        return None
    if parts[1] == "info":
        return _INFO
    if parts[1] == "websocket":
        return _RAW
    return _IFRAME_PAGE if _IFRAME.fullmatch(parts[1]) else None
