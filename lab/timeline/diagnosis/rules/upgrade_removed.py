"""The headers that ask for a websocket were there at one vantage and gone at the next."""

from collections.abc import Iterator
from itertools import pairwise

from lab.timeline.diagnosis import http2
from lab.timeline.diagnosis.evidence import Evidence, request_of
from lab.timeline.exchanges import Exchange, hop_of
from lab.timeline.join import Trial
from lab.timeline.results import Diagnosis
from lab.timeline.words import listed

ORDER = 50

_HINT = (
    "pass the upgrade on, in nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
    'proxy_set_header Connection "upgrade"; where the proxy is not yours, use wss, which it can '
    "read only if it intercepts TLS"
)


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Names the hop between whose sides the headers went, or the two vantages that they went between."""
    for trial in case.trials:
        if trial.kind != "websocket":
            continue
        sides = request_of(trial)
        for (near, before), (far, after) in pairwise(sides.items()):
            if before.asks_upgrade and not after.asks_upgrade:
                yield _diagnosis(trial, near, before, far, after)
                break


def _diagnosis(trial: Trial, near: str, before: Exchange, far: str, after: Exchange) -> Diagnosis:
    hop = hop_of(near) if hop_of(near) == hop_of(far) else None
    removed, changed = [], []
    for name in ("Upgrade", "Connection"):
        was, now = ", ".join(before.values(name)), ", ".join(after.values(name))
        if was and not now:
            removed.append(name)
        elif was != now:
            changed.append(f'{name} changed from "{was}" to "{now}"')
    lost = f"without {listed(removed)}" if removed else ""
    what = listed([part for part in (lost, *(f"with {one}" for one in changed)) if part]) or "as a plain GET"
    who = f"{hop} passed {http2.handshake(trial)} on" if hop else f"Between {near} and {far} the request went on"
    server = request_of(trial).get("server")
    saw = f", so that the server answered {server.status}" if server and server.status else ""
    return Diagnosis(
        about=trial.about,
        cause="upgrade_removed",
        hop=hop,
        sentence=f"{who} {what}{saw}.",
        proof=[f"{near} saw {_seen(before)}", f"{far} saw {_seen(after)}"],
        hint=http2.hint(trial, _HINT),
    )


def _seen(exchange: Exchange) -> str:
    """The two headers as a side saw them."""
    headers = [f"{name}: {', '.join(exchange.values(name)) or 'absent'}" for name in ("Upgrade", "Connection")]
    return f"{exchange.method} {exchange.path} ({'; '.join(headers)})"
