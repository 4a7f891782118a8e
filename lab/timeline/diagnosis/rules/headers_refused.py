"""The answer arrived, and its headers forbade the browser to use it: a hop changed them, or the server."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lab.timeline.diagnosis.evidence import Evidence, journey, request_of
from lab.timeline.exchanges import Exchange
from lab.timeline.join import Trial
from lab.timeline.results import Diagnosis

ORDER = 85

_CORS = "Access-Control-Allow-Origin"
_FRAMES = ("X-Frame-Options", "Content-Security-Policy")


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a hop took away leave to read (CORS), or where a page in a frame came with a ban on frames."""
    for trial in case.trials:
        found = _cors(trial) or _frames(trial)
        if found:
            hop, sentence, hint = found
            yield Diagnosis(
                about=trial.about,
                cause="headers_refused",
                hop=hop,
                sentence=sentence,
                proof=journey(trial),
                hint=hint,
            )


def _cors(trial: Trial) -> tuple[str | None, str, str] | None:
    sides = request_of(trial)
    nearest = next(iter(sides.values()), None)
    if trial.attempt.outcome != "failed" or nearest is None or not _is_cross_origin(nearest):
        return None
    for hop in trial.hops:
        inward, outward = sides.get(f"{hop}.server"), sides.get(f"{hop}.client")
        if inward is None or outward is None or outward.response is None:
            continue
        was, now = inward.values(_CORS, "response"), outward.values(_CORS, "response")
        if was and was != now:
            how = f"changed {_CORS} in the answer to {', '.join(now)}" if now else f"removed {_CORS} from the answer"
            return (
                hop,
                f"{hop} {how}, and the browser may not let the page read it.",
                f"let {hop} leave the server's CORS headers as they are",
            )
    return None


def _is_cross_origin(exchange: Exchange) -> bool:
    """Whether the request comes from a page of another origin: of its own, the browser asks for no leave."""
    origins, hosts = exchange.values("Origin"), exchange.values("Host")
    return bool(origins and hosts) and urlsplit(origins[0]).netloc != hosts[0]


def _frames(trial: Trial) -> tuple[str | None, str, str] | None:
    """The page of an iframe transport, and all of htmlfile, is shown in a frame."""
    if trial.attempt.transport.startswith("iframe-"):
        sides = {side: found[0] for side, found in trial.pages.items() if found}
    elif trial.kind == "htmlfile":
        sides = request_of(trial)
    else:
        return None
    banned = {side: bans for side, one in sides.items() if (bans := _bans(one))}
    nearest = next(iter(sides), None)
    if nearest not in banned:
        return None
    hop = next(
        (hop for hop in trial.hops if f"{hop}.client" in banned and f"{hop}.server" in sides.keys() - banned.keys()),
        None,
    )
    bans = banned[nearest]
    return (
        hop,
        f"{hop or 'The server'} sent {bans} with the page that {trial.attempt.transport} shows in a frame.",
        "leave these headers off the endpoint's iframe pages and /htmlfile, or allow the page's origin in them",
    )


def _bans(exchange: Exchange) -> str:
    found = [(name, value) for name in _FRAMES for value in exchange.values(name, "response")]
    return " and ".join(
        f"{name}: {value}" for name, value in found if name == "X-Frame-Options" or "frame-ancestors" in value
    )
