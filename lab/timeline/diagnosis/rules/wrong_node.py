"""A balancer sent a request of a session to another node than the one that has the session."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.lives import Life
from lab.timeline.requests import Joined
from lab.timeline.results import Diagnosis

ORDER = 32


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for an open connection in trouble whose requests reached more than one node."""
    for life in case.lives:
        if life.trouble and (found := _strayed(life)) is not None:
            home, stray, one = found
            server = one.read().get("server")
            status = server.status if server else None
            hop = _balancer(one)
            cookies = server.values("Cookie") if server else []
            yield Diagnosis(
                about=life.about,
                cause="wrong_node",
                hop=hop,
                sentence=f"The session lives on {home}, and {hop or 'the network'} sent {one.first.method} "
                f"{one.path} to {stray}{f', which answered {status}' if status else ''}: "
                f"so the open connection {life.fate}.",
                proof=[
                    f"the session was opened on {home}",
                    f"{one.first.method} {one.path} reached {stray}"
                    + (" with cookies" if cookies else " without a cookie"),
                ],
                hint="keep a session at its node: by the <server> part of the session's URL, or by a cookie that "
                "reaches the balancer (a JSESSIONID that the server sets, sent across sites only over https)",
            )


def _strayed(life: Life) -> tuple[str, str, Joined] | None:
    """The session's node, another, and the first request that reached that."""
    home = None
    for one in life.requests:
        node = _node(one)
        if node is None:
            continue
        home = home or node
        if node != home:
            return home, node, one
    return None


def _node(one: Joined) -> str | None:
    return next(
        (sight.node for sight in reversed(one.sights.values()) if isinstance(sight, Exchange) and sight.node), None
    )


def _balancer(one: Joined) -> str | None:
    """The hop whose server side says which node it chose; else the last."""
    sides = [side for side, sight in one.sights.items() if isinstance(sight, Exchange) and side != "server"]
    chose = [s for s in sides if isinstance(sight := one.sights[s], Exchange) and sight.node]
    last = (chose or sides or [""])[-1]
    return last.rpartition(".")[0] or None
