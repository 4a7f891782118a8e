"""Progress: how far an attempt had got when it ended, and in whose hands it then was.

An attempt is a journey. The request goes up: browser, hop1.client, hop1.server, ... server. The opening goes
down the same way: the server's open frame, the server's side and the client's side of each hop, the browser.
Every leg of it lies in somebody's hands: between the two sides of a hop in the hop's, between two vantages
on the wire, else in the browser's or the server's. The last vantage that saw something names the leg.

The *opening* is what the browser must receive to open: one frame downwards for the websocket, and for the other
transports so many bytes of a 200 that the open frame can be among them. Those figures are the prelude of the
transport and its open frame, from the protocol (sockjs-protocol 0.3.3) where it fixes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.timeline.exchanges import Exchange
from lab.timeline.join import Trial
from lab.timeline.wires import Segment

OPENING_BYTES = {
    "xhr-streaming": 2051,  # 2,048 times h and a newline, then "o" and a newline
    "xdr-streaming": 2051,
    "eventsource": 11,  # a line's end, then "data: o" and an empty line
    "htmlfile": 1024 + 28,  # the page is padded to at least 1,024; then a script with the open frame
    "xhr-polling": 2,
    "xdr-polling": 2,
    "jsonp-polling": 8,  # a callback of one letter, with ("o"); and the line's end
}
_COMPRESSED = 11
"""More than the ten bytes of gzip's header, which a compressor sends before it has compressed anything."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The leg of the journey that an attempt was on when it ended."""

    place: Literal["browser", "hop", "wire", "server", "arrived"]
    """In whose hands it was. browser: nobody else saw its request; arrived: its opening had left for the browser."""
    direction: Literal["up", "down"]
    """Whether it was the request that was on its way, or the opening."""
    hop: str | None
    """The hop that had it; on the wire a hop that is blind to this attempt and may have had it."""
    since_ms: float
    """When it got there, on the case's clock."""


def opening_ms(trial: Trial, side: str) -> float | None:
    """When the opening had been seen whole at this side, on the case's clock."""
    times = [at for one in trial.sides.get(side, ()) if (at := _opened(one, trial.kind)) is not None]
    return min(times, default=None)


def _opened(exchange: Exchange, kind: str) -> float | None:
    if kind == "websocket":
        return next((frame.t_ms for frame in exchange.frames if frame.data.get("direction") == "down"), None)
    if exchange.status not in (None, 200):
        return None
    headers = exchange.response.data.get("headers", ()) if exchange.response else ()
    compressed = any(name.lower() == "content-encoding" and value.lower() != "identity" for name, value in headers)
    need = _COMPRESSED if compressed else OPENING_BYTES.get(kind, 1)
    return next((at for at, total in exchange.pieces() if total >= need), None)


def progress_of(trial: Trial) -> Progress:
    """Where the attempt was when it ended."""
    passages = {hop: passage for hop in trial.hops if (passage := passage_of(trial, hop)) is not None}
    reached: list[tuple[str | None, float]] = [(None, server.t_ms)] if (server := trial.first("server")) else []
    for hop, passage in reversed(passages.items()):
        # What a hop answers by itself is never the opening, however long it is: the server has not been asked.
        if not reached and passage.left_up is not None:
            return Progress("wire", "up", _blind_after(trial, hop), passage.left_up)
        if not reached and passage.came_up is not None:
            return Progress("hop", "up", hop, passage.came_up)
    if not reached:
        return _before_any_request(trial)
    at = _by(trial, trial.open_frame_ms)
    return Progress("server", "down", None, reached[0][1]) if at is None else _downwards(trial, at, passages)


@dataclass(frozen=True, slots=True)
class Passage:
    """When the request and the opening came to a hop and left it; None for what had not by the attempt's end."""

    came_up: float | None
    left_up: float | None
    came_down: float | None
    left_down: float | None


def passage_of(trial: Trial, hop: str) -> Passage | None:
    """How an attempt passed a hop; None where the hop is blind to it."""
    if pairs := trial.wires.get(hop):
        return _on_wires(trial, pairs)
    outward, inward = trial.first(f"{hop}.client"), trial.first(f"{hop}.server")
    if outward is None and inward is None:
        return None
    return Passage(
        outward.t_ms if outward else None,
        inward.t_ms if inward else None,
        _by(trial, opening_ms(trial, f"{hop}.server")),
        _by(trial, opening_ms(trial, f"{hop}.client")),
    )


