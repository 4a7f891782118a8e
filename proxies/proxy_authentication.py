"""Asks for credentials, as proxies of companies do.

On the wire: a request without the right ``Proxy-Authorization`` is answered with 407 and ``Proxy-Authenticate``; at a
hop that is no forward proxy with 401, ``WWW-Authenticate`` and ``Authorization``. What the credentials were sent in
is removed before the request goes on. ``at`` says whether that holds for CONNECT, for requests outside of a tunnel,
or for both; inside of a tunnel that was let through nothing is asked.

``basic`` compares user and password. ``ntlm`` is the dialogue of NTLM bound to the connection: 407 with ``NTLM``; the
client's first message is answered with 407 and a challenge; its second, on the same connection, lets in all that
follows on it (https://datatracker.ietf.org/doc/html/rfc4559 describes the same for the web). Any client that keeps to
the dialogue is let in: passwords are not checked.

Who does it: proxies with Basic, NTLM or Kerberos. Chrome's websockets did not do Windows authentication
(https://github.com/ashmind/SharpLab/issues/266), Firefox asked the user again on a bumped websocket
(https://github.com/diladele/websafety/issues/17), and a browser cannot answer a 407 for a websocket by itself
(https://github.com/whatwg/fetch/issues/565).

What survives: with ``at: connect`` on plain HTTP, every HTTP transport, and websocket fails at once in Chromium and
Firefox, which ask for a tunnel even for ``ws://``: what happens where a browser has credentials for pages, and not
for websockets. With ``both`` nothing, unless the browser was given credentials: ``/info`` is answered with 407, and
the client closes with 1002, at once in Firefox, and after 8 s in Chromium and WebKit, which keep it waiting for a
dialogue of their own.
"""

import base64
import struct
from typing import Literal
from weakref import WeakKeyDictionary

from mitmproxy import http
from mitmproxy.connection import Client
from mitmproxy.proxy.mode_specs import RegularMode, UpstreamMode
from pydantic import BaseModel, Field

from lab.network.answers import response
from lab.network.behaviour import Behaviour

_SIGNATURE = b"NTLMSSP\x00"


class ProxyAuthentication(Behaviour):
    """Answers requests without credentials with 407, or 401 at a hop that is no forward proxy."""

    class Parameters(Behaviour.Parameters):
        """Who is let in, and where it is asked."""

        scheme: Literal["basic", "ntlm"] = Field("basic", description="How the client has to show who it is.")
        at: Literal["connect", "requests", "both"] = Field(
            "both", description="What is asked for credentials: CONNECT, requests outside of a tunnel, or both."
        )
        user: str = Field("lab", description="With basic: the user's name.")
        password: str = Field("lab", description="With basic: the password.")
        realm: str = Field("proxy", description="With basic: the realm that the user is asked for.")

    parameters: Parameters

    def __init__(self, parameters: BaseModel | None = None) -> None:
        super().__init__(parameters)
        self._let_in: WeakKeyDictionary[Client, bool] = WeakKeyDictionary()
        """The connections on which nothing more is asked; False where NTLM has sent its challenge."""

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Ask at a CONNECT."""
        if self.parameters.at == "requests" or self._is_let_in(flow, "Proxy-Authorization"):
            self._let_in[flow.client_conn] = True
        else:
            self._ask(flow, 407)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask at a request."""
        if self.parameters.at == "connect" or self._let_in.get(flow.client_conn):
            return
        forward = isinstance(flow.client_conn.proxy_mode, (RegularMode, UpstreamMode))
        if not self._is_let_in(flow, "Proxy-Authorization" if forward else "Authorization"):
            self._ask(flow, 407 if forward else 401)

    def _is_let_in(self, flow: http.HTTPFlow, header: str) -> bool:
        scheme, _, said = flow.request.headers.get(header, "").partition(" ")
        if scheme.lower() != self.parameters.scheme:
            return False
        if scheme.lower() == "basic":
            right: bool = said.strip() == _basic(self.parameters.user, self.parameters.password)
        else:
            right = _type_of(said) == 3 and self._let_in.get(flow.client_conn) is False
            if right:
                self._let_in[flow.client_conn] = True
        if right:
            del flow.request.headers[header]
            self.did(flow, f"let the client in by {self.parameters.scheme}")
        return right

    def _ask(self, flow: http.HTTPFlow, status: int) -> None:
        header = "Proxy-A" if status == 407 else "A"
        asks = "Proxy-Authenticate" if status == 407 else "WWW-Authenticate"
        wanted = f'Basic realm="{self.parameters.realm}"'
        said = "credentials"
        if self.parameters.scheme == "ntlm":
            message = flow.request.headers.get(f"{header}uthorization", "").partition(" ")[2]
            wanted = "NTLM"
            self._let_in.pop(flow.client_conn, None)
            if _type_of(message) == 1:
                self._let_in[flow.client_conn] = False
                wanted += f" {_challenge(self.random.randbytes(8))}"
                said = "an answer to its challenge"
        flow.response = response(status, "Who are you?\n", headers={asks: wanted})
        self.did(flow, f"answered with {status} and asked for {said}", status=status)


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _type_of(message: str) -> int:
    """The type of an NTLM message in Base64; 0 for what is none."""
    try:
        raw = base64.b64decode(message, validate=True)
    except ValueError:
        return 0
    return int(struct.unpack_from("<I", raw, 8)[0]) if raw.startswith(_SIGNATURE) and len(raw) >= 12 else 0


def _challenge(nonce: bytes) -> str:
    """An NTLM message of type 2 without a target: signature, type, empty target, flags, nonce, nothing."""
    flags = 0x00000201  # Unicode, NTLM
    return base64.b64encode(_SIGNATURE + struct.pack("<IHHII", 2, 0, 0, 32, flags) + nonce).decode()


addons = [ProxyAuthentication.addon()]
