from collections import Counter
from typing import Any

import pytest

from lab.network.authority import Authority
from lab.network.balancer import Choice, node_in, server_part
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec

NODES = ("node1", "node2", "node3")


def chosen(choice: Choice, count: int, **known: Any) -> list[str | None]:
    return [choice.node(**({"cookie": None, "server_part": "", "source": "127.0.0.1"} | known)) for _ in range(count)]


def test_round_robin_gives_each_its_turn() -> None:
    assert chosen(Choice(NODES, sticky="none"), 5) == ["node1", "node2", "node3", "node1", "node2"]


def test_same_seed_gives_the_same_lots() -> None:
    one, same, other = (chosen(Choice(NODES, "none", "random", seed), 50) for seed in (1, 1, 2))
    assert one == same != other
    assert set(one) == set(NODES)


@pytest.mark.parametrize(
    ("sticky", "known"),
    [
        ("cookie", {"cookie": "node2"}),
        ("cookie value", {"value": "abc"}),
        ("prefix", {"server_part": "317"}),
        ("source", {"source": "127.0.0.1"}),
    ],
)
def test_what_is_sticky_stays(sticky: Any, known: dict[str, str]) -> None:
    choice = Choice(NODES, sticky)
    assert len(set(chosen(choice, 6, **known))) == 1
    ((key, _),) = known.items()
    others = {
        "cookie": ["node1"],
        "value": map(str, range(9)),
        "server_part": map(str, range(9)),
        "source": [f"10.0.0.{n}" for n in range(9)],
    }
    assert {chosen(choice, 1, **{key: other})[0] for other in others[key]} != set(chosen(choice, 1, **known))


def test_prefixes_are_shared_out() -> None:
    choice = Choice(NODES, "prefix")
    found = Counter(chosen(choice, 1, server_part=f"{number:03}")[0] for number in range(300))
    assert set(found) == set(NODES)
    assert min(found.values()) > 60


def test_node_that_is_away_gets_nothing() -> None:
    choice = Choice(NODES, "cookie")
    choice.down.add("node2")
    assert chosen(choice, 4) == ["node1", "node3", "node1", "node3"]
    assert chosen(choice, 1, cookie="node2") == ["node1"]
    choice.down = set(NODES)
    assert chosen(choice, 1) == [None]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("JSESSIONID=node2", "node2"),
        ("a=b; JSESSIONID=dummy.node1", "node1"),
        ("JSESSIONID=a.b.node3; x=y", "node3"),
        ("JSESSIONID=node9", None),
        ("XJSESSIONID=node1", None),
        ("JSESSIONID=dummy", None),
        ("", None),
    ],
)
def test_node_is_read_from_the_cookie(header: str, expected: str | None) -> None:
    assert node_in(header, "JSESSIONID", NODES) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/echo/317/abc/xhr?t=1", "317"), ("/a/b/echo/0/x/websocket", "0"), ("/echo/info", ""), ("/", "")],
)
def test_server_part_is_read_from_the_url(path: str, expected: str) -> None:
    assert server_part(path) == expected


def balancer(**options: Any) -> HopSpec:
    more = {key: options.pop(key) for key in ("appends", "cookie", "tls") if key in options}
    return HopSpec("balancer", "balancer", choice=Choice(("node1", "node2"), **options), **more)


async def asked(browser: Wire, *headers: str, path: str = "/echo/info") -> None:
    await browser.send(
        f"GET {path} HTTP/1.1\r\nHost: app.localhost\r\n{''.join(f'{one}{chr(13)}{chr(10)}' for one in headers)}\r\n"
    )


async def test_each_request_goes_to_its_node_and_the_events_say_which(authority: Authority) -> None:
    async with Bench(hops=[balancer(sticky="none")], nodes=("node1", "node2"), authority=authority) as bench:
        browser = await bench.connect()
        for node in ("node1", "node2", "node1"):
            await asked(browser)
            server = await bench.exchanged(node)
            await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await browser.head()
        assert bench.figures("hop1.server", "request", "node") == ["node1", "node2", "node1"]
        assert all("node" not in event.data for event in bench.events("hop1.client", "request"))


@pytest.mark.parametrize(
    ("has", "sets", "expected"),
    [
        (None, None, ["JSESSIONID=node1; Path=/"]),
        (None, "JSESSIONID=dummy; Path=/", ["JSESSIONID=dummy.node1; Path=/"]),
        ("JSESSIONID=dummy.node1", "JSESSIONID=dummy.node1; Path=/", ["JSESSIONID=dummy.node1; Path=/"]),
        ("JSESSIONID=dummy.node1", None, []),
        (None, "other=1", ["other=1", "JSESSIONID=node1; Path=/"]),
    ],
)
async def test_balancer_appends_the_node_to_the_cookie(
    authority: Authority, has: str | None, sets: str | None, expected: list[str]
) -> None:
    async with Bench(hops=[balancer()], nodes=("node1", "node2"), authority=authority) as bench:
        browser = await bench.connect()
        await asked(browser, *([f"Cookie: {has}"] if has else []))
        server = await bench.exchanged("node1")
        own = f"Set-Cookie: {sets}\r\n" if sets else ""
        await server.send(f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{own}\r\n")
        lines = (await browser.head()).lines
        assert [line.removeprefix("Set-Cookie: ") for line in lines if line.startswith("Set-Cookie")] == expected


async def test_same_value_of_the_cookie_leads_everybody_to_one_node(authority: Authority) -> None:
    hop = balancer(sticky="cookie value")
    async with Bench(hops=[hop], nodes=("node1", "node2"), authority=authority) as bench:
        for cookie in ("JSESSIONID=dummy", "a=b; JSESSIONID=dummy", "JSESSIONID=dummy", "other=1", "other=1"):
            browser = await bench.connect()
            await asked(browser, f"Cookie: {cookie}")
            server = await bench.accept()
            await server.head()
            await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: JSESSIONID=dummy\r\n\r\n")
            assert (await browser.head()).headers["set-cookie"] == "JSESSIONID=dummy"
        # Those without the cookie take turns.
        assert bench.figures("hop1.server", "request", "node") == ["node2"] * 3 + ["node1", "node2"]


@pytest.mark.parametrize("options", [{"appends": False}, {"sticky": "prefix"}, {"sticky": "none"}])
async def test_balancer_that_does_not_append_leaves_cookies_alone(
    authority: Authority, options: dict[str, Any]
) -> None:
    async with Bench(hops=[balancer(**options)], nodes=("node1", "node2"), authority=authority) as bench:
        browser = await bench.connect()
        await asked(browser)
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: JSESSIONID=x\r\n\r\n")
        assert (await browser.head()).headers["set-cookie"] == "JSESSIONID=x"


async def test_all_nodes_away_is_answered_with_503(authority: Authority) -> None:
    hop = balancer()
    assert hop.choice is not None
    hop.choice.down = {"node1", "node2"}
    async with Bench(hops=[hop], nodes=("node1", "node2"), authority=authority) as bench:
        browser = await bench.connect()
        await asked(browser)
        assert (await browser.head()).start.startswith("HTTP/1.1 503")
        assert not bench.reached


async def test_page_of_the_lab_takes_no_turn_and_no_cookie(authority: Authority) -> None:
    async with Bench(hops=[balancer()], nodes=("node1", "node2"), authority=authority) as bench:
        browser = await bench.connect()
        await asked(browser, path="/lab/page.html")
        server = await bench.exchanged("node1")
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert "set-cookie" not in (await browser.head()).headers
        await asked(browser)
        await (await bench.exchanged("node1")).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
