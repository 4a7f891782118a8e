"""Tables of events that several rules are tried on: see tests/timeline/conftest.py for the language."""

from collections.abc import Sequence

SIDES = ("1c", "1s", "2c", "2s", "s")
_OWN = {"xhr-polling": "xhr", "jsonp-polling": "jsonp"}


def attempt(transport: str = "xhr-polling", end: str = "close", at: int = 0, until: int = 100) -> str:
    """An attempt under session abc that fails (close) or times out (timeout)."""
    own = _OWN.get(transport, transport.replace("-", "_"))
    scheme = "ws" if transport == "websocket" else "http"
    more = f"timer_of={transport}" if end == "timeout" else "code=2000"
    return f"""
        {at} b attempt.start transport={transport} budget_ms=600 url={scheme}://app/echo/1/abc/{own}
        {until} b attempt.{end} transport={transport} {more}
    """


def opened(transport: str = "xhr-polling", closed: int | None = 900, code: int = 1006) -> str:
    """A connection under session abc that opens at 50 and, where ``closed`` is given, ends then uncleanly."""
    own = _OWN.get(transport, transport.replace("-", "_"))
    end = f"{closed} b client.close code={code} was_clean=false" if closed else ""
    return f"""
        1 b client.new url=http://app/echo
        2 b attempt.start transport={transport} budget_ms=600 url=http://app/echo/1/abc/{own}
        50 b attempt.open transport={transport}
        50 b client.open transport={transport}
        {end}
    """


def request(
    at: int, path: str, *, number: int = 1, method: str = "POST", sides: Sequence[str] = SIDES, more: str = ""
) -> str:
    """A request as each of the sides saw it, a millisecond apart."""
    lines = []
    for step, side in enumerate(sides):
        name, place = ("request", "path") if side == "s" else ("flow", "url")
        host = "" if side == "s" else "http://app"
        lines.append(f"{at + step} {side} request {name}={number} method={method} {place}={host}{path} {more}")
    return "\n".join(lines)


def answer(at: int, status: int, *, number: int = 1, sides: Sequence[str] = SIDES[::-1], more: str = "") -> str:
    """An answer as each of the sides saw it, a millisecond apart, on its way to the browser."""
    return "\n".join(
        f"{at + step} {side} response {'request' if side == 's' else 'flow'}={number} status={status} {more}"
        for step, side in enumerate(sides)
    )


HANDSHAKE = """
    10 1c request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
    11 1s request flow=1 method=GET url=ws://app/echo/1/abc/websocket upgrade=true
"""
"""Of a websocket, as both sides of hop1 saw it."""


def frames(side: str, texts: str, at: int) -> str:
    """One frame up for each word of ``texts``, seen at ``side``, a millisecond apart."""
    return "\n".join(
        f"{at + n} {side} ws.frame flow=1 direction=up bytes=5 text={text}" for n, text in enumerate(texts.split())
    )
