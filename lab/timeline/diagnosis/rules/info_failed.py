"""The client could not get /info, and without it tries no transport at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.timeline.changes import changes_of
from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import cut_of
from lab.timeline.exchanges import Exchange, hop_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.requests import Joined
from lab.timeline.results import Diagnosis
from lab.timeline.wires import Segment, turned_away_in, waits_in
from lab.timeline.words import ms, plural

ORDER = 10

_HINT = "sockjs-client tries no transport before GET <endpoint>/info has succeeded: let that request through"
_CORS_HINT = (
    "answer with one Access-Control-Allow-Origin that names the page's origin, "
    "and with Access-Control-Allow-Credentials: true"
)
_LIMIT_HINT = "look for a limit of connections, or a rule, in that hop"
_CORS = ("access-control-allow-origin", "access-control-allow-credentials")
_HELD = 0.5
"""The part of the time that a hop must have had the request to have held it."""


@dataclass(frozen=True, slots=True)
class _Reason:
    hop: str | None
    why: str
    hint: str = _HINT


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Says who refused or held ``/info``, or who made it such that the browser did not let the client read it."""
    info = case.info
    if info is None or info.ok or info.end_ms is None:
        return
    until = info.end_ms
    # Preflights aside, a redirect can make the browser ask again: the first request is the client's own.
    asked = next(
        (
            one
            for one in case.requests
            if one.path.endswith("/info") and one.first.method == "GET" and one.read()
            if info.start_ms - GRAIN_MS <= one.first.t_ms <= until
        ),
        Joined(),
    )
    sides = asked.read()
    cut = cut_of(asked, case.hops, until, case.tcp_ends)
    if cut is not None:
        reason = _Reason(
            cut.hop, f"{cut.hop} ended its connection{f' {cut.how}' if cut.how else ''} before the answer"
        )
    else:
        unseen = "server" not in sides and all(one.response is None for one in sides.values())
        unread = _unread(case, info.start_ms - GRAIN_MS, until) if unseen else None
        reason = unread or _held_on_a_link(asked, case.hops, until) or _reason(sides, case.hops, until)
    proof = [f"{side} saw GET {one.path}, answered {one.status or 'by nobody'}" for side, one in sides.items()]
    yield Diagnosis(
        about="connection",
        cause="info_failed",
        hop=reason.hop,
        sentence=f"The client could not get /info in {ms(until - info.start_ms)}, so it tried no transport: "
        f"{reason.why}.",
        proof=proof,
        hint=reason.hint,
    )


def _held_on_a_link(asked: Joined, hops: Sequence[str], until: float) -> _Reason | None:
    """Whether a link kept the request, or its answer, for most of the time."""
    for hop in hops:
        outer, inner = asked.sights.get(f"{hop}.client"), asked.sights.get(f"{hop}.server")
        if not isinstance(outer, Segment):
            continue
        left = inner.t_ms if inner is not None else until
        if min(left, until) - outer.t_ms > _HELD * (until - outer.t_ms):
            return _Reason(hop, f"{hop} kept the request for {ms(min(left, until) - outer.t_ms)}")
        came = inner.down[0][0] if isinstance(inner, Segment) and inner.down else None
        went = outer.reached("down", inner.total_by("down", until)) if isinstance(inner, Segment) else None
        if came is not None and came < until and (went is None or went - came > _HELD * (until - outer.t_ms)):
            return _Reason(hop, f"{hop} kept the answer for {ms(min(went or until, until) - came)}")
    return None


