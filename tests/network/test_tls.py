"""How hops speak TLS with who connects to them."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from lab.network.authority import Authority
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec, Kind


def trusting(authority: Authority, *alpn: str, versions: tuple[str, str] = ("TLSv1_2", "TLSv1_3")) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.confdir / "mitmproxy-ca-cert.pem")
    context.minimum_version, context.maximum_version = (ssl.TLSVersion[name] for name in versions)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


async def met(bench: Bench, host: str) -> Wire:
    """The browser's connection to ``host``, on which TLS may begin."""
    browser = await bench.connect()
    if bench.network.browser_proxy:
        await browser.send(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 200")
    return browser


def hop(kind: Kind, **settings: Any) -> HopSpec:
    return HopSpec("hop1", kind, **({"tls": "intercept"} | settings))


@pytest.mark.parametrize("kind", ["forward", "reverse"])
@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ({}, "http/1.1"),
        ({"http2": True}, "h2"),
        ({"strip_alpn": True}, None),
        ({"strip_alpn": True, "http2": True}, None),
    ],
)
async def test_alpn_is_answered_as_the_hop_is_set(
    authority: Authority, kind: Kind, settings: dict[str, bool], chosen: str | None
) -> None:
    async with Bench(hops=[hop(kind, **settings)], scheme="https", authority=authority) as bench:
        host = "www.lab.home.arpa" if kind == "forward" else "app.localhost"
        browser = await met(bench, host)
        await browser.start_tls(trusting(authority, "h2", "http/1.1"), host)
        assert browser.writer.get_extra_info("ssl_object").selected_alpn_protocol() == chosen


@pytest.mark.parametrize(
    ("settings", "versions", "agreed"),
    [
        ({}, ("TLSv1_2", "TLSv1_3"), "TLSv1.3"),
        ({"max_tls": "1.2"}, ("TLSv1_2", "TLSv1_3"), "TLSv1.2"),
        ({"min_tls": "1.3"}, ("TLSv1_2", "TLSv1_3"), "TLSv1.3"),
        ({"min_tls": "1.3"}, ("TLSv1_2", "TLSv1_2"), None),
        ({"max_tls": "1.2"}, ("TLSv1_3", "TLSv1_3"), None),
    ],
)
async def test_version_is_within_the_limits(
    authority: Authority, settings: dict[str, str], versions: tuple[str, str], agreed: str | None
) -> None:
    async with Bench(hops=[hop("reverse", **settings)], scheme="https", authority=authority) as bench:
        browser = await met(bench, "app.localhost")
        context = trusting(authority, versions=versions)
        if agreed is None:
            with pytest.raises(OSError, match=r"alert|version|reset|^$"):  # or its connection is reset before
                await browser.start_tls(context, "app.localhost")
            await bench.seen("hop1.client", "tls.failed", host="app.localhost")
        else:
            await browser.start_tls(context, "app.localhost")
            assert browser.writer.get_extra_info("ssl_object").version() == agreed


@pytest.mark.parametrize(("kind", "page", "endpoint"), [
    ("forward", "www.lab.home.arpa", "sock.lab.home.arpa"),
    ("reverse", "app.localhost", "sock.localhost"),
])  # fmt: skip
@pytest.mark.parametrize("origin", ["same", "cross"])
async def test_untrusted_hop_is_not_trusted_for_the_endpoint(
    tmp_path: Path, authority: Authority, kind: Kind, page: str, endpoint: str, origin: Any
) -> None:
    bench = Bench(
        hops=[hop(kind, tls="untrusted")],
        scheme="https",
        origin=origin,
        authority=authority,
        distrusted=Authority(tmp_path),
    )
    async with bench:
        browser = await met(bench, endpoint)
        with pytest.raises(ssl.SSLCertVerificationError):
            await browser.start_tls(trusting(authority), endpoint)
        browser = await met(bench, page)
        if origin == "cross":  # else the page has the endpoint's host, and does not load either
            await browser.start_tls(trusting(authority), page)
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                await browser.start_tls(trusting(authority), page)
