"""What is said otherwise where HTTP/2 carried the request: a websocket's is an extended CONNECT there (RFC 8441)."""

from typing import Literal

from lab.timeline.diagnosis.evidence import request_of
from lab.timeline.join import Trial

_HINT = (
    "announce SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441) only where all that is behind takes it: a browser that was "
    "refused does not ask again over HTTP/1.1"
)


def handshake(trial: Trial) -> str:
    """What asked for the websocket, as part of a sentence."""
    return "the request for the websocket" + (", an extended CONNECT of HTTP/2," if _extended(trial) else "")


def hint(trial: Trial, otherwise: str) -> str:
    """What helps where a websocket was refused; ``otherwise`` where HTTP/1.1 asked for it, or for no websocket."""
    return _HINT if _extended(trial) else otherwise


def carrier(trial: Trial, hop: str) -> Literal["connection", "stream"]:
    """What ends at the hop's side towards the browser: one connection carries many streams."""
    side = request_of(trial).get(f"{hop}.client")
    return "stream" if side is not None and side.over_http2 else "connection"


def _extended(trial: Trial) -> bool:
    first = next(iter(request_of(trial).values()), None)
    return trial.kind == "websocket" and first is not None and first.over_http2
