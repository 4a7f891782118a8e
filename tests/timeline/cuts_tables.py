"""A websocket that a hop of the lab ends: for the rules that say why."""

from tests.timeline.tables import opened


def cut_at(at: int, *, spoken: list[int], by: str = "hop", closed: bool = True) -> str:
    """Its 101 comes at 40 and its open frame at 41; frames pass at ``spoken``; at ``at`` its connections end."""
    frames = "\n".join(
        f"{t} 1c ws.frame flow=1 direction=up bytes=5 text=x\n{t + 1} 1s ws.frame flow=1 direction=up bytes=5 text=x"
        for t in spoken
    )
    return f"""
        {opened("websocket", closed=at + 5 if closed else None)}
        10 1c request flow=1 method=GET url=ws://app/echo/1/abc/websocket conn=3 upgrade=true
        11 1s request flow=1 method=GET url=ws://app/echo/1/abc/websocket conn=4 upgrade=true
        39 1s response flow=1 status=101
        40 1c response flow=1 status=101
        40 1s ws.frame flow=1 direction=down bytes=1 text=o
        41 1c ws.frame flow=1 direction=down bytes=1 text=o
        {frames}
        {at} 1c ws.close flow=1 code=1006 by={by}
        {at} 1s ws.close flow=1 code=1006 by={by}
        {at} 1c tcp.end conn=3 how=fin by={by}
    """
