"""Changes the cookies that a server sets: their name, where they are sent, and how long they live.

On the wire: in each Set-Cookie of a response, websocket handshakes included, the attributes are set to what is given.
With a ``prefix`` the name gets it, too, and requests bring the cookie back without it, as a portal does that keeps
the cookies of several servers apart; ``restore: false`` leaves the name as the browser sends it.

Who does it: Privoxy's session-cookies-only, on by default, takes ``Expires`` away (measured with Privoxy 3.0.34 on
Debian 12). Reverse proxies rewrite path and domain (nginx's proxy_cookie_path,
https://nginx.org/en/docs/http/ngx_http_proxy_module.html). ``SameSite=Lax`` is what browsers take a cookie for that
says nothing.

What survives: every transport at one server. Where a balancer keeps a session at its server by a cookie, a cookie
that does not come back spreads the session over all of them, and everything but websocket fails: after a path that
the endpoint is not below, a domain that is not the server's, ``Secure`` on plain HTTP (below ``localhost`` Chromium
and Firefox take it all the same), ``SameSite=Lax`` or ``Strict`` on an endpoint of another site, ``SameSite=None``
without ``Secure`` (refused by Chromium), a prefix that is not restored.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class RewriteCookies(Behaviour):
    """Changes name and attributes of the cookies that are set."""

    class Parameters(Behaviour.Parameters):
        """What they become; null leaves a thing as it is."""

        names: list[str] = Field(
            default_factory=list, description="The cookies to change; all where the list is empty."
        )
        prefix: str | None = Field(None, description="What is put before the name; nothing where null.")
        restore: bool = Field(True, description="Whether requests get the name back without the prefix.")
        path: str | None = Field(None, description="Path; as the server says where null.")
        domain: str | None = Field(
            None, description="Domain; an empty text removes it; as the server says where null."
        )
        same_site: Literal["None", "Lax", "Strict", "remove"] | None = Field(
            None, description="SameSite; remove takes it away; as the server says where null."
        )
        secure: bool | None = Field(None, description="Whether it is Secure; as the server says where null.")
        http_only: bool | None = Field(None, description="Whether it is HttpOnly; as the server says where null.")
        session_only: bool = Field(False, description="Whether Expires and Max-Age are removed.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Give the cookies their names back."""
        prefix = self.parameters.prefix
        if not prefix or not self.parameters.restore:
            return
        headers = flow.request.headers
        cookies = [cookie.strip() for line in headers.get_all("cookie") for cookie in line.split(";")]
        restored = [self._restored(cookie, prefix) for cookie in cookies]
        if restored != cookies:
            headers.set_all("Cookie", ["; ".join(restored)])
            self.did(flow, f"removed the prefix {prefix} from the request's cookies")

    def _restored(self, cookie: str, prefix: str) -> str:
        name = cookie.partition("=")[0].removeprefix(prefix)
        return cookie.removeprefix(prefix) if self._changes(name) else cookie

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Change the cookies that are set."""
        if flow.response is None:
            return
        before = flow.response.headers.get_all("set-cookie")
        after = [self._changed(cookie) for cookie in before]
        if after != before:
            flow.response.headers.set_all("Set-Cookie", after)
            names = [old.partition("=")[0].strip() for old, new in zip(before, after, strict=True) if old != new]
            self.did(flow, f"rewrote the cookie {', '.join(names)}", after=after)

    def _changes(self, name: str) -> bool:
        return not self.parameters.names or name in self.parameters.names

    def _changed(self, cookie: str) -> str:
        pair, *rest = [part.strip() for part in cookie.split(";")]
        if not self._changes(pair.partition("=")[0].strip()):
            return cookie
        settings = self.parameters
        # By lower-case name, as they were written; None takes one away.
        parts: dict[str, str | None] = {part.partition("=")[0].strip().lower(): part for part in rest if part}
        if settings.path is not None:
            parts["path"] = f"Path={settings.path}"
        if settings.domain is not None:
            parts["domain"] = f"Domain={settings.domain}" if settings.domain else None
        if settings.same_site is not None:
            parts["samesite"] = None if settings.same_site == "remove" else f"SameSite={settings.same_site}"
        if settings.secure is not None:
            parts["secure"] = "Secure" if settings.secure else None
        if settings.http_only is not None:
            parts["httponly"] = "HttpOnly" if settings.http_only else None
        if settings.session_only:
            parts |= {"expires": None, "max-age": None}
        return "; ".join([(settings.prefix or "") + pair, *(part for part in parts.values() if part is not None)])


addons = [RewriteCookies.addon()]
