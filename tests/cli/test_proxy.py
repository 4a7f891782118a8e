import signal
from collections.abc import Callable
from http.client import HTTPConnection

from tests.cli.kit import Ended
from tests.cli.processes import running


def test_proxy_refuses_what_it_does_not_know(quick: Callable[..., Ended]) -> None:
    ended = quick("proxy", "-b", "no_upgrad")
    assert (ended.status, ended.out) == (2, "")
    expected = "expected a behaviour, as `lab behaviours` lists them"
    assert ended.err == f'lab: unknown behaviour "no_upgrad": {expected}\n     Did you mean no_upgrade?\n'


def test_proxy_listens_shows_what_passes_and_ends_with_ctrl_c() -> None:
    with running("proxy", "-b", "block", "--listen", "127.0.0.1:0") as proxy:
        port = int(proxy.until("listening on ").rpartition(":")[2])
        client = HTTPConnection("127.0.0.1", port, timeout=10)
        client.request("GET", "http://www.example.test/x")
        assert client.getresponse().status == 403
        client.close()
        assert "GET http://www.example.test/x -> 403" in proxy.until("GET ")
        proxy.process.send_signal(signal.SIGINT)
        assert proxy.end() == 0
