import pytest
from mitmproxy.http import HTTPFlow, Response

from lab.network import answers
from lab.network.authority import Authority
from lab.network.bodies import BodyChange, Change
from lab.network.testing import Bench

REQUEST = "GET /echo HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


class Shout(BodyChange):
    """Writes all letters large, drops x, and says the end."""

    def change(self, flow: HTTPFlow, response: Response) -> Change | None:
        return lambda data: [data.upper().replace(b"X", b"")] if data else [b"!"]


class Double(BodyChange):
    def change(self, flow: HTTPFlow, response: Response) -> Change | None:
        return lambda data: [data, data] if data else []


class Hold(BodyChange):
    """Asks for the whole response, as a behaviour that edits it would."""

    def responseheaders(self, flow: HTTPFlow) -> None:
        assert flow.response is not None
        flow.response.stream = False


class Refuse(BodyChange):
    def responseheaders(self, flow: HTTPFlow) -> None:
        self.replace(flow, answers.response(403, "no", headers={"X-Why": "rules"}))


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def test_pieces_are_changed_as_they_come(authority: Authority) -> None:
    async with Bench(Shout(), Double(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await server.chunk(b"ax")
        await browser.head()
        assert [await browser.read_chunk() for _ in "12"] == [b"A", b"A"]
        # What nothing is left of is not sent: on a chunked response that would be the end.
        await server.chunk(b"x")
        await server.chunk(b"b")
        assert [await browser.read_chunk() for _ in "12"] == [b"B", b"B"]
        await server.chunk(b"")
        assert [await browser.read_chunk() for _ in "123"] == [b"!", b"!", b""]


@pytest.mark.parametrize(
    ("behaviours", "came"),
    [
        ([Shout()], b"A!"),
        ([Shout(), Hold()], b"A!"),
        ([Hold(), Shout()], b"A!"),
        ([Shout(), Hold(), Double()], b"AA!!"),
    ],
)
async def test_length_is_that_of_the_changed_body(
    authority: Authority, behaviours: list[BodyChange], came: bytes
) -> None:
    async with Bench(*behaviours, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(SIZED + "ax")
        head = await browser.head()
        if "content-length" in head.headers:
            assert await browser.read(int(head.headers["content-length"])) == came
        else:
            pieces = []
            while piece := await browser.read_chunk():
                pieces.append(piece)
            assert b"".join(pieces) == came


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nax",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
    ],
)
async def test_compressed_and_absent_bodies_stay(authority: Authority, head: str) -> None:
    async with Bench(Shout(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(head)
        came = await browser.head()
        assert "transfer-encoding" not in came.headers
        body = head.partition("\r\n\r\n")[2]
        assert await browser.read(len(body)) == body.encode()


@pytest.mark.parametrize("length", [0, 2, 9])
async def test_replacement_needs_nothing_of_the_servers_body(authority: Authority, length: int) -> None:
    async with Bench(Refuse(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        # Of nine bytes only two come.
        await server.send(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{'ax'[:length]}")
        head = await browser.head()
        assert (head.start, head.headers["x-why"]) == ("HTTP/1.1 403 Forbidden", "rules")
        assert await browser.read(int(head.headers["content-length"])) == b"no"
