"""The JSESSIONID cookie, by which some balancers keep a session at one server."""

import re

_COOKIE = re.compile(r"(?:^|;)\s*JSESSIONID=([\w!#$%&'()*+./:<=>?@\[\]^`{|}~-]*)\s*(?:;|$)", re.ASCII)


def set_cookie(cookie_header: str | None, *, secure: bool = False) -> str:
    """The Set-Cookie value: the client's own JSESSIONID again, or ``dummy``; the balancer puts its own there.

    Over TLS (``secure``) it says that pages of other sites may send it: browsers keep it from them otherwise, and
    over plain HTTP they take no cookie that says so.
    """
    match = _COOKIE.search(cookie_header) if cookie_header else None
    return f"JSESSIONID={(match and match[1]) or 'dummy'}; Path=/" + ("; SameSite=None; Secure" if secure else "")
