"""Spoils the CORS headers of responses: drops, doubles or widens them.

On the wire: ``Access-Control-Allow-Origin`` is removed (``drop``), follows twice (``double``), says ``*``
(``wildcard``) or what ``value`` says (``replace``); ``credentials: drop`` removes
``Access-Control-Allow-Credentials``. All but ``drop`` also add it where the server has not sent it.

Who does it: nginx that adds CORS headers on top of those that a SockJS server sends
(https://github.com/sockjs/sockjs-node/issues/227, https://github.com/sockjs/sockjs-client/issues/257,
https://github.com/RubaXa/nginx-cors/issues/7, https://github.com/sockjs/sockjs-client/issues/416).

What survives: on the page's own origin, everything. Across origins nothing, not even websocket, which needs no CORS:
the browser keeps the answer to ``/info`` from the page, and the client closes with 1002. SockJS asks for ``/info``
with credentials, for which browsers do not accept ``*``.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour

_ORIGIN = "Access-Control-Allow-Origin"
_CREDENTIALS = "Access-Control-Allow-Credentials"


class Cors(Behaviour):
    """Drops, doubles or replaces the CORS headers of responses."""

    class Parameters(Behaviour.Parameters):
        """What becomes of the headers."""

        allow_origin: Literal["keep", "drop", "double", "wildcard", "replace"] = Field(
            "drop", description="What becomes of Access-Control-Allow-Origin."
        )
        value: str | None = Field(
            None,
            description=(
                "What double adds and replace puts there; where null, double repeats what is there and replace "
                "says null."
            ),
        )
        credentials: Literal["keep", "drop"] = Field(
            "keep", description="Whether Access-Control-Allow-Credentials stays."
        )

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Change the headers."""
        if flow.response is None or flow.response.status_code == 101:
            return
        headers = flow.response.headers
        before = headers.get_all(_ORIGIN)
        after = self._allowed(before, flow.request.headers.get("origin", "*"))
        if after != before:
            headers.set_all(_ORIGIN, after)
            said = f"set {_ORIGIN} to {' and '.join(after)}" if after else f"removed {_ORIGIN}"
            self.did(flow, said, before=before)
        if self.parameters.credentials == "drop" and headers.pop(_CREDENTIALS, None) is not None:
            self.did(flow, f"removed {_CREDENTIALS}")

    def _allowed(self, there: list[str], origin: str) -> list[str]:
        value = self.parameters.value
        match self.parameters.allow_origin:
            case "drop":
                return []
            case "double":
                return [*(there or [origin]), value or (there[0] if there else origin)]
            case "wildcard":
                return ["*"]
            case "replace":
                return [value or "null"]
        return there


addons = [Cors.addon()]
