import asyncio
import contextlib

import aiohttp
import pytest

from lab.errors import EnvironmentFailure, UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.parent import Refused, ask_connect, ask_socks
from lab.runner.alone import Alone, address_of, hop_alone, parent_of
from lab.runner.one_hop import read_hop
from lab.scenario.model import Hop
from lab.server.host import LabServer


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.mark.parametrize("text", ["", "x", "127.0.0.1:", "127.0.0.1:99999", "0.0.0.0:80"])
def test_address_that_no_hop_listens_on_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        address_of(text)


@pytest.mark.parametrize(
    ("hop", "to", "message"),
    [
        ({"proxy": "reverse"}, None, "a reverse proxy has to lead somewhere"),
        ({"link": []}, None, "a link has to lead somewhere"),
        ({"proxy": "forward"}, "http://h", "goes where it is asked to"),
        ({"proxy": "reverse"}, "ftp://h", "not where a hop can lead"),
        ({"proxy": "reverse"}, "http://h:x", "not where a hop can lead"),
        ({"proxy": "reverse"}, "nonsense", "not where a hop can lead"),
        ({"proxy": "reverse"}, "127.0.0.1", "not where a hop can lead"),
        ({"proxy": "reverse"}, "http://127.0.0.1:1/path", "leaves paths as they are"),
        ({"proxy": "reverse"}, "http://127.0.0.1:1?x", "leaves paths as they are"),
        ({"link": []}, "127.0.0.1:99999", "not where a hop can lead"),
        ({"proxy": "transparent"}, "http://h", "does not run on its own"),
        ({"balancer": {}}, None, "does not run on its own"),
    ],
)
def test_hop_that_cannot_stand_alone_is_refused(
    catalogue: Catalogue, authority: Authority, hop: dict[str, object], to: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        hop_alone(Hop.model_validate(hop), catalogue, to=to, port=0, show=print, authority=authority)


@pytest.mark.parametrize(
    "to", ["8081", "127.0.0.1:8081", "http://127.0.0.1:8081", "http://h/", "https://[::1]", "h:1"]
)
def test_hop_leads_to_a_server(catalogue: Catalogue, authority: Authority, to: str) -> None:
    for hop in (Hop(), Hop(link=[])):
        hop_alone(hop, catalogue, to=to, port=0, show=print, authority=authority)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:3128", ("forward", ("127.0.0.1", 3128))),
        ("http://h:3128/", ("forward", ("h", 3128))),
        ("socks5://h:1080", ("socks", ("h", 1080))),
        ("socks5h://h:1080", ("socks", ("h", 1080))),
    ],
)
def test_further_proxy_is_told_by_its_url(url: str, expected: object) -> None:
    assert parent_of(url) == expected


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:3128", "http://h", "ftp://h:1", "http://h:x", "http://h:1/x", "http://u@h:1"]
)
def test_what_is_no_further_proxy_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="not the URL of a proxy"):
        parent_of(url)


def test_hop_that_leads_somewhere_goes_through_no_further_proxy(catalogue: Catalogue, authority: Authority) -> None:
    for hop in (Hop(), Hop(link=[])):
        with pytest.raises(UsageError, match="goes through no further proxy"):
            hop_alone(
                hop, catalogue, to="h:1", port=0, show=print, authority=authority, upstream="http://127.0.0.1:3128"
            )


async def test_port_that_is_taken_is_told_once(catalogue: Catalogue, authority: Authority) -> None:
    server = LabServer()
    await server.start()
    try:
        for hop in (Hop(proxy="forward"), Hop(link=[])):
            to = "127.0.0.1:1" if hop.kind == "link" else None
            one = hop_alone(hop, catalogue, to=to, port=server.port, show=print, authority=authority)
            with pytest.raises(EnvironmentFailure) as raised:
                await one.start()
            assert str(raised.value) == f"port {server.port} is taken"
            assert raised.value.remedy == "`--listen 127.0.0.1:0` picks a free one."
    finally:
        await server.stop()


async def test_dead_end_of_a_link_is_told_as_refused(catalogue: Catalogue, authority: Authority) -> None:
    lines: list[str] = []
    dead = LabServer()
    await dead.start()
    await dead.stop()
    to = f"127.0.0.1:{dead.port}"
    link = hop_alone(Hop(link=[]), catalogue, to=to, port=0, show=lines.append, authority=authority)
    await link.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
    finally:
        await link.stop()
    assert lines == ["   1 connected", f"   1 refused: nobody takes connections at {to}"]


@pytest.mark.parametrize(
    "chain", [("forward", "forward"), ("socks", "forward"), ("forward", "socks"), ("socks", "socks")]
)
async def test_hop_goes_through_a_further_proxy(
    catalogue: Catalogue, authority: Authority, chain: tuple[str, str]
) -> None:
    lines: dict[str, list[str]] = {"near": [], "far": []}

    def made(kind: str, place: str, upstream: str | None = None) -> Alone:
        return hop_alone(
            Hop.model_validate({"proxy": kind}),
            catalogue,
            to=None,
            port=0,
            show=lines[place].append,
            authority=authority,
            upstream=upstream,
        )

    server, far = LabServer(), made(chain[1], "far")
    await server.start()
    await far.start()
    near = made(chain[0], "near", f"{'socks5' if chain[1] == 'socks' else 'http'}://127.0.0.1:{far.port}")
    await near.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", near.port)
        ask = ask_socks if chain[0] == "socks" else ask_connect
        await ask((reader, writer), ("127.0.0.1", server.port))
        writer.write(b"GET /echo/info HTTP/1.0\r\nHost: x\r\n\r\n")
        assert b'"websocket"' in await reader.read()
        writer.close()
        # A server that is not there is known to be away before anything is sent.
        await server.stop()
        streams = await asyncio.open_connection("127.0.0.1", near.port)
        with pytest.raises(Refused):
            await ask(streams, ("127.0.0.1", server.port))
        streams[1].close()
    finally:
        await near.stop()
        await far.stop()
        await server.stop()
    what = f"{'SOCKS' if chain[0] == 'socks' else 'CONNECT'} 127.0.0.1:{server.port}"
    assert any(what in line and ("connected" in line or "200" in line) for line in lines["near"]), lines
    assert any("GET http://x/echo/info -> 200" in line for line in lines["far"]), lines
    # The far one knows why; the near one is told no more than the other's protocol says.
    assert any("not connected: Connection refused" in line for line in lines["far"]), lines


@pytest.mark.parametrize(
    ("behaviours", "settings", "expected"),
    [
        (["rewrite_status: {of: [200], to: 203}"], {}, "-> 203"),
        (["latency: {delay: 1ms}"], {}, "GET /echo/info"),
        ([], {"proxy": "forward"}, "-> 200"),
    ],
)
async def test_hop_runs_on_its_own_and_shows_what_passes(
    catalogue: Catalogue, authority: Authority, behaviours: list[str], settings: dict[str, str], expected: str
) -> None:
    lines: list[str] = []
    server = LabServer()
    await server.start()
    origin = f"http://127.0.0.1:{server.port}"
    hop = read_hop(behaviours, None, settings, catalogue, leads=not settings)
    running = hop_alone(
        hop, catalogue, to=None if settings else origin, port=0, show=lines.append, authority=authority
    )
    try:
        await running.start()
        met = f"http://127.0.0.1:{running.port}"
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{origin if settings else met}/echo/info", proxy=met if settings else None) as answer,
        ):
            assert (await answer.json())["websocket"] is True
    finally:
        await running.stop()
        await server.stop()
    assert any(expected in line for line in lines), lines
