"""lab proxy: one hop on its own."""

import asyncio
import signal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.commands._options import Proxies

if TYPE_CHECKING:
    from lab.runner.alone import Alone

PLACE = 8


class Mode(StrEnum):
    """What kind of proxy it is."""

    forward = "forward"
    reverse = "reverse"
    socks = "socks"


class Tls(StrEnum):
    """What becomes of TLS."""

    tunnel = "tunnel"
    intercept = "intercept"
    untrusted = "untrusted"


def command(
    behaviour: Annotated[
        list[str] | None,
        typer.Option(
            "--behaviour",
            "-b",
            metavar="BEHAVIOUR",
            help="What it does, as in a scenario: no_upgrade, or 'no_upgrade: {answer: hang}'; may be repeated.",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="A profile to begin with; `lab profiles` lists them.")
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="127.0.0.1:PORT", help="Where it listens; port 0 picks a free one.")
    ] = "127.0.0.1:8080",
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="forward: set it as the browser's proxy; reverse: it stands before --to. [default: forward]"
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="Where a reverse proxy or a link leads: http://127.0.0.1:8081.")
    ] = None,
    tls: Annotated[
        Tls | None,
        typer.Option(
            help=(
                "tunnel: TLS is passed on unread; intercept: ended and read; untrusted: ended with a certificate "
                "that no client trusts. [default: tunnel]"
            )
        ),
    ] = None,
    http2: Annotated[bool, typer.Option("--http2", help="Offer HTTP/2 to clients where it reads TLS.")] = False,
    upstream: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A further proxy that a forward or SOCKS proxy goes through: http://127.0.0.1:3128, socks5://...",
        ),
    ] = None,
    proxies: Proxies = None,
) -> None:
    """Run one hop on its own, for any browser or client.

    It prints "listening on HOST:PORT" once it accepts, then a line for all that passes, and runs until Ctrl-C or
    SIGTERM. Behaviours of links alone make a link: a relay of bytes that leads to --to.

    \b
    Examples:
      lab proxy --profile squid                (set 127.0.0.1:8080 as your proxy)
      lab proxy -b no_upgrade --to http://127.0.0.1:8081
      lab proxy -b 'latency: {delay: 200ms}' --to 127.0.0.1:8081
      lab proxy -b 'buffering: {until: close}' --tls intercept
      lab proxy --mode socks --upstream http://127.0.0.1:3128

    With --tls intercept clients must trust the lab's certificate authority: the file that is named at the start.
    """
    from lab.network.authority import Authority
    from lab.network.behaviour import Catalogue
    from lab.runner.alone import address_of, hop_alone
    from lab.runner.one_hop import read_hop

    catalogue = Catalogue(proxies or [])
    given = {"proxy": mode, "tls": tls}
    settings: dict[str, Any] = {key: value.value for key, value in given.items() if value is not None}
    settings |= {"http2": True} if http2 else {}
    authority = Authority()
    hop = read_hop(behaviour or [], profile, settings, catalogue, leads=to is not None)
    port = address_of(listen)[1]
    running = hop_alone(hop, catalogue, to=to, port=port, show=typer.echo, authority=authority, upstream=upstream)
    reads = hop.kind == "proxy" and (hop.tls == "intercept" or (hop.proxy == "reverse" and hop.tls != "untrusted"))
    asyncio.run(_run(running, authority.confdir / "mitmproxy-ca-cert.pem" if reads else None))


async def _run(hop: "Alone", certificate: Path | None) -> None:
    stopped = asyncio.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(which, stopped.set)
    try:
        await hop.start()
        if certificate is not None:
            typer.echo(f"its certificates are made by {certificate}")
        typer.echo(f"listening on 127.0.0.1:{hop.port}")
        await stopped.wait()
    finally:
        await hop.stop()