def _unread(case: Evidence, since: float, until: float) -> _Reason | None:
    """What became of a request that no side could read: by the connections that links saw meanwhile."""
    for wire in turned_away_in(case.wires):
        if since <= wire.opened_ms <= until:
            hop = hop_of(wire.side)
            return _Reason(hop, f"{hop} refused the connection, before it had read a byte", _LIMIT_HINT)
    for wire, over in waits_in(case.wires):
        if since <= wire.opened_ms <= until < over and until - wire.opened_ms > _HELD * (until - since - GRAIN_MS):
            hop, after = hop_of(wire.side), ms(until - wire.opened_ms)
            why = f"{hop} took a connection and for {after} neither read from it nor made one of its own"
            return _Reason(hop, why, _LIMIT_HINT)
    by_side = {(wire.side, wire.conn): wire for wire in case.wires}
    for outer in case.wires:
        hop = hop_of(outer.side)
        inner = by_side.get((f"{hop}.server", outer.conn))
        if not outer.side.endswith(".client") or inner is None:
            continue
        sent = [(at, total) for at, total in outer.up if since <= at <= until]
        kept = sent[-1][1] - max((total for at, total in inner.up if at <= until), default=0) if sent else 0
        if kept > 0:
            bytes_, after = plural(kept, "byte"), ms(until - sent[-1][0])
            return _Reason(hop, f"{hop} still kept {bytes_} of what it had been sent {after} before")
    return None


def _reason(sides: dict[str, Exchange], hops: Sequence[str], until: float) -> _Reason:
    if not sides:
        hint = "check the endpoint's URL, its name and port, and the browser's proxy settings"
        return _Reason(None, "nobody outside the browser saw the request", hint)
    answer = answer_of(sides, hops, until + GRAIN_MS)
    changes = [one for one in changes_of(list(sides.values())) if one.hop]
    if answer is None:
        return _unanswered(sides, until)
    if answer.status != 200:
        moved = next((one for one in changes if one.name == ":path"), None)
        if answer.hop is None and moved is not None:
            what = f"{moved.hop} was asked for {moved.before[0]} and asked for {moved.after[0]}"
            return _Reason(moved.hop, f"{what}, which the server answered with {answer.status}")
        if 300 <= answer.status < 400:
            target = ", ".join(answer.exchange.values("Location", "response"))
            return _Reason(answer.hop, f"{answer.hop or 'the server'} redirected it to {target} with {answer.status}")
        hint = f"{_HINT}, without credentials" if answer.status in (401, 407) else _HINT
        return _Reason(answer.hop, f"{answer.hop or 'the server'} answered it with {answer.status}", hint)
    begun = "a 200 left for the browser, which did not let the client read it"
    spoilt = next((one for one in changes if one.of == "response" and one.name.lower() in _CORS), None)
    asked = next((one for one in changes if one.of == "request" and one.name.lower() == "origin"), None)
    if asked is not None:
        how = f'said it came from "{", ".join(asked.after)}"' if asked.after else "removed its Origin"
        return _Reason(asked.hop, f"{begun}: {asked.hop} had {how}, and the server's CORS headers are for that")
    if spoilt is not None:
        to = f' to "{", ".join(spoilt.after)}"' if spoilt.after else " from it"
        how = "changed" if spoilt.after else "removed"
        return _Reason(spoilt.hop, f"{begun}: {spoilt.hop} had {how} {spoilt.name}{to}", _CORS_HINT)
    if answer.hop is not None:
        return _Reason(answer.hop, f"{begun}: {answer.hop} had made it, not the server, and without CORS headers")
    return _Reason(None, f"{begun}: its CORS headers may not allow the page to read it", _CORS_HINT)


def _unanswered(sides: dict[str, Exchange], until: float) -> _Reason:
    """Who had it when the client gave up."""
    times = list(sides.items())
    for (near, before), (far, after) in pairwise(times):
        hop = near.rpartition(".")[0]
        if far == f"{hop}.server" and after.t_ms - before.t_ms > _HELD * (until - before.t_ms):
            return _Reason(hop, f"{hop} held it for {ms(after.t_ms - before.t_ms)}")
    for near, before in times:
        hop = near.rpartition(".")[0]
        inward = sides.get(f"{hop}.server")
        if (
            near.endswith(".client")
            and inward is not None
            and inward.response is not None
            and before.response is None
        ):
            after_ms = ms(until - inward.response.t_ms)
            return _Reason(hop, f"{hop} had the answer {inward.status} for {after_ms} and did not pass it on")
    furthest = times[-1][0]
    hop = furthest.rpartition(".")[0]
    if furthest.endswith(".client"):
        return _Reason(hop, f"{hop} had it and gave no answer")
    if hop:
        return _Reason(None, f"{hop} had sent it on, nobody behind {hop} saw it, and no answer came")
    return _Reason(None, "the server had it and gave no answer")
