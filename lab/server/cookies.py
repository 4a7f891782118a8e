"""The JSESSIONID cookie, by which some balancers keep a session at one server."""

import re

_COOKIE = re.compile(r"(?:^|;)\s*JSESSIONID=([\w!#$%&'()*+./:<=>?@\[\]^`{|}~-]*)\s*(?:;|$)", re.ASCII)


def set_cookie(cookie_header: str | None, *, secure: bool = False, node: str = "") -> str:
    """The Set-Cookie value: the client's own JSESSIONID again, or ``dummy``; the balancer puts its own there.

    A server that is a ``node`` of several puts its name behind it, ``dummy.node1``, as Tomcat does with its jvmRoute
    (https://tomcat.apache.org/tomcat-10.1-doc/config/engine.html). Over TLS (``secure``) it says that pages of other
    sites may send it: browsers keep it from them otherwise, and over plain HTTP they take no cookie that says so.
    """
    match = _COOKIE.search(cookie_header) if cookie_header else None
    value = (match and match[1]) or "dummy"
    if node:
        value = f"{value.partition('.')[0]}.{node}"
    return f"JSESSIONID={value}; Path=/" + ("; SameSite=None; Secure" if secure else "")
