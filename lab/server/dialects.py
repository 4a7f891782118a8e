"""What the texts of the protocol disagree on: sockjs-protocol 0.3.3 and the text that its project holds today.

The current one is the default: it is what browsers of today need (a page with the origin ``null`` cannot read an
answer for ``*`` when it sends cookies) and what sockjs-node answers. Everything else is the same in both, or allowed
by both: OPTIONS is answered with 204 and names its methods, websockets of versions 7, 8, 13 and of draft 76 open.
"""

from typing import Literal, NamedTuple

Protocol = Literal["current", "0.3.3"]


class Dialect(NamedTuple):
    """One text's own answers."""

    null_origin: str
    """What Access-Control-Allow-Origin is for a page whose origin is ``null``."""
    credentials_for_all: bool
    """Whether cookies are allowed where a request names no origin, too."""
    not_cached: str
    """Cache-Control of all that belongs to a session."""
    event_stream: str
    """Content type of eventsource."""
    jsonp_prefix: str
    """What stands before the call in a script of jsonp-polling; a comment keeps it from being read as Flash."""
    iframe_scripts: str
    """The scripts of the iframe page, with the client's URL to be filled in."""


_CURRENT = Dialect(
    null_origin="null",
    credentials_for_all=False,
    not_cached="no-store, no-cache, no-transform, must-revalidate, max-age=0",
    event_stream="text/event-stream",
    jsonp_prefix="/**/",
    iframe_scripts="""\
  <script src="{sockjs_url}"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>""",
)
_0_3_3 = Dialect(
    null_origin="*",
    credentials_for_all=True,
    not_cached="no-store, no-cache, must-revalidate, max-age=0",
    event_stream="text/event-stream; charset=UTF-8",
    jsonp_prefix="",
    iframe_scripts="""\
  <script>
    document.domain = document.domain;
    _sockjs_onload = function(){{SockJS.bootstrap_iframe();}};
  </script>
  <script src="{sockjs_url}"></script>""",
)
DIALECTS: dict[Protocol, Dialect] = {"current": _CURRENT, "0.3.3": _0_3_3}
