"""What the figures of the server's benchmark say: tables with ratios, and which aims hold."""

import statistics
from collections.abc import Iterator
from typing import NamedTuple

OURS = "ours"
BARE = "bare aiohttp"
TRANSPORTS = ("websocket", "xhr-streaming", "xhr-polling")
TITLES = {
    "per_s": "Messages per second",
    "median_ms": "Latency, median, ms",
    "p99_ms": "Latency, 99th percentile, ms",
    "opens_per_s": "Sessions opened per second",
    "cpu_s_per_10k": "CPU seconds per 10,000 messages",
    "kib": "Memory per idle session, KiB",
}
OF_KIND = {
    "echo": ("per_s", "median_ms", "p99_ms", "cpu_s_per_10k"),
    "open": ("opens_per_s",),
    "idle": ("kib",),
}
"""What is taken from a job of each kind: the rest is by the way."""
LESS_IS_BETTER = {"median_ms", "p99_ms", "cpu_s_per_10k", "kib"}


class Cell(NamedTuple):
    """One thing that was measured."""

    what: str
    transport: str
    sessions: int


Figures = dict[Cell, dict[str, dict[int, float]]]
"""By cell, by server, by round."""


class Aim(NamedTuple):
    """How much better ours is to be than a server, in the cells that `what` and `transports` select."""

    text: str
    server: str
    least: float
    what: tuple[str, ...] = tuple(each for each in TITLES if each != "kib")
    transports: tuple[str, ...] = TRANSPORTS


AIMS = [
    *(Aim(f"1.5 times {peer} or better in every cell", peer, 1.5) for peer in ("aio-libs", "tornado")),
    Aim("at least level with sockjs-node in every cell", "sockjs-node", 1.0),
    Aim("within 20 % of a bare aiohttp websocket", BARE, 0.8, ("per_s", "cpu_s_per_10k"), ("websocket",)),
    *(
        Aim(f"less memory per idle websocket session than {peer}", peer, 1.0, ("kib",), ("websocket",))
        for peer in ("aio-libs", "tornado")
    ),
]


def better(what: str, ours: dict[int, float], theirs: dict[int, float]) -> float | None:
    """How many times better ours is: the median over the rounds that both took part in; None where there is none."""
    ratios = [ours[turn] / theirs[turn] for turn in ours.keys() & theirs.keys() if ours[turn] and theirs[turn]]
    if not ratios:
        return None
    ratio = statistics.median(ratios)
    return 1 / ratio if what in LESS_IS_BETTER else ratio


def render(figures: Figures) -> str:
    """All tables, and what has become of the aims."""
    variants = [name for name in (OURS, f"{OURS}, uvloop") if any(name in by_name for by_name in figures.values())]
    lines: list[str] = []
    for what, title in TITLES.items():
        cells = {cell: by_name for cell, by_name in figures.items() if cell.what == what}
        if cells:
            lines += ["", f"{title} (in brackets: how many times better {OURS} is, round by round)", *_table(cells)]
    for variant in variants:
        lines += ["", f"Aims of {variant!r}", *_aims(figures, variant)]
    return "\n".join(lines)


def _table(cells: Figures) -> Iterator[str]:
    names = list(dict.fromkeys(name for by_name in cells.values() for name in by_name))
    yield "".join([f"{'':24}", *(f"{name:>22}" for name in names)])
    for cell, by_name in sorted(cells.items(), key=lambda item: (TRANSPORTS.index(item[0].transport), item[0])):
        row = f"{cell.transport:15}{cell.sessions:>7}  "
        for name in names:
            row += f"{_shown(cell.what, by_name.get(name), by_name.get(OURS)):>22}"
        yield row


def _shown(what: str, values: dict[int, float] | None, ours: dict[int, float] | None) -> str:
    if not values:
        return "-"
    value = statistics.median(values.values())
    text = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    ratio = better(what, ours, values) if ours and ours is not values else None
    return text if ratio is None else f"{text} ({ratio:.2f})"


def _aims(figures: Figures, variant: str) -> Iterator[str]:
    for aim in AIMS:
        # Like is compared with like: what uvloop gives, it gives to both.
        server = aim.server + variant.removeprefix(OURS) if aim.server == BARE else aim.server
        held, short = 0, []
        for cell, by_name in figures.items():
            if cell.what in aim.what and cell.transport in aim.transports and {variant, server} <= by_name.keys():
                ratio = better(cell.what, by_name[variant], by_name[server])
                if ratio is not None and ratio >= aim.least:
                    held += 1
                elif ratio is not None:
                    short.append(f"{cell.what} {cell.transport} {cell.sessions}: {ratio:.2f}")
        if held or short:
            verdict = "holds" if not short else "SHORT"
            yield f"  {verdict}  {aim.text} ({held} of {held + len(short)} cells)"
            yield from (f"           {each}" for each in short)
