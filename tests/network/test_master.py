from lab.network.authority import Authority
from lab.network.testing import Bench, Wire

REQUEST = "GET {path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n"


async def test_host_header_is_kept(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser: Wire = await bench.connect()
        await browser.send(REQUEST.format(path="/"))
        assert (await (await bench.accept()).head()).headers["host"] == "app.localhost"


async def test_connection_is_opened_with_the_first_request(authority: Authority) -> None:
    async with Bench(proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.lab.home.arpa:80 HTTP/1.1\r\nHost: www.lab.home.arpa:80\r\n\r\n")
        await browser.head()
        assert not bench.reached
