import aiohttp
import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.runner.alone import address_of, hop_alone, read_hop
from lab.server.host import LabServer


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.mark.parametrize(
    ("behaviours", "profile", "settings", "leads", "kind", "proxy"),
    [
        ([], None, {}, False, "proxy", "forward"),
        (["no_upgrade"], None, {}, True, "proxy", "reverse"),
        (["no_upgrade: {answer: hang, nth: 2}"], None, {"proxy": "socks"}, False, "proxy", "socks"),
        (["latency"], None, {}, True, "link", "reverse"),
        (["latency: {delay: 5ms}", "loss"], None, {}, True, "link", "reverse"),
        ([], "squid", {}, False, "proxy", "forward"),
        ([], "squid", {"tls": "intercept"}, False, "proxy", "forward"),
        (["buffering"], "squid", {"proxy": "reverse"}, True, "proxy", "reverse"),
    ],
)
def test_command_line_describes_a_hop(
    catalogue: Catalogue,
    behaviours: list[str],
    profile: str,
    settings: dict[str, str],
    leads: bool,
    kind: str,
    proxy: str,
) -> None:
    hop = read_hop(behaviours, profile, settings, catalogue, leads=leads)
    assert (hop.kind, hop.proxy) == (kind, proxy)
    assert [use.name for use in hop.uses][: len(behaviours)] == [text.partition(":")[0] for text in behaviours]


@pytest.mark.parametrize(
    ("behaviours", "profile", "settings", "message", "remedy"),
    [
        (["no_upgrad"], None, {}, 'unknown behaviour "no_upgrad"', "Did you mean no_upgrade?"),
        (["no_upgrade: {anser: x}"], None, {}, 'unknown key "anser"', "Did you mean answer?"),
        (["no_upgrade: {after: 5}"], None, {}, 'wrong value for "after"', "lab behaviours"),
        (["no_upgrade: ["], None, {}, "not a behaviour: no_upgrade", "in quotes"),
        ([], "squit", {}, 'unknown profile "squit"', "Did you mean squid?"),
        (["latency", "no_upgrade"], None, {}, "is a behaviour of a link", "lab behaviours"),
        (["latency"], None, {"proxy": "forward"}, '"proxy" beside "link"', "lab behaviours"),
    ],
)
def test_wrong_command_line_is_told(
    catalogue: Catalogue, behaviours: list[str], profile: str, settings: dict[str, str], message: str, remedy: str
) -> None:
    with pytest.raises(UsageError) as raised:
        read_hop(behaviours, profile, settings, catalogue, leads=False)
    assert message in str(raised.value)
    assert remedy in raised.value.remedy


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
        ({"proxy": "transparent"}, "http://h", "does not run on its own"),
        ({"balancer": {}}, None, "does not run on its own"),
    ],
)
def test_hop_that_cannot_stand_alone_is_refused(
    catalogue: Catalogue, authority: Authority, hop: dict[str, object], to: str | None, message: str
) -> None:
    from lab.scenario.model import Hop

    with pytest.raises(UsageError, match=message):
        hop_alone(Hop.model_validate(hop), catalogue, to=to, port=0, show=print, authority=authority)


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