def _on_wires(trial: Trial, pairs: Sequence[tuple[Segment, Segment | None]]) -> Passage:
    """A link passes bytes: what came by the end must all have left. Of several requests, the last counts."""
    outer, inner = pairs[-1]
    asked = outer.total_by("up", trial.until_ms)
    answered = inner.total_by("down", trial.until_ms) if inner else 0
    return Passage(
        outer.t_ms,
        _by(trial, inner.reached("up", asked)) if inner else None,
        inner.reached("down", answered) if inner and answered else None,
        _by(trial, outer.reached("down", answered)) if answered else None,
    )


def _before_any_request(trial: Trial) -> Progress:
    """No vantage saw the request: the browser has it, or a proxy that has not yet answered its CONNECT."""
    waiting = [one for one in trial.connects if one.answered_ms is None or one.answered_ms > trial.until_ms]
    if waiting:
        # In a chain each proxy waits for the next: the one furthest from the browser has it.
        last = max(waiting, key=lambda connect: trial.hops.index(connect.hop))
        return Progress("hop", "up", last.hop, last.t_ms)
    if pages := [one for found in trial.pages.values() for one in found]:
        return _of_the_page(trial, pages)
    return Progress("browser", "up", None, trial.attempt.start_ms)


def _of_the_page(trial: Trial, pages: list[Exchange]) -> Progress:
    """The page of an iframe transport was asked for, and the transport inside it had not yet asked."""
    nearest = pages[0]
    if nearest.response is not None and nearest.response.t_ms <= trial.until_ms:
        return Progress("browser", "up", None, nearest.response.t_ms)
    furthest = pages[-1]
    if furthest.side.endswith(".client"):
        return Progress("hop", "up", furthest.side.removesuffix(".client"), furthest.t_ms)
    if furthest.response is None or furthest.response.t_ms > trial.until_ms:
        place: Literal["server", "wire"] = "server" if furthest.side == "server" else "wire"
        return Progress(place, "up", None, furthest.t_ms)
    return _page_downwards(trial)


def _page_downwards(trial: Trial) -> Progress:
    """The page is on its way down: a hop has it whose server side saw the answer and whose client side did not."""
    at = trial.attempt.start_ms
    for hop in reversed(trial.hops):
        inward, outward = (trial.pages.get(f"{hop}.{side}", ()) for side in ("server", "client"))
        came = [one.response.t_ms for one in inward if one.response and one.response.t_ms <= trial.until_ms]
        left = [one.response.t_ms for one in outward if one.response and one.response.t_ms <= trial.until_ms]
        if came and not left:
            return Progress("hop", "down", hop, came[0])
        at = left[0] if left else at
    return Progress("wire", "down", None, at)


def _downwards(trial: Trial, at: float, passages: Mapping[str, Passage]) -> Progress:
    """The opening left the server at ``at``: how far down it got."""
    blind: str | None = None
    for hop in reversed(trial.hops):
        passage = passages.get(hop)
        if passage is None:
            blind = hop
            continue
        if passage.left_down is None and passage.came_down is not None:
            return Progress("hop", "down", hop, passage.came_down)
        if passage.left_down is None:
            return Progress("wire", "down", blind, at)
        at, blind = passage.left_down, None
    return Progress("wire", "down", blind, at) if blind else Progress("arrived", "down", None, at)


def _by(trial: Trial, t_ms: float | None) -> float | None:
    """The time, where it is not after the attempt's end."""
    return t_ms if t_ms is not None and t_ms <= trial.until_ms else None


def _blind_after(trial: Trial, hop: str) -> str | None:
    """The next hop towards the server, where there is one: it has shown nothing of this attempt."""
    place = trial.hops.index(hop) + 1
    return trial.hops[place] if place < len(trial.hops) else None


def held_ms(trial: Trial) -> dict[str, float]:
    """How long each hop kept the request and the opening, together, up to the attempt's end."""
    held: dict[str, float] = _held_page_ms(trial)
    for hop in trial.hops:
        held.setdefault(hop, 0.0)
        passage = passage_of(trial, hop)
        if passage is None:
            continue
        for came, left in ((passage.came_up, passage.left_up), (passage.came_down, passage.left_down)):
            if came is not None:
                held[hop] += max(0.0, (left if left is not None else trial.until_ms) - came)
    return held


def _held_page_ms(trial: Trial) -> dict[str, float]:
    """How long each hop kept the page of an iframe transport, asked for and answered."""
    held: dict[str, float] = {}
    for hop in trial.hops:
        outward, inward = (next(iter(trial.pages.get(f"{hop}.{side}", ())), None) for side in ("client", "server"))
        if outward is None:
            continue
        held[hop] = (inward.t_ms if inward else trial.until_ms) - outward.t_ms
        if inward is not None and inward.response is not None:
            left = outward.response.t_ms if outward.response else trial.until_ms
            held[hop] += max(0.0, min(trial.until_ms, left) - inward.response.t_ms)
    return held
